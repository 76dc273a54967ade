"""CSV files of tables."""

from __future__ import annotations

import csv
import resource
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB."""
    place = tmp_path / "disk"
    place.mkdir()
    asked = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(asked, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no file system may be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_one_line_and_leaves_nothing(small_disk: Path) -> None:
    kept = write_csv(small_disk, "run-days", ["a"], [["b"]])
    with pytest.raises(RunError, match=r"run-days-2\.csv: cannot be written \(No space left on device\)"):
        write_csv(small_disk, "run-days", ["date", "net"], [["2026-01-05", k] for k in range(20_000)])
    assert [p.name for p in small_disk.iterdir()] == ["run-days.csv"]
    assert read(kept) == [["a"], ["b"]]
    assert write_csv(small_disk, "run-days", ["a"], []).name == "run-days-2.csv"


def test_a_file_that_may_not_grow_leaves_nothing() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))
    try:
        with pytest.raises(RunError, match="cannot be written"):
            write_csv(Path.cwd(), "x", ["a"], [["b" * 20] for _ in range(1_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(Path.cwd().iterdir()) == []


def test_two_that_write_at_once_do_not_take_each_others_name() -> None:
    with ThreadPoolExecutor(8) as threads:
        paths = list(threads.map(lambda k: write_csv(Path.cwd(), "x", ["k"], [[k]]), range(40)))
    assert len(set(paths)) == 40
    assert [read(path)[1] for path in paths] == [[str(k)] for k in range(40)]
    assert {p.suffix for p in Path.cwd().iterdir()} == {".csv"}


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be written"):
        write_csv(tmp_path / "nowhere", "x", ["a"], [])
