"""Posteriors, their probabilities and quantiles against scipy; labels, saving, the public brain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from bayescore import BayesianBrain, _core
from bayescore.config import BrainConfig
from bayescore.errors import DataError, UsageError
from bayescore.events import Params
from tests.core import days

CODES = [leaf * 4 for leaf in range(420)]


@given(st.integers(0, 2**32 - 1), st.sampled_from([(0.1, 5), (2, 60), (50, 3000), (1000, 50_000)]))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_beta_agrees_with_scipy(seed, scale):
    rng = np.random.default_rng(seed)
    a, b = np.exp(rng.uniform(*np.log(scale), (2, 500)))
    sd = np.sqrt(a * b / (a + b + 1)) / (a + b)
    x = np.clip(a / (a + b) + sd * rng.uniform(-5, 5, 500), 0, 1)
    p = rng.uniform(0.001, 0.999, 500)
    np.testing.assert_allclose(_core.beta_above(x, a, b), special.betaincc(a, b, x), rtol=0, atol=1e-12)
    np.testing.assert_allclose(_core.beta_quantile(p, a, b), special.betaincinv(a, b, p), rtol=0, atol=1e-12)


@pytest.mark.parametrize("mirror", [True, False])
@pytest.mark.parametrize("rung", [0, 1, 2])
def test_posteriors_agree_with_scipy(mirror, rung):
    brain = days.brain(3, mirror=mirror)
    table = brain.leaf_table(rung)
    a, b = table["a"], table["b"]
    assert [brain.posterior(c, rung) for c in CODES] == [*zip(a, b, strict=True)]
    assert [brain.evidence(c, rung) for c in CODES] == [*zip(table["ups"], table["downs"], strict=True)]
    np.testing.assert_array_equal(table["leaf"], np.arange(420))
    np.testing.assert_array_equal(table["n"], table["ups"] + table["downs"])
    np.testing.assert_array_equal(table["mean"], a / (a + b))
    np.testing.assert_allclose(table["above_half"], special.betaincc(a, b, 0.5), rtol=0, atol=1e-12)
    for threshold in (0.45, 0.5, 0.531, 0.6):
        got = [brain.probability_beyond(c, threshold, rung) for c in CODES]
        np.testing.assert_allclose(got, special.betaincc(a, b, threshold), rtol=0, atol=1e-12)
    for p in (0.05, 0.1, 0.5, 0.8, 0.95):
        got = [brain.quantile(c, p, rung) for c in CODES]
        np.testing.assert_allclose(got, special.betaincinv(a, b, p), rtol=0, atol=1e-12)


def test_firing_follows_the_definition():
    brain = days.brain(5)
    barrier, cost = 30, 2.5
    fired = set()
    for confidence in (0.5, 0.7, 0.9):
        params = days.one(entry_rule="learned", confidence_threshold=confidence, stop_loss_ticks=16)
        rung = _core.rung_of(16, 40, barrier)
        threshold = _core.bracket_threshold(16, 40, cost, float(_core.rungs(barrier)[rung]))
        a, b = brain.leaf_table(rung)["a"], brain.leaf_table(rung)["b"]
        up = special.betaincc(a, b, threshold) >= confidence
        down = special.betainc(a, b, 1 - threshold) >= confidence
        got = [brain.should_fire(c, params, barrier, cost) for c in CODES]
        np.testing.assert_array_equal(got, up.astype(int) - down)
        fired |= set(got)
    assert fired == {-1, 0, 1}


def test_a_sweep_fires_where_the_brain_does():
    day = days.day(bars=20_000)
    states = _core.StateEngine(1).run(day)
    brain = days.brain(5)
    for rule in ("learned", "reversion", "drive", "any"):
        params = days.one(entry_rule=rule, stop_loss_ticks=16)
        trades = _core.simulate_day(day, params, brain, states=states, barrier=30)
        assert len(trades["side"]) > 5
        sides = [brain.should_fire(int(c), params, 30, 2.0) for c in trades["code"]]
        np.testing.assert_array_equal(trades["side"], sides)


def test_a_brain_is_saved_whole():
    brain = days.brain(9, mirror=False, half_life_days=5.0)
    columns = brain.columns()
    back = _core.Brain.from_columns(brain.space, columns, **brain.config)
    for rung in range(3):
        for name, column in brain.leaf_table(rung).items():
            np.testing.assert_array_equal(back.leaf_table(rung)[name], column)
    np.testing.assert_array_equal(back.kappas(), brain.kappas())
    with pytest.raises(UsageError, match='"ups" is missing'):
        _core.Brain.from_columns(brain.space, {k: v for k, v in columns.items() if k != "ups"})
    with pytest.raises(DataError, match="row 0"):
        _core.Brain.from_columns(brain.space, columns | {"rung": columns["rung"] + 3})
    with pytest.raises(DataError, match="canonical"):
        _core.Brain.from_columns(brain.space, columns)  # made without mirror pooling
    with pytest.raises(UsageError, match="kappa_min"):
        _core.Brain(brain.space, kappa_min=0.0)


def test_labels_by_episode_and_their_sums():
    day = days.day(2)
    windows = (np.arange(len(day)) > 9000).astype(np.uint8)
    states = _core.StateEngine(2, window_names=["night", "day"]).run(day, windows)
    barrier = _core.barrier_ticks(day)
    labels = _core.label_day(day, states, barrier)
    table = labels.table()
    assert {k: v.dtype.name for k, v in table.items()} == {
        "decision_bar": "uint32",
        "code": "uint16",
        "rung": "uint8",
        "outcome": "uint8",
        "end_bar": "uint32",
        "taken": "bool",
    }
    assert len(table["code"]) == 3 * len(labels)
    np.testing.assert_array_equal(table["code"], states.codes[table["decision_bar"]])
    middle = table["rung"] == 1
    by_window = labels.counts_by_window()
    assert list(by_window) == ["night", "day"]
    for kind, name in enumerate(["ups", "downs", "ambiguous", "unresolved"]):
        assert sum(w[name] for w in by_window.values()) == (table["outcome"][middle] == kind).sum()
    assert sum(w["episodes"] for w in by_window.values()) == len(labels) + sum(
        w["gap"] for w in by_window.values()
    )
    counts = labels.counts("window")
    assert counts["label"] == ["night", "day"]
    assert counts["ups"].tolist() == [w["ups"] for w in by_window.values()]
    assert labels.counts()["label"] == ["all"]
    leaves = labels.leaf_counts()
    counted = middle & table["taken"] & (table["outcome"] < 2)
    assert (leaves["ups"] + leaves["downs"]).sum() == counted.sum()
    brain = _core.Brain(states.space)
    brain.learn(labels)
    np.testing.assert_array_equal(brain.leaf_table()["n"][leaves["leaf"]], leaves["ups"] + leaves["downs"])
    with pytest.raises(UsageError, match="field"):
        labels.counts("moon")
    with pytest.raises(UsageError, match="rung"):
        labels.counts(rung=3)


def test_the_public_brain_speaks_for_the_compiled_one(tmp_path):
    space = _core.StateSpace.standard(["all"])
    brain = BayesianBrain(space, BrainConfig(half_life_days=4), cost=2.5)
    params = Params(**days.one(entry_rule="learned", stop_loss_ticks=16))
    with pytest.raises(UsageError, match="barrier"):
        brain.should_fire(0, params)
    brain.restore(days.brain(5).columns())
    brain.barrier = 30
    words = {1: "long", -1: "short", 0: None}
    for code in CODES:
        a, b = brain.core.posterior(code)
        assert brain.get_probability(code) == a / (a + b)
        above = special.betaincc(a, b, 0.5)
        assert brain.get_confidence(code) == pytest.approx(max(above, 1 - above), abs=1e-12)
        low, high = brain.credible_interval(code, 0.9)
        assert special.betainc(a, b, high) - special.betainc(a, b, low) == pytest.approx(0.9, abs=1e-11)
        side = brain.core.should_fire(code, days.one(entry_rule="learned", stop_loss_ticks=16), 30, 2.5)
        assert brain.should_fire(code, params) == words[side]
    brain.save(tmp_path / "brain.parquet")
    back = BayesianBrain.load(tmp_path / "brain.parquet", space, BrainConfig(half_life_days=4))
    for name, column in brain.columns().items():
        np.testing.assert_array_equal(back.columns()[name], column)
    with pytest.raises(UsageError, match="level"):
        brain.credible_interval(0, 1.0)
    (tmp_path / "other.parquet").write_bytes(b"no table")
    with pytest.raises(DataError, match=r"other\.parquet"):
        BayesianBrain.load(tmp_path / "other.parquet", space)
