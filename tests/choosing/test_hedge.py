"""Who leads: weights that follow the best expert, and another one when the best changes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.choosing.hedge import SHARE, Hedge

histories = st.integers(2, 8).flatmap(
    lambda n: st.lists(
        st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=n, max_size=n), min_size=1, max_size=30
    )
)


@settings(deadline=None)
@given(histories)
def test_weights_are_shares_of_one_and_nobody_is_buried(history):
    hedge = Hedge(len(history[0]))
    for net in history:
        hedge.observe(net)
        assert abs(hedge.weights.sum() - 1) < 1e-12
        assert (hedge.weights >= SHARE / len(net) - 1e-15).all()


@settings(deadline=None)
@given(histories, st.integers(0, 10_000))
def test_experts_are_treated_alike(history, seed):
    """Who does the same has the same weight, whatever place it has."""
    n = len(history[0])
    order = np.random.default_rng(seed).permutation(n)
    a, b = Hedge(n), Hedge(n)
    for net in history:
        a.observe(net)
        b.observe([net[k] for k in order])
    np.testing.assert_allclose(b.weights, a.weights[order], rtol=1e-6, atol=1e-9)


def test_the_first_leads_while_all_are_alike():
    hedge = Hedge(5)
    for _ in range(3):
        assert hedge.leader == 0
        hedge.observe([0.0] * 5)
    np.testing.assert_allclose(hedge.weights, 0.2)


def test_a_better_expert_leads_and_a_new_better_one_takes_over():
    rng = np.random.default_rng(3)
    hedge = Hedge(4)
    led = []
    for day in range(80):
        net = rng.normal(0, 30, 4)
        net[1 if day < 40 else 3] += 100
        led.append(hedge.leader)
        hedge.observe(net.tolist())
    assert led[5:40].count(1) > 30
    taken = led.index(3, 40)
    assert taken < 50
    assert led[taken + 5 :].count(3) > 25


def test_a_day_of_losses_for_all_changes_nothing():
    hedge = Hedge(3)
    hedge.observe([50.0, 0.0, -50.0])
    before = hedge.weights.copy()
    hedge.observe([-70.0, -70.0, -70.0])
    # But for the share that is dealt out anew.
    np.testing.assert_allclose(hedge.weights, (1 - SHARE) * before + SHARE / 3)


def test_the_unit_of_the_results_does_not_matter_once_there_are_large_ones():
    small, large = Hedge(3), Hedge(3)
    for net in ([5.0, -9.0, 2.0], [3.0, 8.0, -8.0], [1.0, 1.0, 7.0]):
        small.observe([10 * x for x in net])
        large.observe([1000 * x for x in net])
    np.testing.assert_allclose(small.weights, large.weights)
