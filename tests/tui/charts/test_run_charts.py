"""Figures of the run screen before anything draws them."""

from __future__ import annotations

import msgspec
import pytest

from bayescore.vocabulary import CHARTED
from bayescore_tui.charts.canvas import Canvas, overlay, size_of
from bayescore_tui.charts.run_charts import ROLES, SIGNS, amount, hindsight, pnl, sharpe, underwater, win_rate
from bayescore_tui.model.run_model import RunModel
from tests.tui.folding import fold


def test_every_policy_is_drawn_and_hindsight_only_in_its_own_chart() -> None:
    model, fake = fold(22)
    assert {s.sign for s in pnl(model, 60, 12).series} == {"1", "2", "3", "4"}
    own = hindsight(model, 60, 12)
    assert [s.sign for s in own.series] == ["i"]
    assert own.series[0].y[-1] == pytest.approx(fake.in_sample)


def test_the_headline_is_drawn_on_top() -> None:
    model, _ = fold(5)
    assert pnl(model, 60, 12).series[-1].sign == str(CHARTED.index(model.headline) + 1)


def test_a_policy_without_a_figure_yet_leaves_the_others_drawn() -> None:
    model, _ = fold(22)
    k = model.headline_index
    alone = [tuple(v if at == k else None for at, v in enumerate(row.sharpe)) for row in model.days]
    model.days[:] = [
        msgspec.structs.replace(row, sharpe=known) for row, known in zip(model.days, alone, strict=True)
    ]
    figure = sharpe(model, 60, 12)
    assert figure.drawable
    assert any(not s.x for s in figure.series)
    canvas = Canvas(*size_of(figure, 60, 12))
    overlay(canvas, figure, dict.fromkeys((*ROLES, "axis"), "#FFFFFF"))
    signs = {sign for row in canvas.text for sign in row} & set(SIGNS)
    assert signs == {SIGNS[k]}


def test_empty_charts_say_what_will_appear() -> None:
    model = RunModel()
    for chart in (pnl, win_rate, sharpe, hindsight):
        figure = chart(model, 60, 12)
        assert not figure.drawable
        assert "appears here" in figure.empty


def test_a_run_that_stays_flat_says_so_where_its_win_rate_would_be() -> None:
    model, _ = fold(4)
    flat = {"trades": 0, "win_rate": None, "win_rate_so_far": None, "break_even": None}
    model.days[:] = [msgspec.structs.replace(r, **(flat if r.trades is not None else {})) for r in model.days]
    assert win_rate(model, 60, 12).empty == "No trade so far: the headline stayed flat on all 3 days."


def test_wild_first_sharpe_ratios_do_not_set_the_scale() -> None:
    model, _ = fold(22)
    figure = sharpe(model, 60, 12)
    settled = [v for r in model.days[5:] for v in r.sharpe if v is not None]
    assert figure.y is not None
    room = max([*settled, 0.0]) - min([*settled, 0.0])
    assert figure.y.scale.high <= max(settled) + 2 * room
    assert all(figure.y.scale.inside(v) for v in settled)


def test_the_strip_under_the_equity_is_the_fall_from_the_highest_close() -> None:
    model, _ = fold(22)
    equity = [row.cumulative[model.headline_index] for row in model.days]
    falls = [equity[k] - max(0.0, *equity[: k + 1]) for k in range(len(equity))]
    figure = underwater(model, 80, 8)
    assert min(figure.series[0].y) == pytest.approx(min(falls))
    assert max(figure.series[0].y) <= 0
    assert figure.x is not None
    for x, y in zip(figure.series[0].x, figure.series[0].y, strict=True):
        assert y == pytest.approx(falls[min(max(round(x) - 1, 0), 21)])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (2.5, "2.5"),
        (500.0, "500"),
        (2000.0, "2k"),
        (2500.0, "2.5k"),
        (-1e6, "−1M"),
        (1.5e9, "1.5G"),
        (1e308, "1e308"),
    ],
)
def test_amounts_on_an_axis_are_short(value: float, text: str) -> None:
    assert amount(value) == text
