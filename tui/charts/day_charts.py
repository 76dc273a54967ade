"""The charts of the day screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from bayescore.events import Iterations
from bayescore_tui.charts.drawing import Axis, Figure, Role, Series, axis, nice_ticks, thin
from bayescore_tui.charts.run_charts import AXIS_COLUMNS, amount
from bayescore_tui.model.dayfiles import DayView
from bayescore_tui.text.formats import number


def _seconds(times: Sequence[datetime], origin: datetime) -> list[float]:
    return [(t - origin).total_seconds() for t in times]


def _time_axis(origin: datetime, low: float, high: float, width: int) -> Axis:
    """Whole hours of UTC, as many as fit."""
    first = (-origin.minute * 60 - origin.second) % 3600
    hours = [first + 3600.0 * k for k in range(math.ceil((high - first) / 3600) + 1)]
    inside = [h for h in hours if low <= h <= high]
    step = max(1, math.ceil(len(inside) / max(1, width // 9)))
    picked = inside[::step]
    labels = tuple((origin + timedelta(seconds=h)).strftime("%H:%M") for h in picked)
    return Axis(tuple(picked), labels, low, high)


def price(view: DayView, width: int, height: int) -> Figure:
    """Price of the day with the entries (up and down triangles) and exits (crosses) of its trades."""
    if not view.closes:
        return Figure(empty="No price line is saved with this day.")
    origin, room = view.times[0], width - AXIS_COLUMNS - 2
    x, y = thin(_seconds(view.times, origin), view.closes, room)
    series = [Series(x, y, "dim")]
    marks: tuple[tuple[int, str, Role], ...] = ((1, "▲", "gain"), (-1, "▼", "loss"))
    for side, sign, role in marks:
        entered = [t for t in view.trades if t.side == side]
        if entered:
            at = tuple(_seconds([t.entry_time for t in entered], origin))
            series.append(Series(at, tuple(t.entry_price for t in entered), role, "points", sign))
    if view.trades:
        at = tuple(_seconds([t.exit_time for t in view.trades], origin))
        series.insert(1, Series(at, tuple(t.exit_price for t in view.trades), "series3", "points", "×"))
    values = [v for s in series for v in s.y]

    def tick(value: float) -> str:
        return number(value, 0) if abs(value) >= 1000 else f"{value:.5g}"

    return Figure(
        tuple(series), _time_axis(origin, 0.0, x[-1], room), axis(values, height - 1, tick, least=1e-4)
    )


def equity(view: DayView, width: int, height: int) -> Figure:
    """Cumulative net ticks of the day's trades, by exit time."""
    if not view.trades:
        return Figure(empty="Nothing was traded out of sample on this day.")
    ended = sorted(view.trades, key=lambda t: t.exit_time)
    origin = view.times[0] if view.times else ended[0].entry_time
    last = view.times[-1] if view.times else ended[-1].exit_time
    x, y, total = [0.0], [0.0], 0.0
    for trade in ended:
        at = (trade.exit_time - origin).total_seconds()
        # A step, not a slope: nothing is gained between two exits.
        x += [at, at]
        y += [total, total + trade.net_ticks]
        total += trade.net_ticks
    end = max((last - origin).total_seconds(), x[-1])
    x.append(end)
    y.append(total)
    room = width - AXIS_COLUMNS
    xs, ys = thin(x, y, room)
    return Figure(
        (Series(xs, ys, "series0"),),
        _time_axis(origin, 0.0, end, room),
        axis(y, height - 1, amount, least=1.0),
        level=0.0,
    )


def histogram(found: Iterations, width: int, height: int) -> Figure:
    """How the day's parameter sets did in sample: sets per bin of net ticks, losers apart from winners."""
    counts, edges = found.net_histogram, found.net_edges
    if not counts or not any(counts):
        return Figure(empty="No parameter set made a trade on this day.")
    used = [k for k, c in enumerate(counts) if c]
    first, last = used[0], used[-1] + 1
    middles = [(a + b) / 2 for a, b in zip(edges[first:last], edges[first + 1 : last + 1], strict=True)]
    losers = [(m, c) for m, c in zip(middles, counts[first:last], strict=True) if m < 0]
    winners = [(m, c) for m, c in zip(middles, counts[first:last], strict=True) if m >= 0]
    low, high = edges[first], edges[last]
    ticks = nice_ticks(low, high, max(2, (width - AXIS_COLUMNS) // 9))
    parts: tuple[tuple[list[tuple[float, int]], Role], ...] = ((losers, "loss"), (winners, "gain"))
    series = tuple(
        Series(tuple(m for m, _ in part), tuple(float(c) for _, c in part), role, "bars")
        for part, role in parts
        if part
    )
    top = max(counts) * 1.05
    levels = nice_ticks(0.0, top, max(2, (height - 1) // 2))
    return Figure(
        series,
        Axis(ticks, tuple(amount(t) for t in ticks), low, high),
        Axis(levels, tuple(number(t, 0) for t in levels), 0.0, top),
    )
