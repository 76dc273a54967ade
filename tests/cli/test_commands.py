"""The commands as a user runs them, on the shipped sample."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bayescore import events
from bayescore.runs.reader import RunReader

Command = Callable[..., subprocess.CompletedProcess[str]]


def ok(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def trained(sample: Path, command: Command) -> str:
    return ok(command("train", "--data", sample, "--max-days", 2, "--iterations", 100, "--run", "smoke"))


def test_training_says_what_a_trader_wants_to_know(trained: str) -> None:
    for words in (
        "Training on 2 days",
        "new in-sample best",
        "in-sample (hindsight, not a result)",
        "out of sample",
        "Sharpe of day",
        "in trade: all / wins / losses",
        "regret",
        "strongest patterns",
        "Final summary",
        "odds alone",
        "memory 10 days",
        "tomorrow: ",
        "profit factor",
        "ambiguous",
        "Too early to say",
    ):
        assert words in trained, words
    # Nothing found with hindsight is printed without saying so.
    for line in trained.splitlines():
        if "best of" in line or "new " in line:
            assert "in-sample" in line


def test_quiet_prints_the_summary_only(sample: Path, command: Command) -> None:
    text = ok(command("train", "--data", sample, "--max-days", 1, "--iterations", 20, "--quiet"))
    assert "One date only teaches" in text
    assert "Training on" not in text


def test_json_prints_the_events_of_the_run(sample: Path, command: Command, tmp_path: Path) -> None:
    arguments = ("train", "--data", sample, "--max-days", 2, "--iterations", 20, "--run", "j", "--json")
    text = ok(command(*arguments))
    kinds = [type(events.decode(line)).__name__ for line in text.splitlines()]
    assert kinds[0] == "RunStarted"
    assert kinds[-1] == "RunFinished"
    assert kinds.count("DayFinished") == 2
    saved = (tmp_path / "checkpoints" / "j" / "events.jsonl").read_text()
    assert sorted(saved.splitlines()) == sorted(text.splitlines())


def test_runs_patterns_and_trades_of_a_run(trained: str, command: Command, tmp_path: Path) -> None:
    del trained
    assert "smoke" in ok(command("runs"))
    assert ok(command("patterns", "smoke", "--top", 3))
    lines = ok(command("trades", "smoke")).strip().splitlines()
    csv = pl.read_csv(ok(command("trades", "smoke", "--csv")).encode())
    assert len(lines) - 1 == len(csv) > 0
    result = RunReader(tmp_path / "checkpoints" / "smoke").results()[1]
    metrics = result.policies[result.headline].metrics
    assert metrics is not None
    assert len(csv) == metrics.trades
    assert csv["net_ticks"].sum() == pytest.approx(metrics.net_ticks)


def test_default_run_names_do_not_collide(sample: Path, command: Command, tmp_path: Path) -> None:
    for _ in range(2):
        ok(command("train", "--data", sample, "--max-days", 1, "--iterations", 20, "--quiet"))
    names = sorted(p.name for p in (tmp_path / "checkpoints").iterdir())
    assert names == ["mnq-2026-01-05-seed0", "mnq-2026-01-05-seed0-2"]


def test_keep_all_trades(sample: Path, command: Command, tmp_path: Path) -> None:
    ok(
        command(
            "train",
            "--data",
            sample,
            "--max-days",
            1,
            "--iterations",
            20,
            "--run",
            "k",
            "--keep-trades",
            "all",
        )
    )
    day = next((tmp_path / "checkpoints" / "k" / "days").iterdir())
    trades = pl.read_parquet(day / "trades.parquet").filter(pl.col("policy") == "iteration")
    sums = pl.read_parquet(day / "iterations.parquet")
    counted = trades.group_by("iteration").agg(pl.len().alias("n"), pl.col("gross").sum())
    joined = sums.join(counted, on="iteration", how="left").fill_null(0)
    assert (joined["trades"] == joined["n"]).all()
    assert (joined["gross"] == joined["gross_right"]).all()


def test_report_is_one_self_contained_page(trained: str, tmp_path: Path) -> None:
    del trained
    page = (tmp_path / "checkpoints" / "smoke" / "report.html").read_text()
    assert "id=equity" in page
    assert "http:" not in page
    assert "https:" not in page
    assert "hindsight" in page


def test_synth_then_inspect_then_train(command: Command, tmp_path: Path) -> None:
    ok(command("synth", "es.parquet", "--days", 2, "--seed", 5, "--instrument", "ES"))
    assert command("synth", "es.parquet").returncode == 2
    text = ok(command("inspect", "es.parquet"))
    for words in ("ES", "2026-01-05", "2026-01-06", "band", "momentum"):
        assert words in text
    ok(command("train", "--data", "es.parquet", "--iterations", 20, "--quiet"))
    header = json.loads((tmp_path / "checkpoints" / "es-2026-01-05-seed0" / "run.json").read_text())
    assert header["started"]["instrument"] == "ES"


@pytest.mark.parametrize("name", ["train", "inspect", "synth", "runs", "tomorrow", "patterns", "trades"])
def test_help_is_a_manual(name: str, command: Command) -> None:
    text = ok(command(name, "--help"))
    assert "Usage" in text
    assert len(text.splitlines()) >= 8
