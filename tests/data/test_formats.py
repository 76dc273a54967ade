"""Every format loads to the same bars as Parquet, or says what is wrong with it."""

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayescore.config import Config
from bayescore.data import load, synth
from bayescore.data.readers import csv as csv_reader
from bayescore.errors import BayescoreError, DataError
from tests.data.dbn_files import ALWAYS, bar_records, metadata, write_bars, zstd
from tests.data.frames import PRICES, frame, joined, put, ticks

QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def days() -> pl.DataFrame:
    return synth.generate(start="2026-01-06", days=2, seed=4)


@pytest.fixture(scope="module")
def expected(days: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return load([put(days, tmp_path_factory.mktemp("x") / "x.parquet")], Config()).digests


def decimal(data: pl.DataFrame) -> str:
    """CSV as Databento writes it for reading: ISO times, decimal prices."""
    text = data.with_columns(
        pl.col("ts_event").dt.strftime("%Y-%m-%dT%H:%M:%S%.9fZ"), *[pl.col(p).round(9) for p in PRICES]
    ).select("ts_event", "rtype", "publisher_id", "instrument_id", *PRICES, "volume", "symbol")
    return text.write_csv(float_precision=9)


def fixed(data: pl.DataFrame) -> str:
    """CSV as Databento writes it for machines: nanoseconds, prices in units of 1e-9."""
    return data.with_columns(
        pl.col("ts_event").cast(pl.Int64), *[(pl.col(p) * 1e9).round().cast(pl.Int64) for p in PRICES]
    ).write_csv()


def in_pieces(data: pl.DataFrame, seconds: str) -> pl.DataFrame:
    return data.select(pl.col("ts_event").dt.strftime(seconds), *PRICES, "volume")


WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "x.dbn": write_bars,
    "v1.dbn.zst": lambda d, p: write_bars(d, p, version=1),
    "v2.dbn.zst": lambda d, p: write_bars(d, p, version=2),
    "v3.dbn.zst": lambda d, p: write_bars(d, p, version=3),
    "decimal.csv": lambda d, p: p.write_text(decimal(d)),
    "decimal.csv.zst": lambda d, p: p.write_bytes(zstd.compress(decimal(d).encode())),
    "fixed.csv": lambda d, p: p.write_text(fixed(d)),
    "fixed.csv.gz": lambda d, p: p.write_bytes(gzip.compress(fixed(d).encode())),
    "x.arrow": lambda d, p: d.write_ipc(p, compression="zstd"),
    "x.feather": lambda d, p: d.write_ipc(p),
    "stream.arrows": lambda d, p: d.write_ipc_stream(p),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("large", [False, True], ids=["held", "through temporary files"])
def test_every_format_holds_the_same_bars(
    tmp_path: Path,
    days: pl.DataFrame,
    expected: list[bytes],
    name: str,
    large: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if large:
        for module in ("bayescore.data.source", "bayescore.data.readers.dbn"):
            monkeypatch.setattr(f"{module}.PIECE", 30_000)
        monkeypatch.setattr(csv_reader, "_IN_MEMORY", 0)
    WRITERS[name](days, tmp_path / name)
    market = load([str(tmp_path / name)], Config())
    assert market.digests == expected
    assert (market.symbol, market.report.notes) == ("MNQH6", [])
    assert joined(market.days) == joined(market.days) == ticks(days)


def test_a_file_is_known_by_its_beginning_whatever_its_name(
    tmp_path: Path, days: pl.DataFrame, expected: list[bytes]
) -> None:
    write_bars(days, tmp_path / "a.dbn.zst")
    (tmp_path / "download").write_bytes((tmp_path / "a.dbn.zst").read_bytes())
    put(days, tmp_path / "b.csv")
    assert load([str(tmp_path / "download")], Config()).digests == expected
    assert load([str(tmp_path / "b.csv")], Config()).digests == expected


# -- text of other programs -------------------------------------------------------------------------------------


def swap_marks(text: str) -> str:
    return text.replace(",", ";").replace(".", ",")


OTHER_TEXT: dict[str, Callable[[pl.DataFrame], str]] = {
    "seconds since 1970": lambda d: d.select(
        (pl.col("ts_event").cast(pl.Int64) // 10**9).alias("time"), *PRICES, pl.col("volume").alias("Volume")
    ).write_csv(),
    "milliseconds": lambda d: d.select(
        (pl.col("ts_event").cast(pl.Int64) // 10**6).alias("timestamp"), *PRICES, "volume"
    ).write_csv(),
    "a zone's offset": lambda d: d.select(
        pl.col("ts_event").dt.convert_time_zone("America/Chicago").dt.strftime("%Y-%m-%dT%H:%M:%S%:z"),
        *PRICES,
        "volume",
    ).write_csv(),
    "no zone": lambda d: in_pieces(d, "%Y-%m-%d %H:%M:%S").write_csv(),
    "fractions": lambda d: in_pieces(d, "%Y-%m-%d %H:%M:%S%.6f").write_csv(),
    "date and time": lambda d: d.select(
        pl.col("ts_event").dt.strftime("%m/%d/%Y").alias("Date"),
        pl.col("ts_event").dt.strftime("%H:%M:%S").alias("Time"),
        *[pl.col(p).alias(p.capitalize() if p != "close" else "Last") for p in PRICES],
        pl.col("volume").alias("Volume"),
    ).write_csv(),
    "MetaTrader": lambda d: d.select(
        pl.col("ts_event").dt.strftime("%Y.%m.%d").alias("<DATE>"),
        pl.col("ts_event").dt.strftime("%H:%M:%S").alias("<TIME>"),
        *[pl.col(p).alias(f"<{p.upper()}>") for p in PRICES],
        pl.col("volume").alias("<TICKVOL>"),
    ).write_csv(separator="\t"),
    "decimal commas": lambda d: swap_marks(in_pieces(d, "%Y-%m-%d %H:%M:%S").write_csv()),
    "a byte-order mark": lambda d: "\ufeff" + in_pieces(d, "%Y-%m-%d %H:%M:%S").write_csv(),
    "Windows line ends": lambda d: in_pieces(d, "%Y-%m-%d %H:%M:%S").write_csv(line_terminator="\r\n"),
}


@pytest.mark.parametrize("kind", OTHER_TEXT)
def test_text_of_other_programs(tmp_path: Path, kind: str) -> None:
    data = frame(400)
    (tmp_path / "x.csv").write_text(OTHER_TEXT[kind](data), encoding="utf-8", newline="")
    market = load([str(tmp_path / "x.csv")], Config(instrument="MNQ"))
    assert joined(market.days) == ticks(data)


def test_whole_number_prices_are_points_unless_they_are_far_too_large(tmp_path: Path) -> None:
    data = frame(300).with_columns(pl.lit(44_000.0).alias(p) for p in PRICES)
    text = data.with_columns(pl.col(p).cast(pl.Int64) for p in PRICES).write_csv()
    (tmp_path / "x.csv").write_text(text)
    (day,) = load([str(tmp_path / "x.csv")], Config()).days
    assert set(day.close.tolist()) == {176_000}


def test_prices_that_begin_whole_may_go_on_with_fractions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_reader, "_SAMPLE", 20)
    data = frame(300)
    rows = data.with_columns(
        pl.when(pl.int_range(pl.len()) < 50).then(21_000.0).otherwise(pl.col(p)).alias(p) for p in PRICES
    )
    text = rows.select(
        "ts_event",
        "instrument_id",
        *[
            pl.when(pl.int_range(pl.len()) < 50)
            .then(pl.lit("21000"))
            .otherwise(pl.col(p).cast(pl.String))
            .alias(p)
            for p in PRICES
        ],
        "volume",
        "symbol",
    ).with_columns(pl.col("ts_event").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    text.write_csv(tmp_path / "x.csv")
    assert joined(load([str(tmp_path / "x.csv")], Config()).days) == ticks(rows)


def test_text_that_is_no_number_is_a_missing_value_of_its_row(tmp_path: Path) -> None:
    lines = decimal(frame(300)).splitlines()
    cells = lines[8].split(",")
    lines[8] = ",".join([*cells[:5], "n/a", *cells[6:]])
    (tmp_path / "x.csv").write_text("\n".join(lines))
    with pytest.raises(DataError, match=r"x\.csv: row 7 \(.*a value is missing \(.*high None"):
        load([str(tmp_path / "x.csv")], Config())
    assert load([str(tmp_path / "x.csv")], Config(on_bad_rows="drop")).report.dropped == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "no header of comma-separated columns"),
        ("a,b\n1,2\n", "no column open, high, low, close"),
        ("2026-01-06,1,2,3,4,5\n", "no column"),
        ("ts_event,open,high,low,close,volume\n", "no rows"),
        ("ts_event,action,side,price,size\n1,T,B,2,3\n", "trades or order-book records"),
    ],
)
def test_text_that_holds_no_bars(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(DataError, match=words):
        load([str(tmp_path / "x.csv")], Config(instrument="MNQ"))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00a,b\n")
    with pytest.raises(DataError, match="not text in UTF-8"):
        load([str(tmp_path / "x.csv")], Config())


# -- DBN --------------------------------------------------------------------------------------------------------


def test_symbols_of_dbn_are_those_of_the_date(tmp_path: Path) -> None:
    """Ids are used again: what one means depends on the date."""
    first, second = frame(300, "2026-01-06", instrument_id=5), frame(300, "2026-01-07", instrument_id=5)
    path = write_bars(
        pl.concat([first, second]),
        tmp_path / "x.dbn",
        mappings={
            "MNQH6": [(date(2026, 1, 1), date(2026, 1, 7), "5")],
            "ESH6": [(date(2026, 1, 7), date(2026, 1, 9), "5")],
        },
    )
    market = load([path], Config(symbol="MNQH6"))
    # The session of the 7th begins on the 6th, UTC.
    begun = int(((second["ts_event"].dt.date()) == date(2026, 1, 6)).sum())
    assert market.report.symbols == {"MNQH6": 300 + begun, "ESH6": 300 - begun}


def test_symbols_of_dbn_that_no_record_can_have(tmp_path: Path) -> None:
    bars = frame(300, "2026-01-06", instrument_id=5)
    names = {"MNQH6": [(date(2026, 1, 1), date(9999, 12, 31), "5")]}
    assert load([write_bars(bars, tmp_path / "x.dbn", mappings=names)], Config()).symbol == "MNQH6"
    names["ESH6"] = [(date(2026, 1, 1), date(2026, 2, 1), "99999999999")]
    with pytest.raises(DataError, match=r"y\.dbn: .*names an instrument 99999999999"):
        load([write_bars(bars, tmp_path / "y.dbn", mappings=names)], Config())


def test_a_continuous_symbol_of_dbn(tmp_path: Path) -> None:
    days = [frame(300, "2026-01-06", 1, instrument_id=5), frame(300, "2026-01-08", 2, instrument_id=6)]
    path = write_bars(
        pl.concat(days),
        tmp_path / "x.dbn.zst",
        mappings={
            "MNQ.c.0": [(date(2026, 1, 1), date(2026, 1, 7), "5"), (date(2026, 1, 7), date(2026, 2, 1), "6")]
        },
    )
    market = load([path], Config())
    assert (market.symbol, market.dates) == ("MNQ.c.0", ["2026-01-06", "2026-01-08"])
    assert [roll.after for roll in market.report.rolls] == ["MNQ.c.0 (instrument 6)"]


def test_records_with_send_times_are_longer(tmp_path: Path) -> None:
    data = frame(300)
    bars = np.frombuffer(bar_records(data), dtype=np.uint8).reshape(300, 56)
    longer = np.hstack([bars, np.zeros((300, 8), dtype=np.uint8)])
    longer[:, 0] = 16
    path = tmp_path / "x.dbn"
    path.write_bytes(metadata("ohlcv-1s", {"MNQH6": [(*ALWAYS, "7")]}, 3) + longer.tobytes())
    assert joined(load([str(path)], Config()).days) == ticks(data)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("trades", r"holds trades, not bars; make bars of it: bayescore bars "),
        ("mbo", r"holds mbo, not bars; make bars of it"),
        ("definition", r"holds definition, not bars; get the schema ohlcv-1s"),
    ],
)
def test_other_schemas_say_what_to_do(tmp_path: Path, schema: str, words: str) -> None:
    path = write_bars(frame(10), tmp_path / "x.dbn.zst", schema=schema)
    with pytest.raises(DataError, match=words):
        load([path], Config())


