"""Figures of a whole run from its days: everything trade by trade, days as the unit of error."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore import events
from bayescore.results.statistics import max_drawdown
from bayescore.results.summary import drawdown_ticks, equity_of, policy_summary


def policy_day(nets):
    """A day with these trades, thousandths of a tick."""
    ticks = np.array(nets) / 1000
    metrics = events.Metrics(
        trades=len(nets),
        wins=0,
        losses=0,
        gross_ticks=0,
        net_ticks=float(ticks.sum()),
        net_currency=0.0,
        win_rate=None,
        break_even_win_rate=None,
        mean_ticks=None,
        sd_ticks=None,
        sharpe_per_trade=None,
        sharpe_of_day=None,
        profit_factor=None,
        max_drawdown_ticks=max_drawdown(ticks),
        duration_mean_s=None,
        duration_wins_s=None,
        duration_losses_s=None,
        ambiguous=0,
        net_worst_ticks=0.0,
        net_best_ticks=0.0,
        dropped_orders=0,
    )
    return events.PolicyDay(
        policy="panel",
        params=None,
        metrics=metrics,
        equity=equity_of(nets),
        cumulative_net_currency=0.0,
        sharpe_so_far=None,
        next_params=None,
    )


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-50_000, 50_000), max_size=12), max_size=8))
def test_drawdown_of_a_run_is_that_of_its_trades_in_a_row(days):
    in_a_row = [net / 1000 for day in days for net in day]
    assert drawdown_ticks([policy_day(day) for day in days]) == pytest.approx(
        max_drawdown(in_a_row), abs=1e-6
    )


def test_a_day_that_ends_where_it_began_still_fell():
    assert drawdown_ticks([policy_day([5000, -9000, 4000])]) == 9
    first = events.PolicyDay(
        policy="panel",
        params=None,
        metrics=None,
        cumulative_net_currency=0.0,
        sharpe_so_far=None,
        next_params=None,
    )
    assert drawdown_ticks([first, policy_day([-3000])]) == 3


@settings(deadline=None)
@given(st.lists(st.integers(-50_000, 50_000), max_size=30))
def test_gains_and_losses_add_up_to_the_net(nets):
    e = equity_of(nets)
    assert e.gains_ticks - e.losses_ticks == pytest.approx(sum(nets) / 1000, abs=1e-6)
    assert e.low_ticks <= min(0, sum(nets) / 1000) <= max(0, sum(nets) / 1000) <= e.high_ticks


def test_figures_so_far_are_those_of_a_run_that_ends_there():
    days = [policy_day([3000, -1000]), policy_day([-9000]), policy_day([2000, 2000])]
    for n in range(1, 4):
        so_far = policy_summary(days[:n], 0.5)
        assert so_far.days == n
        assert so_far.net_ticks == pytest.approx(sum(d.metrics.net_ticks for d in days[:n]))
        assert so_far.net_currency == pytest.approx(0.5 * so_far.net_ticks)
    assert policy_summary(days, 0.5).max_drawdown_currency == pytest.approx(0.5 * 10)
