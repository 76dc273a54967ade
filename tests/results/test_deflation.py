"""Deflated Sharpe ratio and track records, against formulas, examples of the papers and simulation."""

import math

import numpy as np
import pytest
from scipy import stats as sps

from bayescore.results import deflation as bs


def test_probabilistic_sharpe_by_its_formula():
    x = np.random.default_rng(0).normal(0.05, 1, 250)
    sr = x.mean() / x.std(ddof=1)
    g3, g4 = sps.skew(x), sps.kurtosis(x, fisher=False)
    z = (sr - 0.01) * np.sqrt(249) / np.sqrt(1 - g3 * sr + (g4 - 1) / 4 * sr**2)
    assert bs.probabilistic_sharpe(sr, 0.01, 250, g3, g4) == pytest.approx(sps.norm.cdf(z))
    # Bailey and López de Prado (2014), the worked example of their paper.
    sr0 = bs.expected_max_sharpe(0.5 / 250, 100)
    assert sr0 == pytest.approx(0.1132, abs=5e-4)
    dsr = bs.probabilistic_sharpe(2.5 / np.sqrt(250), sr0, 1250, -3, 10)
    assert dsr == pytest.approx(0.9004, abs=5e-4)


def test_expected_maximum_matches_simulation():
    rng = np.random.default_rng(1)
    best = rng.normal(0, 0.3, (4000, 200)).max(axis=1).mean()
    assert bs.expected_max_sharpe(0.09, 200) == pytest.approx(best, rel=0.02)
    assert bs.expected_max_sharpe(0.09, 1) == 0


def test_deflated_sharpe_is_fair_to_the_luckiest():
    rng = np.random.default_rng(2)
    values = []
    for _ in range(300):
        days = rng.normal(0, 1, (60, 100))
        ratios = days.mean(axis=0) / days.std(axis=0, ddof=1)
        values.append(bs.deflated_sharpe(days[:, ratios.argmax()], ratios.var(ddof=1), 100))
    assert 0.35 < np.mean(values) < 0.65
    assert np.mean(np.array(values) > 0.95) < 0.05
    assert bs.deflated_sharpe([1.0, 1.0, 1.0], 1, 10) is None


def test_effective_trials():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5000, 1))
    assert bs.effective_trials(np.repeat(x, 50, axis=1)) == pytest.approx(1)
    assert bs.effective_trials(rng.normal(size=(5000, 8))) == pytest.approx(8, rel=0.02)
    groups = np.repeat(rng.normal(size=(5000, 4)), 10, axis=1)
    assert bs.effective_trials(groups) == pytest.approx(4, rel=0.02)
    y = rng.normal(size=(30, 7)) + x[:30]
    eigen = np.linalg.eigvalsh(np.corrcoef(y, rowvar=False))
    assert bs.effective_trials(y) == pytest.approx(eigen.sum() ** 2 / (eigen**2).sum())
    assert bs.effective_trials(np.column_stack([y, np.zeros(30)])) == pytest.approx(bs.effective_trials(y))
    assert bs.effective_trials(np.zeros((5, 3))) == 0
    assert bs.effective_trials(np.zeros((1, 3))) == 0


def test_minimum_track_record_inverts_the_probabilistic_sharpe():
    for sr, benchmark, skew, kurtosis in ((0.1, 0.0, 0, 3), (0.2, 0.05, -1, 6), (0.05, 0.0, 0.5, 4)):
        days = bs.minimum_track_record(sr, benchmark, skew, kurtosis, 0.95)
        assert bs.probabilistic_sharpe(sr, benchmark, days, skew, kurtosis) == pytest.approx(0.95)
    # Bailey and López de Prado (2012): a monthly record of an annual 2, normal, needs 0.7 years against 0.
    years = bs.minimum_track_record(2 / math.sqrt(250)) / 250
    assert years == pytest.approx(0.68, abs=0.02)
    assert bs.minimum_track_record(0.0) == math.inf
