"""Statistics against the libraries people trust, and against what they must mean."""

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as sps
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from bayescore.errors import UsageError
from bayescore.results import statistics as bs

pnls = st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=60)


def test_importing_does_not_import_scipy():
    code = (
        "import sys, bayescore.results.statistics; sys.exit(any(m.startswith('scipy') for m in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_normal_distribution():
    x = np.linspace(-8, 8, 41)
    np.testing.assert_allclose(bs.normal_cdf(x), sps.norm.cdf(x), rtol=1e-13)
    assert bs.normal_quantile(0.975) == pytest.approx(sps.norm.ppf(0.975), abs=1e-12)


def test_sharpe():
    x = np.array([1.0, -2.0, 3.0, 0.5])
    assert bs.annualised_sharpe(x) == pytest.approx(x.mean() / x.std(ddof=1) * np.sqrt(252))
    assert bs.annualised_sharpe([1.0]) is None
    assert bs.annualised_sharpe([2.0, 2.0, 2.0]) is None


def test_errors_cover_what_they_promise():
    rng = np.random.default_rng(3)
    months = rng.standard_t(6, (4000, 60)) + 0.1
    ratios = [bs.annualised_sharpe(m, 1) for m in months]
    assert np.mean([bs.sharpe_error(m, 1) for m in months]) == pytest.approx(np.std(ratios), rel=0.08)
    assert bs.sharpe_error([1.0, 2.0]) is None
    assert bs.standard_error(months[0]) == pytest.approx(sps.sem(months[0]))
    assert bs.standard_error([1.0]) is None
    # Trades of a day share a shock: the error per trade must come from the days.
    counts = rng.integers(5, 40, (4000, 20))
    sums = counts * rng.normal(0, 1, counts.shape)
    means = sums.sum(axis=1) / counts.sum(axis=1)
    errors = [bs.ratio_error(s, c) for s, c in zip(sums, counts, strict=True)]
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.1)
    assert bs.ratio_error([1.0], [2]) is None
    assert bs.ratio_error([0.0, 0.0], [0, 0]) is None


@settings(deadline=None)
@given(pnls)
def test_drawdown_against_brute_force(pnl):
    curve = np.concatenate([[0], np.cumsum(pnl)])
    brute = max(curve[i] - curve[j] for i in range(len(curve)) for j in range(i, len(curve)))
    assert bs.max_drawdown(pnl) == pytest.approx(brute)


def test_drawdown_of_nothing_is_nothing():
    assert bs.max_drawdown([]) == 0


@settings(deadline=None)
@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.999]))
def test_wilson_against_statsmodels(n, share, confidence):
    k = round(share * n)
    low, high = bs.wilson(k / n, n, confidence)
    expected = proportion_confint(k, n, alpha=1 - confidence, method="wilson")
    assert (float(low), float(high)) == pytest.approx(expected, abs=1e-9)


def test_wilson_takes_arrays_and_knows_nothing_of_nothing():
    low, high = bs.wilson([0.5, 0.5], [10, 0])
    assert low[0] > 0
    assert (low[1], high[1]) == (0, 1)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.sampled_from([0.01, 0.05, 0.2]))
def test_benjamini_hochberg_against_statsmodels(p, rate):
    # statsmodels compares p ≤ k·rate/m with other rounding: values exactly on the line may differ.
    line = rate * np.arange(1, len(p) + 1) / len(p)
    p = [x for x in p if np.abs(line - x).min() > 1e-12] or [0.5]
    np.testing.assert_array_equal(bs.benjamini_hochberg(p, rate), multipletests(p, rate, "fdr_bh")[0])


def test_benjamini_hochberg_skips_undefined():
    assert bs.benjamini_hochberg([0.04, np.nan, np.nan]).tolist() == [True, False, False]
    assert bs.benjamini_hochberg([np.nan]).tolist() == [False]
    assert bs.benjamini_hochberg([]).tolist() == []


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


def pbo_brute(x, blocks):
    parts = np.array_split(np.arange(len(x)), blocks)
    logits = []
    for chosen in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[b] for b in chosen])
        outside = np.concatenate([parts[b] for b in range(blocks) if b not in chosen])
        train = x[inside].mean(axis=0) / x[inside].std(axis=0)
        test = x[outside].mean(axis=0) / x[outside].std(axis=0)
        omega = sps.rankdata(test)[train.argmax()] / (x.shape[1] + 1)
        logits.append(np.log(omega / (1 - omega)))
    return np.mean(np.array(logits) <= 0)


def test_overfitting_probability():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(24, 13))
    assert bs.overfitting_probability(x, 8) == pytest.approx(pbo_brute(x, 8))
    noise = [bs.overfitting_probability(rng.normal(size=(40, 20)), 10) for _ in range(40)]
    assert 0.4 < np.mean(noise) < 0.65
    skilled = rng.normal(size=(40, 20))
    skilled[:, 3] += 1.5
    assert bs.overfitting_probability(skilled, 10) < 0.05
    assert bs.overfitting_probability(x[:3]) is None
    assert bs.overfitting_probability(x[:, :1]) is None
    idle = np.column_stack([x, np.zeros(24)])
    assert 0 <= bs.overfitting_probability(idle, 8) <= 1


def test_weights_of_days():
    np.testing.assert_allclose(bs.weights_of_days(3, 1), [0.25, 0.5, 1])
    with pytest.raises(UsageError, match="half-life"):
        bs.weights_of_days(3, 0)
