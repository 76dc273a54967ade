"""Main effects: against a textbook analysis of variance, and what they must find and must not."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from bayescore.config import Config
from bayescore.design.effects import EffectTracker
from bayescore.design.factors import NAMES
from bayescore.design.generator import DOEParameterGenerator

INSTRUMENT = SimpleNamespace(root="MNQ")
DESIGN = DOEParameterGenerator(Config(), INSTRUMENT, ("asia", "london"))
UNITS = DESIGN.lhs_units
N = 1000


def objective(values, seed=0):
    """A whole day whose other rows would mislead."""
    x = np.random.default_rng(seed).normal(50, 50, N)
    x[DESIGN.lhs_rows] = values
    return x


def noise(seed, scale=1.0):
    return np.random.default_rng(seed).normal(0, scale, len(UNITS))


def along(name):
    return UNITS[:, NAMES.index(name)]


def found(values):
    return {e.factor: e for e in EffectTracker(DESIGN).effects_of(objective(values))}


def test_a_planted_factor_is_found_with_its_share_and_direction():
    signal = 4 * (along("max_hold_seconds") - 0.5)
    shares = [found(signal + noise(s))["max_hold_seconds"].share for s in range(20)]
    # Variance of a uniform over the unit interval times 16, against noise of 1; five levels lose 4% of it.
    assert np.mean(shares) == pytest.approx(16 / 12 * (1 - 1 / 25) / (16 / 12 + 1), abs=0.01)
    effects = found(signal + noise(1))
    assert effects["max_hold_seconds"].direction > 0.6
    assert int(effects["max_hold_seconds"].best_level.split("–")[1]) > 3500
    assert max(e.share for n, e in effects.items() if n != "max_hold_seconds") < 0.04
    assert next(iter(effects)) == "max_hold_seconds"
    down = found(-4 * along("max_hold_seconds") + noise(1))
    assert down["max_hold_seconds"].direction < -0.6
    assert down["max_hold_seconds"].best_level.startswith("20–")


def test_factors_without_order_have_no_direction_but_a_best_level():
    rule = DESIGN.first_stage()["entry_rule"][DESIGN.lhs_rows]
    shares = [found(2.0 * (rule == 2) + noise(s))["entry_rule"].share for s in range(20)]
    # A quarter of the sets is two higher: a variance of 4 · 3/16, against noise of 1.
    assert np.mean(shares) == pytest.approx(0.75 / 1.75, abs=0.02)
    effects = found(2.0 * (rule == 2) + noise(2))
    assert effects["entry_rule"].direction == 0
    assert effects["entry_rule"].best_level == "drive"


def test_a_trail_that_is_off_is_a_level_of_its_own():
    off = DESIGN.first_stage()["trail_activation_ticks"][DESIGN.lhs_rows] == 0
    effects = found(2.0 * off + noise(3))
    assert effects["trail_activation_ticks"].best_level == "off"
    assert effects["trail_activation_ticks"].direction > 0.3


@pytest.mark.parametrize(("factor", "end"), [("max_consecutive_losses", 1), ("cooldown_seconds", -1)])
def test_a_switch_that_is_off_lies_at_its_end_of_the_axis(factor, end):
    off = DESIGN.first_stage()[factor][DESIGN.lhs_rows] == 0
    assert abs(off.mean() - 0.5) < 0.01
    effects = found(2.0 * off + noise(3))
    assert effects[factor].best_level == "off"
    assert effects[factor].direction * end > 0.3


def test_the_target_is_not_blamed_for_the_stop():
    stop = DESIGN.first_stage()["stop_loss_ticks"][DESIGN.lhs_rows]
    target = DESIGN.first_stage()["take_profit_ticks"][DESIGN.lhs_rows]
    assert np.corrcoef(stop, target)[0, 1] > 0.2
    effects = found(0.2 * stop + noise(4))
    assert effects["stop_loss_ticks"].share > 0.8
    assert effects["take_profit_ticks"].share < 0.02


@pytest.mark.parametrize("factor", ["max_consecutive_losses", "entry_rule", "contexts_allowed"])
def test_shares_equal_epsilon_squared_of_an_analysis_of_variance(factor):
    tracker = EffectTracker(DESIGN)
    y = 2 * along(factor) + noise(5)
    level = tracker._levels[factor].of_row
    table = anova_lm(ols("y ~ C(level)", pd.DataFrame({"y": y, "level": level})).fit())
    between, within = table["sum_sq"]["C(level)"], table["sum_sq"]["Residual"]
    expected = (between - table["df"]["C(level)"] * table["mean_sq"]["Residual"]) / (between + within)
    assert found(y)[factor].share == pytest.approx(expected)


def test_noise_explains_nothing_on_average():
    shares = [sum(e.share for e in found(noise(100 + s)).values()) for s in range(60)]
    assert np.mean(shares) < 0.05
    assert np.quantile([e.share for s in range(60) for e in found(noise(100 + s)).values()], 0.99) < 0.03


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 0.6))
def test_shares_are_shares_and_undefined_rows_are_left_out(seed, gone):
    rng = np.random.default_rng(seed)
    y = rng.standard_cauchy(len(UNITS))
    y[rng.random(len(y)) < gone] = np.nan
    effects = found(y)
    assert all(0 <= e.share <= 1 and -1 <= e.direction <= 1 for e in effects.values())
    assert set(effects) == set(NAMES)


def test_days_are_pooled_without_their_levels():
    signal = 3 * along("cooldown_seconds")
    one, shifted = EffectTracker(DESIGN), EffectTracker(DESIGN)
    for day in range(6):
        y = signal + noise(day, 3.0)
        one.observe(objective(y))
        shifted.observe(objective(y + 100 * day))
    pooled = {e.factor: e.share for e in one.effects()}
    for e in shifted.effects():
        assert e.share == pytest.approx(pooled[e.factor])
    single = EffectTracker(DESIGN).effects_of(objective(signal + noise(0, 3.0)))
    assert pooled["cooldown_seconds"] > 2 * {e.factor: e.share for e in single}["cooldown_seconds"]


def test_sets_that_only_trade_on_good_days_are_not_called_good():
    tracker = EffectTracker(DESIGN)
    lazy = along("min_samples") > 0.8
    for day in range(8):
        y = noise(day) + (10 if day % 2 else -10)
        if day % 2 == 0:
            y[lazy] = np.nan
        tracker.observe(objective(y))
    assert {e.factor: e.share for e in tracker.effects()}["min_samples"] < 0.03
    rows = [r for r in tracker.level_means() if r.factor == "min_samples"]
    assert [round(r.undefined, 2) for r in rows] == [0, 0, 0, 0, 0.5]
    assert all(abs(r.mean - rows[0].mean) < 5 * r.error for r in rows)


def test_level_means_are_means_of_the_levels():
    y = 2 * along("stop_loss_ticks") + noise(9) + 7
    tracker = EffectTracker(DESIGN)
    tracker.observe(objective(y))
    table = tracker.level_means()
    assert [r.factor for r in table] == [n for n in NAMES for r in table if r.factor == n]
    stop = [r for r in table if r.factor == "stop_loss_ticks"]
    u = along("stop_loss_ticks")
    for k, r in enumerate(stop):
        inside = (u >= k / 5) & (u < (k + 1) / 5)
        assert r.mean == pytest.approx(y[inside].mean())
        assert r.sets == inside.sum()
        assert r.error == pytest.approx(y[inside].std(ddof=1) / np.sqrt(inside.sum()), rel=0.2)
    assert stop[0].level.startswith("8–")
    assert stop[-1].level.endswith("–120")
    assert all(r.sets == 98 for r in stop)


def test_nothing_is_said_about_too_few_sets():
    y = np.full(len(UNITS), np.nan)
    y[:19] = noise(0)[:19]
    tracker = EffectTracker(DESIGN)
    tracker.observe(objective(y))
    assert tracker.effects() == []
    assert tracker.effects_of(objective(np.zeros(len(UNITS)))) == []
    tracker = EffectTracker(DESIGN)
    tracker.observe(objective(np.full(len(UNITS), np.nan)))
    assert tracker.effects() == []
    assert all(r.mean is None and r.undefined == 1 for r in tracker.level_means())


def test_a_design_of_a_few_sets_works():
    tiny = DOEParameterGenerator(Config(iterations=10), INSTRUMENT, ("asia",))
    tracker = EffectTracker(tiny)
    tracker.observe(np.arange(10.0))
    assert tracker.effects() == []
    assert tracker.level_means()


def test_shares_never_sum_to_more_than_the_whole():
    """Sets that hardly trade are undefined, and among the others two factors go hand in hand."""
    one, other = along("max_hold_seconds"), along("stop_loss_ticks")
    together = np.abs(one - other) < 0.1
    effects = found(np.where(together, one, np.nan))
    assert effects["max_hold_seconds"].share > 0.4
    assert effects["stop_loss_ticks"].share > 0.4
    assert sum(e.share for e in effects.values()) == pytest.approx(1.0)
