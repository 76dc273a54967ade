"""The charts of the pattern screen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayescore.events import Pattern
from bayescore_tui.charts.drawing import Axis, Figure, Series, day_axis, nice_ticks, span, thin
from bayescore_tui.charts.run_charts import AXIS_COLUMNS
from bayescore_tui.model.dayfiles import PatternDay


def posterior(pattern: Pattern, width: int, height: int) -> Figure:
    """Density of the chance that price goes the pattern's way, with one half and what the bracket needs."""
    mean, a, b = pattern.probability, pattern.a, pattern.b
    deviation = math.sqrt(mean * (1 - mean) / (a + b + 1))
    low = max(min(mean - 4 * deviation, 0.48), 0.001)
    high = min(max(mean + 4 * deviation, pattern.needs + 0.01, 0.52), 0.999)
    points = max(2 * (width - AXIS_COLUMNS), 8)
    x = [low + (high - low) * k / points for k in range(points + 1)]
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    y = [math.exp(scale + (a - 1) * math.log(p) + (b - 1) * math.log(1 - p)) for p in x]
    top = max(y) * 1.08
    marks = [0.5, pattern.needs]
    rows = [top * k / max(height, 2) for k in range(max(height, 2))]
    series = (
        Series((0.5,) * len(rows), tuple(rows), "dim", "points", "┊"),
        Series((pattern.needs,) * len(rows), tuple(rows), "loss", "points", "╎"),
        Series(tuple(x), tuple(y), "series0"),
    )
    ticks = sorted({*marks, *nice_ticks(low, high, max(2, (width - AXIS_COLUMNS) // 12))})
    spread = (high - low) * 5 / max(width, 20)
    kept = [t for t in ticks if t in marks or all(abs(t - m) > spread for m in marks)]
    return Figure(
        series,
        Axis(tuple(kept), tuple(f"{t:.3f}".rstrip("0") for t in kept), low, high),
        Axis((), (), 0.0, top),
    )


def pattern_history(days: Sequence[PatternDay], needs: float, width: int, height: int) -> Figure:
    """The odds of a pattern evening by evening, with their interval."""
    known = [d for d in days if d.probability is not None]
    if not known:
        return Figure(empty="The pattern was among the strongest on no finished day on disk.")
    room = width - AXIS_COLUMNS
    x = tuple(float(k + 1) for k in range(len(known)))

    def line(name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return thin(x, [float(getattr(d, name)) for d in known], room)

    series = (
        Series(*line("low"), "dim", "points", "▴"),
        Series(*line("high"), "dim", "points", "▾"),
        Series(*line("probability"), "series0"),
    )
    values = [v for s in series for v in s.y] + [0.5, needs]
    low, high = span(values)
    ticks = nice_ticks(low, high, max(2, (height - 1) // 2))
    return Figure(
        series,
        day_axis([d.date for d in known], room),
        Axis(ticks, tuple(f"{t:.2f}" for t in ticks), low, high),
        level=needs,
    )
