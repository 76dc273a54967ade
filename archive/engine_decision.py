"""Trade tomorrow or stay flat, and which expert's set: what the paper results say."""

from __future__ import annotations

from dataclasses import dataclass
from math import e, erfc, exp, log, log1p, sqrt

from engine_judgement import PRIOR_TRADES, bracket_variance
from engine_simulate import ParamSet

PRIOR_LOG_ODDS = -1.0
LARGEST_EVIDENCE, LARGEST_RECORD = 8.0, 6.0
"""Log-odds that either side may speak with."""

RECORD_HALF_LIFE = 4.0
"""Traded days after which a day of the record counts half."""

RECORD_SPREAD = 0.5
"""Prior standard deviation of the mean of a record, in units of a day's noise."""

FEWEST_THAT_SPREAD = 5
"""Days of a record from which on their own spread is believed."""

LEAST_LUCK, MOST_LUCK = 1e-12, 1 - 1e-9

SHARE = 0.05
"""Of all weight, dealt out evenly every day."""

SCALE_HALF_LIFE = 10.0
"""Days after which a large result scales half as much."""

FASTEST = 1000.0
"""Learning rate while no expert has been better than another."""


@dataclass(frozen=True)
class PaperDay:
    """A choice traded on paper for a day: net ticks and standard deviation; no deviation if nothing was traded."""

    net: float
    noise: float
    trades: int = 0


def paper_day(params: ParamSet | None, gross: list[int], net: list[int]) -> PaperDay:
    """What a choice came to: ticks, and thousandths of a tick, of each of its trades."""
    if params is None or not gross:
        return PaperDay(0.0, 0.0)
    variance = sum(x**2 for x in gross) + PRIOR_TRADES * bracket_variance(params)
    return PaperDay(sum(net) / 1000, sqrt(variance), len(net))


def evidence_log_odds(chance_of_luck: float) -> float:
    """Largest Bayes factor against chance that a p-value can stand for; below nothing where it says nothing.

    Sellke, Bayarri and Berger (2001): the factor is at most 1 / (−e·p·ln p) for p under 1/e.
    """
    p = min(max(chance_of_luck, LEAST_LUCK), MOST_LUCK)
    if p >= 1 / e:
        return log((1 - p) / (1 - 1 / e))
    return min(log(1 / (-e * p * log(p))), LARGEST_EVIDENCE)


def record_log_odds(record: list[PaperDay]) -> float:
    """Log-odds that the mean of a record is above nothing.

    Days in units of their noise are observations of a mean with a Normal prior; an observation of age k among the
    days that traded has the precision 0.5^(k / half-life).
    """
    traded = [day.net / day.noise for day in record if day.noise > 0.0]
    if not traded:
        return 0.0
    precision = 1 / RECORD_SPREAD**2
    towards = 0.0
    for age, x in enumerate(reversed(traded)):
        weight = 0.5 ** (age / RECORD_HALF_LIFE)
        precision += weight
        towards += weight * x
    u = towards / sqrt(precision)
    tail = 0.5 * erfc(abs(u) / sqrt(2.0))
    odds = log1p(-tail) - log(tail) if tail > 0.0 else LARGEST_RECORD
    return min(odds, LARGEST_RECORD) * (1 if u > 0 else -1)


def expectation(
    record: list[PaperDay], round_trip: float, noise: float, cost: float, own_days: float
) -> tuple[float, float] | None:
    """Mean and standard deviation of what a choice brings on a day, ticks; nothing before a choice was tried.

    Each choice that traded on the day after it is an observation of one mean, its result before costs in units of its
    noise, and the newer count more. From the fifth on the observations may say themselves how far they spread.
    """
    tried = [day for day in record if day.noise > 0.0]
    if not tried:
        return None
    n = len(tried)
    seen = [(day.net + round_trip * day.trades) / day.noise for day in tried]
    weights = [0.5 ** ((n - 1 - k) / RECORD_HALF_LIFE) for k in range(n)]
    share = [w / sum(weights) for w in weights]
    mean = sum(s * x for s, x in zip(share, seen, strict=True))
    variance = 1.0
    if n >= FEWEST_THAT_SPREAD:
        middle = sum(seen) / n
        variance = max(variance, sum((x - middle) ** 2 for x in seen) / (n - 1))
    # Days that a choice was made by never say too little.
    return min(mean * noise - cost, own_days), noise * sqrt(variance * sum(s**2 for s in share))


def probability(chance_of_luck: float, record: list[PaperDay]) -> float:
    """Probability that tomorrow's choice earns more than it costs."""
    return 1 / (1 + exp(-(PRIOR_LOG_ODDS + evidence_log_odds(chance_of_luck) + record_log_odds(record))))


@dataclass
class Hedge:
    """AdaHedge (de Rooij et al. 2014) with fixed share (Herbster and Warmuth 1998)."""

    weights: list[float]
    gap: float = 0.0
    """Sum of what mixing cost against the best reply to each day (mixability gaps)."""
    scale: float = 1.0
    """Ticks of the largest loss of one day."""

    @property
    def leader(self) -> int:
        """The most weight, the first at a tie."""
        return max(range(len(self.weights)), key=lambda k: (self.weights[k], -k))

    def observe(self, net: list[float]) -> None:
        """Take in a day: net ticks of each expert."""
        n = len(net)
        self.scale = max(self.scale * 0.5 ** (1 / SCALE_HALF_LIFE), *(abs(x) for x in net), 1.0)
        losses = [-x / self.scale for x in net]
        rate = min(log(n) / self.gap, FASTEST) if self.gap > log(n) / FASTEST else FASTEST
        least = min(losses)
        parts = [w * exp(-rate * (x - least)) for w, x in zip(self.weights, losses, strict=True)]
        mixed = least - log(sum(parts)) / rate
        followed = sum(w * x for w, x in zip(self.weights, losses, strict=True))
        self.gap += max(followed - mixed, 0.0)
        self.weights = [(1 - SHARE) * p / sum(parts) + SHARE / n for p in parts]
