"""Is any of it real? With a planted edge the result is positive out of sample; without one it is minus costs."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bayescore import BayesianTrainingOrchestrator, Config, events
from bayescore.data import synth
from bayescore.vocabulary import POLICIES

DAYS = 8
SEEDS = (11, 12, 13)
EARNING = [p for p in POLICIES if p not in {"flat", "median"}]
"""Policies that choose."""
COMMISSION, SLIPPAGE = 2.48, 1
"""MNQ's defaults: ticks a round trip, and ticks a market order."""

Run = tuple[events.Summary, list[events.DayResult], pl.DataFrame]


def train(root: Path, seed: int, edge: float) -> Run:
    file = root / "bars.parquet"
    synth.write(synth.generate(start="2026-01-05", days=DAYS, seed=seed, edge=edge), file)
    orchestrator = BayesianTrainingOrchestrator(Config(), checkpoint_dir=root, run="r")
    summary = orchestrator.train(file)
    assert orchestrator.directory is not None
    trades = pl.concat([pl.read_parquet(p) for p in sorted((root / "r" / "days").glob("*/trades.parquet"))])
    return summary, orchestrator.directory.results(), trades


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    return [train(tmp_path_factory.mktemp("planted"), seed, 0.06) for seed in SEEDS]


@pytest.fixture(scope="module")
def null(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    return [train(tmp_path_factory.mktemp("null"), seed, 0.0) for seed in SEEDS]


def per_trade(daily: list[tuple[float, int]]) -> tuple[float, float]:
    """Mean per trade and its standard error with days as clusters."""
    sums, counts = np.array(daily).T
    mean = sums.sum() / counts.sum()
    k = len(sums)
    return mean, np.sqrt(((sums - mean * counts) ** 2).sum() * k / (k - 1)) / counts.sum()


def days_of(runs: list[Run], policy: str) -> list[events.Metrics]:
    return [m for _, results, _ in runs for r in results if (m := r.policies[policy].metrics) and m.trades]


@pytest.mark.parametrize("policy", EARNING)
def test_planted_edge_pays_out_of_sample(policy: str, planted: list[Run]) -> None:
    for summary, _, _ in planted:
        assert summary.policies[policy].net_ticks > 0
    mean, error = per_trade([(m.net_ticks, m.trades) for m in days_of(planted, policy)])
    assert mean > 3 * error


def test_planted_state_is_among_the_strongest(planted: list[Run]) -> None:
    """The drift leads back after an outer band with volume: short above, long below."""
    for summary, _, _ in planted:
        top = summary.patterns[:10]
        outer = [
            p
            for p in top
            if p.label.startswith(("band ≤ −2.5", "band −2.5..−2", "band ≥ 2.5", "band 2..2.5"))
        ]
        assert len(outer) >= 8, [p.label for p in top]
        assert any("volume confirmed" in p.label and p.significant for p in outer)
        for p in outer:
            assert p.side == ("long" if p.label.startswith(("band ≤", "band −")) else "short"), p.label


def test_planted_edge_is_predicted_better_than_a_coin(planted: list[Run]) -> None:
    gains = []
    for summary, _, _ in planted:
        c = summary.calibration
        assert c.brier is not None and c.brier_half is not None and c.brier_error is not None
        gains.append((c.brier_half - c.brier) / c.brier_error)
        assert c.slope is not None
        assert 0.5 < c.slope < 2
    assert min(gains) > 1.5
    assert np.sum(gains) / np.sqrt(len(gains)) > 4


def test_without_edge_the_result_is_not_distinguishable_from_minus_costs(null: list[Run]) -> None:
    # Policies that search choose few sets of wide brackets: over three short worlds their mean is luck.
    for policy in ("panel", "day_best", "median"):
        daily = []
        for _, _, trades in null:
            mine = trades.filter(pl.col("policy") == policy)
            cost = COMMISSION + SLIPPAGE * (1 + (pl.col("reason") != "target").cast(pl.Int64))
            excess = mine.select(day=pl.col("entry_time").dt.date(), excess=pl.col("net_ticks") + cost)
            daily += (
                excess.group_by("day", maintain_order=True).agg(pl.col("excess").sum(), n=pl.len()).rows()
            )
        mean, error = per_trade([(x, n) for _, x, n in daily])
        assert sum(n for _, _, n in daily) > 100, policy
        assert abs(mean) < 3 * error, policy


def test_without_edge_hindsight_still_looks_golden(null: list[Run]) -> None:
    """The reason why in-sample bests are never the result."""
    for summary, _, _ in null:
        assert summary.in_sample_net_currency > 0
        assert summary.in_sample_net_currency > max(p.net_currency for p in summary.policies.values())


def test_without_edge_predictions_do_not_beat_a_coin(null: list[Run]) -> None:
    for summary, _, _ in null:
        c = summary.calibration
        assert c.brier is not None and c.brier_half is not None and c.brier_error is not None
        assert c.brier_half - c.brier < 2 * c.brier_error
        assert c.brier - c.brier_half < 0.0005
