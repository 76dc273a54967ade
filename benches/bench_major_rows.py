"""Rows of exits for the candidate-major kernel: `rust/core/src/sweep/rows.rs` in numba.

An exit is a u32: its bar in the high bits, the complement of its fill in the low ones, so that the smaller of two is
the one that happens. Prices are levels above the lowest possible fill, as a long of the side sees them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from bench_jit import njit

NO_EXIT = np.uint32(0xFFFFFFFF)
NO_BAR = np.uint16(0xFFFF)


@njit
def pack(bar: Any, level: Any, bits: Any) -> Any:
    """Exit at a bar and a fill level."""
    return np.uint32((int(bar) << bits) | (((1 << bits) - 1) - int(level)))


@njit
def build_rows(bars: Any, window: Any, axes: Any, bits: Any, entries: Any, levels: Any, rows: Any) -> None:
    """Fill the rows of one side of one window, from its last bar to its first.

    Parameters
    ----------
    bars
        int32, shape (4, bars): open, high, low, slippage.
    window
        First bar, bar after the last.
    axes
        Smallest and largest stop, mark (target or activation) and trail distance. Rows begin with the largest stop,
        the smallest mark, the largest trail distance: the lowest level.
    bits
        Of a level within an exit.
    entries
        Entry bars of the candidates, ascending.
    levels
        Scratch: next bar down to and up to each level.
    rows
        Result: stops, marks and trails.
    """
    open_, high, low, slip = bars[0], bars[1], bars[2], bars[3]
    first, end = window
    s0, s1, t0, t1, d0, d1 = axes
    falls, rises = levels
    stops, marks, trails = rows
    falls[:] = NO_EXIT
    rises[:] = NO_BAR
    n = end - first
    bottom = s1 if s1 > d1 else d1
    trails[n, :] = NO_EXIT
    left = len(entries)
    for b in range(n - 1, 0, -1):
        at = first + b
        if b + 1 < n:
            after = at + 1
            lowest = int(low[after])
            to = max(int(low[at]), int(high[at]) - d0 + 1)
            _mark_fall(
                falls[lowest + bottom : to + bottom], lowest, int(open_[after]), int(slip[after]), b + 1, bits
            )
            rises[int(high[at]) + 1 : int(high[after]) + 1] = b + 1
        enters = left > 0 and entries[left - 1] == at
        if enters or high[at] > high[at - 1]:
            following = min(int(rises[int(high[at]) + 1]), n)
            base = int(high[at]) + bottom
            _smaller(falls[base - d1 : base - d0 + 1], trails[following], trails[b])
        if enters:
            left -= 1
            lowest, fill = int(low[at]), int(open_[at]) + int(slip[at])
            _mark_fall(
                falls[lowest + bottom : fill - s0 + 1 + bottom],
                lowest,
                int(open_[at]),
                int(slip[at]),
                b,
                bits,
            )
            rises[fill + t0 : int(high[at]) + 1] = b
            _copy(falls[fill - s1 + bottom : fill - s0 + 1 + bottom], stops[left])
            _copy(rises[fill + t0 : fill + t1 + 1], marks[left])


@njit
def _mark_fall(falls: Any, lowest: Any, open_: Any, slip: Any, b: Any, bits: Any) -> None:
    """Bar b is the next to come down to these levels; it fills at the open where it opens below."""
    top = (b << bits) + (1 << bits) - 1 + slip
    for x in range(len(falls)):
        falls[x] = np.uint32(top - min(lowest + x, open_))


# Loops from 0 over slices: numba leaves out the check for negative indices, and the compiler can use wide instructions.
@njit
def _copy(source: Any, target: Any) -> None:
    for x in range(len(target)):
        target[x] = source[x]


@njit
def _smaller(first: Any, second: Any, target: Any) -> None:
    for x in range(len(target)):
        target[x] = min(first[x], second[x])


@njit
def build_clock(
    bars: Any, ts: Any, window: Any, flat: Any, behind: Any, most_seconds: Any, bits: Any, clock: Any
) -> None:
    """Exit by the clock for every second after the first bar of a window."""
    open_, slip = bars[0], bars[3]
    first, end = window
    second = 0
    for at in range(first, end):
        exit_ = pack(at - first, open_[at] - slip[at], bits)
        until = most_seconds if at == flat else min(int(ts[at]) - int(ts[first]) + 1, most_seconds)
        while second < until:
            clock[second] = exit_
            second += 1
    exit_ = pack(end - first, behind, bits)
    while second < most_seconds:
        clock[second] = exit_
        second += 1
