"""From raw columns to integer ticks, and every way in which rows can be unusable.

The common case, all rows good, is decided in one pass over blocks that stay in the cache; only if it fails
are the rows looked at one check at a time. Rows are counted from 0 as they stand in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bayescore.data.instruments import Instrument
from bayescore.data.layout import FIXED_SCALE, PRICES

NS = 1_000_000_000
_GRID_TOLERANCE = 1e-3
_MAX_TICKS = 1 << 30
_MAX_VOLUME = 1 << 48
_I64_MAX = int(np.iinfo(np.int64).max)
_I64_MIN = int(np.iinfo(np.int64).min)
_FIRST_NS = 315_532_800 * NS  # 1980
_LAST_NS = 4_102_444_800 * NS  # 2100
_BLOCK = 16_384

Ints = NDArray[np.int64]
Ticks = NDArray[np.int32]
Mask = NDArray[np.bool_]
Ids = NDArray[np.uint32]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one file that cannot be used, by reason."""

    kind: str
    file: str
    count: int
    row: int
    """The first of them, counted from 0."""
    time: str
    """Its time (UTC), if it has one."""
    detail: str

    def __str__(self) -> str:
        """As error messages name it."""
        at = f" ({self.time})" if self.time else ""
        more = f" (and {self.count - 1:,} more such rows)" if self.count > 1 else ""
        return f"{self.file}: row {self.row:,}{at}: {self.detail}{more}"


@dataclass(frozen=True, slots=True)
class Bars:
    """Checked bars of one contract in ticks, ascending in time; all arrays of shape ``(bars,)``."""

    ts: Ints
    open: Ticks
    high: Ticks
    low: Ticks
    close: Ticks
    volume: Ints
    ids: Ids | None
    """What tells contracts apart: the instrument id of each bar, or its position among a parent's outrights."""
    rows: Ints | range
    """Where each bar stands in its file, counted from 0; a range where they are consecutive."""

    def take(self, rows: Mask | slice) -> Bars:
        """Some of the bars; a slice copies nothing."""
        columns = [None if column is None else column[rows] for column in self.columns()]
        where = self.rows if isinstance(rows, slice) else np.asarray(self.rows)
        return Bars(*columns, where[rows])  # type: ignore[call-arg, arg-type]

    def columns(self) -> tuple[Ints, Ticks, Ticks, Ticks, Ticks, Ints, Ids | None]:
        """All but `rows`, in order."""
        return self.ts, self.open, self.high, self.low, self.close, self.volume, self.ids

    @property
    def nbytes(self) -> int:
        """Size in memory."""
        return sum(column.nbytes for column in self.columns() if column is not None)


def join(parts: list[Bars]) -> Bars:
    """Bars after one another; ids only where all have them, and without the rows of their files."""
    if len(parts) == 1:
        return parts[0]
    columns = [
        None if any(c is None for c in column) else np.concatenate(column)
        for column in zip(*[part.columns() for part in parts], strict=True)
    ]
    return Bars(*columns, range(sum(len(part.ts) for part in parts)))  # type: ignore[call-arg, arg-type]


