"""What a Sharpe ratio is worth after a search: probabilistic and deflated Sharpe ratio, minimum track record.

All ratios are per period (a day), not annualised; kurtosis is raw, 3 for a normal distribution.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from bayescore.results.statistics import moments, normal_cdf, normal_quantile

EULER_GAMMA = 0.5772156649015329


def probabilistic_sharpe(
    sr: float, benchmark: float, n: int, skew: float = 0.0, kurtosis: float = 3.0
) -> float:
    """Chance that the true Sharpe ratio exceeds a benchmark (Bailey and López de Prado 2012).

    Parameters
    ----------
    sr, benchmark
        Per period, not annualised.
    n
        Number of periods.
    skew, kurtosis
        Of the returns; kurtosis raw, 3 for a normal.
    """
    variance = 1 - skew * sr + (kurtosis - 1) / 4 * sr**2
    return float(normal_cdf((sr - benchmark) * math.sqrt(n - 1) / math.sqrt(max(variance, 1e-12))))


def minimum_track_record(
    sr: float, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 3.0, confidence: float = 0.95
) -> float:
    """Periods after which a Sharpe ratio as observed would exceed a benchmark with this confidence.

    Bailey and López de Prado (2012), the inverse of `probabilistic_sharpe`; infinite at or below the benchmark.

    Parameters
    ----------
    sr, benchmark
        Per period.
    skew, kurtosis
        Of the returns.
    confidence
        One-sided.
    """
    if sr <= benchmark:
        return math.inf
    variance = max(1 - skew * sr + (kurtosis - 1) / 4 * sr**2, 1e-12)
    return 1 + variance * (normal_quantile(confidence) / (sr - benchmark)) ** 2


def expected_max_sharpe(variance: float, trials: float) -> float:
    """Expected best Sharpe ratio, per period, of so many trials without skill.

    Parameters
    ----------
    variance
        Of the Sharpe ratios across trials.
    trials
        Effective number of independent trials; 1 or less gives 0.
    """
    if trials <= 1 or variance <= 0:
        return 0.0
    near, far = normal_quantile(1 - 1 / trials), normal_quantile(1 - 1 / (trials * math.e))
    return math.sqrt(variance) * ((1 - EULER_GAMMA) * near + EULER_GAMMA * far)


def deflated_sharpe(pnl: npt.ArrayLike, variance: float, trials: float) -> float | None:
    """Chance that the Sharpe ratio is above that of the luckiest of so many trials without skill.

    Bailey and López de Prado (2014). ``None`` for fewer than three days or without variation.

    Parameters
    ----------
    pnl
        Daily P&L of the chosen one.
    variance
        Variance of the trials' Sharpe ratios, per day.
    trials
        Effective number of independent trials (`effective_trials`).
    """
    x = np.asarray(pnl, np.float64)
    if len(x) < 3 or np.ptp(x) == 0:
        return None
    sr, skew, kurtosis = moments(x)
    return probabilistic_sharpe(sr, expected_max_sharpe(variance, trials), len(x), skew, kurtosis)


def effective_trials(pnl: npt.ArrayLike) -> float:
    """Number of independent trials that correlated ones amount to: (Σλ)² / Σλ² of their correlation matrix.

    Parameters
    ----------
    pnl
        float64, shape (days, sets), finite. Sets without variation are no trials.
    """
    x = np.asarray(pnl, np.float64)
    if len(x) < 2:
        return 0.0
    sd = x.std(axis=0)
    z = (x - x.mean(axis=0))[:, sd > 0] / sd[sd > 0]
    if not z.shape[1]:
        return 0.0
    # Days × days and sets × sets have the same non-zero eigenvalues: take the smaller.
    z = z if z.shape[0] < z.shape[1] else z.T
    gram = np.einsum("is,js->ij", z, z) / len(x)
    return float(np.trace(gram) ** 2 / np.sum(gram**2))
