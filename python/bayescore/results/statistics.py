"""Statistics of results: ratios with their errors, intervals, multiple testing, and the price of a search.

Nothing here imports scipy when the module is loaded, and nothing that runs while training imports it at all.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import numpy.typing as npt

from bayescore.errors import UsageError

Floats = npt.NDArray[np.float64]

DAYS_A_YEAR = 252
EULER_GAMMA = 0.5772156649015329


def normal_cdf(x: npt.ArrayLike) -> Floats:
    """Φ(x), elementwise."""
    a = np.asarray(x, np.float64)
    return np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in a.ravel()], np.float64).reshape(a.shape)


def normal_quantile(p: float) -> float:
    """Φ⁻¹(p), for 0 < p < 1."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def annualised_sharpe(pnl: npt.ArrayLike, periods: float = DAYS_A_YEAR) -> float | None:
    """Annualised Sharpe ratio of daily net P&L: mean / sd (n − 1) × √periods.

    Undefined, hence ``None``, for fewer than two days or without variation.
    """
    x = np.asarray(pnl, np.float64)
    if len(x) < 2 or np.ptp(x) == 0:
        return None
    return float(x.mean() / x.std(ddof=1) * math.sqrt(periods))


def sharpe_error(pnl: npt.ArrayLike, periods: float = DAYS_A_YEAR) -> float | None:
    """Standard error of `annualised_sharpe`, skewness and kurtosis included (Mertens 2002)."""
    x = np.asarray(pnl, np.float64)
    if len(x) < 3 or np.ptp(x) == 0:
        return None
    sr, skew, kurtosis = _moments(x)
    return math.sqrt(max(1 - skew * sr + (kurtosis - 1) / 4 * sr**2, 0) / (len(x) - 1) * periods)


def standard_error(x: npt.ArrayLike) -> float | None:
    """Of the mean: sd (n − 1) / √n; ``None`` for fewer than two values."""
    a = np.asarray(x, np.float64)
    return None if len(a) < 2 else float(a.std(ddof=1) / math.sqrt(len(a)))


def ratio_error(sums: npt.ArrayLike, counts: npt.ArrayLike) -> float | None:
    """Standard error of Σ sums / Σ counts, from the variation between days.

    Trades of one day are not independent, days nearly are: the linearised variance of a ratio of sums over
    clusters (Cochran, Sampling Techniques, §6.3).

    Parameters
    ----------
    sums, counts
        One entry a day: the day's total and how many it is a total of.
    """
    s, n = np.asarray(sums, np.float64), np.asarray(counts, np.float64)
    days = len(s)
    if days < 2 or n.sum() <= 0:
        return None
    residual = s - s.sum() / n.sum() * n
    return float(math.sqrt(residual @ residual * days / (days - 1)) / n.sum())


def max_drawdown(pnl: npt.ArrayLike) -> float:
    """Largest fall of the cumulative P&L from a previous high, the start included; ≥ 0."""
    curve = np.concatenate([[0.0], np.cumsum(np.asarray(pnl, np.float64))])
    return float((np.maximum.accumulate(curve) - curve).max())


