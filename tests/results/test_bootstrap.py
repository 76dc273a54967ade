"""Resampled intervals and tests against `arch`, and what they must mean."""

import numpy as np
import pytest
from arch.bootstrap import SPA, StationaryBootstrap

from bayescore.results import bootstrap as bs


def test_resamples_are_blocks_of_days():
    counts = bs.resampled(21, 4000, block=4.0)
    assert counts.shape == (4000, 21)
    assert (counts.sum(axis=1) == 21).all()
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.08)
    # Neighbours come together: both or neither, far more often than by chance.
    together = np.corrcoef(counts[:, :-1].ravel(), counts[:, 1:].ravel())[0, 1]
    apart = np.corrcoef(counts[:, :-10].ravel(), counts[:, 10:].ravel())[0, 1]
    assert together > 0.5 > abs(apart)
    single = bs.resampled(30, 4000, block=1.0)
    assert single.var() == pytest.approx(29 / 30, abs=0.03)


@pytest.mark.parametrize("shape", ["normal", "skewed"])
def test_interval_is_that_of_arch(shape):
    rng = np.random.default_rng(3)
    x = rng.normal(5, 30, 60) if shape == "normal" else rng.exponential(20, 60) - 12
    mean, error = x.mean(), x.std(ddof=1) / np.sqrt(60)
    arch = StationaryBootstrap(bs.block_length(60), x, seed=5)
    ratios = arch.apply(lambda y: (y.mean() - mean) / (y.std(ddof=1) / np.sqrt(60)), 4000).ravel()
    expected = mean - np.quantile(ratios, [0.975, 0.025]) * error
    found = bs.bootstrap_interval(x)
    assert found.mean == pytest.approx(mean)
    assert found[1:] == pytest.approx(tuple(expected), abs=0.25 * error)
    assert bs.bootstrap_interval(x) == bs.bootstrap_interval(x)


def test_interval_covers_a_skewed_truth():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        _, low, high = bs.bootstrap_interval(rng.exponential(1, 25))
        held += low <= 1 <= high
    assert 0.88 < held / 400 < 0.97
    assert bs.bootstrap_interval(np.ones(30)) is None
    assert bs.bootstrap_interval(rng.normal(size=9)) is None


@pytest.mark.parametrize("seed", range(4))
def test_superior_ability_is_that_of_arch(seed):
    """arch leaves the ratios unstudentised, so the alternatives have one spread and the days are many."""
    rng = np.random.default_rng(seed)
    pnl = rng.normal(0, 1, (400, 20)) + rng.normal(0, 0.04, 20)
    spa = SPA(np.zeros(400), -pnl, block_size=bs.block_length(400), reps=4000, seed=seed)
    spa.compute()
    assert bs.superior_ability(pnl, 4000) == pytest.approx(spa.pvalues["consistent"], abs=0.08)


def test_superior_ability_holds_its_level():
    rng = np.random.default_rng(9)
    found = [bs.superior_ability(rng.normal(0, 1, (40, 50)), 300) for _ in range(150)]
    assert 0.0 < np.mean(np.array(found) <= 0.1) < 0.2
    skilled = rng.normal(0, 1, (40, 50))
    skilled[:, 7] += 1.0
    assert bs.superior_ability(skilled) < 0.01
    assert bs.superior_ability(-np.abs(skilled)) == 1.0
    assert bs.superior_ability(np.zeros((40, 5))) is None
    assert bs.superior_ability(skilled[:4]) is None
