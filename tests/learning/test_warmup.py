"""From a later start a window is right once it is full, and what never forgets is never right."""

import numpy as np
import pytest

from bayescore import Config
from bayescore.cli.warming import render
from bayescore.data import load
from bayescore.learning.states import StateEngine
from bayescore.learning.warmup import NS, fields_of, settling


@pytest.fixture(scope="module")
def days(sample):
    market = load([str(sample)], Config())
    return market.instrument, list(market.days)[:1]


def test_a_sum_over_a_window_settles_when_the_window_is_full(days):
    window = 120

    def fields(day):
        seconds = day.ts_ns // NS
        total = np.concatenate([[0], np.cumsum(day.volume)])
        since = np.searchsorted(seconds, seconds - window, side="right")
        return {
            "sum": total[1:] - total[since],
            "close": day.close,
            "ever": np.maximum.accumulate(seconds) - seconds[0],
        }

    found = {s.field: s for s in settling(days[1], fields, 4)}
    assert window - 5 <= found["sum"].longest <= window
    assert found["sum"].median <= found["sum"].longest
    assert found["close"].longest == 0
    assert found["ever"].unsettled == found["ever"].starts == 4
    text = "\n".join(render(list(found.values()), [days[1][0].date], 900))
    assert "never" in text


def test_the_states_of_training_settle_about_when_they_are_told(days):
    instrument, found = days
    config = Config().state
    settled = settling(found, fields_of(StateEngine(instrument.window_names, config)), 3)
    names = [s.field for s in settled]
    assert "window" not in names
    assert {"band", "momentum", "trend", "context transition"} <= set(names)
    longest = max(s.longest for s in settled)
    # Momentum looks back a lag further than its window.
    assert config.warmup <= longest <= config.long_window + config.momentum_lag
    assert all(s.unsettled == 0 for s in settled)
