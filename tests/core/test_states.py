"""State spaces, codes brought by users, and the engine's two forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore import ContextDetector, StateEngine, _core
from bayescore.config import StateConfig
from bayescore.errors import DataError, UsageError
from tests.core import days

SPACE = _core.StateSpace.standard(["night", "day"])


def test_the_standard_space():
    assert (SPACE.n_codes, SPACE.n_leaves, SPACE.n_levels) == (3360, 420, 4)
    assert SPACE.window_names == ["night", "day"]
    assert [name for name, _, _ in SPACE.fields] == [
        "band",
        "momentum",
        "trend",
        "volume",
        "burst",
        "window",
        "pattern",
    ]
    assert _core.StateSpace.standard(["night", "day"]) == SPACE
    assert _core.StateSpace.standard(["a"]) != _core.StateSpace.standard(["b"])
    with pytest.raises(UsageError):
        _core.StateSpace.standard([])


@given(st.integers(0, 3359))
@settings(derandomize=True, deadline=None)
def test_codes_decode_and_mirror(code):
    labels = SPACE.decode(code)
    assert SPACE.encode(labels) == code
    assert all(label in SPACE.label(code) for label in labels.values())
    image = SPACE.mirror(code)
    assert SPACE.mirror(image) == code
    leaf = SPACE.leaf_of(code)
    assert leaf == code // 8
    assert SPACE.mirror_leaf(leaf) == SPACE.leaf_of(image)
    assert SPACE.rule_sides(SPACE.leaf_of(image)) == tuple(-s for s in SPACE.rule_sides(leaf))
    for name, names, mirrored in SPACE.fields:
        at, turned = names.index(labels[name]), names.index(SPACE.decode(image)[name])
        assert turned == (len(names) - 1 - at if mirrored else at)


def test_leaves_of_arrays():
    codes = np.array([0, 8, 3359, _core.INVALID], np.uint16)
    leaves = SPACE.leaf_of(codes)
    assert leaves.dtype == np.uint16
    assert leaves.tolist() == [0, 1, 419, _core.INVALID]
    with pytest.raises(UsageError, match="3360"):
        SPACE.leaf_of(np.array([3360], np.uint16))
    with pytest.raises(DataError, match="uint16"):
        SPACE.leaf_of(np.array([1, 2]))
    assert SPACE.decode(_core.INVALID) == {}
    assert SPACE.label(_core.INVALID) == "invalid"
    with pytest.raises(UsageError):
        SPACE.decode(3360)
    with pytest.raises(UsageError, match="not a level"):
        SPACE.encode(SPACE.decode(0) | {"band": "far out"})


def test_a_space_of_ones_own():
    space = _core.StateSpace([("side", ["down", "up"], True), ("hour", ["early", "late"], False)], [["side"]])
    assert (space.n_codes, space.n_leaves, space.n_levels, space.window_names) == (4, 2, 2, [])
    assert space.mirror(0) == 2
    assert space.leaf_label(1) == "side up"
    with pytest.raises(UsageError):
        _core.StateSpace([("side", ["down"], True)], [["moon"]])
    day = days.day(bars=5000)
    codes = np.random.default_rng(0).integers(0, 4, len(day)).astype(np.uint16)
    states = _core.DayStates(codes, None, space)
    labels = _core.label_day(day, states, 20)
    assert list(labels.counts_by_window()) == ["all"]
    brain = _core.Brain(space)
    brain.learn(labels)
    assert brain.kappas().shape == (3, 1)
    assert brain.evidence(0) == brain.evidence(2)[::-1]
    table = _core.sweep_day(day, days.table(), brain, states=states, barrier=20)
    # Without bands and momentum only `learned` could fire.
    assert (table["trades"][days.table()["entry_rule"] != 0] == 0).all()


def test_codes_are_checked_against_their_space():
    codes = np.array([0, 5, _core.INVALID], np.uint16)
    states = _core.DayStates(codes, None, SPACE)
    assert states.contexts.tolist() == [1, 1, 0]
    assert len(states) == 3
    assert states.space == SPACE
    with pytest.raises(DataError, match="bar 1: code 3360"):
        _core.DayStates(np.array([0, 3360], np.uint16), None, SPACE)
    with pytest.raises(DataError, match="2 codes, but 1 contexts"):
        _core.DayStates(codes[:2], np.ones(1, np.uint32), SPACE)
    with pytest.raises(DataError, match="bar 2: context bits"):
        _core.DayStates(codes, np.ones(3, np.uint32), SPACE)
    with pytest.raises(DataError, match="codes: expected dtype uint16"):
        _core.DayStates(codes.astype(np.int64), None, SPACE)


def test_a_day_at_once_is_a_day_bar_by_bar():
    day = days.day(4, bars=4000)
    windows = (np.arange(len(day)) % 7 == 0).astype(np.uint8)
    engine = StateEngine(("night", "day"), StateConfig(momentum_edges=(0.4, 1.2)))
    states = engine.run(day, windows)
    columns = (day.ts, day.open, day.high, day.low, day.close, day.volume, windows)
    pushed = [engine.push(*map(int, bar)) for bar in zip(*columns, strict=True)]
    np.testing.assert_array_equal(states.codes, [code for code, _ in pushed])
    np.testing.assert_array_equal(states.contexts, [bits for _, bits in pushed])
    with pytest.raises(DataError, match="bar 4000: is not later"):
        engine.push(*(int(c[-1]) for c in columns))
    engine.reset()
    assert engine.push(*(int(c[0]) for c in columns)) == (_core.INVALID, 0)
    summary = ContextDetector(engine.space).summarise(states)
    assert summary["all"] == 1.0
    assert summary["session:night"] + summary["session:day"] == pytest.approx(1.0)


def test_features_are_what_the_codes_were_made_of():
    day = days.day(4, bars=4000)
    engine = _core.StateEngine(1)
    states, values = engine.run(day), engine.features(day)
    valid = states.codes != _core.INVALID
    bands = np.digitize(np.abs(values["z"][valid]), [1.0, 2.0, 2.5]) * np.sign(values["z"][valid]) + 3
    band = states.codes[valid] // (states.space.n_codes // 7)
    np.testing.assert_array_equal(band, bands)
    assert values["range"].dtype == np.int32
    assert all(len(column) == len(day) for column in values.values())


def test_settings_and_windows_are_checked():
    with pytest.raises(UsageError, match='"band_windows" is unknown'):
        _core.StateEngine(1, band_windows=300)
    with pytest.raises(UsageError, match=r"state\.band_edges"):
        _core.StateEngine(1, band_edges=(1.0, 2.0))
    with pytest.raises(UsageError, match=r"state\.warmup"):
        _core.StateEngine(1, warmup=-1)
    with pytest.raises(UsageError, match="n_windows"):
        _core.StateEngine(9)
    with pytest.raises(UsageError, match="names"):
        _core.StateEngine(2, window_names=["one"])
    day = days.day(bars=100)
    with pytest.raises(DataError, match="99 session windows"):
        _core.StateEngine(2).run(day, np.zeros(99, np.uint8))
    with pytest.raises(DataError, match="uint8"):
        _core.StateEngine(2).run(day, np.zeros(100, np.int64))
    with pytest.raises(DataError, match="bar 3"):
        _core.StateEngine(2).run(day, np.where(np.arange(100) == 3, 2, 0).astype(np.uint8))
