"""Which side a parameter set takes in each leaf state: the rule's signal, the brain's fire or veto."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, expm1

from engine_brain import BayesianBrain
from engine_labels import rungs
from engine_simulate import ANY, DRIVE, LEARNED, LONG, REVERSION, SHORT, ParamSet
from engine_space import StateSpace
from scipy.special import betainc, betaincc

REFUSE_DISTANCE = 6.25
"""Brackets with S·T beyond so many B² lie too far from what is learned (2.5 B squared)."""
SIDES_ALLOWED = {"both": (LONG, 0, SHORT), "long": (LONG, 0), "short": (0, SHORT)}
"""Sides that a set may take, by its own word."""
LIFE_SECONDS = 60
"""A bracket is expected to live S·T / B² times so many seconds."""


@dataclass(frozen=True)
class Gate:
    """Decisions of one set."""

    sides: list[int]
    """+1, −1 or 0 for each leaf state."""
    refused: bool
    """Whether the set would let the brain decide, but its bracket lies too far from the rungs."""


def rung_of(stop: int, target: int, b: int) -> int:
    """Rung nearest to the geometric mean of the bracket."""
    if 2 * stop * target < b * b:
        return 0
    return 1 if stop * target < 2 * b * b else 2


def refused(params: ParamSet, b: int) -> bool:
    """Whether a bracket is too far from the rungs, or too slow for its longest time in a trade."""
    area = float(params.stop_loss_ticks * params.take_profit_ticks)
    square = float(b * b)
    return (
        area > REFUSE_DISTANCE * square or area * LIFE_SECONDS / square > float(params.max_hold_seconds) / 2.0
    )


def bracket_chance(theta: float, stop: int, target: int) -> float:
    """Chance to reach the target before the stop when price drifts with strength theta."""
    if theta == 0.0:
        return stop / (stop + target)
    return expm1(-theta * stop) / expm1(-theta * (stop + target))


@cache
def pays_above(stop: int, target: int, cost: float, b: int) -> float:
    """Smallest chance of +b before −b at which a bracket pays for its cost.

    Parameters
    ----------
    stop, target
        Ticks.
    cost
        Ticks a round trip.
    b
        Barrier the chance is about, ticks.
    """
    if cost == 0.0:
        return 0.5
    needed = (stop + cost) / (stop + target)
    if needed >= 1.0:
        return 1.0
    needed = min(needed, 1.0 - 1e-12)
    low, high = 0.0, 1.0 / (stop + target)
    while bracket_chance(high, stop, target) < needed:
        low, high = high, 2.0 * high
    while low < (middle := 0.5 * (low + high)) < high:
        if bracket_chance(middle, stop, target) < needed:
            low = middle
        else:
            high = middle
    return 1.0 / (1.0 + exp(-high * b))


def signal(space: StateSpace, rule: str, leaf: int) -> int:
    """Side of the rule entries in a state; 0 where they have none or disagree."""
    reversion, drive = space.reversion_sides[leaf], space.drive_sides[leaf]
    if rule == REVERSION:
        return reversion
    if rule == DRIVE:
        return drive
    assert rule == ANY
    return 0 if reversion * drive == -1 else reversion or drive


def gate(space: StateSpace, params: ParamSet, brain: BayesianBrain | None, b: int, cost: float) -> Gate:
    """Side of a set in every leaf state.

    Parameters
    ----------
    space
        The states.
    params
        The set.
    brain
        What was known at the end of yesterday; None (no yesterday) vetoes nothing and never fires.
    b
        Middle barrier of the day, ticks.
    cost
        Ticks a round trip.
    """
    learned = params.entry_rule == LEARNED
    allowed = SIDES_ALLOWED[params.sides]
    too_far = learned and brain is not None and refused(params, b)
    sides = []
    for leaf in range(space.leaves):
        if learned:
            fires = brain is not None and not too_far
            side = _fire(brain, params, leaf, b, cost) if fires else 0
            sides.append(side if side in allowed else 0)
        else:
            side = signal(space, params.entry_rule, leaf)
            vetoed = side != 0 and brain is not None and _vetoes(brain, params, leaf, side, b, cost)
            sides.append(side if side in allowed and not vetoed else 0)
    return Gate(sides, too_far)


def chance_that_side_pays(
    brain: BayesianBrain, params: ParamSet, leaf: int, side: int, b: int, cost: float
) -> float:
    """Probability, given the evidence, that a side's bracket pays in a state."""
    stop, target = params.stop_loss_ticks, params.take_profit_ticks
    rung = rung_of(stop, target, b)
    threshold = pays_above(stop, target, cost, rungs(b)[rung])
    posterior = brain.posterior(rung, leaf)
    if threshold == 0.5 and posterior.a == posterior.b:
        # Symmetric: rounding must not prefer a side.
        return 0.5
    if side == LONG:
        return float(betaincc(posterior.a, posterior.b, threshold))
    return float(betainc(posterior.a, posterior.b, 1.0 - threshold))


def _fire(brain: BayesianBrain, params: ParamSet, leaf: int, b: int, cost: float) -> int:
    if not _enough(brain, params, leaf, b):
        return 0
    fired = [
        side
        for side in (LONG, SHORT)
        if chance_that_side_pays(brain, params, leaf, side, b, cost) >= params.confidence_threshold
    ]
    return fired[0] if len(fired) == 1 else 0


def _vetoes(brain: BayesianBrain, params: ParamSet, leaf: int, side: int, b: int, cost: float) -> bool:
    return (
        _enough(brain, params, leaf, b)
        and chance_that_side_pays(brain, params, leaf, side, b, cost) < 1.0 - params.confidence_threshold
    )


def _enough(brain: BayesianBrain, params: ParamSet, leaf: int, b: int) -> bool:
    rung = rung_of(params.stop_loss_ticks, params.take_profit_ticks, b)
    return brain.samples(rung, leaf) >= params.min_samples
