"""Evidence: what every candidate set came to on every day known so far.

A row is a trade date, a column a candidate. Each cell was traded under the brain that was frozen the evening before
its day, so it is out of sample for the brain, though not for the choice of a candidate. Cells are exact integers; a
day that a candidate has not been tried on (days older than the window of kept days) is marked, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from bayescore.design.factors import NAMES, ParamTable, join, rows_of, size
from bayescore.errors import UsageError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_T = TypeVar("_T")

CELLS = ("net", "trades", "gross_sq")
"""Columns of a cell: net result (thousandths of a tick), trades, sum of squared gross results (squared ticks)."""

UNTRIED = -1
"""In place of a number of trades: the candidate has not been tried on that day."""


_BLANK = {"net": 0, "trades": UNTRIED, "gross_sq": 0}


class Evidence:
    """Days × candidates.

    Parameters
    ----------
    table
        The first candidates.
    fixed
        How many of them are never given up: the designs that are the same every day.
    """

    def __init__(self, table: ParamTable, fixed: int) -> None:
        self.table = table
        self.fixed = fixed
        self.ids = np.arange(size(table))
        """Number of each candidate, given once: int64, shape (candidates,), ascending."""
        self.dates: list[str] = []
        self.tried = size(table)
        """Candidates that were ever looked at, those included that lost their race."""
        self._next_id = size(table)
        self._unsaved = 0
        """Candidates with this number and above have been added since the last day that was saved."""
        self._derived: dict[str, Any] = {}
        self._keys: list[bytes] | None = None
        self._cells = {name: np.zeros((0, size(table)), np.int64) for name in CELLS}

    def __len__(self) -> int:
        return size(self.table)

    @property
    def cells(self) -> Mapping[str, Ints]:
        """`CELLS`, shape (days, candidates)."""
        return self._cells

    def derive(self, name: str, make: Callable[[], _T]) -> _T:
        """What follows from the evidence as it is, made once until it changes; it is not to be written to."""
        if name not in self._derived:
            self._derived[name] = make()
        found: _T = self._derived[name]
        return found

    @property
    def net(self) -> Ints:
        """Net result in thousandths of a tick: int64, shape (days, candidates); 0 where untried."""
        return self._cells["net"]

    @property
    def trades(self) -> Ints:
        """Trades: int64, shape (days, candidates), `UNTRIED` where the candidate was not tried."""
        return self._cells["trades"]

    @property
    def squares(self) -> Ints:
        """Sum of squared gross results, squared ticks: int64, shape (days, candidates); 0 where untried."""
        return self._cells["gross_sq"]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where a candidate was tried: shape (days, candidates)."""
        return np.not_equal(self.trades, UNTRIED)

    def row_of(self, one: ParamTable) -> int | None:
        """Column of a set among the candidates, the first of equal ones."""
        known = self.keys()
        wanted = keys(one)[0]
        return known.index(wanted) if wanted in known else None

    def keys(self) -> list[bytes]:
        """`keys` of the candidates, kept up while they come and go."""
        if self._keys is None:
            self._keys = keys(self.table)
        return self._keys

    def add_day(self, date: str, cells: Mapping[str, npt.ArrayLike]) -> None:
        """Add a finished day: one value a candidate in each of `CELLS`.

        Raises
        ------
        UsageError
            If there is not one value a candidate.
        """
        row = {name: np.asarray(cells[name], np.int64).reshape(1, -1) for name in CELLS}
        if any(r.shape[1] != len(self) for r in row.values()):
            raise UsageError(f"a day of {row['net'].shape[1]} results for {len(self)} candidates")
        self._derived.clear()
        self._cells = {name: np.concatenate([self._cells[name], row[name]]) for name in CELLS}
        self.dates.append(date)
        self._unsaved = self._next_id

    def add_candidates(self, table: ParamTable, cells: Mapping[str, npt.NDArray[Any]]) -> None:
        """Add candidates with what they came to on the last days: shape (days tried, candidates) in each of `CELLS`.

        Raises
        ------
        UsageError
            If they were tried on more days than there are, or shapes differ.
        """
        n, days = size(table), len(self.dates)
        shape = np.shape(cells["net"])
        if len(shape) != 2 or shape[1] != n or shape[0] > days:
            raise UsageError(f"results of shape {shape} for {n} candidates and {days} days")
        self._derived.clear()
        for name in CELLS:
            older = np.full((days - shape[0], n), _BLANK[name], np.int64)
            new = np.ascontiguousarray(np.concatenate([older, np.asarray(cells[name], np.int64)]))
            self._cells[name] = np.concatenate([self._cells[name], new], axis=1)
        self._keys = self.keys() + keys(table)
        self.table = join([self.table, table])
        self.ids = np.concatenate([self.ids, self._next_id + np.arange(n)])
        self._next_id += n

    def keep(self, rows: npt.NDArray[np.intp]) -> None:
        """Give up all candidates but these; the fixed ones come first and are always among them."""
        rows = np.union1d(np.arange(self.fixed), rows)
        known = self.keys()
        self._keys = [known[row] for row in rows]
        self.table, self.ids = rows_of(self.table, rows), self.ids[rows]
        # Laid out by days, as `restore` does: sums over days take another order, and other bits, in columns.
        self._derived.clear()
        self._cells = {name: np.ascontiguousarray(cells[:, rows]) for name, cells in self._cells.items()}

    def forget(self, days: int) -> None:
        """Keep the last days only."""
        self.dates = self.dates[-days:]
        self._derived.clear()
        self._cells = {name: cells[-days:] for name, cells in self._cells.items()}

    # -- saving --------------------------------------------------------------------------------------------

    def pool(self) -> ParamTable:
        """The candidates as columns: ``candidate`` (int64) and the factors."""
        return {"candidate": self.ids, **self.table}

    def new_cells(self) -> dict[str, Ints]:
        """What the last day added, a row a cell: ``candidate``, ``day`` (index from the last, 0 or below), `CELLS`.

        Today's results of the candidates that were there before, and all results of the new ones.
        """
        days = len(self.dates)
        fresh = self.ids >= self._unsaved
        tried = self.known & (fresh | (np.arange(days) == days - 1)[:, None])
        day, column = np.nonzero(tried)
        found = {"candidate": self.ids[column], "day": (day - (days - 1)).astype(np.int64)}
        return {**found, **{name: cells[day, column] for name, cells in self._cells.items()}}

    def restore(
        self,
        pool: ParamTable,
        days: Sequence[tuple[str, Mapping[str, npt.NDArray[Any]]]],
        tried: int,
        next_id: int,
    ) -> None:
        """Take up again what `pool` and `new_cells` gave.

        Parameters
        ----------
        pool
            Of the last day.
        days
            Date and new cells of the last days, oldest first.
        tried, next_id
            As they were.
        """
        self.ids = np.asarray(pool["candidate"], np.int64)
        self.table, self._keys = {name: pool[name] for name in NAMES}, None
        self.tried, self._next_id = tried, next_id
        self.dates = [date for date, _ in days]
        shape = (len(days), len(self.ids))
        self._cells = {name: np.full(shape, _BLANK[name], np.int64) for name in CELLS}
        for index, (_, cells) in enumerate(days):
            at = index + np.asarray(cells["day"], np.int64)
            column = np.minimum(np.searchsorted(self.ids, cells["candidate"]), len(self.ids) - 1)
            kept = (at >= 0) & (self.ids[column] == cells["candidate"])
            for name in CELLS:
                self._cells[name][at[kept], column[kept]] = cells[name][kept]
        self._derived.clear()

    @property
    def next_id(self) -> int:
        """Number of the next candidate."""
        return self._next_id


def keys(table: ParamTable) -> list[bytes]:
    """One value a set: equal sets, and no others, have equal ones."""
    stacked = np.stack([table[name].astype(np.float64) for name in NAMES], axis=1)
    rows: list[bytes] = np.ascontiguousarray(stacked).view(f"V{stacked.shape[1] * 8}").ravel().tolist()
    return rows


def unseen(table: ParamTable, known: Sequence[bytes]) -> ParamTable:
    """Sets of a table whose `keys` are not in `known` and that stand nowhere earlier in the table, in order."""
    seen = set(known)
    new = []
    for row, key in enumerate(keys(table)):
        if key not in seen:
            seen.add(key)
            new.append(row)
    return rows_of(table, new)


def stack(parts: Sequence[Mapping[str, npt.NDArray[Any]]]) -> dict[str, npt.NDArray[Any]]:
    """Results of days, one below the other."""
    return {name: np.concatenate([np.atleast_2d(p[name]) for p in parts]) for name in CELLS}
