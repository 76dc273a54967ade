"""Whatever goes wrong below comes up as one of our exceptions."""

import inspect

import numpy as np
import pytest

from bayescore import _core
from bayescore.errors import BayescoreError, DataError, UsageError
from tests.core import days

DAY = days.day(bars=3000)


def test_a_panic_is_an_exception_of_ours_and_silent(capfd):
    with pytest.raises(
        BayescoreError, match=r"bug in bayescore's core: asked to \(rust/.*please report"
    ) as caught:
        _core._panic()
    assert isinstance(caught.value, Exception)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"stop_loss_ticks": 0}, "stop_loss_ticks: 0 is outside"),
        ({"confidence_threshold": 1.0}, "confidence_threshold"),
        ({"contexts_allowed": 0}, "contexts_allowed"),
        ({"contexts_allowed": "moon"}, '"moon" is not a context; there are all, kill_zone'),
        ({"contexts_allowed": 1 << 32}, "contexts_allowed"),
        ({"entry_rule": "momentum"}, "none of learned, reversion, drive, any"),
        ({"entry_rule": 4}, "entry_rule: 4"),
        ({"min_samples": "ten"}, "min_samples: "),
        ({"max_hold_seconds": 10.5}, "max_hold_seconds: "),
        ({"moon": 1}, 'params: "moon" is unknown; there are stop_loss_ticks'),
    ],
)
def test_parameters_are_refused_by_name(changes, match):
    with pytest.raises(UsageError, match=match):
        _core.simulate_day(DAY, days.one(**changes))


def test_missing_parameters_are_named():
    params = days.one()
    del params["min_samples"]
    with pytest.raises(UsageError, match='params: "min_samples" is missing'):
        _core.simulate_day(DAY, params)
    table = days.table()
    del table["entry_rule"]
    with pytest.raises(UsageError, match='params_table: "entry_rule" is missing'):
        _core.sweep_day(DAY, table)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"min_samples": np.zeros(3, np.int32)}, DataError, "differ in length"),
        ({"min_samples": np.zeros(200)}, DataError, "min_samples: expected integers"),
        (
            {"min_samples": np.full(200, 2**40)},
            DataError,
            "min_samples: row 0: 1099511627776 is out of range",
        ),
        ({"confidence_threshold": np.ones(200, np.float32)}, DataError, "expected dtype float64"),
        ({"entry_rule": np.full(200, 9)}, UsageError, "entry_rule: 9"),
        ({"stop_loss_ticks": np.zeros(200, np.int32)}, UsageError, "stop_loss_ticks"),
        ({"surplus": np.zeros(200)}, UsageError, '"surplus" is unknown'),
    ],
)
def test_tables_are_checked_column_by_column(changes, error, match):
    with pytest.raises(error, match=match):
        _core.sweep_day(DAY, days.table() | changes)


@pytest.mark.parametrize(
    ("costs", "match"),
    [
        ({"commission_milliticks": -1}, "commission_milliticks"),
        ({"commission_milliticks": 1.5}, "commission_milliticks: "),
        ({"limit_fill": "maybe"}, "none of touch, through"),
        ({"intrabar": "maybe"}, "none of stop_first, target_first, ohlc_path"),
        ({"no_entry_before_close": 10}, "no_entry_before_close"),
        ({"fees": 1}, '"fees" is unknown'),
    ],
)
def test_costs_are_refused_by_name(costs, match):
    for call in (
        lambda: _core.simulate_day(DAY, days.one(), costs=costs),
        lambda: _core.sweep_day(DAY, days.table(), costs=costs),
    ):
        with pytest.raises(UsageError, match=match):
            call()


def test_what_does_not_belong_together_is_refused():
    states = _core.StateEngine(1).run(DAY)
    other = days.day(1, bars=100)
    brain = days.brain()
    with pytest.raises(DataError, match="100 bars"):
        _core.simulate_day(other, days.one(), states=states)
    with pytest.raises(DataError, match="for 100 bars"):
        _core.label_day(other, states, 20)
    with pytest.raises(UsageError, match="barrier: a brain needs"):
        _core.simulate_day(DAY, days.one(), brain)
    two = _core.StateEngine(2).run(DAY)
    with pytest.raises(DataError, match="another state space"):
        _core.sweep_day(DAY, days.table(), brain, states=two, barrier=20)
    with pytest.raises(DataError, match="another state space"):
        brain.learn(_core.label_day(DAY, two, 20))
    with pytest.raises(UsageError, match="mirror"):
        brain.learn(_core.label_day(DAY, states, 20, mirror=False))
    with pytest.raises(UsageError, match="objective"):
        _core.sweep_day(DAY, days.table(), objective="profit")
    with pytest.raises(TypeError):
        _core.simulate_day(DAY, [days.one()])


def test_codes_and_rungs_out_of_range():
    brain = days.brain()
    for ask in (
        lambda: brain.posterior(_core.INVALID),
        lambda: brain.posterior(0, 3),
        lambda: brain.quantile(0, 1.0),
        lambda: brain.should_fire(60_000, days.one(), 20, 2.0),
        lambda: brain.should_fire(0, days.one(), 0, 2.0),
        lambda: brain.space.leaf_of(60_000),
        lambda: brain.space.leaf_label(420),
        lambda: brain.leaf_table(-1 & 7),
        lambda: _core.bracket_threshold(0, 10, 1.0, 20.0),
        lambda: _core.break_even(10, 10, -1.0),
        lambda: _core.barrier_ticks(DAY, 0),
        lambda: _core.beta_quantile(np.ones(1), np.ones(1), np.ones(1)),
        lambda: _core.beta_above(np.ones(1), np.zeros(1), np.ones(1)),
    ):
        with pytest.raises(UsageError):
            ask()


def test_everything_has_a_docstring():
    for name in _core.__all__:
        thing = getattr(_core, name)
        if inspect.isclass(thing) or callable(thing):
            assert inspect.getdoc(thing), name
        if inspect.isclass(thing):
            for member in vars(thing):
                if not member.startswith("_"):
                    assert inspect.getdoc(getattr(thing, member)), f"{name}.{member}"
