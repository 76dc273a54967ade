"""The tables of a day: prices for drawing, trades for people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore import _core
from bayescore.runs.tables import PRICE_POINTS, price_frame, trades_frame
from tests.core import days

TICK = 0.25


@given(st.integers(0, 2**16), st.integers(1, 9_000), st.data())
@settings(deadline=None, max_examples=60)
def test_no_spike_is_lost_from_the_price_line(seed: int, bars: int, data: st.DataObject) -> None:
    columns = days.ticks(seed, bars)
    up, down = (data.draw(st.integers(0, bars - 1)) for _ in range(2))
    columns["high"][up] += 5_000
    columns["low"][down] -= 5_000
    day = _core.DayBars.from_ticks(
        **columns, tick_size=TICK, open_ns=days.OPEN_NS, close_s=int(columns["ts_s"][-1]) + 1
    )
    frame = price_frame(day)
    at = (frame["ts"].dt.timestamp("ms").to_numpy() // 1000) - days.OPEN_NS // days.NS
    price = np.rint(frame["price"].to_numpy() / TICK).astype(int)
    assert len(frame) <= PRICE_POINTS
    assert list(at) == sorted(at)
    assert (price[0], price[-1]) == (columns["open"][0], columns["close"][-1])
    assert (columns["ts_s"][up], columns["high"][up]) in set(zip(at.tolist(), price.tolist(), strict=True))
    assert (columns["ts_s"][down], columns["low"][down]) in set(zip(at.tolist(), price.tolist(), strict=True))


@given(st.integers(0, 2**16), st.integers(1, 9_000))
@settings(deadline=None, max_examples=40)
def test_each_stretch_gives_its_first_low_and_its_first_high(seed: int, bars: int) -> None:
    columns = days.ticks(seed, bars)
    # Few prices, so that most extremes are met more than once.
    columns["low"] = columns["low"] // 8 * 8
    columns["high"] = -(-columns["high"] // 8) * 8
    day = _core.DayBars.from_ticks(
        **columns, tick_size=TICK, open_ns=days.OPEN_NS, close_s=int(columns["ts_s"][-1]) + 1
    )
    frame = price_frame(day)[1:-1]
    at = (frame["ts"].dt.timestamp("ms").to_numpy() // 1000) - days.OPEN_NS // days.NS
    price = np.rint(frame["price"].to_numpy() / TICK).astype(int)
    expected = []
    cuts = np.unique(np.linspace(0, bars, min(bars, PRICE_POINTS // 2 - 1), endpoint=False).astype(int))
    for start, end in zip(cuts, [*cuts[1:], bars], strict=True):
        low = start + int(np.argmin(columns["low"][start:end]))
        high = start + int(np.argmax(columns["high"][start:end]))
        points = [(low, columns["low"][low]), (high, columns["high"][high])]
        expected += points if low <= high else points[::-1]
    assert list(zip(at.tolist(), price.tolist(), strict=True)) == [
        (int(columns["ts_s"][bar]), int(p)) for bar, p in expected
    ]


def test_efficiencies_of_trades_are_shares_of_the_range_until_the_horizon() -> None:
    day = days.day(3)
    engine = _core.StateEngine(1)
    states = engine.run(day, np.zeros(len(day), np.uint8))
    simulated = _core.simulate_sets(day, days.table(2, 40), states=states)
    parts = [("iteration", trades) for trades, _ in simulated]
    frame = trades_frame(parts, day, engine.space, (120, 5))
    assert len(frame) > 50
    high, low, ts = (np.asarray(x) for x in (day.high, day.low, day.ts))
    for t in frame.iter_rows(named=True):
        until = ts < (ts[t["exit_bar"]] // 120 + 1 + 5) * 120
        seen = slice(t["entry_bar"], int(until.sum()))
        top, bottom = high[seen].max() * TICK, low[seen].min() * TICK
        best, worst = (top, bottom) if t["side"] > 0 else (bottom, top)
        whole = t["side"] * (best - worst)
        assert t["entry_efficiency"] == pytest.approx(t["side"] * (best - t["entry_price"]) / whole)
        assert t["exit_efficiency"] == pytest.approx(t["side"] * (t["exit_price"] - worst) / whole)
        total = t["entry_efficiency"] + t["exit_efficiency"] - 1
        assert t["gross"] * TICK / whole == pytest.approx(total)
