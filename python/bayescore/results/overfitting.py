"""How often the winner of a search loses afterwards: the probability of backtest overfitting."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def overfitting_probability(pnl: npt.ArrayLike, blocks: int = 10) -> float | None:
    """Chance that the in-sample best of a search does worse than the median out of sample (PBO by CSCV).

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
    float or None
        ``None`` for fewer than four days or two sets.
    """
    x = np.asarray(pnl, np.float64)
    blocks = min(blocks, len(x)) // 2 * 2
    if blocks < 4 or x.shape[1] < 2:
        return None
    length = len(x) // blocks
    cut = x[len(x) - blocks * length :].reshape(blocks, length, -1)
    sums, squares = cut.sum(axis=1), (cut**2).sum(axis=1)
    splits = list(combinations(range(blocks), blocks // 2))
    inside = np.zeros((len(splits), blocks))
    for row, chosen in zip(inside, splits, strict=True):
        row[list(chosen)] = 1
    overfit = 0
    for part in np.array_split(inside, -(-len(inside) // 256)):
        train = _block_sharpe(part, sums, squares, length)
        test = _block_sharpe(1 - part, sums, squares, length)
        won = np.take_along_axis(test, train.argmax(axis=1)[:, None], axis=1)
        rank = (test < won).sum(axis=1) + ((test == won).sum(axis=1) + 1) / 2
        overfit += int((rank / (x.shape[1] + 1) <= 0.5).sum())
    return overfit / len(splits)


def _block_sharpe(pick: Floats, sums: Floats, squares: Floats, length: int) -> Floats:
    days = pick.sum(axis=1, keepdims=True) * length
    # einsum, because the bits of a BLAS product may depend on its number of threads.
    mean = np.einsum("kb,bs->ks", pick, sums) / days
    variance = np.maximum(np.einsum("kb,bs->ks", pick, squares) / days - mean**2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A set that never trades has no Sharpe ratio: it neither wins nor loses.
        return np.asarray(np.nan_to_num(mean / np.sqrt(variance), nan=0.0, posinf=np.inf, neginf=-np.inf))
