"""Worlds without an edge, made of the days themselves.

`shuffled` keeps every price, and how often each state occurs in each part of the day, and breaks what ties the one
to the other: within each session window the states are turned round by half an hour or more. `mirrored` keeps
volatility, volume and time, and makes the direction of every bar a coin's: a bar is reflected about the close before
it or not. What a pipeline earns in such worlds, it earns by luck.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from bayescore import _core
from bayescore.errors import UsageError
from bayescore.fields import expected

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    for own in ("core", "turns"):
        world.__dict__.pop(own, None)
    return world


class Turn(NamedTuple):
    """The bars of a session window that have a state."""

    bars: slice | NDArray[np.intp]
    size: int
    first: int
    """So many bars are half an hour, from their start."""
    last: int
    """From so many bars on it is half an hour to their end."""


def _turns(day: PreparedDay) -> list[Turn]:
    """What is turned round in a day, window by window; found once, however many worlds are made of it."""
    if not hasattr(day, "turns"):
        ts, valid = np.asarray(day.bars.ts), day.states.codes != _core.INVALID
        turns: list[Turn] = []
        for window in np.unique(day.windows):
            at = np.flatnonzero(valid & (day.windows == window))
            if len(at) < 2:
                continue
            first = int(np.searchsorted(ts[at], ts[at[0]] + LEAST_SHIFT))
            last = int(np.searchsorted(ts[at], ts[at[-1]] - LEAST_SHIFT, side="right"))
            whole = at[-1] - at[0] + 1 == len(at)
            turns.append(Turn(slice(at[0], at[-1] + 1) if whole else at, len(at), first, last))
        day.turns = turns
    return day.turns


def shuffled(day: PreparedDay, rng: np.random.Generator) -> PreparedDay:
    """The day with its states moved against its prices."""
    codes, contexts = day.states.codes, day.states.contexts
    for bars, size, first, last in _turns(day):
        turn = int(rng.integers(first, last + 1)) if first <= last else size // 2
        codes[bars], contexts[bars] = np.roll(codes[bars], turn), np.roll(contexts[bars], turn)
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
