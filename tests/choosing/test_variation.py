"""Offspring: within the ranges, near their parents, and now and then with a switch thrown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bayescore.design import variation
from bayescore.design.factors import NAMES, FactorSpace, rows_of, size
from tests.choosing.tables import SPACE, sets


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.sampled_from([0.6, 2, 40, 900]))
def test_offspring_keep_ranges_and_constraints(seed, n, barrier):
    space, rng = FactorSpace(barrier, ["asia"]), np.random.default_rng(seed)
    parents = space.decode(rng.random((n, len(space))))
    for children in (variation.offspring(space, parents, 50, rng), variation.mutations(space, parents, rng)):
        bound = space.bound(children)
        for name in NAMES:
            assert children[name].dtype == parents[name].dtype
            np.testing.assert_array_equal(bound[name], children[name], err_msg=name)
        assert (children["take_profit_ticks"] > children["stop_loss_ticks"]).all()
        assert np.isin(children["contexts_allowed"], space.context_masks).all()


def test_offspring_differ_from_their_parent_and_stay_near():
    parent = sets(1, seed=3)
    children = variation.offspring(SPACE, parent, 2000, np.random.default_rng(0))
    changed = np.stack([children[name] != parent[name][0] for name in NAMES], axis=1)
    assert changed.any(axis=1).mean() > 0.9
    a, b = SPACE.encode(children), SPACE.encode(parent)
    for k, (name, f) in enumerate(SPACE.factors.items()):
        if f.ordered and name not in (*variation.SWITCHES, "take_profit_ticks", "trail_distance_ticks"):
            cell = 1 / min(f.high - f.low + 1, 10)
            assert np.abs(a[:, k] - b[0, k]).max() <= variation.MUTATION_REACH + cell, name
    # Levels without an order change less often than the others.
    rule, hold = changed[:, NAMES.index("entry_rule")], changed[:, NAMES.index("max_hold_seconds")]
    assert 0.03 < rule.mean() < hold.mean() / 2


@pytest.mark.parametrize("name", variation.SWITCHES)
@pytest.mark.parametrize("off", [True, False])
def test_switches_are_thrown_both_ways(name, off):
    pool = sets(400, seed=5)
    parents = rows_of(pool, np.flatnonzero((pool[name] == 0) == off))
    children = variation.offspring(SPACE, parents, 3000, np.random.default_rng(1))
    thrown = (children[name] == 0) != off
    # Drawn anew in 15% of the children, on the other side in a third to two thirds of those.
    assert 0.04 < thrown.mean() < 0.25


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_crossovers_take_pairs_together(seed, n):
    rng = np.random.default_rng(seed)
    first, second = sets(n, seed % 1000), sets(n, seed % 1000 + 1)
    children = variation.crossovers(first, second, rng)
    for name in NAMES:
        assert ((children[name] == first[name]) | (children[name] == second[name])).all()
    for leader, follower in variation.INHERITED_TOGETHER:
        pairs = list(zip(children[leader], children[follower], strict=True))
        for k, pair in enumerate(pairs):
            assert pair in [(t[leader][k], t[follower][k]) for t in (first, second)]
    bound = SPACE.bound(children)
    assert all((bound[name] == children[name]).all() for name in NAMES)


def test_two_parents_are_mixed():
    a, b = sets(1, seed=8), sets(1, seed=9)
    both = {name: np.concatenate([a[name], b[name]]) for name in NAMES}
    children = variation.offspring(SPACE, both, 1000, np.random.default_rng(2))
    whole = [name for name in NAMES if a[name][0] != b[name][0]]
    from_a = np.stack([children[name] == a[name][0] for name in whole], axis=1)
    from_b = np.stack([children[name] == b[name][0] for name in whole], axis=1)
    mixed = (from_a.any(axis=1) & from_b.any(axis=1)).mean()
    # Two in five are crossed, half of those with another than themselves; a few more look so by chance.
    assert 0.15 < mixed < 0.35
    assert size(children) == 1000


@given(hnp.arrays(np.float64, 20, elements=st.floats(-1, 2, exclude_min=True, exclude_max=True)))
def test_reflection_stays_inside_and_keeps_what_is_inside(u):
    r = variation.reflect(u)
    assert ((r >= 0) & (r < 1)).all()
    inside = (u >= 0) & (u < 1)
    assert (r[inside] == u[inside]).all()
    np.testing.assert_allclose(r[u < 0], np.minimum(-u[u < 0], variation.BELOW_ONE))
    np.testing.assert_allclose(r[u > 1], 2 - u[u > 1])
