"""Tables of a run taken out for other programs hold what the run holds."""

import csv
import io
import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from bayescore.events import Pattern
from bayescore.results.tomorrow import Tomorrow
from bayescore.runs.exporting import patterns_frame
from bayescore.runs.reader import RunReader
from bayescore.runs.tomorrow import tomorrow_of_run
from bayescore.vocabulary import FACTORS
from tests.run_files import BAYESCORE

TABLES = ("trades", "days", "patterns", "iterations", "evidence")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    root = tmp_path_factory.mktemp("export")
    train = [BAYESCORE, "train", "--data", str(sample), "--iterations", "50", "--run", "r", "-q"]
    subprocess.run(train, cwd=root, capture_output=True, check=True)
    return root


def export(folder: Path, *words: str | Path) -> bytes:
    done = subprocess.run([BAYESCORE, "export", "r", *words], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("what", TABLES)
def test_all_formats_hold_the_same_cells(folder: Path, what: str, tmp_path: Path) -> None:
    out = tmp_path / "table.parquet"
    export(folder, "--what", what, "--to", "parquet", "--out", out)
    frame = pl.read_parquet(out)
    assert frame.equals(pl.read_parquet(io.BytesIO(export(folder, "--what", what, "--to", "parquet"))))
    assert len(frame) > 0
    rows = json.loads(export(folder, "--what", what, "--to", "json"))
    lines = list(csv.DictReader(io.StringIO(export(folder, "--what", what, "--to", "csv").decode())))
    assert len(rows) == len(lines) == len(frame)
    for name in frame.columns:
        kind = frame.schema[name]
        column = frame[name].to_list()
        if kind.is_numeric():
            # What is no number has no value in JSON.
            plain = [x if x is not None and math.isfinite(x) else None for x in column]
            assert [row[name] for row in rows] == plain
            assert [float(line[name]) if line[name] else None for line in lines] == pytest.approx(
                column, nan_ok=True
            )
        elif kind == pl.String:
            assert [row[name] for row in rows] == column
            assert [line[name] or None for line in lines] == [x or None for x in column]
        else:
            assert [row[name] is None for row in rows] == [x is None for x in column]


def test_tables_are_those_of_the_days(folder: Path) -> None:
    run = RunReader(folder / "checkpoints" / "r")

    def table(what: str) -> pl.DataFrame:
        return pl.read_parquet(io.BytesIO(export(folder, "--what", what, "--to", "parquet")))

    dates = run.finished_days()
    for what in ("trades", "iterations"):
        whole = table(what)
        for date in dates:
            own = pl.read_parquet(io.BytesIO(run.read(date, f"{what}.parquet")))
            assert whole.filter(pl.col("date") == date).drop("date").equals(own)
    days = table("days")
    for r in run.results():
        for name, policy in r.policies.items():
            row = days.filter((pl.col("date") == r.date) & (pl.col("policy") == name)).row(0, named=True)
            assert row["headline"] == (name == r.headline)
            assert row["net_currency"] == (policy.metrics.net_currency if policy.metrics else None)
            assert row["set_stop_loss_ticks"] == (policy.params.stop_loss_ticks if policy.params else None)
    evidence = table("evidence")
    for evening, date, day in evidence.select("evening", "date", "day").unique().iter_rows():
        assert dates.index(date) - dates.index(evening) == day
    assert [p["label"] for p in table("patterns").to_dicts()] == [p.label for p in run.results()[-1].patterns]


def test_no_patterns_have_columns_all_the_same(folder: Path) -> None:
    some = RunReader(folder / "checkpoints" / "r").results()[-1].patterns
    told, none = patterns_frame(some), patterns_frame([])
    assert some and none.is_empty() and none.schema == told.schema
    assert [msgspec.convert(row, Pattern) for row in told.to_dicts()] == list(some)


def test_tomorrow_has_units_and_a_schema_that_it_follows(folder: Path) -> None:
    found = json.loads(export(folder, "--what", "tomorrow", "--to", "json"))
    assert (found["format"], found["version"]) == ("bayescore.tomorrow", 1)
    assert msgspec.convert(found["tomorrow"], Tomorrow) == tomorrow_of_run(
        RunReader(folder / "checkpoints" / "r")
    )
    assert set(found["factors"]) == set(FACTORS) == set(found["units"]) & set(FACTORS)
    assert found["units"]["stop_loss_ticks"] == "ticks"
    schema = found["schema"]

    def check(value: Any, rule: dict[str, Any]) -> None:
        """As much of JSON Schema as the schema uses."""
        if "$ref" in rule:
            rule = schema["$defs"][str(rule["$ref"]).rpartition("/")[2]]
        if "anyOf" in rule:
            kinds = [r for r in rule["anyOf"] if r.get("type") == "null"] if value is None else rule["anyOf"]
            kinds = [r for r in kinds if value is None or r.get("type") != "null"]
            assert kinds, (value, rule)
            check(value, kinds[0])
        elif rule.get("type") == "object" and "properties" in rule:
            assert set(rule["required"]) <= set(value) <= set(rule["properties"])
            for name, inner in value.items():
                check(inner, rule["properties"][name])
        elif rule.get("type") == "array":
            for inner in value:
                check(inner, rule.get("items") or {})
        elif "enum" in rule:
            assert value in rule["enum"]
        elif "type" in rule:
            kind = {
                "string": str,
                "integer": int,
                "number": (int, float),
                "boolean": bool,
                "null": type(None),
            }
            assert isinstance(value, kind.get(rule["type"], object))

    check(found["tomorrow"], schema)
    with pytest.raises(AssertionError):
        check({**found["tomorrow"], "symbol": 1}, schema)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--what", "tomorrow"], "use --to json"),
        (["--what", "trades", "--out", "there.csv"], "exists; --force replaces it"),
        (["--out", "no/such/folder/x.csv"], "cannot be written"),
        (["--what", "everything"], "everything"),
    ],
)
def test_what_cannot_be_exported_is_refused(folder: Path, words: list[str], says: str) -> None:
    (folder / "there.csv").write_text("mine")
    done = subprocess.run(
        [BAYESCORE, "export", "r", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""
    assert (folder / "there.csv").read_text() == "mine"
    assert not list(folder.glob(".*tmp"))
    export(folder, "--what", "patterns", "--out", "there.csv", "--force")
    assert (folder / "there.csv").read_text() != "mine"


def test_damage_is_named(folder: Path, tmp_path: Path, sample: Path) -> None:
    command: Callable[..., subprocess.CompletedProcess[str]] = lambda *words: subprocess.run(  # noqa: E731
        [BAYESCORE, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    command("train", "--data", str(sample), "--max-days", "1", "--iterations", "10", "--run", "r", "-q")
    (file,) = (tmp_path / "checkpoints" / "r" / "days").glob("*/trades.parquet")
    file.write_bytes(b"PAR1 nothing PAR1")
    done = command("export", "r")
    assert done.returncode == 2
    assert "trades.parquet: damaged" in done.stderr
