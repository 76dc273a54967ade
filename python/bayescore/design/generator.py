"""Design of experiments: which parameter sets a day tries.

Of 1,000 sets 10 are named baselines, 490 a Latin hypercube that is the same every day (so that evidence about
each of its sets accumulates), 300 mutations around the best so far and 200 crossovers of good parents; other
numbers in proportion. Baselines and hypercube are the *first stage*. The best of them on the same day, and
the best sets of earlier days, are the parents of the *second stage*.

All randomness comes from streams keyed by seed, instrument, date and purpose: nothing depends on threads, on
the order in which days are asked for, or on an interruption.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from bayescore.config import Config
from bayescore.design.factors import (
    NAMES,
    USUAL_BARRIER,
    FactorSpace,
    HasRoot,
    ParamTable,
    join,
    rows_of,
    size,
)
from bayescore.design.variation import BELOW_ONE, crossovers, mutations
from bayescore.errors import UsageError
from bayescore.events import Params
from bayescore.vocabulary import ENTRY_RULES, EntryRule

FIRST_STAGE = ("baseline", "latin_hypercube")
ORIGINS = (*FIRST_STAGE, "mutation", "crossover")

ELITES_PER_DAY = 3
ELITE_DAYS = 10
"""Parents are the best three sets of each of the last ten days. Scores of different days are never compared:
the objective of a wild day is not that of a quiet one."""

MUTATION_PARENTS = 20
CROSSOVER_PARENTS = 40

BASELINES: tuple[tuple[str, str, Params], ...] = tuple(
    # A factor added later need not be written here: its default in `Params` is the set of before it.
    (name, reason, Params(**dict(zip(NAMES, values, strict=False))))  # type: ignore[arg-type]
    for name, reason, *values in (
        (
            "balanced",
            "twice the stop as target, any entry: the set to beat",
            *(20, 40, 0, 10, 900, 60, 0.6, 10, "any", "all", 5),
        ),
        (
            "learned",
            "the brain alone decides, with what it needs to know little",
            *(16, 32, 0, 10, 1200, 30, 0.6, 5, "learned", "all", 6),
        ),
        (
            "learned_cautious",
            "the brain alone, only where it is nearly sure: few trades, none on most data",
            *(20, 40, 0, 10, 1800, 60, 0.9, 20, "learned", "all", 4),
        ),
        (
            "fade_extremes",
            "against the outer band, target about the way back to the centre line",
            *(20, 30, 0, 10, 600, 60, 0.6, 10, "reversion", "kill_zone", 5),
        ),
        (
            "fade_confirmed",
            "against the outer band when volume is above its mean: exhaustion",
            *(16, 28, 0, 10, 600, 60, 0.6, 10, "reversion", "confirmation", 5),
        ),
        (
            "follow_drive",
            "with extreme momentum, a trail instead of a near target",
            *(24, 120, 30, 16, 1800, 120, 0.6, 10, "drive", "all", 4),
        ),
        (
            "breakout_runner",
            "momentum out of a pattern, room to run",
            *(30, 160, 40, 20, 3600, 300, 0.6, 10, "drive", "pattern_setup", 3),
        ),
        (
            "scalp",
            "the nearest bracket of the design: what costs leave of small moves",
            *(8, 12, 0, 4, 180, 0, 0.55, 5, "any", "all", 10),
        ),
        (
            "wide_patient",
            "a wide stop, far target, long hold: costs hardly matter",
            *(60, 150, 80, 40, 3600, 300, 0.6, 10, "any", "all", 2),
        ),
        (
            "resonance_trail",
            "only where band, momentum and trend agree, profits locked in early",
            *(20, 80, 16, 8, 1200, 60, 0.7, 15, "any", "fractal_resonance", 4),
        ),
    )
)
"""Name, reason and set (in MNQ ticks) of the sets that are always tried, the most telling first."""


def stream(seed: int, *key: str) -> np.random.Generator:
    """Random numbers that depend on the seed and the key alone.

    The key is hashed with SHA-256: Python's ``hash`` differs from process to process.
    """
    words = np.frombuffer(hashlib.sha256("\0".join(key).encode()).digest(), dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words.tolist()])))


def latin_hypercube(n: int, d: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Latin hypercube with nearly uncorrelated columns: float64, shape (n, d), in [0, 1).

    Every column has one point in each of the n strata. Random columns correlate by about 1/√n; reordering
    them by the Cholesky factor of their rank correlation (Iman and Conover 1982) brings that down by an
    order, so that main effects do not leak into each other. ``scipy.stats.qmc`` would do but for its import,
    which takes longer than a day's sweep.
    """
    ranks = np.argsort(rng.random((n, d)), axis=0).astype(np.float64)
    if n > 2 * d:
        for _ in range(2):
            # Sums of ranks are exact and einsum does not call BLAS: the bits do not depend on its threads.
            centred = ranks - (n - 1) / 2
            correlation = np.einsum("ij,ik->jk", centred, centred) / (n * (n**2 - 1) / 12)
            undo = np.linalg.inv(np.linalg.cholesky(correlation))
            freed = np.einsum("jk,ik->ij", undo, centred)
            ranks = np.argsort(np.argsort(freed, axis=0), axis=0).astype(np.float64)
    return np.minimum((ranks + rng.random((n, d))) / n, BELOW_ONE)


