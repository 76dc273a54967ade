"""Memory that a day has done with goes back to the system."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable

MANY = 10_000
"""Sets a day from which its tables are large: below, what is kept for the next day is less than asking for it costs."""


@functools.cache
def _trim() -> Callable[[int], int] | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):  # another C library than GNU's
        return None


def give_back(iterations: int) -> None:
    """Call after each day, with its number of sets.

    Tables of a day come and go in several threads. The C library keeps what they leave, in pieces that the next day's
    do not always fit, so that the process would grow from day to day although nothing is held.
    """
    if iterations >= MANY and (trim := _trim()) is not None:
        trim(0)
