"""The archived state engine and context detector on bars small enough to check by hand."""

import random

import engine_bars
import engine_context
import engine_space
import engine_state
import numpy as np
import pytest

from bayescore.config import StateConfig

SMALL = StateConfig(
    band_window=30,
    min_bars=3,
    warmup=10,
    momentum_lag=5,
    long_window=60,
    volume_window=4,
    burst_window=3,
    breakout_gap=6,
    compression_window=8,
    volatility_window=6,
    transition_window=4,
)


def day_of(closes, *, ts=None, spread=1, volume=None):
    n = len(closes)
    return engine_bars.Day(
        ts=list(range(n)) if ts is None else ts,
        open=list(closes),
        high=[c + spread for c in closes],
        low=[c - spread for c in closes],
        close=list(closes),
        volume=[1] * n if volume is None else volume,
        close_s=100_000,
    )


def random_day(seed, n=400):
    rng = random.Random(seed)
    ts, price, closes, volume = [], 1000, [], []
    t = 0
    for _ in range(n):
        t += rng.choice([1, 1, 1, 2, 5])
        price += rng.choice([-3, -1, 0, 0, 1, 3])
        ts.append(t)
        closes.append(price)
        volume.append(rng.randrange(9))
    return day_of(closes, ts=ts, volume=volume)


def test_window_holds_the_bars_after_its_start():
    day = day_of([0] * 5, ts=[0, 2, 3, 7, 9])
    assert [day.window_start(4, w) for w in (1, 2, 3, 6, 7, 100)] == [4, 4, 3, 3, 2, 0]
    assert [day.bar_back(4, w) for w in (1, 2, 6, 7, 9, 10)] == [3, 3, 2, 1, 0, None]


def test_range_and_change_of_a_window():
    day = day_of([10, 14, 11], ts=[0, 1, 5])
    assert engine_bars.ranges(day, 2) == [2, 6, 2]
    assert engine_bars.changes(day, 4) == [None, None, -3]


def test_line_matches_numpy():
    day = random_day(1)
    slope, sigma, z = engine_state.LineFit(day).fit(20, 119)
    x, y = np.array(day.ts[20:120], float), np.array(day.close[20:120], float)
    fit = np.polyfit(x, y, 1)
    residuals = y - np.polyval(fit, x)
    assert slope == pytest.approx(fit[0])
    assert sigma == pytest.approx(np.sqrt(residuals @ residuals / 98))
    assert z == pytest.approx(residuals[-1] / sigma)


def test_sigma_is_at_least_half_a_tick():
    _, sigma, z = engine_state.LineFit(day_of([5, 6, 7, 8, 9])).fit(0, 4)
    assert (sigma, z) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("value", "level"),
    [(0.0, 3), (0.99, 3), (1.0, 4), (-1.0, 2), (2.0, 5), (-2.4, 1), (2.5, 6), (-2.5, 0), (9.0, 6)],
)
def test_a_value_on_an_edge_belongs_to_the_outer_level(value, level):
    assert engine_state.signed_level(value, (1.0, 2.0, 2.5)) == level


@pytest.mark.parametrize(("slope", "level"), [(0.02, 2), (0.019, 1), (0.0, 1), (-0.019, 1), (-0.02, 0)])
def test_trend_is_the_rise_over_the_window_in_sigmas(slope, level):
    assert engine_state.trend_level(slope, 1.0, 100, 2.0) == level


def pattern(closes, spread=1):
    return engine_state.pattern_at(day_of(closes, spread=spread), len(closes) - 1, SMALL)


def test_breakout_is_a_close_beyond_the_range_before_the_gap():
    still = [100] * 30
    assert pattern([*still[:-1], 102]) == engine_state.BREAKOUT
    assert pattern([*still[:-1], 98]) == engine_state.BREAKOUT
    assert pattern([*still[:-1], 101]) != engine_state.BREAKOUT
    assert pattern([*still[:23], 105, *still[24:-1], 102]) != engine_state.BREAKOUT
    assert pattern([*still[:24], 105, *still[25:-1], 102]) == engine_state.BREAKOUT


