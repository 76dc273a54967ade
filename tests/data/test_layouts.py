"""Every layout that files come in loads to the same bars."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayescore.config import Config, StateConfig
from bayescore.data import load
from bayescore.errors import DataError, UsageError
from tests.data.frames import PRICES, frame, joined, put, ticks

NAMED = Config(instrument="MNQ", min_session_coverage=0.0, state=StateConfig(min_bars=3))
ONE_PER_EXAMPLE = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def fixed(data: pl.DataFrame) -> pl.DataFrame:
    """Prices as integers of 1e-9 and times as unsigned nanoseconds: ``price_type="fixed", pretty_ts=False``."""
    return data.with_columns(
        *[(pl.col(p) * 4).round().cast(pl.Int64) * 250_000_000 for p in PRICES],
        pl.col("ts_event").cast(pl.Int64).cast(pl.UInt64),
    ).rename({p: p for p in PRICES})


def plain(data: pl.DataFrame) -> pl.DataFrame:
    return data.select("ts_event", *PRICES, "volume")


def pandas_index(name: str | None) -> Callable[[pl.DataFrame, Path], str]:
    def write(data: pl.DataFrame, path: Path) -> str:
        table = data.to_pandas().set_index("ts_event")
        table.index.name = name
        table.to_parquet(path)
        return str(path)

    return write


def polars_file(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[pl.DataFrame, Path], str]:
    return lambda data, path: put(change(data), path)


def arrow_file(data: pl.DataFrame, path: Path) -> str:
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(data.to_arrow(), path, compression="snappy", row_group_size=100)
    return str(path)


LAYOUTS: dict[str, Callable[[pl.DataFrame, Path], str]] = {
    "databento": polars_file(lambda d: d),
    "databento, fixed prices": polars_file(fixed),
    "pandas, index ts_event": pandas_index("ts_event"),
    "pandas, index without a name": pandas_index(None),
    "pyarrow, many row groups": arrow_file,
    "naive times": polars_file(lambda d: d.with_columns(pl.col("ts_event").dt.replace_time_zone(None))),
    "microseconds": polars_file(lambda d: d.with_columns(pl.col("ts_event").dt.cast_time_unit("us"))),
    "milliseconds": polars_file(lambda d: d.with_columns(pl.col("ts_event").dt.cast_time_unit("ms"))),
    "Chicago times": polars_file(
        lambda d: d.with_columns(pl.col("ts_event").dt.convert_time_zone("America/Chicago"))
    ),
    "signed nanoseconds": polars_file(lambda d: d.with_columns(pl.col("ts_event").cast(pl.Int64))),
    "other names": polars_file(
        lambda d: plain(d).rename(
            {"ts_event": "Timestamp", **{p: p.capitalize() for p in PRICES}, "volume": "Vol"}
        )
    ),
    "least columns": polars_file(plain),
    "more columns, in another order": polars_file(
        lambda d: d.with_columns(vwap=pl.col("close"), ts_recv=pl.col("ts_event")).select(
            sorted([*d.columns, "vwap"])
        )
    ),
    "symbols as categories": polars_file(lambda d: d.with_columns(pl.col("symbol").cast(pl.Categorical))),
    "floats of 32 bits": polars_file(lambda d: d.with_columns(pl.col(p).cast(pl.Float32) for p in PRICES)),
    "volume as floats": polars_file(lambda d: d.with_columns(pl.col("volume").cast(pl.Float64))),
    "ids without symbols": polars_file(lambda d: d.drop("symbol")),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@ONE_PER_EXAMPLE
@given(rows=st.integers(3, 400), seed=st.integers(0, 1000))
def test_what_was_written_is_loaded(tmp_path: Path, layout: str, rows: int, seed: int) -> None:
    data = frame(rows, seed=seed)
    path = LAYOUTS[layout](data, tmp_path / "x.parquet")
    market = load([path], NAMED)
    assert [day.date for day in market.days] == ["2026-01-06"]
    assert joined(market.days) == ticks(data)
    assert market.report.dropped == market.report.outside_session == 0


def three_days() -> list[pl.DataFrame]:
    return [frame(200, day, seed) for seed, day in enumerate(("2026-01-06", "2026-01-07", "2026-01-08"))]


def test_files_are_joined_in_order_of_time_however_they_are_given(tmp_path: Path) -> None:
    days = three_days()
    whole = put(pl.concat(days), tmp_path / "whole.parquet")
    parts = [put(day, tmp_path / f"{name}.parquet") for name, day in zip("cab", days, strict=True)]
    expected = joined(load([whole], NAMED).days)
    for given_paths in (parts, parts[::-1], [parts[1], *parts], [str(tmp_path / "[abc].parquet")]):
        market = load(given_paths, NAMED)
        assert joined(market.days) == expected
        assert [day.date for day in market.days] == ["2026-01-06", "2026-01-07", "2026-01-08"]
    (tmp_path / "whole.parquet").unlink()
    assert joined(load([str(tmp_path)], NAMED).days) == expected


def test_layouts_may_differ_between_files(tmp_path: Path) -> None:
    first, second, third = three_days()
    paths = [
        put(fixed(first), tmp_path / "1.parquet"),
        put(plain(second), tmp_path / "2.parquet"),
        pandas_index(None)(third, tmp_path / "3.parquet"),
    ]
    assert joined(load(paths, NAMED).days) == ticks(pl.concat(three_days()))


def test_the_fingerprint_is_of_the_bars(tmp_path: Path) -> None:
    days = three_days()
    a = [put(day, tmp_path / f"a{i}.parquet") for i, day in enumerate(days)]
    b = [put(day, tmp_path / f"b{i}.parquet") for i, day in enumerate(reversed(days))]
    assert load(a, NAMED).digests == load(b, NAMED).digests == load(a[::-1], NAMED).digests
    assert load(a[:2], NAMED).digests != load(a, NAMED).digests
    one = put(fixed(pl.concat(days)), tmp_path / "all.parquet")
    assert load([one], NAMED).digests == load(a, NAMED).digests


def test_one_of_several_symbols(tmp_path: Path) -> None:
    front, back = (
        frame(300, seed=1, symbol="MNQH6", instrument_id=1),
        frame(250, seed=2, symbol="MNQM6", instrument_id=2),
    )
    both = pl.concat([front, back]).sort("ts_event", maintain_order=True)
    path = put(both, tmp_path / "x.parquet")
    assert joined(load([path], Config(symbol="MNQM6")).days) == ticks(back)
    assert load([path], Config(symbol="MNQM6")).symbol == "MNQM6"
    with pytest.raises(DataError, match=r"symbol MNQU6 is not in the data; there are MNQH6"):
        load([path], Config(symbol="MNQU6"))
    # Without symbols the ids tell the contracts apart, but not which of them are months of one future.
    path = put(both.drop("symbol"), tmp_path / "x.parquet")
    assert joined(load([path], Config(symbol="1", instrument="MNQ")).days) == ticks(front)
    with pytest.raises(DataError, match=r"several symbols: 1 \(300 rows\), 2 \(250 rows\); choose one"):
        load([path], NAMED)


def test_an_instrument_nobody_names_is_asked_for(tmp_path: Path) -> None:
    path = put(plain(frame()), tmp_path / "glbx-mdp3-20260106.parquet")
    with pytest.raises(UsageError, match="--instrument"):
        load([path], Config())
    assert load([path], NAMED).instrument.root == "MNQ"
