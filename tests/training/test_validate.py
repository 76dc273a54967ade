"""Worlds without an edge keep what they promise, and the pipeline is judged by them the same on any number of threads."""

import multiprocessing
import threading

import msgspec
import numpy as np
import pytest

from bayescore import _core
from bayescore.cli.validating import render
from bayescore.config import Config
from bayescore.data import load, synth
from bayescore.errors import DataError, Interrupted, UsageError
from bayescore.training import nulls
from bayescore.training.control import TrainingControl
from bayescore.training.learner import Learner
from bayescore.training.validate import ENOUGH, key_of, validate
from bayescore.training.walk import walk_day, walk_headline
from bayescore.vocabulary import POLICIES

CONFIG = Config(iterations=100, history_candidates=60, min_trades=3)


def market(folder, edge, days=4, seed=3):
    file = folder / f"mnq-{edge}-{days}.parquet"
    synth.write(synth.generate(edge=edge, days=days, seed=seed), file)
    return load([str(file)], CONFIG)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def real(folder):
    """Days with a large planted edge."""
    return market(folder, 0.25)


@pytest.fixture
def paths(folder, real):
    """Where they were loaded from; no process and no thread is left of what is done with them."""
    before = set(threading.enumerate()), set(multiprocessing.active_children())
    yield [str(file) for file in folder.iterdir()]
    assert set(threading.enumerate()) <= before[0]
    assert set(multiprocessing.active_children()) <= before[1]


@pytest.fixture(scope="module")
def day(real):
    return Learner(CONFIG, real, 1).prepare(next(iter(real.days)))


def test_shuffled_days_keep_prices_and_the_states_of_each_window(day):
    world = nulls.shuffled(day, nulls.stream(0, 0, 0))
    assert world.bars is day.bars
    assert world.next_barrier == day.next_barrier
    before, after = day.states.codes, world.states.codes
    assert ((before == _core.INVALID) == (after == _core.INVALID)).all()
    for window in np.unique(day.windows):
        inside = day.windows == window
        assert (np.sort(before[inside]) == np.sort(after[inside])).all()
        both = np.sort(before[inside].astype(np.int64) << 32 | day.states.contexts[inside])
        assert (both == np.sort(after[inside].astype(np.int64) << 32 | world.states.contexts[inside])).all()
    assert (before != after).mean() > 0.5
    again = nulls.shuffled(day, nulls.stream(0, 0, 0))
    assert (again.states.codes == after).all()
    assert (nulls.shuffled(day, nulls.stream(0, 1, 0)).states.codes != after).any()


def test_states_are_moved_by_half_an_hour_or_more(day):
    """Where each state went is where one turn of its window takes it."""
    world = nulls.shuffled(day, nulls.stream(5, 2, 1))
    ts, valid = np.asarray(day.bars.ts), day.states.codes != _core.INVALID
    for window in np.unique(day.windows):
        at = np.flatnonzero(valid & (day.windows == window))
        if ts[at[-1]] - ts[at[0]] < 2 * nulls.LEAST_SHIFT:
            continue
        old, new = day.states.codes[at], world.states.codes[at]
        (turn,) = (k for k in range(len(at)) if (np.roll(old, k) == new).all())
        assert ts[at[turn]] - ts[at[0]] >= nulls.LEAST_SHIFT
        assert ts[at[-1]] - ts[at[turn]] >= nulls.LEAST_SHIFT - 1


def test_mirrored_days_are_bars_of_the_same_size(day, real):
    engine = Learner(CONFIG, real, 1).engine
    world = nulls.mirrored(day, nulls.stream(0, 0, 0), engine, CONFIG.state.momentum_lag)
    assert (np.asarray(world.bars.high) - world.bars.low == np.asarray(day.bars.high) - day.bars.low).all()
    assert (world.bars.volume == day.bars.volume).all()
    assert (world.bars.ts == day.bars.ts).all()
    old, new = (np.diff(np.asarray(d.bars.close, np.int64)) for d in (day, world))
    assert (np.abs(old) == np.abs(new)).all()
    assert 0.45 < (old[old != 0] == new[old != 0]).mean() < 0.55
    assert len(np.unique(world.states.codes)) > 50


def test_an_edge_is_more_than_luck_and_threads_do_not_matter(real):
    told = []
    one = validate(CONFIG, real, permutations=9, threads=1, on_world=lambda *x: told.append(x))
    two = validate(CONFIG, real, permutations=9, threads=2)
    assert one == two
    assert one.observed_net_currency > 0
    assert one.as_good == 0
    assert one.p_value == 0.1
    assert len(one.world_net_currency) == 9
    assert one.verdict.null_p_value == 0.1
    assert told[-1] == (9, 0)
    text = "\n".join(render(one))
    assert "in 0 of 9 worlds" in text
    assert text.endswith("◄")


