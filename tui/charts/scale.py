"""One scale for dots and ticks: which cell, and which dot in it, stands for a value.

A character holds 2 × 4 dots of Braille. Ticks are placed in the middle of their cells and whole cells apart, so that a
tick and a dot of the same value always share a cell and ticks are evenly spaced.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROW_DOTS, COLUMN_DOTS = 4, 2
FAR = 1 << 40
"""Dot of a value that is too far away to be counted: outside of every chart."""
NICE = (1.0, 2.0, 2.5, 5.0)
LEAST_ROWS, MOST_ROWS = 2, 6
"""Rows from one tick to the next."""


@dataclass(frozen=True)
class Scale:
    """Linear scale over so many cells of `dots` dots each; `low` and `high` are the middles of the end dots."""

    low: float
    high: float
    cells: int
    dots: int

    def dot(self, value: float) -> int:
        """Index of the dot that is drawn for a value; outside of the range it lies beyond the ends."""
        share = (value - self.low) / (self.high - self.low)
        at = 0.5 + (self.cells * self.dots - 1) * share
        if not abs(at) < FAR:
            return FAR if at > 0 else -FAR
        # Rounded first, as plotext does: 9.999999999 and 10 are the same dot.
        return math.floor(round(at, 8))

    def cell(self, value: float) -> int:
        """Index of the cell with that dot."""
        return self.dot(value) // self.dots

    def inside(self, value: float) -> bool:
        return math.isfinite(value) and 0 <= self.dot(value) < self.cells * self.dots

    def value(self, cell: float) -> float:
        """Value in the middle of a cell."""
        dot = cell * self.dots + (self.dots - 1) / 2
        return self.low + (self.high - self.low) * dot / max(self.cells * self.dots - 1, 1)


@dataclass(frozen=True)
class Axis:
    """A scale with its ticks and what they say."""

    scale: Scale
    ticks: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()


def span(values: Sequence[float], pad: float = 0.04, least: float = 1e-9) -> tuple[float, float]:
    """Range of the finite values with some air around them; never empty, never infinite."""
    finite = [v for v in values if math.isfinite(v) and abs(v) < 1e300]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    extra = max((high - low) * pad, least / 2, abs(high) * 1e-6, abs(low) * 1e-6)
    return low - extra, high + extra


def nice_steps(about: float) -> list[float]:
    """Round steps from a tenth of a size to a hundred times it, ascending."""
    power = math.floor(math.log10(about))
    return [m * 10.0**p for p in range(power - 1, power + 3) for m in NICE]


def nice_ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    """Round numbers inside a range, at most `count` of them."""
    if not (high > low) or count < 1:
        return (low,)
    for size in nice_steps((high - low) / count):
        first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
        if 0 < last - first + 1 <= count:
            return tuple(k * size for k in range(first, last + 1))
    return ((low + high) / 2,)


def vertical(
    values: Sequence[float],
    rows: int,
    text: Callable[[float], str],
    least: float = 1e-9,
    *,
    from_zero: bool = False,
) -> Axis:
    """Axis upwards over so many rows: ticks at round numbers, each in the middle of its row, evenly spaced.

    Of the steps and distances that hold all values the one is taken that leaves least room unused. For bars
    `from_zero` puts zero, and every tick, at the lower edge of its row.
    """
    low, high = span(values, 0.0 if from_zero else 0.04, least)
    if from_zero:
        low = 0.0
    rows = max(rows, 1)
    if rows < 2 * LEAST_ROWS:
        middle = nice_ticks(low, high, 1)
        return Axis(Scale(low, high, rows, ROW_DOTS), middle, tuple(text(t) for t in middle))
    dots, best = rows * ROW_DOTS, None
    for apart in range(LEAST_ROWS, min(MOST_ROWS, rows // 2) + 1):
        for step in nice_steps((high - low) / rows * apart):
            found = _placed(low, high, step, apart, rows, 0 if from_zero else ROW_DOTS // 2)
            if found is not None:
                if best is None or found[0] < best[0]:
                    best = found
                break
    if best is None:
        return Axis(Scale(low, high, rows, ROW_DOTS))
    _, bottom, unit, step = best
    scale = Scale(bottom, bottom + unit * (dots - 1), rows, ROW_DOTS)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    # Zero is made from zero, not from a sum: −0.00 is no tick.
    ticks = tuple(k * step if k else 0.0 for k in range(first, last + 1))
    return Axis(scale, ticks, tuple(text(t) for t in ticks))


def _placed(
    low: float, high: float, step: float, apart: int, rows: int, inset: int
) -> tuple[float, float, float, float] | None:
    """Range, bottom, value of a dot and step, if ticks `apart` rows from each other can hold the values."""
    unit, dots = step / (ROW_DOTS * apart), rows * ROW_DOTS
    tick = math.ceil(low / step) * step
    # The first tick goes into the lowest row that leaves room for what lies below it.
    row = max(0, math.ceil(((tick - low) / unit - inset) / ROW_DOTS))
    spare = dots - 1 - ((high - tick) / unit + ROW_DOTS * row + inset)
    if spare < 0:
        return None
    if inset:
        row += int(spare / 2 / ROW_DOTS)
    return unit * dots, tick - unit * (ROW_DOTS * row + inset), unit, step


def horizontal(
    low: float, high: float, columns: int, ticks: Sequence[float] = (), labels: Sequence[str] = ()
) -> Axis:
    """Axis to the right over so many columns."""
    if not high > low:
        low, high = low - 0.5, low + 0.5
    return Axis(Scale(low, high, max(columns, 1), COLUMN_DOTS), tuple(ticks), tuple(labels))


def day_axis(dates: Sequence[str], columns: int) -> Axis:
    """Axis of trade dates at 1, 2, …: as many ``MM-DD`` as fit."""
    n = max(len(dates), 1)
    step = math.ceil(n / max(1, min(n, columns // 9)))
    # Counting back from the newest keeps its date on the axis.
    picked = list(range(len(dates) - 1, -1, -step))[::-1]
    air = 0.02 * n
    return horizontal(
        1.0 - air, max(n, 2) + air, columns, [float(k + 1) for k in picked], [dates[k][5:] for k in picked]
    )


def thin(x: Sequence[float], y: Sequence[float], width: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """At most two points a column, the lowest and the highest, so that no spike is lost."""
    n = len(x)
    if n <= 2 * width or width < 1:
        return tuple(x), tuple(y)
    kept: list[int] = []
    for column in range(width):
        part = range(column * n // width, (column + 1) * n // width)
        low, high = min(part, key=y.__getitem__), max(part, key=y.__getitem__)
        kept += sorted({low, high})
    return tuple(x[k] for k in kept), tuple(y[k] for k in kept)
