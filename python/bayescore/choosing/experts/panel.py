"""The best of the sets that are tried every day, by their mean over the days."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bayescore.results.statistics import weights_of_days

if TYPE_CHECKING:
    from bayescore.choosing.experts._base import Tonight
    from bayescore.events import Params

Floats = NDArray[np.float64]

PRIOR_DAYS = 4
"""Days of the panel's mean variance that are mixed into each set's own."""


class PanelScores(NamedTuple):
    """What the panel policy knows of each set; arrays of shape (sets,)."""

    score: Floats
    """Shrunken mean."""
    mean: Floats
    """Weighted mean."""
    eligible: NDArray[np.bool_]
    """Objective defined on at least half of the days."""

    @property
    def best(self) -> int | None:
        """Best score, then best mean, then first; ``None`` if no set is eligible."""
        sets = np.flatnonzero(self.eligible)
        if not len(sets):
            return None
        order = np.lexsort((sets, -self.mean[sets], -self.score[sets]))
        return int(sets[order[0]])


def panel_scores(history: Floats, half_life: float, undefined: float) -> PanelScores:
    """Weighted mean objective of each set over the days, shrunk towards the panel's mean by its own variance.

    James–Stein with unequal variances (Efron and Morris 1975): a set whose days scatter keeps less of its
    distance from the others. One factor for all would not change their order.

    Parameters
    ----------
    history
        float64, shape (days, sets), oldest day first, NaN where undefined.
    half_life
        Days after which a day weighs half.
    undefined
        Value of an undefined day: what not trading is worth.
    """
    days, sets = history.shape
    known = np.isfinite(history)
    eligible = known.sum(axis=0) >= -(-days // 2)
    w = weights_of_days(days, half_life)
    x = np.where(known, history, undefined)
    # Not a BLAS product, whose bits may depend on its threads.
    mean = (w[:, None] * x).sum(axis=0) / w.sum()
    if days < 2 or not eligible.any():
        return PanelScores(mean, mean, eligible)
    squares = (w**2).sum()
    variance = (w[:, None] * (x - mean) ** 2).sum(axis=0) / (w.sum() - squares / w.sum())
    pooled = variance[eligible].mean()
    mixed = (variance * (days - 1) + PRIOR_DAYS * pooled) / (days - 1 + PRIOR_DAYS)
    of_mean = mixed * squares / w.sum() ** 2
    centre = mean[eligible].mean()
    signal = 0.0
    if eligible.sum() > 1:
        signal = max(0.0, float(mean[eligible].var(ddof=1) - of_mean[eligible].mean()))
    if signal == 0:
        return PanelScores(np.full(sets, centre), mean, eligible)
    return PanelScores(centre + signal / (signal + of_mean) * (mean - centre), mean, eligible)


class Panel:
    """Trades the panel set with the best shrunken mean objective; yesterday's choice if none is eligible."""

    name, leads = "panel", False

    def choose(self, tonight: Tonight) -> Params | None:
        """The best by `panel_scores`."""
        undefined = 1.0 if tonight.config.objective == "profit_factor" else 0.0
        best = panel_scores(tonight.panel_history, tonight.config.selection_half_life_days, undefined).best
        if best is None:
            return tonight.previous
        return tonight.space.params(tonight.evidence.table, (tonight.panel.start or 0) + best)
