"""The one scale of dots and ticks."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bayescore_tui.charts.scale import ROW_DOTS, day_axis, nice_ticks, span, thin, vertical

reals = st.floats(-1e7, 1e7, allow_nan=False)


@given(st.lists(reals, min_size=1, max_size=6), st.integers(4, 60))
def test_ticks_stand_in_the_middle_of_their_rows_evenly_and_every_value_fits(
    values: list[float], rows: int
) -> None:
    axis = vertical(values, rows, str, least=1.0)
    assert all(axis.scale.inside(v) for v in values)
    dots = [axis.scale.dot(t) for t in axis.ticks]
    assert dots
    assert all(dot % ROW_DOTS == ROW_DOTS // 2 for dot in dots)
    assert len({b - a for a, b in itertools.pairwise(dots)}) <= 1


@given(reals, reals, st.integers(4, 60))
def test_zero_is_a_tick_wherever_it_is_in_range(a: float, b: float, rows: int) -> None:
    axis = vertical([a, b, 0.0], rows, str, least=1.0)
    assert 0.0 in axis.ticks
    assert axis.scale.cell(0.0) == axis.scale.dot(0.0) // ROW_DOTS


@given(st.floats(1, 1e6), st.integers(4, 60))
def test_bars_start_at_the_lower_edge_of_the_row_of_zero(top: float, rows: int) -> None:
    axis = vertical([0.0, top], rows, str, 1.0, from_zero=True)
    assert axis.scale.dot(0.0) == 0
    assert axis.scale.inside(top)


@pytest.mark.parametrize("values", [[1e308, -1e308], [math.inf, 1.0], [math.nan], [], [1e308], [5e-324]])
@pytest.mark.parametrize("rows", [1, 3, 12])
def test_no_value_breaks_an_axis(values: list[float], rows: int) -> None:
    axis = vertical(values, rows, str)
    assert math.isfinite(axis.scale.low)
    assert axis.scale.high > axis.scale.low


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(1, 60))
def test_thinning_keeps_extremes_order_and_the_limit(y: list[float], width: int) -> None:
    x = [float(k) for k in range(len(y))]
    xs, ys = thin(x, y, width)
    assert len(xs) <= max(2 * width, len(y) if len(y) <= 2 * width else 0)
    assert max(ys) == max(y)
    assert min(ys) == min(y)
    assert list(xs) == sorted(xs)
    assert all(y[int(a)] == b for a, b in zip(xs, ys, strict=True))


@given(reals, st.floats(1e-6, 1e6), st.integers(1, 12))
def test_ticks_lie_inside_and_are_few(low: float, width: float, count: int) -> None:
    high = low + width
    assume(width > 1e-7 * abs(low))  # narrower than a float can tell apart
    ticks = nice_ticks(low, high, count)
    assert 1 <= len(ticks) <= max(count, 1)
    assert all(low - 1e-6 * width <= t <= high + 1e-6 * width for t in ticks)
    assert list(ticks) == sorted(ticks)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_span_is_never_empty(values: list[float]) -> None:
    low, high = span(values)
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert high > low


@given(st.integers(1, 300), st.integers(10, 200))
def test_the_newest_date_is_always_on_the_axis(days: int, width: int) -> None:
    dates = [f"2026-{1 + k // 28:02d}-{1 + k % 28:02d}" for k in range(days)]
    found = day_axis(dates, width)
    assert found.labels[-1] == dates[-1][5:]
    assert len(found.labels) * 6 <= max(width, 9)
