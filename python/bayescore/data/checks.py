"""From raw columns to integer ticks, and every way in which rows can be unusable.

The common case, all rows good, is decided in one pass over blocks that stay in the cache; only if it fails
are the rows looked at one check at a time. Rows are counted from 0 as they stand in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bayescore.data.columns import FIXED_SCALE, PRICES, FileColumns
from bayescore.data.instruments import Instrument

NS = 1_000_000_000
_GRID_TOLERANCE = 1e-3
_MAX_TICKS = 1 << 30
_MAX_VOLUME = 1 << 48
_I64_MAX = np.iinfo(np.int64).max
_FIRST_NS = 315_532_800 * NS  # 1980
_LAST_NS = 4_102_444_800 * NS  # 2100
_BLOCK = 16_384

Ints = NDArray[np.int64]
Ticks = NDArray[np.int32]
Mask = NDArray[np.bool_]


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
    ids: Ints | None
    """Instrument id of each bar where it changes under one symbol."""

    def take(self, rows: Mask | slice) -> Bars:
        """Some of the bars; a slice copies nothing."""
        ids = None if self.ids is None else self.ids[rows]
        return Bars(
            self.ts[rows],
            self.open[rows],
            self.high[rows],
            self.low[rows],
            self.close[rows],
            self.volume[rows],
            ids,
        )


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


def _ordered(ts: Ints) -> bool:
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


def bars_of(file: FileColumns, instrument: Instrument) -> tuple[Bars, list[Problem]]:
    """Turn one contract's columns of a file into ticks, without the rows that cannot be used.

    Returns
    -------
    tuple
        The usable bars, and what was wrong with the others (empty if nothing was).
    """
    frame = file.frame
    count = frame.height
    scale = file.price_scale / instrument.tick_size
    whole_volume = frame["volume"].dtype.is_integer()
    nulls = any(frame[name].null_count() for name in ("ts", *PRICES, "volume"))
    good = not nulls and whole_volume
    columns = {name: np.empty(count, dtype=np.int32) for name in PRICES}
    if good:
        with np.errstate(invalid="ignore"):
            good = all(_to_ticks(frame[name], scale, columns[name]) for name in PRICES)
    ids = _integers(frame["instrument_id"].fill_null(0)) if "instrument_id" in frame.columns else None
    if good:
        ts, volume = _integers(frame["ts"]), _integers(frame["volume"])
        o, h, low, c = (columns[name] for name in PRICES)
        good = (
            bool(ts[0] >= _FIRST_NS and ts[-1] < _LAST_NS)
            and bool(volume.min() >= 0 and volume.max() <= _MAX_VOLUME)
            and _ordered(ts)
            and _whole_seconds(ts)
            and _inside(o, h, low, c)
        )
    if good:
        return Bars(ts, o, h, low, c, volume, ids), []
    return _inspect_rows(file, instrument, ids)


def _inspect_rows(file: FileColumns, instrument: Instrument, ids: Ints | None) -> tuple[Bars, list[Problem]]:
    """The slow path: find the reason for each row; a row counts under the first that applies."""
    frame = file.frame
    rows = frame["row"].to_numpy() if "row" in frame.columns else np.arange(frame.height)
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
                file=str(file.path),
                count=len(found),
                row=int(rows[at]),
                time=clock(int(ts[at])) if _FIRST_NS <= ts[at] < _LAST_NS else "",
                detail=detail.format(**values),
            )
        )
        usable &= ~bad

    shown = "open {open}, high {high}, low {low}, close {close}"
    reject("missing", _nulls(frame), f"a value is missing ({shown}, volume {{volume}})")
    fixed = file.price_scale == FIXED_SCALE and frame["open"].dtype == pl.Int64
    if fixed:
        undefined = np.logical_or.reduce([raw[name] == _I64_MAX for name in PRICES])
        reject("undefined price", undefined, "a price is the marker for 'undefined'")
    reject("time", (ts < _FIRST_NS) | (ts >= _LAST_NS), "the time is undefined or not nanoseconds since 1970")
    prices = {name: raw[name].astype(np.float64) * file.price_scale for name in PRICES}
    if fixed:
        shown += " in units of 1e-9"
    finite = np.logical_and.reduce([np.isfinite(p) for p in prices.values()])
    reject("not a number", ~finite, f"a price is not a finite number ({shown})")
    for p in prices.values():
        p[~usable] = 1.0
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
    for kind, bad, detail in _disorder(ts, usable):
        reject(kind, bad, detail)
    ticks = {name: np.rint(exact[name][usable]).astype(np.int32) for name in PRICES}
    whole = volume[usable].astype(np.int64)
    return Bars(ts=ts[usable], volume=whole, ids=None if ids is None else ids[usable], **ticks), problems


def _nulls(frame: pl.DataFrame) -> Mask:
    names = ("ts", *PRICES, "volume")
    mask: Mask = frame.select(pl.any_horizontal(*[pl.col(n).is_null() for n in names])).to_series().to_numpy()
    return mask


def _disorder(ts: Ints, usable: Mask) -> list[tuple[str, Mask, str]]:
    """Rows that repeat a time or go back in time, among the usable ones."""
    at = np.flatnonzero(usable)
    times = ts[at]
    if _ordered(times):
        return []
    jumped = np.zeros(len(times), dtype=np.bool_)
    # A single time far ahead would otherwise condemn all rows after it.
    jumped[1:-1] = (times[1:-1] > times[2:]) & (times[2:] > times[:-2])
    jumped[0] = times[0] > times[1]
    start = np.iinfo(np.int64).min
    latest = np.maximum.accumulate(np.where(jumped, start, times))
    before = np.concatenate(([start], latest[:-1]))
    twice, back, ahead = (np.zeros(len(ts), dtype=np.bool_) for _ in range(3))
    twice[at] = ~jumped & (times == before)
    back[at] = ~jumped & (times < before)
    ahead[at] = jumped
    return [
        ("duplicate time", twice, "the time repeats that of an earlier row; remove repeated rows"),
        ("not sorted", back, "the time is earlier than that of a row before; sort the rows by time"),
        ("not sorted", ahead, "the time is later than that of the row after; sort the rows by time"),
    ]


def describe(problems: list[Problem]) -> str:
    """One message for all, the earliest row first."""
    first, *rest = sorted(problems, key=lambda p: (p.file, p.row))
    others = f"; also: {', '.join(f'{p.count:,} × {p.kind}' for p in rest)}" if rest else ""
    return f"{first}{others}. Mend the file, or leave such rows out with --on-bad-rows drop"
