"""The charts of the run screen, as figures made from the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bayescore.events import SetsSoFar
from bayescore.vocabulary import CHARTED
from bayescore_tui.charts.drawing import Figure, Kind, Role, Series, plot_columns, plot_rows
from bayescore_tui.charts.scale import Axis, day_axis, horizontal, nice_ticks, thin, vertical
from bayescore_tui.model.run_model import DayRow, RunModel, below_highest
from bayescore_tui.text.formats import number

SIGNS = ("1", "2", "3", "4")
ROLES: tuple[Role, ...] = ("series0", "series1", "series2", "series3")
SETTLED_DAYS = 5
"""Sharpe ratios of fewer days swing too far to set the scale of the axis."""


def amount(value: float) -> str:
    """Money on an axis: ``−1.2k``, ``350``."""
    if abs(value) >= 1e12:
        return f"{value:.0e}".replace("-", "−").replace("+", "")
    for divisor, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 0.9995 * divisor:
            return number(value / divisor, 0 if value % divisor == 0 else 1) + unit
    return number(value, 0) if abs(value) >= 10 or value == int(value) else number(value, 1)


def money_label(value: float) -> str:
    """`amount`, as wide for the P&L as for the falls below it: the same day stands in the same column."""
    return f"{amount(value):>5}"


def ratio(value: float) -> str:
    return number(value, 0) if value == int(value) else number(value, 1)


def share(value: float) -> str:
    return number(100 * value, 0 if round(100 * value, 6) == round(100 * value) else 1) + "%"


def drawn_order(headline: int) -> list[int]:
    """The headline is drawn last, on top of the others."""
    return [k for k in range(len(CHARTED)) if k != headline] + [headline]


def _days(rows: Sequence[DayRow]) -> tuple[float, ...]:
    return tuple(float(k + 1) for k in range(len(rows)))


def _line(
    x: Sequence[float], y: Sequence[float | None], role: Role, sign: str, width: int, *, kind: Kind = "line"
) -> Series:
    known = [(a, b) for a, b in zip(x, y, strict=True) if b is not None]
    xs, ys = thin([a for a, _ in known], [b for _, b in known], width)
    return Series(xs, ys, role, kind, sign)


def _over_days(
    rows: Sequence[DayRow], series: Sequence[Series], y: Axis, width: int, level: float | None
) -> Figure:
    return Figure(tuple(series), day_axis([r.date for r in rows], plot_columns(width, y)), y, level)


def pnl(model: RunModel, width: int, height: int) -> Figure:
    """Cumulative net of every policy, out of sample."""
    rows = model.days
    if not rows:
        return Figure(empty="Net P&L so far appears here when the first day is done.")
    x = _days(rows)
    lines = [
        _line(x, [r.cumulative[k] for r in rows], ROLES[k], SIGNS[k], width)
        for k in drawn_order(model.headline_index)
    ]
    values = [v for line in lines for v in line.y] + [0.0]
    return _over_days(rows, lines, vertical(values, plot_rows(height), money_label, 1.0), width, 0.0)


def underwater(model: RunModel, width: int, height: int) -> Figure:
    """How far the headline's daily closes lie below their highest so far."""
    rows = model.days
    if not rows:
        return Figure(empty="")
    below = below_highest([r.cumulative[model.headline_index] for r in rows])
    y = vertical([0.0, *below], plot_rows(height), money_label, 1.0)
    figure = _over_days(rows, [], y, width, 0.0)
    assert figure.x is not None
    columns = [figure.x.scale.value(c) for c in range(figure.x.scale.cells)]
    at = [(c, below[min(max(round(c) - 1, 0), len(rows) - 1)]) for c in columns if 0.5 <= c < len(rows) + 0.5]
    fill = Series(tuple(c for c, _ in at), tuple(v for _, v in at), "loss", "fill")
    return replace(figure, series=(fill,))


def hindsight(model: RunModel, width: int, height: int) -> Figure:
    """Sum of the days' in-sample bests: what a search with hindsight adds up to."""
    rows = model.days
    if not rows:
        return Figure(
            empty="Hindsight, the sum of each day's best set, appears here when the first day is done."
        )
    totals = [r.in_sample_cumulative for r in rows]
    y = vertical([0.0, *totals], plot_rows(height), amount, 1.0)
    return _over_days(rows, [_line(_days(rows), totals, "hindsight", "i", width)], y, width, 0.0)


def sets(found: SetsSoFar | None, width: int, height: int) -> Figure:
    """What the sets of the newest day came to, a dot each: above zero a gain, below a loss."""
    if found is None or not found.numbers:
        return Figure(empty="The sets of a day appear here as each half of them has been tried.")
    y = vertical([0.0, *found.net_ticks], plot_rows(height), amount, 1.0)
    columns = plot_columns(width, y)
    ticks = nice_ticks(0.0, float(found.total), max(2, columns // 12))
    x = horizontal(0.0, float(max(found.total, 1)), columns, ticks, [number(t, 0) for t in ticks])
    dots: dict[Role, list[tuple[float, float]]] = {"dim": [], "loss": [], "gain": []}
    for k, net in zip(found.numbers, found.net_ticks, strict=True):
        dots["gain" if net > 0 else "loss" if net < 0 else "dim"].append((float(k), net))
    series = tuple(
        Series(tuple(a for a, _ in at), tuple(b for _, b in at), role, "dots") for role, at in dots.items()
    )
    return Figure(series, x, y, 0.0)


def all_sets(model: RunModel, width: int, height: int) -> Figure:
    """`sets` of a run."""
    return sets(model.sets, width, height)


def win_rate(model: RunModel, width: int, height: int) -> Figure:
    """Win rate of each day, so far, and what the day's average win and loss would have needed."""
    rows = model.days
    flat = sum(r.trades == 0 for r in rows)
    if flat and not any(r.trades for r in rows):
        days = "one day" if flat == 1 else f"all {flat} days"
        return Figure(empty=f"No trade so far: the headline stayed flat on {days}.")
    if not any(r.win_rate is not None for r in rows):
        return Figure(empty="The win rate appears here after the first day traded out of sample.")
    x = _days(rows)
    series = (
        _line(x, [r.break_even for r in rows], "series1", "-", width, kind="points"),
        _line(x, [r.win_rate for r in rows], "series2", "o", width, kind="points"),
        _line(x, [r.win_rate_so_far for r in rows], "series0", "", width),
    )
    values = [v for s in series for v in s.y]
    return _over_days(rows, series, vertical(values, plot_rows(height), share, 0.02), width, None)


def sharpe(model: RunModel, width: int, height: int) -> Figure:
    """Annualised Sharpe ratio of the daily net so far, every policy."""
    rows = model.days
    if not any(r.sharpe[model.headline_index] is not None for r in rows):
        return Figure(empty="The Sharpe ratio appears here after five days traded out of sample.")
    x = _days(rows)
    lines = [
        _line(x, [r.sharpe[k] for r in rows], ROLES[k], SIGNS[k], width)
        for k in drawn_order(model.headline_index)
    ]
    settled = [v for r in rows[SETTLED_DAYS:] for v in r.sharpe if v is not None]
    every = [v for line in lines for v in line.y]
    y = vertical([0.0, *(settled or every)], plot_rows(height), ratio, 0.2)
    return _over_days(rows, lines, y, width, 0.0)
