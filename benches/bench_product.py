"""The product's side of the comparison: its states, its brain, its sweep, on the pinned inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from bench_days import WINDOW_STARTS, BenchDay
from bench_nested import COLUMNS
from bench_problem import Problem
from bench_sets import BARRIER, COSTS, archive_brain, brain_columns, gate

from bayescore import _core
from bayescore.design.factors import ParamTable


@cache
def engine() -> _core.StateEngine:
    """State engine with default settings and MNQ's session windows."""
    return _core.StateEngine(len(WINDOW_STARTS), window_names=list(WINDOW_STARTS))


@cache
def brain() -> _core.Brain:
    """The pinned brain."""
    return _core.Brain.from_columns(engine().space, brain_columns(archive_brain()))


def states(day: BenchDay) -> _core.DayStates:
    """State and context of every bar."""
    return engine().run(day.core, day.windows)


def problem(day: BenchDay, table: ParamTable) -> Problem:
    """A pinned day with the product's states, for the kernels."""
    found = states(day)
    return Problem(day, found.codes, found.contexts, table, gate(table, archive_brain()), COSTS)


def sweep(day: BenchDay, found: _core.DayStates, table: ParamTable, threads: int, **options: Any) -> Any:
    """One call of `_core.sweep_day`: gate, slippage, sweep and figures, all of it timed."""
    return _core.sweep_day(
        day.core, table, brain(), states=found, costs=COSTS, barrier=BARRIER, threads=threads, **options
    )


def many(days: Sequence[BenchDay], table: ParamTable, threads: int) -> Callable[[], Any]:
    """All days in one call; what does not depend on the sets is made before the clock starts, as in training."""
    ready = [_core.PreparedDay(day.core, states(day), brain(), BARRIER, COSTS) for day in days]
    _core.sweep_days(ready, {name: column[:1].copy() for name, column in table.items()}, threads=threads)
    return lambda: _core.sweep_days(ready, table, threads=threads)


def sums(swept: Any) -> npt.NDArray[np.int64]:
    """Exact columns of a sweep as one table, like that of the kernels."""
    return np.stack([swept[name].astype(np.int64) for name in COLUMNS], axis=1)
