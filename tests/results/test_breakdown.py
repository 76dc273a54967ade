"""Cuts of trades and days, held against sums made trade by trade."""

import math
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore import events
from bayescore.results.breakdown import (
    BINS,
    POINTS,
    cut_by,
    distribution,
    equity_by_day,
    excursions,
    joined_groups,
)
from bayescore.results.summary import drawdown_ticks, equity_of

TICK_VALUE = 0.5
NETS = st.lists(st.lists(st.integers(-400, 400), max_size=6), min_size=1, max_size=8)


def policy_day(nets: list[int], before: float) -> events.PolicyDay:
    """A day of trades whose net is in whole ticks."""
    at = peak = deepest = 0
    for net in nets:
        at += net
        peak = max(peak, at)
        deepest = max(deepest, peak - at)
    blank = dict.fromkeys(events.Metrics.__struct_fields__, 0)
    metrics = events.Metrics(
        **{
            **blank,
            "trades": len(nets),
            "net_ticks": float(sum(nets)),
            "net_currency": sum(nets) * TICK_VALUE,
            "max_drawdown_ticks": float(deepest),
        }
    )
    return events.PolicyDay(
        policy="decision",
        params=None,
        metrics=metrics,
        equity=equity_of([1000 * net for net in nets]),
        cumulative_net_currency=before + sum(nets) * TICK_VALUE,
        sharpe_so_far=None,
        next_params=None,
    )


@given(NETS)
def test_drawdown_by_day_is_that_of_every_trade(days: list[list[int]]) -> None:
    found, before = [], 0.0
    for k, nets in enumerate(days):
        found.append((f"2026-01-{k + 1:02d}", policy_day(nets, before)))
        before = found[-1][1].cumulative_net_currency
    rows = equity_by_day(found, TICK_VALUE)
    at = peak = 0
    for row, nets in zip(rows, days, strict=True):
        deepest = peak - at
        for net in nets:
            at += net
            peak = max(peak, at)
            deepest = max(deepest, peak - at)
        assert row.drawdown_currency == deepest * TICK_VALUE
        assert row.cumulative_currency == at * TICK_VALUE
        assert row.trades == len(nets)
    assert max(r.drawdown_currency for r in rows) == drawdown_ticks([d for _, d in found]) * TICK_VALUE


@given(st.lists(st.integers(-5_000_000, 5_000_000).map(lambda x: x / 1000), min_size=1, max_size=200))
def test_a_distribution_counts_every_value_once(values: list[float]) -> None:
    steps = distribution(values)
    assert sum(s.members for s in steps) == len(values)
    assert len(steps) <= 2 * BINS
    assert any(s.low == 0 for s in steps) or any(s.high == 0 for s in steps)
    assert all(a.high == pytest.approx(b.low) for a, b in pairwise(steps))
    assert steps[0].low <= min(values)
    assert steps[-1].high >= max(values)


def test_nothing_has_no_distribution() -> None:
    assert distribution([]) == []
    assert [s.members for s in distribution([0.0, 0.0])] == [2]


def trades(n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "reason": [("stop", "target")[k % 2] for k in range(n)],
            "net_ticks": [(-1) ** k * 0.1 * k for k in range(n)],
            "mae": range(n),
            "mfe": range(n),
            "duration": range(n),
        }
    )


@pytest.mark.parametrize("n", [1, POINTS, POINTS + 1, 3 * POINTS + 1])
def test_a_scatter_is_thinned_evenly_and_says_so(n: int) -> None:
    points, every = excursions(trades(n))
    assert len(points) <= POINTS
    assert [p.mae for p in points] == list(range(0, n, every))


def test_cuts_keep_their_order_and_leave_out_what_is_not_there() -> None:
    table = trades(11)
    cuts = cut_by(table, "reason", ("time", "target", "stop"))
    assert [c.label for c in cuts] == ["target", "stop"]
    for cut in cuts:
        part = table.filter(pl.col("reason") == cut.label)
        assert cut.net_ticks == pytest.approx(part["net_ticks"].sum())
        assert cut.duration_s == pytest.approx(part["duration"].mean())
        assert (cut.trades, cut.wins) == (len(part), (part["net_ticks"] > 0).sum())


def test_groups_of_days_weigh_by_their_trades() -> None:
    def group(label: str, n: int, net: float, seconds: float) -> events.Group:
        return events.Group(label=label, trades=n, wins=0, net_ticks=net, duration_mean_s=seconds)

    cuts = joined_groups(
        [[group("open", 1, 2.0, 10.0)], [group("close", 2, 1.0, 5.0), group("open", 3, -1.0, 30.0)]]
    )
    assert [c.label for c in cuts] == ["open", "close"]
    assert cuts[0].duration_s == 25.0
    assert math.isclose(cuts[0].net_ticks, 1.0)
