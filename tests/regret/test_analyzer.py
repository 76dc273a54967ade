"""Regret: shares and votes, effective numbers, findings that stay silent on noise, and the way from real trades."""

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
from bayescore.regret.analyzer import BatchRegretAnalyzer, _not_overlapping, proposals
from bayescore.vocabulary import REASONS, TIMINGS

WINDOWS = ["asia", "london", "open"]
SPACE = _core.StateSpace.standard(WINDOWS)
SECONDS = 82_800
TS = np.arange(SECONDS, dtype=np.int32)
DAY = {"ts": TS}
CONFIG = Config()
# A horizon of one second: no two events overlap, so every event counts fully.
POINTWISE = Config(regret_bar_seconds=1, regret_bars_after=0)


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
    return BatchRegretAnalyzer(config, SPACE).batch_analyze_day(table, DAY)


def code_with(rng, n, **labels):
    """Random codes with given labels of some fields."""
    plain = {name: rng.choice(levels, n) for name, levels, _ in SPACE.fields}
    plain |= {name: np.full(n, label) for name, label in labels.items()}
    rows = zip(*plain.values(), strict=True)
    return np.array(
        [SPACE.encode({k: str(v) for k, v in zip(plain, r, strict=True)}) for r in rows], np.uint16
    )


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
    assert r.findings == []


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
    assert r.findings == []


def greedy(starts, span):
    count, free = 0, -1
    for s in starts:
        if s >= free:
            count, free = count + 1, s + span
    return count


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 99), max_size=40), min_size=1, max_size=5), st.integers(1, 120))
def test_effective_number_is_that_of_taking_one_event_after_the_other(rows, span):
    busy = np.zeros((len(rows), 100), np.bool_)
    for line, starts in zip(busy, rows, strict=True):
        line[starts] = True
    expected = [greedy(sorted(set(starts)), span) for starts in rows]
    assert _not_overlapping(busy, span).tolist() == expected


