"""Figures of trades."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.results.metrics import break_even_win_rate


@given(
    st.lists(st.floats(0.5, 500), min_size=1, max_size=50),
    st.lists(st.floats(0.5, 500), min_size=1, max_size=50),
)
def test_break_even_win_rate_makes_the_average_win_and_loss_cancel(
    wins: list[float], losses: list[float]
) -> None:
    rate = break_even_win_rate(len(wins), len(losses), sum(wins) / sum(losses))
    assert rate is not None
    win, loss = sum(wins) / len(wins), sum(losses) / len(losses)
    assert rate * win == pytest.approx((1 - rate) * loss)


@pytest.mark.parametrize(("wins", "losses", "factor"), [(0, 4, 0.0), (3, 0, None), (0, 0, None)])
def test_break_even_needs_both_wins_and_losses(wins: int, losses: int, factor: float | None) -> None:
    assert break_even_win_rate(wins, losses, factor) is None
