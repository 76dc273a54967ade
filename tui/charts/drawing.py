"""What a chart shows, free of any widget: series, axes, and how many points a width can carry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["series0", "series1", "series2", "series3", "hindsight", "gain", "loss", "dim"]
Kind = Literal["line", "points", "bars"]


@dataclass(frozen=True)
class Series:
    """One line, cloud of points or row of bars. `sign` tells it from the others without colour."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    role: Role
    kind: Kind = "line"
    sign: str = ""
    right: bool = False
    """Whether it belongs to the right axis."""


@dataclass(frozen=True)
class Axis:
    """Where ticks stand and what they say."""

    ticks: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Figure:
    """A chart, ready to be drawn at one width and height."""

    series: tuple[Series, ...] = ()
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    right: Axis | None = None
    level: float | None = None
    """Height of a dotted line across, for example zero."""
    empty: str = ""
    """What will appear here, if there is nothing to draw yet."""


def span(values: Sequence[float], pad: float = 0.06, least: float = 1e-9) -> tuple[float, float]:
    """Range of finite values with some air around them; never empty."""
    finite = [v for v in values if math.isfinite(v)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    extra = max((high - low) * pad, least, abs(high) * 1e-6)
    return low - extra, high + extra


def nice_ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    """Round numbers (1, 2, 2.5 or 5 times a power of ten) inside a range, at most `count` of them."""
    if not (high > low) or count < 1:
        return (low,)
    best: tuple[float, ...] = ()
    power = 10.0 ** math.floor(math.log10((high - low) / count))
    for step in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0):
        size = step * power
        first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
        if 0 < last - first + 1 <= count:
            best = tuple(k * size for k in range(first, last + 1))
            break
    return best or ((low + high) / 2,)


def axis(values: Sequence[float], rows: int, text: object, pad: float = 0.06, least: float = 1e-9) -> Axis:
    """Vertical axis for values on so many rows; `text` is a function that writes a tick."""
    low, high = span(values, pad, least)
    ticks = nice_ticks(low, high, max(2, rows // 2))
    return Axis(ticks, tuple(text(t) for t in ticks), low, high)  # type: ignore[operator]


def day_axis(dates: Sequence[str], width: int) -> Axis:
    """Horizontal axis of trade dates at 1, 2, …: as many ``MM-DD`` as fit."""
    n = len(dates)
    if n == 0:
        return Axis()
    fit = max(1, min(n, width // 9))
    step = math.ceil(n / fit)
    # Counting back from the newest keeps its date on the axis.
    picked = list(range(n - 1, -1, -step))[::-1]
    return Axis(
        tuple(float(k + 1) for k in picked),
        tuple(dates[k][5:] for k in picked),
        1.0 - 0.02 * n,
        max(n, 2) + 0.02 * n,
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