def test_wedge_is_a_last_third_inside_the_first():
    assert pattern([100, 105, 95, *[100] * 27]) == engine_state.WEDGE
    assert pattern([100] * 30) == engine_state.WEDGE
    assert pattern([100] * 21 + [101] * 2 + [100] * 7) == 0


def test_compression_is_a_small_range_after_a_large_one():
    # The last third reaches past the first, so that it is no wedge, but the last 8 s are quiet.
    closes = [100] * 20 + [104, 96] + [100] * 8
    assert pattern(closes) == engine_state.COMPRESSION
    assert pattern(closes, spread=2) == 0


def test_patterns_need_bars_in_both_parts():
    assert pattern([100] * 5) == 0


def code_fields(day, cfg=SMALL, window=0):
    codes = engine_state.StateEngine(cfg, 2).run(day, [window] * len(day))
    space = engine_space.default_space(2)
    return [None if c == engine_space.INVALID else space.decode(c) for c in codes]


def test_no_code_during_warm_up_or_with_few_bars():
    fields = code_fields(day_of([7] * 8, ts=[5, 10, 14, 15, 16, 60, 61, 62]))
    assert [f is not None for f in fields] == [False, False, False, True, True, False, False, True]


def test_momentum_is_the_change_over_its_rms():
    # Each change over 5 s is one tick until the last, which is four: rms below two, four is beyond 1.5 of it.
    closes = [i // 5 for i in range(40)]
    assert code_fields(day_of(closes))[-1][1] == 3
    assert code_fields(day_of([*closes[:-1], closes[-1] + 3]))[-1][1] == 4
    assert code_fields(day_of([*closes[:-1], closes[-1] - 5]))[-1][1] == 0
    assert code_fields(day_of([3] * 40))[-1][1] == 2


def test_momentum_without_a_bar_back_is_none():
    cfg = StateConfig(warmup=0, min_bars=3, momentum_lag=60)
    assert code_fields(day_of([0, 5, 10, 15, 20]), cfg)[-1][1] == 2


def test_volume_is_confirmed_above_the_factor_only():
    volume = [10] * 26 + [10] * 4
    day = day_of([0] * 30, volume=volume)
    assert code_fields(day)[-1][3] == 0
    more = day_of([0] * 30, volume=[10] * 26 + [13] * 4)
    assert code_fields(more)[-1][3] == 1
    # 4 s at 12 against 30 s at 10 on average: exactly on the edge, which is not above it.
    edge = day_of([0] * 30, volume=[10] * 24 + [6, 6] + [12] * 4)
    assert code_fields(edge)[-1][3] == 0


def test_burst_is_a_range_above_the_factor_of_the_mean():
    day = day_of([0] * 39 + [4])
    assert code_fields(day)[-1][4] == 1
    assert code_fields(day_of([0] * 39 + [1]))[-1][4] == 0


def test_window_field_is_the_one_given():
    assert code_fields(day_of([0] * 20), window=1)[-1][5] == 1


@pytest.mark.parametrize("seed", range(3))
def test_codes_do_not_look_ahead(seed):
    day = random_day(seed)
    engine = engine_state.StateEngine(SMALL, 1)
    codes = engine.run(day, [0] * len(day))
    assert len(set(codes)) > 50
    cut = 250
    columns = (day.ts, day.open, day.high, day.low, day.close, day.volume)
    head = engine_bars.Day(*(column[:cut] for column in columns), close_s=day.close_s)
    assert engine.run(head, [0] * cut) == codes[:cut]


@pytest.mark.parametrize("seed", range(3))
def test_mirrored_prices_have_mirrored_codes(seed):
    day = random_day(seed)
    up, down = code_fields(day), code_fields(day.mirrored())
    for a, b in zip(up, down, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert b == [6 - a[0], 4 - a[1], 2 - a[2], *a[3:]]


def test_code_is_mixed_radix_in_field_order():
    space = engine_space.default_space(3)
    assert space.encode([6, 4, 2, 1, 1, 2, 3]) == space.size - 1 == 7 * 5 * 3 * 2 * 2 * 3 * 4 - 1
    assert space.encode([1, 2, 0, 1, 0, 2, 3]) == (((((1 * 5 + 2) * 3 + 0) * 2 + 1) * 2 + 0) * 3 + 2) * 4 + 3
    for code in (0, 77, 1234, space.size - 1):
        assert space.encode(space.decode(code)) == code
        assert space.state_of_code(3, code) == code // 12
        band, momentum, trend, *_ = space.decode(code)
        assert space.state_of_code(2, code) == (band * 5 + momentum) * 3 + trend
        assert space.state_of_code(1, code) == band * 3 + trend
        assert space.state_of_code(0, code) == 0
    assert [space.states(level) for level in range(4)] == [1, 21, 105, 420]


def test_parents_and_mirrors_commute():
    space = engine_space.default_space(1)
    for level in (1, 2, 3):
        for s in range(space.states(level)):
            m = space.mirrors[level][s]
            assert space.mirrors[level][m] == s
            assert space.mirrors[level - 1][space.parents[level][s]] == space.parents[level][m]


def test_signals_of_states():
    space = engine_space.default_space(1)

    def leaf(band, momentum, volume):
        return space.state_of_code(3, space.encode([band, momentum, 1, volume, 0, 0, 0]))

    assert [space.reversion_sides[leaf(b, 2, 0)] for b in range(7)] == [1, 1, 0, 0, 0, -1, -1]
    assert [space.drive_sides[leaf(3, m, 1)] for m in range(5)] == [-1, 0, 0, 0, 1]
    assert [space.drive_sides[leaf(3, m, 0)] for m in range(5)] == [0] * 5


def bits_of(digit_rows, day=None):
    space = engine_space.default_space(2)
    codes = [engine_space.INVALID if d is None else space.encode(d) for d in digit_rows]
    day = day or day_of([0] * len(codes), spread=0)
    return engine_context.ContextDetector(SMALL, 2).run(day, codes)


QUIET = [3, 2, 1, 0, 0, 0, 0]


def bit(name):
    return engine_context.mask_of(name, ["asia", "london"])


@pytest.mark.parametrize(
    ("digits", "names"),
    [
        (QUIET, ""),
        ([1, 2, 1, 0, 0, 0, 0], "kill_zone"),
        ([5, 2, 1, 0, 0, 0, 0], "kill_zone"),
        ([3, 2, 1, 0, 0, 0, 2], "pattern_setup"),
        ([3, 2, 1, 1, 0, 0, 0], "confirmation"),
        ([3, 2, 1, 0, 1, 0, 0], "velocity_spike"),
        ([4, 3, 2, 0, 0, 0, 0], "fractal_resonance"),
        ([2, 1, 0, 0, 0, 0, 0], "fractal_resonance"),
        ([2, 3, 2, 0, 0, 0, 0], ""),
        ([4, 3, 1, 0, 0, 0, 0], ""),
    ],
)
def test_bits_of_a_code(digits, names):
    expected = bit("all") | bit("session:asia") | (bit(names) if names else 0)
    assert bits_of([digits]) == [expected]


def test_session_bit_and_invalid_bars():
    assert bits_of([None, [3, 2, 1, 0, 0, 1, 0]]) == [0, bit("all+session:london")]


def test_transition_follows_a_change_of_trend():
    down, flat, up = ([3, 2, trend, 0, 0, 0, 0] for trend in (0, 1, 2))

    def on(rows):
        return [bool(x & bit("transition")) for x in bits_of(rows)]

    assert on([flat] * 3 + [up] * 5) == [False] * 3 + [True] * 4 + [False]
    assert on([up, down, flat, flat, flat, flat, flat]) == [False] + [True] * 5 + [False]
    # Other fields do not count, nor does the first state, nor a bar without one.
    assert on([None, up, None, [0, 4, 2, 1, 1, 1, 3], up]) == [False] * 5
    assert on([up, None, down]) == [False, False, True]


def test_volatility_differential_compares_ranges():
    def on(closes):
        day = day_of(closes)
        return bool(bits_of([QUIET] * len(closes), day)[-1] & bit("volatility_differential"))

    assert not on([0, 1] * 30)
    assert on([0] * 54 + [0, 4] * 3)
    assert on([0, 4] * 25 + [0] * 10)


def test_mask_names():
    assert bit("all") == 1
    assert bit("kill_zone+transition") == 2 | 128
    assert bit("session:london") == 1 << 17
    with pytest.raises(ValueError, match="known are all, kill_zone"):
        bit("moonlight")
