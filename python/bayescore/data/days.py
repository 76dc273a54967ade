"""Trade dates as training takes them: a lazy sequence that holds little however many there are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from bayescore.data.checks import NS, Bars
from bayescore.data.contracts import Front
from bayescore.data.sessions import Session, window_index
from bayescore.data.walk import Span, Walk
from bayescore.errors import DataError

if TYPE_CHECKING:
    import polars as pl

    from bayescore._core import DayBars

HOLD = 96 << 20
"""Bytes of bars that are kept from the first pass, so that a month is read once."""


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
    window_names: tuple[str, ...]
    """Names of the session windows."""

    @property
    def bars(self) -> int:
        """Number of bars."""
        return len(self.ts_ns)

    @property
    def coverage(self) -> float:
        """Share of the session from its first to the end of its last bar."""
        return coverage(self.ts_ns, self.session)

    def to_polars(self) -> pl.DataFrame:
        """The bars as a table: ``ts_event`` (UTC), prices as floats, ``volume``, name of the session ``window``."""
        return bars_frame(self.to_core(), self.windows, self.window_names)

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


def coverage(ts: NDArray[np.int64], session: Session) -> float:
    """Share of a session from the first to the end of the last of some bars."""
    if not len(ts):
        return 0.0
    return (int(ts[-1]) - int(ts[0]) + NS) / (session.close_ns - session.open_ns)


def bars_frame(bars: DayBars, windows: NDArray[np.uint8], names: tuple[str, ...]) -> pl.DataFrame:
    """A date's bars as a table, as `TradingDay.to_polars` says."""
    import polars as pl

    return pl.DataFrame(
        {
            "ts_event": pl.Series(bars.ts_ns).cast(pl.Datetime("ns", "UTC")),
            **{name: getattr(bars, name) * bars.tick_size for name in ("open", "high", "low", "close")},
            "volume": bars.volume,
            "window": pl.Series(windows).replace_strict(dict(enumerate(names)), return_dtype=pl.String),
        }
    )


def trading_day(
    bars: Bars, session: Session, symbol: str, tick_size: float, window_names: tuple[str, ...]
) -> TradingDay:
    """A trade date of one contract's bars."""
    return TradingDay(
        date=session.date,
        symbol=symbol,
        session=session,
        tick_size=tick_size,
        ts_ns=bars.ts,
        open=bars.open,
        high=bars.high,
        low=bars.low,
        close=bars.close,
        volume=bars.volume,
        windows=window_index(bars.ts, session),
        window_names=window_names,
    )


def _narrow(values: NDArray[Any]) -> list[bytes]:
    """Whole numbers as their least value, width and distances from it in the fewest bytes: exact and short."""
    least = int(values.min())
    span = int(values.max()) - least
    width = next(bits for bits in (8, 16, 32, 64) if span < 1 << bits)
    return [f"{least},{width};".encode(), (values - least).astype(f"<u{width // 8}").tobytes()]


def digest(bars: Bars, session: Session, tick_size: float) -> bytes:
    """SHA-256 of a trade date's bars: the same for the same bars, whatever file or format they come from."""
    whole = hashlib.sha256(f"{session.date},{session.open_ns},{session.close_ns},{tick_size!r};".encode())
    seconds = (bars.ts - session.open_ns) // NS
    for column in (np.diff(seconds, prepend=0), bars.open, bars.high, bars.low, bars.close, bars.volume):
        for part in _narrow(column):
            whole.update(part)
    return whole.digest()


@dataclass(frozen=True, slots=True, eq=False)
class DateEntry:
    """Where the bars of a trade date are."""

    session: Session
    front: Front
    """Which of the rows are used."""
    bars: int
    spans: list[Span]
    digest: bytes


class TradingDays(Sequence[TradingDay]):
    """Trade dates that are read when they are asked for.

    The first ones are kept from the first pass and given away on their first use; all others are read from
    the files again, and are refused if they have changed meanwhile.
    """

    def __init__(self, entries: list[DateEntry], held: dict[int, Bars], walk: Walk, tick_size: float) -> None:
        self._entries, self._held, self._walk, self._tick_size = entries, held, walk, tick_size

    @property
    def dates(self) -> list[str]:
        """ISO trade dates, in order; nothing is read."""
        return [entry.session.date for entry in self._entries]

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> TradingDay: ...
    @overload
    def __getitem__(self, index: slice) -> list[TradingDay]: ...
    def __getitem__(self, index: int | slice) -> TradingDay | list[TradingDay]:
        """A trade date, read now.

        Raises
        ------
        DataError
            If the files can no longer be read, or hold other bars than at the beginning.
        """
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        entry = self._entries[at]
        bars = self._held.pop(at, None)
        if bars is None:
            bars = self._read(entry)
        return trading_day(bars, entry.session, entry.front.symbol, self._tick_size, self._walk.window_names)

    def __iter__(self) -> Iterator[TradingDay]:
        """Each trade date in turn."""
        return (self[i] for i in range(len(self)))

    def _read(self, entry: DateEntry) -> Bars:
        bars = self._walk.read(entry.session, entry.spans)
        front = entry.front
        if front.contract is not None and bars.ids is not None:
            bars = bars.take(bars.ids == front.contract)
        if front.from_ns:
            bars = bars.take(bars.ts >= front.from_ns)
        if len(bars.ts) != entry.bars or digest(bars, entry.session, self._tick_size) != entry.digest:
            files = " or ".join(dict.fromkeys(self._walk.sources[span.source].label for span in entry.spans))
            raise DataError(
                f"{files}: the bars of {entry.session.date} are no longer those read at the beginning"
            )
        return bars
