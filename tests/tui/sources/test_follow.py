"""Following files that a real process writes, cuts back, replaces, or leaves behind when it dies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bayescore import events as ev
from bayescore.runs.records import Live
from bayescore.runs.validation import ValidationFile
from bayescore_tui.sources.follow import FollowRun, Tail, judge, process_exists
from bayescore_tui.sources.messages import Events, Restarted, SourceFailed, StatusReport
from bayescore_tui.sources.spec import RunSpec
from tests.tui.fake_run import FakeRun, write_run
from tests.tui.opening import DEAD_PID, NOW, PATIENCE_S, opened

FAKE = Path(__file__).parents[1] / "fake_run.py"


def test_tail_gives_whole_lines_only(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    tail = Tail(file)
    assert tail.read() == (False, [])
    file.write_bytes(b"one\ntw")
    assert tail.read() == (False, [b"one"])
    assert tail.read() == (False, [])
    with file.open("ab") as out:
        out.write(b"o\nthree\n")
    assert tail.read() == (False, [b"two", b"three"])


def test_tail_starts_over_when_the_file_was_cut_back(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    tail = Tail(file)
    file.write_bytes(b"one\ntwo\nthree\n")
    tail.read()
    file.write_bytes(b"one\n")
    assert tail.read() == (True, [b"one"])


def test_tail_starts_over_when_the_file_was_cut_back_and_has_outgrown_its_old_size(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    tail = Tail(file)
    file.write_bytes(b"one\ntwo\n")
    tail.read()
    file.write_bytes(b"one\nother\nand more\n")
    assert tail.read() == (True, [b"one", b"other", b"and more"])


def test_tail_goes_on_in_a_replaced_file_that_begins_the_same(tmp_path: Path) -> None:
    """A resume replaces the file by one with the same finished days: nothing need be read again."""
    file = tmp_path / "events.jsonl"
    tail = Tail(file)
    file.write_bytes(b"one\ntwo\n")
    tail.read()
    new = tmp_path / "new"
    new.write_bytes(b"one\ntwo\nthree\n")
    new.replace(file)
    assert tail.read() == (False, [b"three"])


def test_a_dead_process_does_not_exist_even_before_it_is_collected() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        assert process_exists(child.pid)
        child.kill()
        end = time.monotonic() + PATIENCE_S
        while process_exists(child.pid):  # not yet waited for: a zombie
            assert time.monotonic() < end
            time.sleep(0.01)
    assert not process_exists(child.pid)
    assert not process_exists(DEAD_PID)
    assert process_exists(os.getpid())


@pytest.mark.parametrize(
    ("state", "alive", "age", "finished", "says"),
    [
        ("running", True, 0.3, False, "running"),
        ("paused", True, 0.3, False, "paused"),
        ("running", False, 0.3, False, "running"),  # another machine's folder, or it died this moment
        ("running", False, 5.0, False, "gone"),
        ("paused", False, 5.0, False, "gone"),
        ("running", True, 60.0, False, "silent"),
        ("running", False, 60.0, True, "finished"),
        ("stopped", False, 9e6, False, "stopped"),
        ("failed", False, 9e6, False, "failed"),
        ("finished", False, 9e6, True, "finished"),
    ],
)
def test_how_the_writer_is_judged(state: str, alive: bool, age: float, finished: bool, says: str) -> None:
    assert (
        judge(
            Live(pid=os.getpid() if alive else DEAD_PID, state=state, updated=NOW - age), finished, NOW
        ).state
        == says
    )


@pytest.mark.parametrize(
    ("held", "age", "says"),
    [
        (False, 0.3, "gone"),
        (False, -3600.0, "gone"),
        (True, 0.3, "running"),
        (True, 60.0, "silent"),
        (True, -60.0, "silent"),
    ],
)
def test_a_lock_that_is_free_means_a_dead_writer_whatever_the_clock_says(
    held: bool, age: float, says: str
) -> None:
    live = Live(pid=os.getpid(), state="running", updated=NOW - age)
    assert judge(live, False, NOW, held).state == says


def test_without_live_json_only_the_end_is_known() -> None:
    assert judge(None, False, NOW).state == "waiting"
    assert judge(None, True, NOW).state == "finished"


@contextmanager
def following(path: Path) -> Iterator[list[object]]:
    """Messages of a follower on its own thread."""
    source, messages = FollowRun(path), []
    thread = threading.Thread(target=source.run, args=(messages.append,), daemon=True)
    thread.start()
    try:
        yield messages
    finally:
        source.close()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def wait_for(condition: object) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


def told(messages: list[object]) -> list[ev.Event]:
    return [event for m in list(messages) if isinstance(m, Events) for event in m.events]


def test_history_then_what_is_added(tmp_path: Path) -> None:
    fake = FakeRun(2)
    file = tmp_path / "events.jsonl"
    lines = [ev.encode(fake.started)]
    for index in range(2):
        started, bests, done, _ = fake.day(index)
        lines += [ev.encode(e) for e in (started, *bests, done)]
    file.write_bytes(b"\n".join(lines[:4]) + b"\n")
    with following(tmp_path) as messages:
        wait_for(lambda: len(told(messages)) == 4)
        assert not any(m.live for m in messages if isinstance(m, Events))
        with file.open("ab") as out:
            for line in lines[4:]:
                out.write(line + b"\n")
                out.flush()
        wait_for(lambda: len(told(messages)) == len(lines))
    assert [ev.encode(e) for e in told(messages)] == lines


def test_a_resumed_run_is_read_again_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "run"
    write_run(path, days=4, finished=3, live="stopped")
    with following(path) as messages:
        wait_for(lambda: sum(isinstance(e, ev.DayFinished) for e in told(messages)) == 3)
        messages.clear()
        shutil.rmtree(path)
        write_run(path, days=4, finished=2, live="stopped", seed=8)
        wait_for(lambda: any(isinstance(m, Restarted) for m in messages))
        wait_for(lambda: sum(isinstance(e, ev.DayFinished) for e in told(messages)) == 2)


def test_a_file_of_something_else_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"event": "surprise"}\n')
    with pytest.raises(Exception, match="is not an event of this version"):
        FollowRun(tmp_path).run(lambda _m: None)


def contents(path: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(p): (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes())
        for p in sorted(path.rglob("*"))
        if p.is_file()
    }


async def test_following_never_touches_the_run(tmp_path: Path) -> None:
    path = tmp_path / "run"
    write_run(path, days=4, finished=3, live="running", pid=DEAD_PID, updated=NOW - 60)
    path.joinpath(".lock").unlink()
    before = contents(path)
    async with opened(RunSpec(run=path)) as screen:
        await screen.sees("the training process is gone")
        for keys in (["enter"], ["escape"], ["2", "enter"], ["escape"], ["3"], ["4"], ["7"], ["w"]):
            await screen.press(*keys)
            await screen.settle()
    assert contents(path) == before


async def test_attach_to_a_real_process_and_survive_its_death(tmp_path: Path) -> None:
    path = tmp_path / "run"
    command = [sys.executable, str(FAKE), str(path), "--days", "40", "--pause", "0.04"]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}) as writer:
        try:
            wait_for((path / "events.jsonl").exists)
            async with opened(RunSpec(run=path), now=time.time) as screen:
                await screen.sees("training")
                await screen.until(lambda: len(screen.app.model.days) >= 3, "three days")
                first = screen.app.model.progress
                await screen.until(lambda: screen.app.model.progress != first, "progress that moves")
                assert not screen.app.training  # it is not ours to stop

                writer.kill()
                await screen.sees("the training process is gone", "finished days are safe")
                days = len(screen.app.model.days)
                assert days < 40

                await screen.press("enter")
                await screen.sees("parameter sets")
                await screen.press("escape", "2")
                await screen.sees("eff. n")
                await screen.press("q")
            assert screen.app.return_code == 0
        finally:
            writer.kill()


async def test_a_run_that_cannot_be_read_shows_a_panel_and_the_log(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.mkdir()
    (path / "events.jsonl").write_text("not json\n")
    async with opened(RunSpec(run=path)) as screen:
        await screen.sees("The run cannot be followed", "is not an event of this version", "tui.log")
        await screen.press("escape", "question_mark")
        await screen.sees("Keys")


async def test_an_empty_folder_waits_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.mkdir()
    async with opened(RunSpec(run=path)) as screen:
        await screen.sees("waiting for events", "A row for each day appears here")
        write_run(path, days=2, live="finished")
        await screen.sees("finished", "2/2")


def test_status_is_not_told_ten_times_a_second(finished_run: Path) -> None:
    with following(finished_run) as messages:
        wait_for(lambda: any(isinstance(m, StatusReport) for m in messages))
        time.sleep(0.6)
    assert sum(isinstance(m, StatusReport) for m in messages) <= 2
    assert not any(isinstance(m, SourceFailed) for m in messages)


def test_the_end_of_a_validated_run_says_what_worlds_without_an_edge_say(tmp_path: Path) -> None:
    plain = write_run(tmp_path / "run", days=3).summary().summary

    def followed() -> ev.Verdict | None:
        with following(tmp_path / "run") as messages:
            wait_for(lambda: any(isinstance(e, ev.RunFinished) for e in told(messages)))
            (end,) = (e for e in told(messages) if isinstance(e, ev.RunFinished))
            return end.summary.verdict

    assert followed() == plain.verdict
    assert plain.verdict is not None
    found = ev.Validation(
        null="states", search="reduced", days=2, traded_days=2, observed_net_currency=1.0, world_net_currency=[2.0, 0.0],
        permutations=2, as_good=1, stopped_early=False, p_value=0.5, verdict=plain.verdict, sentence="half",
    )  # fmt: skip # figures, several to a line
    ValidationFile.of_run(tmp_path / "run", "key").finish(found)
    verdict = followed()
    assert verdict is not None
    assert verdict.null_p_value == 0.5
    (tmp_path / "run" / "validation.json").write_text("{")
    assert followed() == plain.verdict, "a damaged validation says nothing"
