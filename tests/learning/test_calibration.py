"""Calibration: sums that equal the definitions, errors that hold, resumption that changes nothing."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore import _core
from bayescore.errors import UsageError
from bayescore.learning.calibration import EDGES, CalibrationTracker
from tests.core.days import day as day_bars


def day(rng, n=300, true=lambda p: p, spread=0.05):
    p = rng.uniform(0.5 - spread, 0.5 + spread, n)
    trials = rng.integers(1, 30, n)
    ups = rng.binomial(trials, true(p))
    return p, ups, trials - ups


def tracked(seed, days=20, **kwargs):
    rng = np.random.default_rng(seed)
    tracker = CalibrationTracker()
    data = [day(rng, **kwargs) for _ in range(days)]
    for d in data:
        tracker.add(*d)
    return tracker, data


def test_figures_equal_their_definitions_label_by_label():
    tracker, data = tracked(0, days=4)
    p = np.concatenate([np.repeat(np.r_[p, p], np.r_[u, d]) for p, u, d in data])
    y = np.concatenate([np.repeat(np.r_[np.ones_like(u), np.zeros_like(d)], np.r_[u, d]) for _, u, d in data])
    c = tracker.result()
    assert c.n == len(p)
    assert c.brier == pytest.approx(np.mean((p - y) ** 2))
    assert c.brier_half == 0.25
    assert c.slope == pytest.approx(np.sum((p - 0.5) * (y - 0.5)) / np.sum((p - 0.5) ** 2))
    assert c.spread == pytest.approx(np.sqrt(np.mean((p - 0.5) ** 2)))
    which = np.searchsorted(EDGES, p, side="right")
    gaps = [abs(p[which == b].mean() - y[which == b].mean()) * (which == b).mean() for b in set(which)]
    assert c.ece == pytest.approx(sum(gaps))
    assert sum(n for _, _, n in c.bins) == c.n
    for b, (mean, share, n) in zip(sorted(set(which)), c.bins, strict=True):
        assert (mean, share, n) == pytest.approx(
            (p[which == b].mean(), y[which == b].mean(), (which == b).sum())
        )


def test_slope_tells_honest_from_overconfident():
    honest = tracked(1)[0].result()
    assert honest.slope == pytest.approx(1, abs=0.25)
    assert honest.brier < honest.brier_half
    boastful = tracked(1, true=lambda p: 0.5 + (p - 0.5) / 4)[0].result()
    assert boastful.slope == pytest.approx(0.25, abs=0.25)
    assert boastful.brier > boastful.brier_half
    assert honest.ece < boastful.ece


def test_error_of_the_brier_difference_covers():
    outcomes = [tracked(seed, days=15)[0].result() for seed in range(150)]
    differences = [c.brier - c.brier_half for c in outcomes]
    assert np.mean([c.brier_error for c in outcomes]) == pytest.approx(np.std(differences), rel=0.15)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_a_mirrored_day_gives_the_same_figures(seed):
    a, data = tracked(seed, days=3)
    b = CalibrationTracker()
    for p, ups, downs in data:
        b.add(1 - p, downs, ups)
    x, y = a.result(), b.result()
    for name in ("n", "brier", "ece", "slope", "spread", "brier_error"):
        assert getattr(x, name) == pytest.approx(getattr(y, name)), name


def test_resumed_sums_are_the_same_bits():
    rng = np.random.default_rng(3)
    data = [day(rng) for _ in range(6)]
    whole, first = CalibrationTracker(), CalibrationTracker()
    for d in data:
        whole.add(*d)
    for d in data[:3]:
        first.add(*d)
    second = CalibrationTracker()
    second.restore(json.loads(json.dumps(first.state())))
    for d in data[3:]:
        second.add(*d)
    assert second.result() == whole.result()
    assert second.state() == whole.state()


def test_no_labels_no_figures():
    c = CalibrationTracker().result()
    assert (c.n, c.brier, c.slope, c.bins) == (0, None, None, [])
    tracker = CalibrationTracker()
    tracker.add([0.5, 0.5], [1.5, 2], [0.5, 2])
    c = tracker.result()
    assert (c.n, c.brier, c.slope, c.spread, c.brier_error) == (6, 0.25, None, 0.0, None)


def brain_and_labels(mirror=True):
    """A brain that has learned a day of practice data, and the labels of the next."""
    engine = _core.StateEngine(1)
    brain = _core.Brain(engine.space, mirror=mirror)
    days = [day_bars(seed) for seed in (1, 2)]
    first, second = (_core.label_day(bars, engine.run(bars), 8, mirror=mirror) for bars in days)
    brain.learn(first)
    return brain, second


def test_observe_holds_yesterdays_brain_against_todays_labels_level_by_level():
    brain, labels = brain_and_labels()
    tracker = CalibrationTracker()
    tracker.observe(brain, labels)
    found = tracker.result()
    assert [level.level for level in found.levels] == [
        "all states", "band × trend", "band × momentum × trend", "band × momentum × trend × volume × burst",
    ]  # fmt: skip
    seen, odds = labels.leaf_counts(), brain.leaf_table()
    p, ups, downs = odds["mean"][seen["leaf"]], seen["ups"], seen["downs"]
    leaves = found.levels[-1]
    assert leaves.brier == found.brier == pytest.approx(np.sum(ups * (1 - p) ** 2 + downs * p**2) / found.n)
    assert leaves.n == found.n == round(seen["ups"].sum() + seen["downs"].sum())
    # With mirror images pooled all states together are one half, which is no prediction.
    root = found.levels[0]
    assert (root.brier, root.slope, root.bands, root.inside) == (0.25, None, 0, None)
    assert all(
        level.reliability - level.resolution + level.uncertainty == pytest.approx(level.brier)
        for level in found.levels
    )


def test_levels_are_taken_up_again():
    brain, labels = brain_and_labels(mirror=False)
    whole, first, second = (CalibrationTracker() for _ in range(3))
    for _ in range(2):
        whole.observe(brain, labels)
    first.observe(brain, labels)
    second.restore(json.loads(json.dumps(first.state())))
    second.observe(brain, labels)
    assert second.result() == whole.result()
    assert whole.result().levels[0].bands > 0


def test_nonsense_is_refused():
    with pytest.raises(UsageError, match=r"0\.\.1"):
        CalibrationTracker().add([1.2], [1], [1])
    with pytest.raises(UsageError, match="negative"):
        CalibrationTracker().add([0.2], [-1], [1])
    with pytest.raises(UsageError, match="saved state"):
        CalibrationTracker().restore({"names": [], "levels": [{"sums": {}}]})
