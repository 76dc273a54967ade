"""Which parameter set trades tomorrow, from what is known tonight.

`panel` looks at the sets that are tried every day: their weighted mean objective over all days so far, each
shrunk towards the mean of the panel by its own variance. `day_best` takes today's best.
"""

from __future__ import annotations

from engine_metrics import PROFIT_FACTOR

PRIOR_WEIGHT = 4.0
"""Days' worth of the panel's mean variance that steadies the variance of each set."""


def panel_scores(days: list[list[float | None]], objective: str, half_life: float) -> list[float | None]:
    """Score of every set of the panel; None for sets that were undefined on more than half of the days.

    Parameters
    ----------
    days
        Objective of each set on each day so far, oldest day first; None where undefined.
    objective
        Name of the objective: an undefined profit factor counts as 1, all others as 0.
    half_life
        Days after which a day counts half.
    """
    return [None if s is None else s[0] for s in _scores_and_means(days, objective, half_life)]


def select_panel(days: list[list[float | None]], objective: str, half_life: float) -> int | None:
    """Set with the best score; at a tie the higher mean, then the lowest index. None if none is eligible."""
    best: tuple[float, float] | None = None
    chosen = None
    for k, score_and_mean in enumerate(_scores_and_means(days, objective, half_life)):
        if score_and_mean is not None and (best is None or score_and_mean > best):
            best, chosen = score_and_mean, k
    return chosen


def select_day_best(today: list[float | None]) -> int | None:
    """Iteration with today's highest objective; ties go to the lowest. None if none is defined."""
    chosen = None
    for k, x in enumerate(today):
        if x is not None and (chosen is None or x > today[chosen]):
            chosen = k
    return chosen


def _scores_and_means(
    days: list[list[float | None]], objective: str, half_life: float
) -> list[tuple[float, float] | None]:
    n_days = len(days)
    sets = len(days[0])
    undefined = 1.0 if objective == PROFIT_FACTOR else 0.0
    weights = [0.5 ** ((n_days - 1 - d) / half_life) for d in range(n_days)]
    total, total_sq = sum(weights), sum(w * w for w in weights)

    eligible = [k for k in range(sets) if 2 * sum(day[k] is not None for day in days) >= n_days]
    means: dict[int, float] = {}
    variances: dict[int, float] = {}
    for k in eligible:
        values = [undefined if (x := day[k]) is None else x for day in days]
        means[k] = sum(w * x for w, x in zip(weights, values, strict=True)) / total
        if n_days >= 2:
            squares = sum(w * (x - means[k]) ** 2 for w, x in zip(weights, values, strict=True))
            variances[k] = squares / (total - total_sq / total)

    scores: dict[int, float] = dict(means)
    if n_days >= 2 and eligible:
        pooled = sum(variances.values()) / len(eligible)
        own_weight = n_days - 1.0
        shrinkage = total_sq / total**2
        error = {
            k: (variances[k] * own_weight + pooled * PRIOR_WEIGHT) / (own_weight + PRIOR_WEIGHT) * shrinkage
            for k in eligible
        }
        grand_mean = sum(means.values()) / len(eligible)
        spread = sum((m - grand_mean) ** 2 for m in means.values()) / max(len(eligible) - 1, 1)
        between = max(0.0, spread - sum(error.values()) / len(eligible))
        for k in eligible:
            trusted = between / (between + error[k]) if between > 0.0 else 0.0
            scores[k] = grand_mean + trusted * (means[k] - grand_mean)
    return [(scores[k], means[k]) if k in scores else None for k in range(sets)]
