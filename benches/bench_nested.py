"""What a good quant would write in numba: for every set, find the next entry, then walk to its exit.

One source serves two kernels, by the type of its arrays: f64 prices in points, and i32 ticks. Everything that does not
depend on the set is handed in ready-made: the leaf and the context of every bar, the side of every set in every
leaf, slippage, and the first bar at or after every second, which spares the inner loop the clock.
"""

from __future__ import annotations

from typing import Any

from bench_jit import njit, njit_parallel, prange

STOP_FIRST, TARGET_FIRST, OHLC_PATH = range(3)

COLUMNS = (
    *("trades", "wins", "losses", "gross", "gross_sq", "gross_win", "gross_loss"),
    *("duration", "duration_win", "duration_loss", "ambiguous", "worst", "best", "dropped", "max_drawdown"),
    "stopped",
)
"""Columns of the result, all integers: the sums of the product's sweep table."""


@njit
def _inside(favour: Any, stop_near: Any, guard: Any, reach: Any, open_: Any, policy: Any) -> Any:
    """Which exit a bar gives that meets at least one of the levels: 0 open, 1 target, 2 guard, 3 and 4 ambiguous.

    All prices as a long sees them; `favour` is the high, `stop_near` the low.
    """
    if open_ <= guard:
        return 0
    if open_ >= reach:
        return 1
    if stop_near > guard:
        return 1
    if favour < reach:
        return 2
    if policy == STOP_FIRST:
        return 3
    if policy == TARGET_FIRST:
        return 4
    return 3 if open_ - stop_near <= favour - open_ else 4


@njit
def _hold_long(h: Any, low: Any, e: Any, end: Any, entry: Any, levels: Any) -> Any:
    """First bar that meets the stop, the trail or the target, `end` if none before it does, and the stop then."""
    guard, reach, arm, distance = levels
    peak = entry
    for j in range(e, end):
        if low[j] <= guard or h[j] >= reach:
            return j, guard
        if h[j] > peak:
            peak = h[j]
            if peak >= arm and peak - distance > guard:
                guard = peak - distance
    return end, guard


@njit
def _hold_short(h: Any, low: Any, e: Any, end: Any, entry: Any, levels: Any) -> Any:
    """Mirror image of `_hold_long`."""
    guard, reach, arm, distance = levels
    peak = entry
    for j in range(e, end):
        if h[j] >= guard or low[j] <= reach:
            return j, guard
        if low[j] < peak:
            peak = low[j]
            if peak <= arm and peak + distance < guard:
                guard = peak + distance
    return end, guard


@njit
def _trade_long(bars: Any, e: Any, end: Any, distances: Any, rules: Any) -> Any:
    """Exit bar, gross in price units, whether ambiguous, and gross under both intrabar policies."""
    o, h, low, c, slip = bars
    stop, target, activation, distance = distances
    offset, policy, never = rules
    entry = o[e] + slip[e]
    arm = entry + activation if activation > 0 else never
    levels = (entry - stop, entry + target + offset, arm, distance)
    j, guard = _hold_long(h, low, e, end, entry, levels)
    if j == end:
        if end == len(o):
            gross = c[end - 1] - slip[end - 1] - entry
            return end - 1, gross, 0, gross, gross
        gross = o[j] - slip[j] - entry
        return j, gross, 0, gross, gross
    way = _inside(h[j], low[j], guard, levels[1], o[j], policy)
    protected = guard - slip[j] - entry
    if way == 0:
        gross = o[j] - slip[j] - entry
    elif way in (1, 4):
        gross = target
    else:
        gross = protected
    if way >= 3:
        return j, gross, 1, protected, target
    return j, gross, 0, gross, gross


