"""The probability of backtest overfitting against a brute-force version, and what it must mean."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats as sps

from bayescore.results import overfitting as bs


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
    assert bs.overfitting_probability(x, 8).probability == pytest.approx(pbo_brute(x, 8))
    noise = [bs.overfitting_probability(rng.normal(size=(40, 20)), 10).probability for _ in range(40)]
    assert 0.4 < np.mean(noise) < 0.65
    skilled = rng.normal(size=(40, 20))
    skilled[:, 3] += 1.5
    assert bs.overfitting_probability(skilled, 10).probability < 0.05
    assert bs.overfitting_probability(x[:3]) is None
    assert bs.overfitting_probability(x[:, :1]) is None
    idle = np.column_stack([x, np.zeros(24)])
    assert 0 <= bs.overfitting_probability(idle, 8).probability <= 1


@pytest.mark.parametrize("seed", range(3))
def test_idle_and_equal_sets_are_ranked_as_by_hand(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(0.1, 1, (21, 6))
    # 21 days are 20 in ten blocks of two: the first is left out.
    assert bs.overfitting_probability(x, 10).probability == pytest.approx(pbo_brute(x[1:], 10))
    assert bs.overfitting_probability(x, 10).splits == 252
    lost = 0
    for chosen in combinations(range(10), 5):
        inside = np.isin(np.arange(20) // 2, chosen)
        ratios = x[1:][inside].mean(axis=0) / x[1:][inside].std(axis=0)
        lost += x[1:][~inside][:, ratios.argmax()].sum() < 0
    assert bs.overfitting_probability(x, 10).loss == pytest.approx(lost / 252)


def test_a_month_of_a_thousand_sets():
    """Sixteen blocks of a thousand sets: what it must mean, on a matrix as large as a month's evidence."""
    rng = np.random.default_rng(0)
    noise = bs.overfitting_probability(rng.normal(size=(32, 1000)))
    assert noise.splits == 12_870
    assert 0.2 < noise.probability < 0.85
