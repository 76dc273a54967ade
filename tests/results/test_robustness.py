"""The figures beside the verdict: each is that of its own function, and all are silent where there is nothing to say."""

import numpy as np
import pytest

from bayescore.report.wording import robustness_lines
from bayescore.results.bootstrap import bootstrap_interval
from bayescore.results.robustness import robustness


def matrix(edge=0.0, seed=0, days=22, sets=60):
    x = np.random.default_rng(seed).normal(0, 50, (days, sets))
    x[:, 3] += edge
    return x


def test_each_figure_is_that_of_its_function():
    x = matrix(120.0)
    daily = x[1:, 3]
    r = robustness(daily, x, 500, [200.0] * 21, trades=420, net_ticks=840.0)
    assert (r.bootstrap_low, r.bootstrap_high) == bootstrap_interval(daily)[1:]
    assert r.kept_of_in_sample == pytest.approx(daily.mean() / 200)
    assert r.break_even_slippage_ticks == 1.0
    assert r.trials == 500
    assert 5 < r.effective_trials < 22
    assert r.deflated_sharpe < r.deflated_sharpe_effective
    assert r.superior_p_value < 0.01
    assert r.overfitting_probability < 0.05
    assert r.probabilistic_sharpe > 0.99
    assert r.track_record_days < 21
    text = " ".join(robustness_lines(r, "USD"))
    assert "best of 500 candidates" in text
    assert "more ticks of slippage" in text


def test_noise_is_not_deflated_to_skill():
    found = [robustness(matrix(seed=s)[1:, 3], matrix(seed=s), 60, [100.0], 10, -5.0) for s in range(20)]
    assert np.mean([r.deflated_sharpe > 0.95 for r in found]) <= 0.1
    assert np.mean([r.superior_p_value <= 0.1 for r in found]) <= 0.3
    assert all(r.break_even_slippage_ticks is None for r in found)


def test_what_cannot_be_said_is_not():
    assert robustness([1.0, 2.0, 3.0], None, 0, [], 0, 0.0) is None
    assert robustness_lines(None, "USD") == []
    flat = robustness(np.zeros(21), np.zeros((22, 5)), 5, [100.0] * 21, 0, 0.0)
    assert (flat.probabilistic_sharpe, flat.track_record_days, flat.bootstrap_low) == (None, None, None)
    assert (flat.trials, flat.deflated_sharpe, flat.superior_p_value) == (0, None, None)
    assert flat.kept_of_in_sample == 0
    assert robustness_lines(flat, "USD") == ["Out of sample came 0% of the in-sample bests."]
