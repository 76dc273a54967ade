"""Judgement: how much of what a candidate has earned is to be expected again.

The noise of a candidate's day is known from its trades. Under a price without drift the results of the trades of one
set, which never overlap, are uncorrelated, so the variance of a day is the sum of their squares; it need not be
estimated from a handful of days (measured: docs/choosing.md). The prior is that the market pays nothing before costs:
the gross result of a day, in units of its own noise, is Normal(0, τ²), and what trading costs is certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayescore.choosing.evidence import UNTRIED
from bayescore.results.statistics import log_normal_cdf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bayescore.choosing.evidence import Evidence
    from bayescore.design.factors import ParamTable

Floats = NDArray[np.float64]

GROSS_SPREAD = 1.0
"""τ: standard deviation of the gross result of a day over all candidates, in units of the day's noise."""

CAUTION = 2.0
"""Posterior standard deviations that a choice is held down by. A candidate that is known well wins over one that may
be better."""

PRIOR_TRADES = 2.0
"""Trades of a driftless bracket (variance stop × target) that are added to every candidate's noise, so that a few
equal trades do not pass for certainty."""


class Score(NamedTuple):
    """What leaders and survivors are ranked by; fields as those of `Standing`."""

    mean: Floats
    error: Floats
    z: Floats


class Standing(NamedTuple):
    """What the days say of each candidate; float64, shape (candidates,), ticks a day."""

    mean: Floats
    """Weighted mean of the daily net result."""
    error: Floats
    """Its standard error."""
    z: Floats
    """Mean in standard errors."""
    cost: Floats
    """What trading costs on a day, certain whatever the market does."""
    noise: Floats
    """Standard deviation of a day."""


class Posterior(NamedTuple):
    """Expected daily net result of each candidate after shrinkage; float64, shape (candidates,), ticks."""

    mean: Floats
    sd: Floats

    @property
    def cautious(self) -> Floats:
        """What a choice is made by: the mean held down by `CAUTION` standard deviations."""
        return self.mean - CAUTION * self.sd


def day_weights(days: int, half_life: float) -> Floats:
    """Weights of days, the last one 1: float64, shape (days,)."""
    weights: Floats = 0.5 ** (np.arange(days - 1, -1, -1) / half_life)
    return weights


class Record(NamedTuple):
    """What standings of any half-life are made of; shape (days, candidates)."""

    known: NDArray[np.bool_]
    net: Floats
    """Ticks."""
    trades: Floats
    variance: Floats
    """Squared ticks, `PRIOR_TRADES` included."""

    @classmethod
    def of(cls, evidence: Evidence) -> Record:
        """The record of all candidates."""
        return evidence.derive("record", lambda: cls.of_cells(evidence.table, evidence.cells))

    @classmethod
    def of_cells(cls, table: ParamTable, cells: Mapping[str, NDArray[Any]]) -> Record:
        """The record of sets by their `CELLS`, shape (days, sets)."""
        # By days in memory, wherever they come from: sums over days take another order, and other bits, in columns.
        cells = {name: np.ascontiguousarray(column) for name, column in cells.items()}
        known = np.not_equal(cells["trades"], UNTRIED)
        bracket = table["stop_loss_ticks"].astype(np.float64) * table["take_profit_ticks"]
        days = np.maximum(known.sum(axis=0), 1)
        variance = cells["gross_sq"] + PRIOR_TRADES * bracket / days
        return cls(known, cells["net"] / 1000.0, np.where(known, cells["trades"], 0.0), variance)

    def score(self, half_life: float) -> Score:
        """Weighted means with their errors."""
        w, total = self._weights(half_life)
        mean = (w * self.net).sum(axis=0) / total
        error = np.sqrt((w**2 * self.variance).sum(axis=0)) / total
        return Score(mean, error, mean / np.where(error > 0, error, 1.0))

    def standing(self, half_life: float, cost_ticks: float = 0.0) -> Standing:
        """`score`, with cost and noise; parameters as those of `standing`."""
        w, total = self._weights(half_life)
        noise = np.sqrt((w * self.variance).sum(axis=0) / total)
        cost = cost_ticks * (w * self.trades).sum(axis=0) / total if cost_ticks else np.zeros_like(total)
        return Standing(*self.score(half_life), cost, noise)

    def _weights(self, half_life: float) -> tuple[Floats, Floats]:
        w = day_weights(len(self.known), half_life)[:, None]
        # Sums in a fixed order, not BLAS products: the bits do not depend on its threads.
        if len(w) and self.known.all():
            # As most evenings are. One sum for all candidates, in the order of the days as below.
            return w, np.full(self.known.shape[1], np.add.accumulate(w[:, 0])[-1])
        w = np.where(self.known, w, 0.0)
        total = w.sum(axis=0)
        return w, np.where(total > 0, total, 1.0)


def standing(evidence: Evidence, half_life: float, cost_ticks: float = 0.0) -> Standing:
    """Weighted means with their errors.

    Parameters
    ----------
    evidence
        Days × candidates.
    half_life
        Days after which a day weighs half.
    cost_ticks
        Round trip of a trade, ticks.
    """
    return evidence.derive(
        f"standing {half_life} {cost_ticks}", lambda: Record.of(evidence).standing(half_life, cost_ticks)
    )


def posterior(s: Standing) -> Posterior:
    """Normal posterior of the expected net result: what is above costs is shrunk towards nothing.

    With g = mean + cost the gross result, e its error and σ the noise of a day: θ̂ = k·g − cost, k = τ²σ²/(τ²σ² + e²),
    variance k·e² (Efron and Morris 1975 with a known centre).
    """
    prior = (GROSS_SPREAD * s.noise) ** 2
    kept = prior / np.maximum(prior + s.error**2, np.finfo(np.float64).tiny)
    return Posterior(kept * (s.mean + s.cost) - s.cost, np.sqrt(kept) * s.error)


def chance_of_luck(s: Standing, rows: slice, overlap: float) -> float:
    """Chance that the best of some candidates looks as good as it does if none of them earns anything before costs.

    Each candidate's z is Normal(−cost/error, 1) then; candidates that trade the same events count as `overlap` of a
    candidate each (the power of Šidák's product). Trading often without an edge loses surely, so a set that trades
    often and still wins is unlikely to be lucky.
    """
    error = np.where(s.error[rows] > 0, s.error[rows], 1.0)
    z = s.z[rows]
    drag = s.cost[rows] / error
    return float(-np.expm1(overlap * log_normal_cdf(z.max() + drag).sum()))
