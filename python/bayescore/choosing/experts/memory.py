"""The best candidate by the evidence, with a memory of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bayescore.choosing.judgement import posterior, standing

if TYPE_CHECKING:
    from bayescore.choosing.experts._base import Tonight
    from bayescore.events import Params


class Memory:
    """Trades the candidate whose expected daily net result is highest, held down by its uncertainty.

    Parameters
    ----------
    name
        How events and files call it.
    half_life
        Days after which a day weighs half.
    designs_only
        Look at the designs that are the same every day only: nothing was searched, so nothing was searched for luck.
    """

    def __init__(self, name: str, half_life: float, *, designs_only: bool = False) -> None:
        self.name, self.half_life = name, half_life
        self._designs_only = designs_only
        # As a leader the designs cost more than they bring: what was searched for is better on most worlds.
        self.leads = not designs_only

    def choose(self, tonight: Tonight) -> Params | None:
        """The leading candidate; flat if even its expectation is not above zero."""
        row = self.leader(tonight)
        return None if row is None else tonight.space.params(tonight.evidence.table, row)

    def leader(self, tonight: Tonight) -> int | None:
        """Its row in the evidence."""
        judged = posterior(standing(tonight.evidence, self.half_life, tonight.cost_ticks))
        score = judged.cautious
        if self._designs_only:
            score = score[: tonight.evidence.fixed]
        best = int(np.argmax(score))
        return best if judged.mean[best] > 0 else None
