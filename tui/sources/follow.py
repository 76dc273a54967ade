"""Follow a run that another process writes, or wrote: reads its files, never writes or locks anything."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path

import msgspec

from bayescore import events
from bayescore.errors import MissingError, RunError
from bayescore.runs import layout
from bayescore.runs.reader import RunReader
from bayescore.runs.records import Live
from bayescore.runs.safe_files import Folder
from bayescore_tui.sources.messages import Events, ProgressReport, Restarted, State, Status, StatusReport
from bayescore_tui.sources.protocol import Post

POLL_S = 0.1
GONE_AFTER_S = 2.0
"""A process that is gone wrote its last words at most this long ago (the folder may be another machine's)."""
SILENT_AFTER_S = 15.0
"""A process that exists but has not been heard of for this long is stopped or stuck."""
BATCH = 256
TAIL_CHECK = 4096
CHUNK = 1 << 20


def process_exists(pid: int) -> bool:
    """Whether a process runs here; one that has died and was not yet collected counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    except OverflowError:
        return False
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return True
    # The name in parentheses may hold anything, so the state is looked for behind the last one.
    return stat.rpartition(b")")[2].split()[:1] not in ([b"Z"], [b"X"])


def judge(live: Live | None, finished: bool, now: float, held: bool | None = None) -> Status:
    """Say how the writing process is doing.

    Parameters
    ----------
    live
        Content of ``live.json``, if there is one.
    finished
        Whether the run's last event has been read.
    now
        Unix seconds.
    held
        Whether the run's lock was held *before* `live` was read; a writer says its last words before it lets go.
        ``None`` if that is not known: then age and process number have to do.
    """
    if live is None:
        return Status("finished" if finished else "waiting")
    # A clock that was set back makes words from the future: as old as they are away.
    age = abs(now - live.updated)
    state: State
    match live.state:
        case "finished" | "stopped" | "failed" as ended:
            state = ended
        case _ if finished:
            state = "finished"
        case _ if held is False:
            state = "gone"
        case _ if held is None and age > GONE_AFTER_S and not process_exists(live.pid):
            state = "gone"
        case _ if age > SILENT_AFTER_S:
            state = "silent"
        case "paused":
            state = "paused"
        case _:
            state = "running"
    return Status(state, live.pid, age, live.error)


class Tail:
    """Whole lines of a file that another process appends to, cuts back, or replaces."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0
        self._before = b""
        """Last bytes before the offset: they tell a file that was cut and grew again from one that only grew."""
        self._stamp: tuple[int, int, int] | None = None

    def read(self) -> tuple[bool, list[bytes]]:
        """Return whether everything starts over, and the whole lines since the last call (at most a chunk's)."""
        try:
            with self._opened() as file:
                stat = os.fstat(file.fileno())
                stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
                if stamp == self._stamp:
                    return False, []
                restarted = False
                if stat.st_size < self._offset or not self._continues(file):
                    restarted, self._offset, self._before = True, 0, b""
                file.seek(self._offset)
                data = file.read(CHUNK)
        except MissingError:
            # A resume replaces the file in one step; if it is truly gone there is nothing to read.
            return False, []
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and len(data) == CHUNK:
            raise RunError(f"{self.path}: a line of more than {CHUNK:,} bytes; this is not a file of events")
        self._offset += len(whole)
        self._before = (self._before + whole)[-TAIL_CHECK:]
        # Only when the end was reached may the next call skip an unchanged file.
        self._stamp = stamp if len(data) < CHUNK else None
        return restarted, whole.splitlines()

    def _opened(self) -> BufferedReader:
        """The file, if it is one: a link or a pipe in its place is refused."""
        with Folder.open(self.path.parent, links=True) as folder:
            fd = folder.open_file(self.path.name, layout.limit(self.path.name))
        return os.fdopen(fd, "rb")

    def _continues(self, file: BufferedReader) -> bool:
        file.seek(self._offset - len(self._before))
        return file.read(len(self._before)) == self._before


class FollowRun:
    """Event source that reads a run's folder.

    Parameters
    ----------
    path
        ``checkpoints/<run>``.
    now
        Clock in Unix seconds; tests hand in one that stands still.
    """

    control = None

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._directory = RunReader(path)
        self._now = now
        self._closed = threading.Event()
        self._tail = Tail(path / layout.EVENTS)
        self._finished = False
        self._live_stamp: tuple[int, int] | None = None
        self._live: Live | None = None
        self._progress: events.Progress | None = None
        self._told = Status("waiting")

    @property
    def title(self) -> str:
        return self._directory.name

    @property
    def run_dir(self) -> Path | None:
        return self._directory.path

    def close(self) -> None:
        self._closed.set()

    def run(self, post: Post) -> None:
        """Read history, then go on reading what is added until closed."""
        history = True
        while not self._closed.is_set():
            more = self._read_events(post, live=not history)
            if more:
                continue
            history = False
            self._read_live(post)
            self._closed.wait(POLL_S)

    def _read_events(self, post: Post, live: bool) -> bool:
        restarted, lines = self._tail.read()
        if restarted:
            self._finished = False
            post(Restarted())
        batch: list[events.Event] = []
        for number, line in enumerate(lines, 1):
            try:
                event = events.decode(line)
            except msgspec.MsgspecError as error:
                raise RunError(
                    f"{self._tail.path}: line {number} of this part is not an event of this version ({error})"
                ) from None
            if isinstance(event, events.RunFinished):
                event = self._judged(event)
            if not isinstance(event, events.Progress):
                batch.append(event)
                self._finished = isinstance(event, events.RunFinished)
            if len(batch) == BATCH:
                post(Events(tuple(batch), live))
                batch.clear()
        if batch:
            post(Events(tuple(batch), live))
        return bool(lines)

    def _judged(self, event: events.RunFinished) -> events.RunFinished:
        """The end of the run with what its validation says; one that cannot be read says nothing."""
        try:
            return events.RunFinished(summary=self._directory.judged(event.summary))
        except RunError:
            return event

    def _read_live(self, post: Post) -> None:
        path = self._directory.path / layout.LIVE
        held = self._directory.being_written()
        try:
            stat = path.stat()
        except OSError:
            self._live, self._live_stamp = None, None
        else:
            stamp = (stat.st_ino, stat.st_mtime_ns)
            if stamp != self._live_stamp:
                self._live_stamp, self._live = stamp, self._directory.live() or self._live
        progress = self._live.progress if self._live else None
        if progress is not None and progress != self._progress:
            self._progress = progress
            post(ProgressReport(progress))
        status = judge(self._live, self._finished, self._now(), held)
        # Ten reports a second would say nothing new; the age is shown in seconds.
        if status.state != self._told.state or abs((status.age_s or 0.0) - (self._told.age_s or 0.0)) >= 1.0:
            self._told = status
            post(StatusReport(status))
