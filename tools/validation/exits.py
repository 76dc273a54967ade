"""Whether regret's exit rules name what really pays: sets of fixed exits on practice data with a known truth.

A planted drift lasts `EDGE_SECONDS` after the bar that sets it off. Who leaves before that leaves drift on the
table, so a longer hold really pays; who leaves later has had it, and another hold brings nothing either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.validation.worlds import practice

if TYPE_CHECKING:
    from tools.validation.worlds import World

HOLDS = (30, 60, 240)
"""Seconds that the sets stay in a trade: two that leave within a drift of 120 s, one that outlasts it."""

LATER = 3
"""Dates after those that were looked back upon, over which a rule that was found is held to its word."""

SET: dict[str, Any] = {
    "trail_activation_ticks": 0,
    "trail_distance_ticks": 20,
    "cooldown_seconds": 0,
    "confidence_threshold": 0.5,
    "min_samples": 0,
    "entry_rule": "reversion",
    "contexts_allowed": "all",
    "max_consecutive_losses": 10,
}
STOP, TARGET = 2.4, 6.0
"""Usual changes of a minute: so wide that time ends most trades."""


def exits(world: str, seed: int, days: int) -> World:
    """What the paired exit rules say of each set after `days` dates, and what those found bring on the next `LATER`."""
    from bayescore import Config, _core
    from bayescore.events import Params
    from bayescore.regret.counterfactuals import CounterfactualTracker
    from bayescore.training.learner import Learner

    market = practice(world, seed, days + LATER, Config())
    learner = Learner(Config(), market, 1)
    prepared = [learner.prepare(day) for day in market.days]
    unit = prepared[0].next_barrier
    learner.begin(unit)
    space = learner.design.space
    said: World = {}
    for hold in HOLDS:
        used = Params(
            **SET,
            stop_loss_ticks=round(STOP * unit),
            take_profit_ticks=round(TARGET * unit),
            max_hold_seconds=hold,
        )
        before, after = CounterfactualTracker(space), CounterfactualTracker(space)
        for k, day in enumerate(prepared):
            day.core = _core.PreparedDay(day.bars, day.states, costs=learner.costs)
            trades = _core.simulate_sets(day.core, space.table([used]))[0][0]
            (before if k < days else after).observe(day, used, trades, learner.costs)
        later = {(r.factor, r.new): r.delta_ticks for r in after.rules(used)}
        said[str(hold)] = [
            {
                "factor": r.factor,
                "more": r.new > r.old,
                "delta": r.delta_ticks,
                "found": r.found,
                "later": later.get((r.factor, r.new)),
            }
            for r in before.rules(used)
        ]
    return said
