"""What the evenings decided, one held against the next: whether choices last, and keep what was expected of them."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bayescore import events

if TYPE_CHECKING:
    from collections.abc import Sequence


class Promise(NamedTuple):
    """What an evening expected of its set on the next date, and what the set then brought, in currency."""

    expected: float
    kept: float


def promises(results: Sequence[events.DayResult]) -> list[Promise]:
    """Evenings whose set was given an expectation, traded or on paper, in order; the last evening is open."""
    found = []
    for evening, day in pairwise(results):
        d = evening.decision
        paper = day.policies[d.expert].metrics
        if d.params is not None and d.expected_currency is not None and paper is not None:
            found.append(Promise(d.expected_currency, paper.net_currency))
    return found


def stability(results: Sequence[events.DayResult]) -> events.Stability | None:
    """How alike the choices of successive evenings are.

    Parameters
    ----------
    results
        Finished days in order.

    Returns
    -------
    Stability or None
        ``None`` under two days.
    """
    decided = [r.decision for r in results]
    both = list(pairwise(decided))
    if not both:
        return None
    sets = [(a.params, b.params) for a, b in both if a.params is not None and b.params is not None]
    return events.Stability(
        evenings=len(sets),
        same_set=sum(a == b for a, b in sets),
        same_entry=sum((a.entry_rule, a.sides) == (b.entry_rule, b.sides) for a, b in sets),
        same_contexts=sum(a.contexts_allowed == b.contexts_allowed for a, b in sets),
        same_expert=sum(a.expert == b.expert for a, b in both),
        pairs=len(both),
        turned=sum(a.trade != b.trade for a, b in both),
        stop_change=_change([(a.stop_loss_ticks, b.stop_loss_ticks) for a, b in sets]),
        target_change=_change([(a.take_profit_ticks, b.take_profit_ticks) for a, b in sets]),
        hold_change=_change([(a.max_hold_seconds, b.max_hold_seconds) for a, b in sets]),
    )


def _change(pairs: Sequence[tuple[int, int]]) -> float | None:
    return median(abs(a - b) / max(a, b) for a, b in pairs) if pairs else None
