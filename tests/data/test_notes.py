"""What was done to the data is told in the same words by inspect, by train, in the run and in its report."""

import io
import json
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from bayescore import BayesianTrainingOrchestrator, Config, events
from bayescore.data import synth
from bayescore.data.inspect import to_json
from bayescore.report.clock import Clock
from bayescore.report.inspect_text import render_inspect
from bayescore.report.progress_reporter import ProgressReporter
from bayescore.report.wording import MOST_NOTES, data_note_lines
from tests.data.frames import inspect_data, put


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    days = synth.generate(start="2026-01-06", days=3, seed=3)
    last = days.filter(pl.col("ts_event").dt.date() >= pl.date(2026, 1, 8))["ts_event"][0]
    close = days["close"].to_list()
    close[100] = float("nan")
    cut = days.with_columns(pl.Series("close", close)).filter(pl.col("ts_event") < last)
    return put(cut, tmp_path_factory.mktemp("x") / "x.parquet")


@pytest.fixture(scope="module")
def run(path: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = Config(iterations=10, on_bad_rows="drop")
    root = tmp_path_factory.mktemp("runs")
    BayesianTrainingOrchestrator(config, checkpoint_dir=root, run="r").train(path)
    return root / "r"


def test_inspect_train_run_and_report_tell_the_same(path: str, run: Path) -> None:
    report = inspect_data([path], Config(on_bad_rows="drop"))
    texts = [note.text for note in report.load.notes]
    assert len(texts) == 2
    assert texts[0].startswith("1 row dropped: not a number; x.parquet, first row 100 (")
    assert texts[1].startswith("2026-01-08 left out: the data cover ")
    started = events.decode((run / "events.jsonl").read_bytes().splitlines()[0])
    assert isinstance(started, events.RunStarted)
    assert started.data_notes == report.load.notes
    summary = json.loads((run / "summary.json").read_bytes())
    assert [note["text"] for note in summary["data_notes"]] == texts
    page = (run / "report.html").read_text(encoding="utf-8")
    assert all(f"<li>{text}</li>" in page for text in texts)
    shown, told = io.StringIO(), io.StringIO()
    ProgressReporter(Console(file=shown, width=500))(started)
    Console(file=told, width=500).print(*render_inspect(report, Clock("utc")))
    assert all(text in shown.getvalue() and text in told.getvalue() for text in texts)


def test_inspect_as_json(path: str) -> None:
    report = inspect_data([path], Config())
    read = json.loads(to_json(report))
    assert read["refusal"] == report.refusal is not None
    assert [day["date"] for day in read["days"]] == ["2026-01-06", "2026-01-07", "2026-01-08"]
    assert read["notes"][0]["kind"] == "dropped"
    assert read["load"]["problems"][0]["row"] == 100


def test_many_notes_are_counted() -> None:
    notes = [events.DataNote(kind="left_out", text=f"note {i}") for i in range(MOST_NOTES + 3)]
    lines = data_note_lines(notes)
    assert lines[:-1] == [note.text for note in notes[:MOST_NOTES]]
    assert lines[-1].startswith("and 3 more")


def test_names_from_outside_bring_no_control_characters(tmp_path: Path) -> None:
    data = synth.generate(start="2026-01-06", days=1, seed=3)
    evil = "MNQH6-\x1b]0;x\x07"
    other = data[:50].with_columns(symbol=pl.lit(evil), instrument_id=pl.lit(5, dtype=pl.UInt32))
    path = put(pl.concat([data, other]).sort("ts_event", maintain_order=True), tmp_path / "x.parquet")
    (note,) = inspect_data([path], Config()).load.notes
    assert note.text.isprintable() and "left out (MNQH6-" in note.text
