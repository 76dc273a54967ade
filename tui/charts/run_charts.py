"""The charts of the run screen, as figures made from the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bayescore.events import POLICIES
from bayescore_tui.charts.drawing import (
    Axis,
    Figure,
    Kind,
    Role,
    Series,
    axis,
    day_axis,
    nice_ticks,
    span,
    thin,
)
from bayescore_tui.model.run_model import DayRow, RunModel
from bayescore_tui.text.formats import number

Hindsight = Literal["own axis", "same axis", "hidden"]
HINDSIGHT_MODES: tuple[Hindsight, ...] = ("own axis", "same axis", "hidden")

SIGNS = ("1", "2", "3", "4")
HINDSIGHT_SIGN = "i"
ROLES: tuple[Role, ...] = ("series0", "series1", "series2", "series3")
SETTLED_DAYS = 5
"""Sharpe ratios of fewer days swing too far to set the scale of the axis."""
AXIS_COLUMNS = 7


def amount(value: float) -> str:
    """Money on an axis: ``−1.2k``, ``350``."""
    if abs(value) >= 9999.5:
        return number(value / 1000, 0) + "k"
    if abs(value) >= 999.5:
        return number(value / 1000, 1) + "k"
    return number(value, 0) if abs(value) >= 10 or value == int(value) else number(value, 1)


def ratio(value: float) -> str:
    return number(value, 0) if value == int(value) else number(value, 1)


def share(value: float) -> str:
    return f"{100 * value:.0f}%"


def drawn_order(headline: int) -> list[int]:
    """The headline is drawn last, on top of the others."""
    return [k for k in range(len(POLICIES)) if k != headline] + [headline]


def _days(rows: Sequence[DayRow]) -> tuple[float, ...]:
    return tuple(float(k + 1) for k in range(len(rows)))


def _line(x: Sequence[float], y: Sequence[float | None], role: Role, sign: str, width: int,
          *, right: bool = False, kind: Kind = "line") -> Series:  # fmt: skip
    known = [(a, b) for a, b in zip(x, y, strict=True) if b is not None]
    xs, ys = thin([a for a, _ in known], [b for _, b in known], width)
    return Series(xs, ys, role, kind, sign, right)


def pnl(model: RunModel, hindsight: Hindsight, width: int, height: int) -> Figure:
    """Cumulative net of every policy, out of sample, and of the in-sample bests."""
    rows = model.days
    if not rows:
        return Figure(empty="Net P&L so far appears here when the first day is done.")
    x = _days(rows)
    room = width - AXIS_COLUMNS * (1 + (hindsight == "own axis"))
    lines = [
        _line(x, [r.cumulative[k] for r in rows], ROLES[k], SIGNS[k], room)
        for k in drawn_order(model.headline_index)
    ]
    values = [v for line in lines for v in line.y] + [0.0]
    right = None
    if hindsight != "hidden":
        line = _line(
            x,
            [r.in_sample_cumulative for r in rows],
            "hindsight",
            HINDSIGHT_SIGN,
            room,
            right=hindsight == "own axis",
        )
        lines.insert(0, line)
        if hindsight == "own axis":
            right = axis([0.0, *line.y], height - 1, amount, least=1.0)
        else:
            values += line.y
    dates = day_axis([r.date for r in rows], room)
    return Figure(tuple(lines), dates, axis(values, height - 1, amount, least=1.0), right, level=0.0)


def win_rate(model: RunModel, width: int, height: int) -> Figure:
    """Win rate of each day, so far, and what the day's average win and loss would have needed."""
    rows = model.days
    traded = [r for r in rows if r.win_rate is not None]
    if not traded:
        return Figure(empty="The win rate appears here after the first day traded out of sample.")
    x, room = _days(rows), width - AXIS_COLUMNS
    series = (
        _line(x, [r.break_even for r in rows], "series1", "-", room, kind="points"),
        _line(x, [r.win_rate for r in rows], "series2", "o", room, kind="points"),
        _line(x, [r.win_rate_so_far for r in rows], "series0", "", room),
    )
    values = [v for s in series for v in s.y]
    return Figure(series, day_axis([r.date for r in rows], room), axis(values, height - 1, share, least=0.02))


def sharpe(model: RunModel, width: int, height: int) -> Figure:
    """Annualised Sharpe ratio of the daily net so far, every policy."""
    rows = model.days
    if sum(r.sharpe[model.headline_index] is not None for r in rows) < 1:
        return Figure(empty="The Sharpe ratio appears here after two days traded out of sample.")
    x, room = _days(rows), width - AXIS_COLUMNS
    lines = [
        _line(x, [r.sharpe[k] for r in rows], ROLES[k], SIGNS[k], room)
        for k in drawn_order(model.headline_index)
    ]
    settled = [v for r in rows[SETTLED_DAYS:] for v in r.sharpe if v is not None]
    low, high = span([0.0, *(settled or [v for line in lines for v in line.y])], least=0.2)
    ticks = nice_ticks(low, high, max(2, (height - 1) // 2))
    y = Axis(ticks, tuple(ratio(t) for t in ticks), low, high)
    clipped = tuple(
        Series(s.x, tuple(min(max(v, low), high) for v in s.y), s.role, s.kind, s.sign) for s in lines
    )
    return Figure(clipped, day_axis([r.date for r in rows], room), y, level=0.0)
