"""The events of a finished day, made again from its files: what a resume writes and a check expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore import events
from bayescore.runs import layout
from bayescore.runs.records import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bayescore.runs.reader import RunReader


def day_events(run: RunReader, started: events.RunStarted, date: str) -> Iterator[events.Event]:
    """Every event of a day, in order."""
    result = run.result(date)
    yield events.DayStarted(date=date, index=result.index, days=len(started.dates), bars=result.bars)
    where = run.path / layout.DAYS / date / layout.BESTS
    yield from decode(run.read(date, layout.BESTS), list[events.NewBest], where)
    yield events.DayFinished(result=result)
