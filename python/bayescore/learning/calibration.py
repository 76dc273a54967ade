"""Whether the brain's odds come true: yesterday's probabilities held against today's labels, all days so far.

Everything is a sum over labels, so a day is forgotten once it is added and a run can be resumed from a few
numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bayescore.errors import UsageError
from bayescore.events import Calibration
from bayescore.results.statistics import ratio_error

Floats = npt.NDArray[np.float64]

RUNG = 1
"""Labels of the middle rung are scored: the barrier itself."""

EDGES = (0.35, 0.4, 0.43, 0.455, 0.475, 0.49, 0.51, 0.525, 0.545, 0.57, 0.6, 0.65)
"""Between the bins of the reliability diagram. Fixed, so that days add up, and finest about one half, where
nearly all predictions lie; symmetric, because a state's mirror image is predicted by the complement."""

SUMS = ("n", "brier", "distance_squared", "distance_outcome")


class Predicts(Protocol):
    """The part of a brain that is scored."""

    def leaf_table(self, rung: int) -> Mapping[str, npt.NDArray[Any]]:
        """Posterior of every leaf: columns leaf, a, b among others."""
        ...


class Counts(Protocol):
    """The part of a day's labels that scores."""

    def leaf_counts(self, rung: int) -> Mapping[str, npt.NDArray[Any]]:
        """Labels that count at the leaves: columns leaf, ups, downs."""
        ...


class CalibrationTracker:
    """Running sums of predictions and outcomes."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys(SUMS, 0.0)
        self._bins = np.zeros((len(EDGES) + 1, 3))
        self._days: list[tuple[float, float]] = []

    def observe(self, brain: Predicts, labels: Counts) -> None:
        """Add a day.

        Parameters
        ----------
        brain
            `BayesianBrain` or ``_core.Brain``, as it was before the day.
        labels
            The day's labels.
        """
        posterior, seen = getattr(brain, "core", brain).leaf_table(RUNG), labels.leaf_counts(RUNG)
        a, b = posterior["a"], posterior["b"]
        mean = np.full(int(posterior["leaf"].max(initial=0)) + 1, 0.5)
        mean[posterior["leaf"]] = a / (a + b)
        self.add(mean[seen["leaf"]], seen["ups"], seen["downs"])

    def add(self, predicted: npt.ArrayLike, ups: npt.ArrayLike, downs: npt.ArrayLike) -> None:
        """Add a day's predictions and what became of them.

        Parameters
        ----------
        predicted
            float64, probability of up, one a state.
        ups, downs
            How many labels of the state ended up and down; halves are allowed (a state that is its own mirror
            image counts half each).

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
            self._sums[name] += x
        bin_of = np.searchsorted(EDGES, p, side="right")
        for column, weight in enumerate((n * p, up, n)):
            self._bins[:, column] += np.bincount(bin_of, weights=weight, minlength=len(self._bins))
        if total > 0:
            self._days.append((brier - total / 4, total))

    def result(self) -> Calibration:
        """Figures over all days added.

        Predictions and outcomes are measured from one half, because a state and its mirror image say the
        same: ``slope`` is that of the least-squares line through (½, ½) (1 is calibrated, below 1
        overconfident), ``spread`` the rms distance of the predictions from ½. ``brier_error`` is the standard
        error of the difference of both Brier scores, from the variation between days.
        """
        s, n = self._sums, self._sums["n"]
        used = self._bins[self._bins[:, 2] > 0]
        if n == 0:
            return Calibration(
                n=0, brier=None, brier_half=None, brier_error=None, ece=None, slope=None, spread=None, bins=[]
            )
        squared = s["distance_squared"]
        differences, counts = zip(*self._days, strict=True)
        return Calibration(
            n=round(n),
            brier=s["brier"] / n,
            brier_half=0.25,
            brier_error=ratio_error(differences, counts),
            ece=math.fsum(np.abs(used[:, 0] - used[:, 1])) / n,
            slope=s["distance_outcome"] / squared if squared > 1e-12 * n else None,
            spread=math.sqrt(squared / n),
            bins=[(p / m, y / m, round(m)) for p, y, m in used.tolist()],
        )

    def state(self) -> dict[str, Any]:
        """The sums as plain data for a file."""
        return {"sums": dict(self._sums), "bins": self._bins.tolist(), "days": [list(d) for d in self._days]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up `state` again.

        Raises
        ------
        UsageError
            If the data are not what `state` gives.
        """
        try:
            sums = {name: float(state["sums"][name]) for name in SUMS}
            bins = np.array(state["bins"], np.float64).reshape(self._bins.shape)
            days = [(float(d), float(n)) for d, n in state["days"]]
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"calibration: saved state cannot be read ({error})") from None
        self._sums, self._bins, self._days = sums, bins, days
