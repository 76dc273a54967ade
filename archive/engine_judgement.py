"""How much of what a candidate has earned is to be expected again: sums over days, one candidate at a time."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, expm1, log, log1p, pi, sqrt

from engine_simulate import ParamSet

GROSS_SPREAD = 1.0
"""Prior standard deviation of a day's gross result, in units of the day's noise."""

CAUTION = 2.0
"""Posterior standard deviations by which an expectation is held down."""

PRIOR_TRADES = 2.0
"""Driftless trades of variance stop × target that every candidate is taken to have made besides its own."""


@dataclass(frozen=True)
class Cell:
    """What a candidate came to on a day."""

    net: int
    """Thousandths of a tick."""
    trades: int
    gross_sq: int
    """Sum of squared gross results of the trades, squared ticks."""


@dataclass(frozen=True)
class Candidate:
    """A set and its days, the oldest first; ``None`` where it was not tried."""

    number: int
    params: ParamSet
    days: list[Cell | None]


@dataclass(frozen=True)
class Judged:
    """One candidate, in ticks a day."""

    mean: float
    """Weighted mean of the net result, and its standard error."""
    error: float
    cost: float
    """What trading costs, whatever the market does."""
    expected: float
    """Posterior mean and standard deviation of the net result."""
    sd: float
    noise: float = 0.0
    """Standard deviation of a day."""

    @property
    def z(self) -> float:
        """Mean in standard errors."""
        return self.mean / self.error if self.error > 0.0 else self.mean

    @property
    def cautious(self) -> float:
        """What a choice is made by."""
        return self.expected - CAUTION * self.sd


def bracket_variance(params: ParamSet) -> float:
    """Variance of the result of a trade that ends at its stop or its target, in a market without drift."""
    return float(params.stop_loss_ticks * params.take_profit_ticks)


def judge(candidate: Candidate, half_life: float, cost_ticks: float) -> Judged:
    """Judge a candidate by its days, a day's weight halving every so many days.

    Parameters
    ----------
    candidate
        With one cell a day.
    half_life
        Days; untried days age the others as well.
    cost_ticks
        Round trip of a trade.
    """
    newest = len(candidate.days) - 1
    tried = [(0.5 ** ((newest - d) / half_life), cell) for d, cell in enumerate(candidate.days) if cell]
    if not tried:
        return Judged(0.0, 0.0, 0.0, 0.0, 0.0)
    extra = PRIOR_TRADES * bracket_variance(candidate.params) / len(tried)
    total = weighted = uncertain = scatter = traded = 0.0
    for w, cell in tried:
        variance = cell.gross_sq + extra
        total += w
        weighted += w * (cell.net / 1000)
        uncertain += w**2 * variance
        scatter += w * variance
        traded += w * cell.trades
    mean, error, cost = weighted / total, sqrt(uncertain) / total, cost_ticks * traded / total
    # The gross result of a day is Normal(0, spread² · its variance) before, and was seen with an error.
    before = GROSS_SPREAD**2 * (scatter / total)
    believed = before / (before + error**2) if before > 0.0 else 0.0
    return Judged(
        mean, error, cost, believed * (mean + cost) - cost, sqrt(believed * error**2), sqrt(scatter / total)
    )


def luck(fixed: list[Judged], overlap: float) -> float:
    """Chance that the best z of some candidates is so high where none earns anything before costs.

    The z of each is Normal(−cost / error, 1) then, and each counts as `overlap` of an independent one.
    """
    highest = max(j.z for j in fixed)
    below = sum(log_normal_cdf(highest + (j.cost / j.error if j.error > 0.0 else j.cost)) for j in fixed)
    return -expm1(overlap * below)


def log_normal_cdf(x: float) -> float:
    """Logarithm of Φ(x)."""
    if x > 0.0:
        return log1p(-0.5 * erfc(x / sqrt(2.0)))
    if x > -30.0:
        return log(0.5 * erfc(-x / sqrt(2.0)))
    # Φ(x) = φ(x)/|x| · (1 − 1/x² + 3/x⁴ − 15/x⁶ + …)
    return -0.5 * x * x - log(-x) - 0.5 * log(2.0 * pi) + log1p(-1 / x**2 + 3 / x**4 - 15 / x**6 + 105 / x**8)
