"""Worlds without an edge, made of the days themselves.

`shuffled` keeps every price, and how often each state occurs in each part of the day, and breaks what ties the one
to the other: within each session window the states are turned round by half an hour or more. `mirrored` keeps
volatility, volume and time, and makes the direction of every bar a coin's: a bar is reflected about the close before
it or not. What a pipeline earns in such worlds, it earns by luck.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from bayescore import _core
from bayescore.errors import UsageError
from bayescore.fields import expected

if TYPE_CHECKING:
    from bayescore.learning.states import Engine
    from bayescore.training.day import PreparedDay

Null = Literal["states", "mirror"]
NULLS: tuple[Null, ...] = get_args(Null)


def as_null(name: str) -> Null:
    """A null by its name.

    Raises
    ------
    UsageError
        For a name that is none.
    """
    for null in NULLS:
        if null == name:
            return null
    raise UsageError(f"--null {name}: {expected(name, NULLS)}")


LEAST_SHIFT = 1800
"""Seconds by which states are moved at least, where a window is long enough."""


def stream(seed: int, world: int, day: int) -> np.random.Generator:
    """Random numbers of one day of one world: the same whatever ran before and beside it."""
    return np.random.default_rng([0x6E756C6C, seed, world, day])


def _copy(day: PreparedDay) -> PreparedDay:
    """A day that no learner has traded yet."""
    world = copy.copy(day)
    world.__dict__.pop("core", None)
    return world


def shuffled(day: PreparedDay, rng: np.random.Generator) -> PreparedDay:
    """The day with its states moved against its prices."""
    codes, contexts = day.states.codes.copy(), day.states.contexts.copy()
    ts = np.asarray(day.bars.ts)
    valid = codes != _core.INVALID
    for window in np.unique(day.windows):
        at = np.flatnonzero(valid & (day.windows == window))
        if len(at) < 2:
            continue
        # So many bars are half an hour, from either end.
        first = int(np.searchsorted(ts[at], ts[at[0]] + LEAST_SHIFT))
        last = int(np.searchsorted(ts[at], ts[at[-1]] - LEAST_SHIFT, side="right"))
        turn = int(rng.integers(first, last + 1)) if first <= last else len(at) // 2
        codes[at], contexts[at] = np.roll(codes[at], turn), np.roll(contexts[at], turn)
    world = _copy(day)
    world.states = _core.DayStates(codes, contexts, day.states.space)
    return world


def mirrored(day: PreparedDay, rng: np.random.Generator, engine: Engine, lag: int) -> PreparedDay:
    """The day with every bar reflected about the close before it with probability one half, and its states again."""
    world = _copy(day)
    world.bars = day.bars.mirrored(rng.random(len(day.bars)) < 0.5)
    world.states = engine.run(world.bars, day.windows)
    world.next_barrier = _core.barrier_ticks(world.bars, lag)
    return world