def clock(ns: int) -> str:
    """A time as messages show it, in UTC."""
    text = datetime.fromtimestamp(ns // NS, tz=UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}{f'.{ns % NS:09d}' if ns % NS else ''} UTC"


def _to_ticks(column: pl.Series, scale: float, out: Ticks) -> bool:
    """Write prices as ticks into `out`; whether all are finite and on the grid.

    One beyond 32 bits comes out as nonsense that `_inside` finds.
    """
    good = True
    at = 0
    buffer, ticks = np.empty(_BLOCK), np.empty(_BLOCK)
    for chunk in column.get_chunks():
        values = chunk.to_numpy()
        for start in range(0, len(values), _BLOCK):
            block = values[start : start + _BLOCK]
            size = len(block)
            exact, whole = buffer[:size], ticks[:size]
            np.multiply(block, scale, out=exact)
            np.rint(exact, out=whole)
            out[at : at + size] = whole
            exact -= whole
            # Written so that a NaN fails the comparison.
            good = good and bool(exact.max() <= _GRID_TOLERANCE and exact.min() >= -_GRID_TOLERANCE)
            at += size
    return good


def _integers(column: pl.Series) -> Ints:
    """A whole-number column as int64; unsigned values beyond it wrap below zero and fail the checks."""
    values = column.to_numpy()
    if values.dtype == np.uint64:
        return values.view(np.int64)
    return values.astype(np.int64, copy=False)


def _whole_seconds(ts: Ints) -> bool:
    seconds = np.empty(_BLOCK, dtype=np.int64)
    for start in range(0, len(ts), _BLOCK):
        block = ts[start : start + _BLOCK]
        whole = seconds[: len(block)]
        np.floor_divide(block, NS, out=whole)
        whole *= NS
        if not np.array_equal(whole, block):
            return False
    return True


def in_order(ts: Ints) -> bool:
    """Whether no time is earlier than the one before."""
    return len(ts) < 2 or bool((ts[1:] >= ts[:-1]).all())


def rising(ts: Ints) -> bool:
    """Whether each time is later than the one before."""
    return len(ts) < 2 or bool((ts[1:] > ts[:-1]).all())


def _inside(o: Ticks, h: Ticks, low: Ticks, c: Ticks) -> bool:
    """Whether open and close lie between low and high everywhere, and those between 1 and the largest price."""
    if low.min() < 1 or h.max() > _MAX_TICKS:
        return False
    for start in range(0, len(o), _BLOCK):
        part = slice(start, start + _BLOCK)
        least, most = np.minimum(o[part], c[part]), np.maximum(o[part], c[part])
        if (least < low[part]).any() or (most > h[part]).any():
            return False
    return True


def bars_of(
    frame: pl.DataFrame,
    first: int,
    labels: Sequence[str],
    price_scale: float,
    instrument: Instrument,
    strays: Strays | None = None,
) -> tuple[Bars, list[Problem]]:
    """Turn one contract's rows into ticks, without those that cannot be used.

    Parameters
    ----------
    frame
        Columns of `bayescore.data.layout`, with ``row`` if it is not a run of consecutive rows, and with ``file``
        and ``file_row`` if it comes from several files.
    first
        Where the frame's first row stands in its source.
    labels
        The files' names for messages.
    price_scale
        Price of one unit of the price columns.
    instrument
        Says the tick.
    strays
        Rows of the file that break the order of time.

    Returns
    -------
    tuple
        The usable bars, and what was wrong with the others (empty if nothing was). Times rise only if
        `strays` names all rows that break their order.
    """
    count = frame.height
    rows = _integers(frame["row"]) + first if "row" in frame.columns else range(first, first + count)
    ids = _ids(frame)
    if not count or (strays is not None and strays.any_of(rows)):
        return _inspect_rows(frame, rows, labels, price_scale, instrument, ids, strays)
    scale = price_scale / instrument.tick_size
    whole_volume = frame["volume"].dtype.is_integer()
    nulls = any(frame[name].null_count() for name in ("ts", *PRICES, "volume"))
    good = not nulls and whole_volume
    columns = {name: np.empty(count, dtype=np.int32) for name in PRICES}
    if good:
        with np.errstate(invalid="ignore"):
            good = all(_to_ticks(frame[name], scale, columns[name]) for name in PRICES)
    if good:
        ts, volume = _integers(frame["ts"]), _integers(frame["volume"])
        o, h, low, c = (columns[name] for name in PRICES)
        good = (
            bool(ts.min() >= _FIRST_NS and ts.max() < _LAST_NS)
            and bool(volume.min() >= 0 and volume.max() <= _MAX_VOLUME)
            and _whole_seconds(ts)
            and _inside(o, h, low, c)
        )
    if good:
        return Bars(ts, o, h, low, c, volume, ids, rows), []
    return _inspect_rows(frame, rows, labels, price_scale, instrument, ids, strays)


def _ids(frame: pl.DataFrame) -> Ids | None:
    if "instrument_id" not in frame.columns:
        return None
    ids: Ids = frame["instrument_id"].fill_null(0).to_numpy().astype(np.uint32, copy=False)
    return ids


def _inspect_rows(
    frame: pl.DataFrame,
    rows: Ints | range,
    labels: Sequence[str],
    price_scale: float,
    instrument: Instrument,
    ids: Ids | None,
    strays: Strays | None,
) -> tuple[Bars, list[Problem]]:
    """The slow path: find the reason for each row; a row counts under the first that applies."""
    rows = np.asarray(rows, dtype=np.int64)
    several = "file" in frame.columns
    usable = np.ones(frame.height, dtype=np.bool_)
    problems: list[Problem] = []
    ts = _integers(frame["ts"].fill_null(0))
    raw = {name: frame[name].to_numpy() for name in PRICES}

    def reject(kind: str, bad: Mask, detail: str) -> None:
        nonlocal usable
        found = np.flatnonzero(bad & usable)
        if not len(found):
            return
        at = int(found[0])
        values = {name: frame[name][at] for name in (*PRICES, "volume")}
        problems.append(
            Problem(
                kind=kind,
                file=labels[frame["file"][at] if several else 0],
                count=len(found),
                row=frame["file_row"][at] if several else int(rows[at]),
                time=clock(int(ts[at])) if _FIRST_NS <= ts[at] < _LAST_NS else "",
                detail=detail.format(**values),
            )
        )
        usable &= ~bad

    shown = "open {open}, high {high}, low {low}, close {close}"
    reject("missing", _nulls(frame), f"a value is missing ({shown}, volume {{volume}})")
    fixed = price_scale == FIXED_SCALE and frame["open"].dtype == pl.Int64
    if fixed:
        undefined = np.logical_or.reduce([raw[name] == _I64_MAX for name in PRICES])
        reject("undefined price", undefined, "a price is the marker for 'undefined'")
    reject("time", (ts < _FIRST_NS) | (ts >= _LAST_NS), "the time is undefined or not nanoseconds since 1970")
    prices = {name: raw[name].astype(np.float64) * price_scale for name in PRICES}
    if fixed:
        shown += " in units of 1e-9"
    finite = np.logical_and.reduce([np.isfinite(p) for p in prices.values()])
    reject("not a number", ~finite, f"a price is not a finite number ({shown})")
    for p in prices.values():
        p[~usable] = instrument.tick_size
    positive = np.logical_and.reduce([p > 0 for p in prices.values()])
    reject("not positive", ~positive, f"a price is zero or below ({shown})")
    o, h, low, c = (prices[name] for name in PRICES)
    inside = (np.minimum(o, c) >= low) & (np.maximum(o, c) <= h)
    reject("high and low", ~inside, f"open and close must lie between low and high ({shown})")
    volume = np.nan_to_num(frame["volume"].cast(pl.Float64).to_numpy(), nan=-1.0)
    strange = (volume < 0) | (volume > _MAX_VOLUME) | (volume != np.rint(volume))
    reject(
        "volume",
        strange,
        "volume {volume} is negative, too large or not a whole number (scale it to whole units)",
    )
    reject("fraction of a second", ts % NS != 0, "the time is not a whole second")
    exact = {name: p / instrument.tick_size for name, p in prices.items()}
    large = np.logical_or.reduce([e > _MAX_TICKS for e in exact.values()])
    tick = f"{instrument.tick_size:g} ({instrument.root})"
    hint = "is it the right instrument? See --instrument and --tick-size"
    reject("too many ticks", large, f"a price is more than 2^30 ticks of {tick}: {hint} ({shown})")
    off = np.logical_or.reduce([np.abs(e - np.rint(e)) > _GRID_TOLERANCE for e in exact.values()])
    reject("off the tick grid", off, f"a price is not a multiple of the tick {tick}: {hint} ({shown})")
    small = np.logical_or.reduce([np.rint(e) < 1 for e in exact.values()])
    reject("not positive", small, f"a price is less than a tick of {tick}: {hint} ({shown})")
    if strays is not None:
        for kind, detail, named in strays.named():
            reject(kind, np.isin(rows, named), detail)
    ticks = {name: np.rint(exact[name][usable]).astype(np.int32) for name in PRICES}
    bars = Bars(
        ts=ts[usable],
        volume=volume[usable].astype(np.int64),
        ids=None if ids is None else ids[usable],
        rows=rows[usable],
        **ticks,
    )
    return bars, problems


def _nulls(frame: pl.DataFrame) -> Mask:
    names = ("ts", *PRICES, "volume")
    mask: Mask = frame.select(pl.any_horizontal(*[pl.col(n).is_null() for n in names])).to_series().to_numpy()
    return mask


class Strays(NamedTuple):
    """Rows of a file that repeat a time or break the order of time."""

    twice: Ints
    back: Ints
    ahead: Ints

    def named(self) -> list[tuple[str, str, Ints]]:
        """Kind, what to say of it, and rows."""
        return [
            ("duplicate time", "the time repeats that of an earlier row; remove repeated rows", self.twice),
            ("not sorted", "the time is earlier than that of a row before; sort the rows by time", self.back),
            ("not sorted", "the time is later than that of the row after; sort the rows by time", self.ahead),
        ]

    @property
    def disorder(self) -> int:
        """Rows that are out of order."""
        return len(self.back) + len(self.ahead)

    def any_of(self, rows: Ints | range) -> bool:
        """Whether any of them lies within the range of some ascending rows."""
        return any(
            np.searchsorted(own, rows[0], side="left") < np.searchsorted(own, rows[-1], side="right")
            for own in self
        )


class StraySearch:
    """Finds the rows that break the order of time, piece by piece.

    A single time that lies ahead of both its neighbours is taken out itself; it would otherwise condemn all rows
    after it.
    """

    def __init__(self) -> None:
        self._found: list[list[Ints]] = [[], [], []]
        self._latest = self._before = _I64_MIN
        self._times = self._rows = self._ids = np.empty(0, dtype=np.int64)
        self._latest_of: dict[int, int] = {}

    def add(self, bars: Bars) -> None:
        """Go on with the next usable rows of a source."""
        ids = np.zeros(len(bars.ts), dtype=np.int64) if bars.ids is None else bars.ids
        self._times = np.append(self._times, bars.ts)
        self._rows = np.append(self._rows, np.asarray(bars.rows, dtype=np.int64))
        self._ids = np.append(self._ids, ids)
        self._decide(len(self._times) - 1)

    def result(self) -> Strays:
        """What was found in all."""
        self._decide(len(self._times))
        return Strays(*[np.concatenate([self._rows, *kept]) for kept in self._found])

    def _decide(self, until: int) -> None:
        """Judge the rows held but for those from `until` on, whose neighbour is not known yet."""
        if until <= 0:
            return
        here, after = self._times[:until], np.append(self._times, _I64_MAX)[1 : until + 1]
        previous = np.append(self._before, here[:-1])
        ahead = (here > after) & (after >= previous)
        peak = np.maximum.accumulate(np.append(self._latest, np.where(ahead, _I64_MIN, here)))
        back = ~ahead & (here < peak[:-1])
        twice = self._repeated(here, self._ids[:until], ~ahead & ~back)
        for kept, mask in zip(self._found, (twice, back, ahead), strict=True):
            kept.append(self._rows[:until][mask])
        self._latest, self._before = int(peak[-1]), int(here[-1])
        self._times, self._rows, self._ids = self._times[until:], self._rows[until:], self._ids[until:]

    def _repeated(self, times: Ints, ids: Ints, ordered: Mask) -> Mask:
        """Times that the same contract has had before, among those in order."""
        mask = np.zeros(len(times), dtype=np.bool_)
        for contract in np.unique(ids).tolist():
            at = np.flatnonzero(ordered & (ids == contract))
            if len(at):
                own = times[at]
                mask[at] = own == np.append(self._latest_of.get(contract, _I64_MIN), own[:-1])
                self._latest_of[contract] = int(own[-1])
        return mask


def describe(problems: list[Problem]) -> str:
    """One message for all, the earliest row first."""
    first, *rest = sorted(problems, key=lambda p: (p.file, p.row))
    others = f"; also: {', '.join(f'{p.count:,} × {p.kind}' for p in rest)}" if rest else ""
    return f"{first}{others}. Mend the file, or leave such rows out with --on-bad-rows drop"
