"""How long it takes merely to read a day once for every set: a limit for whoever walks through bars set by set."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from bench_jit import njit_parallel, prange


@numba.njit(fastmath=True, cache=True)
def _read_floats(high: Any, low: Any, seed: float) -> float:
    top, bottom = seed, seed
    for j in range(len(high)):
        top += high[j]
        bottom += low[j]
    return top - bottom


@numba.njit(cache=True)
def _read_integers(high: Any, low: Any, seed: Any) -> Any:
    top, bottom = seed, seed
    for j in range(len(high)):
        top = max(top, high[j])
        bottom = min(bottom, low[j])
    return top - bottom


@njit_parallel
def stream_floats(high: Any, low: Any, seeds: Any, out: Any) -> None:
    """Read both columns once for every set; `seeds` keep the compiler from doing it once for all."""
    for k in prange(len(seeds)):
        out[k] = _read_floats(high, low, seeds[k])


@njit_parallel
def stream_integers(high: Any, low: Any, seeds: Any, out: Any) -> None:
    """Read both columns once for every set."""
    for k in prange(len(seeds)):
        out[k] = _read_integers(high, low, seeds[k])


def stream(high: Any, low: Any, sets: int, dtype: Any) -> Any:
    """Make the job that reads a day's highs and lows once for each of so many sets."""
    base = int(low.min())
    h, lo = np.ascontiguousarray(high - base, dtype), np.ascontiguousarray(low - base, dtype)
    seeds, out = np.arange(sets).astype(dtype), np.empty(sets)
    kernel = stream_floats if np.dtype(dtype).kind == "f" else stream_integers
    return lambda: kernel(h, lo, seeds, out)
