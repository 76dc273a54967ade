"""Trade dates: when each session opens and closes, and which part of the day a bar lies in.

Holidays, early closes and former hours come from ``schedule.json`` (made by ``tools/make_schedule.py``),
daylight saving time from the time zone database. Beyond the table's range every weekday counts as a regular
session.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from bayescore.data.instruments import Instrument, SessionKind, session_kind

NS = 1_000_000_000
_DAY_NS = 86_400 * NS


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One trade date's trading hours, in nanoseconds since the epoch (UTC)."""

    date: str
    """ISO date the session is booked to: that of its close."""
    open_ns: int
    close_ns: int
    """End; no bar starts at or after it."""
    window_starts_ns: tuple[int, ...]
    """Start of each session window, in the order of the instrument's table."""


class _Calendar(msgspec.Struct, frozen=True):
    former_closes: list[tuple[str, str]]
    holidays: dict[str, str]
    early_closes: dict[str, dict[str, str]]
    late_opens: dict[str, dict[str, str]]


class _Schedule(msgspec.Struct, frozen=True):
    first: str
    last: str
    calendars: dict[str, _Calendar]


class _Exceptions(msgspec.Struct, frozen=True):
    """A calendar unpacked for look-up by date."""

    former_closes: list[tuple[str, str]] = []
    holidays: frozenset[str] = frozenset()
    early: dict[str, str] = {}
    late: dict[str, str] = {}


@cache
def _schedule() -> _Schedule:
    return msgspec.json.decode(Path(__file__).with_name("schedule.json").read_bytes(), type=_Schedule)


def _dates(years: dict[str, str]) -> list[str]:
    return [f"{year}-{day}" for year, days in years.items() for day in days.split()]


@cache
def _exceptions(calendar: str) -> _Exceptions:
    table = _schedule().calendars[calendar]
    return _Exceptions(
        former_closes=table.former_closes,
        holidays=frozenset(_dates(table.holidays)),
        early={day: at for at, years in table.early_closes.items() for day in _dates(years)},
        late={day: at for at, years in table.late_opens.items() for day in _dates(years)},
    )


def table_range() -> tuple[str, str]:
    """First and last date for which holidays are known."""
    return _schedule().first, _schedule().last


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _at(day: date, minutes: int, zone: ZoneInfo) -> int:
    """Nanoseconds since the epoch of a local wall-clock time; `minutes` may reach into the days around."""
    days, minutes = divmod(minutes, 24 * 60)
    local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone) + timedelta(
        days=days
    )
    return int(local.timestamp()) * NS


def _session(day: date, kind: SessionKind, windows: tuple[tuple[str, str], ...]) -> Session | None:
    if not kind.every_day and day.weekday() >= 5:
        return None
    iso = day.isoformat()
    opens, closes = _minutes(kind.opens), _minutes(kind.closes)
    overnight = opens >= closes
    first, last = opens, closes
    if kind.calendar is not None:
        special = _exceptions(kind.calendar)
        if iso in special.holidays:
            return None
        for until, at in special.former_closes:
            if iso <= until:
                last = _minutes(at)
                break
        if iso in special.early:
            last = min(last, _minutes(special.early[iso]) + 60 * kind.hours_after_early_close)
        if iso in special.late:
            first = max(first, _minutes(special.late[iso]))
    zone = ZoneInfo(kind.timezone)

    def place(minutes: int) -> int:
        return _at(day, minutes - 24 * 60 if overnight and minutes >= opens else minutes, zone)

    return Session(
        date=iso,
        open_ns=place(first),
        close_ns=_at(day, last, zone),
        window_starts_ns=tuple(place(_minutes(start)) for _, start in windows),
    )


def sessions(instrument: Instrument, first: date, last: date) -> list[Session]:
    """All sessions with trade dates from `first` to `last`, both included, in order."""
    kind = session_kind(instrument.session)
    days = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return [s for day in days if (s := _session(day, kind, instrument.windows)) is not None]


def sessions_between(instrument: Instrument, first_ns: int, last_ns: int) -> list[Session]:
    """Sessions that share at least an instant with ``[first_ns, last_ns]``."""

    def utc(ns: int) -> date:
        return datetime.fromtimestamp(ns // NS, tz=UTC).date()

    # A session may be booked to the day after its first bar, and local dates differ from UTC by up to one.
    near = sessions(instrument, utc(first_ns) - timedelta(days=1), utc(last_ns) + timedelta(days=2))
    return [s for s in near if s.close_ns > first_ns and s.open_ns <= last_ns]


def window_index(ts_ns: NDArray[np.int64], session: Session) -> NDArray[np.uint8]:
    """Which session window each bar lies in.

    Parameters
    ----------
    ts_ns
        Starts of the bars of this session, nanoseconds since the epoch, ascending, shape ``(bars,)``.
    session
        The session they belong to.

    Returns
    -------
    numpy.ndarray
        Index into the instrument's windows, ``uint8``, shape ``(bars,)``.
    """
    edges = np.searchsorted(ts_ns, np.asarray(session.window_starts_ns[1:], dtype=np.int64), side="left")
    counts = np.diff(np.concatenate(([0], edges, [len(ts_ns)])))
    return np.repeat(np.arange(len(session.window_starts_ns), dtype=np.uint8), counts)
