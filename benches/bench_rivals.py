"""Everything that sweeps a day by the same rules, each as a job that leaves its table of exact sums behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bench_jit
import bench_product
import numpy as np
import numpy.typing as npt
from bench_days import BenchDay
from bench_major import sweep_major
from bench_nested import COLUMNS, sweep_nested
from bench_problem import Problem
from bench_sets import Sides

from bayescore.design.factors import ParamTable, rows_of, size

PRODUCT = "`sweep_day`"
EVENTS = "`sweep_day` with market events"
REFERENCE = "Rust, set by set"
MAJOR = "numba, candidate-major"
NESTED_I32 = "numba, nested loops, i32"
NESTED = "numba, nested loops, f64"
ARCHIVE = "archived Python"

Sums = npt.NDArray[np.int64]


@dataclass
class Rival:
    """One way to sweep some sets over a day."""

    name: str
    sets: int
    """Number of sets it is given; fewer than the problem has where it is slow."""
    run: Callable[[], Any]
    sums: Callable[[Any], Sums]
    """Exact sums of what `run` returned."""


class Contest:
    """One day, one table of sets, and all who can sweep it."""

    def __init__(self, day: BenchDay, table: ParamTable) -> None:
        self.day, self.table = day, table
        self.states = bench_product.states(day)
        self.problem = bench_product.problem(day, table)

    def rivals(self, threads: int, most_slow: int | None = None) -> list[Rival]:
        """Competitors on so many threads.

        Parameters
        ----------
        threads
            For all of them.
        most_slow
            Sets given to those who take time in proportion to them; by default all.
        """
        few = min(most_slow or size(self.table), size(self.table))
        found = [
            self._nested(NESTED, np.float64, few, threads),
            self._nested(NESTED_I32, np.int32, few, threads),
        ]
        found.append(self._major(threads))
        found.append(self._product(REFERENCE, threads, few, path="reference"))
        found.append(self._product(PRODUCT, threads, size(self.table)))
        return found

    def by_path(self, path: str) -> Rival:
        """The product on one thread, told how to sweep."""
        name = PRODUCT if path == "auto" else f"{PRODUCT}, {path}"
        return self._product(name, 1, size(self.table), path=path)

    def with_events(self, threads: int) -> Rival:
        """The product's sweep as training uses it, with the market events that regret needs."""
        return self._product(EVENTS, threads, size(self.table), events=(120, 5))

    def _nested(self, name: str, dtype: npt.DTypeLike, sets: int, threads: int) -> Rival:
        part = self._first(sets)
        arguments, out = part.kernel_arguments(dtype), np.empty((sets, len(COLUMNS)), np.int64)

        def run() -> Sums:
            bench_jit.threads(threads)
            sweep_nested(*arguments, out)
            return out

        return Rival(name, sets, run, lambda x: x)

    def _major(self, threads: int) -> Rival:
        arguments = self.problem.kernel_arguments(np.int32)
        out = np.empty((self.problem.sets, len(COLUMNS)), np.int64)

        def run() -> Sums:
            bench_jit.threads(threads)
            sweep_major(*arguments, out, threads)
            return out

        return Rival(MAJOR, self.problem.sets, run, lambda x: x)

    def _product(self, name: str, threads: int, sets: int, **options: Any) -> Rival:
        table = rows_of(self.table, slice(0, sets))

        def run() -> Any:
            return bench_product.sweep(self.day, self.states, table, threads, **options)

        return Rival(name, sets, run, bench_product.sums)

    def _first(self, sets: int) -> Problem:
        p = self.problem
        sides = Sides(np.ascontiguousarray(p.sides.fire[:sets]), p.sides.refused[:sets])
        return Problem(p.day, p.codes, p.contexts, rows_of(p.table, slice(0, sets)), sides, p.costs)

    def verify(self, rivals: list[Rival], archived: int = 4) -> Sums:
        """Assert that all find the same trades, down to the last integer.

        Parameters
        ----------
        rivals
            The product among them.
        archived
            Sets that the archived trainer repeats.

        Raises
        ------
        AssertionError
            Naming who differs, in which column, and the first set.
        """
        product = next(r for r in rivals if r.name == PRODUCT)
        expected = product.sums(product.run())
        for rival in rivals:
            self._compare(rival.name, rival.sums(rival.run()), expected[: rival.sets])
        which = np.linspace(0, size(self.table) - 1, archived).astype(int).tolist()
        self._compare(ARCHIVE, self.problem.archive_rows(which), expected[which])
        return expected

    @staticmethod
    def _compare(name: str, found: Sums, expected: Sums) -> None:
        rows, columns = np.nonzero(found != expected)
        if len(rows):
            wrong = sorted({COLUMNS[c] for c in columns})
            raise AssertionError(
                f"{name} differs from the product: {', '.join(wrong)}, first at set {rows[0]}"
            )

    def archive_seconds(self, sets: int) -> float:
        """Seconds of the archived simulation for all sets, extrapolated from some; states and gate not included."""
        simulator = self.problem.archive_simulator()
        which = np.linspace(0, size(self.table) - 1, sets).astype(int).tolist()
        started = time.perf_counter()
        for k in which:
            self.problem.archive_row(simulator, k)
        return (time.perf_counter() - started) / sets * size(self.table)