def proportions(n: int) -> dict[str, int]:
    """How many of n sets have which origin; adds up to n.

    Raises
    ------
    UsageError
        For fewer than ten sets.
    """
    if n < 10:
        raise UsageError(f"iterations: {n} is too few; a design needs at least 10")
    baselines = min(len(BASELINES), -(-n // 100))
    left = n - baselines
    weights = np.array([490, 300, 200])
    counts = left * weights // weights.sum()
    by_remainder = np.argsort(-(left * weights % weights.sum()), kind="stable")
    counts[by_remainder[: left - counts.sum()]] += 1
    return dict(zip(ORIGINS, (baselines, *counts.tolist()), strict=True))


class Elite(msgspec.Struct, frozen=True, kw_only=True):
    """One of the best sets of a day."""

    day: int
    rank: int
    score: float
    params: Params


class DOEParameterGenerator:
    """The parameter sets of every day.

    Parameters
    ----------
    config
        ``seed`` and ``iterations`` are read.
    instrument
        Its root is part of the streams' keys.
    window_names
        Session windows, for the contexts.
    dates
        Trade dates in order, the keys of the days' streams. Without them a day's key is its index, unless
        `second_stage` is told the date.
    barrier
        Typical move of a minute in ticks, the unit of the ranges in ticks; that of the first trade date.
    rules
        Entry rules that can make a trade in the state space.
    """

    def __init__(
        self,
        config: Config,
        instrument: HasRoot,
        window_names: Sequence[str],
        dates: Sequence[str] | None = None,
        barrier: float = USUAL_BARRIER,
        rules: Sequence[EntryRule] = ENTRY_RULES,
    ) -> None:
        self.space = FactorSpace(barrier, window_names, rules)
        self.counts = proportions(config.iterations)
        self._seed = config.seed
        self._root = instrument.root
        self._dates = tuple(dates or ())
        n = self.counts["latin_hypercube"]
        self.lhs_units = latin_hypercube(
            n, len(self.space), stream(self._seed, self._root, "latin hypercube")
        )
        """Points of the unit cube of the hypercube sets: float64, shape (sets, factors)."""
        self._first = join([self._baselines(), self.space.decode(self.lhs_units)])
        self._elites: list[Elite] = []
        self._cached: tuple[int, ParamTable] | None = None

    @property
    def first_stage_rows(self) -> slice:
        """Iterations that are the same every day: the panel."""
        return slice(0, self.counts["baseline"] + self.counts["latin_hypercube"])

    @property
    def lhs_rows(self) -> slice:
        """Iterations of the Latin hypercube."""
        return slice(self.counts["baseline"], self.first_stage_rows.stop)

    @property
    def origins(self) -> list[str]:
        """Where each iteration comes from: one of `ORIGINS`, in iteration order."""
        return [origin for origin, n in self.counts.items() for _ in range(n)]

    def first_stage(self) -> ParamTable:
        """Baselines and Latin hypercube, the same every day."""
        return self._first

    def second_stage(
        self, day_idx: int, date: str, scores: npt.NDArray[np.float64] | None = None
    ) -> ParamTable:
        """Mutations and crossovers for one day.

        Parameters
        ----------
        day_idx
            Index of the trade date; best sets of days before it are among the parents.
        date
            Trade date, part of the stream's key.
        scores
            float64, objective of each first-stage set today, higher is better, NaN if undefined. Without it
            the parents are those of earlier days.

        Raises
        ------
        UsageError
            If there is not one score a set.
        """
        if scores is not None and len(scores) != size(self._first):
            raise UsageError(f"{len(scores)} scores for the {size(self._first)} sets of the first stage")
        parents = self._parents(day_idx, scores)
        table = join(
            [
                self._mutations(parents, stream(self._seed, self._root, date, "mutation")),
                self._crossovers(parents, stream(self._seed, self._root, date, "crossover")),
            ]
        )
        self._cached = (day_idx, table)
        return table

    def generate_day(self, day_idx: int) -> ParamTable:
        """All sets of a day, in iteration order.

        The second half is that of the day's `second_stage`; before that has run, it rests on earlier days
        alone. Past days are read from the run's files: only the parents of coming days are kept here.
        """
        if self._cached is None or self._cached[0] != day_idx:
            date = self._dates[day_idx] if day_idx < len(self._dates) else f"day {day_idx}"
            self.second_stage(day_idx, date)
        assert self._cached is not None
        return join([self._first, self._cached[1]])

    def generate(self, iteration: int, day_idx: int) -> Params:
        """One set of a day.

        Raises
        ------
        UsageError
            If there is no such iteration.
        """
        n = sum(self.counts.values())
        if not 0 <= iteration < n:
            raise UsageError(f"iteration {iteration} is outside 0..{n - 1}")
        return self.space.params(self.generate_day(day_idx), iteration)

    def observe(self, day_idx: int, table: ParamTable, scores: npt.NDArray[np.float64]) -> None:
        """Keep the best sets of a finished day as parents of later days.

        Parameters
        ----------
        day_idx
            Index of the trade date.
        table
            All sets of the day.
        scores
            float64, objective of each set, NaN if undefined.
        """
        kept: list[Elite] = []
        for row in _best_first(scores):
            params = self.space.params(table, row)
            if all(params != e.params for e in kept):
                kept.append(Elite(day=day_idx, rank=len(kept), score=float(scores[row]), params=params))
            if len(kept) == ELITES_PER_DAY:
                break
        others = [e for e in self._elites if e.day != day_idx]
        self._elites = sorted(others + kept, key=lambda e: (e.day, e.rank))[-ELITES_PER_DAY * ELITE_DAYS :]

    def state(self) -> list[dict[str, Any]]:
        """What later days depend on, as plain data for a file."""
        elites: list[dict[str, Any]] = msgspec.to_builtins(self._elites)
        return elites

    def restore(self, state: Sequence[Mapping[str, Any]]) -> None:
        """Take up `state` again.

        Raises
        ------
        msgspec.ValidationError
            If the data are not what `state` gives.
        """
        self._elites = msgspec.convert(list(state), list[Elite])
        self._cached = None

    def _baselines(self) -> ParamTable:
        table = self.space.table(
            [self._tradable(params) for _, _, params in BASELINES[: self.counts["baseline"]]]
        )
        scale = self.space.barrier / USUAL_BARRIER
        for name in NAMES:
            if name.endswith("_ticks"):
                table[name] = np.rint(table[name] * scale).astype(table[name].dtype)
        return self.space.bound(table)

    def _tradable(self, params: Params) -> Params:
        """A baseline whose rule asks for what the states do not have would never trade: it becomes learned."""
        rule: EntryRule = params.entry_rule if params.entry_rule in self.space.rules else "learned"
        return msgspec.structs.replace(params, entry_rule=rule)

    def _parents(self, day_idx: int, scores: npt.NDArray[np.float64] | None) -> ParamTable:
        """Good sets, best first: today's and those of earlier days take turns."""
        today: list[int] = [] if scores is None else _best_first(scores)[:CROSSOVER_PARENTS]
        past = sorted((e for e in self._elites if e.day < day_idx), key=lambda e: (-e.day, e.rank))
        if not today and not past:
            today = list(range(min(size(self._first), MUTATION_PARENTS)))
        pool = [rows_of(self._first, today)] if today else []
        if past:
            pool.append(self.space.table([e.params for e in past]))
        turns = zip_longest(range(len(today)), range(len(today), len(today) + len(past)))
        order = [row for turn in turns for row in turn if row is not None]
        return rows_of(join(pool), order)

    def _mutations(self, parents: ParamTable, rng: np.random.Generator) -> ParamTable:
        rank = _by_rank(min(size(parents), MUTATION_PARENTS), self.counts["mutation"], rng)
        return mutations(self.space, rows_of(parents, rank), rng)

    def _crossovers(self, parents: ParamTable, rng: np.random.Generator) -> ParamTable:
        n, m = self.counts["crossover"], min(size(parents), CROSSOVER_PARENTS)
        first = rng.integers(0, m, n)
        second = (first + rng.integers(1, max(m, 2), n)) % m
        return crossovers(rows_of(parents, first), rows_of(parents, second), rng)


def _best_first(scores: npt.NDArray[np.float64]) -> list[int]:
    """Rows with a defined score, best first, the earlier row first at a tie."""
    order = np.argsort(-scores, kind="stable")
    return [int(i) for i in order[np.isfinite(scores[order])]]


def _by_rank(m: int, n: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Draw n of 0..m−1, the chance falling linearly from the first to the last."""
    weights = np.arange(m, 0, -1, dtype=np.float64)
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(n), side="right")
