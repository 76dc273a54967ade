"""Stars: a state's own labels, many states, many evenings."""

import numpy as np
import pytest
from scipy import stats as sps

from bayescore import _core
from bayescore.errors import UsageError
from bayescore.learning.stars import EVENINGS, MIN_LABELS, StarTracker, own_p_values
from tests.learning.test_patterns import MIRROR, OVERSOLD, SPACE, brain


def test_p_values_are_those_of_the_binomial_test():
    rng = np.random.default_rng(0)
    n = rng.integers(0, 200, SPACE.n_leaves)
    ups = rng.binomial(n, 0.55)
    p = own_p_values(brain(ups, n - ups, mirror=False), pooled=False, mirror=MIRROR)
    for leaf in range(SPACE.n_leaves):
        if n[leaf] < MIN_LABELS:
            assert np.isnan(p[leaf])
        else:
            assert p[leaf] == pytest.approx(sps.binomtest(int(ups[leaf]), int(n[leaf])).pvalue)


def test_of_a_pooled_pair_one_is_tested_and_what_is_even_is_not():
    n = np.full(SPACE.n_leaves, 100)
    p = own_p_values(brain(n // 2, n // 2), pooled=True, mirror=MIRROR)
    assert (np.isfinite(p) == (np.arange(SPACE.n_leaves) < MIRROR)).all()


def months(seed, days, edge=0.0):
    """Cumulated counts of a month, evening by evening; `OVERSOLD` has an edge."""
    rng = np.random.default_rng(seed)
    p = np.full(SPACE.n_leaves, 0.5)
    p[OVERSOLD] += edge
    ups = downs = np.zeros(SPACE.n_leaves, np.int64)
    for _ in range(days):
        n = rng.poisson(12, SPACE.n_leaves)
        up = rng.binomial(n, p)
        ups, downs = ups + up, downs + n - up
        yield brain(ups, downs, mirror=False)


def test_a_reader_of_every_evening_sees_few_false_stars_and_soon_the_true_one():
    false = 0
    for seed in range(60):
        tracker, seen = StarTracker(SPACE, pooled=False), False
        for evening in months(seed, 22):
            tracker.observe(evening)
            seen |= bool(tracker.stars)
        false += seen
    assert false / 60 <= 0.1
    for seed in range(5):
        tracker = StarTracker(SPACE, pooled=False)
        for evening in months(seed, 22, edge=0.3):
            tracker.observe(evening)
        assert OVERSOLD in tracker.stars


def test_a_discovery_must_last():
    n = np.full(SPACE.n_leaves, 100)
    even = brain(n // 2, n // 2, mirror=False)
    up = n // 2
    up[OVERSOLD] = 85
    found = brain(up, n - up, mirror=False)
    tracker = StarTracker(SPACE, pooled=False)
    for _ in range(EVENINGS - 1):
        tracker.observe(found)
        assert not tracker.stars
    tracker.observe(even)
    for _ in range(EVENINGS):
        tracker.observe(found)
    assert tracker.stars == {OVERSOLD}
    again = StarTracker(SPACE, pooled=False)
    again.restore(tracker.state())
    assert again.stars == tracker.stars
    again.observe(even)
    assert not again.stars
    for damaged in ({}, {"leaf": [10**6], "evenings": [1]}, {"leaf": [1, 2], "evenings": ["x", 1]}):
        with pytest.raises(UsageError, match="stars"):
            again.restore(damaged)


def test_any_space_can_be_starred():
    space = _core.StateSpace([("side", ["low", "mid", "high"], True)], [["side"]])
    tracker = StarTracker(space, pooled=True)
    tracker.observe(_core.Brain(space))
    assert tracker.stars == frozenset()
