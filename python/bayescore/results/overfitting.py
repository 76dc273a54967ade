"""How often the winner of a search loses afterwards: the probability of backtest overfitting."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bayescore import _core

BLOCKS = 16
"""Blocks that days are cut into: 12,870 splits."""


class Overfitting(NamedTuple):
    """What the splits of CSCV came to."""

    probability: float
    """Share of the splits in which the in-sample winner is at or below the median out of sample (PBO)."""
    loss: float
    """Share of the splits in which it loses out of sample."""
    splits: int


def overfitting_probability(pnl: npt.ArrayLike, blocks: int = BLOCKS) -> Overfitting | None:
    """Chance that the in-sample best of a search does no better than the median out of sample (PBO by CSCV).

    Bailey, Borwein, López de Prado and Zhu (2017): days are cut into blocks, every half of the blocks is in
    sample once, and the Sharpe ratio's winner is ranked among all sets on the other half.

    Parameters
    ----------
    pnl
        float64, shape (days, sets), finite.
    blocks
        Even number; lowered to the even number of days that there are. Days that do not fill blocks of equal
        size are left out at the start.

    Returns
    -------
    Overfitting or None
        ``None`` for fewer than four days or two sets.
    """
    x = np.ascontiguousarray(pnl, np.float64)
    blocks = min(blocks, len(x)) // 2 * 2
    if blocks < 4 or x.shape[1] < 2:
        return None
    found = _core.overfitting(x.ravel(), x.shape[1], blocks)
    return None if found is None else Overfitting(*found)
