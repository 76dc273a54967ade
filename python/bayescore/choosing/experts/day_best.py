"""Today's best set of all: the luckiest of a thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bayescore.choosing.experts._base import Tonight
    from bayescore.events import Params


class DayBest:
    """Trades the iteration with today's highest objective; yesterday's choice where none is defined."""

    name, leads = "day_best", False

    def choose(self, tonight: Tonight) -> Params | None:
        """The earliest of the best."""
        defined = np.isfinite(tonight.objective)
        if not defined.any():
            return tonight.previous
        best = int(np.argmax(np.where(defined, tonight.objective, -np.inf)))
        return tonight.space.params(tonight.today, best)
