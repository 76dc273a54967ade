"""In which states a set takes a side, by the brain of an evening."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bayescore import _core
from bayescore.learning.contexts import leaf_may_hold
from bayescore.results.tomorrow import Firing, FiringState

if TYPE_CHECKING:
    from bayescore.events import Decision, Params

TAIL = 0.1
"""On either side of an 80% interval."""


def firing_of(brain: _core.Brain, decision: Decision) -> Firing | None:
    """Where a decision's set may fire; ``None`` where it has no set.

    A state is listed if the brain lets the set take a side there and one of the set's contexts can hold there.
    """
    params = decision.params
    return None if params is None else firing(brain, params, decision.barrier_ticks, decision.cost_ticks)


def firing(brain: _core.Brain, params: Params, barrier: int, cost: float) -> Firing:
    """Where a set may fire.

    Parameters
    ----------
    brain
        Of the last evening.
    params
        The set.
    barrier
        Of the day that is to be traded, ticks.
    cost
        Round trip of a trade, ticks.
    """
    space, factors = brain.space, msgspec.structs.asdict(params)
    stop, target = params.stop_loss_ticks, params.take_profit_ticks
    rung = _core.rung_of(stop, target, barrier)
    rung_ticks = _core.rungs(barrier)[rung]
    needs = _core.bracket_threshold(stop, target, cost, float(rung_ticks))
    samples = brain.leaf_table(rung)["n"]
    leaves, codes = np.unique(space.leaf_of(np.arange(space.n_codes, dtype=np.uint16)), return_index=True)
    states, vetoed = [], 0
    for leaf, code in zip(leaves.tolist(), codes.tolist(), strict=True):
        if not leaf_may_hold(space, code, params.contexts_allowed):
            continue
        side = brain.should_fire(code, factors, barrier, cost)
        if side == 0:
            vetoed += _rule_side(space.rule_sides(leaf), params) != 0
            continue
        states.append(_state(brain, leaf, code, side, rung, needs, float(samples[leaf])))
    states.sort(key=lambda s: (-s.effective_n, s.leaf))
    return Firing(needs=needs, rung_ticks=rung_ticks, states=states, vetoed=vetoed)


def _state(
    brain: _core.Brain, leaf: int, code: int, side: int, rung: int, needs: float, n: float
) -> FiringState:
    a, b = brain.posterior(code, rung)
    low, high = brain.quantile(code, TAIL, rung), brain.quantile(code, 1 - TAIL, rung)
    if side < 0:
        # Short wins where the price falls first.
        a, b, low, high = b, a, 1 - high, 1 - low
        pays = 1 - brain.probability_beyond(code, 1 - needs, rung)
    else:
        pays = brain.probability_beyond(code, needs, rung)
    return FiringState(
        leaf=leaf, label=brain.space.leaf_label(leaf), side="long" if side > 0 else "short",
        probability=a / (a + b), low=low, high=high, effective_n=n, pays=pays,
    )  # fmt: skip # figures, several to a line


def _rule_side(sides: tuple[int, int], params: Params) -> int:
    """Side that the entry rule would take, were there no brain."""
    reversion, drive = sides
    side = {
        "learned": 0,
        "reversion": reversion,
        "drive": drive,
        "any": 0 if reversion == -drive else reversion or drive,
    }[params.entry_rule]
    return side if params.sides == "both" or side == {"long": 1, "short": -1}[params.sides] else 0
