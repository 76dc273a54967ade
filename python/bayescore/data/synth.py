"""Practice data: one-second bars shaped like those of a busy index future, with a known truth.

Without an edge the efficient price is a martingale: volatility clusters, gaps and jumps, the bounce between
bid and ask and the tick grid are there, but nothing that happened predicts where the price goes. With an
edge a drift follows states that `bayescore` can recognise (`bayescore.data.planted`), so that a test knows what is
to be found.

Random numbers come from streams keyed by seed, instrument and date: a shorter file is the beginning of a
longer one.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bayescore.data.instruments import Instrument, known
from bayescore.data.planted import EDGE_KINDS, EdgeKind, drift, strength
from bayescore.data.sessions import NS, Session, sessions, window_index
from bayescore.errors import UsageError
from bayescore.fields import expected
from bayescore.whole_files import put_whole

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_YEAR, LAST_YEAR = 1971, 2200  # nanoseconds since the epoch fit into 64 bits until 2262

_STEPS = 6  # trades a second can hold; open, high, low and close come from them
_START_TICKS = 84_000  # 21,000 points of MNQ
_SIGMA = 5.0  # ticks per second where the shape is 1
_BUSY = 3.0  # trades per second where the shape is 1
_JUMPS_A_DAY = 3.0
_JUMP_SIGMAS = 15.0

# Volatility over a CME day as a multiple of that of late morning: minutes after 17:00 Chicago, multiple.
_CME_SHAPE = (
    (0, 0.70),
    (15, 0.45),
    (120, 0.42),
    (300, 0.30),
    (480, 0.34),
    (540, 0.50),
    (600, 0.52),
    (720, 0.40),
    (810, 0.45),
    (869, 0.60),
    (870, 1.00),
    (890, 0.75),
    (929, 0.75),
    (930, 2.30),
    (945, 1.90),
    (990, 1.45),
    (1050, 1.15),
    (1110, 0.90),
    (1200, 0.85),
    (1260, 1.00),
    (1310, 1.25),
    (1319, 1.50),
    (1320, 0.80),
    (1335, 0.40),
    (1380, 0.30),
)


@dataclass(frozen=True, slots=True)
class _Day:
    """One session second by second before anything is rounded: arrays of shape ``(seconds, steps)``."""

    at: Ints
    """Seconds after the open that have a trade; all rows below are of these seconds."""
    price: Floats
    """Price of each trade in ticks, bounce included, without drift."""
    traded: NDArray[np.bool_]
    volume: Ints
    sigma: Floats
    """Volatility of each second in ticks."""
    last: float
    """Efficient price at the close."""


def _shape(instrument: Instrument, seconds: int) -> Floats:
    """Volatility over the day: CME's, or a plain U for other hours."""
    at = np.arange(seconds, dtype=np.float64)
    if instrument.session.startswith("cme_"):
        minutes, multiples = zip(*_CME_SHAPE, strict=True)
        return np.exp(np.interp(at / 60, minutes, np.log(multiples)))
    half = seconds / 2
    return 0.7 + 1.3 * ((at - half) / half) ** 2


