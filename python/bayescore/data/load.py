"""Market data of one contract as trade dates of integer ticks.

``load`` reads, checks, picks the contract, cuts the bars into sessions and leaves out trade dates that are
too short. What was left out is in the report, never silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from bayescore.config import Config
from bayescore.data.checks import NS, Bars, Problem, clock
from bayescore.data.gather import Gathered, gather
from bayescore.data.instruments import Instrument
from bayescore.data.sessions import Session, sessions_between, table_range, window_index
from bayescore.errors import DataError

if TYPE_CHECKING:
    from bayescore._core import DayBars

_MAX_DAY_RANGE = 1 << 20


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A trade date that is not used."""

    date: str
    bars: int
    coverage: float
    """Share of the session from its first to its last bar."""
    reason: str


class LoadReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was read and what was not used."""

    files: list[tuple[str, int]]
    """Path and rows."""
    rows: int
    bars: int
    """Bars in the trade dates that are used."""
    symbols: dict[str, int]
    """Rows of every symbol in the files; empty if they name none."""
    bar_seconds: int
    problems: list[Problem]
    """Rows that cannot be used, by file and reason."""
    outside_session: int
    """Good bars that no session contains."""
    other_contract: int
    """Bars of another contract (instrument id) on a date that mixes two."""
    left_out: list[LeftOut]
    notes: list[str]

    @property
    def dropped(self) -> int:
        """Rows that cannot be used."""
        return sum(p.count for p in self.problems)


@dataclass(frozen=True, slots=True, eq=False)
class TradingDay:
    """The bars of one trade date; all arrays of shape ``(bars,)``, ascending in time."""

    date: str
    """ISO trade date."""
    symbol: str
    session: Session
    tick_size: float
    ts_ns: NDArray[np.int64]
    """Start of each bar, nanoseconds since the epoch, UTC."""
    open: NDArray[np.int32]
    """Prices are in ticks."""
    high: NDArray[np.int32]
    low: NDArray[np.int32]
    close: NDArray[np.int32]
    volume: NDArray[np.int64]
    windows: NDArray[np.uint8]
    """Index of the session window of each bar."""

    @property
    def bars(self) -> int:
        """Number of bars."""
        return len(self.ts_ns)

    @property
    def coverage(self) -> float:
        """Share of the session from its first to the end of its last bar."""
        return _coverage(self.ts_ns, self.session)

    def to_core(self) -> DayBars:
        """The bars as the compiled core takes them.

        Raises
        ------
        bayescore.errors.DataError
            If the core refuses them.
        """
        from bayescore import _core

        opens = self.session.open_ns
        return _core.DayBars.from_ticks(
            ((self.ts_ns - opens) // NS).astype(np.int32),
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
            self.tick_size,
            open_ns=opens,
            close_s=(self.session.close_ns - opens) // NS,
        )


@dataclass(frozen=True, slots=True, eq=False)
class MarketData:
    """One contract's trade dates, ready to train on."""

    instrument: Instrument
    symbol: str
    days: list[TradingDay]
    report: LoadReport
    fingerprint: str
    """Hash of the files' contents: the same data under another name has the same."""


def _coverage(ts: NDArray[np.int64], session: Session) -> float:
    if not len(ts):
        return 0.0
    return (int(ts[-1]) - int(ts[0]) + NS) / (session.close_ns - session.open_ns)


def _one_contract(bars: Bars) -> Bars:
    """Bars of the contract with most rows, where a continuous symbol changes it within a trade date."""
    if bars.ids is None or bars.ids[0] == bars.ids[-1]:
        return bars
    ids, counts = np.unique(bars.ids, return_counts=True)
    return bars.take(bars.ids == ids[np.argmax(counts)])


