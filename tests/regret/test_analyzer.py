"""Regret with hindsight: shares and votes, efficiencies, and the way from real trades."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore import _core
from bayescore.config import Config
from bayescore.design.generator import DOEParameterGenerator
from bayescore.errors import UsageError
from bayescore.regret.analyzer import BatchRegretAnalyzer
from bayescore.vocabulary import REASONS, TIMINGS

WINDOWS = ["asia", "london", "open"]
SPACE = _core.StateSpace.standard(WINDOWS)
SECONDS = 82_800
CONFIG = Config()


def events(rng, bars, kind, **columns):
    """An event table with one trade an event; ``bars`` are entry bars times two plus side."""
    n = len(bars)
    reason = columns.pop("reason", rng.integers(0, 5, n))
    table = {
        "entry_bar": (bars // 2).astype(np.uint32),
        "side": np.where(bars % 2, -1, 1).astype(np.int8),
        "code": rng.integers(0, SPACE.n_codes, n).astype(np.uint16),
        "context": rng.integers(0, 2**11, n).astype(np.uint16),
        "trades": np.ones(n, np.uint32),
        "vote": kind.astype(np.uint8),
        "realised": rng.integers(-20, 40, n),
        "potential": rng.integers(0, 60, n),
        "left": rng.integers(0, 60, n),
        "given_back": rng.integers(0, 30, n),
        "range": rng.integers(60, 120, n),
    }
    for k, label in enumerate(TIMINGS):
        table[label] = (kind == k).astype(np.uint32)
    for k, name in enumerate(REASONS):
        table[name] = (reason == k).astype(np.uint32)
    return table | columns


def random_bars(rng, n):
    return np.sort(rng.choice(2 * SECONDS, n, replace=False))


def analyze(table, config=CONFIG):
    return BatchRegretAnalyzer(config).batch_analyze_day(table, None)


def test_shares_are_of_events_and_one_event_has_one_vote():
    rng = np.random.default_rng(0)
    table = events(rng, np.array([2, 3, 8, 11]), np.array([1, 1, 0, 3]))
    table["trades"] = np.array([500, 1, 1, 1], np.uint32)
    table["left"] = np.array([5000, 20, 30, 0])
    table["realised"], table["potential"] = np.array([1000, 6, 6, -5]), np.array([5000, 20, 6, -1])
    table["range"] = np.array([10_000, 40, 20, 10])
    r = analyze(table)
    assert (r.events, r.trades) == (4, 503)
    assert (r.optimal, r.too_early, r.too_late, r.wrong_side) == (0.25, 0.5, 0, 0.25)
    assert r.left_on_table_ticks == (10 + 20 + 30 + 0) / 4
    span = 20 + 40 + 20 + 10
    assert r.entry_efficiency == (10 + 20 + 6 - 1) / span
    assert r.total_efficiency == (2 + 6 + 6 - 5) / span
    assert r.exit_efficiency == pytest.approx(1 + r.total_efficiency - r.entry_efficiency)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_efficiencies_add_up(seed, n):
    rng = np.random.default_rng(seed)
    potential = rng.integers(-3, 60, n)
    table = events(
        rng,
        random_bars(rng, n),
        rng.integers(0, 4, n),
        potential=potential,
        range=potential + rng.integers(3, 50, n),
    )
    r = analyze(table)
    if r.total_efficiency is not None:
        assert r.total_efficiency == pytest.approx(r.entry_efficiency + r.exit_efficiency - 1)
        span = table["range"].sum()
        assert r.total_efficiency == pytest.approx(table["realised"].sum() / span)
        assert r.entry_efficiency == pytest.approx(potential.sum() / span)


def test_a_day_without_trades():
    rng = np.random.default_rng(0)
    r = analyze(events(rng, np.zeros(0, np.int64), np.zeros(0, np.int64)))
    assert (r.events, r.trades, r.exit_efficiency, r.left_on_table_ticks) == (0, 0, None, None)


def test_missing_columns_and_wrong_types_are_named():
    rng = np.random.default_rng(9)
    table = events(rng, random_bars(rng, 50), rng.integers(0, 3, 50))
    del table["vote"]
    with pytest.raises(UsageError, match="vote"):
        analyze(table)
    with pytest.raises(UsageError, match="list"):
        analyze([1, 2])


def walk(seed, n=20_000):
    rng = np.random.default_rng(seed)
    prices = np.rint(84_000 + np.cumsum(rng.normal(0, 2.5, 4 * n))).astype(np.int32).reshape(n, 4)
    bars = _core.DayBars.from_ticks(
        np.arange(n, dtype=np.int32),
        prices[:, 0].copy(),
        prices.max(axis=1),
        prices.min(axis=1),
        prices[:, 3].copy(),
        rng.integers(1, 50, n),
        0.25,
        open_ns=0,
        close_s=n,
    )
    engine = _core.StateEngine(len(WINDOWS), window_names=WINDOWS)
    return SimpleNamespace(
        bars=bars,
        states=engine.run(bars, np.repeat([0, 1, 2], [n // 3, n // 3, n - 2 * (n // 3)]).astype(np.uint8)),
    )


def test_trades_frames_and_event_tables_say_the_same():
    day = walk(1)
    design = DOEParameterGenerator(Config(iterations=20), SimpleNamespace(root="MNQ"), WINDOWS)
    table = design.first_stage()
    swept = _core.sweep_day(day.bars, table, states=day.states, events=(120, 5))
    parts = []
    for row in range(len(table["min_samples"])):
        one = {name: column[row].item() for name, column in table.items()}
        parts.append(_core.simulate_day(day.bars, one, states=day.states))
    trades = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    analyzer = BatchRegretAnalyzer(CONFIG)
    from_sweep = analyzer.batch_analyze_day(swept["events"], day)
    assert from_sweep.trades == len(trades["side"]) > 50
    assert analyzer.batch_analyze_day(trades, day) == from_sweep
    assert analyzer.batch_analyze_day(pl.DataFrame(trades), day) == from_sweep
    assert 0 < from_sweep.too_early < 1
    assert from_sweep.exit_efficiency is not None
