"""The end of a run from its days: nothing here looks at a price."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bayescore import events
from bayescore.results.statistics import annualised_sharpe, max_drawdown, ratio_error

if TYPE_CHECKING:
    from collections.abc import Sequence


MIN_SHARPE_DAYS = 5
"""Fewer days say nothing that could be annualised."""


def _weighted(days: Sequence[events.Metrics], seconds: str, count: str) -> float | None:
    total = sum(getattr(m, count) for m in days)
    if not total:
        return None
    return float(sum((getattr(m, seconds) or 0.0) * getattr(m, count) for m in days)) / float(total)


def policy_summary(
    policy: str, results: Sequence[events.DayResult], tick_value: float
) -> events.PolicySummary:
    """One policy over its out-of-sample days."""
    days = [m for r in results if (m := r.policies[policy].metrics) is not None]
    daily = [m.net_currency for m in days]
    trades = sum(m.trades for m in days)
    net_ticks = math.fsum(m.net_ticks for m in days)
    gains = math.fsum(x for x in daily if x > 0)
    losses = -math.fsum(x for x in daily if x < 0)
    return events.PolicySummary(
        policy=policy,
        days=len(days),
        winning_days=sum(x > 0 for x in daily),
        trades=trades,
        wins=sum(m.wins for m in days),
        net_ticks=net_ticks,
        net_currency=net_ticks * tick_value,
        mean_ticks=net_ticks / trades if trades else None,
        mean_error_ticks=ratio_error([m.net_ticks for m in days], [m.trades for m in days]),
        sharpe=annualised_sharpe(daily) if len(daily) >= MIN_SHARPE_DAYS else None,
        max_drawdown_currency=max_drawdown(daily),
        profit_factor=gains / losses if losses else None,
        ambiguous=sum(m.ambiguous for m in days),
        net_worst_ticks=math.fsum(m.net_worst_ticks for m in days),
        net_best_ticks=math.fsum(m.net_best_ticks for m in days),
        duration_mean_s=_weighted(days, "duration_mean_s", "trades"),
        duration_wins_s=_weighted(days, "duration_wins_s", "wins"),
        duration_losses_s=_weighted(days, "duration_losses_s", "losses"),
    )


def summarise(
    started: events.RunStarted, results: Sequence[events.DayResult], patterns: list[events.Pattern]
) -> events.Summary:
    """Everything the final screen shows.

    Parameters
    ----------
    started
        The run's first event.
    results
        Its finished days, in order, at least one.
    patterns
        The strongest patterns after the last day.
    """
    last = results[-1]
    headline = last.headline
    curve = []
    for r in results:
        m = r.policies[headline].metrics
        c = r.calibration
        skill = None if c.brier is None or not c.brier_half else 1 - c.brier / c.brier_half
        curve.append((r.date, 0.0 if m is None else m.net_currency, skill))
    return events.Summary(
        run=started.run,
        instrument=started.instrument,
        symbol=started.symbol,
        currency=started.currency,
        tick_value=started.tick_value,
        dates=[r.date for r in results],
        iterations_per_day=started.iterations,
        trades_simulated=sum(r.iterations.trades for r in results),
        headline=headline,
        policies={name: policy_summary(name, results, started.tick_value) for name in last.policies},
        in_sample_net_currency=math.fsum(r.in_sample.metrics.net_currency for r in results if r.in_sample),
        learning_curve=curve,
        parameter_evolution=[
            (r.date, p) for r in results if (p := r.policies[headline].next_params) is not None
        ],
        patterns=patterns,
        effects=last.effects,
        calibration=last.calibration,
    )
