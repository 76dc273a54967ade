"""The product's own algorithm in numba: what a competitor could do if given the idea.

All sets advance together, entry by entry, over blocks of bars; the exits of an entry for all distances lie in rows
that were built once for all sets (`bench_major_rows`). See `docs/performance.md`. Left out are the product's fallbacks:
days and sets that do not fit the packing are refused here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from bench_jit import njit, njit_parallel, prange, trailing_zeros
from bench_major_rows import NO_BAR, build_clock, build_rows
from bench_nested import OHLC_PATH, STOP_FIRST

BLOCK = 4096
CHUNK_WORDS = 16
NIL = np.uint16(0xFFFF)
U1 = np.uint64(1)
LONG, SHORT, DROPPED = range(3)


@njit
def _bitsets(fire: Any, masks: Any, context_bits: Any, words: Any) -> Any:
    """Sets that take each side in each leaf, sets that may trade in each context, and all sets."""
    m, leaves = fire.shape
    takes = np.zeros((leaves, 2, words), np.uint64)
    allows = np.zeros((len(context_bits), words), np.uint64)
    free = np.zeros(words, np.uint64)
    for k in range(m):
        word, bit = k >> 6, U1 << np.uint64(k & 63)
        free[word] |= bit
        for leaf in range(leaves):
            if fire[k, leaf] != 0:
                takes[leaf, 1 if fire[k, leaf] < 0 else 0, word] |= bit
        for c in range(len(context_bits)):
            if context_bits[c] & masks[k]:
                allows[c, word] |= bit
    return takes, allows, free


@njit
def _sides_of(known: Any, takes: Any, allows: Any, leaf: Any, context: Any) -> Any:
    """Bits of the sides that some set takes; found when first asked for."""
    if known[leaf, context] == 0:
        sides = 4
        for side in range(2):
            for w in range(allows.shape[1]):
                if takes[leaf, side, w] & allows[context, w]:
                    sides |= 1 << side
                    break
        known[leaf, context] = sides
    return known[leaf, context] & 3


@njit
def _list(day: Any, first: Any, block_end: Any, max_gap: Any, gates: Any, lists: Any) -> Any:
    """Candidates of a block: bar, kind and row; and the entry bars of each side."""
    ts, leaf, context, _, last, _ = day
    known, takes, allows = gates
    cand, entries = lists
    n = 0
    n_side = np.zeros(2, np.int64)
    for i in range(first, min(block_end, last)):
        sides = _sides_of(known, takes, allows, leaf[i], context[i])
        if sides == 0:
            continue
        if ts[i + 1] - ts[i] > max_gap:
            cand[n, 0], cand[n, 1], cand[n, 2] = i, DROPPED, 0
            n += 1
            continue
        for side in range(2):
            if sides >> side & 1:
                cand[n, 0], cand[n, 1], cand[n, 2] = i, side, n_side[side]
                entries[side, n_side[side]] = i + 1
                n_side[side] += 1
                n += 1
    return n, n_side


@njit
def _settle(bars: Any, at: Any, entry: Any, fill: Any, target: Any, rules: Any) -> Any:
    """A bar that meets both the protective level and the target: gross, and whether that is ambiguous."""
    open_, high, low, slip = bars[0], bars[1], bars[2], bars[3]
    offset, policy = rules
    if fill == open_[at] - slip[at]:
        return fill - entry, 0
    if open_[at] >= entry + target + offset:
        return target, 0
    stop_first = policy == STOP_FIRST
    if policy == OHLC_PATH:
        stop_first = open_[at] - low[at] <= high[at] - open_[at]
    return (fill - entry if stop_first else target), 1


@njit
def _advance(
    span: Any,
    cand: Any,
    day: Any,
    bars: Any,
    window: Any,
    clocks: Any,
    axes: Any,
    bits: Any,
    rows: Any,
    gates: Any,
    sets: Any,
    rules: Any,
    commission: Any,
    state: Any,
    out: Any,
) -> None:
    """One chunk of sets through the candidates of a window."""
    word0, word1 = span
    ts, leaf, context, bar_at, _, _ = day
    first, end, n_total = window
    _, s1, t0, _, _, d1 = axes
    stops, marks, trails = rows
    _, takes, allows = gates
    stop, target, activation, distance, hold, cooldown, _, most_losses = sets
    offset, _ = rules
    free, heads, next_, released, below, in_a_row = state
    horizon = len(bar_at) - 1
    mask = (1 << bits) - 1
    length = end - first
    for q in range(len(cand)):
        i = cand[q, 0]
        for b in range(released[0], i + 1):
            k = heads[b]
            while k != NIL:
                free[word0 + (int(k) >> 6)] |= U1 << np.uint64(int(k) & 63)
                k = next_[word0 * 64 + int(k)]
        released[0] = i + 1
        kind = cand[q, 1]
        if kind == DROPPED:
            for w in range(word0, word1):
                left = free[w] & (takes[leaf[i], 0, w] | takes[leaf[i], 1, w]) & allows[context[i], w]
                while left:
                    out[w * 64 + trailing_zeros(left), 13] += 1
                    left &= left - U1
            continue
        e, row = i + 1, cand[q, 2]
        seen = bars[kind]
        entry = int(seen[0, e]) + int(seen[3, e])
        second = int(ts[e]) - int(ts[first])
        for w in range(word0, word1):
            left = free[w] & takes[leaf[i], kind, w] & allows[context[i], w]
            free[w] ^= left
            while left:
                k = w * 64 + trailing_zeros(left)
                left &= left - U1
                active = length
                if activation[k] > 0:
                    active = min(int(marks[kind, row, activation[k] - t0]), length)
                protective = min(stops[kind, row, s1 - stop[k]], trails[kind, active, d1 - distance[k]])
                by_clock = clocks[kind, second + hold[k]]
                soonest = int(min(protective, by_clock))
                bar = soonest >> bits
                met = int(marks[kind, row, target[k] + offset - t0])
                gross = mask - (soonest & mask) - entry
                if met < bar:
                    bar = met
                    gross = int(target[k])
                elif met == bar and int(by_clock) >> bits != bar:
                    fill = mask - (soonest & mask)
                    gross, twofold = _settle(seen, first + bar, entry, fill, int(target[k]), rules)
                    if twofold:
                        out[k, 10] += 1
                        out[k, 11] += fill - entry - gross
                        out[k, 12] += int(target[k]) - gross
                x = min(first + bar, n_total - 1)
                held = int(ts[x]) - int(ts[e])
                net = 1000 * gross - commission
                out[k, 0] += 1
                out[k, 3] += gross
                out[k, 4] += gross * gross
                out[k, 7] += held
                if net > 0:
                    out[k, 1] += 1
                    out[k, 5] += gross
                    out[k, 8] += held
                elif net < 0:
                    out[k, 2] += 1
                    out[k, 6] += gross
                    out[k, 9] += held
                below[k] = max(below[k] - net, 0)
                out[k, 14] = max(out[k, 14], below[k])
                in_a_row[k] = in_a_row[k] + 1 if net < 0 else 0
                if in_a_row[k] >= most_losses[k]:
                    out[k, 15] = 1
                else:
                    again = max(x, bar_at[min(ts[x] + cooldown[k], horizon)])
                    next_[k] = heads[again]
                    heads[again] = k - word0 * 64


@njit_parallel
def _sweep(
    day: Any,
    bars: Any,
    ends: Any,
    sets: Any,
    fire: Any,
    context_bits: Any,
    axes: Any,
    bits: Any,
    rules: Any,
    max_gap: Any,
    commission: Any,
    parts: Any,
    out: Any,
) -> None:
    """Blocks of bars one after the other; rows in parallel by side, then sets in parallel by chunk."""
    ts, _, _, bar_at, last, flat = day
    hold = sets[4]
    n, m = len(ts), len(hold)
    words = (m + 63) >> 6
    takes, allows, free = _bitsets(fire, sets[6], context_bits, words)
    gates = (np.zeros((takes.shape[0], allows.shape[0]), np.uint8), takes, allows)
    heads = np.full((parts, n + 1), NIL, np.uint16)
    next_ = np.full(words * 64, NIL, np.uint16)
    released = np.zeros((parts, 8), np.int64)
    below, in_a_row = np.zeros(m, np.int64), np.zeros(m, np.int64)
    s0, s1, t0, t1, d0, d1 = axes
    bottom = max(s1, d1)
    levels = (1 << bits) + t1 + bottom + 2
    max_hold = hold.max()
    cand, entries = np.empty((2 * BLOCK, 3), np.int32), np.empty((2, BLOCK), np.int32)
    falls, rises = np.empty((2, levels), np.uint32), np.empty((2, levels), np.uint16)
    stops, marks = np.empty((2, BLOCK, s1 - s0 + 1), np.uint32), np.empty((2, BLOCK, t1 - t0 + 1), np.uint16)
    out[:] = 0
    for first in range(0, last, BLOCK):
        block_end = min(first + BLOCK, last)
        until = bar_at[min(int(ts[block_end]) + max_hold, len(bar_at) - 1)] + 1
        end = min(until, flat + 1, n)
        count, by_side = _list(day, first, block_end, max_gap, gates, (cand, entries))
        seconds = int(ts[block_end]) - int(ts[first]) + max_hold + 1
        trails = np.empty((2, end - first + 1, d1 - d0 + 1), np.uint32)
        clocks = np.empty((2, seconds), np.uint32)
        for side in prange(2):
            seen = bars[side]
            found = entries[side, : by_side[side]]
            rows = (stops[side], marks[side], trails[side])
            build_rows(seen, (first, end), axes, bits, found, (falls[side], rises[side]), rows)
            build_clock(seen, ts, (first, end), flat, ends[side], seconds, bits, clocks[side])
        for p in prange(parts):
            span = (words * p // parts, words * (p + 1) // parts)
            state = (free, heads[p], next_, released[p], below, in_a_row)
            _advance(
                *(span, cand[:count], day, bars, (first, end, n), clocks, axes, bits, (stops, marks, trails)),
                *(gates, sets, rules, commission, state, out),
            )
    out[:, 11] += out[:, 3]
    out[:, 12] += out[:, 3]


def sweep_major(
    day: Any, bars: Any, sets: Any, fire: Any, rules: Any, max_gap: int, money: Any, out: Any, n_threads: int
) -> None:
    """Every set over one day; parameters as `bench_nested.sweep_nested` with i32 prices.

    Raises
    ------
    ValueError
        For a day or a set that does not fit the packing.
    """
    ts, leaf, context, bar_at, last, flat = day
    open_, high, low, close, slip = bars
    stop, target, activation, distance = sets[:4]
    offset, policy, _ = rules
    most_slip = int(slip.max())
    down, up = int(low.min()) - most_slip, int(high.max()) + most_slip
    bits = int(2 * (up - down) + 2).bit_length()
    if (activation > 0).any() and (distance >= activation + stop)[activation > 0].any():
        raise ValueError("a trail that starts below its stop")
    longest_window = min(len(ts), BLOCK + int(sets[4].max()) + 2)
    if bits > 16 or longest_window >= min(1 << (32 - bits), int(NO_BAR)):
        raise ValueError("the day does not fit the packing")
    views = np.array(
        [[open_ - down, high - down, low - down, slip], [up - open_, up - low, up - high, slip]],
        dtype=np.int32,
    )
    behind = (int(close[-1]) - down - int(slip[-1]), up - int(close[-1]) - int(slip[-1]))
    marks = np.concatenate([target + offset, activation[activation > 0]])
    axes = (
        *(int(stop.min()), int(stop.max()), int(marks.min()), int(marks.max())),
        *(int(distance.min()), int(distance.max())),
    )
    context_bits, context_of = np.unique(context, return_inverse=True)
    words = (len(stop) + 63) // 64
    parts = min(max(n_threads, -(-words // CHUNK_WORDS)), words)
    _sweep(
        *(
            (ts, leaf, context_of.astype(np.uint16), bar_at, last, flat),
            views,
            behind,
            sets,
            fire,
            context_bits,
        ),
        *(axes, bits, (offset, policy), max_gap, money[1], parts, out),
    )
