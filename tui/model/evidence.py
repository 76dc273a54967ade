"""The evidence of the candidates that stand highest: what each came to on each day, read from the days' files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from bayescore.errors import MissingError, RunError
from bayescore.runs import layout
from bayescore.runs.reader import RunReader


class EvidenceGrid(msgspec.Struct, frozen=True):
    """Net ticks of some candidates on the days of a run."""

    dates: tuple[str, ...]
    candidates: tuple[int, ...]
    net_ticks: tuple[tuple[float | None, ...], ...]
    """One row a candidate, one value a date; ``None`` where the candidate was not tried."""


def read_evidence(run_dir: Path, dates: Sequence[str], candidates: Sequence[int]) -> EvidenceGrid:
    """Read ``evidence.parquet`` of all days, each of which holds what that day added.

    Parameters
    ----------
    run_dir
        The run's folder.
    dates
        Finished trade dates, oldest first.
    candidates
        Numbers of the candidates that are wanted, in the order wanted.

    Raises
    ------
    RunError
        If a file is damaged. Days without one are left empty.
    """
    import polars as pl

    from bayescore.runs.tables import read_table

    run = RunReader(run_dir)
    row_of = {candidate: row for row, candidate in enumerate(candidates)}
    grid: list[list[float | None]] = [[None] * len(dates) for _ in candidates]
    for index, date in enumerate(dates):
        try:
            cells = (
                read_table(run, date, layout.EVIDENCE, ["candidate", "day", "net"])
                .filter(pl.col("candidate").is_in(list(row_of)))
                .select(pl.col("candidate", "day", "net").cast(pl.Int64))
            )
        except MissingError:
            continue
        except pl.exceptions.PolarsError as error:
            where = run_dir / layout.DAYS / date / layout.EVIDENCE
            raise RunError(f"{where}: cannot be read ({str(error).splitlines()[0]})") from None
        for candidate, day, net in cells.iter_rows():
            # 0 is the day itself, −1 the one before: new candidates were tried on past days as well.
            if 0 <= index + day <= index:
                grid[row_of[candidate]][index + day] = net / 1000.0
    return EvidenceGrid(tuple(dates), tuple(candidates), tuple(tuple(row) for row in grid))