@njit
def _trade_short(bars: Any, e: Any, end: Any, distances: Any, rules: Any) -> Any:
    """Mirror image of `_trade_long`."""
    o, h, low, c, slip = bars
    stop, target, activation, distance = distances
    offset, policy, never = rules
    entry = o[e] - slip[e]
    arm = entry - activation if activation > 0 else -never
    levels = (entry + stop, entry - target - offset, arm, distance)
    j, guard = _hold_short(h, low, e, end, entry, levels)
    if j == end:
        if end == len(o):
            gross = entry - c[end - 1] - slip[end - 1]
            return end - 1, gross, 0, gross, gross
        gross = entry - o[j] - slip[j]
        return j, gross, 0, gross, gross
    way = _inside(-low[j], -h[j], -guard, -levels[1], -o[j], policy)
    protected = entry - guard - slip[j]
    if way == 0:
        gross = entry - o[j] - slip[j]
    elif way in (1, 4):
        gross = target
    else:
        gross = protected
    if way >= 3:
        return j, gross, 1, protected, target
    return j, gross, 0, gross, gross


@njit
def _set(
    day: Any, bars: Any, fire: Any, distances: Any, clocks: Any, rules: Any, money: Any, out: Any
) -> None:
    """One set over one day, its sums into a row of the table."""
    ts, leaf, context, bar_at, last, flat = day
    hold, cooldown, mask, most_losses, max_gap = clocks
    per_tick, commission = money
    horizon = len(bar_at) - 1
    trades = wins = losses = gross_sum = gross_sq = gross_win = gross_loss = 0
    duration = duration_win = duration_loss = ambiguous = worst = best = dropped = 0
    below_peak = drawdown = in_a_row = stopped = 0
    i = 0
    while i < last:
        side = fire[leaf[i]]
        if side == 0 or context[i] & mask == 0:
            i += 1
            continue
        e = i + 1
        if ts[e] - ts[i] > max_gap:
            dropped += 1
            i += 1
            continue
        end = min(bar_at[min(ts[e] + hold, horizon)], flat)
        if side > 0:
            x, gross, twofold, low, high = _trade_long(bars, e, end, distances, rules)
        else:
            x, gross, twofold, low, high = _trade_short(bars, e, end, distances, rules)
        ticks = int(gross * per_tick)
        net = 1000 * ticks - commission
        held = int(ts[x]) - int(ts[e])
        trades += 1
        gross_sum += ticks
        gross_sq += ticks * ticks
        duration += held
        ambiguous += twofold
        worst += int(low * per_tick)
        best += int(high * per_tick)
        if net > 0:
            wins += 1
            gross_win += ticks
            duration_win += held
        elif net < 0:
            losses += 1
            gross_loss += ticks
            duration_loss += held
        below_peak = max(below_peak - net, 0)
        drawdown = max(drawdown, below_peak)
        in_a_row = in_a_row + 1 if net < 0 else 0
        if in_a_row >= most_losses:
            stopped = 1
            break
        i = max(x, bar_at[min(ts[x] + cooldown, horizon)])
    out[0], out[1], out[2], out[3] = trades, wins, losses, gross_sum
    out[4], out[5], out[6], out[7] = gross_sq, gross_win, gross_loss, duration
    out[8], out[9], out[10], out[11] = duration_win, duration_loss, ambiguous, worst
    out[12], out[13], out[14], out[15] = best, dropped, drawdown, stopped


@njit_parallel
def sweep_nested(
    day: Any, bars: Any, sets: Any, fire: Any, rules: Any, max_gap: Any, money: Any, out: Any
) -> None:
    """Every set over one day.

    Parameters
    ----------
    day
        Times, leaf and context of each bar, first bar at or after each second, number of bars that may decide,
        first bar at which all is closed.
    bars
        Open, high, low, close and slippage, all of one type.
    sets
        Stop, target, trail activation and distance in price units; hold, cooldown, context mask, most losses in a row.
    fire
        int8, shape (sets, leaves + 1); the last leaf is that of bars without a state.
    rules
        What a target must be exceeded by, intrabar policy, a price no bar reaches.
    max_gap
        Seconds from the decision to the entry bar, else dropped.
    money
        Ticks a price unit, commission in thousandths of a tick.
    out
        int64, shape (sets, `COLUMNS`).
    """
    stop, target, activation, distance, hold, cooldown, mask, most_losses = sets
    for k in prange(len(stop)):
        distances = (stop[k], target[k], activation[k], distance[k])
        clocks = (hold[k], cooldown[k], mask[k], most_losses[k], max_gap)
        _set(day, bars, fire[k], distances, clocks, rules, money, out[k])
