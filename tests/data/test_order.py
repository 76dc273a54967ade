"""Rows in any order, in files that overlap: the same dates as if they had been in order, or a refusal."""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bayescore.config import Config
from bayescore.data import load, synth
from bayescore.errors import DataError
from tests.data.frames import frame, joined, put, ticks

DROP = Config(on_bad_rows="drop")


@pytest.fixture(scope="module")
def three_days() -> pl.DataFrame:
    return pl.concat(
        [frame(400, day, seed) for seed, day in enumerate(("2026-01-06", "2026-01-07", "2026-01-08"))]
    )


@pytest.fixture
def spilled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where temporary files go."""
    (tmp_path / "spilled").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spilled"))
    return tmp_path / "spilled"


@pytest.mark.parametrize("order", ["backwards", "shuffled", "days swapped"])
def test_a_file_in_another_order_is_sorted_and_said_to_be(
    tmp_path: Path, spilled: Path, three_days: pl.DataFrame, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bayescore.data.source.PIECE", 250)
    changed = {
        "backwards": three_days.reverse(),
        "shuffled": three_days.sample(fraction=1, shuffle=True, seed=1),
        "days swapped": pl.concat([three_days[800:], three_days[:800]]),
    }[order]
    market = load([put(changed, tmp_path / "x.parquet")], Config())
    assert joined(market.days) == joined(market.days) == ticks(three_days)
    assert market.digests == load([put(three_days, tmp_path / "y.parquet")], Config()).digests
    assert market.report.sorted_rows == 1200
    assert [(note.kind, note.count) for note in market.report.notes] == [("repaired", 1200)]
    assert list(spilled.iterdir())
    del market
    assert not list(spilled.iterdir()), "temporary files go with the data"


def test_overlapping_files_that_agree_are_one_series(
    tmp_path: Path, spilled: Path, three_days: pl.DataFrame
) -> None:
    paths = [put(three_days[:700], tmp_path / "1.parquet"), put(three_days[500:], tmp_path / "2.parquet")]
    for given in (paths, paths[::-1]):
        market = load(given, Config())
        assert joined(market.days) == ticks(three_days)
        assert (market.report.repeated, market.report.rows, market.report.dropped) == (200, 1400, 0)
    assert any(note.text == "200 rows repeat another row and are used once" for note in market.report.notes)


def test_overlapping_files_that_disagree_are_refused_or_the_first_is_kept(
    tmp_path: Path, spilled: Path, three_days: pl.DataFrame
) -> None:
    other = three_days[500:].with_columns(volume=pl.col("volume") + 1)
    paths = [put(three_days[:700], tmp_path / "1.parquet"), put(other, tmp_path / "2.parquet")]
    with pytest.raises(DataError, match=r"2\.parquet: row 0 .*the time repeats .*199 more such rows"):
        load(paths, Config())
    market = load(paths, DROP)
    assert joined(market.days) == ticks(pl.concat([three_days[:700], other[200:]]))
    assert market.report.dropped == 200


def test_interleaved_files_are_merged(tmp_path: Path, spilled: Path, three_days: pl.DataFrame) -> None:
    index = np.arange(1200)
    paths = [put(three_days.filter(pl.Series(index % 3 == k)), tmp_path / f"{k}.parquet") for k in range(3)]
    assert joined(load(paths, Config()).days) == ticks(three_days)


def test_rows_are_named_by_their_file_even_when_they_were_sorted(
    tmp_path: Path, spilled: Path, three_days: pl.DataFrame
) -> None:
    close = three_days["close"].to_list()
    close[900] = float("nan")
    bad = three_days.with_columns(pl.Series("close", close))
    paths = [
        put(bad[:700].reverse(), tmp_path / "1.parquet"),
        put(bad[500:].reverse(), tmp_path / "2.parquet"),
    ]
    with pytest.raises(DataError, match=r"2\.parquet: row 299 .*not a finite number"):
        load(paths, Config())


def test_a_few_rows_out_of_order_are_damage(tmp_path: Path) -> None:
    data = synth.generate(days=1, seed=5)
    swapped = data[:4000], data[4001:4002], data[4000:4001], data[4002:]
    with pytest.raises(DataError, match=r"row 4,000 .*later than that of the row after"):
        load([put(pl.concat(swapped), tmp_path / "x.parquet")], Config())
    assert load([put(pl.concat(swapped), tmp_path / "x.parquet")], DROP).report.dropped == 1