def test_effective_number_on_the_grid_never_exceeds_the_exact_one():
    rng = np.random.default_rng(1)
    bars = random_bars(rng, 900)
    kind = np.where(rng.random(900) < 0.9, 1, 0)
    found = analyze(events(rng, bars, kind)).findings
    side = next(f for f in found if f.group == "side" and f.side == "long" and f.kind == "too_early")
    exact = greedy(bars[bars % 2 == 0] // 2, 720)
    assert 0.97 * exact - 1 <= side.effective_events <= exact
    assert side.events == (bars % 2 == 0).sum()


def test_planted_findings_are_made_with_numbers_and_words():
    rng = np.random.default_rng(2)
    n = 6000
    bars = random_bars(rng, n)
    up = rng.random(n) < 0.5
    code = np.where(up, code_with(rng, n, trend="up"), code_with(rng, n, trend="down")).astype(np.uint16)
    planted = up & (bars % 2 == 0)
    kind = np.where(rng.random(n) < np.where(planted, 0.7, 0.25), 1, rng.choice([0, 2, 3], n))
    table = events(rng, bars, kind, code=code, left=np.where(planted, 14, 3))
    r = analyze(table)
    f = next(f for f in r.findings if f.group == "trend" and f.side == "long" and f.value == "up")
    assert f.kind == "too_early"
    assert f.share == pytest.approx((kind == 1)[planted].mean())
    assert f.low < f.share < f.high
    assert f.low > r.too_early
    assert f.events == planted.sum()
    assert f.median_left_ticks == 14
    share = f"{f.share:.0%}"
    assert f.text.startswith(
        f"{share} of long exits in up-trends were too early (n = {f.events}, median 14 ticks left)"
    )
    assert not any(f.side == "short" and f.kind == "too_early" and f.share > 0.5 for f in r.findings)


@pytest.mark.parametrize(
    ("group", "column", "words"),
    [
        ("pattern", {"pattern": "wedge"}, "in pattern wedge"),
        ("band", {"band": "≥ 2.5"}, "in band ≥ 2.5"),
        ("window", {"window": "london"}, "in session london"),
    ],
)
def test_every_state_group_can_be_found(group, column, words):
    rng = np.random.default_rng(3)
    n = 4000
    inside = rng.random(n) < 0.3
    code = np.where(inside, code_with(rng, n, **column), code_with(rng, n, **{group: dict(LEVELS)[group][0]}))
    kind = np.where(inside, 2, rng.integers(0, 4, n))
    found = analyze(events(rng, random_bars(rng, n), kind, code=code.astype(np.uint16))).findings
    mine = [f for f in found if f.group == group and f.kind == "too_late" and f.share > 0.5]
    assert {f.side for f in mine} == {"long", "short"}
    assert all(words in f.text and "given back" in f.text for f in mine)


LEVELS = [(name, levels) for name, levels, _ in SPACE.fields]


def test_contexts_and_reasons_can_be_found():
    rng = np.random.default_rng(4)
    n = 5000
    context = rng.integers(0, 2**11, n)
    reason = rng.integers(0, 4, n)
    kind = np.where((context >> 6 & 1 == 1) & (rng.random(n) < 0.8), 0, rng.integers(0, 4, n))
    kind[reason == 1] = 1
    found = analyze(
        events(rng, random_bars(rng, n), kind, context=context.astype(np.uint16), reason=reason)
    ).findings
    texts = " | ".join(f.text for f in found)
    assert "in context fractal resonance were well timed" in texts
    assert "by trail were too early" in texts
    assert {p.factor for p in proposals(found)} == {"trail_distance_ticks"}


def runs_with_findings(make, config, seeds=150):
    return np.mean([bool(analyze(make(np.random.default_rng(s)), config).findings) for s in range(seeds)])


def test_noise_is_found_as_rarely_as_stated():
    """Kinds that have nothing to do with anything: any finding is false, and at most 5% of days may have one."""

    def independent(rng):
        n = 3000
        return events(rng, random_bars(rng, n), rng.choice(4, n, p=[0.2, 0.4, 0.3, 0.1]))

    assert runs_with_findings(independent, POINTWISE) <= 0.09
    assert runs_with_findings(independent, CONFIG) <= 0.02


def test_a_share_of_one_half_is_no_majority():
    def even(rng):
        n = 3000
        return events(rng, random_bars(rng, n), rng.integers(0, 2, n))

    assert runs_with_findings(even, POINTWISE) <= 0.09


def test_events_that_share_a_future_count_once():
    """All events of ten minutes have one outcome: counting each would find something every day."""

    by_trend = [code_with(np.random.default_rng(0), 50, trend=t) for t in ("down", "flat", "up")]

    def clustered(rng):
        n = 20_000
        bars = random_bars(rng, n)
        cluster = bars // 2 // 600
        outcome = rng.choice(4, SECONDS // 600 + 1, p=[0.2, 0.45, 0.25, 0.1])[cluster]
        trend = rng.integers(0, 3, SECONDS // 600 + 1)[cluster]
        code = np.array(by_trend)[trend, rng.integers(0, 50, n)]
        return events(rng, bars, outcome, code=code)

    assert runs_with_findings(clustered, CONFIG, 60) <= 0.1
    assert runs_with_findings(clustered, POINTWISE, 10) == 1


def test_small_groups_are_not_looked_at():
    rng = np.random.default_rng(5)
    bars = np.arange(0, 2 * 720 * 9, 2 * 720)
    assert len(bars) == 9
    assert analyze(events(rng, bars, np.ones(9, np.int64))).findings == []


def test_parts_do_not_repeat_what_a_whole_side_says():
    rng = np.random.default_rng(6)
    n = 4000
    found = analyze(events(rng, random_bars(rng, n), np.where(rng.random(n) < 0.8, 1, 0))).findings
    assert {f.group for f in found} == {"side", "exit_reason"}


def test_intervals_are_wilson_and_at_least_95_percent():
    from bayescore.results.statistics import wilson

    rng = np.random.default_rng(7)
    n = 4000
    for f in analyze(events(rng, random_bars(rng, n), np.where(rng.random(n) < 0.8, 1, 0))).findings:
        low, high = wilson(f.share, f.effective_events, 0.95)
        assert f.low <= low + 1e-12
        assert f.high >= high - 1e-12


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_findings_hold_what_they_promise(seed):
    rng = np.random.default_rng(seed)
    n = 3000
    r = analyze(events(rng, random_bars(rng, n), rng.choice(4, n, p=rng.dirichlet([0.5] * 4))))
    assert r.optimal + r.too_early + r.too_late + r.wrong_side == pytest.approx(1)
    overall = {k: getattr(r, k) for k in TIMINGS}
    for f in r.findings:
        assert f.low <= f.share <= f.high
        assert f.low > 0.5 or f.low > overall[f.kind] or f.high < overall[f.kind]
        assert f.effective_events <= f.events


def test_the_same_table_gives_the_same_findings():
    rng = np.random.default_rng(8)
    table = events(rng, random_bars(rng, 5000), rng.integers(0, 3, 5000))
    assert analyze(table) == analyze({k: v.copy() for k, v in table.items()})


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
    design = DOEParameterGenerator(
        Config(iterations=20), SimpleNamespace(root="MNQ", bracket_scale=1), WINDOWS
    )
    table = design.first_stage()
    swept = _core.sweep_day(day.bars, table, states=day.states, events=(120, 5))
    parts = []
    for row in range(len(table["min_samples"])):
        one = {name: column[row].item() for name, column in table.items()}
        parts.append(_core.simulate_day(day.bars, one, states=day.states))
    trades = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    analyzer = BatchRegretAnalyzer(CONFIG, SPACE)
    from_sweep = analyzer.batch_analyze_day(swept["events"], day)
    assert from_sweep.trades == len(trades["side"]) > 50
    assert analyzer.batch_analyze_day(trades, day) == from_sweep
    assert analyzer.batch_analyze_day(pl.DataFrame(trades), day) == from_sweep
    assert 0 < from_sweep.too_early < 1
    assert from_sweep.exit_efficiency is not None
