"""A run on disk: written so that a crash leaves each day whole or absent, read without trusting it.

``events.jsonl``, ``run.json``, ``days/`` and the summary hold no wall-clock times and no thread counts; those go to
``live.json`` and ``timings.jsonl``. So equal runs are equal bytes, however often they were stopped.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from bayescore import events
from bayescore.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMA = 1
"""Version of the files in a run directory; a run of another version is refused."""


class RunHeader(msgspec.Struct, frozen=True, kw_only=True):
    """``run.json``: what makes a run what it is. Two runs with equal headers have equal bytes."""

    schema: int
    version: str
    run: str
    data: list[str]
    """Paths as given, for `--resume` and for the price line of the dashboard."""
    fingerprint: str
    """Digest of the bars that were loaded."""
    config: dict[str, Any]
    started: events.RunStarted


class DayFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished day leaves: file name to content."""

    date: str
    files: dict[str, bytes]


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """``live.json``: where the writing process is now. Replaced as a whole, never part of a comparison."""

    pid: int
    state: str
    """running, paused, finished, stopped or failed."""
    updated: float
    progress: events.Progress | None = None
    error: str | None = None


def _fsync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_atomic(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Replace a file as a whole."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as f:
        f.write(content)
        if sync:
            f.flush()
            os.fsync(f.fileno())
    temporary.replace(path)


def pretty(value: object) -> bytes:
    """JSON for people: two spaces, one field a line, the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


class RunDirectory:
    """One run's folder. Opened for writing it holds a lock until closed.

    Parameters
    ----------
    path
        ``checkpoints/<run>``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.days_path = path / "days"
        self._lock: IO[bytes] | None = None
        self._events: IO[bytes] | None = None
        self._syncing: ThreadPoolExecutor | None = None

    # -- reading -------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.path.name

    def header(self) -> RunHeader:
        """Read ``run.json``.

        Raises
        ------
        RunError
            If there is none, or it is of another schema or damaged.
        """
        file = self.path / "run.json"
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            raise RunError(f"{self.path}: not a run directory (no run.json)") from None
        except OSError as error:
            raise RunError(f"{file}: cannot be read ({error.strerror})") from None
        try:
            schema = msgspec.json.decode(content).get("schema")
            if schema != SCHEMA:
                raise RunError(f"{file}: schema {schema}, this version reads {SCHEMA}; start a new run")
            return msgspec.json.decode(content, type=RunHeader)
        except (msgspec.MsgspecError, AttributeError) as error:
            raise RunError(f"{file}: damaged ({error}); start a new run") from None

    def finished_days(self) -> list[str]:
        """Dates with a day folder, oldest first, unverified."""
        if not self.days_path.is_dir():
            return []
        return sorted(p.name for p in self.days_path.iterdir() if not p.name.startswith("."))

    def verify_day(self, date: str) -> None:
        """Compare a day's files with its manifest.

        Raises
        ------
        RunError
            Naming the file that is missing, changed or not listed.
        """
        folder = self.days_path / date
        try:
            manifest = msgspec.json.decode((folder / "MANIFEST.json").read_bytes(), type=dict[str, str])
        except (OSError, msgspec.MsgspecError) as error:
            raise RunError(f"{folder}/MANIFEST.json: cannot be read ({error})") from None
        for name, digest in manifest.items():
            try:
                actual = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            except OSError as error:
                raise RunError(f"{folder / name}: {error.strerror}") from None
            if actual != digest:
                raise RunError(f"{folder / name}: does not match its checksum")

    def read(self, date: str, name: str) -> bytes:
        return (self.days_path / date / name).read_bytes()

    def result(self, date: str) -> events.DayResult:
        return msgspec.json.decode(self.read(date, "result.json"), type=events.DayResult)

    def results(self) -> list[events.DayResult]:
        return [self.result(date) for date in self.finished_days()]

    def summary(self) -> events.Summary | None:
        file = self.path / "summary.json"
        return msgspec.json.decode(file.read_bytes(), type=events.Summary) if file.exists() else None

    def live(self) -> Live | None:
        try:
            return msgspec.json.decode((self.path / "live.json").read_bytes(), type=Live)
        except (OSError, msgspec.MsgspecError):
            return None

    # -- writing -------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Become the one writer.

        Raises
        ------
        RunError
            If the folder cannot be written or another process holds it.
        """
        try:
            self.days_path.mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / ".lock").open("ab")
        except OSError as error:
            raise RunError(
                f"{self.path}: cannot be written ({error.strerror}); choose another --checkpoint-dir"
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            self._lock = None
            raise RunError(f"{self.path}: another process is writing this run; give another --run") from None

    def start(self, header: RunHeader) -> None:
        """Write ``run.json`` and the first event of a new run into the locked folder."""
        shutil.rmtree(self.days_path, ignore_errors=True)
        self.days_path.mkdir()
        for name in ("summary.json", "report.html", "timings.jsonl", "live.json", "error.log"):
            (self.path / name).unlink(missing_ok=True)
        write_atomic(self.path / "events.jsonl", events.encode(header.started) + b"\n")
        write_atomic(self.path / "run.json", pretty(header))
        _fsync(self.path)
        self._open_events()

    def rewind(self, header: RunHeader, dates: list[str]) -> None:
        """Cut a run back to the given finished days, ready to go on after them."""
        for entry in self.days_path.iterdir():
            if entry.name not in dates:
                shutil.rmtree(entry)
        for name in ("summary.json", "report.html"):
            (self.path / name).unlink(missing_ok=True)
        lines = [events.encode(header.started)]
        for date in dates:
            lines.extend(self._day_lines(date))
        write_atomic(self.path / "events.jsonl", b"\n".join(lines) + b"\n")
        self._open_events()

    def _day_lines(self, date: str) -> Iterator[bytes]:
        result = self.result(date)
        yield events.encode(
            events.DayStarted(date=date, index=result.index, days=result.days, bars=result.bars)
        )
        for best in msgspec.json.decode(self.read(date, "bests.json"), type=list[events.NewBest]):
            yield events.encode(best)
        yield events.encode(events.DayFinished(result=result))

    def _open_events(self) -> None:
        self._events = (self.path / "events.jsonl").open("ab")

    def append(self, event: events.Event) -> None:
        """Append one event and hand it to the system, so that followers see it at once."""
        if self._events is None:
            raise RunError(f"{self.path}: not open for writing")
        self._events.write(events.encode(event) + b"\n")
        self._events.flush()

    def write_day(self, day: DayFiles) -> None:
        """Make a finished day appear at once: written aside, synced, renamed.

        Raises
        ------
        RunError
            If the disk refuses; earlier days stay as they were.
        """
        aside = self.days_path / f".{day.date}.tmp"
        manifest = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(day.files.items())}
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            for name, content in [*day.files.items(), ("MANIFEST.json", pretty(manifest))]:
                (aside / name).write_bytes(content)
            self._sync([aside, *aside.iterdir()])
            aside.rename(self.days_path / day.date)
            _fsync(self.days_path)
        except OSError as error:
            raise RunError(
                f"{self.days_path / day.date}: cannot be written ({error.strerror}); free space, then --resume"
            ) from None

    def _sync(self, paths: Iterable[Path]) -> None:
        """Bring files and folders to the disk, side by side: a journal takes them all for the price of one."""
        if self._syncing is None:
            self._syncing = ThreadPoolExecutor(16, "bayescore-sync")
        for _ in self._syncing.map(_fsync, paths):
            pass

    def write_file(self, name: str, content: bytes) -> None:
        write_atomic(self.path / name, content)

    def write_live(self, state: str, progress: events.Progress | None, error: str | None = None) -> None:
        live = Live(pid=os.getpid(), state=state, updated=time.time(), progress=progress, error=error)
        # A missed heartbeat is no reason to lose a run.
        with contextlib.suppress(OSError):
            write_atomic(self.path / "live.json", msgspec.json.encode(live), sync=False)

    def log_timing(self, record: dict[str, float | str]) -> None:
        """Append wall-clock times; never part of a comparison."""
        with contextlib.suppress(OSError), (self.path / "timings.jsonl").open("ab") as f:
            f.write(msgspec.json.encode(record) + b"\n")

    def close(self) -> None:
        """Sync the events and release the lock."""
        if self._syncing is not None:
            self._syncing.shutdown()
            self._syncing = None
        if self._events is not None:
            self._events.flush()
            os.fsync(self._events.fileno())
            self._events.close()
            self._events = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def list_runs(root: Path) -> list[RunDirectory]:
    """Runs below a checkpoint directory, newest first."""
    if not root.is_dir():
        return []
    found = [RunDirectory(p) for p in root.iterdir() if (p / "run.json").is_file()]
    return sorted(found, key=lambda r: (-(r.path / "run.json").stat().st_mtime_ns, r.name))
