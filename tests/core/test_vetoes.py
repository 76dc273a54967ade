"""What the brain refuses is what asking it bar by bar says."""

import numpy as np
import pytest

from bayescore import _core
from bayescore.errors import UsageError
from tests.core.days import brain, day, table

COST, BARRIER = 3.0, 8


@pytest.fixture(scope="module")
def parts():
    engine = _core.StateEngine(1)
    bars = day(3, bars=6_000)
    return bars, engine.run(bars), brain(4, engine.space)


def counted(parts, sets, with_brain=True, **costs):
    bars, states, known = parts
    known, barrier = (known, BARRIER) if with_brain else (None, None)
    made = _core.PreparedDay(
        bars, states, known, barrier, {"commission_milliticks": 1000, "slippage_base": 1, **costs}
    )
    return made.vetoes(sets)


def test_counts_are_those_of_asking_bar_by_bar(parts):
    bars, states, known = parts
    sets = table(5, sets=60)
    sets["sides"] = np.arange(60, dtype=np.uint8) % 3
    found = counted(parts, sets)
    blind = _core.Brain(states.space)
    last = bars.close_s - _core.FACTS["fills"]["no_entry_before_close"]["default"]
    valid = (states.codes != _core.INVALID) & (np.asarray(bars.ts) < last)
    for k in range(60):
        one = {name: column[k].item() for name, column in sets.items()}
        rule = {**one, "confidence_threshold": 0.999999, "min_samples": 1}
        signals = vetoed = 0
        for code in np.unique(states.codes[valid]):
            # A brain without evidence refuses nothing.
            if one["entry_rule"] == 0 or blind.should_fire(int(code), rule, BARRIER, COST) == 0:
                continue
            here = valid & (states.codes == code) & (states.contexts & one["contexts_allowed"] != 0)
            signals += int(here.sum())
            if known.should_fire(int(code), one, BARRIER, COST) == 0:
                vetoed += int(here.sum())
        assert (found["signals"][k], found["vetoed"][k]) == (signals, vetoed), one
    assert 0 < found["vetoed"].sum() < found["signals"].sum()


def test_without_a_brain_nothing_is_refused(parts):
    found = counted(parts, table(5), with_brain=False)
    assert found["signals"].sum() > 0
    assert found["vetoed"].sum() == 0


def test_bars_too_late_for_an_entry_are_no_signals(parts):
    sets = table(5)
    assert (
        counted(parts, sets, no_entry_before_close=3600)["signals"].sum()
        < counted(parts, sets)["signals"].sum()
    )


def test_sets_are_checked(parts):
    with pytest.raises(UsageError, match="stop_loss_ticks"):
        counted(parts, table(1, sets=2) | {"stop_loss_ticks": np.zeros(2, np.int32)})
