"""The chart of two runs over the same days."""

from __future__ import annotations

from bayescore_tui.charts.drawing import Figure, Role, Series, plot_columns, plot_rows
from bayescore_tui.charts.run_charts import money_label
from bayescore_tui.charts.scale import day_axis, thin, vertical
from bayescore_tui.model.comparison import Versus

SIGNS: tuple[tuple[str, Role], ...] = (("a", "series0"), ("b", "series1"))


def courses(versus: Versus, width: int, height: int) -> Figure:
    """Cumulative net of both, out of sample, over the days that both traded."""
    days = versus.comparison.days
    if not days:
        return Figure(empty="No day in common that both traded out of sample.")
    x = [float(k + 1) for k in range(len(days))]
    series = []
    for (sign, role), y in zip(SIGNS, versus.cumulative, strict=True):
        xs, ys = thin(x, y, width)
        series.append(Series(xs, ys, role, "line", sign))
    values = [0.0, *(v for line in series for v in line.y)]
    y_axis = vertical(values, plot_rows(height), money_label, 1.0)
    return Figure(tuple(series), day_axis(days, plot_columns(width, y_axis)), y_axis, 0.0)
