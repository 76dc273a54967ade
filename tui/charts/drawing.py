"""What a chart shows, free of any widget: series, bands and axes, ready to be drawn at one width and height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bayescore_tui.charts.scale import Axis

Role = Literal[
    "series0", "series1", "series2", "series3", "hindsight", "gain", "loss", "dim", "accent", "axis", "band"
]
Kind = Literal["line", "segments", "points", "dots", "bars", "fill"]
BOTTOM_ROWS = 2
"""Rows of the axis of the days or hours: its line and its labels."""
LEAST_COLUMNS, LEAST_ROWS = 12, 4
"""Below this a chart is left out."""


@dataclass(frozen=True)
class Series:
    """One line, loose pieces of line, marks, dots or bars. `sign` tells it from the others without colour."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    role: Role
    kind: Kind = "line"
    sign: str = ""
    """Mark of a point, or of the end of a line."""


@dataclass(frozen=True)
class Band:
    """A stretch of the horizontal axis with another background, and its name."""

    first: float
    last: float
    name: str = ""


@dataclass(frozen=True)
class Figure:
    """A chart. Without series it is the text of what will appear."""

    series: tuple[Series, ...] = ()
    x: Axis | None = None
    y: Axis | None = None
    level: float | None = None
    """Height of a dotted line across, for example zero."""
    bands: tuple[Band, ...] = ()
    cursor: float | None = None
    """Where a line from top to bottom stands."""
    empty: str = ""

    @property
    def drawable(self) -> bool:
        return self.x is not None and self.y is not None and any(s.x for s in self.series)


def plot_rows(height: int) -> int:
    """Rows left for the plot itself."""
    return max(height - BOTTOM_ROWS, 1)


def plot_columns(width: int, y: Axis) -> int:
    """Columns left of a width once the labels of the vertical axis have theirs."""
    return max(width - label_columns(y), 1)


def label_columns(y: Axis) -> int:
    """Columns of the labels of a vertical axis and its line."""
    return max((len(text) for text in y.labels), default=0) + 1
