"""The evidence of candidates, put together from what each day added."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bayescore.errors import RunError
from bayescore_tui.model.evidence import read_evidence

DATES = ["2026-01-05", "2026-01-06", "2026-01-07"]


def write(run: Path, date: str, cells: list[tuple[int, int, int]]) -> None:
    folder = run / "days" / date
    folder.mkdir(parents=True)
    columns = ("candidate", "day", "net")
    frame = pl.DataFrame(dict(zip(columns, map(list, zip(*cells, strict=True)), strict=True)))
    frame.write_parquet(folder / "evidence.parquet")


def test_cells_stand_on_the_day_they_are_of(tmp_path: Path) -> None:
    run = tmp_path / "a[1]b"
    write(run, DATES[0], [(1, 0, 1500)])
    # Candidate 2 is new on the second evening and was tried on the first day as well.
    write(run, DATES[1], [(1, 0, -2000), (2, 0, 0), (2, -1, 4000), (9, 0, 1)])
    write(run, DATES[2], [(2, 0, 500)])
    grid = read_evidence(run, DATES, [2, 1])
    assert grid.candidates == (2, 1)
    assert grid.net_ticks == ((4.0, 0.0, 0.5), (1.5, -2.0, None))


def test_a_missing_day_is_empty_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    write(tmp_path, DATES[1], [(1, 0, 1000)])
    assert read_evidence(tmp_path, DATES[:2], [1]).net_ticks == ((None, 1.0),)
    (tmp_path / "days" / DATES[1] / "evidence.parquet").write_bytes(b"x")
    with pytest.raises(RunError, match=r"evidence\.parquet"):
        read_evidence(tmp_path, DATES[:2], [1])
