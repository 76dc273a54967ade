"""The evidence of candidates, put together from what each day added."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bayescore.design.factors import NAMES, FactorSpace
from bayescore.errors import RunError
from bayescore_tui.model.evidence import MOST_DAYS, EvidenceGrid, read_evidence
from tests.tui.fake_figures import a_set

DATES = ["2026-01-05", "2026-01-06", "2026-01-07"]


def write(
    run: Path, date: str, cells: list[tuple[int, int, int]], pool: dict[str, object] | None = None
) -> None:
    folder = run / "days" / date
    folder.mkdir(parents=True)
    columns = ("candidate", "day", "net")
    frame = pl.DataFrame(dict(zip(columns, map(list, zip(*cells, strict=True)), strict=True)))
    frame.write_parquet(folder / "evidence.parquet")
    if pool is not None:
        pl.DataFrame(pool).write_parquet(folder / "pool.parquet")


def test_cells_stand_on_the_day_they_are_of_and_the_best_mean_comes_first(tmp_path: Path) -> None:
    run = tmp_path / "a[1]b"
    write(run, DATES[0], [(1, 0, 1500)])
    # Candidate 2 is new on the second evening and was tried on the first day as well.
    write(run, DATES[1], [(1, 0, -2000), (2, 0, 0), (2, -1, 4000), (9, 0, 1)])
    write(run, DATES[2], [(2, 0, 500)])
    grid = read_evidence(run, DATES)
    assert grid.candidates == (2, 9, 1)
    assert grid.days_of(2) == (4.0, 0.0, 0.5)
    assert grid.days_of(1) == (1.5, -2.0, None)
    assert grid.days_of(7) == ()
    assert grid.rank is None


def test_who_has_lost_the_race_is_left_out_and_the_chosen_one_is_found(tmp_path: Path) -> None:
    first, second = a_set(1), a_set(2)
    assert first != second
    table = FactorSpace(1.0, ()).table([first, second])
    pool: dict[str, object] = {"candidate": [4, 8], **{name: table[name] for name in NAMES}}
    write(tmp_path, DATES[0], [(4, 0, 1000), (8, 0, -1000), (5, 0, 9000)], pool)
    grid = read_evidence(tmp_path, DATES[:1], second)
    assert grid.candidates == (4, 8)
    assert (grid.chosen, grid.rank) == (8, 2)
    assert read_evidence(tmp_path, DATES[:1], a_set(3)).chosen is None


def test_a_missing_day_is_empty_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    write(tmp_path, DATES[1], [(1, 0, 1000)])
    assert read_evidence(tmp_path, DATES[:2]).days_of(1) == (None, 1.0)
    (tmp_path / "days" / DATES[1] / "evidence.parquet").write_bytes(b"x")
    with pytest.raises(RunError, match=r"evidence\.parquet"):
        read_evidence(tmp_path, DATES[:2])


def test_no_more_days_are_read_than_have_room(tmp_path: Path) -> None:
    dates = [f"2026-{1 + k // 28:02}-{1 + k % 28:02}" for k in range(MOST_DAYS + 3)]
    write(tmp_path, dates[-1], [(1, 0, 1000), (1, -MOST_DAYS, 5000)])
    grid = read_evidence(tmp_path, dates)
    assert grid.dates == tuple(dates[-MOST_DAYS:])
    assert grid.days_of(1)[-1] == 1.0
    assert all(v is None for v in grid.days_of(1)[:-1])


@pytest.mark.parametrize("count", [0, 1, 2, 5, 16, 17, 100])
def test_rows_double_hold_every_candidate_once_and_are_means(count: int) -> None:
    rng = np.random.default_rng(count)
    net = rng.normal(size=(count, 4))
    net[rng.random(net.shape) < 0.3] = math.nan
    net[:, 3] = rng.normal(size=count)
    grid = EvidenceGrid(("a", "b", "c", "d"), tuple(range(count)), net)
    bands = grid.bands()
    assert [r for band in bands for r in range(band.first, band.last + 1)] == list(range(1, count + 1))
    for k, band in enumerate(bands):
        assert band.first == (1 if k == 0 else 2 ** (k - 1) + 1)
        for day in range(4):
            tried = [v for v in net[band.first - 1 : band.last, day].tolist() if not math.isnan(v)]
            expected = pytest.approx(sum(tried) / len(tried)) if tried else None
            assert band.net_ticks[day] == expected
