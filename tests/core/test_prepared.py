"""A prepared day gives what its parts give, keeps the brain it was made with, and many days are each day by itself."""

import threading

import numpy as np
import pytest

from bayescore import _core
from bayescore.errors import DataError, Interrupted, UsageError
from tests.core import days
from tests.core.days import endless

BARRIER = 30
COSTS = {"commission_milliticks": 2480, "slippage_base": 1, "slippage_factor": 0.1, "intrabar": "ohlc_path"}
TABLE = days.table(3, sets=80)
SEEDS = (1, 2, 3, 4, 5)
BARS = [days.day(seed, bars=4000 + 900 * seed) for seed in SEEDS]
STATES = [_core.StateEngine(1).run(bars) for bars in BARS]
BRAINS = [days.brain(1), None, days.brain(2), days.brain(3), None]
PREPARED = [
    _core.PreparedDay(bars, states, brain, BARRIER if brain else None, COSTS)
    for bars, states, brain in zip(BARS, STATES, BRAINS, strict=True)
]


def parts(k):
    return {
        "states": STATES[k],
        "brain": BRAINS[k],
        "barrier": BARRIER if BRAINS[k] else None,
        "costs": COSTS,
    }


def same(a, b):
    assert a.keys() == b.keys()
    for name, column in a.items():
        np.testing.assert_array_equal(b[name], column, err_msg=name)


@pytest.mark.parametrize("k", [0, 1])
def test_a_prepared_day_gives_what_its_parts_give(k):
    swept = _core.sweep_day(PREPARED[k], TABLE, min_trades=3)
    assert swept["trades"].sum() > 500
    same(swept, _core.sweep_day(BARS[k], TABLE, min_trades=3, **parts(k)))
    together = _core.simulate_sets(PREPARED[k], TABLE)
    for row, (trades, dropped) in enumerate(together):
        assert (len(trades["net"]), dropped) == (swept["trades"][row], swept["dropped"][row])
    same(_core.simulate_day(PREPARED[k], days.one()), _core.simulate_day(BARS[k], days.one(), **parts(k)))


@pytest.mark.parametrize("threads", [0, 1, 2, 3, 8])
def test_many_days_are_each_day_by_itself(threads):
    table = _core.sweep_days(PREPARED, TABLE, threads=threads)
    assert {name: column.dtype.name for name, column in table.items()} == {
        "net": "int64",
        "gross": "int64",
        "gross_sq": "int64",
        "trades": "int32",
        "wins": "int32",
    }
    for k, day in enumerate(PREPARED):
        swept = _core.sweep_day(day, TABLE, min_trades=1)
        for name in ("gross", "gross_sq", "trades", "wins"):
            np.testing.assert_array_equal(table[name][k], swept[name], err_msg=name)
        net = [trades["net"].sum() for trades, _ in _core.simulate_sets(day, TABLE)]
        np.testing.assert_array_equal(table["net"][k], net)
    assert all(column.flags.c_contiguous and column.shape == (5, 80) for column in table.values())
    assert len({tuple(row) for row in table["net"].tolist()}) == len(SEEDS)


def test_no_days_and_no_sets_give_empty_tables():
    assert _core.sweep_days([], TABLE)["net"].shape == (0, 80)
    none = {name: column[:0] for name, column in TABLE.items()}
    assert _core.sweep_days(PREPARED, none)["net"].shape == (5, 0)


def test_a_day_keeps_the_brain_it_was_made_with():
    brain = days.brain(4)
    day = _core.PreparedDay(BARS[0], STATES[0], brain, BARRIER, COSTS)
    before = _core.sweep_days([day], TABLE)
    for _ in range(40):
        brain.learn(_core.label_day(BARS[0], STATES[0], BARRIER))
    same(before, _core.sweep_days([day], TABLE))
    learned = _core.PreparedDay(BARS[0], STATES[0], brain, BARRIER, COSTS)
    assert (_core.sweep_days([learned], TABLE)["net"] != before["net"]).any()


def test_a_day_says_what_it_weighs():
    for bars, day in zip(BARS, PREPARED, strict=True):
        assert len(day) == len(bars)
        assert 4 * len(bars) <= day.nbytes <= 100 * len(bars)
        assert str(day.nbytes) in repr(day)


def test_what_does_not_go_together_is_refused():
    with pytest.raises(UsageError, match="barrier"):
        _core.PreparedDay(BARS[0], STATES[0], days.brain(1))
    with pytest.raises(UsageError, match="barrier"):
        _core.PreparedDay(BARS[0], STATES[0], days.brain(1), -1)
    with pytest.raises(UsageError, match="slippage_base"):
        _core.PreparedDay(BARS[0], costs={"slippage_base": -1})
    with pytest.raises(DataError, match="codes"):
        _core.PreparedDay(BARS[0], STATES[1])
    with pytest.raises(DataError, match="state space"):
        _core.PreparedDay(BARS[0], STATES[0], days.brain(1, _core.StateSpace.standard(["a", "b"])), BARRIER)
    for given in ({"brain": days.brain(1)}, {"states": STATES[0]}, {"costs": COSTS}, {"barrier": 3}):
        with pytest.raises(UsageError, match="leave them out"):
            _core.sweep_day(PREPARED[0], TABLE, **given)
    with pytest.raises(TypeError):
        _core.sweep_day(TABLE, TABLE)


@pytest.mark.parametrize("threads", [1, 2])
def test_many_days_can_be_watched_and_stopped(threads):
    bars, table, states = endless()
    day = _core.PreparedDay(bars, states)
    control = _core.Control()
    seen = []

    def watch():
        while control.done == 0:
            pass
        seen.append(control.done)
        control.stop()

    watcher = threading.Thread(target=watch)
    watcher.start()
    with pytest.raises(Interrupted, match="stopped"):
        _core.sweep_days([day] * 4, table, threads=threads, control=control)
    watcher.join()
    assert 0 < seen[0] <= control.done < 4 * len(table["entry_rule"])


def test_every_set_is_counted_once_a_day():
    control = _core.Control()
    _core.sweep_days(PREPARED, TABLE, control=control)
    assert control.done == 5 * 80
