"""What tomorrow's choice is expected to bring, after it was chosen as the best of many.

The days that a set was chosen by flatter it: of thousands of candidates without an edge the best one looks as if it had
one (the winner's curse). The days after the choice do not. Every evening's choice was traded on paper the next day, so
the paper record is a sample of what choices bring, free of the curse whatever was searched and however; a record of
earlier, less well-informed choices errs on the careful side.

A day's result before costs in units of the noise of its own trades is an observation of θ; tomorrow's set is expected
to bring θ of its own noise, less its own costs. There is no prior: an edge of several times the noise of a day is not
held down to what would be usual without one.
"""

from __future__ import annotations

import math
from statistics import stdev
from typing import TYPE_CHECKING, NamedTuple

from bayescore.choosing.decision import RECORD_HALF_LIFE
from bayescore.results.statistics import MIN_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.choosing.decision import PaperDay


class Expectation(NamedTuple):
    """Of a day's net result, ticks."""

    mean: float
    sd: float
    days: int
    """Days of the record that had trades."""


def after_selection(
    record: Sequence[PaperDay], cost_ticks: float, noise: float, cost: float, most: float = math.inf
) -> Expectation | None:
    """Expected daily net result of tomorrow's choice, from what choices came to on the days after them.

    Parameters
    ----------
    record
        Every evening's choice on the next day, the oldest first.
    cost_ticks
        Round trip of a trade.
    noise, cost
        Standard deviation of a day of tomorrow's set, and what trading it costs, ticks.
    most
        What the days that it was chosen by let expect. They err upwards: a short record that says more is not
        believed.

    Returns
    -------
    Expectation or None
        ``None`` if no choice has traded on a day after it yet.
    """
    days = [day for day in record if day.noise > 0]
    if not days:
        return None
    x = [(day.net + cost_ticks * day.trades) / day.noise for day in days]
    w = [0.5 ** (age / RECORD_HALF_LIFE) for age in range(len(days) - 1, -1, -1)]
    total = math.fsum(w)
    theta = math.fsum(a * b for a, b in zip(w, x, strict=True)) / total
    # Days that differ by more than their trades do, as where an edge comes and goes, are less certain than those say.
    spread = max(1.0, stdev(x)) if len(x) >= MIN_DAYS else 1.0
    error = spread * math.sqrt(math.fsum(a * a for a in w)) / total
    return Expectation(min(theta * noise - cost, most), error * noise, len(days))
