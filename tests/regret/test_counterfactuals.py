"""Other exits from the same entries: pairs that are right, findings where there is something to find, silence elsewhere."""

from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from scipy import stats

from bayescore import _core
from bayescore.config import Config
from bayescore.design.generator import DOEParameterGenerator
from bayescore.errors import UsageError
from bayescore.events import Params
from bayescore.regret.counterfactuals import DAYS, CounterfactualTracker, variants

WINDOWS = ["all"]
SPACE = DOEParameterGenerator(
    Config(iterations=20), SimpleNamespace(root="MNQ", bracket_scale=1), WINDOWS
).space
SET = Params(
    stop_loss_ticks=30,
    take_profit_ticks=60,
    trail_activation_ticks=40,
    trail_distance_ticks=20,
    max_hold_seconds=300,
    cooldown_seconds=0,
    confidence_threshold=0.5,
    min_samples=0,
    entry_rule="reversion",
    contexts_allowed="all",
    max_consecutive_losses=10,
)
COSTS = {"commission_milliticks": 1000, "slippage_base": 1}


def day(seed, pull=0.0, n=20_000):
    """A walk; with ``pull`` it takes a large move of the last minute back for the coming four."""
    rng = np.random.default_rng(seed)
    step = rng.normal(0, 5, n)
    price = np.empty(n)
    at, drift, until = 84_000.0, 0.0, 0
    history = np.zeros(n + 1)
    for i in range(n):
        at += step[i] + (drift if i < until else 0.0)
        price[i] = history[i + 1] = at
        if i >= until and i > 900 and abs(at - history[i - 59]) > 70:
            drift, until = -pull * np.sign(at - history[i - 59]), i + 240
    close = np.rint(price).astype(np.int32)
    open_ = np.concatenate([close[:1], close[:-1]])
    bars = _core.DayBars.from_ticks(
        np.arange(n, dtype=np.int32),
        open_,
        np.maximum(open_, close) + 1,
        np.minimum(open_, close) - 1,
        close,
        rng.integers(1, 50, n),
        0.25,
        open_ns=0,
        close_s=n,
    )
    states = _core.StateEngine(1).run(bars)
    return SimpleNamespace(bars=bars, states=states, core=_core.PreparedDay(bars, states, costs=COSTS))


def trades_of(today, params=SET):
    return _core.simulate_day(today.bars, msgspec.structs.asdict(params), states=today.states, costs=COSTS)


def tracked(days, params=SET):
    tracker = CounterfactualTracker(SPACE)
    for today in days:
        tracker.observe(today, params, trades_of(today, params), COSTS)
    return tracker


def test_neighbours_differ_in_one_exit_factor_and_stay_in_range():
    found = variants(SET, SPACE)
    assert len(found) == 8
    for v in found:
        differing = {
            name for name, value in msgspec.structs.asdict(v.params).items() if value != getattr(SET, name)
        }
        assert differing == {v.factor}
        assert (getattr(v.params, v.factor) - getattr(SET, v.factor)) * v.sign > 0
        assert SPACE.params(SPACE.bound(SPACE.table([v.params])), 0) == v.params
    no_trail = msgspec.structs.replace(SET, trail_activation_ticks=0)
    assert {v.factor for v in variants(no_trail, SPACE)} == {
        "stop_loss_ticks",
        "take_profit_ticks",
        "max_hold_seconds",
    }
    longest = msgspec.structs.replace(SET, max_hold_seconds=3600)
    assert ("max_hold_seconds", 1) not in {(v.factor, v.sign) for v in variants(longest, SPACE)}