def _wander(rng: np.random.Generator, seconds: int, spread: float, memory: float) -> Floats:
    """A stationary log-volatility around 0 with a memory in seconds, on a grid of a tenth of that."""
    grid = max(1, int(memory / 10))
    noise = rng.standard_normal(seconds // grid + 2)
    keep = float(np.exp(-grid / memory))
    push = spread * float(np.sqrt(1 - keep * keep))
    level = spread * float(noise[0])
    values = [level]
    for shock in noise[1:].tolist():
        level = keep * level + push * shock
        values.append(level)
    return np.interp(np.arange(seconds), np.arange(len(values)) * grid, values)


def _day(
    rng: np.random.Generator, instrument: Instrument, session: Session, start: float, level: float
) -> _Day:
    seconds = (session.close_ns - session.open_ns) // NS
    activity = _shape(instrument, seconds) * np.exp(
        level + _wander(rng, seconds, 0.30, 2400.0) + _wander(rng, seconds, 0.25, 90.0)
    )
    sigma = _SIGMA * activity
    steps = rng.standard_normal((seconds, _STEPS))
    steps *= (sigma / np.sqrt(_STEPS))[:, None]
    jumps = np.flatnonzero(rng.random(seconds) < _JUMPS_A_DAY / 82_800)
    steps[jumps, 0] += _JUMP_SIGMAS * sigma[jumps] * rng.standard_normal(len(jumps))
    path = np.cumsum(steps.ravel())
    path += start
    efficient = path.reshape(seconds, _STEPS)
    busy = _BUSY * activity**1.5
    traded = rng.random((seconds, _STEPS)) < -np.expm1(-busy / _STEPS)[:, None]
    at = np.flatnonzero(traded.any(axis=1))
    traded = traded[at]
    # A buyer pays the ask, a seller gets the bid, one tick below it.
    bounce = rng.integers(0, 2, size=traded.shape, dtype=np.int8) - 0.5
    sizes = rng.lognormal(0.6, 0.9, len(at)) * traded.sum(axis=1) * (1 + 2 * activity[at])
    return _Day(
        at=at.astype(np.int64),
        price=efficient[at] + bounce,
        traded=traded,
        volume=np.maximum(1, np.rint(sizes)).astype(np.int64),
        sigma=sigma[at],
        last=float(path[-1]),
    )


def _last_trade(day: _Day) -> Floats:
    """Price of the last trade of each second that has one."""
    column = _STEPS - 1 - np.argmax(day.traded[:, ::-1], axis=1)
    return np.take_along_axis(day.price, column[:, None], axis=1)[:, 0]


def _moved(day: _Day, session: Session, edge: float, kind: EdgeKind) -> Floats:
    """Displacement of each bar by the planted edge of this date."""
    if not edge:
        return np.zeros(len(day.at))
    middle = len(session.window_starts_ns) // 2
    inside = window_index(session.open_ns + day.at * NS, session) == middle
    return drift(day, _last_trade(day).tolist(), edge, kind, inside)


def _contract(instrument: Instrument, first: date) -> str:
    """Symbol of the quarterly contract that is in front on a date; spot and shares have their root."""
    if not instrument.session.startswith("cme_"):
        return instrument.root
    for month, code in ((3, "H"), (6, "M"), (9, "U"), (12, "Z"), (15, "H")):
        year, number = first.year + month // 13, (month - 1) % 12 + 1
        friday = date(year, number, 1) + timedelta(days=(4 - date(year, number, 1).weekday()) % 7 + 14)
        if first < friday - timedelta(days=7):
            return f"{instrument.root}{code}{year % 10}"
    raise AssertionError("a year has a quarter after every date")


def _dates(instrument: Instrument, first: date, days: int) -> list[Session]:
    found: list[Session] = []
    span = max(10, days * 2)
    while len(found) < days:
        found = sessions(instrument, first, first + timedelta(days=span))
        span *= 2
    return found[:days]


def generate(
    start: str | date = "2026-01-05",
    days: int = 22,
    seed: int = 0,
    edge: float = 0.0,
    instrument: str = "MNQ",
    edge_kind: str = "reversion",
) -> pl.DataFrame:
    """Make one-second bars in the layout of Databento's Parquet files.

    Parameters
    ----------
    start
        First trade date (or the next one there is), ISO.
    days
        Trade dates.
    seed
        Same seed, same bars.
    edge
        Drift per bar in standard deviations of a second, for 120 s after a bar that sets it off; negative leads the
        other way. 0 is a martingale.
    instrument
        Root in the table of instruments: its session, tick and symbol. Moves are MNQ's in ticks.
    edge_kind
        What sets the drift off and where it leads, one of `bayescore.data.planted.EDGE_KINDS`. ``dying`` and
        ``turning`` change half-way through the dates asked for, so a shorter file is not the beginning of a longer one.

    Returns
    -------
    polars.DataFrame
        ``rtype publisher_id instrument_id open high low close volume symbol ts_event``, ascending in time.

    Raises
    ------
    UsageError
        For an unknown instrument, a date that is none, or a number out of range.
    """
    if instrument not in known():
        raise UsageError(f"unknown instrument {instrument!r}: known are {', '.join(known())}")
    if not 1 <= days <= 5000 or seed < 0 or not -1.0 <= edge <= 1.0:
        raise UsageError(
            f"days {days} (1 to 5000), seed {seed} (0 or more) or edge {edge} (-1 to 1) is out of range"
        )
    kind = next((k for k in EDGE_KINDS if k == edge_kind), None)
    if kind is None:
        raise UsageError(f"edge kind {edge_kind}: {expected(edge_kind, EDGE_KINDS)}")
    try:
        first = start if isinstance(start, date) else date.fromisoformat(start)
    except ValueError:
        raise UsageError(f"start {start!r} is not a date like 2026-01-05") from None
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise UsageError(f"start {start}: years {FIRST_YEAR} to {LAST_YEAR}")
    what = known()[instrument]
    key = int.from_bytes(what.root.encode(), "big")
    price, level = float(_START_TICKS), 0.0
    parts: list[dict[str, NDArray[Any]]] = []
    for index, session in enumerate(_dates(what, first, days)):
        rng = np.random.default_rng([seed, key, date.fromisoformat(session.date).toordinal()])
        level = 0.8 * level + 0.15 * float(rng.standard_normal())
        price += 20.0 * float(rng.standard_normal())
        day = _day(rng, what, session, price, level)
        moved = _moved(day, session, strength(kind, edge, index, days), kind)
        trades = np.rint(day.price + moved[:, None])
        parts.append(
            {
                "open": np.take_along_axis(trades, np.argmax(day.traded, axis=1)[:, None], axis=1)[:, 0],
                "high": np.where(day.traded, trades, -np.inf).max(axis=1),
                "low": np.where(day.traded, trades, np.inf).min(axis=1),
                "close": np.rint(_last_trade(day) + moved),
                "volume": day.volume,
                "ts": session.open_ns + day.at * NS,
            }
        )
        price = max(day.last + float(moved[-1]), _START_TICKS / 4)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows = len(columns["ts"])
    return pl.DataFrame(
        {
            "rtype": np.full(rows, 32, dtype=np.uint8),
            "publisher_id": np.zeros(rows, dtype=np.uint16),
            "instrument_id": np.full(rows, 900_001, dtype=np.uint32),
            **{name: _prices(columns[name], what.tick_size) for name in ("open", "high", "low", "close")},
            "volume": columns["volume"].astype(np.uint64),
            "symbol": pl.Series([_contract(what, first)]).new_from_index(0, rows),
            "ts_event": pl.Series(columns["ts"]).cast(pl.Datetime("ns", "UTC")),
        }
    )


def _prices(ticks: Floats, tick_size: float) -> Floats:
    """Ticks as the decimal prices a file holds: 84001 × 0.1 is 8400.1, not 8400.100000000001."""
    per_unit = round(1 / tick_size)
    return ticks / per_unit if per_unit * tick_size == 1.0 else np.round(ticks * tick_size, 9)


def write(frame: pl.DataFrame, path: str | Path) -> None:
    """Write bars as Parquet, compressed as Databento's own files are.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="snappy")
    put_whole(Path(path), buffer.getvalue())
