"""The share of exits before the best price, and what a market without drift makes of it."""

import numpy as np
import pytest

from bayescore import _core
from bayescore.regret.driftless import peak_after


def bars_of(prices):
    """One-second bars of four trades each."""
    n = len(prices)
    return _core.DayBars.from_ticks(
        np.arange(n, dtype=np.int32),
        prices[:, 0].copy(),
        prices.max(axis=1),
        prices.min(axis=1),
        prices[:, 3].copy(),
        np.ones(n, np.int64),
        0.25,
        open_ns=0,
        close_s=n,
    )


def trades_of(held, n):
    """Long positions opened every twenty minutes and held for as long as asked."""
    entry = np.arange(100, n - 3000, 1200)
    exit_ = entry + held
    zeros = np.zeros(len(entry), np.int64)
    return {
        "side": np.ones(len(entry), np.int8),
        "entry_bar": entry.astype(np.uint32),
        "exit_bar": exit_.astype(np.uint32),
        "entry_ts": entry.astype(np.int32),
        "exit_ts": exit_.astype(np.int32),
        "gross": zeros,
    }


def walk(seed, n, drift=0.0):
    rng = np.random.default_rng(seed)
    steps = rng.normal(drift / 4, 2.5, 4 * n)
    return np.rint(84_000 + np.cumsum(steps)).astype(np.int32).reshape(n, 4)


def shares(held, drift=0.0):
    found = []
    for seed in range(8):
        prices = walk(seed, 20_000, drift)
        trades = trades_of(held, len(prices))
        template = dict(_core.empty_trades())
        for name, column in template.items():
            trades.setdefault(name, np.zeros(len(trades["side"]), column.dtype))
        for name, bar in (("entry_price", "entry_bar"), ("exit_price", "exit_bar")):
            trades[name] = prices[trades[bar], 0].astype(np.int32)
        trades["gross"] = trades["gross"].astype(np.int32)
        found.append(peak_after(bars_of(prices), trades, 120, 5))
    return np.mean(found, axis=0)


@pytest.mark.parametrize(("held", "expected"), [(60, 0.81), (300, 0.63)])
def test_a_random_walk_does_what_the_arcsine_law_says(held, expected):
    share, law = shares(held)
    assert law == pytest.approx(expected, abs=0.03)
    assert share == pytest.approx(law, abs=0.08)


def test_a_market_that_rises_shows_more():
    share, law = shares(60, drift=0.6)
    assert share > law + 0.08


def test_nothing_is_said_of_no_trades():
    assert peak_after(bars_of(walk(0, 500)), dict(_core.empty_trades()), 120, 5) is None
