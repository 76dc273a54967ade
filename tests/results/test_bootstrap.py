"""Resampled intervals and tests against `arch`, and what they must mean."""

import numpy as np
import pytest
from arch.bootstrap import SPA, StationaryBootstrap, StepM

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


@pytest.mark.parametrize("seed", range(3))
def test_superior_ability_is_the_definition_resample_by_resample(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(0.2, 1, (14, 5)) * [1, 2, 0.5, 1, 3]
    x[:, 4] -= 4  # hopeless: it keeps its own mean

    def ratio(a):
        return a.mean(axis=0) / (a.std(axis=0) / np.sqrt(len(a) - 1))

    best = ratio(x).max()
    hopeless = ratio(x) < -np.sqrt(2 * np.log(np.log(14)))
    assert hopeless.tolist() == [False] * 4 + [True]
    centred = x - np.where(hopeless, 0, x.mean(axis=0))
    as_good = [
        ratio(np.repeat(centred, counts.astype(int), axis=0)).max() >= best
        for counts in bs.resampled(14, 300)
    ]
    assert bs.superior_ability(x, 300) == pytest.approx(np.mean(as_good))


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


def by_hand(x, size, repetitions):
    """Stepwise testing with the resamples one by one, and Student's ratio by its definition."""
    n, k = x.shape
    counts = bs.resampled(n, repetitions).astype(int)

    def ratio(y):
        spread = y.std()
        return y.mean() / (spread / np.sqrt(n - 1)) if spread > 1e-12 * np.sqrt((y**2).mean()) else 0.0

    own = [ratio(x[:, j]) for j in range(k)]
    chance = [[ratio(np.repeat(x[:, j] - x[:, j].mean(), c)) for j in range(k)] for c in counts]
    named: set[int] = set()
    while len(named) < k:
        left = [j for j in range(k) if j not in named]
        bound = np.quantile([max(row[j] for j in left) for row in chance], 1 - size)
        more = {j for j in left if own[j] > bound}
        if not more:
            break
        named |= more
    return [j in named for j in range(k)]


@pytest.mark.parametrize("seed", range(6))
def test_stepwise_is_the_definition_resample_by_resample(seed):
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 1, (40, 1))
    x = 0.7 * shared + rng.normal(0, 1, (40, 6)) + rng.choice([0, 0, 0.35, 0.8], 6)
    assert bs.stepwise_superior(x, 0.05, 200).tolist() == by_hand(x, 0.05, 200)


@pytest.mark.parametrize("seed", range(4))
def test_stepwise_names_what_arch_names_where_it_is_clear(seed):
    rng = np.random.default_rng(seed)
    true = np.array([0.0, -0.1, 0.5, 0.0, 0.8, -0.5])
    pnl = rng.normal(0, 1, (300, 6)) + true
    stepm = StepM(np.zeros(300), -pnl, block_size=1, reps=1000, seed=seed)
    stepm.compute()
    assert (
        np.flatnonzero(bs.stepwise_superior(pnl, 0.05, 1000)).tolist()
        == list(stepm.superior_models)
        == [2, 4]
    )


def test_stepwise_holds_its_level_over_the_whole_menu():
    """Any of eight related rules is named in 5% of menus at most, though each is looked at; skewed as stops make them."""
    rng = np.random.default_rng(8)
    for draw in (rng.standard_normal, lambda shape: rng.exponential(1, shape) - 1):
        named = [bs.stepwise_superior(draw((120, 1)) + draw((120, 8)), 0.05, 300).any() for _ in range(300)]
        assert np.mean(named) <= 0.09
    alone = [bs.stepwise_superior(rng.standard_normal((120, 8)), 0.05, 300).any() for _ in range(300)]
    assert np.mean(alone) >= 0.02, "a test that never speaks is at its level too"


def test_what_is_named_first_makes_room_for_the_next():
    rng = np.random.default_rng(2)
    gained = 0
    for _ in range(60):
        x = rng.standard_normal((60, 12))
        x[:, :10] += 1.2
        x[:, 10] += 0.33
        named = bs.stepwise_superior(x, 0.05, 300)
        assert named[:10].all()
        alone = x[:, 10].mean() / x[:, 10].std(ddof=1) * np.sqrt(60)
        gained += named[10] and alone < 2.6
    assert gained > 3


def test_stepwise_is_silent_where_there_is_nothing_to_resample():
    assert not bs.stepwise_superior(np.ones((30, 3))).any()
    assert not bs.stepwise_superior(np.random.default_rng(0).normal(9, 1, (9, 3))).any()