def test_without_an_edge_it_ends_early(tmp_path):
    nothing = market(tmp_path, 0.0, days=3, seed=8)
    found = validate(CONFIG, nothing, permutations=60, null="mirror", threads=2)
    assert found.null == "mirror"
    if found.stopped_early:
        assert found.as_good == ENOUGH
        assert found.p_value == ENOUGH / len(found.world_net_currency)
        assert any("Ended early" in line for line in render(found))
    assert found.p_value > 0.02


def test_what_cannot_be_validated_is_said(real, tmp_path):
    with pytest.raises(UsageError, match="permutations"):
        validate(CONFIG, real, permutations=0)
    with pytest.raises(UsageError, match="two or more"):
        validate(CONFIG, market(tmp_path, 0.0, days=1), permutations=1)
    with pytest.raises(UsageError, match="states, mirror"):
        nulls.as_null("shuffle")
    stopped = TrainingControl()
    stopped.stop()
    with pytest.raises(Exception, match="stopped"):
        validate(CONFIG, real, permutations=2, control=stopped)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_headline_alone_earns_what_it_earns_in_training(real, policy):
    config = msgspec.structs.replace(CONFIG, selection=policy)
    whole, alone, control = Learner(config, real, 1), Learner(config, real, 1), TrainingControl()
    for index, day in enumerate(real.days):
        expected = walk_day(whole, whole.prepare(day), index, control).result.policies[policy]
        assert walk_headline(alone, alone.prepare(day), index, control) == expected
    assert whole.record.headline_days == alone.record.headline_days
    if policy == "decision":
        assert expected.metrics.trades > 0


def test_worlds_that_are_known_are_not_trained_again(real):
    nets = {}
    whole = validate(CONFIG, real, permutations=5, threads=1, on_net=nets.__setitem__)
    assert nets == dict(enumerate(whole.world_net_currency))
    known, trained = {k: nets[k] for k in (0, 3)}, {}
    again = validate(CONFIG, real, permutations=5, threads=2, known=known, on_net=trained.__setitem__)
    assert again == whole
    assert sorted(trained) == [1, 2, 4]


@pytest.mark.parametrize("null", nulls.NULLS)
def test_processes_train_the_same_worlds(real, paths, null):
    nets, told = {}, []
    asked = {"permutations": 5, "null": null, "search": "reduced"}
    whole = validate(CONFIG, real, threads=1, on_net=nets.__setitem__, **asked)
    trained = {}

    def on_net(number, net):
        trained[number] = net, threading.current_thread()

    again = validate(
        CONFIG,
        real,
        threads=2,
        paths=paths,
        known={1: nets[1]},
        on_net=on_net,
        on_world=lambda *x: told.append(x),
        **asked,
    )
    assert again == whole
    assert trained == {k: (nets[k], threading.current_thread()) for k in (0, 2, 3, 4)}
    assert [done for done, _ in told] == [1, 2, 3, 4, 5]


def test_processes_end_with_the_last_world_that_is_needed(real, paths):
    """Of endless many they would train a few ahead only."""
    asked = {"permutations": 10**6, "search": "reduced", "null": "mirror", "enough": 1}
    known = {0: 1e12}
    found = validate(CONFIG, real, threads=2, paths=paths, known=known, **asked)
    assert found.stopped_early and found.world_net_currency == [1e12]


def test_processes_stop_with_what_is_done(real, paths):
    control, trained = TrainingControl(), {}

    def on_net(number, net):
        trained[number] = net
        control.stop()

    with pytest.raises(Interrupted):
        validate(CONFIG, real, permutations=100, threads=2, paths=paths, control=control, on_net=on_net)
    assert 1 <= len(trained) < 100


def test_data_that_have_changed_are_not_validated(tmp_path):
    loaded = market(tmp_path, 0.0, seed=3)
    (file,) = tmp_path.iterdir()
    synth.write(synth.generate(edge=0.0, days=4, seed=4), file)
    with pytest.raises(DataError, match="have changed"):
        validate(CONFIG, loaded, permutations=3, threads=2, paths=[str(file)])


def test_a_reduced_search_is_another_one(real):
    nets = {}
    for search in ("reduced", "full"):
        found = validate(CONFIG, real, permutations=1, search=search, threads=1)
        assert found.search == search
        nets[search] = found.observed_net_currency
    assert nets["reduced"] != nets["full"]


def test_the_key_names_all_that_decides_a_world(real, tmp_path):
    other = market(tmp_path, 0.0, days=4)
    keys = {
        key_of(CONFIG, real, "states", "full"),
        key_of(CONFIG, real, "mirror", "full"),
        key_of(CONFIG, real, "states", "reduced"),
        key_of(msgspec.structs.replace(CONFIG, seed=1), real, "states", "full"),
        key_of(CONFIG, other, "states", "full"),
    }
    assert len(keys) == 5
    assert key_of(CONFIG, real, "states", "full") in keys
