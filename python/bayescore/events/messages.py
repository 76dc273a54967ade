"""What a run tells while it goes on, and how that is written."""

from __future__ import annotations

from typing import Literal

import msgspec

from bayescore.escape import clean_json
from bayescore.events.decisions import BestSet
from bayescore.events.figures import Frozen, Params
from bayescore.events.results import DataNote, DayResult, Summary


class RunStarted(Frozen, frozen=True, kw_only=True, tag="run_started", tag_field="event"):
    run: str
    instrument: str
    symbol: str
    currency: str
    tick_size: float
    tick_value: float
    dates: list[str]
    iterations: int
    seed: int
    objective: str
    selection: str
    data_notes: list[DataNote] = msgspec.field(default_factory=list)
    """What was left out, dropped, repaired, assumed or rolled."""


class DayStarted(Frozen, frozen=True, kw_only=True, tag="day_started", tag_field="event"):
    date: str
    index: int
    days: int
    bars: int


class NewBest(Frozen, frozen=True, kw_only=True, tag="new_best", tag_field="event"):
    """In-sample best of the day changed; in iteration order, so the same for any number of threads."""

    date: str
    index: int
    best: BestSet


class DayFinished(Frozen, frozen=True, kw_only=True, tag="day_finished", tag_field="event"):
    result: DayResult


class RunFinished(Frozen, frozen=True, kw_only=True, tag="run_finished", tag_field="event"):
    summary: Summary


class Race(Frozen, frozen=True, kw_only=True):
    """Where the search for tomorrow's set is: after each heat, over older days, the best quarter goes on."""

    generation: int
    """From 1; each begins with new candidates around the leaders so far."""
    generations: int
    entered: int
    """Candidates of this generation."""
    left: int
    """Those that still run."""
    days_run: int
    """Days behind them, of `days`."""
    days: int
    leader: Params | None
    """The one that stands highest after those days; ``None`` in the first heat."""
    leader_currency: float | None
    """What it came to a day on them, weighted; selected as the best of many, so not what is to be expected."""


class SetsSoFar(Frozen, frozen=True, kw_only=True):
    """What sets of the day in work have come to, in sample: some of those that are finished, evenly spread."""

    date: str
    total: int
    """Sets the day will have tried."""
    numbers: list[int]
    """Iterations, ascending."""
    net_ticks: list[float]
    """Net result of each."""


class Progress(Frozen, frozen=True, kw_only=True, tag="progress", tag_field="event"):
    """Where a run is now. Never written to ``events.jsonl``."""

    date: str
    index: int
    days: int
    phase: Literal[
        "loading", "states", "trading", "sweeping", "regret", "choosing", "learning", "saving", "paused"
    ]
    done: int
    """Iterations of the day that are finished."""
    total: int
    elapsed_s: float
    """Wall-clock seconds since this process began the run."""
    eta_s: float | None
    race: Race | None = None
    """While tomorrow's set is chosen."""
    sets: SetsSoFar | None = None
    """Once a stage of the day's sets is finished; of the day before until then."""


Event = RunStarted | DayStarted | NewBest | DayFinished | RunFinished

AnyEvent = Event | Progress


def encode(event: Event | Progress) -> bytes:
    """One JSON line without the newline."""
    return msgspec.json.encode(event)


def decode(line: bytes | str) -> AnyEvent:
    """Read back what `encode` wrote, its strings made printable.

    Raises
    ------
    msgspec.ValidationError
        If the line is not an event of this schema.
    """
    content = line.encode() if isinstance(line, str) else line
    event: AnyEvent = msgspec.json.decode(clean_json(content), type=AnyEvent)
    return event
