"""The one reader of run folders: for resuming, for commands and for the dashboard. It trusts nothing it finds."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bayescore import events
from bayescore.errors import DamagedError, MissingError, RunError
from bayescore.runs import layout, lock
from bayescore.runs.manifest import Chain
from bayescore.runs.records import Live, RunHeader, decode
from bayescore.runs.safe_files import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bayescore.runs.records import DayManifest


class _Schema(msgspec.Struct):
    schema: int


class DayCheck(NamedTuple):
    """What a look at a finished day found."""

    date: str
    manifest: DayManifest | None
    problem: DamagedError | None


class RunReader:
    """One run's folder, read.

    Every method that reads raises `bayescore.errors.MissingError` for what is not there and
    `bayescore.errors.DamagedError` for what is not what it should be; both are one line that names the file.

    Parameters
    ----------
    path
        ``checkpoints/<run>``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

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
        file = self.path / layout.HEADER
        try:
            content = self._read_own(layout.HEADER)
        except MissingError:
            raise MissingError(f"{self.path}: not a run directory (no {layout.HEADER})") from None
        schema = decode(content, _Schema, file).schema
        if schema != layout.SCHEMA:
            raise RunError(f"{file}: schema {schema}, this version reads {layout.SCHEMA}; begin a new run")
        header = decode(content, RunHeader, file)
        dates = header.started.dates
        if not all(map(layout.is_date, dates)) or dates != sorted(set(dates)):
            raise DamagedError(f"{file}: damaged (its dates are not dates in order)")
        return header

    def finished_days(self) -> list[str]:
        """The run's dates that have a folder, oldest first, unverified; what else lies there is not looked at."""
        try:
            with self._days() as days:
                names = days.names()
                return [n for n in names if layout.is_date(n) and days.kind(n) == "folder"]
        except MissingError:
            return []

    def strays(self) -> list[str]:
        """What lies in the folder and is none of the run's, as paths below it."""
        with self._folder() as folder:
            found = [n for n in folder.names() if n not in layout.OWN and not _temporary(n)]
        try:
            planned = set(self.header().started.dates)
            with self._days() as days:
                found += [
                    f"{layout.DAYS}/{n}"
                    for n in days.names()
                    if n not in planned and not layout.is_unfinished(n)
                ]
        except MissingError:
            pass
        return found

    def verified_days(self, header: RunHeader | None = None) -> Iterator[DayCheck]:
        """Check the chain of days, the run's dates in order, up to the first that is damaged or missing."""
        header = header or self.header()
        chain = Chain(header)
        # As it was before the first look: a writer may save a day meanwhile, which is no fault.
        finished = set(self.finished_days())
        for date in header.started.dates:
            try:
                with self._day(date) as folder:
                    manifest = chain.check(date, folder)
            except MissingError as error:
                if date in finished:
                    yield DayCheck(date, None, DamagedError(str(error)))
                return
            except DamagedError as error:
                yield DayCheck(date, None, error)
                return
            yield DayCheck(date, manifest, None)

    def read(self, date: str, name: str) -> bytes:
        """Content of one of a day's files."""
        with self._day(date) as folder:
            return folder.read(name, layout.limit(name))

    def result(self, date: str) -> events.DayResult:
        """``result.json`` of a day."""
        where = self.path / layout.DAYS / date / layout.RESULT
        result = decode(self.read(date, layout.RESULT), events.DayResult, where)
        if result.date != date or result.headline not in result.policies:
            raise DamagedError(f"{where}: damaged (not the result of this day)")
        return result

    def results(self) -> list[events.DayResult]:
        return [self.result(date) for date in self.finished_days()]

    def summary(self) -> events.Summary | None:
        """``summary.json``; ``None`` before the end."""
        try:
            content = self._read_own(layout.SUMMARY)
        except MissingError:
            return None
        summary = decode(content, events.Summary, self.path / layout.SUMMARY)
        if summary.headline not in summary.policies:
            raise DamagedError(f"{self.path / layout.SUMMARY}: damaged (no headline)")
        return summary

    def validation(self) -> events.Validation | None:
        """``validation.json``; ``None`` if the run, as it is now, has not been validated."""
        try:
            content = self._read_own(layout.VALIDATION)
        except MissingError:
            return None
        return decode(content, events.Validation, self.path / layout.VALIDATION)

    def judged_summary(self) -> events.Summary | None:
        """The end of the run, with what its validation says of the verdict if there is one; ``None`` before it."""
        summary = self.summary()
        return None if summary is None else self.judged(summary)

    def judged(self, summary: events.Summary) -> events.Summary:
        """A summary of this run with what its validation, if there is one, says of the verdict."""
        found = self.validation()
        if found is None or summary.verdict is None:
            return summary
        from bayescore.results.verdict import held_against_nulls

        return msgspec.structs.replace(summary, verdict=held_against_nulls(summary.verdict, found.p_value))

    def event_lines(self) -> Iterator[bytes]:
        """Whole lines of ``events.jsonl``, one after the other."""
        with self._folder() as folder:
            fd = folder.open_file(layout.EVENTS, layout.limit(layout.EVENTS))
        with os.fdopen(fd, "rb") as file:
            while line := file.readline(layout.LONGEST_EVENT + 1):
                if len(line) > layout.LONGEST_EVENT:
                    raise DamagedError(
                        f"{self.path / layout.EVENTS}: a line of more than {layout.LONGEST_EVENT:,} bytes"
                    )
                if line.endswith(b"\n"):
                    yield line[:-1]

    def live(self) -> Live | None:
        """``live.json``; ``None`` if there is none that can be read."""
        try:
            return decode(self._read_own(layout.LIVE), Live, self.path / layout.LIVE)
        except RunError:
            return None

    def being_written(self) -> bool | None:
        """Whether a process holds the run's lock; ``None`` if that cannot be known."""
        try:
            with self._folder() as folder:
                fd = folder.open_file(layout.LOCK, layout.MIB)
        except RunError:
            return None
        try:
            return lock.held(fd)
        except OSError:
            return None
        finally:
            os.close(fd)

    # -- private -------------------------------------------------------------------------------------------

    def _folder(self) -> Folder:
        return Folder.open(self.path, links=True)

    @contextmanager
    def _days(self) -> Iterator[Folder]:
        with self._folder() as folder, folder.folder(layout.DAYS) as days:
            yield days

    @contextmanager
    def _day(self, date: str) -> Iterator[Folder]:
        if not layout.is_date(date):
            raise MissingError(f"{self.path}: {date} is no date of a day")
        with self._days() as days, days.folder(date) as day:
            yield day

    def _read_own(self, name: str) -> bytes:
        with self._folder() as folder:
            return folder.read(name, layout.limit(name))


def _temporary(name: str) -> bool:
    return any(name == layout.temporary(own) for own in layout.OWN)
