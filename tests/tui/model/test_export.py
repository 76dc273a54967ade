"""CSV files of tables."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bayescore.errors import RunError
from bayescore_tui.model.export import write_csv


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_values_come_back_and_nothing_is_overwritten(tmp_path: Path) -> None:
    rows = [["2026-01-05", 12.345678901234567, None], ['a,b\n"c"', -3, True]]
    first = write_csv(tmp_path, "run-days", ["date", "net", "x"], rows)
    again = write_csv(tmp_path, "run-days", ["date"], [])
    assert (first.name, again.name) == ("run-days.csv", "run-days-2.csv")
    assert read(first) == [
        ["date", "net", "x"],
        ["2026-01-05", "12.345678901234567", ""],
        ['a,b\n"c"', "-3", "True"],
    ]
    assert read(again) == [["date"]]


def test_a_text_is_never_a_formula_and_a_name_never_a_path(tmp_path: Path) -> None:
    path = write_csv(tmp_path, "../../[/x] run", ["state"], [["=HYPERLINK(1)"], ["-2.5..-2"], [-2.5]])
    assert path.parent == tmp_path
    assert read(path)[1:] == [["'=HYPERLINK(1)"], ["'-2.5..-2"], ["-2.5"]]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be written"):
        write_csv(tmp_path / "nowhere", "x", ["a"], [])
