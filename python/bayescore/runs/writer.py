"""The one writer of a run: a crash leaves each day whole or absent, and nothing that is not the run's is touched.

``events.jsonl``, ``run.json``, ``days/`` and the summary hold no wall-clock times and no thread counts; those go to
``live.json`` and ``timings.jsonl``. So equal runs are equal bytes, however often they were stopped.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from bayescore import events
from bayescore.errors import DamagedError, RunError, TakenError, WriteError
from bayescore.runs import layout, lock
from bayescore.runs.day_events import day_events
from bayescore.runs.manifest import digest, manifest_of
from bayescore.runs.reader import RunReader
from bayescore.runs.records import DayFiles, Live, RunHeader, pretty
from bayescore.runs.safe_files import Folder, write_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_NOT_ALLOWED = {errno.EACCES, errno.EEXIST, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EPERM, errno.EROFS}
"""Refusals that another place would not have made: wrong usage rather than a failing disk."""

_DAY_NAMES = frozenset({*layout.DAY_FILES, layout.MANIFEST})


class RunWriter(RunReader):
    """One run's folder; `lock` makes this object its one writer until `close`.

    Everything that writes raises `bayescore.errors.WriteError` if the disk refuses. Days that are there stay as they
    are, and the run can be resumed.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._home: Folder | None = None
        self._lock = -1
        self._events = -1
        self._header: RunHeader | None = None
        self._bars: Mapping[str, str] = {}
        self._previous: str | None = None
        """Digest of the manifest of the last day."""
        self._index = 0
        self._syncing: ThreadPoolExecutor | None = None
        self._beating = threading.Lock()
        """The heartbeat comes from another thread than the end does."""

    # -- who writes ----------------------------------------------------------------------------------------

    def lock(self) -> bool:
        """Become the one writer, making the folder if there is none.

        Returns
        -------
        bool
            Whether the folder holds a run, as seen under the lock.

        Raises
        ------
        RunError
            If another process holds it, or it is a folder of something else: nothing in it was touched.
        """
        with self._writing(self.path, "choose another --checkpoint-dir"):
            self.path.mkdir(parents=True, exist_ok=True)
            home = Folder.open(self.path)
            try:
                # Looked at before as well: a folder of something else does not even get a lock.
                self._look(home)
                self._lock = home.update(layout.LOCK)
                if not lock.acquire(self._lock):
                    raise TakenError(f"{self.path}: another process is writing this run; give another --run")
                exists = self._look(home)
            except BaseException:
                self._unlock()
                home.close()
                raise
        self._home = home
        return exists

    def _look(self, home: Folder) -> bool:
        names = set(home.names())
        if layout.HEADER in names:
            return True
        foreign = sorted(names - {layout.LOCK, layout.temporary(layout.HEADER)})
        if foreign:
            raise TakenError(
                f"{self.path}: neither empty nor a run (no {layout.HEADER}, but {foreign[0]}); nothing in it was "
                "touched; give another --run"
            )
        return False

    # -- beginning -----------------------------------------------------------------------------------------

    def start(self, header: RunHeader, bars: Mapping[str, str]) -> None:
        """Begin a new run in the locked folder.

        Parameters
        ----------
        header
            What ``run.json`` will say.
        bars
            Fingerprint of each date's bars.

        Raises
        ------
        RunError
            If it holds one already.
        """
        home = self._require_home()
        if self._look(home):
            raise RunError(f"{self.path}: this run exists")
        with self._writing(self.path):
            # First of all, so that a folder with anything else in it is known to be a run.
            self._replace(layout.HEADER, pretty(header))
            home.make_folder(layout.DAYS).close()
            self._replace(layout.EVENTS, events.encode(header.started) + b"\n")
            home.sync()
            self._fsync_parent()
        self._begin(header, bars, [])

    def rewind(self, header: RunHeader, bars: Mapping[str, str], dates: list[str]) -> None:
        """Cut a run back to the given finished days, ready to go on after them.

        Half-written files of the run are removed; days after the given ones are moved to ``set-aside/``; what is
        none of the run's stays where it is and is named in a warning.
        """
        home = self._require_home()
        with self._writing(self.path):
            if home.kind(layout.DAYS) is None:
                home.make_folder(layout.DAYS).close()
            lines = [events.encode(header.started)]
            for date in dates:
                lines.extend(map(events.encode, day_events(self, header.started, date)))
            self._clear_days(home, header, dates)
            for name in (*layout.PRODUCTS, *layout.BESIDE, *map(layout.temporary, sorted(layout.OWN))):
                home.remove(name)
            if home.read(layout.HEADER, layout.limit(layout.HEADER)) != pretty(header):
                self._replace(layout.HEADER, pretty(header))
            self._replace(layout.EVENTS, b"\n".join(lines) + b"\n")
            home.sync()
        strays = self.strays()
        if strays:
            logging.getLogger(__name__).warning(
                "%s: left alone what is none of this run's: %s", self.path, ", ".join(strays[:5])
            )
        self._begin(header, bars, dates)

    def _begin(self, header: RunHeader, bars: Mapping[str, str], dates: list[str]) -> None:
        self._header, self._bars, self._index = header, bars, len(dates)
        self._previous = digest(self.read(dates[-1], layout.MANIFEST)) if dates else None
        with self._writing(self.path / layout.EVENTS):
            self._events = self._require_home().append_to(layout.EVENTS)

    def _clear_days(self, home: Folder, header: RunHeader, keep: list[str]) -> None:
        planned = set(header.started.dates)
        with home.folder(layout.DAYS) as days:
            for name in days.names():
                if name in keep:
                    continue
                if layout.is_unfinished(name) and days.kind(name) == "folder":
                    if not days.remove_folder(name, _DAY_NAMES):
                        self._set_aside(home, days, name)
                elif name in planned:
                    self._set_aside(home, days, name)
            days.sync()

    def _set_aside(self, home: Folder, days: Folder, name: str) -> None:
        if home.kind(layout.SET_ASIDE) is None:
            home.make_folder(layout.SET_ASIDE).close()
        with home.folder(layout.SET_ASIDE) as aside:
            taken = set(aside.names())
            base = name.strip(".").removesuffix(".tmp")
            new, n = base, 2
            while new in taken:
                new, n = f"{base}.{n}", n + 1
            days.move(name, aside, new)
            logging.getLogger(__name__).warning("%s: moved to %s", days.path / name, aside.path / new)

    # -- going on ------------------------------------------------------------------------------------------

    def append(self, event: events.Event) -> None:
        """Append one event and hand it to the system, so that followers see it at once."""
        if self._events < 0:
            raise RunError(f"{self.path}: not open for writing")
        with self._writing(self.path / layout.EVENTS):
            write_all(self._events, events.encode(event) + b"\n")

    def write_day(self, day: DayFiles) -> None:
        """Make a finished day appear at once: written aside, synced, renamed."""
        header = self._header
        if header is None:
            raise RunError(f"{self.path}: not open for writing")
        if set(day.files) != set(layout.DAY_FILES):
            raise RunError(f"{self.path}: day {day.date} does not have the files of a day")
        manifest = pretty(manifest_of(header, self._index, self._previous, self._bars[day.date], day))
        with (
            self._writing(self.path / layout.DAYS / day.date),
            self._require_home().folder(layout.DAYS) as days,
        ):
            if days.kind(day.date) is not None:
                raise DamagedError(f"{days.path / day.date}: is in the way of the day; move it away")
            unfinished = layout.unfinished(day.date)
            if days.kind(unfinished) is not None and not days.remove_folder(unfinished, _DAY_NAMES):
                raise DamagedError(f"{days.path / unfinished}: holds files of something else; move it away")
            with days.make_folder(unfinished) as folder:
                self._create_all(folder, {**day.files, layout.MANIFEST: manifest})
            days.move(unfinished, days, day.date)
            days.sync()
        self._previous, self._index = digest(manifest), self._index + 1

    def _create_all(self, folder: Folder, files: dict[str, bytes]) -> None:
        """Write new files and bring them to the disk side by side: a journal takes all for the price of one."""
        if self._syncing is None:
            self._syncing = ThreadPoolExecutor(16, "bayescore-sync")
        opened: list[int] = []
        try:
            for name, content in files.items():
                opened.append(folder.create(name, content))
            for _ in self._syncing.map(os.fsync, [folder.fd, *opened]):
                pass
        finally:
            for fd in opened:
                os.close(fd)

    def write_file(self, name: str, content: bytes) -> None:
        """Replace a file of the run as a whole."""
        with self._writing(self.path / name):
            self._replace(name, content)

    def write_live(self, state: str, progress: events.Progress | None, error: str | None = None) -> None:
        """Say where the writing process is; nothing happens if the run is not open."""
        live = Live(pid=os.getpid(), state=state, updated=time.time(), progress=progress, error=error)
        # A missed heartbeat is no reason to lose a run.
        with self._beating, contextlib.suppress(OSError, RunError):
            if self._home is not None:
                content = msgspec.json.encode(live)
                self._home.replace(layout.LIVE, layout.temporary(layout.LIVE), content, sync=False)

    def log_timing(self, record: dict[str, float | str]) -> None:
        """Append wall-clock times; never part of a comparison."""
        with contextlib.suppress(OSError, RunError):
            fd = self._require_home().append_to(layout.TIMINGS)
            try:
                write_all(fd, msgspec.json.encode(record) + b"\n")
            finally:
                os.close(fd)

    # -- ending --------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Sync the events and release the lock, whatever the disk says to the first."""
        if self._syncing is not None:
            self._syncing.shutdown()
            self._syncing = None
        events_fd, self._events = self._events, -1
        try:
            if events_fd >= 0:
                with self._writing(self.path / layout.EVENTS):
                    try:
                        os.fsync(events_fd)
                    finally:
                        os.close(events_fd)
        finally:
            with self._beating:
                if self._home is not None:
                    self._home.close()
                    self._home = None
                self._unlock()

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # -- private -------------------------------------------------------------------------------------------

    def _require_home(self) -> Folder:
        if self._home is None:
            raise RunError(f"{self.path}: not open for writing")
        return self._home

    def _replace(self, name: str, content: bytes) -> None:
        self._require_home().replace(name, layout.temporary(name), content)

    def _fsync_parent(self) -> None:
        with Folder.open(self.path.parent, links=True) as parent:
            parent.sync()

    @contextmanager
    def _writing(self, path: Path, advice: str = "make room, then go on with --resume") -> Iterator[None]:
        """Turn a refusal of the disk into one line."""
        try:
            yield
        except OSError as error:
            if error.errno in _NOT_ALLOWED:
                raise RunError(f"{path}: cannot be written ({error.strerror}); {advice}") from None
            raise WriteError(f"{path}: cannot be written ({error.strerror}); {advice}") from None
