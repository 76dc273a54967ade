"""The evidence of the candidates: what each came to on each day, read from the days' files."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bayescore.errors import MissingError, RunError, UsageError
from bayescore.events import Params
from bayescore.runs import layout
from bayescore.runs.market import market_of
from bayescore.runs.reader import RunReader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

MOST_DAYS = 90
"""So many of the newest days are read: more have no room beside each other."""


class Band(msgspec.Struct, frozen=True):
    """Candidates of neighbouring ranks, taken together."""

    first: int
    """Rank of the best of them, from 1."""
    last: int
    mean_ticks: float
    """Mean of their means of a day."""
    net_ticks: tuple[float | None, ...]
    """Their mean on each date; ``None`` where none was tried."""


@dataclass(frozen=True)
class EvidenceGrid:
    """Net ticks of all candidates on the newest days of a run."""

    dates: tuple[str, ...]
    candidates: tuple[int, ...]
    """Their numbers, the best mean of a day first."""
    net_ticks: npt.NDArray[np.float64]
    """Shape (candidates, dates); NaN where a candidate was not tried."""
    chosen: int | None = None
    """Number of the candidate that is traded tomorrow."""

    def days_of(self, candidate: int) -> tuple[float | None, ...]:
        """What a candidate came to on each date; empty if it is unknown."""
        if candidate not in self.candidates:
            return ()
        return _values(self.net_ticks[self.candidates.index(candidate)])

    @property
    def rank(self) -> int | None:
        """Rank of the chosen one, from 1."""
        return self.candidates.index(self.chosen) + 1 if self.chosen in self.candidates else None

    def bands(self) -> list[Band]:
        """All candidates in rows that double: ranks 1, 2, 3–4, 5–8 and so on.

        A row's value is the mean of its candidates. Their best would be a gain on nearly any day, of nearly any data.
        """
        import numpy as np

        edges, n = [0, 1], len(self.candidates)
        while edges[-1] < n:
            edges.append(min(2 * edges[-1], n))
        bands = []
        for first, last in itertools.pairwise(edges):
            part = self.net_ticks[first:last]
            if len(part):
                tried = ~np.isnan(part)
                count = tried.sum(axis=0)
                sums = np.where(tried, part, 0.0).sum(axis=0)
                values = np.where(count > 0, sums / np.maximum(count, 1), np.nan)
                bands.append(Band(first + 1, last, float(_means(part).mean()), _values(values)))
        return bands


def _values(row: npt.NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(None if v != v else v for v in row.tolist())  # noqa: PLR0124 - NaN alone differs from itself


def _means(grid: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean of each row over the days that it was tried on; every row has one."""
    import numpy as np

    tried = ~np.isnan(grid)
    means: npt.NDArray[np.float64] = np.where(tried, grid, 0.0).sum(axis=1) / np.maximum(tried.sum(axis=1), 1)
    return means


def read_evidence(run_dir: Path, dates: Sequence[str], chosen: Params | None = None) -> EvidenceGrid:
    """Read ``evidence.parquet`` of the newest days, each of which holds what that day added.

    Parameters
    ----------
    run_dir
        The run's folder.
    dates
        Finished trade dates, oldest first.
    chosen
        The set that is traded tomorrow.

    Returns
    -------
    EvidenceGrid
        Of the candidates that are in the race still; of all that were tried if it is not known which those are.

    Raises
    ------
    RunError
        If a file is damaged. Days without one are left empty.
    """
    import numpy as np
    import polars as pl

    run, dates = RunReader(run_dir), list(dates)[-MOST_DAYS:]
    parts: list[pl.DataFrame] = []
    for index, date in enumerate(dates):
        cells = _table(run, date, layout.EVIDENCE, ["candidate", "day", "net"])
        if cells is not None:
            # 0 is the day itself, −1 the one before: new candidates were tried on past days as well.
            parts.append(cells.with_columns(pl.col("day") + index))
    pool = _table(run, dates[-1], layout.POOL, None) if dates else None
    known = (
        pl.concat(parts)
        if parts
        else pl.DataFrame(schema=dict.fromkeys(("candidate", "day", "net"), pl.Int64))
    )
    known = known.filter(pl.col("day").is_between(0, len(dates) - 1))
    number = None
    if pool is not None and "candidate" in pool.columns:
        known = known.filter(pl.col("candidate").is_in(pool["candidate"].to_list()))
        number = _number(pool, chosen, market_of(run_dir).windows)
    candidate, day, net = (known[name].to_numpy() for name in ("candidate", "day", "net"))
    ids = np.unique(candidate)
    grid = np.full((len(ids), len(dates)), np.nan)
    grid[np.searchsorted(ids, candidate), day] = net / 1000.0
    order = np.argsort(-_means(grid), kind="stable")
    return EvidenceGrid(tuple(dates), tuple(ids[order].tolist()), grid[order], number)


def _table(run: RunReader, date: str, name: str, columns: list[str] | None) -> pl.DataFrame | None:
    """A table of a day, whole numbers as such; ``None`` where there is none."""
    import polars as pl

    from bayescore.runs.tables import read_table

    try:
        found = read_table(run, date, name, columns)
        return found.select(pl.col(columns).cast(pl.Int64)) if columns else found
    except MissingError:
        return None
    except pl.exceptions.PolarsError as error:
        where = run.path / layout.DAYS / date / name
        raise RunError(f"{where}: cannot be read ({str(error).splitlines()[0]})") from None


def _number(pool: pl.DataFrame, chosen: Params | None, windows: tuple[str, ...]) -> int | None:
    """Number of a set among the candidates, the first of equal ones."""
    from bayescore.choosing.evidence import keys
    from bayescore.design.factors import NAMES, FactorSpace

    if chosen is None or not set(NAMES) <= set(pool.columns):
        return None
    try:
        wanted = keys(FactorSpace(1.0, windows).table([chosen]))[0]
    except UsageError:
        return None  # a context of another session
    found = keys({name: pool[name].to_numpy() for name in NAMES})
    return int(pool["candidate"][found.index(wanted)]) if wanted in found else None
