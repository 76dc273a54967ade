"""New parameter sets from old ones: mutations and crossovers in the unit cube of the factors.

Steps are even in each factor's own measure (the logarithm for distances and times), reflected at the ends, so that
every child keeps the ranges and constraints of `FactorSpace`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bayescore.design.factors import NAMES, ParamTable, rows_of, size

if TYPE_CHECKING:
    import numpy.typing as npt

    from bayescore.design.factors import FactorSpace

MUTATION_RATE = 0.35
"""Chance of each factor to change; at least one does."""

MUTATION_STEP = 0.08
MUTATION_REACH = 0.25
"""Standard deviation and largest size of a change, in units of a factor's range."""

INHERITED_TOGETHER = (
    ("stop_loss_ticks", "take_profit_ticks"),
    ("trail_activation_ticks", "trail_distance_ticks"),
)
"""Pairs with a constraint come from one parent, so every value of a child is a value of a parent."""

CROSSED = 0.4
"""Share of the offspring that mix two parents before they change."""

SWITCHES = ("cooldown_seconds", "max_consecutive_losses", "trail_activation_ticks")
SWITCHED = 0.15
"""Share of the offspring in which a factor that can be off is drawn anew: a small step seldom reaches "off"."""

BELOW_ONE = float(np.nextafter(1.0, 0.0))


def mutations(space: FactorSpace, parents: ParamTable, rng: np.random.Generator) -> ParamTable:
    """One child of each parent: some factors moved a little, those without an order drawn anew."""
    n, d = size(parents), len(space)
    units = space.encode(parents)
    step = np.clip(rng.normal(0, MUTATION_STEP, (n, d)), -MUTATION_REACH, MUTATION_REACH)
    fresh = rng.random((n, d))
    changes = rng.random((n, d)) < MUTATION_RATE
    changes[np.arange(n), rng.integers(0, d, n)] = True
    # Levels without an order have no near ones: they are drawn anew.
    ordered = np.array([f.ordered for f in space.factors.values()])
    moved = space.decode(np.where(changes, np.where(ordered, reflect(units + step), fresh), units))
    child = {name: np.where(changes[:, k], moved[name], parents[name]) for k, name in enumerate(NAMES)}
    return space.bound(child)


def crossovers(first: ParamTable, second: ParamTable, rng: np.random.Generator) -> ParamTable:
    """One child of each pair of parents: each value from one of them."""
    n = size(first)
    from_first = rng.random((n, len(NAMES))) < 0.5
    for leader, follower in INHERITED_TOGETHER:
        from_first[:, NAMES.index(follower)] = from_first[:, NAMES.index(leader)]
    return {name: np.where(from_first[:, k], first[name], second[name]) for k, name in enumerate(NAMES)}


def offspring(space: FactorSpace, parents: ParamTable, n: int, rng: np.random.Generator) -> ParamTable:
    """Children of a set of equals: some mixed from two parents, all mutated, some with a switch thrown.

    Levels without an order change in a third of the places where ordered ones do: a leader's entry rule and contexts
    are most of what makes it one.
    """
    m, d = size(parents), len(space)
    first = rows_of(parents, rng.integers(0, m, n))
    second = rows_of(parents, rng.integers(0, m, n))
    mixed = crossovers(first, second, rng)
    crossed = rng.random(n) < CROSSED
    base = {name: np.where(crossed, mixed[name], first[name]) for name in NAMES}
    units = space.encode(base)
    step = np.clip(rng.normal(0, MUTATION_STEP, (n, d)), -MUTATION_REACH, MUTATION_REACH)
    changes = rng.random((n, d)) < MUTATION_RATE
    changes[np.arange(n), rng.integers(0, d, n)] = True
    ordered = np.array([f.ordered for f in space.factors.values()])
    changes &= ordered | (rng.random((n, d)) < 1 / 3)
    fresh = rng.random((n, d))
    target = np.where(ordered, reflect(units + step), fresh)
    for name in SWITCHES:
        k = NAMES.index(name)
        thrown = rng.random(n) < SWITCHED
        target[thrown, k] = fresh[thrown, k]
        changes[thrown, k] = True
    moved = space.decode(np.where(changes, target, units))
    child = {name: np.where(changes[:, k], moved[name], base[name]) for k, name in enumerate(NAMES)}
    return space.bound(child)


def reflect(u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Back into [0, 1) from less than one beyond, as by mirrors at both ends."""
    inside = np.abs(u)
    inside = np.where(inside > 1, 2 - inside, inside)
    return np.minimum(inside, BELOW_ONE)
