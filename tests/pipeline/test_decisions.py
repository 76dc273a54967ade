"""Decisions of a run with a history: nobody's future, thread, interruption or length of run changes them."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import msgspec
import polars as pl
import pytest

from bayescore import BayesianTrainingOrchestrator, Config, TrainingControl, events
from bayescore.data import synth
from bayescore.errors import Interrupted
from bayescore.runs import layout
from bayescore.runs.reader import RunReader
from tests.run_files import BAYESCORE, assert_same_run, contents

DAYS = 11
CONFIG = Config(iterations=20, history_candidates=60, history_days=9, min_trades=3)
"""The history is shorter than the run, so that days are forgotten, and long enough for sums of many days."""


def train(data: Path, root: Path, *, threads: int = 2, config: Config = CONFIG, **kwargs: object) -> Path:
    orchestrator = BayesianTrainingOrchestrator(config, checkpoint_dir=root, run="r", threads=threads)
    orchestrator.train(data, **kwargs)  # type: ignore[arg-type]
    return root / "r"


def days_of(run: Path) -> list[str]:
    return sorted(p.name for p in (run / "days").iterdir())


def of_days(run: Path, dates: list[str]) -> dict[str, bytes]:
    """Files of some days but for the manifests, which name the run."""
    folders = tuple(f"days/{d}/" for d in dates)
    return {
        name: data
        for name, data in contents(run).items()
        if name.startswith(folders) and not name.endswith(layout.MANIFEST)
    }


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reversion that pays: decisions to trade, and to stay flat."""
    file = tmp_path_factory.mktemp("bars") / "bars.parquet"
    synth.write(synth.generate(start="2026-01-05", days=DAYS, seed=6, edge=0.05), file)
    return file


@pytest.fixture(scope="module")
def whole(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(bars, tmp_path_factory.mktemp("whole"))


def test_the_run_decides_both_ways_and_forgets(whole: Path) -> None:
    decisions = [r.decision for r in RunReader(whole).results()]
    assert {d.trade for d in decisions} == {True, False}
    assert len({d.params for d in decisions}) > 2
    assert [d.known_days for d in decisions] == [min(k + 1, CONFIG.history_days) for k in range(DAYS)]
    assert len({d.expert for d in decisions}) > 1


@pytest.mark.parametrize("threads", [1, 8])
def test_threads_change_nothing(bars: Path, tmp_path: Path, whole: Path, threads: int) -> None:
    assert_same_run(train(bars, tmp_path, threads=threads), whole)


@pytest.mark.parametrize("after", [1, 6, 10])
def test_a_resumed_run_decides_as_an_uninterrupted_one(
    bars: Path, tmp_path: Path, whole: Path, after: int
) -> None:
    control = TrainingControl()

    def stop(event: events.AnyEvent) -> None:
        if isinstance(event, events.DayStarted) and event.index == after - 1:
            control.stop_after_day()

    with pytest.raises(Interrupted):
        train(bars, tmp_path, on_event=stop, control=control)
    assert len(days_of(tmp_path / "r")) == after
    assert_same_run(train(bars, tmp_path, resume=True), whole)


@pytest.mark.parametrize("first", [1, 4, 10])
def test_a_short_run_is_the_beginning_of_a_longer_one(
    bars: Path, tmp_path: Path, whole: Path, first: int
) -> None:
    dates = days_of(whole)[:first]
    config = msgspec.structs.replace(CONFIG, max_days=first)
    short = train(bars, tmp_path, config=config)
    assert days_of(short) == dates
    assert of_days(short, dates) == of_days(whole, dates)


@pytest.mark.parametrize("changed", [2, 7])
def test_a_changed_day_changes_no_decision_made_before_it(
    bars: Path, tmp_path: Path, whole: Path, changed: int
) -> None:
    dates = days_of(whole)
    data = pl.read_parquet(bars)
    # Sessions open the evening before: all bars from that evening to the next.
    opened = pl.col("ts_event") + pl.duration(hours=2)
    inside = opened.dt.date() == pl.lit(dates[changed]).str.to_date()
    before = data.filter(opened.dt.date() < pl.lit(dates[changed]).str.to_date())
    pivot = before["close"][-1]
    # Moves three times as large; the days after it stay as they were.
    stretched = data.with_columns(
        pl.when(inside).then(pivot + 3 * (pl.col(name) - pivot)).otherwise(pl.col(name)).alias(name)
        for name in ("open", "high", "low", "close")
    )
    stretched.write_parquet(tmp_path / "changed.parquet")
    other = train(tmp_path / "changed.parquet", tmp_path)
    assert days_of(other) == dates
    assert of_days(other, dates[:changed]) == of_days(whole, dates[:changed])
    mine, theirs = RunReader(whole).results(), RunReader(other).results()
    for k in range(changed):
        assert mine[k].decision == theirs[k].decision
    assert mine[changed].decision != theirs[changed].decision
    assert mine[-1].decision != theirs[-1].decision


def test_a_stop_while_choosing_keeps_the_finished_days(bars: Path, tmp_path: Path) -> None:
    config = msgspec.structs.replace(CONFIG, history_candidates=20_000, max_days=3)
    control = TrainingControl()
    stopped: list[events.Progress] = []

    def stop(event: events.AnyEvent) -> None:
        if isinstance(event, events.Progress) and event.phase == "choosing" and event.index == 1:
            stopped.append(event)
            control.stop()

    with pytest.raises(Interrupted):
        train(bars, tmp_path / "a", config=config, on_event=stop, control=control)
    assert stopped
    assert len(days_of(tmp_path / "a" / "r")) == 1
    resumed = train(bars, tmp_path / "a", config=config, resume=True)
    assert_same_run(resumed, train(bars, tmp_path / "b", config=config))


@pytest.mark.parametrize("turn", range(4))
def test_ctrl_c_while_choosing_ends_the_command_and_keeps_the_finished_days(
    bars: Path, tmp_path: Path, turn: int
) -> None:
    """Several times: the day before may be written, in writing or still to be encoded."""
    (tmp_path / "c.toml").write_text("history_candidates = 30_000\n")
    arguments = ["train", "--data", bars, "--config", tmp_path / "c.toml", "--iterations", "20"]
    process = subprocess.Popen(
        [BAYESCORE, *map(str, arguments), "--run", "r", "--checkpoint-dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )

    def choosing() -> bool:
        try:
            live = json.loads((tmp_path / "r" / "live.json").read_bytes())
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        return live["progress"]["phase"] == "choosing" and live["progress"]["index"] >= 1

    while not choosing() and process.poll() is None:
        time.sleep(0.002)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "kept" in errors
    assert "Traceback" not in errors
    live = RunReader(tmp_path / "r").live()
    assert live is not None
    assert live.state == "stopped"
    kept = days_of(tmp_path / "r")
    assert f"{len(kept)} finished days kept" in errors
    assert 1 <= len(kept) < DAYS, errors
