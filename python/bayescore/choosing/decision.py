"""The decision of an evening: trade tomorrow, or stay flat.

Two kinds of evidence. The designs that are the same every day, tried on all known days: how unlikely is the best of
them without an edge? And the paper record of the expert that leads: every evening's choice was traded on paper the
next day, so its results have no winner's curse. Log-odds of both add up; a bad record overrules good evidence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

PRIOR_LOG_ODDS = -1.0
"""Before anything is known: an edge that covers costs is there in about one of four cases."""

OVERLAP = 0.05
"""Share of a candidate that each of the fixed designs counts for: many trade the same events."""

MOST_EVIDENCE, MOST_RECORD = 8.0, 6.0
"""Largest log-odds from either side."""

RECORD_HALF_LIFE = 4.0
"""Traded days after which a day of the paper record weighs half: an edge may end. Days without trades do not age it."""

RECORD_SPREAD = 0.5
"""Prior standard deviation of a record's mean day, in units of its noise."""


class PaperDay(NamedTuple):
    """One day of a choice traded on paper, ticks."""

    net: float
    noise: float
    """Standard deviation of the day, from its trades; 0 if nothing was traded."""
    trades: int = 0


def evidence_log_odds(luck: float) -> float:
    """Log-odds of an edge from the chance of luck.

    The bound of Sellke, Bayarri and Berger (2001) on the Bayes factor, −e·p·ln p, below p = 1/e; above it the odds fall
    with the chance that is left.
    """
    p = min(max(luck, 1e-12), 1 - 1e-9)
    edge = math.exp(-1)
    if p < edge:
        return min(-math.log(-math.e * p * math.log(p)), MOST_EVIDENCE)
    return math.log((1 - p) / (1 - edge))


def record_log_odds(record: Sequence[PaperDay]) -> float:
    """Log-odds that a choice earns, from its paper record, the oldest day first; 0 without one.

    A day's result in units of its noise is Normal(θ, 1) and θ Normal(0, `RECORD_SPREAD`²); days count by their age.
    """
    total = count = 0.0
    decay = 0.5 ** (1 / RECORD_HALF_LIFE)
    for day in record:
        if day.noise > 0:
            total, count = decay * total + day.net / day.noise, decay * count + 1
    if count == 0:
        return 0.0
    spread = RECORD_SPREAD**2
    u = total / math.sqrt(count) * math.sqrt(count * spread / (1 + count * spread))
    return min(max(_log_normal_odds(u), -MOST_RECORD), MOST_RECORD)


def probability(luck: float, record: Sequence[PaperDay]) -> float:
    """Probability that tomorrow's choice is expected to earn more than it costs."""
    odds = PRIOR_LOG_ODDS + evidence_log_odds(luck) + record_log_odds(record)
    return 1 / (1 + math.exp(-odds))


def _log_normal_odds(u: float) -> float:
    """Ln Φ(u)/Φ(−u)."""
    side = 0.5 * math.erfc(abs(u) / math.sqrt(2))
    if side < 1e-300:
        return math.copysign(MOST_RECORD, u)
    return math.copysign(math.log1p(-side) - math.log(side), u)
