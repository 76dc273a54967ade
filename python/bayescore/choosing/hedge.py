"""Which expert leads: AdaHedge with fixed share over the experts' paper results.

Every expert's day is known, chosen or not, so nothing has to be explored. Weights fall with the losses at a rate that
follows from the losses themselves; a fixed share is dealt out anew each day, so an expert whose time has come again is
not buried (de Rooij, van Erven, Grünwald and Koolen 2014; Herbster and Warmuth 1998).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARE = 0.05
"""Part of all weight that is dealt out evenly each day."""

SCALE_HALF_LIFE = 10.0
"""Days after which the largest result so far scales half as much: results are capped at ±1 in units of it."""

FASTEST = 1e3
"""Largest learning rate, while all experts have done the same."""


class Hedge:
    """Weights of experts.

    Parameters
    ----------
    experts
        How many.
    """

    def __init__(self, experts: int) -> None:
        self.weights: Floats = np.full(experts, 1 / experts)
        self._gap = 0.0
        self._scale = 1.0

    @property
    def leader(self) -> int:
        """The expert with the most weight, the first at a tie."""
        return int(np.argmax(self.weights))

    def observe(self, net: Sequence[float]) -> None:
        """Take in a day: net result of each expert, ticks."""
        result = np.asarray(net, np.float64)
        self._scale = max(self._scale * 0.5 ** (1 / SCALE_HALF_LIFE), float(np.abs(result).max()), 1.0)
        loss = -result / self._scale
        rate = min(np.log(len(result)) / max(self._gap, 1e-9), FASTEST)
        power = -rate * loss
        highest = power.max()
        shifted = np.exp(power - highest)
        weights = self.weights
        mix = float(-(highest + np.log((weights * shifted).sum())) / rate)
        self._gap += max(float((weights * loss).sum()) - mix, 0.0)
        weights = weights * shifted
        weights = weights / weights.sum()
        self.weights = (1 - SHARE) * weights + SHARE / len(result)

    def state(self) -> dict[str, Any]:
        """Plain data for `restore`."""
        return {"weights": self.weights.tolist(), "gap": self._gap, "scale": self._scale}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up `state` again."""
        self.weights = np.asarray(state["weights"], np.float64)
        self._gap, self._scale = float(state["gap"]), float(state["scale"])
