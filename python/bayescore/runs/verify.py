"""Whether a run on disk is what it says: the chain of its days, its events and its end, from the files alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bayescore import events
from bayescore.errors import DamagedError, RunError
from bayescore.runs import layout
from bayescore.runs.day_events import day_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bayescore.runs.reader import RunReader


class Finding(NamedTuple):
    """What a look at one part of a run found."""

    what: str
    """A date, or the name of a file of the run."""
    problem: RunError | None


def verify_run(run: RunReader) -> Iterator[Finding]:
    """Check every finished day, then the events against the days, then the summary against the events.

    Raises
    ------
    RunError
        If there is no run to check.
    """
    header = run.header()
    finished = run.finished_days()
    good: list[str] = []
    seen: set[str] = set()
    for date, _, problem in run.verified_days(header):
        yield Finding(date, problem)
        seen.add(date)
        if problem is None:
            good.append(date)
    for date in finished:
        if date not in seen and date in header.started.dates:
            yield Finding(
                date, DamagedError(f"{run.path / layout.DAYS / date}: not linked to the days before it")
            )
    yield Finding(layout.EVENTS, _problem_of_events(run, header.started, good))


def _problem_of_events(run: RunReader, started: events.RunStarted, dates: list[str]) -> RunError | None:
    """What is wrong with the events of finished days and of the end; those of a day in work are not looked at."""
    where = run.path / layout.EVENTS
    try:
        lines = run.event_lines()
        expected = [started, *(e for date in dates for e in day_events(run, started, date))]
        for number, event in enumerate(expected, 1):
            if next(lines, None) != events.encode(event):
                return DamagedError(f"{where}: line {number} is not what the days say")
        summary = run.summary()
        if summary is None:
            return None
        if len(dates) != len(started.dates):
            return DamagedError(f"{run.path / layout.SUMMARY}: the end of a run whose days are not all there")
        rest = list(lines)
        if rest != [events.encode(events.RunFinished(summary=summary))]:
            return DamagedError(f"{where}: does not end with what {layout.SUMMARY} says")
    except RunError as error:
        return error
    except msgspec.MsgspecError as error:
        return DamagedError(f"{where}: damaged ({error})")
    return None
