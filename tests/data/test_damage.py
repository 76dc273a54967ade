"""Whatever is wrong with rows or files is refused by name, or dropped and counted; never trained on."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayescore.config import Config
from bayescore.data import load
from bayescore.data.sessions import NS
from bayescore.errors import BayescoreError, DataError
from tests.data.frames import PRICES, frame, joined, put, ticks

KEEP = Config(min_session_coverage=0.0)
DROP = Config(min_session_coverage=0.0, on_bad_rows="drop")
ROWS = 200
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# What is done to a row, and a word of the message.
DAMAGE: dict[str, tuple[dict[str, Any], str]] = {
    "a missing price": ({"high": None}, "missing"),
    "a missing time": ({"ts_event": None}, "missing"),
    "a missing volume": ({"volume": None}, "missing"),
    "NaN": ({"close": float("nan")}, "not a finite number"),
    "infinity": ({"low": float("-inf")}, "not a finite number"),
    "zero": ({"low": 0.0}, "zero or below"),
    "negative": (dict.fromkeys(PRICES, -21_000.0), "zero or below"),
    "high below low": ({"high": 1_000.0}, "between low and high"),
    "close above high": ({"close": 50_000.0}, "between low and high"),
    "open below low": ({"open": 10_000.0}, "between low and high"),
    "off the grid": (dict.fromkeys(PRICES, 21_000.1), "not a multiple of the tick 0.25"),
    "beyond all ticks": (dict.fromkeys(PRICES, 1e12), "more than 2^30 ticks"),
    "a huge volume": ({"volume": 1 << 60}, "volume"),
    "a negative volume": ({"volume": (1 << 64) - 5}, "volume"),
    "half a second": ({"ts_event": "+0.5s"}, "whole second"),
    "another century": ({"ts_event": 7 * 10**18}, "nanoseconds since 1970"),
}


def damaged(data: pl.DataFrame, where: dict[int, str]) -> pl.DataFrame:
    columns = {name: data[name].to_list() for name in (*PRICES, "volume")}
    times: list[int | None] = data["ts_event"].cast(pl.Int64).to_list()
    for row, kind in where.items():
        for name, value in DAMAGE[kind][0].items():
            if name == "ts_event":
                times[row] = times[row] + NS // 2 if value == "+0.5s" else value  # type: ignore[operator]
            else:
                columns[name][row] = value
    return data.with_columns(
        *[pl.Series(name, columns[name], dtype=pl.Float64) for name in PRICES],
        pl.Series("volume", columns["volume"], dtype=pl.UInt64),
        pl.Series("ts_event", times, dtype=pl.Int64).cast(pl.Datetime("ns", "UTC")),
    )


@pytest.mark.parametrize("kind", DAMAGE)
def test_each_kind_is_named_with_file_row_and_time(tmp_path: Path, kind: str) -> None:
    path = put(damaged(frame(ROWS), {137: kind}), tmp_path / "mnq.parquet")
    with pytest.raises(DataError) as caught:
        load([path], KEEP)
    text = str(caught.value)
    assert f"{path}: row 137" in text
    assert DAMAGE[kind][1] in text
    assert "--on-bad-rows drop" in text
    assert "ts_event" in DAMAGE[kind][0] or "UTC)" in text


@QUICK
@given(
    where=st.dictionaries(st.integers(0, ROWS - 1), st.sampled_from(sorted(DAMAGE)), min_size=1, max_size=12),
    seed=st.integers(0, 50),
)
def test_any_damage_is_refused_or_dropped_and_nothing_else_is_lost(
    tmp_path: Path, where: dict[int, str], seed: int
) -> None:
    data = frame(ROWS, seed=seed)
    path = put(damaged(data, where), tmp_path / "mnq.parquet")
    with pytest.raises(DataError, match=rf"row {min(where)}\b|row {'|'.join(map(str, where))}\b"):
        load([path], KEEP)
    market = load([path], DROP)
    rest = [row for row in range(ROWS) if row not in where]
    assert joined(market.days) == ticks(data[rest])
    assert market.report.dropped == len(where)
    assert sum(p.count for p in market.report.problems) == len(where)


@pytest.mark.parametrize("sentinel", [np.iinfo(np.int64).max])
def test_databentos_marker_for_undefined_prices(tmp_path: Path, sentinel: int) -> None:
    data = frame(ROWS).with_columns((pl.col(p) * 4).round().cast(pl.Int64) * 250_000_000 for p in PRICES)
    close = data["close"].to_list()
    close[20] = sentinel
    path = put(data.with_columns(pl.Series("close", close)), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"row 20 .*undefined"):
        load([path], KEEP)
    assert load([path], DROP).report.dropped == 1


def test_databentos_marker_for_undefined_times(tmp_path: Path) -> None:
    times = frame(ROWS)["ts_event"].cast(pl.Int64).cast(pl.UInt64).to_list()
    times[9] = (1 << 64) - 1
    path = put(
        frame(ROWS).with_columns(pl.Series("ts_event", times, dtype=pl.UInt64)), tmp_path / "x.parquet"
    )
    with pytest.raises(DataError, match=r"row 9: the time is undefined"):
        load([path], KEEP)


@QUICK
@given(
    data=st.data(),
    changes=st.lists(
        st.tuples(st.integers(1, ROWS - 1), st.sampled_from(["repeat", "swap", "ahead", "back"])),
        min_size=1,
        max_size=6,
    ),
)
def test_disorder_is_refused_and_what_is_kept_is_in_order(
    tmp_path: Path, data: st.DataObject, changes: list[tuple[int, str]]
) -> None:
    times = frame(ROWS)["ts_event"].cast(pl.Int64).to_list()
    for row, change in changes:
        if change == "repeat":
            times[row] = times[row - 1]
        elif change == "swap":
            times[row], times[row - 1] = times[row - 1], times[row]
        elif change == "ahead":
            times[row] += data.draw(st.integers(1, 40_000)) * NS
        else:
            times[row] -= data.draw(st.integers(1, 40_000)) * NS
    disorder = any(b <= a for a, b in pairwise(times))
    changed = frame(ROWS).with_columns(pl.Series("ts_event", times).cast(pl.Datetime("ns", "UTC")))
    path = put(changed, tmp_path / "x.parquet")
    if not disorder:
        assert load([path], KEEP).report.dropped == 0
        return
    with pytest.raises(DataError, match=r"x\.parquet: row \d+ .*(repeats|earlier|later)"):
        load([path], KEEP)
    market = load([path], DROP)
    kept = joined(market.days)["ts_ns"]
    assert all(a < b for a, b in pairwise(kept))
    assert set(kept) <= set(times)
    elsewhere = market.report.outside_session + sum(d.bars for d in market.report.left_out)
    assert market.report.dropped + len(kept) + elsewhere == ROWS


def test_one_row_from_the_future_costs_one_row(tmp_path: Path) -> None:
    data = frame(ROWS)
    for row in (0, 90, ROWS - 1):
        times = data["ts_event"].cast(pl.Int64).to_list()
        times[row] += 50_000 * NS
        path = put(
            data.with_columns(pl.Series("ts_event", times).cast(pl.Datetime("ns", "UTC"))),
            tmp_path / "x.parquet",
        )
        report = load([path], DROP).report
        assert report.dropped + report.outside_session <= 1


def test_rows_are_counted_in_the_file_even_if_one_symbol_is_chosen(tmp_path: Path) -> None:
    mine = frame(100, seed=1, symbol="MNQH6", instrument_id=1)
    other = frame(100, seed=2, symbol="MNQM6", instrument_id=2)
    both = pl.concat([other[:60], mine, other[60:]])
    close = both["close"].to_list()
    close[75] = float("nan")
    path = put(both.with_columns(pl.Series("close", close)), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"row 75 "):
        load([path], Config(symbol="MNQH6", min_session_coverage=0.0))


def test_a_wrong_tick_size_is_suspected(tmp_path: Path) -> None:
    path = put(frame(ROWS), tmp_path / "x.parquet")
    with pytest.raises(
        DataError, match=r"not a multiple of the tick 0\.4 .*--tick-size.*199 more such rows|--tick-size"
    ):
        load([path], Config(tick_size=0.4))
    wild = frame(ROWS).with_columns(
        pl.when(pl.int_range(pl.len()) == 50).then(pl.col(p) * 60).otherwise(pl.col(p)).alias(p)
        for p in PRICES
    )
    with pytest.raises(DataError, match=r"trade date 2026-01-06.*more than 1,048,576 ticks"):
        load([put(wild, tmp_path / "x.parquet")], KEEP)


# -- files ------------------------------------------------------------------------------------------------------


@QUICK
@given(share=st.floats(0, 0.999))
def test_a_truncated_file(tmp_path: Path, share: float) -> None:
    whole = Path(put(frame(ROWS), tmp_path / "mnq.parquet")).read_bytes()
    (tmp_path / "mnq.parquet").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"mnq\.parquet: (not a whole Parquet file|the file is empty)"):
        load([str(tmp_path / "mnq.parquet")], KEEP)


@QUICK
@given(hole=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted))
def test_a_hole_in_a_file_is_an_error_or_out_of_the_way(tmp_path: Path, hole: list[float]) -> None:
    """Downloads in pieces leave zeros where a piece is missing."""
    path = Path(put(frame(ROWS), tmp_path / "mnq.parquet"))
    content = bytearray(path.read_bytes())
    first, last = (int(x * len(content)) for x in hole)
    content[first:last] = bytes(last - first)
    path.write_bytes(bytes(content))
    try:
        market = load([str(path)], KEEP)
    except BayescoreError:
        return
    assert market.days


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["ts_event", "rtype", "action", "side", "price", "size"], "trades or order-book records"),
        (["ts_event", "order_id", "price", "size", "side"], "trades or order-book records"),
        (["ts_event", "open", "close"], "no column high, low, volume"),
        (["open", "high", "low", "close", "volume"], "no column ts_event"),
        (["a", "b"], "Columns here: a, b"),
    ],
)
def test_columns_that_are_no_bars(tmp_path: Path, columns: list[str], words: str) -> None:
    path = put(pl.DataFrame({name: [1.0, 2.0] for name in columns}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=words):
        load([path], KEEP)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (pl.col("ts_event").dt.to_string("%F %T").alias("ts_event"), "time column ts_event is String"),
        (pl.col("ts_event").dt.date().alias("ts_event"), "time column ts_event is Date"),
        (pl.col("close").cast(pl.String), "prices are"),
        (pl.col("volume").cast(pl.String), "volume is String"),
        (pl.col("ts_event").cast(pl.Int64) // NS, "nanoseconds since 1970"),
        (pl.lit(0, dtype=pl.UInt8).alias("rtype"), "holds trades, not bars"),
        (pl.lit(160, dtype=pl.UInt8).alias("rtype"), r"market-by-order \(MBO\)"),
        (pl.lit(77, dtype=pl.UInt8).alias("rtype"), "records of type 77"),
        (pl.lit(33, dtype=pl.UInt8).alias("rtype"), "needs one-second bars"),
        (
            pl.int_range(pl.len()).mod(2).add(32).cast(pl.UInt8).alias("rtype"),
            "bars of 1 s and 60 s are mixed",
        ),
    ],
)
def test_types_that_are_no_one_second_bars(tmp_path: Path, change: pl.Expr, words: str) -> None:
    path = put(frame(ROWS).with_columns(change), tmp_path / "mnq.parquet")
    with pytest.raises(DataError, match=words):
        load([path], KEEP)


def minute_bars(rows: int, day: str = "2026-01-06", size: int = 60) -> pl.DataFrame:
    """Bars without a record type, on whole minutes."""
    made = frame(rows, day).drop("rtype")
    start = made["ts_event"].cast(pl.Int64)[0] // (3600 * NS) * 3600 * NS + 3600 * NS
    times = pl.Series([start + i * size * NS for i in range(rows)]).cast(pl.Datetime("ns", "UTC"))
    return made.with_columns(times.alias("ts_event"))


@pytest.mark.parametrize("size", [5, 60, 300])
def test_other_sizes_are_told_by_their_spacing(tmp_path: Path, size: int) -> None:
    path = put(minute_bars(100, size=size), tmp_path / "mnq.parquet")
    with pytest.raises(DataError, match=rf"the bars are of {size} s; bayescore needs one-second bars"):
        load([path], KEEP)


def test_sizes_mixed_without_a_record_type(tmp_path: Path) -> None:
    seconds, minutes = frame(ROWS, "2026-01-06").drop("rtype"), minute_bars(100, "2026-01-07")
    path = put(pl.concat([seconds, minutes]), tmp_path / "mnq.parquet")
    with pytest.raises(DataError, match="bars of 60 s and of 1 s are mixed"):
        load([path], KEEP)
    paths = [put(seconds, tmp_path / "1.parquet"), put(minutes, tmp_path / "2.parquet")]
    with pytest.raises(
        DataError, match=r"bars of different sizes: .*1\.parquet \(1 s\), .*2\.parquet \(60 s\)"
    ):
        load(paths, KEEP)


def test_no_rows(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows"):
        load([put(frame(ROWS).clear(), tmp_path / "x.parquet")], KEEP)
    nothing = damaged(frame(3), {0: "NaN", 1: "NaN", 2: "NaN"})
    with pytest.raises(DataError, match=r"no usable row: .*not a finite number"):
        load([put(nothing, tmp_path / "x.parquet")], DROP)


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    put(frame(ROWS), tmp_path / "mnq-january.parquet")
    with pytest.raises(DataError, match=r"no such file.*did you mean .*mnq-january\.parquet"):
        load([str(tmp_path / "mnq-januar.parquet")], KEEP)
    with pytest.raises(DataError, match=r"there is no directory .*nowhere"):
        load([str(tmp_path / "nowhere" / "x.parquet")], KEEP)
    with pytest.raises(DataError, match="the pattern matches no file"):
        load([str(tmp_path / "es*.parquet")], KEEP)
    with pytest.raises(DataError, match="no data"):
        load([], KEEP)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match="no Parquet, Arrow, CSV or DBN file in this directory"):
        load([str(empty)], KEEP)
    (tmp_path / "above" / "below").mkdir(parents=True)
    put(frame(ROWS), tmp_path / "above" / "below" / "x.parquet")
    with pytest.raises(DataError, match=r"for those below it use"):
        load([str(tmp_path / "above")], KEEP)
    assert load([str(tmp_path / "above" / "**" / "*.parquet")], KEEP).days


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.ohlcv-1s.dbn.zst", "not a whole DBN file"),
        ("x.dbn", "not a whole DBN file"),
        ("x.csv", "no header"),
        ("x.csv.zst", "no header"),
        ("x.arrow", "not a whole Arrow IPC file"),
        ("x.json", "not a format that is read"),
        ("x", "not a format that is read"),
    ],
)
def test_a_name_that_promises_too_much(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_bytes(b"whatever")
    with pytest.raises(DataError, match=words):
        load([str(tmp_path / name)], KEEP)


def test_text_named_parquet(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("open,high,low,close\n1,2,3,4\n" * 50, encoding="utf-8")
    with pytest.raises(DataError, match="not a whole Parquet file"):
        load([str(tmp_path / "x.parquet")], KEEP)
