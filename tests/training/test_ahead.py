"""What runs ahead of a date: the same iterations, stopped with the run, counted for the date that they belong to."""

from concurrent.futures import Future

import pytest

from bayescore import Config, _core, events
from bayescore.data import load, synth
from bayescore.errors import Interrupted
from bayescore.training.ahead import Ahead
from bayescore.training.control import Ticker, TrainingControl
from bayescore.training.day import PreparedDay
from bayescore.training.learner import Learner

CONFIG = Config(iterations=40, min_trades=3)


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    file = tmp_path_factory.mktemp("ahead") / "mnq.parquet"
    synth.write(synth.generate(edge=0.25, days=2, seed=3), file)
    return load([str(file)], CONFIG)


def prepared(market) -> tuple[Learner, PreparedDay]:
    learner = Learner(CONFIG, market, 1)
    return learner, learner.prepare(next(iter(market.days)))


def ready(day: PreparedDay) -> Future:
    """A date whose states are made."""
    made: Future = Future()
    made.set_result(day)
    return made


def test_a_search_ahead_finds_and_tells_what_one_on_its_date_does(market):
    learner, day = prepared(market)
    at_once: list[events.BestSet] = []
    expected = learner.search(day, 0, TrainingControl(), at_once.append)
    learner, day = prepared(market)
    with Ahead(learner, TrainingControl()) as ahead:
        order: list[str] = []
        waiting = ahead.submit(lambda: order.append("looked back"))
        searched = ahead.search(ready(day), 0)
        told: list[events.BestSet] = []
        found = searched.result(told.append)
        waiting()
    assert order == ["looked back"]
    assert told == at_once
    assert found.best == expected.best
    for table, other in ((found.table, expected.table), (found.totals, expected.totals)):
        assert all((table[name].tobytes() == other[name].tobytes()) for name in table)
    assert searched.control.core.done == CONFIG.iterations


def test_it_stops_and_pauses_with_the_run(market):
    control = TrainingControl()
    learner, day = prepared(market)
    with Ahead(learner, control) as ahead:
        control.pause()
        searched = ahead.search(ready(day), 0)
        assert searched.control.paused
        control.stop()
        with pytest.raises(Interrupted):
            searched.result(lambda _best: None)
        assert searched.control.stopped
        assert control.ahead().stopped


def test_nobody_waits_for_it_where_the_run_has_failed(market):
    control = TrainingControl()
    learner, day = prepared(market)
    control.pause()
    with pytest.raises(RuntimeError, match="disk"), Ahead(learner, control) as ahead:
        searched = ahead.search(ready(day), 0)
        raise RuntimeError("disk")
    assert searched.control.stopped
    assert not control.stopped
    assert searched.job.done()


def test_iterations_that_ran_ahead_count_for_their_date(market):
    learner, day = prepared(market)
    control = TrainingControl()
    ticker = Ticker(control, lambda _progress: None)
    ahead = control.ahead()
    learner.evening_before(day)
    three = {name: column[:3] for name, column in learner.design.first_stage().items()}
    _core.sweep_day(day.core, three, control=ahead.core)
    ticker.begin(2, 0, 10)
    ticker.begin_day("2026-01-06", 1, ahead)
    assert ticker.snapshot().done == 3
    _core.sweep_day(day.core, three, control=control.core)
    assert ticker.snapshot().done == 6
    ticker.begin_day("2026-01-07", 2)
    assert ticker.snapshot().done == 0
