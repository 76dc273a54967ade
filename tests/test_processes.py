"""Processes do what they are given, and nothing of them outlives their context, however it ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bayescore.errors import BayescoreError, UsageError
from bayescore.processes import AHEAD, Processes

ENDLESS = "import time, sys\ndef wait(_):\n    print(flush=True)\n    time.sleep(600)\n"
"""A module of tasks that only a signal ends; each says that it has begun."""


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    threads, children = set(threading.enumerate()), set(multiprocessing.active_children())
    main = sys.modules["__main__"]
    yield
    assert set(threading.enumerate()) <= threads
    assert set(multiprocessing.active_children()) <= children
    assert sys.modules["__main__"] is main


def endless(_: int) -> None:
    threading.Event().wait()


def endless_but_the_first(task: int) -> None:
    if task:
        endless(task)


def killed(task: int) -> int:
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def refused(task: int) -> int:
    raise UsageError(f"task {task}")


def interrupted(task: int) -> int:
    os.kill(os.getpid(), signal.SIGINT)
    return task


def where(_: int) -> tuple[str, int]:
    return str(Path.cwd()), os.getpid()


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_is_done_once(workers: int) -> None:
    with Processes(abs, range(-20, 0), workers, advice="") as processes:
        done = {task: future.result() for task, future in processes.done()}
    assert done == {task: -task for task in range(-20, 0)}


def test_few_are_handed_out_ahead_and_what_is_left_is_dropped() -> None:
    tasks = iter(range(100))
    with Processes(abs, tasks, 1, advice="") as processes:
        processes.hand_out()
        next(processes.done())
    assert next(tasks) <= 2 * AHEAD


def test_whoever_leaves_does_not_wait_for_what_is_in_work() -> None:
    with Processes(endless_but_the_first, range(8), 2, advice="") as processes:
        assert next(processes.done())[0] == 0


def test_they_work_where_the_parent_is_and_are_no_more_than_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Processes(where, range(12), 2, advice="") as processes:
        told = [future.result() for _, future in processes.done()]
    assert {folder for folder, _ in told} == {str(tmp_path)}
    assert 1 <= len({pid for _, pid in told} - {os.getpid()}) <= 2


def test_a_worker_that_is_killed_is_told_with_what_to_do() -> None:
    with (
        pytest.raises(
            BayescoreError, match=r"a worker process ended before its task was done.*; do it again"
        ),
        Processes(killed, range(8), 1, advice="do it again") as processes,
    ):
        for _, future in processes.done():
            future.result()


def test_an_error_of_a_task_is_its_own() -> None:
    with (
        pytest.raises(UsageError, match=r"task \d"),
        Processes(refused, range(8), 2, advice="") as processes,
    ):
        for _, future in processes.done():
            future.result()


def test_whoever_looks_may_end_it() -> None:
    looked = []

    def look() -> None:
        looked.append(None)
        if len(looked) == 3:
            raise UsageError("enough")

    with (
        pytest.raises(UsageError, match="enough"),
        Processes(endless, range(8), 2, advice="") as processes,
    ):
        list(processes.done(look))


def test_an_interrupt_is_not_theirs() -> None:
    with Processes(interrupted, range(3), 1, advice="") as processes:
        assert sorted(future.result() for _, future in processes.done()) == [0, 1, 2]


def script(folder: Path, text: str) -> "subprocess.Popen[str]":
    """A script without ``if __name__ == "__main__"``, in a session of its own."""
    (folder / "endless.py").write_text(ENDLESS)
    file = folder / "script.py"
    file.write_text("import os, signal\nfrom bayescore.processes import Processes\nimport endless\n" + text)
    return subprocess.Popen(
        [sys.executable, str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_script_is_not_run_again_by_its_workers(tmp_path: Path) -> None:
    running = script(
        tmp_path,
        'print("once")\nwith Processes(abs, [-1, -2], 2, advice="") as processes:\n'
        "    print(sorted(future.result() for _, future in processes.done()))\n",
    )
    assert running.communicate(timeout=120) == ("once\n[1, 2]\n", "")


def test_an_interrupt_while_they_begin_is_the_parent_s_alone() -> None:
    others = set(multiprocessing.active_children())
    with Processes(endless, range(4), 2, advice="") as processes:
        processes.hand_out()
        workers = set(multiprocessing.active_children()) - others
        assert len(workers) == 2
        for worker in workers:
            status = Path(f"/proc/{worker.pid}/status").read_text()
            told = dict(line.split(":\t", 1) for line in status.splitlines())
            deaf = int(told["SigBlk"], 16) | int(told["SigIgn"], 16)
            assert deaf & 1 << signal.SIGINT - 1
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_they_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    running = script(
        tmp_path,
        'with Processes(endless.wait, range(4), 2, advice="") as processes:\n    list(processes.done())\n',
    )
    assert running.stdout is not None
    for _ in range(2):
        assert running.stdout.readline() == "\n"
    running.kill()
    # The workers hold the other ends of these pipes.
    said, _ = running.communicate(timeout=120)
    assert said == ""
