"""The factor table: every point of the unit cube is a valid set, and every set can be read back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bayescore.design.factors import DTYPES, NAMES, OFF_SHARE, USUAL_BARRIER, FactorSpace, join, rows_of, size
from bayescore.errors import UsageError
from bayescore.vocabulary import ENTRY_RULES

WINDOWS = ("asia", "london", "open")


def space(scale=1.0):
    return FactorSpace(USUAL_BARRIER * scale, WINDOWS)


def uniform(n, seed=0):
    return np.random.default_rng(seed).random((n, len(NAMES)))


scales = st.sampled_from([0.01, 0.1, 0.5, 1.0, 2.0, 7.3, 100.0])
units = hnp.arrays(
    np.float64, (5, len(NAMES)), elements=st.floats(0, 1, exclude_max=True, allow_nan=False, width=64)
)


@settings(deadline=None)
@given(units, scales)
def test_every_point_of_the_cube_is_a_valid_set(u, scale):
    s = space(scale)
    t = s.decode(u)
    assert (t["take_profit_ticks"] > t["stop_loss_ticks"]).all()
    on = t["trail_activation_ticks"] > 0
    assert (t["trail_distance_ticks"] < t["trail_activation_ticks"])[on].all()
    for name, f in s.factors.items():
        assert t[name].dtype == DTYPES[name]
        if f.ordered:
            inside = (t[name] >= f.low) & (t[name] <= f.high)
            assert (inside | ((t[name] == 0) & bool(f.off))).all(), name
    assert (t["stop_loss_ticks"] >= 1).all()
    assert (t["trail_distance_ticks"] >= 1).all()
    assert (t["contexts_allowed"] > 0).all()


@settings(deadline=None)
@given(units, scales)
def test_encode_inverts_decode(u, scale):
    s = space(scale)
    t = s.decode(u)
    again = s.decode(s.encode(t))
    for name in NAMES:
        np.testing.assert_array_equal(t[name], again[name], err_msg=name)


@settings(deadline=None)
@given(units, scales)
def test_bound_leaves_valid_sets_alone_and_is_idempotent(u, scale):
    s = space(scale)
    t = s.decode(u)
    for name, column in s.bound(t).items():
        np.testing.assert_array_equal(column, t[name], err_msg=name)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 5000), min_size=len(NAMES), max_size=len(NAMES)), st.floats(0, 2, allow_nan=False)
)
def test_bound_mends_any_numbers(values, confidence):
    s = space()
    t = {name: np.array([v]) for name, v in zip(NAMES, values, strict=True)}
    t["confidence_threshold"] = np.array([confidence])
    t["entry_rule"], t["contexts_allowed"] = np.array([1], np.uint8), np.array([5], np.uint32)
    t["sides"] = np.array([2], np.uint8)
    once = s.bound(t)
    assert once["take_profit_ticks"][0] > once["stop_loss_ticks"][0]
    if once["trail_activation_ticks"][0]:
        assert once["trail_distance_ticks"][0] < once["trail_activation_ticks"][0]
    twice = s.bound(once)
    assert all((once[n] == twice[n]).all() for n in NAMES)
    for name, f in s.factors.items():
        if f.off:
            assert (once[name][0] == 0) == (t[name][0] == 0), name
            assert once[name][0] == 0 or f.low <= once[name][0] <= f.high, name


def test_every_level_of_every_factor_occurs_with_its_share():
    s = space()
    t = s.decode(uniform(60_000))
    for name, f in s.factors.items():
        if f.kind == "categorical":
            values = t[name]
            if name == "contexts_allowed":
                values = np.searchsorted([s.contexts_mask(level) for level in f.levels], values)
            shares = np.bincount(values, minlength=len(f.levels)) / len(values)
            np.testing.assert_allclose(shares, f.weights, atol=0.01)
        elif f.kind == "float":
            found, counts = np.unique(t[name], return_counts=True)
            np.testing.assert_allclose(found, np.arange(0.5, 0.96, 0.05), atol=1e-12)
            assert counts.min() > 0.9 * 60_000 / 10
        elif name != "max_hold_seconds":
            assert set(t[name]) - ({0} if f.off else set()) == set(range(int(f.low), int(f.high) + 1)), name
            assert abs((t[name] == 0).mean() - f.off_share) < 0.01 or not f.off, name
    assert {name: f.off_share for name, f in s.factors.items() if f.off} == OFF_SHARE
    hold = t["max_hold_seconds"]
    assert hold.min() == 20
    assert hold.max() > 3590
    assert abs(np.mean(hold < np.sqrt(20 * 3600)) - 0.5) < 0.01


def test_half_of_the_sets_have_no_cooldown_and_no_loss_limit_independently():
    t = space().decode(uniform(60_000))
    free, unlimited = t["cooldown_seconds"] == 0, t["max_consecutive_losses"] == 0
    assert abs(free.mean() - 0.5) < 0.01
    assert abs(unlimited.mean() - 0.5) < 0.01
    assert abs((free & unlimited).mean() - 0.25) < 0.01


def test_ranges_follow_the_barrier():
    ranges = {n: (f.low, f.high) for n, f in space().factors.items() if f.ordered}
    assert ranges == {
        "stop_loss_ticks": (8, 120),
        "take_profit_ticks": (12, 320),
        "trail_activation_ticks": (5, 200),
        "trail_distance_ticks": (4, 80),
        "max_hold_seconds": (20, 3600),
        "cooldown_seconds": (1, 300),
        "confidence_threshold": (0.5, 0.95),
        "min_samples": (0, 50),
        "max_consecutive_losses": (2, 10),
    }
    tripled = space(3).factors
    assert (tripled["stop_loss_ticks"].low, tripled["take_profit_ticks"].high) == (24, 960)
    assert tripled["max_hold_seconds"].high == 3600
    # One tick a minute: every range has at least one value, and what must lie above another still does.
    coarse = {n: (f.low, f.high) for n, f in FactorSpace(1, WINDOWS).factors.items() if n.endswith("_ticks")}
    assert coarse == {
        "stop_loss_ticks": (1, 3),
        "take_profit_ticks": (1, 8),
        "trail_activation_ticks": (2, 5),
        "trail_distance_ticks": (1, 2),
    }


def test_coordinates_grow_with_values():
    s = space()
    for k, (name, f) in enumerate(s.factors.items()):
        if f.ordered:
            u = np.full((99, len(NAMES)), 0.5)
            u[:, k] = np.arange(99) / 99
            column = s.decode(u)[name].astype(float)
            # A trail that never sets in is the latest, no loss limit the largest; no cooldown is the shortest.
            if f.off == "above":
                column[column == 0] = 1e9
            assert (np.diff(column) >= 0).all(), name
            assert column[0] < column[-1], name
            if f.off:
                assert (column[-1] == 1e9) == (f.off == "above"), name
                assert (column[0] == 0) == (f.off == "below"), name


@settings(deadline=None)
@given(units)
def test_rows_become_params_and_come_back(u):
    s = space()
    t = s.decode(u)
    sets = [s.params(t, r) for r in range(size(t))]
    again = s.table(sets)
    for name in NAMES:
        assert again[name].dtype == t[name].dtype
        np.testing.assert_array_equal(again[name], t[name])
    assert all(p.entry_rule in ENTRY_RULES for p in sets)


@settings(deadline=None)
@given(st.integers(1, 2**8 - 1), st.integers(0, 2**3 - 1))
def test_context_masks_have_names(contexts, windows):
    s = space()
    mask = contexts | windows << 16
    text = s.contexts_text(mask)
    assert s.contexts_mask(text) == (1 if mask & 1 else mask)


def test_context_names():
    s = space()
    assert s.contexts_text(0b1010) == "kill_zone+confirmation"
    assert s.contexts_text(1 << 17) == "session:london"
    assert s.contexts_mask("session:asia + transition") == (1 << 16) | (1 << 7)
    with pytest.raises(UsageError, match="session:tokyo"):
        s.contexts_mask("session:tokyo")


def test_unusable_instruments_are_refused():
    with pytest.raises(UsageError, match="barrier"):
        space(0)
    with pytest.raises(UsageError, match="barrier"):
        space(1e9)
    with pytest.raises(UsageError, match="9 session windows"):
        FactorSpace(40, [str(k) for k in range(9)])


def test_rows_and_join():
    t = space().decode(uniform(6))
    parts = join([rows_of(t, slice(0, 2)), rows_of(t, [5, 4])])
    assert size(parts) == 4
    assert parts["stop_loss_ticks"].tolist() == t["stop_loss_ticks"][[0, 1, 5, 4]].tolist()
