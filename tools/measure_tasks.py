"""Time what a stranger wants of the dashboard, done by keys alone in a real terminal (tmux).

python tools/measure_tasks.py [--rounds 5]

Prints a table: the task, its keys, and the seconds from the first key to the answer on screen, least and most of the
rounds. Each key is sent once the screen has been at rest for 0.15 s after the one before; reading and deciding come on
top. A path is typed as one key.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bayescore.config import Config
from bayescore.data import synth
from bayescore.training.orchestrator import BayesianTrainingOrchestrator

PATIENCE_S = 60.0
LOOK_S = 0.005
REST_S = 0.15
SOCKET = f"bayescore-tasks-{os.getpid()}"


class Task(NamedTuple):
    """What is wanted, from where, by which keys, and how one sees that it is there."""

    name: str
    start: tuple[str, ...]
    keys: tuple[str, ...]
    done: Callable[[str, Path], bool]


TASKS = (
    Task(
        "the worst trade of the month, on its price",
        ("--run", "month"),
        ("3", "o", "o", "o", "o", "Enter"),
        lambda text, _folder: re.search(r"\d+/\d+ (long|short) −", text) is not None,
    ),
    Task("why tomorrow is flat", ("--run", "flat"), ("8",), lambda text, _folder: "could be luck" in text),
    Task(
        "the trades of one pattern, in a file",
        ("--run", "month"),
        ("2", "Enter", "e"),
        lambda _text, folder: any(folder.glob("pattern-*-trades.csv")),
    ),
    Task(
        "yesterday's run with today's file",
        (),
        ("r", "/", "C-u", "today.parquet", "Enter"),
        lambda text, _folder: "3/3" in text and "finished" in text,
    ),
)


def tmux(*arguments: str) -> str:
    """Run a command of tmux and return what it prints."""
    command = ["tmux", "-u", "-L", SOCKET, "-f", "/dev/null", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


def screen() -> str:
    """What the terminal shows."""
    return tmux("capture-pane", "-p", "-t", "run")


def wait(condition: Callable[[], bool], what: str) -> None:
    """Wait until something holds.

    Raises
    ------
    RuntimeError
        If it never does.
    """
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} never came; the screen shows\n{screen()}")
        time.sleep(LOOK_S)


def at_rest() -> bool:
    """Whether the screen stays as it is for a moment."""
    now = screen()
    time.sleep(REST_S)
    return screen() == now


def prepare(folder: Path) -> None:
    """A month with an edge and one without, and a run of yesterday with today's longer file."""
    for name, days, edge in (
        ("month", 22, 0.05),
        ("flat", 22, 0.0),
        ("yesterday", 2, 0.0),
        ("today", 3, 0.0),
    ):
        synth.write(
            synth.generate(start="2026-01-05", days=days, seed=4, edge=edge), folder / f"{name}.parquet"
        )
    config = Config(iterations=200, history_candidates=200)
    for name in ("month", "flat", "yesterday"):
        run = BayesianTrainingOrchestrator(config, checkpoint_dir=folder / "checkpoints", run=name)
        run.train([str(folder / f"{name}.parquet")])


def seconds(task: Task, source: Path) -> float:
    """Do a task once, in a copy of the folder."""
    with tempfile.TemporaryDirectory(prefix="bayescore-task-") as name:
        folder = Path(name) / "work"
        shutil.copytree(source, folder)
        program = shutil.which("bayescore-tui", path=str(Path(sys.executable).parent)) or "bayescore-tui"
        tmux(
            "new-session", "-d", "-s", "run", "-x", "120", "-y", "40", "-c", str(folder), program, *task.start
        )
        try:
            ready = "22/22" if task.start else "yesterday"
            wait(lambda: ready in screen(), "the first screen")
            began = time.monotonic()
            for key in task.keys[:-1]:
                tmux("send-keys", "-t", "run", *(("-l",) if "." in key else ()), key)
                wait(at_rest, "rest")  # not a change: an order that the rows have already shows none
            tmux("send-keys", "-t", "run", task.keys[-1])
            wait(lambda: task.done(screen(), folder), task.name)
            return time.monotonic() - began
        finally:
            tmux("kill-server")


def main(arguments: Sequence[str] | None = None) -> None:
    """Do every task, round by round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    with tempfile.TemporaryDirectory(prefix="bayescore-tasks-") as name:
        prepare(Path(name))
        print(f"{'task':<46}{'keys':>5}{'least s':>9}{'most s':>8}")
        for task in TASKS:
            found = [seconds(task, Path(name)) for _ in range(rounds)]
            keys = len([key for key in task.keys if "." not in key])
            print(f"{task.name:<46}{keys:>5}{min(found):>9.2f}{max(found):>8.2f}", flush=True)


if __name__ == "__main__":
    main()
