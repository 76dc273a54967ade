"""The charts of the day screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bayescore.events import Iterations
from bayescore.report.clock import Clock
from bayescore_tui.charts.drawing import Band, Figure, Role, Series, plot_columns, plot_rows
from bayescore_tui.charts.run_charts import amount
from bayescore_tui.charts.scale import Axis, horizontal, nice_ticks, thin, vertical
from bayescore_tui.model.dayfiles import DayView
from bayescore_tui.model.trades import TradeRow
from bayescore_tui.text.formats import number, price_text

STEPS_S = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200)
"""Distances of the ticks of a time axis, seconds."""


COLUMNS_A_TRADE = 1
"""With less room than this for each trade, not all of its marks are drawn."""


@dataclass(frozen=True)
class Window:
    """Which part of a day is looked at, in seconds after its first price; and which trade is under the crosshair."""

    first: float
    last: float
    trade: int | None = None


def origin(view: DayView) -> datetime:
    """The moment from which seconds are counted."""
    return view.times[0] if view.times else min(t.entry_time for t in view.trades)


def whole(view: DayView) -> Window:
    """All of a day."""
    if not view.times and not view.trades:
        return Window(0.0, 1.0)
    last = max([*view.times[-1:], *(t.exit_time for t in view.trades)])
    return Window(0.0, max((last - origin(view)).total_seconds(), 1.0))


def _time_axis(start: datetime, window: Window, clock: Clock, columns: int) -> Axis:
    """Round times of day of the clock's zone, as many as fit."""
    length = window.last - window.first
    step = next((s for s in STEPS_S if length / s <= max(columns // 9, 1)), STEPS_S[-1])
    first = clock.at(start + timedelta(seconds=window.first))
    of_day = first.hour * 3600 + first.minute * 60 + first.second
    at = window.first + (-of_day % step)
    ticks: list[float] = []
    while at <= window.last and len(ticks) < columns:
        ticks.append(at)
        at += step
    form = "%H:%M:%S" if step < 60 else "%H:%M"
    labels = [clock.at(start + timedelta(seconds=t)).strftime(form) for t in ticks]
    return horizontal(window.first, window.last, columns, ticks, labels)


def price(view: DayView, window: Window, clock: Clock, tick: float, width: int, height: int) -> Figure:
    """Price with each trade's entry joined to its exit: ▲▼ in, ● out with a gain, × out with a loss."""
    if not view.closes:
        return Figure(empty="No price line is saved with this day.")
    start = origin(view)
    line = [((t - start).total_seconds(), c) for t, c in zip(view.times, view.closes, strict=True)]
    inside = [(x, y) for x, y in line if window.first <= x <= window.last]
    seen = [(k, t) for k, t in enumerate(view.trades) if _overlaps(t, start, window)]
    values = [y for _, y in inside] + [p for _, t in seen for p in (t.entry_price, t.exit_price)]
    y = vertical(values, plot_rows(height), lambda v: price_text(v, tick), tick or 1e-4)
    columns = plot_columns(width, y)
    xs, ys = thin([x for x, _ in inside], [v for _, v in inside], columns)
    series = [Series(xs, ys, "dim")]
    marked = len(seen) * COLUMNS_A_TRADE <= columns
    for role, won in (("loss", False), ("gain", True)):
        of = [t for _, t in seen if (t.net_ticks > 0) == won]
        series += _joined(of, start, role, "●" if won else "×", marked)  # type: ignore[arg-type]
    cursor = None
    if window.trade is not None and 0 <= window.trade < len(view.trades):
        chosen = view.trades[window.trade]
        cursor = (chosen.entry_time - start).total_seconds()
        series += _joined([chosen], start, "accent", "●" if chosen.net_ticks > 0 else "×", True)
    bands = tuple(
        Band((w.first - start).total_seconds(), (w.last - start).total_seconds(), w.name.replace("_", " "))
        for w in view.windows
    )
    return Figure(
        tuple(series),
        _time_axis(start, window, clock, columns),
        y,
        bands=bands,
        cursor=cursor,
        empty="No price in this part of the day.",
    )


def _overlaps(trade: TradeRow, start: datetime, window: Window) -> bool:
    entry, exit_ = ((t - start).total_seconds() for t in (trade.entry_time, trade.exit_time))
    return entry <= window.last and exit_ >= window.first


def _joined(trades: Sequence[TradeRow], start: datetime, role: Role, sign: str, marked: bool) -> list[Series]:
    if not trades:
        return []
    entries = [((t.entry_time - start).total_seconds(), t.entry_price) for t in trades]
    exits = [((t.exit_time - start).total_seconds(), t.exit_price) for t in trades]
    ends = [end for pair in zip(entries, exits, strict=True) for end in pair]
    series = [Series(tuple(x for x, _ in ends), tuple(y for _, y in ends), role, "segments")]
    if not marked:
        # Marks on marks would hide the price and each other: a winner is a piece of line, a loser a mark alone.
        lost = Series(tuple(x for x, _ in exits), tuple(y for _, y in exits), role, "points", sign)
        return series if sign == "●" else [lost]
    for side, mark in ((1, "▲"), (-1, "▼")):
        of = [e for e, t in zip(entries, trades, strict=True) if t.side == side]
        series.append(Series(tuple(x for x, _ in of), tuple(y for _, y in of), role, "points", mark))
    return [*series, Series(tuple(x for x, _ in exits), tuple(y for _, y in exits), role, "points", sign)]


def _steps(view: DayView, window: Window) -> tuple[list[float], list[float]]:
    """Cumulative net ticks by exit time, as steps: nothing is gained between two exits."""
    x, y, total = [0.0], [0.0], 0.0
    for trade in sorted(view.trades, key=lambda t: t.exit_time):
        at = (trade.exit_time - origin(view)).total_seconds()
        x += [at, at]
        y += [total, total + trade.net_ticks]
        total += trade.net_ticks
    return [*x, max(window.last, x[-1])], [*y, total]


def equity(view: DayView, window: Window, clock: Clock, width: int, height: int) -> Figure:
    """Cumulative net ticks of the day's trades over the same part of the day as the price."""
    if not view.trades:
        return Figure(empty="Nothing was traded out of sample on this day.")
    x, y = _steps(view, window)
    # As wide as the labels of the prices above, so that the same moment stands in the same column.
    wide = max((len(price_text(p, view.market.tick_size)) for p in view.closes[:1]), default=0)
    inside = [(a, b) for a, b in zip(x, y, strict=True) if window.first <= a <= window.last]
    seen = [b for _, b in inside] or [0.0]
    if window.first <= 0:
        seen.append(0.0)
    axis = vertical(seen, plot_rows(height), lambda v: f"{amount(v):>{wide}}", 1.0)
    columns = plot_columns(width, axis)
    xs, ys = thin([a for a, _ in inside], [b for _, b in inside], columns)
    return Figure(
        (Series(xs, ys, "series0"),),
        _time_axis(origin(view), window, clock, columns),
        axis,
        0.0,
        empty="No trade ended in this part of the day.",
    )


def histogram(found: Iterations, width: int, height: int) -> Figure:
    """How the day's parameter sets did in sample: sets per bin of net ticks, losers apart from winners."""
    counts, edges = found.net_histogram, found.net_edges
    if not counts or not any(counts):
        return Figure(empty="No parameter set made a trade on this day.")
    used = [k for k, c in enumerate(counts) if c]
    first, last = used[0], used[-1] + 1
    y = vertical([0.0, float(max(counts))], plot_rows(height), lambda v: number(v, 0), 1.0, from_zero=True)
    columns = plot_columns(width, y)
    low, high = edges[first], edges[last]
    ticks = nice_ticks(low, high, max(2, columns // 9))
    x = horizontal(low, high, columns, ticks, [amount(t) for t in ticks])
    parts: dict[Role, list[tuple[float, float]]] = {"loss": [], "gain": []}
    for column in range(columns):
        value = x.scale.value(column)
        k = next((k for k in range(first, last) if edges[k] <= value < edges[k + 1]), None)
        if k is not None and counts[k]:
            parts["gain" if value >= 0 else "loss"].append((value, float(counts[k])))
    series = tuple(
        Series(tuple(v for v, _ in bars), tuple(c for _, c in bars), role, "bars")
        for role, bars in parts.items()
    )
    return Figure(series, x, y)
