"""Trade dates: the shipped table against its source, hours as exchanges announced them, windows bar by bar."""

import importlib.util
import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.config import Config
from bayescore.data.instruments import Instrument, known, resolve
from bayescore.data.sessions import NS, Session, sessions, sessions_between, table_range, window_index

ROOT = Path(__file__).resolve().parents[2]
FIXED = settings(deadline=None, derandomize=True)
CHICAGO, NEW_YORK = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")


def one(root: str, day: str, extended: bool = False) -> Session | None:
    instrument = resolve(Config(extended_hours=extended), [root], "x")
    when = date.fromisoformat(day)
    found = sessions(instrument, when, when)
    return found[0] if found else None


def hours(found: Session | None, zone: ZoneInfo) -> tuple[str, str]:
    assert found is not None
    first, last = (datetime.fromtimestamp(ns // NS, tz=zone) for ns in (found.open_ns, found.close_ns))
    return first.strftime("%m-%d %H:%M"), last.strftime("%m-%d %H:%M")


def test_the_shipped_table_is_what_the_calendar_library_gives() -> None:
    pytest.importorskip("pandas_market_calendars")
    spec = importlib.util.spec_from_file_location("make_schedule", ROOT / "tools" / "make_schedule.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert json.loads(tool.OUT.read_text(encoding="utf-8")) == tool.make()


def test_the_month_of_the_first_user_has_22_dates() -> None:
    found = sessions(known()["MNQ"], date(2025, 12, 30), date(2026, 1, 29))
    assert len(found) == 22
    assert [s.date for s in found if s.date in ("2026-01-01", "2026-01-19")] == ["2026-01-19"]
    assert hours(next(s for s in found if s.date == "2026-01-19"), CHICAGO) == ("01-18 17:00", "01-19 12:00")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-01-06", ("01-05 17:00", "01-06 16:00")),
        ("2026-01-05", ("01-04 17:00", "01-05 16:00")),  # Monday begins on Sunday
        ("2025-01-09", ("01-08 17:00", "01-09 08:30")),  # mourning for Carter
        ("2018-12-05", ("12-04 17:00", "12-05 08:30")),  # mourning for Bush
        ("2012-10-29", ("10-28 17:00", "10-29 08:15")),  # Sandy
        ("2025-11-28", ("11-27 17:00", "11-28 12:15")),  # after Thanksgiving
        ("2023-04-07", ("04-06 17:00", "04-07 08:15")),  # Good Friday with the employment report
        ("2026-04-03", ("04-02 17:00", "04-03 08:15")),
        ("2013-10-07", ("10-06 17:00", "10-07 16:15")),  # hours until September 2015
        ("2015-09-18", ("09-17 17:00", "09-18 16:15")),
        ("2015-09-21", ("09-20 17:00", "09-21 16:00")),
        ("2012-11-16", ("11-15 17:00", "11-16 15:15")),
        ("2012-11-19", ("11-18 17:00", "11-19 16:15")),
    ],
)
def test_cme_equity_hours(day: str, expected: tuple[str, str]) -> None:
    assert hours(one("MNQ", day), CHICAGO) == expected


@pytest.mark.parametrize(
    ("root", "day"),
    [
        ("MNQ", "2024-03-29"),
        ("MNQ", "2025-04-18"),
        ("MNQ", "2022-04-15"),  # quiet Good Fridays
        ("6E", "2025-04-18"),
        ("GC", "2023-04-07"),
        ("SPY", "2023-04-07"),
        ("MNQ", "2025-12-25"),
        ("MNQ", "2026-01-01"),
        ("SPY", "2025-01-09"),
        ("SPY", "2026-01-19"),
        ("MNQ", "2026-01-10"),
        ("EURUSD", "2014-05-04"),
        ("SPY", "2026-01-11"),
    ],
)
def test_closed(root: str, day: str) -> None:
    assert one(root, day) is None


def test_other_markets() -> None:
    assert hours(one("GC", "2013-10-08"), CHICAGO) == ("10-07 17:00", "10-08 16:15")
    assert hours(one("CL", "2025-01-09"), CHICAGO) == ("01-08 17:00", "01-09 16:00")
    assert hours(one("6E", "2023-04-07"), CHICAGO) == ("04-06 17:00", "04-07 10:15")
    assert hours(one("EURUSD", "2014-05-05"), NEW_YORK) == ("05-04 17:00", "05-05 17:00")
    assert hours(one("SPY", "2013-10-07"), NEW_YORK) == ("10-07 09:30", "10-07 16:00")
    assert hours(one("SPY", "2025-11-28"), NEW_YORK) == ("11-28 09:30", "11-28 13:00")
    assert hours(one("SPY", "2025-11-28", extended=True), NEW_YORK) == ("11-28 04:00", "11-28 17:00")
    assert hours(one("SPY", "2013-10-07", extended=True), NEW_YORK) == ("10-07 04:00", "10-07 20:00")
    coin = one("BTCUSD", "2016-10-08")  # a Saturday
    assert coin is not None
    assert coin.open_ns == datetime(2016, 10, 8, tzinfo=UTC).timestamp() * NS
    assert coin.close_ns - coin.open_ns == 86_400 * NS


@pytest.mark.parametrize("root", ["MNQ", "EURUSD", "SPY", "GC"])
@pytest.mark.parametrize("week", ["2025-03-07", "2025-10-31", "2026-03-06"])
def test_summer_time_moves_sessions_by_an_hour_of_utc(root: str, week: str) -> None:
    friday = date.fromisoformat(week)
    before, after = one(root, friday.isoformat()), one(root, (friday + timedelta(days=3)).isoformat())
    assert before is not None and after is not None
    shift = -1 if friday.month == 3 else 1
    assert after.open_ns - before.open_ns == (3 * 24 + shift) * 3600 * NS
    assert after.close_ns - after.open_ns == before.close_ns - before.open_ns
    assert [w - after.open_ns for w in after.window_starts_ns] == [
        w - before.open_ns for w in before.window_starts_ns
    ]


@pytest.mark.parametrize("root", ["MNQ", "GC", "6E", "EURUSD", "SPY", "BTCUSD"])
def test_sessions_of_26_years_follow_each_other(root: str) -> None:
    first, last = (date.fromisoformat(d) for d in table_range())
    found = sessions(known()[root], first, last)
    assert len(found) > 240 * 25
    for s in found:
        assert 3 * 3600 * NS <= s.close_ns - s.open_ns <= 25 * 3600 * NS
        assert list(s.window_starts_ns) == sorted(set(s.window_starts_ns))
        assert s.window_starts_ns[0] <= s.open_ns
    assert all(a.close_ns <= b.open_ns for a, b in pairwise(found))


def test_every_window_occurs_on_a_regular_date() -> None:
    for instrument in known().values():
        found = one(instrument.root, "2026-01-06")
        assert found is not None
        every = np.arange(found.open_ns, found.close_ns, NS * 60, dtype=np.int64)
        assert set(window_index(every, found).tolist()) == set(range(len(instrument.windows)))


def slow_window(ts: int, found: Session, instrument: Instrument) -> int:
    """The window by the clock on the wall, without any table of starts."""
    local = datetime.fromtimestamp(ts // NS, tz=ZoneInfo(instrument.timezone))
    opened = datetime.fromtimestamp(found.open_ns // NS, tz=ZoneInfo(instrument.timezone))
    since = ((local.hour - opened.hour) * 3600 + (local.minute - opened.minute) * 60 + local.second) % 86_400
    best = 0
    for i, (_, start) in enumerate(instrument.windows):
        h, m = map(int, start.split(":"))
        if ((h - opened.hour) * 60 + m - opened.minute) % 1440 * 60 <= since:
            best = i
    return best


@FIXED
@given(
    root=st.sampled_from(["MNQ", "GC", "CL", "6E", "EURUSD", "SPY", "BTCUSD"]),
    day=st.dates(date(2006, 1, 1), date(2030, 12, 20)),
    at=st.lists(st.floats(0, 0.999), min_size=0, max_size=20),
)
def test_windows_are_those_of_the_wall_clock(root: str, day: date, at: list[float]) -> None:
    instrument = known()[root]
    for found in sessions(instrument, day, day + timedelta(days=4)):
        if datetime.fromtimestamp(found.open_ns // NS, tz=ZoneInfo(instrument.timezone)).minute == 32:
            continue  # the one late open
        seconds = sorted(int(x * (found.close_ns - found.open_ns) / NS) for x in at)
        ts = np.asarray([found.open_ns + s * NS for s in seconds], dtype=np.int64)
        index = window_index(ts, found)
        assert index.dtype == np.uint8
        assert index.tolist() == [slow_window(t, found, instrument) for t in ts.tolist()]


@FIXED
@given(
    root=st.sampled_from(["MNQ", "EURUSD", "SPY", "BTCUSD"]),
    day=st.dates(date(2006, 1, 1), date(2030, 12, 1)),
    length=st.integers(0, 6 * 86_400),
    second=st.integers(0, 86_399),
)
def test_sessions_between_are_those_that_overlap(root: str, day: date, length: int, second: int) -> None:
    instrument = known()[root]
    first = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + second) * NS
    last = first + length * NS
    wide = sessions(instrument, day - timedelta(days=9), day + timedelta(days=17))
    assert sessions_between(instrument, first, last) == [
        s for s in wide if s.close_ns > first and s.open_ns <= last
    ]


def test_beyond_the_table_weekdays_are_regular() -> None:
    assert hours(one("MNQ", "2031-12-25"), CHICAGO) == ("12-24 17:00", "12-25 16:00")


def test_metals_close_alike_on_the_same_holiday_of_every_year() -> None:
    """The 2022 change of the holiday hours is the only difference between years."""
    for year in range(2008, 2031):
        first = date(year, 9, 1)
        labor_day = first + timedelta(days=(7 - first.weekday()) % 7)
        first = date(year, 11, 1)
        thanksgiving = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
        holiday_close = "13:30" if year >= 2022 else "12:00"
        expected = {
            labor_day: holiday_close,
            thanksgiving: holiday_close,
            thanksgiving + timedelta(days=1): "12:45",
        }
        eve = date(year, 12, 24)
        if eve.weekday() < 4:
            expected[eve] = "12:45"
        for day, close in expected.items():
            (found,) = sessions(known()["GC"], day, day)
            assert hours(found, CHICAGO)[1] == f"{day:%m-%d} {close}", day