def cut(data: Gathered, config: Config) -> tuple[list[TradingDay], LoadReport]:
    """Cut bars into trade dates and leave out those that are too short."""
    bars, instrument = data.bars, data.instrument
    days: list[TradingDay] = []
    left_out: list[LeftOut] = []
    inside = other = 0
    calendar = sessions_between(instrument, int(bars.ts[0]), int(bars.ts[-1]))
    opens = np.searchsorted(bars.ts, [s.open_ns for s in calendar], side="left")
    closes = np.searchsorted(bars.ts, [s.close_ns for s in calendar], side="left")
    for session, first, last in zip(calendar, opens.tolist(), closes.tolist(), strict=True):
        if first == last:
            continue
        inside += last - first
        day = _one_contract(bars.take(slice(first, last)))
        other += last - first - len(day.ts)
        coverage = _coverage(day.ts, session)
        reason = None
        if coverage < config.min_session_coverage:
            reason = f"covers {coverage:.0%} of the session, less than {config.min_session_coverage:.0%}"
        elif len(day.ts) < config.state.min_bars:
            reason = f"has only {len(day.ts)} bars"
        elif config.max_days is not None and len(days) == config.max_days:
            reason = f"comes after the first {config.max_days} trade dates"
        if reason is not None:
            left_out.append(LeftOut(date=session.date, bars=len(day.ts), coverage=coverage, reason=reason))
            continue
        _refuse_wild_prices(day, session, instrument)
        days.append(
            TradingDay(
                date=session.date,
                symbol=data.symbol,
                session=session,
                tick_size=instrument.tick_size,
                ts_ns=day.ts,
                open=day.open,
                high=day.high,
                low=day.low,
                close=day.close,
                volume=day.volume,
                windows=window_index(day.ts, session),
            )
        )
    notes = list(data.notes)
    known_from, known_to = table_range()
    if calendar and (calendar[0].date < known_from or calendar[-1].date > known_to):
        notes.append(f"holidays are known from {known_from} to {known_to} only")
    report = LoadReport(
        files=data.files,
        rows=sum(rows for _, rows in data.files),
        bars=sum(day.bars for day in days),
        symbols=data.symbols,
        bar_seconds=data.bar_seconds,
        problems=data.problems,
        outside_session=len(bars.ts) - inside,
        other_contract=other,
        left_out=left_out,
        notes=notes,
    )
    return days, report


def _refuse_wild_prices(day: Bars, session: Session, instrument: Instrument) -> None:
    base = int(day.close[0])
    up = int(day.high.max()) - base > _MAX_DAY_RANGE
    if up or base - int(day.low.min()) > _MAX_DAY_RANGE:
        at = int(day.high.argmax() if up else day.low.argmin())
        price = float(day.high[at] if up else day.low[at]) * instrument.tick_size
        raise DataError(
            f"trade date {session.date}, {clock(int(day.ts[at]))}: price {price:g} is more than "
            f"{_MAX_DAY_RANGE:,} ticks of {instrument.tick_size:g} from the day's first; is the tick size "
            "right (--tick-size), or the price?"
        )


def wrong_size(data: Gathered) -> str | None:
    """Why bars of this size cannot be trained on, if they cannot."""
    if data.bar_seconds == 1:
        return None
    return f"the bars are of {data.bar_seconds} s; bayescore needs one-second bars (schema ohlcv-1s)"


def no_days(data: Gathered, report: LoadReport) -> str:
    """Why no trade date is left."""
    ts = data.bars.ts
    shown = "; ".join(f"{d.date} {d.reason}" for d in report.left_out[:3])
    return (
        f"no complete trade date of session {data.instrument.session} in {len(ts):,} bars from "
        f"{clock(int(ts[0]))} to {clock(int(ts[-1]))}"
        + (
            f" ({shown}); --set min_session_coverage=0.05 lets shorter ones in"
            if shown
            else "; see --session"
        )
    )


def load(paths: Sequence[str], config: Config) -> MarketData:
    """Load one contract's one-second bars.

    Parameters
    ----------
    paths
        Parquet files, directories or glob patterns; together one series.
    config
        ``instrument``, ``symbol``, ``tick_size``, ``tick_value``, ``session``, ``extended_hours``,
        ``on_bad_rows``, ``min_session_coverage``, ``max_days`` and ``state.min_bars`` are used.

    Returns
    -------
    MarketData
        At least one trade date.

    Raises
    ------
    DataError
        If there is no such file, it cannot be read, rows cannot be used (and are not to be dropped), the
        choice of a symbol is open, the bars are not of one second or no trade date is long enough.
    UsageError
        If the instrument is not known or an option does not fit it.
    """
    data = gather(paths, config)
    refusal = wrong_size(data)
    if refusal is None:
        days, report = cut(data, config)
        refusal = None if days else no_days(data, report)
    if refusal is not None:
        raise DataError(f"{data.files[0][0]}: {refusal}")
    return MarketData(
        instrument=data.instrument, symbol=data.symbol, days=days, report=report, fingerprint=data.fingerprint
    )
