"""The line that says where the search for tomorrow's set is."""

from __future__ import annotations

import random

import msgspec
import pytest

from bayescore.events import Race
from bayescore.training.control import Ticker, TrainingControl
from bayescore_tui.text import lines
from tests.tui.fake_figures import params

LEADER = params(random.Random(1))


def a_race(**other: object) -> Race:
    fields: dict[str, object] = {
        "generation": 2, "generations": 3, "entered": 420, "left": 210, "days_run": 4, "days": 22,
        "leader": LEADER, "leader_currency": 312.4,
    }  # fmt: skip # figures, several to a line
    return Race(**{**fields, **other})  # type: ignore[arg-type]


def test_it_says_who_is_left_and_who_leads() -> None:
    text = lines.race(a_race(), "USD", 140).plain
    assert "generation 2/3" in text
    assert "210 of 420 left" in text
    assert "after 4 of 22 days" in text
    assert (
        f"leads {LEADER.entry_rule} {LEADER.stop_loss_ticks}/{LEADER.take_profit_ticks} +$312 a day" in text
    )
    assert text.count("█") == lines.RACE_COLUMNS // 2
    assert "leads" not in lines.race(a_race(leader=None, leader_currency=None), "USD", 140).plain


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_it_fits(width: int) -> None:
    assert lines.race(a_race(), "USD", width).cell_length <= max(width, 36)


def test_progress_carries_the_race_as_long_as_it_goes_on() -> None:
    control = TrainingControl()
    ticker = Ticker(control, lambda _progress: None)
    assert ticker.snapshot().race is None
    control.race = a_race()
    assert ticker.snapshot().race == a_race()


def test_the_leader_is_named_on_a_terminal_of_120_columns() -> None:
    long = msgspec.structs.replace(LEADER, entry_rule="reversion")
    race = a_race(leader=long, leader_currency=1312.4)
    assert "+$1,312 a day, best of many" in lines.race(race, "USD", 118).plain
