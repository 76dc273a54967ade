"""Real market data: five instruments through the whole of training, nothing but the instrument given."""

from pathlib import Path

import pytest

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.errors import DataError
from bayescore.runs.reader import RunReader

FILES = {
    "spy_20131007-20131011.ohlcv-1s.parquet": ("SPY", 5),
    "bac_20131007-20131011.ohlcv-1s.parquet": ("BAC", 5),
    "gc_GCZ3_20131007-20131008.ohlcv-1s.parquet": ("GC", 2),
    "eurusd_fxcm_mid_20140501-20140509.ohlcv-1s.parquet": ("EURUSD", 7),
    "xauusd_oanda_mid_20140501-20140509.ohlcv-1s.parquet": ("XAUUSD", 7),
}


@pytest.mark.parametrize("name", FILES)
def test_trains_every_date(name: str, shared_data: Path, tmp_path: Path) -> None:
    instrument, dates = FILES[name]
    config = Config(iterations=100, instrument=instrument)
    summary = BayesianTrainingOrchestrator(config, checkpoint_dir=tmp_path, run="r").train(shared_data / name)
    assert len(summary.dates) == dates
    assert summary.trades_simulated > 0
    for result in RunReader(tmp_path / "r").results():
        assert result.valid_bars > 0
        for window in result.labels:
            assert (
                window.episodes
                == window.ups + window.downs + window.ambiguous + window.unresolved + window.gap
            )


def test_minute_bars_and_a_single_hour_are_refused(shared_data: Path, tmp_path: Path) -> None:
    config = Config(iterations=100, instrument="ES")
    for name in ("es_ESZ3_20131006-20131011.ohlcv-1m.parquet", "es_ESH4_20231225.ohlcv-1s.parquet"):
        with pytest.raises(DataError, match=name.split(".")[0]):
            BayesianTrainingOrchestrator(config, checkpoint_dir=tmp_path, run="r").train(shared_data / name)
    assert not (tmp_path / "r").exists()
