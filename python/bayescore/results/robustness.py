"""What luck and search would give: the figures that stand beside the verdict. No single one of them decides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bayescore import events
from bayescore.results.bootstrap import bootstrap_interval, superior_ability
from bayescore.results.deflation import (
    deflated_sharpe,
    effective_trials,
    minimum_track_record,
    probabilistic_sharpe,
)
from bayescore.results.overfitting import overfitting_probability
from bayescore.results.statistics import MIN_DAYS, moments

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from bayescore.results.evenings import Promise

BLOCKS = 10
"""Blocks of days for the probability of overfitting: 252 splits are exact enough for a summary."""

REPETITIONS = 500
"""Resamples of the test against staying flat."""


class Fills(NamedTuple):
    """Trades that met stop and target in one bar, and the net of all days by what one takes to have come first."""

    ambiguous: int
    stop_first: float
    target_first: float


def robustness(
    daily: Sequence[float],
    evidence: npt.NDArray[Any] | None,
    tried: int,
    in_sample: Sequence[float],
    trades: int,
    net_ticks: float,
    fills: Fills | None = None,
    promised: Sequence[Promise] = (),
) -> events.Robustness | None:
    """Figures of the headline's days, and of the search they came from.

    Parameters
    ----------
    daily
        Net P&L of the headline's out-of-sample days, in currency.
    evidence
        float64, shape (days, candidates): what each candidate would have earned on each day; ``None`` if unknown.
    tried
        Candidates that were ever looked at, those included that are not in the evidence any more.
    in_sample
        Net P&L of each day's in-sample best, in currency.
    trades, net_ticks
        Of the headline, for the slippage that its gain would bear.
    fills
        What the headline's ambiguous trades leave open.
    promised
        What evenings expected of their sets, and what became of it.

    Returns
    -------
    Robustness or None
        ``None`` for fewer than `MIN_DAYS` days.
    """
    x = np.asarray(daily, np.float64)
    if len(x) < MIN_DAYS:
        return None
    moved = np.ptp(x) > 0
    sr, skew, kurtosis = moments(x) if moved else (0.0, 0.0, 3.0)
    interval = bootstrap_interval(x)
    needed = minimum_track_record(sr, 0.0, skew, kurtosis)
    hindsight = float(np.mean(in_sample)) if len(in_sample) else 0.0
    return events.Robustness(
        probabilistic_sharpe=probabilistic_sharpe(sr, 0.0, len(x), skew, kurtosis) if moved else None,
        track_record_days=math.ceil(needed) if math.isfinite(needed) else None,
        bootstrap_low=interval.low if interval else None,
        bootstrap_high=interval.high if interval else None,
        kept_of_in_sample=float(x.mean()) / hindsight if hindsight > 0 else None,
        break_even_slippage_ticks=net_ticks / trades / 2 if trades and net_ticks > 0 else None,
        ambiguous=fills.ambiguous if fills else 0,
        stop_first_currency=fills.stop_first if fills and trades else None,
        target_first_currency=fills.target_first if fills and trades else None,
        promised_days=len(promised),
        promised_currency=math.fsum(p.expected for p in promised) / len(promised) if promised else None,
        kept_currency=math.fsum(p.kept for p in promised) / len(promised) if promised else None,
        **_search(evidence, tried),
    )


def _search(evidence: npt.NDArray[Any] | None, tried: int) -> dict[str, Any]:
    """Of the candidates' days: the best one deflated, overfitting, and whether any beats staying flat."""
    none = {
        "trials": 0,
        "effective_trials": 0.0,
        "deflated_sharpe": None,
        "deflated_sharpe_effective": None,
        "overfitting_probability": None,
        "overfitting_loss": None,
        "superior_p_value": None,
    }
    if evidence is None or len(evidence) < MIN_DAYS:
        return none
    x = np.asarray(evidence, np.float64)
    x = x[:, np.ptp(x, axis=0) > 0]
    if x.shape[1] < 2:
        return none
    ratios = x.mean(axis=0) / x.std(axis=0, ddof=1)
    best, variance = x[:, ratios.argmax()], float(ratios.var(ddof=1))
    trials, effective = max(tried, x.shape[1]), effective_trials(x)
    overfit = overfitting_probability(x, BLOCKS)
    return {
        "trials": trials,
        "effective_trials": effective,
        "deflated_sharpe": deflated_sharpe(best, variance, trials),
        "deflated_sharpe_effective": deflated_sharpe(best, variance, effective),
        "overfitting_probability": overfit.probability if overfit else None,
        "overfitting_loss": overfit.loss if overfit else None,
        "superior_p_value": superior_ability(x, REPETITIONS),
    }