def test_minute_bars_of_dbn(tmp_path: Path) -> None:
    content = metadata("ohlcv-1m", {"MNQH6": [(*ALWAYS, "7")]}, 3) + bar_records(frame(300), 33)
    (tmp_path / "x.dbn").write_bytes(content)
    with pytest.raises(DataError, match="the bars are of 60 s; bayescore needs one-second bars"):
        load([str(tmp_path / "x.dbn")], Config())


# -- damage -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x.dbn", "x.dbn.zst", "x.csv.zst", "x.csv.gz", "x.arrow"])
@QUICK
@given(share=st.floats(0, 0.999))
def test_a_file_cut_short_is_an_error_or_shorter_text(tmp_path: Path, name: str, share: float) -> None:
    data = frame(200)
    writers = {
        **WRITERS,
        "x.dbn.zst": WRITERS["v3.dbn.zst"],
        "x.csv.zst": WRITERS["decimal.csv.zst"],
        "x.csv.gz": WRITERS["fixed.csv.gz"],
    }
    writers[name](data, tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=name.replace(".", r"\.")):
        load([str(tmp_path / name)], Config(min_session_coverage=0.999, instrument="MNQ"))


@pytest.mark.parametrize(
    "name", ["x.dbn", "v3.dbn.zst", "decimal.csv", "decimal.csv.zst", "fixed.csv.gz", "x.arrow"]
)
@QUICK
@given(where=st.floats(0, 0.9999), value=st.integers(0, 255))
def test_a_changed_byte_is_found_or_harmless(tmp_path: Path, name: str, where: float, value: int) -> None:
    WRITERS[name](frame(100), tmp_path / name)
    content = bytearray((tmp_path / name).read_bytes())
    content[int(where * len(content))] = value
    (tmp_path / name).write_bytes(bytes(content))
    try:
        market = load([str(tmp_path / name)], Config(min_session_coverage=0.0, instrument="MNQ"))
        list(market.days)
    except BayescoreError as error:
        assert "\n" not in str(error)


def test_a_directory_of_two_formats_is_a_question(tmp_path: Path) -> None:
    put(frame(100), tmp_path / "a.parquet")
    WRITERS["decimal.csv"](frame(100), tmp_path / "b.csv")
    with pytest.raises(
        DataError,
        match=r"holds files of CSV and Parquet; name those of one format, for example '.*/\*\.parquet'",
    ):
        load([str(tmp_path)], Config())


def test_formats_may_be_mixed_when_they_are_named(tmp_path: Path) -> None:
    first, second = frame(300, "2026-01-06"), frame(300, "2026-01-07")
    WRITERS["decimal.csv"](first, tmp_path / "a.csv")
    write_bars(second, tmp_path / "b.dbn.zst")
    market = load([str(tmp_path / "a.csv"), str(tmp_path / "b.dbn.zst")], Config())
    assert joined(market.days) == ticks(pl.concat([first, second]))