def test_the_same_exits_give_the_same_trades_and_others_are_those_of_a_lone_entry():
    today = day(1)
    trades = trades_of(today)
    assert len(trades["side"]) > 20
    wide = msgspec.structs.replace(SET, stop_loss_ticks=45)
    table = SPACE.table([SET, wide])
    net = _core.replay_entries(
        today.bars, trades["decision_bar"], trades["side"], table, states=today.states, costs=COSTS
    )["net"].reshape(2, -1)
    np.testing.assert_array_equal(net[0], trades["net"])
    # A wider stop from the same entry: where a simulation of the wide set enters there too, it ends the same.
    other = trades_of(today, wide)
    shared, mine, theirs = np.intersect1d(trades["decision_bar"], other["decision_bar"], return_indices=True)
    assert len(shared) > 5
    np.testing.assert_array_equal(net[1][mine], other["net"][theirs])


def test_bad_entries_are_named():
    today = day(2, n=2000)
    table = SPACE.table([SET])
    for bars, sides in (([1999], [1]), ([5], [0]), ([5, 6], [1])):
        with pytest.raises(Exception, match="entr"):
            _core.replay_entries(
                today.bars,
                np.array(bars, np.uint32),
                np.array(sides, np.int8),
                table,
                states=today.states,
                costs=COSTS,
            )


def test_where_holding_longer_pays_it_is_named():
    short = msgspec.structs.replace(
        SET, trail_activation_ticks=0, max_hold_seconds=120, take_profit_ticks=150, stop_loss_ticks=60
    )
    rules = tracked([day(s, pull=0.6) for s in range(8)], short).rules(short)
    found = {(r.factor, r.new > r.old) for r in rules if r.found}
    assert ("max_hold_seconds", True) in found
    assert ("max_hold_seconds", False) not in found
    best = next(r for r in rules if r.factor == "max_hold_seconds" and r.new > r.old)
    assert (best.old, best.new) == (120, 144)
    assert best.low > 0
    assert "holding longer (max hold seconds 120 → 144) would have brought +" in best.text


def test_without_an_edge_findings_are_rare():
    found = [
        any(r.found for r in tracked([day(100 * seed + s, n=12_000) for s in range(6)]).rules(SET))
        for seed in range(40)
    ]
    assert np.mean(found) <= 0.125


def test_memory_is_of_the_last_days_and_survives_saving():
    days = [day(s, n=8000) for s in range(DAYS + 2)]
    tracker = tracked(days)
    again = CounterfactualTracker(SPACE)
    again.restore(msgspec.json.decode(msgspec.json.encode(tracker.state())))
    assert again.rules(SET) == tracker.rules(SET) == tracked(days[2:]).rules(SET) != []
    with pytest.raises(UsageError, match="counterfactuals"):
        again.restore([{"entries": "many"}])


def test_days_without_trades_say_nothing():
    tracker = CounterfactualTracker(SPACE)
    tracker.observe(None, None, None, COSTS)
    tracker.observe(None, SET, _core.empty_trades(), COSTS)
    assert tracker.rules(SET) == []
    assert tracked([day(1, n=3000)]).rules(SET) == []
    assert tracked([day(1)]).rules(None) == []


def test_the_whole_path_is_that_of_the_changed_set_and_not_of_its_pairs():
    """A later exit blocks the next entry: what a rule brings all day is not the sum of its pairs."""
    days = [day(s, n=8000) for s in range(DAYS)]
    rules = tracked(days).rules(SET)
    assert len(rules) > 4
    differ = 0
    for rule in rules:
        changed = msgspec.structs.replace(SET, **{rule.factor: rule.new})
        each = np.array(
            [(trades_of(d, changed)["net"].sum() - trades_of(d)["net"].sum()) / 1000 for d in days]
        )
        assert rule.path_ticks == pytest.approx(each.mean())
        low, high = stats.t.interval(0.95, DAYS - 1, each.mean(), stats.sem(each))
        assert (rule.path_low, rule.path_high) == pytest.approx((low, high))
        assert f"all day {each.mean():+.1f} ticks a day".replace("-", "−") in rule.text
        differ += abs(rule.delta_ticks * rule.entries / DAYS - each.mean()) > 1
    assert differ > 0
