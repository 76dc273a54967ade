"""What every market episode was followed by: up, down, both at once, or nothing in time.

An episode is a maximal run of consecutive bars with one code. It is labelled once, from its first bar, on
three rungs: which of P + b and P − b is touched first, P being the open of the next bar.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import floor, sqrt

from engine_bars import Day, changes
from engine_space import INVALID

UP, DOWN, AMBIGUOUS, UNRESOLVED = range(4)
FIRST_DATE_SECONDS = 3600
"""The first date of a run takes its barrier from so many of its own seconds, and does not label them."""


@dataclass(frozen=True)
class Label:
    """Outcomes of one episode."""

    bar: int
    """Decision bar: the first of the episode."""
    code: int
    outcomes: tuple[int, int, int]
    """`UP`, `DOWN`, `AMBIGUOUS` or `UNRESOLVED` on each rung."""
    ends: tuple[int, int, int]
    """Bar from which on the outcome is known, on each rung; the number of bars if it never is."""


@dataclass(frozen=True)
class DayLabels:
    """All labels of a day in order, and the episodes that have none because their next bar came too late or never."""

    labels: list[Label]
    gaps: int


def barrier(day: Day, lag: int, before: int | None = None) -> int:
    """Rms of the changes over ``lag`` seconds in whole ticks, at least 2.

    Parameters
    ----------
    day
        The previous trade date (for the first date: the date itself).
    lag
        Seconds.
    before
        Use only bars that start before this time.
    """
    bars = len(day) if before is None else bisect_left(day.ts, before)
    known = [d for d in changes(day, lag)[:bars] if d is not None]
    if not known:
        return 2
    rms = sqrt(float(sum(d * d for d in known)) / float(len(known)))
    return max(2, floor(rms + 0.5))


def rungs(b: int) -> tuple[int, int, int]:
    """Give the three barriers that are learned on: about half of b, b, twice b."""
    return max(1, (b + 1) // 2), b, 2 * b


def episode_starts(codes: list[int]) -> list[int]:
    """First bars of all episodes."""
    return [i for i, code in enumerate(codes) if code != INVALID and (i == 0 or codes[i - 1] != code)]


def label_day(
    day: Day, codes: list[int], b: int, *, horizon: int, max_entry_gap: int, first_ts: int = 0
) -> DayLabels:
    """Label the episodes of a day.

    Parameters
    ----------
    day, codes
        The bars and their codes.
    b
        Middle barrier, ticks.
    horizon
        Seconds after which a label is unresolved.
    max_entry_gap
        Longest wait for the next bar, seconds.
    first_ts
        Episodes that start earlier are left out.
    """
    labels = []
    gaps = 0
    for i in episode_starts(codes):
        if day.ts[i] < first_ts:
            continue
        if i + 1 == len(day) or day.ts[i + 1] - day.ts[i] > max_entry_gap:
            gaps += 1
            continue
        low, middle, high = (first_touch(day, i + 1, rung, horizon) for rung in rungs(b))
        labels.append(Label(i, codes[i], (low[0], middle[0], high[0]), (low[1], middle[1], high[1])))
    return DayLabels(labels, gaps)


def first_touch(day: Day, e: int, b: int, horizon: int) -> tuple[int, int]:
    """Outcome and end bar of a label that starts at the open of bar e with barriers b ticks away."""
    price = day.open[e]
    deadline = day.ts[e] + horizon
    j = e
    while j < len(day) and day.ts[j] < deadline:
        up, down = day.high[j] >= price + b, day.low[j] <= price - b
        if up or down:
            return (AMBIGUOUS if up and down else UP if up else DOWN), j
        j += 1
    return UNRESOLVED, j
