"""Whether the brain's odds come true: yesterday's probabilities held against today's labels, all days so far.

The leaves are what sets are traded by. Beside them each level that leaves borrow from is held against the labels it
learns from, so that a fault can be placed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bayescore.errors import UsageError
from bayescore.events import Calibration, LevelCalibration
from bayescore.learning.scores import EDGES, Scores

__all__ = ["EDGES", "CalibrationTracker"]

RUNG = 1
"""Labels of the middle rung are scored: the barrier itself."""


class Space(Protocol):
    """The part of a state space that names the levels."""

    @property
    def chain(self) -> list[list[str]]:
        """Fields of each level below the root, the leaves first."""
        ...


class Predicts(Protocol):
    """The part of a brain that is scored."""

    @property
    def space(self) -> Space:
        """Its states."""
        ...

    def level_table(self, level: int, rung: int) -> Mapping[str, npt.NDArray[Any]]:
        """Posterior of every state of a level: columns a, b."""
        ...


class Counts(Protocol):
    """The part of a day's labels that scores."""

    def level_counts(self, level: int, rung: int) -> Mapping[str, npt.NDArray[Any]]:
        """Labels that count at a level: columns state, ups, downs."""
        ...


class CalibrationTracker:
    """Running sums of predictions and outcomes, by level of the back-off."""

    def __init__(self) -> None:
        self._names: list[str] = []
        """Of the levels, the root first."""
        self._levels: list[Scores] = [Scores()]
        """Of the levels, the leaves last."""

    def observe(self, brain: Predicts, labels: Counts) -> None:
        """Add a day.

        Parameters
        ----------
        brain
            `BayesianBrain` or ``_core.Brain``, as it was before the day.
        labels
            The day's labels.
        """
        core: Predicts = getattr(brain, "core", brain)
        chain = core.space.chain
        if not self._names:
            self._names = ["all states", *(" × ".join(fields) for fields in reversed(chain))]
            self._levels = [Scores() for _ in self._names]
        for level, scores in enumerate(self._levels):
            posterior, seen = core.level_table(level, RUNG), labels.level_counts(level, RUNG)
            a, b = posterior["a"][seen["state"]], posterior["b"][seen["state"]]
            scores.add(a / (a + b), seen["ups"], seen["downs"], a + b)

    def add(self, predicted: npt.ArrayLike, ups: npt.ArrayLike, downs: npt.ArrayLike) -> None:
        """Add a day's predictions at the leaves and what became of them; see `Scores.add`."""
        self._levels[-1].add(predicted, ups, downs)

    def result(self) -> Calibration:
        """Figures over all days added.

        Predictions and outcomes are measured from one half, because a state and its mirror image say the
        same: ``slope`` is that of the least-squares line through (½, ½) (1 is calibrated, below 1
        overconfident), ``spread`` the rms distance of the predictions from ½. ``brier_error`` is the standard
        error of the difference of both Brier scores, from the variation between days.
        """
        s = self._levels[-1]
        n = s.n
        if n == 0:
            return Calibration(
                n=0, brier=None, brier_half=None, brier_error=None, ece=None, slope=None, spread=None, bins=[]
            )
        used = s.bins[s.bins[:, 2] > 0]
        return Calibration(
            n=round(n),
            brier=s.sums["brier"] / n,
            brier_half=0.25,
            brier_error=s.brier_error(),
            ece=math.fsum(np.abs(used[:, 0] - used[:, 1])) / n,
            slope=s.slope(),
            spread=math.sqrt(s.sums["distance_squared"] / n),
            bins=[(p / m, y / m, round(m)) for p, y, m in used[:, :3].tolist()],
            levels=[
                _level(name, scores)
                for name, scores in zip(self._names, self._levels, strict=False)
                if scores.n
            ],
        )

    def state(self) -> dict[str, Any]:
        """The sums as plain data for a file."""
        return {"names": list(self._names), "levels": [scores.state() for scores in self._levels]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up `state` again.

        Raises
        ------
        UsageError
            If the data are not what `state` gives.
        """
        try:
            names = [str(name) for name in state["names"]]
            levels = [Scores.of(each) for each in state["levels"]]
            if len(levels) != max(len(names), 1):
                raise ValueError(f"{len(names)} names for {len(levels)} levels")
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"calibration: saved state cannot be read ({error})") from None
        self._names, self._levels = names, levels


def _level(name: str, s: Scores) -> LevelCalibration:
    parts, states = s.parts(), round(s.bands["states"])
    return LevelCalibration(
        level=name,
        n=round(s.n),
        brier=s.sums["brier"] / s.n,
        brier_error=s.brier_error(),
        reliability=parts.reliability,
        resolution=parts.resolution,
        uncertainty=parts.uncertainty,
        slope=s.slope(),
        bands=states,
        inside=s.bands["inside"] / states if states else None,
        inside_expected=s.bands["expected"] / states if states else None,
    )
