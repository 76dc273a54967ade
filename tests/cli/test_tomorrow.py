"""``bayescore tomorrow`` on a run with a planted edge and on one without: what it says is what the run holds."""

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.data import synth
from bayescore.report.tomorrow import headline, sections
from bayescore.report.tomorrow_text import render_tomorrow
from bayescore.report.wording import money, state
from bayescore.results.tomorrow import Tomorrow
from bayescore.runs.reader import RunReader
from bayescore.runs.tomorrow import tomorrow_of_run
from tests.report.reading import Page

Command = Callable[..., subprocess.CompletedProcess[str]]
DAYS = 3


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoints with two trained runs, `planted` and `no_edge`."""
    folder = tmp_path_factory.mktemp("tomorrow")
    for name, seed, edge in (("planted", 11, 0.1), ("no_edge", 7001, 0.0)):
        data = folder / f"{name}.parquet"
        synth.write(synth.generate(days=DAYS, seed=seed, edge=edge), data)
        trainer = BayesianTrainingOrchestrator(
            Config(iterations=60, history_candidates=90), checkpoint_dir=folder / "runs", run=name
        )
        trainer.train(data)
    return folder / "runs"


def printed(command: Command, runs: Path, *arguments: str) -> str:
    done = command("tomorrow", *arguments, "--checkpoint-dir", runs)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def squeezed(text: str) -> str:
    return " ".join(text.split())


def read(runs: Path, name: str) -> Tomorrow:
    return tomorrow_of_run(RunReader(runs / name))


def test_an_edge_is_traded_with_everything_that_takes(command: Command, runs: Path) -> None:
    text = printed(command, runs, "planted")
    t = read(runs, "planted")
    assert text.startswith("Trade on Thu 2026-01-08: chance of an edge ")
    assert t.decision.params is not None and t.plan is not None
    # From the session table: 17:00 of the evening before until 16:00 Chicago time.
    assert "session Wed 2026-01-07 17:00:00 to Thu 2026-01-08 16:00:00" in text
    assert "states from Wed 2026-01-07 17:15:00" in text
    assert "no entry from 15:55:00; flat at 15:59:00" in text
    stop = t.decision.params.stop_loss_ticks
    assert f"stop {stop} ticks (${stop * 0.5:.2f}) from the fill" in squeezed(text)
    # Half a dollar a tick, $1.24 commission for the round trip and a tick of slippage on two market orders.
    assert t.plan.risk.trade.currency == pytest.approx((stop + 2) * 0.5 + 1.24)
    assert f"this bracket needs {t.plan.firing.needs:.3f}" in text


def test_without_an_edge_it_stays_flat_and_says_why(command: Command, runs: Path) -> None:
    text = squeezed(printed(command, runs, "no_edge"))
    assert text.startswith("Stay flat on Thu 2026-01-08: chance of an edge ")
    assert "needs 0.50" in text
    assert "best fixed design could be luck with probability" in text
    # There is nothing to carry out.
    assert "limit order" not in text
    assert "may fire" not in text


@pytest.mark.parametrize("name", ["planted", "no_edge"])
def test_json_says_what_the_text_says(command: Command, runs: Path, name: str) -> None:
    found: dict[str, Any] = json.loads(printed(command, runs, name, "--json"))
    text = squeezed(printed(command, runs, name, "--top", "1000"))
    decision, *others = found["words"].values()
    assert decision in text
    assert all(squeezed(line) in text for lines in others for line in lines)
    for day in found["record"]:
        assert f"{day['date']} {'trade' if day['trade'] else 'flat'}" in text
        assert f"{day['trades']} {money(day['net_currency'])} {money(day['paper_currency'])}" in text
    states = found["plan"]["firing"]["states"] if found["decision"]["trade"] else []
    for s in states:
        odds = f"{s['side']} {s['probability']:.3f} ({s['low']:.3f}–{s['high']:.3f})"
        assert f"{state(s['label'])} {odds}" in text
    assert f"may fire in {len(states)} states" in text or not found["decision"]["trade"]
    # The figures are the struct's, whole.
    del found["words"]
    assert msgspec.convert(found, Tomorrow) == read(runs, name)


def test_top_says_how_many_states_are_left_out(command: Command, runs: Path) -> None:
    t = read(runs, "planted")
    assert t.plan is not None
    text = printed(command, runs, "planted", "--top", "3")
    assert f"and {len(t.plan.firing.states) - 3} more: --top {len(t.plan.firing.states)}" in text
    assert sum(line.startswith("  band ") for line in text.splitlines()) == 3


@pytest.mark.parametrize("name", ["planted", "no_edge"])
def test_eighty_columns_lose_nothing(runs: Path, name: str) -> None:
    t = read(runs, name)
    screen = io.StringIO()
    Console(file=screen, width=80, highlight=False).print(render_tomorrow(t, 10))
    text = screen.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert headline(t) in squeezed(text)
    for section in sections(t):
        assert all(squeezed(line) in squeezed(text) for line in section.lines)
    for day in t.record:
        assert f"{money(day.net_currency)} {money(day.paper_currency)}" in squeezed(text)


def test_the_record_is_what_the_days_brought(runs: Path) -> None:
    for name in ("planted", "no_edge"):
        results = RunReader(runs / name).results()
        t = read(runs, name)
        assert [r.date for r in t.record] == [r.date for r in results[1:]]
        assert sum(r.net_currency for r in t.record) == pytest.approx(
            results[-1].policies["decision"].cumulative_net_currency
        )
        for evening, row in zip(results, t.record, strict=False):
            assert (row.trade, row.expert) == (evening.decision.trade, evening.decision.expert)
            assert row.trade or row.net_currency == 0


@pytest.mark.parametrize("name", ["planted", "no_edge"])
def test_the_report_begins_with_the_same(runs: Path, name: str) -> None:
    page = Page((runs / name / "report.html").read_text(encoding="utf-8"))
    t = read(runs, name)
    assert headline(t) in page.words["Tomorrow"]
    cells = [cell for _, cell in page.tables["Tomorrow"][0]]
    assert cells == ["\n".join(section.lines) for section in sections(t)]
    assert page.text.index("<h2>Tomorrow") < page.text.index("<h2>Out of sample, net of costs")


def test_a_run_without_a_day_is_one_line(command: Command, runs: Path, tmp_path: Path) -> None:
    begun = tmp_path / "c" / "begun"
    begun.mkdir(parents=True)
    (begun / "run.json").write_bytes((runs / "planted" / "run.json").read_bytes())
    done = command("tomorrow", "begun", "--checkpoint-dir", tmp_path / "c")
    assert done.returncode != 0
    assert "no finished day yet" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"no table", b"PAR1" + bytes(64) + b"PAR1"])
def test_a_damaged_brain_is_one_line(command: Command, runs: Path, tmp_path: Path, content: bytes) -> None:
    shutil.copytree(runs / "planted", tmp_path / "c" / "planted")
    brain = sorted((tmp_path / "c" / "planted" / "days").iterdir())[-1] / "brain.parquet"
    brain.write_bytes(content)
    done = command("tomorrow", "planted", "--checkpoint-dir", tmp_path / "c")
    assert done.returncode != 0
    assert f"{brain}: damaged" in done.stderr
    assert len(done.stderr.splitlines()) == 1
