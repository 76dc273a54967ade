"""The search of an evening: new candidates around the leaders by evidence, raced over the days that are known.

Leaders are taken by several memories and by several scores, and some of each entry rule, context and side, so that a
new regime finds something to start from. Offspring run over the last days first; after each doubling of the days the
best quarter goes on, so an evening costs about a third (22 days known) to an eighth (60) of trying all on every day.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bayescore.choosing.evidence import CELLS, Evidence, stack, unseen
from bayescore.choosing.judgement import Record
from bayescore.design.factors import ParamTable, rows_of, size
from bayescore.design.variation import offspring

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from bayescore.design.factors import FactorSpace

    Sweep = Callable[[Sequence[int], ParamTable], dict[str, npt.NDArray[Any]]]
    """Results of a table on some of the kept days (indices into them): `CELLS`, shape (days, sets)."""

MEMORIES = (2.0, 6.0, 30.0)
"""Half-lives in days by which leaders and survivors are ranked."""

LEADERS = 20
"""Leaders by each score of each memory."""

OF_A_RULE, OF_A_CONTEXT, OF_A_SIDE = 6, 2, 6
"""Leaders of each entry rule, context mask and side that are parents whatever the others do."""

GENERATIONS = 3
"""Rounds of an evening; each takes its parents from all that is known by then."""

FIRST_HEAT = 4
"""Days of the first heat of a race: with fewer, luck decides who goes on (measured: docs/choosing.md)."""

ONE_IN = 4
"""Of so many that have run a heat one goes on to the next (measured: docs/choosing.md)."""

SURVIVORS = 900
"""Candidates that are kept besides the designs that are the same every day."""


class Heat(NamedTuple):
    """A heat of a race that is about to be run."""

    left: int
    """Sets that run it."""
    days_run: int
    """Days that they have run over so far."""
    leader: int | None
    """Row of the one that stands highest after those; ``None`` before the first."""
    leader_ticks: float | None
    """Its weighted mean of a day."""


def leaders(evidence: Evidence) -> npt.NDArray[np.intp]:
    """Candidates worth varying, in ascending order."""
    found: list[npt.NDArray[np.intp]] = []
    record = Record.of(evidence)
    for half_life in MEMORIES:
        s = record.score(half_life)
        found.extend(_best(score, LEADERS) for score in (s.z, s.mean - s.error, s.mean - 2 * s.error))
    ranked = np.argsort(-record.score(10.0).z, kind="stable")
    table = evidence.table
    for name, most in (
        ("entry_rule", OF_A_RULE),
        ("contexts_allowed", OF_A_CONTEXT),
        ("sides", OF_A_SIDE),
    ):
        levels = table[name][ranked]
        found.extend(ranked[levels == level][:most] for level in np.unique(levels))
    return np.unique(np.concatenate(found))


def survivors(evidence: Evidence, most: int = SURVIVORS) -> npt.NDArray[np.intp]:
    """The candidates to keep besides the fixed ones, ranked by the same scores in turn."""
    free = np.arange(evidence.fixed, len(evidence))
    if len(free) <= most:
        return free
    ranks: list[npt.NDArray[np.intp]] = []
    record = Record.of(evidence)
    for half_life in MEMORIES:
        s = record.score(half_life)
        ranks.extend(np.argsort(-score[free], kind="stable") for score in (s.z, s.mean - s.error))
    in_turn = np.stack(ranks, axis=1).ravel()
    _, first = np.unique(in_turn, return_index=True)
    return np.sort(free[in_turn[np.sort(first)[:most]]])


def search(
    evidence: Evidence,
    space: FactorSpace,
    days: int,
    candidates: int,
    sweep: Sweep,
    stream: Callable[[int], np.random.Generator],
    rounds: int = GENERATIONS,
    watch: Callable[[int, int, ParamTable, Heat], None] | None = None,
) -> None:
    """Add to the evidence what an evening's search finds, and give up what is not worth keeping.

    Parameters
    ----------
    evidence
        All known days, today's included.
    space
        Ranges of the factors.
    days
        Days kept for new candidates: the last of the evidence.
    candidates
        New candidates to try, at least; early evenings, with few days to run over, try more.
    sweep
        Runs sets over kept days.
    stream
        Random numbers of a generation.
    rounds
        Generations of an evening.
    watch
        Told each heat: the generation from 0, of how many, its new sets, and the heat.
    """
    generations = rounds * max(1, min(2, 8 // days))
    each = -(-candidates // rounds)
    for generation in range(generations):
        parents = rows_of(evidence.table, leaders(evidence))
        new = unseen(offspring(space, parents, each, stream(generation)), evidence.keys())
        evidence.tried += size(new)
        told = None if watch is None else partial(watch, generation, generations, new)
        kept, cells = race(new, days, sweep, told)
        evidence.add_candidates(rows_of(new, kept), cells)
    evidence.keep(survivors(evidence))


def race(
    table: ParamTable, days: int, sweep: Sweep, watch: Callable[[Heat], None] | None = None
) -> tuple[npt.NDArray[np.intp], dict[str, npt.NDArray[Any]]]:
    """Successive halving over the kept days, the last first (Jamieson and Talwalkar 2016); one in `ONE_IN` goes on.

    Returns
    -------
    rows
        Sets that ran over all the days, ascending.
    cells
        Their results: shape (days, rows), oldest day first.
    """
    alive = np.arange(size(table))
    cells: dict[str, npt.NDArray[Any]] = {name: np.zeros((0, len(alive)), np.int64) for name in CELLS}
    first = days
    heat = FIRST_HEAT
    leader: tuple[int | None, float | None] = None, None
    while first > 0:
        if len(cells["net"]) and len(alive):
            s = Record.of_cells(rows_of(table, alive), cells).score(MEMORIES[-1])
            best = int(s.z.argmax())
            leader = int(alive[best]), float(s.mean[best])
            better = np.sort(_best(s.z, -(-len(alive) // ONE_IN)))
            alive, cells = alive[better], {name: c[:, better] for name, c in cells.items()}
        if watch is not None:
            watch(Heat(len(alive), days - first, *leader))
        before, first = first, max(0, first - heat)
        heat = before - first if first == 0 else heat * 2
        older = sweep(range(first, before), rows_of(table, alive))
        cells = stack([older, cells]) if len(cells["net"]) else stack([older])
    return alive, cells


def _best(score: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.intp]:
    """Rows with the highest score, best first, the earlier at a tie."""
    if most >= len(score):
        return np.argsort(-score, kind="stable")
    least = np.partition(score, len(score) - most)[len(score) - most]
    rows = np.flatnonzero(score >= least)
    return rows[np.argsort(-score[rows], kind="stable")][:most]
