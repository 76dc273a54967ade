"""What a candidate's days let expect: what must hold whatever the numbers are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.choosing.judgement import chance_of_luck, day_weights, posterior, standing
from tests.choosing import tables

COST = 4.48


@settings(deadline=None)
@given(st.integers(1, 15), st.integers(4, 30), st.integers(0, 9999), st.sampled_from([2.0, 10.0, 1e6]))
def test_expectations_lie_between_the_cost_and_what_was_seen(days, n, seed, half_life):
    s = standing(tables.evidence(days, n, seed=seed), half_life, COST)
    p = posterior(s)
    seen, nothing = s.mean, -s.cost
    assert (p.mean >= np.minimum(seen, nothing) - 1e-9).all()
    assert (p.mean <= np.maximum(seen, nothing) + 1e-9).all()
    assert (p.sd <= s.error).all()
    assert (p.cautious < p.mean).all()


@settings(deadline=None)
@given(st.integers(2, 15), st.integers(4, 30), st.integers(0, 9999), st.sampled_from([2.0, 10.0, 1e6]))
def test_a_candidate_that_was_tried_late_changes_no_bit_of_the_others(days, n, seed, half_life):
    """Whether all are known on all days decides how the sums are made, not what they are."""
    known = tables.evidence(days, n, seed=seed)
    alone = standing(known, half_life, COST)
    one = {name: column[-1:, :1] for name, column in known.cells.items()}
    known.add_candidates(tables.sets(1, seed + 1), one)
    for before, after in zip(alone, standing(known, half_life, COST), strict=True):
        assert before.tobytes() == after[:-1].tobytes()


def test_the_last_day_weighs_one_and_a_half_life_before_it_half():
    assert day_weights(7, 3.0)[[-1, -4, -7]].tolist() == [1, 0.5, 0.25]


def test_more_days_like_these_are_believed_more():
    few = posterior(standing(tables.traded([[50.0]] * 2), 1e6, COST))
    many = posterior(standing(tables.traded([[50.0]] * 20), 1e6, COST))
    assert few.mean[0] < many.mean[0] < 50
    assert many.sd[0] < few.sd[0]


def test_a_candidate_that_never_trades_expects_nothing_and_is_not_chosen_for_its_certainty():
    idle = tables.traded([[0.0]] * 10, trades=0)
    p = posterior(standing(idle, 10.0, COST))
    assert p.mean[0] == 0
    assert p.cautious[0] < 0


def test_recent_days_count_more_with_a_short_memory():
    turned = tables.traded([[-60.0]] * 10 + [[60.0]] * 5)
    assert standing(turned, 2.0).mean[0] > 30
    assert standing(turned, 1e6).mean[0] == pytest.approx(-20, abs=0.01)


def test_luck_is_likely_without_an_edge_and_unlikely_with_one():
    lucky = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        # Days of twenty trades of a driftless bracket of 20 × 40 ticks, and what they cost.
        won = rng.random((10, 40, 20)) < 20 / 60
        gross = np.where(won, 40, -20).sum(axis=2)
        e = tables.traded((gross - COST * 20).tolist(), trades=20)
        lucky.append(chance_of_luck(standing(e, 1e6, COST), slice(0, 40), 1.0))
    # A p-value: no more often below a level than that level, within three standard errors.
    for level in (0.05, 0.2, 0.5):
        assert np.mean(np.array(lucky) < level) < level + 3 * np.sqrt(level * (1 - level) / 200)
    assert np.mean(lucky) < 0.75
    earning = tables.traded([[150.0] + [-90.0] * 39] * 10, trades=20)
    assert chance_of_luck(standing(earning, 1e6, COST), slice(0, 40), 1.0) < 1e-3


def test_fewer_candidates_need_less_luck():
    s = standing(tables.evidence(6, 50, fixed=50), 10.0, COST)
    best = int(np.argmax(s.z))
    some = slice(max(0, best - 5), best + 5)
    assert chance_of_luck(s, some, 0.05) < chance_of_luck(s, slice(0, 50), 0.05)
    assert chance_of_luck(s, slice(0, 50), 0.05) < chance_of_luck(s, slice(0, 50), 1.0)
