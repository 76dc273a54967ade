"""The files of a finished day: encoded when it is saved, read back when a run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import polars as pl

from bayescore.errors import DamagedError, RunError
from bayescore.learning.patterns import TRADED
from bayescore.runs import layout, tables
from bayescore.runs.records import decode, pretty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import _core, events
    from bayescore.arrays import Columns
    from bayescore.runs.reader import RunReader


class SavedDay(NamedTuple):
    """What training goes on from, as it was when the day ended."""

    result: events.DayResult
    iterations: Columns
    """One row a set: its factors and ``objective``."""
    brain: Columns
    headline_trades: Columns
    """`TRADED` columns of the headline's out-of-sample trades, net in thousandths of a tick."""
    state: dict[str, Any]
    pool: Columns
    """Candidates: ``candidate`` and the factors."""
    cells: Columns
    """What the day added to their evidence: ``candidate``, ``day`` (0 = this one, −1 the one before, …), results."""


def encode_day(
    *,
    result: events.DayResult,
    bests: Sequence[events.NewBest],
    trades: Sequence[tuple[str, Columns]],
    table: Columns,
    totals: Columns,
    origins: Sequence[str],
    brain: Columns,
    state: dict[str, Any],
    bars: _core.DayBars,
    space: _core.StateSpace,
    horizon: tuple[int, int],
    pool: Columns,
    cells: Columns,
) -> dict[str, bytes]:
    """Content of a day's folder, by file name.

    Parameters
    ----------
    result, bests
        What the day says, and the in-sample bests on the way.
    trades
        Who traded, with trade columns (`bayescore.runs.tables.trades_frame`).
    table, totals, origins
        Every set of the day, its figures, where it came from.
    brain, state
        Posteriors and running figures after the day.
    bars, space
        The day itself.
    horizon
        What exits are held against: seconds of a bar, and how many bars after the exit.
    pool, cells
        The candidates after the evening's search, and what the day added to their evidence.
    """
    chosen = {name: p.next_params for name, p in result.policies.items()}
    return {
        layout.RESULT: pretty(result),
        layout.PARAMS: pretty(chosen),
        layout.BESTS: msgspec.json.encode(bests),
        layout.REGRET: pretty(result.regret),
        layout.STATE: msgspec.json.encode(state),
        layout.BRAIN: tables.to_parquet(pl.DataFrame(brain)),
        layout.TRADES: tables.to_parquet(tables.trades_frame(trades, bars, space, horizon)),
        layout.ITERATIONS: tables.to_parquet(tables.iterations_frame(table, totals, origins)),
        layout.POOL: tables.to_parquet(pl.DataFrame(pool)),
        layout.EVIDENCE: tables.to_parquet(pl.DataFrame(cells)),
        layout.PRICE: tables.to_parquet(tables.price_frame(bars)),
    }


def read_day(directory: RunReader, date: str) -> SavedDay:
    """Read back what training goes on from after a finished day.

    Raises
    ------
    DamagedError
        If a file is not what it should be; names it.
    """

    def table(name: str) -> pl.DataFrame:
        return tables.read_table(directory, date, name)

    result = directory.result(date)
    try:
        trades = table(layout.TRADES).filter(pl.col("policy") == result.headline)
        trades = trades.with_columns(net=(pl.col("net_ticks") * 1000).round().cast(pl.Int64)).select(TRADED)
        iterations = table(layout.ITERATIONS).drop("origin")
    except pl.exceptions.PolarsError as error:
        where = directory.path / layout.DAYS / date
        raise DamagedError(f"{where}: damaged tables ({str(error).splitlines()[0]})") from None
    return SavedDay(
        result=result,
        iterations=_columns(iterations),
        brain=_columns(table(layout.BRAIN)),
        headline_trades=_columns(trades),
        state=decode(directory.read(date, layout.STATE), dict[str, Any], f"{date}/{layout.STATE}"),
        pool=_columns(table(layout.POOL)),
        cells=_columns(table(layout.EVIDENCE)),
    )


def _columns(frame: pl.DataFrame) -> Columns:
    return {name: frame[name].to_numpy() for name in frame.columns}


def patterns_of_run(directory: RunReader, top: int) -> list[events.Pattern]:
    """Strongest patterns of a run on disk, as of its last finished day.

    Raises
    ------
    RunError
        If no day is finished.
    """
    days = directory.finished_days()
    if not days:
        raise RunError(f"{directory.path}: no finished day yet")
    summary = directory.summary()
    found = summary.patterns if summary else directory.result(days[-1]).patterns
    return found[:top]
