"""The charts of the pattern screen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayescore.events import Pattern
from bayescore_tui.charts.drawing import Figure, Series, plot_columns, plot_rows
from bayescore_tui.charts.scale import ROW_DOTS, Axis, Scale, day_axis, horizontal, nice_ticks, thin, vertical
from bayescore_tui.model.dayfiles import PatternDay


def posterior(pattern: Pattern, width: int, height: int) -> Figure:
    """Density of the chance that price goes the pattern's way, with one half and what the bracket needs."""
    mean, a, b = pattern.probability, pattern.a, pattern.b
    deviation = math.sqrt(mean * (1 - mean) / (a + b + 1))
    low = max(min(mean - 4 * deviation, 0.48), 0.001)
    high = min(max(mean + 4 * deviation, pattern.needs + 0.01, 0.52), 0.999)
    points = max(2 * width, 8)
    x = [low + (high - low) * k / points for k in range(points + 1)]
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    y = [math.exp(scale + (a - 1) * math.log(p) + (b - 1) * math.log(1 - p)) for p in x]
    rows = plot_rows(height)
    density = Axis(Scale(0.0, max(y) * 1.05, rows, ROW_DOTS))
    columns = plot_columns(width, density)
    marks = (0.5, pattern.needs)
    spread = (high - low) * 6 / max(columns, 20)
    ticks = [
        t for t in nice_ticks(low, high, max(2, columns // 12)) if all(abs(t - m) > spread for m in marks)
    ]
    kept = sorted({*marks, *ticks})
    upright = [density.scale.value(row) for row in range(rows)]
    series = (
        Series((0.5,) * rows, tuple(upright), "dim", "points", "┊"),
        Series((pattern.needs,) * rows, tuple(upright), "loss", "points", "╎"),
        Series(tuple(x), tuple(y), "series0"),
    )
    return Figure(
        series, horizontal(low, high, columns, kept, [f"{t:.3f}".rstrip("0") for t in kept]), density
    )


def pattern_history(days: Sequence[PatternDay], needs: float, width: int, height: int) -> Figure:
    """The odds of a pattern evening by evening, with their interval."""
    known = [d for d in days if d.probability is not None]
    if not known:
        return Figure(empty="The pattern was among the strongest on no finished day on disk.")
    x = tuple(float(k + 1) for k in range(len(known)))

    def line(name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return thin(x, [float(getattr(d, name)) for d in known], width)

    series = (
        Series(*line("low"), "dim", "points", "▴"),
        Series(*line("high"), "dim", "points", "▾"),
        Series(*line("probability"), "series0"),
    )
    values = [v for s in series for v in s.y] + [0.5, needs]
    y = vertical(values, plot_rows(height), lambda v: f"{v:.3f}".rstrip("0").rstrip("."), 0.01)
    return Figure(series, day_axis([d.date for d in known], plot_columns(width, y)), y, level=needs)
