"""Compile with numba where it is installed; elsewhere kernels run as the plain Python they are written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

try:
    import numba
except ImportError:  # numba belongs to the `bench` dependency group, tests do without it
    numba = None

COMPILE = numba is not None and not numba.config.DISABLE_JIT
"""False without numba, and with ``NUMBA_DISABLE_JIT=1``."""

prange = numba.prange if numba is not None else range


def njit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a helper of a kernel."""
    return numba.njit(cache=True)(function) if COMPILE else function


def njit_parallel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel whose `prange` loop runs on as many threads as `threads` was told."""
    return numba.njit(parallel=True, cache=True)(function) if COMPILE else function


def threads(n: int) -> None:
    """Run the parallel loops that follow on n threads, in small portions: sets differ much in work."""
    if COMPILE:
        numba.set_num_threads(n)
        numba.set_parallel_chunksize(8 if n > 1 else 0)


if COMPILE:
    from numba.cpython.unsafe.numbers import trailing_zeros
else:

    def trailing_zeros(word: int) -> int:
        """Count the zero bits below the lowest one."""
        return (int(word) & -int(word)).bit_length() - 1