def wilson(share: npt.ArrayLike, n: npt.ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson score interval of a binomial share, elementwise.

    Parameters
    ----------
    share
        Observed share, 0–1.
    n
        Trials, not necessarily whole (effective numbers); 0 gives the interval 0–1.
    confidence
        Two-sided level.

    Returns
    -------
    low, high : float64 arrays
    """
    p, m = np.asarray(share, np.float64), np.asarray(n, np.float64)
    z = normal_quantile(0.5 + confidence / 2)
    safe = np.where(m > 0, m, 1)
    shrink = 1 / (1 + z**2 / safe)
    centre = (p + z**2 / (2 * safe)) * shrink
    half = z * np.sqrt(p * (1 - p) / safe + z**2 / (4 * safe**2)) * shrink
    # At 0 and 1 rounding must not push a bound past the share.
    low, high = np.clip(centre - half, 0, p), np.clip(centre + half, p, 1)
    return np.where(m > 0, low, 0.0), np.where(m > 0, high, 1.0)


def benjamini_hochberg(p_values: npt.ArrayLike, rate: float = 0.05) -> npt.NDArray[np.bool_]:
    """Which hypotheses to reject so that at most ``rate`` of the rejections are expected to be false.

    Benjamini and Hochberg (1995), the step-up procedure; NaN is never rejected and not counted as a test.
    """
    p = np.asarray(p_values, np.float64)
    rejected = np.zeros(p.shape, np.bool_)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    passing = np.flatnonzero(p[order] <= rate * np.arange(1, len(order) + 1) / max(len(order), 1))
    if len(passing):
        rejected[order[: passing[-1] + 1]] = True
    return rejected


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
    sr, skew, kurtosis = _moments(x)
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


def overfitting_probability(pnl: npt.ArrayLike, blocks: int = 10) -> float | None:
    """Chance that the in-sample best of a search does worse than the median out of sample (PBO by CSCV).

    Bailey, Borwein, López de Prado and Zhu (2017): days are cut into blocks, every half of the blocks is in
    sample once, and the Sharpe ratio's winner is ranked among all sets on the other half.

    Parameters
    ----------
    pnl
        float64, shape (days, sets), finite.
    blocks
        Even number; lowered to the even number of days that there are. Days that do not fill blocks of equal
        size are left out at the start.

    Returns
    -------
    float or None
        ``None`` for fewer than four days or two sets.
    """
    x = np.asarray(pnl, np.float64)
    blocks = min(blocks, len(x)) // 2 * 2
    if blocks < 4 or x.shape[1] < 2:
        return None
    length = len(x) // blocks
    cut = x[len(x) - blocks * length :].reshape(blocks, length, -1)
    sums, squares = cut.sum(axis=1), (cut**2).sum(axis=1)
    splits = list(combinations(range(blocks), blocks // 2))
    inside = np.zeros((len(splits), blocks))
    for row, chosen in zip(inside, splits, strict=True):
        row[list(chosen)] = 1
    overfit = 0
    for part in np.array_split(inside, -(-len(inside) // 256)):
        train = _block_sharpe(part, sums, squares, length)
        test = _block_sharpe(1 - part, sums, squares, length)
        won = np.take_along_axis(test, train.argmax(axis=1)[:, None], axis=1)
        rank = (test < won).sum(axis=1) + ((test == won).sum(axis=1) + 1) / 2
        overfit += int((rank / (x.shape[1] + 1) <= 0.5).sum())
    return overfit / len(splits)


def weights_of_days(days: int, half_life: float) -> Floats:
    """0.5^(age / half_life) for the oldest to the newest day."""
    if half_life <= 0:
        raise UsageError(f"half-life {half_life} must be above 0 days")
    return np.asarray(0.5 ** (np.arange(days - 1, -1, -1) / half_life))


def _moments(x: Floats) -> tuple[float, float, float]:
    """Sharpe ratio per period (n − 1), skewness, raw kurtosis."""
    centred = x - x.mean()
    variance = float((centred**2).mean())
    skew = float((centred**3).mean()) / variance**1.5
    return float(x.mean() / x.std(ddof=1)), skew, float((centred**4).mean()) / variance**2


def _block_sharpe(pick: Floats, sums: Floats, squares: Floats, length: int) -> Floats:
    days = pick.sum(axis=1, keepdims=True) * length
    # einsum, because the bits of a BLAS product may depend on its number of threads.
    mean = np.einsum("kb,bs->ks", pick, sums) / days
    variance = np.maximum(np.einsum("kb,bs->ks", pick, squares) / days - mean**2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A set that never trades has no Sharpe ratio: it neither wins nor loses.
        return np.asarray(np.nan_to_num(mean / np.sqrt(variance), nan=0.0, posinf=np.inf, neginf=-np.inf))
