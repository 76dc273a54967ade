"""Runs compared, renamed and removed, as a user does it."""

import json
import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from bayescore.errors import RunError
from bayescore.results.comparison import differences
from bayescore.runs import layout
from bayescore.runs.comparing import compare_runs
from bayescore.runs.reader import RunReader
from bayescore.runs.removal import contents_of, remove_run, rename_run
from bayescore.runs.writer import RunWriter
from tests.run_files import BAYESCORE, contents
from tests.tui.fake_run import write_run

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_settings_that_differ_are_named_and_no_others() -> None:
    one = {"iterations": 10, "costs": {"slippage_ticks": None, "intrabar": "stop_first"}, "old": 1}
    two = {"iterations": 10, "costs": {"slippage_ticks": 2, "intrabar": "stop_first"}, "new": [1, 2]}
    found = [(d.field, d.a, d.b) for d in differences(one, two)]
    assert found == [("costs.slippage_ticks", None, 2), ("old", 1, None), ("new", None, [1, 2])]


def test_figures_are_those_of_the_days_that_both_traded(tmp_path: Path) -> None:
    write_run(tmp_path / "long", days=12, seed=1)
    write_run(tmp_path / "short", days=9, seed=2)
    a, b = RunReader(tmp_path / "long"), RunReader(tmp_path / "short")
    found = compare_runs(a, b)
    nets = []
    for run in (a, b):
        by_date = {r.date: r.policies[r.headline].metrics for r in run.results()}
        nets.append([by_date[d].net_currency for d in found.days])
    assert found.days == [r.date for r in b.results()[1:]]
    assert [s.summary.net_currency for s in found.sides] == pytest.approx([sum(n) for n in nets])
    assert [s.days_alone for s in found.sides] == [3, 0]
    paired = stats.ttest_rel(nets[1], nets[0]).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((paired.low, paired.high))
    assert found.mean_difference == pytest.approx(np.mean(nets[1]) - np.mean(nets[0]))


def test_compare_prints_both_and_json_has_it_all(sample: Path, command: Command) -> None:
    common = ("train", "--data", sample, "-q", "--iterations")
    assert command(*common, 20, "--run", "a").returncode == 0
    assert command(*common, 30, "--run", "b", "--set", "costs.slippage_ticks=3").returncode == 0
    text = command("compare", "a", "b").stdout
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in text.splitlines() if "\t" in line}
    assert rows["iterations"] == ["20", "30"]
    assert rows["costs.slippage_ticks"] == ["–", "3"]
    assert set(rows) & {"seed", "objective", "costs.intrabar"} == set()
    found = json.loads(command("compare", "a", "b", "--json").stdout)
    assert found["days"] == ["2026-01-06", "2026-01-07"]
    assert int(rows["trades"][0].replace(",", "")) == found["sides"][0]["summary"]["trades"]
    assert "no interval under five days" in text
    other = json.loads(command("compare", "a", "b", "--json", "--policy", "day_best").stdout)
    assert other["sides"][0]["summary"]["net_ticks"] != found["sides"][0]["summary"]["net_ticks"]
    refused = command("compare", "a", "b", "--policy", "day_bset")
    assert refused.returncode == 2
    assert "did you mean day_best?" in refused.stderr


def test_other_bars_on_the_same_days_are_said(tmp_path: Path, command: Command) -> None:
    for seed in (1, 2):
        command("synth", f"{seed}.parquet", "--days", 2, "--seed", seed)
        command("train", "--data", f"{seed}.parquet", "--iterations", 10, "--run", f"r{seed}", "-q")
    assert "other bars on 1 of these days (2026-01-06)" in command("compare", "r1", "r2").stdout


def test_a_renamed_run_has_the_same_files(tmp_path: Path) -> None:
    write_run(tmp_path / "old", days=3)
    write_run(tmp_path / "taken", days=2)
    before = contents(tmp_path / "old")
    with pytest.raises(RunError, match="is there already"):
        rename_run(RunReader(tmp_path / "old"), "taken")
    for bad in ("a/b", "..", "", "\x1b[2J"):
        with pytest.raises(RunError, match="a name"):
            rename_run(RunReader(tmp_path / "old"), bad)
    assert rename_run(RunReader(tmp_path / "old"), "new [1]") == tmp_path / "new [1]"
    assert contents(tmp_path / "new [1]") == before
    assert not (tmp_path / "old").exists()


