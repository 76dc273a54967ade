"""Two runs side by side: the settings that differ, and the figures of the days that both traded out of sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bayescore import events
from bayescore.results.statistics import mean_interval
from bayescore.results.summary import headline_verdict, policy_summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Difference(events.Frozen, frozen=True, kw_only=True):
    """A setting or a fact in which two runs differ."""

    field: str
    a: Any
    b: Any


class Side(events.Frozen, frozen=True, kw_only=True):
    """One of the two runs, over the days that are compared."""

    run: str
    currency: str
    policy: str
    summary: events.PolicySummary
    verdict: events.Verdict
    in_sample_net_currency: float
    """Sum of the in-sample bests of these days. Not a result."""
    days_alone: int
    """Out-of-sample days of this run only, which are left out."""


class Comparison(events.Frozen, frozen=True, kw_only=True):
    """What sets two runs apart."""

    a: str
    b: str
    differences: list[Difference]
    days: list[str]
    """Dates that both traded out of sample, staying flat included."""
    other_bars: list[str]
    """Those of them on which the two had different bars."""
    sides: list[Side]
    """Of a, then of b; empty without a day in common."""
    mean_difference: float | None
    """Net of b minus net of a, mean of a day, in currency; ``None`` without days or in two currencies."""
    low: float | None
    """95% interval of that mean, by pairs of days; ``None`` under five days."""
    high: float | None


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Difference]:
    """Fields whose values differ, sections flattened to dotted names, in the order in which they are declared."""
    one, two = _flat(a), _flat(b)
    fields = [*one, *(name for name in two if name not in one)]
    return [
        Difference(field=name, a=one.get(name), b=two.get(name))
        for name in fields
        if one.get(name) != two.get(name)
    ]


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat.update(_flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value})
    return flat


def compare(
    names: tuple[str, str],
    started: tuple[events.RunStarted, events.RunStarted],
    results: tuple[Sequence[events.DayResult], Sequence[events.DayResult]],
    policy: str | None,
    differing: list[Difference],
    other_bars: Sequence[str],
) -> Comparison:
    """Hold the days that both runs traded against each other.

    Parameters
    ----------
    names
        What the two are called.
    started, results
        First event and finished days of each.
    policy
        Whose days; the headline of each if not given.
    differing
        Settings that differ.
    other_bars
        Dates on which the two had different bars.
    """
    traded = [
        {r.date: r for r in rs if r.policies[policy or r.headline].metrics is not None} for rs in results
    ]
    days = sorted(set(traded[0]) & set(traded[1]))
    sides, nets = [], []
    for name, first, known in zip(names, started, traded, strict=True):
        if not days:
            break
        chosen = [known[d].policies[policy or known[d].headline] for d in days]
        nets.append([m.net_currency for p in chosen if (m := p.metrics) is not None])
        sides.append(
            Side(
                run=name,
                currency=first.currency,
                policy=chosen[-1].policy,
                summary=policy_summary(chosen, first.tick_value),
                verdict=headline_verdict(chosen, first.tick_value, first.currency),
                in_sample_net_currency=sum(
                    best.metrics.net_currency for d in days if (best := known[d].in_sample) is not None
                ),
                days_alone=len(known) - len(days),
            )
        )
    mean = low = high = None
    if days and sides[0].currency == sides[1].currency:
        paired = [y - x for x, y in zip(*nets, strict=True)]
        mean = sum(paired) / len(paired)
        interval = mean_interval(paired)
        if interval is not None:
            mean, low, high = interval
    return Comparison(
        a=names[0],
        b=names[1],
        differences=differing,
        days=days,
        other_bars=[d for d in days if d in set(other_bars)],
        sides=sides,
        mean_difference=mean,
        low=low,
        high=high,
    )
