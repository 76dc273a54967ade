"""Contexts separate bars: each of the rare ones holds at some and not at most, on real and on synthetic bars."""

from pathlib import Path

import numpy as np
import pytest

from bayescore import _core
from bayescore.config import Config
from bayescore.data import MarketData, load, synth
from bayescore.learning.contexts import ContextDetector
from bayescore.learning.states import StateEngine
from tests.data.frames import REAL


def transition_share(market: MarketData, config: Config) -> float:
    """Share of the bars with a state of all days at which the context holds."""
    engine = StateEngine(market.instrument.window_names, config.state)
    detector = ContextDetector(engine.space)
    held = valid = 0
    for day in market.days:
        states = engine.run(day.to_core(), day.windows)
        held += int(np.count_nonzero(detector.detect(states)["transition"]))
        valid += int(np.count_nonzero(states.codes != _core.INVALID))
    return held / valid


@pytest.mark.skipif(not REAL.is_dir(), reason="real market data (../shared/data) is not on this machine")
@pytest.mark.parametrize("name", ["gc", "eurusd", "xauusd", "spy", "bac", "btcusd", "es_ESH4"])
def test_transition_separates_real_bars(name: str) -> None:
    (path,) = REAL.glob(f"{name}*ohlcv-1s.parquet")
    config = Config(min_session_coverage=0.01)
    share = transition_share(load([str(path)], config), config)
    assert 0.05 <= share <= 0.40


@pytest.mark.parametrize("seed", [0, 1])
def test_transition_separates_synthetic_bars(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "mnq.ohlcv-1s.parquet"
    synth.write(synth.generate(days=2, seed=seed), path)
    share = transition_share(load([str(path)], Config()), Config())
    assert 0.05 <= share <= 0.40


def test_names_and_bits_come_from_one_table() -> None:
    engine = StateEngine(("night", "day"))
    names = dict(ContextDetector(engine.space).names)
    assert names == dict(enumerate(_core.CONTEXTS)) | {16: "session:night", 17: "session:day"}
    assert len(_core.CONTEXTS) <= _core.FIRST_SESSION_BIT
    assert _core.FIRST_SESSION_BIT + _core.MAX_WINDOWS <= 32
