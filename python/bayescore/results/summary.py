"""The end of a run from its days: nothing here looks at a price."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bayescore import events
from bayescore.results.evenings import promises, stability
from bayescore.results.metrics import break_even_win_rate
from bayescore.results.robustness import Fills, robustness
from bayescore.results.statistics import MIN_DAYS, annualised_sharpe, ratio_error, sharpe_error
from bayescore.results.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import numpy.typing as npt


def _weighted(days: Sequence[events.Metrics], seconds: str, count: str) -> float | None:
    total = sum(getattr(m, count) for m in days)
    if not total:
        return None
    return float(sum((getattr(m, seconds) or 0.0) * getattr(m, count) for m in days)) / float(total)


def equity_of(net_milliticks: Sequence[int] | npt.NDArray[np.int64]) -> events.Equity:
    """The path of a day's trades, in the order of their exits."""
    net = np.asarray(net_milliticks, np.int64)
    path = np.cumsum(net)
    high, low = int(path.max(initial=0)), int(path.min(initial=0))
    gains, losses = int(net[net > 0].sum()), -int(net[net < 0].sum())
    return events.Equity(
        gains_ticks=gains / 1000, losses_ticks=losses / 1000, high_ticks=high / 1000, low_ticks=low / 1000
    )


def drawdown_ticks(days: Sequence[events.PolicyDay]) -> float:
    """Deepest fall of the equity over the days, trade by trade, the start included."""
    at = peak = deepest = 0.0
    for day in days:
        if day.metrics is None or day.equity is None:
            continue
        # Within a day the core has followed every trade; across days the low point is held against the old peak.
        deepest = max(deepest, day.metrics.max_drawdown_ticks, peak - (at + day.equity.low_ticks))
        peak = max(peak, at + day.equity.high_ticks)
        at += day.metrics.net_ticks
    return deepest


def headline_verdict(
    days: Sequence[events.PolicyDay], tick_value: float, currency: str, null_p_value: float | None = None
) -> events.Verdict:
    """What a policy's out-of-sample days are worth."""
    traded = [m for d in days if (m := d.metrics) is not None]
    return verdict(
        [m.net_currency for m in traded],
        [m.trades > 0 for m in traded],
        currency=currency,
        worst=math.fsum(m.net_worst_ticks for m in traded) * tick_value,
        null_p_value=null_p_value,
    )


def policy_summary(policy_days: Sequence[events.PolicyDay], tick_value: float) -> events.PolicySummary:
    """One policy over its out-of-sample days.

    Parameters
    ----------
    policy_days
        The policy's days in order, at least one; those it did not trade count for nothing.
    tick_value
        Currency per tick.
    """
    days = [m for d in policy_days if (m := d.metrics) is not None]
    daily = [m.net_currency for m in days]
    trades, wins = sum(m.trades for m in days), sum(m.wins for m in days)
    net_ticks = math.fsum(m.net_ticks for m in days)
    equities = [e for d in policy_days if (e := d.equity) is not None]
    gains, losses = math.fsum(e.gains_ticks for e in equities), math.fsum(e.losses_ticks for e in equities)
    enough = len(daily) >= MIN_DAYS
    return events.PolicySummary(
        policy=policy_days[-1].policy,
        days=len(days),
        winning_days=sum(x > 0 for x in daily),
        trades=trades,
        wins=wins,
        win_rate=wins / trades if trades else None,
        break_even_win_rate=break_even_win_rate(
            wins, sum(m.losses for m in days), gains / losses if losses else None
        ),
        net_ticks=net_ticks,
        net_currency=net_ticks * tick_value,
        mean_ticks=net_ticks / trades if trades else None,
        mean_error_ticks=ratio_error([m.net_ticks for m in days], [m.trades for m in days])
        if enough
        else None,
        sharpe=annualised_sharpe(daily) if enough else None,
        sharpe_error=sharpe_error(daily) if enough else None,
        max_drawdown_currency=drawdown_ticks(policy_days) * tick_value,
        profit_factor=gains / losses if losses else None,
        ambiguous=sum(m.ambiguous for m in days),
        net_worst_ticks=math.fsum(m.net_worst_ticks for m in days),
        net_best_ticks=math.fsum(m.net_best_ticks for m in days),
        duration_mean_s=_weighted(days, "duration_mean_s", "trades"),
        duration_wins_s=_weighted(days, "duration_wins_s", "wins"),
        duration_losses_s=_weighted(days, "duration_losses_s", "losses"),
    )


def added_up(days: Sequence[events.Refusals]) -> events.Refusals:
    """What the brain refused over days."""
    return events.Refusals(
        **{name: sum(getattr(d, name) for d in days) for name in events.Refusals.__struct_fields__}
    )


def summarise(
    started: events.RunStarted,
    results: Sequence[events.DayResult],
    patterns: list[events.Pattern],
    evidence: npt.NDArray[Any] | None = None,
    tried: int = 0,
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
    evidence
        Net P&L in currency of every candidate on every known day: float64, shape (days, candidates).
    tried
        Candidates that were ever looked at.
    """
    last = results[-1]
    headline = last.headline
    curve = []
    for r in results:
        m = r.policies[headline].metrics
        c = r.calibration
        skill = None if c.brier is None or not c.brier_half else 1 - c.brier / c.brier_half
        curve.append((r.date, 0.0 if m is None else m.net_currency, skill))
    traded = [m for r in results if (m := r.policies[headline].metrics) is not None]
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
        data_notes=started.data_notes,
        verdict=headline_verdict(
            [r.policies[headline] for r in results], started.tick_value, started.currency
        ),
        robustness=robustness(
            [m.net_currency for m in traded],
            evidence,
            tried,
            [r.in_sample.metrics.net_currency for r in results[1:] if r.in_sample],
            sum(m.trades for m in traded),
            math.fsum(m.net_ticks for m in traded),
            Fills(
                sum(m.ambiguous for m in traded),
                math.fsum(m.net_worst_ticks for m in traded) * started.tick_value,
                math.fsum(m.net_best_ticks for m in traded) * started.tick_value,
            ),
            promises(results),
        ),
        stability=stability(results),
        refusals=added_up([r.refusals for r in results if r.refusals is not None]),
        policies={
            name: policy_summary([r.policies[name] for r in results], started.tick_value)
            for name in last.policies
        },
        decision=last.decision,
        in_sample_net_currency=last.in_sample_net_currency,
        learning_curve=curve,
        parameter_evolution=[
            (r.date, p) for r in results if (p := r.policies[headline].next_params) is not None
        ],
        patterns=patterns,
        effects=last.effects,
        calibration=last.calibration,
    )
