"""Is any of it real? With a planted edge the result is positive out of sample; without one it is minus costs."""

from pathlib import Path

import numpy as np
import pytest

from bayescore import BayesianTrainingOrchestrator, Config, events
from bayescore.data import synth

DAYS = 6
SEEDS = (11, 12, 13)


def train(root: Path, seed: int, edge: float) -> tuple[events.Summary, list[events.DayResult]]:
    file = root / "bars.parquet"
    synth.write(synth.generate(start="2026-01-05", days=DAYS, seed=seed, edge=edge), file)
    orchestrator = BayesianTrainingOrchestrator(Config(iterations=300), checkpoint_dir=root, run="r")
    summary = orchestrator.train(file)
    assert orchestrator.directory is not None
    return summary, orchestrator.directory.results()


@pytest.fixture(scope="module", params=SEEDS)
def planted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[events.Summary, list[events.DayResult]]:
    return train(tmp_path_factory.mktemp("planted"), request.param, 0.06)


@pytest.fixture(scope="module")
def null(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[events.Summary, list[events.DayResult]]]:
    return [train(tmp_path_factory.mktemp("null"), seed, 0.0) for seed in SEEDS]


def test_planted_edge_pays_out_of_sample(planted: tuple[events.Summary, list[events.DayResult]]) -> None:
    panel = planted[0].policies["panel"]
    assert panel.trades > 50
    assert panel.mean_ticks is not None
    assert panel.mean_error_ticks is not None
    assert panel.mean_ticks > 2 * panel.mean_error_ticks


def test_planted_state_is_among_the_strongest(planted: tuple[events.Summary, list[events.DayResult]]) -> None:
    """The drift leads back after an outer band with volume: short above, long below."""
    top = planted[0].patterns[:10]
    assert top
    outer = [p for p in top if "2" in p.label.split("·")[0] and "volume confirmed" in p.label]
    assert len(outer) >= len(top) / 2, [p.label for p in top]
    assert all(p.significant for p in outer[:3])
    for p in outer:
        above = (
            not p.label.split("·")[0]
            .strip()
            .removeprefix("band")
            .strip()
            .startswith(("−", "z ≤", "-", "<", "≤"))
        )
        assert p.side == ("short" if above else "long"), p.label


def test_planted_edge_is_predicted_better_than_a_coin(
    planted: tuple[events.Summary, list[events.DayResult]],
) -> None:
    c = planted[0].calibration
    assert c.brier is not None and c.brier_half is not None and c.brier_error is not None
    assert c.brier < c.brier_half - 3 * c.brier_error
    assert c.slope is not None
    assert 0.5 < c.slope < 1.8


def test_without_edge_the_result_is_not_distinguishable_from_minus_costs(
    null: list[tuple[events.Summary, list[events.DayResult]]],
) -> None:
    """Gross per trade, slippage included, must not lie above minus the base slippage of a round trip's first leg."""
    for summary, results in null:
        for name in events.POLICIES:
            p = summary.policies[name]
            days = [m for r in results if (m := r.policies[name].metrics) is not None and m.trades]
            if p.trades < 30 or p.mean_ticks is None or p.mean_error_ticks is None:
                continue
            gross = sum(m.gross_ticks for m in days) / p.trades
            commission = gross - p.mean_ticks
            assert commission > 0
            # Slippage of one to two ticks an order is in the gross figure; no policy may beat a free lunch of zero.
            assert p.mean_ticks < 3 * p.mean_error_ticks, name


def test_without_edge_hindsight_still_looks_golden(
    null: list[tuple[events.Summary, list[events.DayResult]]],
) -> None:
    """The reason why in-sample bests are never the result."""
    for summary, _ in null:
        assert summary.in_sample_net_currency > 0
        traded = sum(p.net_currency for p in summary.policies.values()) / len(summary.policies)
        assert summary.in_sample_net_currency > traded


def test_without_edge_predictions_do_not_beat_a_coin(
    null: list[tuple[events.Summary, list[events.DayResult]]],
) -> None:
    gains = []
    for summary, _ in null:
        c = summary.calibration
        assert c.brier is not None and c.brier_half is not None
        gains.append(c.brier_half - c.brier)
        assert abs(gains[-1]) < 0.001
    assert np.mean(gains) < 0.0005
