"""The statistics against the libraries that have them too: skfolio, ffn and purgedcv (``make oracles`` installs them)."""

import itertools

import numpy as np
import pytest
from scipy import stats as sps

from bayescore.results import deflation, overfitting, statistics

SHAPES = {
    "normal": lambda rng, n: rng.normal(0.1, 1, n),
    "heavy tails": lambda rng, n: rng.standard_t(4, n) + 0.05,
    "rare losses": lambda rng, n: 1.1 - rng.exponential(1, n),
    "losing": lambda rng, n: rng.normal(-0.3, 2, n),
}


def library(name):
    return pytest.importorskip(name, reason=f"{name} is not installed: make oracles")


@pytest.fixture(params=itertools.product(SHAPES, (12, 22, 250)), ids=lambda p: f"{p[0]}, {p[1]} days")
def daily(request):
    """Daily P&L, one record a shape and length."""
    name, days = request.param
    return SHAPES[name](np.random.default_rng([days, len(name)]), days)


@pytest.fixture
def sharpes(daily):
    """Sharpe ratios, per day, of a search beside that record."""
    x = np.random.default_rng(len(daily)).normal(0, 1, (len(daily), 40))
    return x.mean(axis=0) / x.std(axis=0, ddof=1)


def test_probabilistic_sharpe(daily):
    sr, skew, kurtosis = statistics.moments(daily)
    for benchmark in (-0.1, 0.0, 0.2):
        ours = deflation.probabilistic_sharpe(sr, benchmark, len(daily), skew, kurtosis)
        theirs = library("skfolio.measures").probabilistic_sharpe_ratio(daily, benchmark)
        assert ours == pytest.approx(float(theirs), abs=1e-12)


def by_its_moments(daily, benchmark):
    """Ours, with purgedcv's moments: it divides by the population's sd and corrects the others for bias; skfolio does
    neither, as we."""
    skew, kurtosis = sps.skew(daily, bias=False), sps.kurtosis(daily, fisher=False, bias=False)
    return deflation.probabilistic_sharpe(daily.mean() / daily.std(), benchmark, len(daily), skew, kurtosis)


def test_probabilistic_sharpe_with_other_moments(daily):
    ours = by_its_moments(daily, 0.05)
    assert ours == pytest.approx(library("purgedcv").probabilistic_sharpe_ratio(daily, 0.05), abs=1e-12)


def test_expected_maximum_and_deflated_sharpe(daily, sharpes):
    measures, variance = library("skfolio.measures"), sharpes.var(ddof=1)
    assert deflation.expected_max_sharpe(variance, len(sharpes)) == pytest.approx(
        measures.expected_max_sharpe_ratio(len(sharpes), np.sqrt(variance)), rel=1e-12
    )
    theirs = float(measures.deflated_sharpe_ratio(daily, sharpes))
    assert deflation.deflated_sharpe(daily, variance, len(sharpes)) == pytest.approx(theirs, abs=1e-12)


def test_deflated_sharpe_with_other_moments(daily, sharpes):
    variance = float(sharpes.var(ddof=1))
    ours = by_its_moments(daily, deflation.expected_max_sharpe(variance, len(sharpes)))
    theirs = library("purgedcv").deflated_sharpe_ratio(daily, len(sharpes), variance)
    assert ours == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("trials", [1, 2, 40, 5_000])
def test_expected_maximum_by_another(trials):
    theirs = library("ffn").calc_expected_max_sharpe(trials, 0.3)
    assert deflation.expected_max_sharpe(0.09, trials) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_minimum_track_record(daily, confidence):
    sr, skew, kurtosis = statistics.moments(daily)
    theirs = library("purgedcv").min_track_record_length(sr, 0.01, 1 - confidence, skew, kurtosis)
    ours = deflation.minimum_track_record(sr, 0.01, skew, kurtosis, confidence)
    # Theirs is a whole number of days.
    assert theirs == pytest.approx(ours if ours == np.inf else 1 + np.ceil(ours - 1))


def test_sharpe_ratio(daily):
    pandas, ffn = pytest.importorskip("pandas"), library("ffn")
    theirs = ffn.calc_sharpe(pandas.Series(daily), nperiods=252)
    assert statistics.annualised_sharpe(daily) == pytest.approx(float(theirs), rel=1e-12)


def test_drawdown(daily):
    """Theirs is a share of the highest value, so the account is so large that shares and amounts are alike."""
    pandas, ffn = pytest.importorskip("pandas"), library("ffn")
    account = 1e9
    values = pandas.Series(account + np.concatenate([[0.0], np.cumsum(daily)]))
    theirs = -float(ffn.calc_max_drawdown(values)) * account
    assert statistics.max_drawdown(daily) == pytest.approx(theirs, rel=1e-5)


def test_drawdown_by_another(daily):
    """Sums of what is gained, as P&L adds up; the start counts as a high."""
    measures = library("skfolio.measures")
    theirs = measures.max_drawdown(measures.get_drawdowns(daily, compounded=False))
    assert statistics.max_drawdown(daily) == pytest.approx(float(theirs), rel=1e-9)


@pytest.mark.parametrize("blocks", [4, 6, 8])
@pytest.mark.parametrize("seed", range(4))
def test_overfitting_of_a_small_search(blocks, seed):
    rng = np.random.default_rng([blocks, seed])
    x = rng.normal(0, 1, (blocks * 5, 9)) + rng.normal(0, 0.15, 9)
    ours = overfitting.overfitting_probability(x, blocks)
    theirs = library("purgedcv").probability_of_backtest_overfitting(x.T, blocks)
    assert ours.splits == theirs.n_combos
    # Theirs leaves out winners exactly at the median, which an odd number of sets has; the paper's integral has them in.
    assert ours.probability == pytest.approx((theirs.logits <= 0).mean(), abs=1e-12)
    even = library("purgedcv").probability_of_backtest_overfitting(x[:, 1:].T, blocks)
    assert overfitting.overfitting_probability(x[:, 1:], blocks).probability == pytest.approx(
        even.pbo, abs=1e-12
    )


@pytest.mark.parametrize("seed", range(3))
def test_overfitting_by_another(seed):
    pandas, ffn = pytest.importorskip("pandas"), library("ffn")
    x = np.random.default_rng(seed).normal(0.02, 1, (24, 7))
    theirs = ffn.calc_prob_backtest_overfitting(pandas.DataFrame(x), 8)
    assert overfitting.overfitting_probability(x, 8).probability == pytest.approx(theirs, abs=1e-12)
