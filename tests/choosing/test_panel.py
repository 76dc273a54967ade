"""The panel's formula against loops, and its edge cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.choosing.experts.panel import panel_scores


def brute(history, half_life, undefined):
    """The rule set by set, as it is written down."""
    days, sets = history.shape
    w = [0.5 ** ((days - 1 - d) / half_life) for d in range(days)]
    sw, sw2 = sum(w), sum(v * v for v in w)
    rows = []
    for k in range(sets):
        x = [undefined if np.isnan(v) else v for v in history[:, k]]
        if sum(~np.isnan(history[:, k])) * 2 < days:
            continue
        m = sum(a * b for a, b in zip(w, x, strict=True)) / sw
        s2 = sum(a * (b - m) ** 2 for a, b in zip(w, x, strict=True)) / (sw - sw2 / sw) if days > 1 else 0
        rows.append((k, m, s2))
    if not rows:
        return None
    if days == 1:
        return max(rows, key=lambda r: (r[1], -r[0]))[0], {k: m for k, m, _ in rows}
    pooled = np.mean([s2 for _, _, s2 in rows])
    v = [(s2 * (days - 1) + 4 * pooled) / (days - 1 + 4) * sw2 / sw**2 for _, _, s2 in rows]
    centre = np.mean([m for _, m, _ in rows])
    tau2 = max(0, np.var([m for _, m, _ in rows], ddof=1) - np.mean(v)) if len(rows) > 1 else 0
    score = {
        k: centre + (tau2 / (tau2 + vk) * (m - centre) if tau2 > 0 else 0)
        for (k, m, _), vk in zip(rows, v, strict=True)
    }
    mean = {k: m for k, m, _ in rows}
    return max(score, key=lambda k: (round(score[k], 9), round(mean[k], 9), -k)), score


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9), st.integers(1, 12), st.integers(0, 10**6), st.sampled_from([0.5, 3.0, 10.0]))
def test_panel_equals_the_rule_by_loops(days, sets, seed, half_life):
    rng = np.random.default_rng(seed)
    history = rng.normal(rng.normal(0, 1, sets), rng.uniform(0.1, 2, sets), (days, sets))
    history[rng.random(history.shape) < rng.choice([0, 0.4])] = np.nan
    for undefined in (0.0, 1.0):
        got = panel_scores(history, half_life, undefined)
        expected = brute(history, half_life, undefined)
        if expected is None:
            assert got.best is None
            continue
        best, scores = expected
        assert set(np.flatnonzero(got.eligible)) == set(scores)
        for k, s in scores.items():
            assert got.score[k] == pytest.approx(s, abs=1e-9)
        assert got.best == best


def test_steady_sets_keep_more_of_their_distance():
    steady = [2.0, 2.1, 1.9, 2.0, 2.0]
    wild = [9.0, -5.0, 8.0, -4.0, 2.6]
    others = [[0.1 * k] * 5 for k in range(-5, 5)]
    history = np.array([wild, steady, *others]).T
    got = panel_scores(history, 100.0, 0.0)
    assert got.mean[0] > got.mean[1]
    assert got.best == 1


def test_without_signal_all_scores_are_equal_and_the_mean_decides():
    history = np.array([[1.0, -1.0, 1.0], [-1.0, 1.1, -1.0]])
    got = panel_scores(history, 10.0, 0.0)
    assert len(set(got.score)) == 1
    assert got.best == 1
    assert panel_scores(np.zeros((3, 4)), 10.0, 0.0).best == 0


def test_half_of_the_days_rounded_up():
    nan = np.nan
    history = np.array([[1.0, 1, nan], [nan, 1, nan], [nan, nan, nan]])
    assert panel_scores(history, 10, 0).eligible.tolist() == [False, True, False]
    assert panel_scores(history[:2], 10, 0).eligible.tolist() == [True, True, False]
