"""What comes in is checked, named in the message, and copied."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore import _core
from bayescore.errors import DataError, UsageError
from tests.core import days

COLUMNS = ["ts_ns", "open", "high", "low", "close", "volume"]


def make(**changes):
    return _core.DayBars(**(days.prices() | changes))


def refused(match, error=DataError, **changes):
    with pytest.raises(error, match=match):
        make(**changes)


def test_columns_come_back_in_ticks():
    given_prices = days.prices()
    bars = make()
    assert len(bars) == 200
    assert bars.ts.dtype == np.int32
    assert bars.volume.dtype == np.int64
    for name in ("open", "high", "low", "close"):
        assert getattr(bars, name).dtype == np.int32
        np.testing.assert_array_equal(getattr(bars, name) * 0.25, given_prices[name])
    np.testing.assert_array_equal(bars.ts_ns, given_prices["ts_ns"])
    assert bars.open_ns == given_prices["ts_ns"][0]
    assert bars.close_s == bars.ts[-1] + 1
    assert bars.tick_size == 0.25


def test_a_session_may_be_given():
    opened = days.OPEN_NS - 3600 * days.NS
    bars = make(session_open_ns=opened, session_close_ns=opened + 86_400 * days.NS)
    assert (bars.open_ns, bars.close_s) == (opened, 86_400)
    assert bars.ts[0] == days.ticks(0, 200)["ts_s"][0] + 3600
    refused("both", UsageError, session_open_ns=opened)


def test_times_may_be_datetimes_of_nanoseconds():
    ns = days.prices()["ts_ns"]
    np.testing.assert_array_equal(make(ts_ns=ns.view("datetime64[ns]")).ts_ns, ns)
    refused(r"ts_ns: expected datetime64\[ns\]", ts_ns=ns.view("datetime64[us]"))


def test_bars_are_reflected_about_the_close_before_them():
    def bars(*rows):
        columns = np.array(rows, np.int32).T.copy()
        seconds, volume = np.arange(len(rows), dtype=np.int32), np.arange(1, len(rows) + 1)
        return _core.DayBars.from_ticks(seconds, *columns, volume, 0.25, open_ns=7, close_s=len(rows))

    day = bars((100, 104, 99, 103), (105, 106, 102, 102), (101, 101, 98, 100))
    found = day.mirrored(np.array([False, True, False]))
    rows = np.array([found.open, found.high, found.low, found.close]).T.tolist()
    # The second bar opens 2 above the close before, reaches 3 above and 1 below, ends there; turned it does the opposite.
    assert rows == [[100, 104, 99, 103], [101, 104, 100, 104], [103, 103, 100, 102]]
    assert (found.volume == day.volume).all()
    assert (found.ts == day.ts).all()
    assert (found.open_ns, found.close_s, found.tick_size) == (7, 3, 0.25)
    with pytest.raises(DataError, match="3 bars need as many turns, got 2"):
        day.mirrored(np.array([False, True]))
    with pytest.raises(DataError, match="turned: expected dtype bool"):
        day.mirrored(np.zeros(3, np.int8))


def test_what_goes_in_is_copied():
    columns = days.prices()
    bars = _core.DayBars(**columns)
    before = bars.close
    columns["close"][:] = 0
    bars.close[:] = 0
    np.testing.assert_array_equal(bars.close, before)


@pytest.mark.parametrize("name", COLUMNS)
def test_each_column_must_be_an_array_of_its_shape(name):
    good = days.prices()[name]
    refused(f"{name}: expected a numpy array, got list", **{name: good.tolist()})
    refused(f"{name}: expected one dimension, got 2", **{name: good.reshape(2, -1)})
    refused(f"{name}: .*not contiguous.*ascontiguousarray", **{name: np.repeat(good, 2)[::2]})
    refused(f"{name}: .*not contiguous", **{name: good[::-1]})
    refused("length", **{name: good[:-1]})
    refused(f"{name}: expected", **{name: good.astype(object)})


@pytest.mark.parametrize("name", ["open", "high", "low", "close"])
@pytest.mark.parametrize("dtype", [np.float32, np.int64, ">f8"])
def test_prices_must_be_float64(name, dtype):
    refused(f"{name}: expected dtype float64", **{name: days.prices()[name].astype(dtype)})


@given(
    st.sampled_from(
        [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, "f4", "f8"]
    )
)
@settings(derandomize=True, deadline=None)
def test_volume_may_be_of_any_number_type(dtype):
    volume = (np.arange(200) % 100).astype(dtype)
    np.testing.assert_array_equal(make(volume=volume).volume, np.arange(200) % 100)


def test_volume_must_be_whole_and_in_range():
    refused("bar 3: volume 1.5 is not a whole", volume=np.where(np.arange(200) == 3, 1.5, 1.0))
    refused("not a whole", volume=np.full(200, np.nan))
    refused("too large", volume=np.full(200, 2**63, np.uint64))
    refused("bar 0: volume -1", volume=np.full(200, -1))
    refused("volume: expected integers", volume=np.ones(200, np.complex128))


@pytest.mark.parametrize(
    ("column", "row", "value", "match"),
    [
        ("close", 7, np.nan, "bar 7: close is not a number"),
        ("close", 7, np.inf, "bar 7: close is not a number"),
        ("open", 3, 20_000.1, "bar 3: open .*multiple of the tick size"),
        ("high", 5, 1.0, "bar 5: open, high, low, close"),
        ("ts_ns", 9, days.OPEN_NS, "bar 9: .*earlier"),
        ("ts_ns", 9, days.prices()["ts_ns"][8], "bar 9: .*same time"),
        ("ts_ns", 9, days.prices()["ts_ns"][9] + 1, "bar 9: .*whole second"),
    ],
)
def test_bad_bars_are_named_by_row(column, row, value, match):
    changed = days.prices()[column]
    changed[row] = value
    refused(match, **{column: changed})


def test_no_bars_and_no_tick():
    empty = {name: days.prices()[name][:0] for name in COLUMNS}
    refused("no bars", **empty)
    for tick in (0.0, -1.0, np.nan):
        refused("tick_size", UsageError, tick_size=tick)


def test_ticks_are_exact_dtypes():
    columns = days.ticks(0, 50)
    rest = {"tick_size": 1.0, "open_ns": 0, "close_s": 1000}
    assert len(_core.DayBars.from_ticks(**columns, **rest)) == 50
    with pytest.raises(DataError, match="ts_s: expected dtype int32, got int64"):
        _core.DayBars.from_ticks(**columns | {"ts_s": columns["ts_s"].astype(np.int64)}, **rest)
    with pytest.raises(DataError, match="outside the session"):
        _core.DayBars.from_ticks(**columns, **rest | {"close_s": 5})


def test_read_only_arrays_are_fine():
    columns = days.prices()
    for name in COLUMNS:
        columns[name].flags.writeable = False
    assert len(_core.DayBars(**columns)) == 200
