"""Calibration by level: parts that add up to the score, bands that hold what they promise, an oracle for each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bayescore.learning.scores import EDGES, MIN_LABELS, TAIL, Scores, held


def scored(seed, days=4, states=200, true=lambda p: p):
    rng = np.random.default_rng(seed)
    scores, labels = Scores(), []
    for _ in range(days):
        p = rng.uniform(0.3, 0.7, states)
        n = rng.integers(0, 40, states)
        ups = rng.binomial(n, true(p))
        scores.add(p, ups, n - ups, np.full(states, 80.0))
        labels.append(
            (
                np.repeat(p, n),
                np.concatenate([np.r_[np.ones(u), np.zeros(m - u)] for u, m in zip(ups, n, strict=True)]),
            )
        )
    p, y = (np.concatenate(x) for x in zip(*labels, strict=True))
    return scores, p, y


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_parts_add_up_to_the_score(seed):
    scores, p, y = scored(seed)
    rel, res, unc = scores.parts()
    assert rel - res + unc == pytest.approx(np.mean((p - y) ** 2), abs=1e-12)
    assert unc == pytest.approx(y.mean() * (1 - y.mean()))


def test_parts_are_those_of_the_labels_one_by_one():
    scores, p, y = scored(1)
    k = np.searchsorted(EDGES, p, side="right")
    bins = [(p[k == b], y[k == b]) for b in np.unique(k)]
    rel = sum(len(q) * (q.mean() - z.mean()) ** 2 for q, z in bins) / len(p)
    res = sum(len(q) * (z.mean() - y.mean()) ** 2 for q, z in bins) / len(p)
    within = sum(len(q) * (q.var() - 2 * np.cov(q, z, bias=True)[0, 1]) for q, z in bins) / len(p)
    assert scores.parts()[:2] == pytest.approx((rel, res - within))


def test_what_is_said_alike_has_the_parts_of_murphy():
    """With one prediction a bin nothing varies within it, and the resolution is Murphy's own."""
    scores = Scores()
    scores.add([0.42, 0.58], [30, 70], [70, 30])
    assert scores.parts() == pytest.approx((0.12**2, 0.2**2, 0.25))


def test_false_odds_are_unreliable_and_vague_ones_resolve_nothing():
    honest = scored(2, days=20)[0].parts()
    boastful = scored(2, days=20, true=lambda p: 0.5 + (p - 0.5) / 4)[0].parts()
    assert boastful.reliability > 10 * honest.reliability
    vague = Scores()
    vague.add([0.5, 0.5], [90, 10], [10, 90])
    assert vague.parts().resolution == pytest.approx(0)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.floats(0.5, 300), st.floats(0.5, 300), st.integers(0, 60))
def test_bands_are_those_of_scipys_beta_binomial(n, a, b, ups):
    ups = min(ups, n)
    law = stats.betabinom(n, a, b)
    k = np.arange(n + 1)
    middle = law.cdf(k) - law.pmf(k) / 2
    within = (middle > TAIL) & (middle < 1 - TAIL)
    # An edge that rounding decides is nobody's fault.
    if np.abs(np.r_[middle - TAIL, middle - 1 + TAIL]).min() < 1e-9:
        return
    # A second, longer state beside it: tables of unequal length must not touch each other.
    inside, expected = held(*(np.array([x, y], float) for x, y in ((ups, 40), (n, 90), (a, 7.0), (b, 9.0))))
    other = held(*(np.array([x], float) for x in (40, 90, 7.0, 9.0)))
    assert inside - other[0] == float(within[ups])
    assert expected - other[1] == pytest.approx(law.pmf(k)[within].sum(), abs=1e-9)


@pytest.mark.parametrize(("doubt", "least", "most"), [(1.0, -0.02, 0.02), (0.02, -1.0, -0.05)])
def test_bands_hold_as_many_as_promised_and_fewer_if_the_odds_are_too_sure(doubt, least, most):
    rng = np.random.default_rng(5)
    scores, strength = Scores(), 60.0
    for _ in range(20):
        p = rng.uniform(0.35, 0.65, 300)
        true = rng.beta(p * strength * doubt, (1 - p) * strength * doubt)
        n = rng.integers(MIN_LABELS, 40, 300)
        ups = rng.binomial(n, true)
        scores.add(p, ups, n - ups, np.full(300, strength))
    states = scores.bands["states"]
    assert states == 6000
    assert least < (scores.bands["inside"] - scores.bands["expected"]) / states < most


def test_states_that_say_nothing_are_in_no_band():
    scores = Scores()
    scores.add([0.5, 0.6, 0.6], [3.5, 4, 5], [3.5, 0, 0], [1e9, 50, 50])
    assert scores.bands["states"] == 1


def test_saved_sums_are_the_same_bits():
    scores, _, _ = scored(3)
    again = Scores.of(scores.state())
    assert again.state() == scores.state()
    assert again.parts() == scores.parts()
