"""Running sums of predictions and outcomes: what calibration figures are made of, one set of them a level.

Everything is a sum over labels, so a day is forgotten once it is added.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bayescore.errors import UsageError
from bayescore.results.statistics import ratio_error

Floats = npt.NDArray[np.float64]

EDGES = (0.35, 0.4, 0.43, 0.455, 0.475, 0.49, 0.51, 0.525, 0.545, 0.57, 0.6, 0.65)
"""Between the bins of the reliability diagram. Fixed, so that days add up, and finest about one half, where
nearly all predictions lie; symmetric, because a state's mirror image is predicted by the complement."""

SUMS = ("n", "brier", "distance_squared", "distance_outcome")
BANDS = ("states", "inside", "expected")

TAIL = 0.1
"""Chance on either side of an 80% band."""

MIN_LABELS = 5
"""Labels of a state on a day below which its band holds nearly everything and tells nothing."""


class Parts(NamedTuple):
    """The Brier score in three parts: score = reliability − resolution + uncertainty."""

    reliability: float
    """How far what was said lies from what came true; 0 is best."""
    resolution: float
    """How far what came true differs between what was said; more is better."""
    uncertainty: float
    """Score of always saying the share of ups that came true, known only afterwards."""


class Scores:
    """Sums over labels of one level of the back-off."""

    def __init__(self) -> None:
        self.sums = dict.fromkeys(SUMS, 0.0)
        self.bins = np.zeros((len(EDGES) + 1, 5))
        """Σ n·p, ups, n, n·p², p·ups by bin."""
        self.days: list[tuple[float, float]] = []
        self.bands = dict.fromkeys(BANDS, 0.0)

    @property
    def n(self) -> float:
        """Labels."""
        return self.sums["n"]

    def add(
        self,
        predicted: npt.ArrayLike,
        ups: npt.ArrayLike,
        downs: npt.ArrayLike,
        strength: npt.ArrayLike | None = None,
    ) -> None:
        """Add a day.

        Parameters
        ----------
        predicted
            float64, probability of up, one a state.
        ups, downs
            How many labels of the state ended up and down; halves are allowed (a state that is its own mirror
            image counts half each).
        strength
            a + b of the Beta distribution that the probability is the mean of; without it bands are not counted.

        Raises
        ------
        UsageError
            For probabilities outside 0–1 or negative counts.
        """
        p, up, down = (np.asarray(x, np.float64) for x in (predicted, ups, downs))
        if not (((p >= 0) & (p <= 1)).all() and (up >= 0).all() and (down >= 0).all()):
            raise UsageError("calibration: probabilities must lie in 0..1 and counts must not be negative")
        n = up + down
        distance = p - 0.5
        brier = math.fsum(up * (1 - p) ** 2 + down * p**2)
        total = math.fsum(n)
        squared, product = math.fsum(n * distance**2), math.fsum((up - down) / 2 * distance)
        for name, x in zip(SUMS, (total, brier, squared, product), strict=True):
            self.sums[name] += x
        bin_of = np.searchsorted(EDGES, p, side="right")
        for column, weight in enumerate((n * p, up, n, n * p**2, p * up)):
            self.bins[:, column] += np.bincount(bin_of, weights=weight, minlength=len(self.bins))
        if total > 0:
            self.days.append((brier - total / 4, total))
        if strength is not None:
            s = np.asarray(strength, np.float64)
            # One half for certain is no prediction: such a state is its own mirror image.
            use = (p != 0.5) & (n >= MIN_LABELS)
            inside, expected = held(up[use], n[use], p[use] * s[use], (1 - p[use]) * s[use])
            for name, x in zip(BANDS, (int(use.sum()), inside, expected), strict=True):
                self.bands[name] += x

    def brier_error(self) -> float | None:
        """Standard error of the difference from the score of one half, from the variation between days."""
        differences, counts = zip(*self.days, strict=True)
        return ratio_error(differences, counts)

    def slope(self) -> float | None:
        """Of the least-squares line through (½, ½): 1 is calibrated, below 1 overconfident."""
        squared = self.sums["distance_squared"]
        return self.sums["distance_outcome"] / squared if squared > 1e-12 * self.n else None

    def parts(self) -> Parts:
        """The Brier score in parts (Murphy 1973), exact although predictions within a bin differ.

        What varies within a bin is taken into the resolution (Stephenson, Coelho and Jolliffe 2008): resolution
        − within-bin variance of the predictions + twice their covariance with the outcomes.
        """
        used = self.bins[self.bins[:, 2] > 0]
        said, up, n, squares, products = used.T
        total = math.fsum(n)
        mean, share = said / n, up / n
        rate = math.fsum(up) / total
        within = math.fsum(squares - said * mean) - 2 * math.fsum(products - mean * up)
        return Parts(
            reliability=math.fsum(n * (mean - share) ** 2) / total,
            resolution=(math.fsum(n * (share - rate) ** 2) - within) / total,
            uncertainty=rate * (1 - rate),
        )

    def state(self) -> dict[str, Any]:
        """The sums as plain data for a file."""
        return {
            "sums": dict(self.sums),
            "bins": self.bins.tolist(),
            "days": [list(d) for d in self.days],
            "bands": dict(self.bands),
        }

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Scores:
        """What `state` was of."""
        made = cls()
        made.sums = {name: float(state["sums"][name]) for name in SUMS}
        made.bins = np.array(state["bins"], np.float64).reshape(made.bins.shape)
        made.days = [(float(d), float(n)) for d, n in state["days"]]
        made.bands = {name: float(state["bands"][name]) for name in BANDS}
        return made


def held(ups: Floats, n: Floats, a: Floats, b: Floats) -> tuple[float, float]:
    """How many counts lie in the 80% band of what the odds let expect, and how many should.

    A state's ups of a day are beta-binomial if its odds are Beta(a, b): the band takes in what the labels and the
    doubt about the odds leave open. A count is in it if the chance of fewer and half the chance of as many lie
    within 0.1 and 0.9; counts are whole, so rather more than 80% should be.

    Returns
    -------
    inside, expected : float
    """
    if not len(n):
        return 0.0, 0.0
    most = int(n.max())
    k = np.arange(most)
    # P(k + 1) / P(k) of the beta-binomial; beyond n it is 0.
    with np.errstate(divide="ignore"):
        steps = np.log(np.maximum(n[:, None] - k, 0.0)) + np.log(a[:, None] + k) - np.log(k + 1.0)
        steps -= np.log(np.maximum(b[:, None] + n[:, None] - k - 1, np.finfo(np.float64).tiny))
    logs = np.concatenate([np.zeros((len(n), 1)), np.cumsum(steps, axis=1)], axis=1)
    chance = np.exp(logs - logs.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    middle = np.cumsum(chance, axis=1) - chance / 2
    within = (middle > TAIL) & (middle < 1 - TAIL)
    seen = within[np.arange(len(n)), ups.astype(np.int64)]
    return float(seen.sum()), math.fsum((chance * within).sum(axis=1))
