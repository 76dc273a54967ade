"""Trades of a run, read from disk with a filter: many days, few rows on screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bayescore.errors import MissingError, RunError
from bayescore.results.metrics import break_even_win_rate
from bayescore.runs import layout
from bayescore.runs.reader import RunReader
from bayescore_tui.model.trade_filter import TradeFilter, condition

if TYPE_CHECKING:
    import polars as pl

ROWS = 400
"""Most rows shown at once; the figures below a table cover all that match."""


class TradeRow(msgspec.Struct, frozen=True, gc=False):
    """One trade. Prices as quoted, distances in ticks, times in UTC."""

    date: str
    entry_time: datetime
    exit_time: datetime
    side: int
    pattern: str
    context: str
    entry_price: float
    exit_price: float
    reason: str
    net_ticks: float
    mae: int
    mfe: int
    entry_efficiency: float | None
    """Part of the range until the horizon after the exit that still lay ahead at the entry; as the core has it."""
    exit_efficiency: float | None
    """Part of that range that lay behind at the exit."""
    duration: int
    ambiguous: bool


class TradePage(msgspec.Struct, frozen=True):
    """Rows that fit the screen, and the figures of all that match."""

    rows: tuple[TradeRow, ...]
    matched: int
    wins: int
    needed: float | None
    """Win rate at which the average win and the average loss would cancel; ``None`` without both."""
    net_ticks: float
    mean_ticks: float | None
    mean_mae: float | None
    mean_mfe: float | None
    mean_duration: float | None
    missing: tuple[str, ...] = ()
    """Days asked for whose trades are not on disk (yet)."""


SORTABLE = {
    "entry_time",
    "side",
    "pattern",
    "reason",
    "net_ticks",
    "mae",
    "mfe",
    "entry_efficiency",
    "exit_efficiency",
    "duration",
    "entry_price",
    "exit_price",
    "date",
}


def query(
    run_dir: Path,
    dates: Sequence[str],
    wanted: TradeFilter,
    headline: str,
    *,
    sort: str = "entry_time",
    descending: bool = False,
    limit: int = ROWS,
) -> TradePage:
    """Read the trades of some days that match a filter.

    Parameters
    ----------
    run_dir
        The run's folder.
    dates
        Finished trade dates, oldest first.
    wanted
        What to keep.
    headline
        Policy to show if the filter names none.
    sort, descending
        Column to sort by.
    limit
        Most rows to return.

    Raises
    ------
    RunError
        If a file of trades cannot be read.
    """
    import polars as pl

    picked = [d for d in dates if not wanted.dates or any(d.startswith(p) for p in wanted.dates)]
    parts = {d: _read_day(run_dir, d, wanted.policy or headline) for d in picked}
    missing = tuple(d for d, frame in parts.items() if frame is None)
    frames = [frame.filter(condition(wanted)) for frame in parts.values() if frame is not None]
    if not frames or not (found := pl.concat(frames)).height:
        return TradePage((), 0, 0, None, 0.0, None, None, None, None, missing)
    key = sort if sort in SORTABLE else "entry_time"
    shown = found.sort([key, "entry_time"], descending=[descending, False], nulls_last=True).head(limit)
    rows = tuple(TradeRow(**row) for row in shown.select(TradeRow.__struct_fields__).iter_rows(named=True))
    net = found["net_ticks"]
    gains, losses = net.filter(net > 0), net.filter(net < 0)
    lost = -float(losses.sum() or 0.0)
    return TradePage(
        rows=rows,
        matched=found.height,
        wins=len(gains),
        needed=break_even_win_rate(
            len(gains), len(losses), float(gains.sum() or 0.0) / lost if lost else None
        ),
        net_ticks=_number(found["net_ticks"].sum()) or 0.0,
        mean_ticks=_number(found["net_ticks"].mean()),
        mean_mae=_number(found["mae"].mean()),
        mean_mfe=_number(found["mfe"].mean()),
        mean_duration=_number(found["duration"].mean()),
        missing=missing,
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _read_day(run_dir: Path, date: str, policy: str) -> pl.DataFrame | None:
    """Trades of one policy; ``None`` if the day is not on disk (yet, or any more)."""
    import polars as pl

    from bayescore.runs.tables import read_table

    types: dict[str, Any] = {
        "entry_time": pl.Datetime("us", "UTC"),
        "exit_time": pl.Datetime("us", "UTC"),
        "side": pl.Int64,
        "pattern": pl.String,
        "context": pl.String,
        "entry_price": pl.Float64,
        "exit_price": pl.Float64,
        "reason": pl.String,
        "net_ticks": pl.Float64,
        "mae": pl.Int64,
        "mfe": pl.Int64,
        "entry_efficiency": pl.Float64,
        "exit_efficiency": pl.Float64,
        "duration": pl.Int64,
        "ambiguous": pl.Boolean,
    }
    run = RunReader(run_dir)
    try:
        frame = read_table(run, date, layout.TRADES, ["policy", *types])
        return frame.filter(pl.col("policy").cast(pl.String) == policy).select(
            pl.lit(date).alias("date"), *(pl.col(name).cast(kind) for name, kind in types.items())
        )
    except MissingError:
        return None
    except pl.exceptions.PolarsError as error:
        where = run_dir / layout.DAYS / date / layout.TRADES
        raise RunError(f"{where}: cannot be read ({str(error).splitlines()[0]})") from None
