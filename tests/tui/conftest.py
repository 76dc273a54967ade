"""Frozen runs, and surroundings of their own for every test."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.fake_run import write_run
from tests.tui.opening import DEAD_PID, NOW


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No log outside of the test's folder, clock times in UTC, a working directory without data."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(
        "bayescore_tui.screens.run_screen.SHARE", 1.0
    )  # tests need not leave time to a trainer
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    here = tmp_path / "cwd"
    here.mkdir()
    monkeypatch.chdir(here)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 22 days that has ended. Read only."""
    path = tmp_path_factory.mktemp("runs") / "mnq-demo"
    write_run(path, updated=NOW - 60)
    return path


@pytest.fixture(scope="session")
def running_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in its eighth day, written by a process that lives. Read only."""
    path = tmp_path_factory.mktemp("runs") / "mnq-live"
    write_run(path, finished=7, live="running", updated=NOW - 0.2, pid=os.getpid(), hold=True)
    return path


@pytest.fixture(scope="session")
def dead_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose process died in its eighth day. Read only."""
    path = tmp_path_factory.mktemp("runs") / "mnq-dead"
    write_run(path, finished=7, live="running", updated=NOW - 42, pid=DEAD_PID)
    return path
