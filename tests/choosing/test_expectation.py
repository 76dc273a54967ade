"""What a choice is expected to bring: what the days after choices say, whoever was chosen as the best of however many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.choosing.decision import RECORD_HALF_LIFE, PaperDay
from bayescore.choosing.expectation import after_selection

Z = 1.2816
COST = 4.0
records = st.lists(
    st.tuples(st.floats(-1e4, 1e4), st.just(0.0) | st.floats(1, 1e3), st.integers(0, 99)).map(
        lambda d: PaperDay(*d)
    ),
    max_size=30,
)


@given(records, st.floats(1, 1e3), st.floats(0, 1e3))
def test_it_is_the_weighted_mean_of_the_days_with_its_error(record, noise, cost):
    days = [d for d in record if d.noise > 0]
    found = after_selection(record, COST, noise, cost)
    if not days:
        assert found is None
        return
    w = 0.5 ** (np.arange(len(days))[::-1] / RECORD_HALF_LIFE)
    x = np.array([(d.net + COST * d.trades) / d.noise for d in days])
    spread = max(1, x.std(ddof=1)) if len(x) >= 5 else 1
    assert found.mean == pytest.approx(np.average(x, weights=w) * noise - cost, rel=1e-9, abs=1e-4)
    assert found.sd == pytest.approx(spread * np.linalg.norm(w / w.sum()) * noise)
    assert found.days == len(days)


def evenings(rng, theta, candidates=300, days=12):
    """Every evening the best candidate so far is chosen, and traded the next day; true means of all are `theta`."""
    results = theta + rng.standard_normal((days, candidates))
    record, best = [], 0
    for day in range(days):
        if day:
            record.append(PaperDay(100 * results[day, best] - COST, 100.0, 1))
        best = int(results[: day + 1].mean(axis=0).argmax())
    return record, results, best


@pytest.mark.parametrize("theta", [0.0, 0.7])
def test_the_best_of_many_is_not_expected_to_be_as_good_as_it_looks(theta):
    """Candidates that are all alike: whoever wins has the mean of all. Its own days say too much, later ones do not."""
    rng = np.random.default_rng(1)
    worlds = [evenings(rng, theta) for _ in range(400)]
    truth = 100 * theta - COST
    found = [after_selection(record, COST, 100.0, COST) for record, _, _ in worlds]
    inside = np.mean([abs(f.mean - truth) <= Z * f.sd for f in found])
    assert 0.77 <= inside <= 0.95
    own = [100 * results[:, best].mean() - COST for _, results, best in worlds]
    naive = np.mean([abs(x - truth) <= Z * 100 / np.sqrt(12) for x in own])
    assert naive < 0.05
    assert np.mean(own) - truth > 5 * abs(np.mean([f.mean for f in found]) - truth)


def test_costs_are_those_of_tomorrows_set():
    record = [PaperDay(50.0, 100.0, 10)] * 5
    cheap, dear = (after_selection(record, COST, 100.0, cost) for cost in (10.0, 90.0))
    assert cheap.mean - dear.mean == pytest.approx(80)
    assert after_selection(record, 2 * COST, 100.0, 10.0).mean > cheap.mean


@given(records, st.floats(-1e4, 1e4))
def test_it_is_never_more_than_what_its_own_days_let_expect(record, most):
    free, held = (after_selection(record, COST, 100.0, 50.0, m) for m in (float("inf"), most))
    if free is not None:
        assert held == free._replace(mean=min(free.mean, most))
