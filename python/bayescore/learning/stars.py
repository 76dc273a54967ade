"""Which states are starred: their own labels say they are no coin, evening after evening.

A posterior holds what a state borrows from its kin, so it cannot testify for the state alone: the test is an exact
binomial test of the state's own counts against one half. Every state with labels enough is tested every evening, and
somebody looks every evening, so two controls are needed. Over states: Benjamini and Hochberg's. Over evenings: a star
is given after `EVENINGS` in a row with a discovery, because a discovery by luck does not last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bayescore import _core
from bayescore.errors import UsageError
from bayescore.results.statistics import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

RUNG = 1
"""Stars are about the middle rung, the barrier itself."""

MIN_LABELS = 30
"""States with fewer labels are not tested."""

RATE = 0.02
"""False-discovery rate of an evening."""

EVENINGS = 5
"""Evenings in a row with a discovery for a star."""


def own_p_values(brain: Any, *, pooled: bool, mirror: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Two-sided p-value of every leaf's own counts against one half; NaN where it is not tested.

    Parameters
    ----------
    brain
        `BayesianBrain` or ``_core.Brain``.
    pooled
        Whether a leaf and its mirror image share their counts; then the smaller of the two is tested, and a leaf that
        is its own image, even by construction, is not.
    mirror
        Mirror image of each leaf.
    """
    table = getattr(brain, "core", brain).leaf_table(RUNG)
    ups, downs = np.asarray(table["ups"], np.float64), np.asarray(table["downs"], np.float64)
    n, most = ups + downs, np.maximum(ups, downs)
    p = np.full(len(n), np.nan)
    use = n >= MIN_LABELS
    if pooled:
        use &= np.arange(len(n)) < mirror
    at = np.flatnonzero(use)
    if len(at):
        # P(Binomial(n, ½) ≥ k) = P(Beta(n − k + 1, k) > ½), which aged counts that are not whole have too.
        tail = _core.beta_above(np.full(len(at), 0.5), n[at] - most[at] + 1, most[at])
        p[at] = np.minimum(1.0, 2 * tail)
    return p


class StarTracker:
    """Counts the evenings in a row on which each leaf was a discovery.

    Parameters
    ----------
    space
        The brain's state space.
    pooled
        Whether the brain pools a state with its mirror image.
    """

    def __init__(self, space: _core.StateSpace, *, pooled: bool) -> None:
        self._pooled = pooled
        self._mirror = np.array([space.mirror_leaf(leaf) for leaf in range(space.n_leaves)], np.int64)
        self._evenings = np.zeros(space.n_leaves, np.int64)

    def observe(self, brain: Any) -> None:
        """Take up the brain of an evening."""
        p = own_p_values(brain, pooled=self._pooled, mirror=self._mirror)
        self._evenings = np.where(benjamini_hochberg(p, RATE), self._evenings + 1, 0)

    @property
    def stars(self) -> frozenset[int]:
        """Starred leaves; of a pooled pair the smaller."""
        return frozenset(np.flatnonzero(self._evenings >= EVENINGS).tolist())

    def state(self) -> dict[str, list[int]]:
        """Leaves with a discovery tonight and how long, as plain data for a file."""
        at = np.flatnonzero(self._evenings)
        return {"leaf": at.tolist(), "evenings": self._evenings[at].tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up `state` again.

        Raises
        ------
        UsageError
            If the data are not what `state` gives.
        """
        evenings = np.zeros_like(self._evenings)
        try:
            evenings[np.asarray(state["leaf"], np.int64)] = np.asarray(state["evenings"], np.int64)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise UsageError(f"stars: saved state cannot be read ({error})") from None
        self._evenings = evenings
