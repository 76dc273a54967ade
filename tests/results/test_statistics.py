"""Statistics against the libraries people trust, and against what they must mean."""

import subprocess
import sys

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
    far = np.concatenate([np.linspace(-37, 60, 301), [-60.0]])
    np.testing.assert_allclose(
        bs.log_normal_cdf(far[:-1]), sps.norm.logcdf(far[:-1]), rtol=1e-12, atol=1e-300
    )
    assert bs.log_normal_cdf(far[-1]) == -np.inf
    assert bs.normal_quantile(0.975) == pytest.approx(sps.norm.ppf(0.975), abs=1e-12)


@settings(deadline=None)
@given(st.floats(-60, 60), st.integers(1, 400))
def test_students_t_against_scipy(t, df):
    assert bs.t_above(t, df) == pytest.approx(sps.t.sf(t, df), rel=1e-9, abs=1e-300)


@settings(deadline=None)
@given(st.floats(1e-6, 1 - 1e-6), st.integers(1, 400))
def test_quantile_of_students_t_against_scipy(p, df):
    assert bs.t_quantile(p, df) == pytest.approx(sps.t.ppf(p, df), rel=1e-8, abs=1e-9)
    assert bs.t_quantile(0.5, df) == 0


def test_interval_of_a_mean_against_scipy():
    x = np.random.default_rng(0).normal(3, 20, 21)
    mean, low, high = bs.mean_interval(x)
    assert (low, high) == pytest.approx(sps.t.interval(0.95, 20, x.mean(), sps.sem(x)))
    assert mean == pytest.approx(x.mean())
    assert bs.mean_interval(x[:4]) is None


def test_chance_of_a_mean_holds_its_level_where_students_does_not():
    """Daily P&L with rare large losses: the days seen look better than they are."""
    rng = np.random.default_rng(1)
    alarms = {"t": 0, "corrected": 0}
    worlds = 4000
    for _ in range(worlds):
        x = 1 - rng.exponential(1, 21)
        t = x.mean() / sps.sem(x)
        alarms["t"] += bool(sps.t.sf(t, 20) <= 0.05)
        alarms["corrected"] += bool(bs.chance_of_mean(x) <= 0.05)
    assert alarms["t"] / worlds > 1.2 * alarms["corrected"] / worlds
    assert alarms["corrected"] / worlds < 0.075
    symmetric = [bs.chance_of_mean(rng.normal(0, 1, 21)) <= 0.05 for _ in range(worlds)]
    assert 0.035 < np.mean(symmetric) < 0.06
    x = rng.normal(0.5, 1, 30)
    assert bs.chance_of_mean(x) >= sps.ttest_1samp(x, 0, alternative="greater").pvalue - 1e-12
    assert bs.chance_of_mean([1.0] * 8) is None
    assert bs.chance_of_mean(x[:4]) is None


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


def test_the_interval_of_a_sharpe_ratio_holds_the_true_one():
    rng = np.random.default_rng(5)
    true = 2.0
    months = rng.normal(true / np.sqrt(252), 1.0, (2000, 21))
    found = [bs.sharpe_interval(m) for m in months]
    assert np.mean([x.low <= true <= x.high for x in found]) == pytest.approx(0.95, abs=0.015)
    x = months[0]
    half = sps.t.ppf(0.975, 20) * bs.sharpe_error(x)
    assert found[0] == pytest.approx(
        (bs.annualised_sharpe(x), *(bs.annualised_sharpe(x) + np.array([-half, half])))
    )
    assert bs.sharpe_interval(x[:4]) is None
    assert bs.sharpe_interval(np.ones(9)) is None
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


def test_weights_of_days():
    np.testing.assert_allclose(bs.weights_of_days(3, 1), [0.25, 0.5, 1])
    with pytest.raises(UsageError, match="half-life"):
        bs.weights_of_days(3, 0)
