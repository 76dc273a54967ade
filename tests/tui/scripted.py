"""A training of which the test sets the pace: real files, real threads, one step at a time."""

from __future__ import annotations

import threading
from pathlib import Path

from bayescore import events as ev
from bayescore.runs.records import DayFiles
from bayescore.runs.writer import RunWriter
from bayescore_tui.sources.messages import Events, ProgressReport, Status, StatusReport
from bayescore_tui.sources.protocol import Post
from tests.tui.fake_run import FakeRun


class ScriptedControl:
    """Control with the trainer's meaning: pause holds between steps, stop drops the day in work."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.stopped = threading.Event()
        self.after_day = threading.Event()

    @property
    def paused(self) -> bool:
        return not self.go.is_set()

    def pause(self) -> None:
        self.go.clear()

    def resume(self) -> None:
        self.go.set()

    def stop_after_day(self) -> None:
        self.after_day.set()

    def stop(self) -> None:
        self.stopped.set()
        self.go.set()


class ScriptedTraining:
    """Event source that trains nothing: every `release` lets it do some steps (five make a day)."""

    def __init__(self, path: Path, days: int = 4, failure: BaseException | None = None) -> None:
        self.fake = FakeRun(days, run=path.name)
        self.directory = RunWriter(path)
        self.control = ScriptedControl()
        self.steps = threading.Semaphore(0)
        self.failure = failure
        self.ended = threading.Event()
        self.posted = 0

    @property
    def title(self) -> str:
        return self.directory.name

    @property
    def run_dir(self) -> Path:
        return self.directory.path

    def close(self) -> None:
        self.control.stop()

    def release(self, steps: int) -> None:
        """Let it do so many steps more."""
        for _ in range(steps):
            self.steps.release()

    def run(self, post: Post) -> None:
        try:
            self._run(post)
        finally:
            self.directory.close()
            self.ended.set()

    def _run(self, post: Post) -> None:
        self.directory.lock()
        self.directory.start(self.fake.header, self.fake.bars)
        post(Events((self.fake.started,), live=True))
        post(StatusReport(Status("running")))
        days = len(self.fake.dates)
        for index in range(days):
            started, bests, done, files = self.fake.day(index)
            post(Events((started,), live=True))
            for best in bests:
                if not self._step(post):
                    post(StatusReport(Status("stopped")))
                    return
                post(Events((best,), live=True))
                progress = self.progress(index, best.best.iteration, "sweeping")
                post(ProgressReport(progress))
            if self.failure is not None and index == 1:
                raise self.failure
            self.directory.write_day(DayFiles(date=started.date, files=files))
            post(Events((done,), live=True))
            if self.control.after_day.is_set() and index + 1 < days:
                post(StatusReport(Status("stopped")))
                return
        post(Events((self.fake.summary(),), live=True))
        post(StatusReport(Status("finished")))

    def _step(self, post: Post) -> bool:
        while not self.control.stopped.is_set():
            if self.control.paused:
                post(StatusReport(Status("paused")))
                self.control.go.wait()
                post(StatusReport(Status("running")))
                continue
            if self.steps.acquire(timeout=0.02):
                return True
        return False

    def progress(self, index: int, done: int, phase: str) -> ev.Progress:
        days, total = len(self.fake.dates), self.fake.started.iterations
        self.posted += 1
        return ev.Progress(
            date=self.fake.dates[index],
            index=index,
            days=days,
            phase=phase,
            done=done,
            total=total,  # type: ignore[arg-type]
            elapsed_s=0.25 * self.posted,
            eta_s=12.0,
        )
