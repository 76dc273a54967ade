"""Figures before anything draws them."""

from __future__ import annotations

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from bayescore.events import POLICIES
from bayescore_tui.charts.drawing import axis, day_axis, nice_ticks, span, thin
from bayescore_tui.charts.run_charts import HINDSIGHT_MODES, pnl, sharpe, win_rate
from bayescore_tui.model.run_model import RunModel
from tests.tui.folding import fold

reals = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(reals, min_size=1, max_size=400), st.integers(1, 60))
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
    low, high = span([v for v in values if not math.isfinite(v) or abs(v) < 1e12])
    assert math.isfinite(low)
    assert high > low


@given(st.integers(1, 300), st.integers(10, 200))
def test_the_newest_date_is_always_on_the_axis(days: int, width: int) -> None:
    dates = [f"2026-{1 + k // 28:02d}-{1 + k % 28:02d}" for k in range(days)]
    found = day_axis(dates, width)
    assert found.labels[-1] == dates[-1][5:]
    assert len(found.labels) * 6 <= max(width, 9)


def test_every_policy_is_drawn_and_hindsight_has_its_own_axis_unless_told_otherwise() -> None:
    model, _ = fold(22)
    own, same, hidden = (pnl(model, mode, 60, 12) for mode in HINDSIGHT_MODES)
    assert {s.sign for s in own.series} == {"1", "2", "3", "4", "i"}
    assert own.right is not None
    assert [s.sign for s in own.series if s.right] == ["i"]
    assert same.right is None
    assert same.y.high is not None
    assert own.y.high is not None
    assert same.y.high > 2 * own.y.high  # hindsight dwarfs the result: that is why it has an axis of its own
    assert {s.sign for s in hidden.series} == {"1", "2", "3", "4"}


def test_the_headline_is_drawn_on_top() -> None:
    model, _ = fold(5)
    assert pnl(model, "hidden", 60, 12).series[-1].sign == str(POLICIES.index(model.headline) + 1)


def test_empty_charts_say_what_will_appear() -> None:
    model = RunModel()
    for figure in (pnl(model, "own axis", 60, 12), win_rate(model, 60, 12), sharpe(model, 60, 12)):
        assert not figure.series
        assert "appears here" in figure.empty


def test_wild_first_sharpe_ratios_do_not_set_the_scale() -> None:
    model, _ = fold(22)
    figure = sharpe(model, 60, 12)
    settled = [v for r in model.days[5:] for v in r.sharpe if v is not None]
    assert figure.y.low is not None
    assert figure.y.high is not None
    assert figure.y.high <= max(0.0, *settled) + 0.1 * (max(settled) - min(settled)) + 0.3
    assert all(figure.y.low <= v <= figure.y.high for s in figure.series for v in s.y)


def test_axis_texts_belong_to_their_ticks() -> None:
    found = axis([0.0, 2500.0], 10, lambda v: f"<{v:g}>")
    assert all(text == f"<{tick:g}>" for tick, text in zip(found.ticks, found.labels, strict=True))
