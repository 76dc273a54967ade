"""What a finished day left on disk, read when it is opened and forgotten when it is closed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from bayescore.errors import MissingError, RunError
from bayescore.events import DayResult, Pattern
from bayescore.runs import layout
from bayescore.runs.market import Market, market_of
from bayescore.runs.reader import RunReader
from bayescore.runs.records import decode
from bayescore_tui.model.market import Window, session_windows
from bayescore_tui.model.trade_filter import TradeFilter
from bayescore_tui.model.trades import TradeRow, query

DAY_TRADES = 5_000


class DayView(msgspec.Struct, frozen=True):
    """Everything the day screen shows."""

    result: DayResult
    times: tuple[datetime, ...]
    """Of the price line, UTC."""
    closes: tuple[float, ...]
    trades: tuple[TradeRow, ...]
    """Of the headline policy, by entry time."""
    market: Market
    windows: tuple[Window, ...]
    """Of the day's session, in their order."""


class PatternDay(msgspec.Struct, frozen=True, gc=False):
    """A pattern on one day: what the brain thought of it that evening, what was traded that day."""

    date: str
    probability: float | None
    low: float | None
    high: float | None
    effective_n: float | None
    trades: int
    wins: int
    net_ticks: float


class NotOnDiskError(RunError):
    """A finished day whose files are still being written, or were removed."""


def read_result(run_dir: Path, date: str) -> DayResult:
    """Read ``days/<date>/result.json``.

    Raises
    ------
    RunError
        If it is not there or not of this version.
    """
    try:
        return RunReader(run_dir).result(date)
    except MissingError:
        raise NotOnDiskError(f"{run_dir.name}: day {date} is not on disk") from None


def read_day(run_dir: Path, date: str) -> DayView:
    """Read what the day screen shows.

    Raises
    ------
    RunError
        If the day is not on disk or its files cannot be read.
    """
    result = read_result(run_dir, date)
    times, closes = _read_price(run_dir, date)
    page = query(run_dir, [date], TradeFilter(), result.headline, limit=DAY_TRADES)
    market = market_of(run_dir)
    return DayView(result, times, closes, page.rows, market, tuple(session_windows(market, date)))


def read_pattern_days(run_dir: Path, dates: list[str], pattern: Pattern, headline: str) -> list[PatternDay]:
    """Follow one pattern through the finished days; days it was neither listed nor traded on are left out.

    Raises
    ------
    RunError
        If a day's trades cannot be read.
    """
    page = query(run_dir, dates, TradeFilter(pattern=pattern.label), headline, limit=DAY_TRADES)
    by_date: dict[str, list[TradeRow]] = {}
    for trade in page.rows:
        by_date.setdefault(trade.date, []).append(trade)
    days: list[PatternDay] = []
    for date in dates:
        listed = _listed(run_dir, date, pattern)
        traded = by_date.get(date, [])
        if listed is None and not traded:
            continue
        days.append(
            PatternDay(
                date=date,
                probability=listed.probability if listed else None,
                low=listed.low if listed else None,
                high=listed.high if listed else None,
                effective_n=listed.effective_n if listed else None,
                trades=len(traded),
                wins=sum(t.net_ticks > 0 for t in traded),
                net_ticks=sum(t.net_ticks for t in traded),
            )
        )
    return days


class _Patterns(msgspec.Struct):
    """The one part of a day's result that is wanted here; the rest is skipped unread."""

    patterns: list[Pattern]


def _listed(run_dir: Path, date: str, pattern: Pattern) -> Pattern | None:
    try:
        found = decode(RunReader(run_dir).read(date, layout.RESULT), _Patterns, date).patterns
    except RunError:
        return None
    return next((p for p in found if p.code == pattern.code and p.side == pattern.side), None)


def _read_price(run_dir: Path, date: str) -> tuple[tuple[datetime, ...], tuple[float, ...]]:
    import polars as pl

    from bayescore.runs.tables import read_table

    try:
        frame = read_table(RunReader(run_dir), date, layout.PRICE, ["ts", "price"]).select(
            pl.col("ts").cast(pl.Datetime("us", "UTC")), pl.col("price").cast(pl.Float64)
        )
    except (RunError, pl.exceptions.PolarsError):
        # Runs of other tools may lack the price line; the rest of the day is still worth showing.
        return (), ()
    frame = frame.drop_nulls()
    return tuple(frame["ts"].to_list()), tuple(frame["price"].to_list())


def last_checkpoint(run_dir: Path) -> tuple[str, float] | None:
    """Date of the newest saved day and when it was written (Unix seconds)."""
    try:
        days = [p for p in (run_dir / "days").iterdir() if not p.name.startswith(".")]
        newest = max(days, key=lambda p: p.name, default=None)
        return None if newest is None else (newest.name, newest.stat().st_mtime)
    except OSError:
        return None