def test_a_removed_run_leaves_nothing_and_nothing_else_is_touched(tmp_path: Path) -> None:
    write_run(tmp_path / "gone", days=3)
    write_run(tmp_path / "kept", days=3)
    (tmp_path / "gone" / layout.SET_ASIDE / "2026-01-09").mkdir(parents=True)
    (tmp_path / "gone" / layout.SET_ASIDE / "2026-01-09" / layout.RESULT).write_text("{")
    before = contents(tmp_path / "kept")
    assert contents_of(RunReader(tmp_path / "gone")).foreign == []
    remove_run(RunReader(tmp_path / "gone"))
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]
    assert contents(tmp_path / "kept") == before


@pytest.mark.parametrize(
    "where",
    ["notes.txt", "days/mine.txt", "days/{day}/notes.txt", "days/2031-01-01", "set-aside/mine/notes.txt"],
)
@pytest.mark.parametrize("as_link", [False, True])
def test_a_run_with_something_else_in_it_is_refused_whole(tmp_path: Path, where: str, as_link: bool) -> None:
    write_run(tmp_path / "r", days=2)
    run = RunReader(tmp_path / "r")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / layout.RESULT).write_text("precious")
    path = tmp_path / "r" / where.format(day=run.finished_days()[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    if as_link:
        path.symlink_to(elsewhere)
    else:
        path.write_text("mine")
    before = contents(tmp_path / "r")
    with pytest.raises(RunError, match="nothing was touched"):
        remove_run(run)
    assert contents(tmp_path / "r") == before
    assert (elsewhere / layout.RESULT).read_text() == "precious"


def test_links_in_the_place_of_own_files_lead_nowhere(tmp_path: Path) -> None:
    write_run(tmp_path / "r", days=2)
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "2026-01-01").mkdir()
    (precious / "2026-01-01" / layout.RESULT).write_text("precious")
    (tmp_path / "r" / layout.SET_ASIDE).symlink_to(precious)
    with pytest.raises(RunError):
        remove_run(RunReader(tmp_path / "r"))
    (tmp_path / "link").symlink_to(tmp_path / "r")
    for act in (remove_run, lambda run: rename_run(run, "x")):
        with pytest.raises(RunError):
            act(RunReader(tmp_path / "link"))
    assert (precious / "2026-01-01" / layout.RESULT).read_text() == "precious"
    assert (tmp_path / "r" / layout.HEADER).exists()


def test_a_run_that_is_being_written_stays(tmp_path: Path) -> None:
    write_run(tmp_path / "r", days=2)
    writer = RunWriter(tmp_path / "r")
    writer.lock()
    try:
        for act in (remove_run, lambda run: rename_run(run, "x")):
            with pytest.raises(RunError, match="another process is writing this run; stop it first"):
                act(RunReader(tmp_path / "r"))
    finally:
        writer.close()
    assert len(RunReader(tmp_path / "r").finished_days()) == 2


def test_a_run_half_removed_can_be_removed_again(tmp_path: Path) -> None:
    write_run(tmp_path / "r", days=3)
    day = next((tmp_path / "r" / "days").iterdir())
    for file in list(day.iterdir())[:5]:
        file.unlink()
    remove_run(RunReader(tmp_path / "r"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("answer", "gone"), [("yes", True), ("y", False), ("", False)])
def test_delete_asks(tmp_path: Path, answer: str, gone: bool, command: Command) -> None:
    write_run(tmp_path / "checkpoints" / "r", days=2)
    unasked = command("delete", "r")
    assert unasked.returncode == 2
    assert "--yes removes it" in unasked.stderr
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [BAYESCORE, "delete", "r"], cwd=tmp_path, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        os.close(theirs)
        os.write(ours, answer.encode() + b"\n")
        said, problem = process.communicate(timeout=60)
    os.close(ours)
    assert b"2 finished days" in said
    assert (tmp_path / "checkpoints" / "r").exists() is not gone
    assert (process.returncode, b"left as it is" in problem) == ((0, False) if gone else (2, True))


def test_yes_removes_without_asking(tmp_path: Path, command: Command) -> None:
    write_run(tmp_path / "checkpoints" / "r", days=2)
    assert command("delete", "r", "--yes").returncode == 0
    assert not (tmp_path / "checkpoints" / "r").exists()
