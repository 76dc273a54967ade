"""A command of the user's own at the end of a day and of a run, and the bell."""

import json
import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bayescore.runs.reader import RunReader
from tests.run_files import BAYESCORE, assert_same_run

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A command that appends what it is told to a file, and says something itself."""
    script = tmp_path / "tell me.sh"
    script.write_text(
        "#!/bin/sh\necho said by the command\n"
        'printf "%s|%s|%s|%s|%s|%s|%s|%s\\n" "$BAYESCORE_EVENT" "$BAYESCORE_RUN" "$BAYESCORE_DATE" "$BAYESCORE_DAYS" '
        '"$BAYESCORE_NET" "$BAYESCORE_TRADE" "$BAYESCORE_RUN_DIR" "$BAYESCORE_ERROR" >> "$1"\n'
    )
    script.chmod(0o755)
    return script


def told(file: Path) -> list[list[str]]:
    return [line.split("|") for line in file.read_text().splitlines()] if file.exists() else []


def test_days_and_the_end_are_told_with_their_facts(
    sample: Path, command: Command, tmp_path: Path, note: Path
) -> None:
    train = ("train", "--data", sample, "--iterations", 20, "--run", "r", "--json", "-q")
    done = command(*train, "--on-finish", f"'{note}' end", "--on-day", f"'{note}' days")
    assert done.returncode == 0, done.stderr
    run = RunReader(tmp_path / "checkpoints" / "r")
    results = run.results()
    rows = told(tmp_path / "days")
    assert [row[:4] for row in rows] == [["day", "r", r.date, str(r.index + 1)] for r in results]
    nets = [f"{r.policies[r.headline].cumulative_net_currency:.2f}" for r in results]
    assert [row[4] for row in rows] == nets
    assert [row[5] for row in rows] == [str(int(r.decision.trade)) for r in results]
    (end,) = told(tmp_path / "end")
    assert end == [
        "finished",
        "r",
        results[-1].date,
        "3",
        nets[-1],
        rows[-1][5],
        str(run.path.absolute()),
        "",
    ]
    # What the command prints does not come between the lines of JSON, of which --quiet leaves the last.
    assert "said by the command" in done.stderr
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["event"] == "run_finished"
    # The files of the run know nothing of it.
    command("train", "--data", sample, "--iterations", 20, "--run", "r", "-q", "--checkpoint-dir", "plain")
    assert_same_run(run.path, tmp_path / "plain" / "r")
    # A resume trains no day again and tells of none.
    command("resume", "r", "-q", "--on-finish", f"'{note}' end", "--on-day", f"'{note}' days")
    assert len(told(tmp_path / "days")) == 3
    assert [row[0] for row in told(tmp_path / "end")] == ["finished", "finished"]


def test_a_failure_is_told_with_its_reason(command: Command, tmp_path: Path, note: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    done = command("train", "--data", "bad.parquet", "--on-finish", f"'{note}' end")
    assert done.returncode == 2
    (row,) = told(tmp_path / "end")
    assert row[0] == "failed"
    assert "bad.parquet" in row[-1]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("nowhere/at-all", "cannot be run"),
        ("false", "ended with exit code 1"),
        ("sh -c 'exit 7'", "exit code 7"),
    ],
)
def test_a_command_that_fails_is_said_and_harmless(
    what: str, says: str, sample: Path, command: Command, tmp_path: Path
) -> None:
    train = ("train", "--data", sample, "--iterations", 20, "--max-days", 1, "-q", "--run", "r")
    done = command(*train, "--on-finish", what)
    assert done.returncode == 0
    assert "--on-finish" in done.stderr
    assert says in done.stderr
    assert len(RunReader(tmp_path / "checkpoints" / "r").finished_days()) == 1


@pytest.mark.parametrize("bad", ["", "say 'hello"])
def test_a_command_that_is_none_is_refused_before_anything_begins(
    bad: str, sample: Path, command: Command, tmp_path: Path
) -> None:
    done = command("train", "--data", sample, "--on-day", bad)
    assert done.returncode == 2
    assert "--on-day" in done.stderr
    assert not (tmp_path / "checkpoints").exists()


@pytest.mark.parametrize(("words", "rings"), [(["--bell"], 1), ([], 0)])
def test_the_bell_rings_on_a_terminal(words: list[str], rings: int, sample: Path, tmp_path: Path) -> None:
    arguments = [
        BAYESCORE,
        "train",
        "--data",
        str(sample),
        "--iterations",
        "20",
        "--max-days",
        "1",
        "-q",
        *words,
    ]
    ours, theirs = pty.openpty()
    with subprocess.Popen(arguments, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            said += part
    os.close(ours)
    assert process.returncode == 0
    assert said.count(b"\a") == rings
    piped = subprocess.run([*arguments, "--run", "p"], cwd=tmp_path, capture_output=True, check=True)
    assert b"\a" not in piped.stdout + piped.stderr
