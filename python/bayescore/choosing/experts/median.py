"""The median set: what a trader who did not choose would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bayescore.choosing.judgement import standing

if TYPE_CHECKING:
    from bayescore.choosing.experts._base import Tonight
    from bayescore.events import Params


class Median:
    """Trades the hypercube set whose mean day is the median of all (Walton's system parameter permutation)."""

    name, leads = "median", False

    def choose(self, tonight: Tonight) -> Params | None:
        """The lower of the two middle sets where their number is even."""
        mean = standing(tonight.evidence, 1e6).mean[tonight.hypercube]
        middle = int(np.argsort(mean, kind="stable")[(len(mean) - 1) // 2])
        return tonight.space.params(tonight.evidence.table, (tonight.hypercube.start or 0) + middle)
