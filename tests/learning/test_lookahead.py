"""States that know later bars are caught, and those of training do not."""

from pathlib import Path

import numpy as np
import pytest

from bayescore import Config
from bayescore.cli.looking_ahead import own_fields, run_lookahead
from bayescore.data import load
from bayescore.errors import DataError, UsageError
from bayescore.learning.lookahead import first_difference, states_of


@pytest.fixture(scope="module")
def days(sample):
    market = load([str(sample)], Config())
    return market.instrument, list(market.days)[:1]


def test_the_states_of_training_do_not_look_ahead(days):
    instrument, found = days
    assert first_difference(found, states_of(instrument.window_names, Config().state)) is None


def test_a_shift_by_one_is_caught_at_the_bar_before_the_cut(days):
    def shifted(day):
        return {"steady": day.close, "ahead": np.append(day.close[1:], -1)}

    difference = first_difference(days[1], shifted, cuts=1)
    assert difference is not None
    assert difference.field == "ahead"
    assert difference.bar == difference.cut - 1
    assert difference.time_ns == days[1][0].ts_ns[difference.bar]


def test_what_holds_on_short_days_too_is_caught_by_a_changed_future(days):
    """Whoever remembers the day's high does not give himself away when the day ends early."""
    top, bars = int(days[1][0].high.max()), days[1][0].bars

    def remembered(day):
        return {"top": np.full(day.bars, day.high.max() if day.bars == bars else top)}

    difference = first_difference(days[1], remembered)
    assert difference is not None
    assert difference.future == "changed"


def test_values_that_are_no_number_are_alike(days):
    assert first_difference(days[1], lambda d: {"nan": np.full(d.bars, np.nan)}) is None


def test_a_wrong_number_of_values_is_refused(days):
    with pytest.raises(UsageError, match="one value a bar"):
        first_difference(days[1], lambda d: {"short": d.close[1:]})


def test_a_planted_shift_in_a_function_of_ones_own_is_named(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_states.py").write_text(
        "def ahead(bars):\n    return bars['close'].shift(-1).fill_null(0)\n"
        "def honest(bars):\n    return bars['close'].shift(1).fill_null(0)\n"
        "def broken(bars):\n    return bars['no_such_column']\n"
    )
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    run_lookahead([str(sample)], Config(), "my_states:honest", said.append)
    assert said[0].startswith("no lookahead found")
    with pytest.raises(DataError, match=r"ahead of bar .* looks ahead"):
        run_lookahead([str(sample)], Config(), "my_states:ahead", said.append)
    with pytest.raises(UsageError, match=r"my_states:broken: .*no_such_column"):
        run_lookahead([str(sample)], Config(), "my_states:broken", said.append)
    with pytest.raises(UsageError, match="MODULE:FUNCTION"):
        own_fields("my_states:absent")
