"""How long it takes merely to look at a day's bars once for every set: a limit for whoever walks bar by bar."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from bench_jit import njit_parallel, prange


@numba.njit(cache=True)
def _touches(high: Any, low: Any, top: Any, bottom: Any) -> Any:
    """Bars that reach one of two levels: the least a walk through the bars does."""
    n = 0
    for j in range(len(high)):
        n += (low[j] <= bottom) | (high[j] >= top)
    return n


@numba.njit(fastmath=True, cache=True)
def _sum(high: Any, low: Any, top: Any, bottom: Any) -> Any:
    """No more than reading them."""
    for j in range(len(high)):
        top += high[j]
        bottom += low[j]
    return top - bottom


@njit_parallel
def touch_all(high: Any, low: Any, tops: Any, bottoms: Any, out: Any) -> None:
    """Hold every bar against two levels of every set."""
    for k in prange(len(tops)):
        out[k] = _touches(high, low, tops[k], bottoms[k])


@njit_parallel
def sum_all(high: Any, low: Any, tops: Any, bottoms: Any, out: Any) -> None:
    """Read every bar for every set; the levels keep the compiler from doing it once for all."""
    for k in prange(len(tops)):
        out[k] = _sum(high, low, tops[k], bottoms[k])


def stream(high: Any, low: Any, sets: int, dtype: Any, *, compare: bool = True) -> Any:
    """Make the job that looks at a day's highs and lows once for each of so many sets."""
    base = int(low.min())
    h, lo = np.ascontiguousarray(high - base, dtype), np.ascontiguousarray(low - base, dtype)
    middle = (int(high.max()) - base) // 2
    distances, out = np.linspace(20, 400, sets).astype(np.int64), np.empty(sets)
    tops, bottoms = (middle + distances).astype(dtype), (middle - distances).astype(dtype)
    kernel = touch_all if compare else sum_all
    return lambda: kernel(h, lo, tops, bottoms, out)
