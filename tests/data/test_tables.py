"""Frames in memory instead of files."""

from pathlib import Path

import polars as pl
import pytest

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.data import load, synth
from bayescore.errors import DataError, UsageError
from tests.data.frames import PRICES, frame, joined, put, ticks


@pytest.mark.parametrize("kind", ["frame", "lazy", "pandas", "pandas index", "pandas naive", "pandas plain"])
def test_a_table_loads_like_its_file(tmp_path: Path, kind: str) -> None:
    data = frame(400)
    pandas = data.to_pandas()
    table = {
        "frame": data,
        "lazy": data.lazy(),
        "pandas": pandas,
        "pandas index": pandas.set_index("ts_event"),
        "pandas naive": pandas.assign(ts_event=pandas["ts_event"].dt.tz_localize(None)),
        "pandas plain": pandas.drop(columns=["rtype", "publisher_id"]).astype({"symbol": "object"}),
    }[kind]
    market = load([table], Config())
    assert joined(market.days) == joined(market.days) == ticks(data)
    assert market.digests == load([put(data, tmp_path / "x.parquet")], Config()).digests
    assert market.symbol == "MNQH6"


def test_several_tables_and_files_are_one_series(tmp_path: Path) -> None:
    days = [frame(200, day, seed) for seed, day in enumerate(("2026-01-06", "2026-01-07", "2026-01-08"))]
    given = [days[2].to_pandas(), put(days[0], tmp_path / "x.parquet"), days[1]]
    assert joined(load(given, Config()).days) == ticks(pl.concat(days))


def test_what_is_wrong_with_a_table_is_said_by_row(tmp_path: Path) -> None:
    bad = frame(300).with_columns(pl.lit("n/a").alias("high"))
    with pytest.raises(DataError, match="table: prices are Float64, String"):
        load([bad], Config())
    holed = frame(300).to_pandas()
    holed.loc[9, "close"] = float("nan")
    with pytest.raises(DataError, match=r"table: row 9 .*not a finite number"):
        load([holed], Config())
    with pytest.raises(DataError, match="table: no rows"):
        load([frame(300).clear()], Config())
    with pytest.raises(UsageError, match=r"unknown instrument \(table\)"):
        load([frame(300).select("ts_event", *PRICES, "volume")], Config())


def test_training_on_a_table_gives_the_days_of_its_file(tmp_path: Path) -> None:
    data = synth.generate(start="2026-01-06", days=2, seed=8)
    config = Config(iterations=20)
    path = put(data, tmp_path / "x.parquet")
    for name, given in (("file", path), ("table", data), ("pandas", data.to_pandas())):
        BayesianTrainingOrchestrator(config, checkpoint_dir=tmp_path, run=name).train(given)
    for file in sorted((tmp_path / "file" / "days").rglob("*.parquet")):
        for other in ("table", "pandas"):
            assert file.read_bytes() == (tmp_path / other / file.relative_to(tmp_path / "file")).read_bytes()
