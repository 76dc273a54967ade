"""The states that are listed are exactly those in which the simulation enters."""

from itertools import product
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bayescore import Config, _core
from bayescore.data import load
from bayescore.events import Params
from bayescore.learning.brain import BayesianBrain
from bayescore.learning.contexts import ContextDetector, leaf_may_hold
from bayescore.learning.firing import firing
from bayescore.learning.states import StateEngine
from bayescore.vocabulary import ENTRY_RULES, SIDES
from tests.core.days import OPEN_NS

COST = 2.48
"""Ticks: 0.48 of commission and two market orders of a tick."""

FACTORS = Params(
    stop_loss_ticks=8, take_profit_ticks=10, trail_activation_ticks=0, trail_distance_ticks=5, max_hold_seconds=180,
    cooldown_seconds=0, confidence_threshold=0.7, min_samples=5, entry_rule="learned", contexts_allowed="all",
    max_consecutive_losses=0,
)  # fmt: skip # figures, several to a line


@pytest.fixture(scope="module")
def taught(sample: Path) -> tuple[BayesianBrain, _core.DayStates, int]:
    """A brain that has learned the first date of the sample, the states of that date, its barrier."""
    day = load([str(sample)], Config()).days[0]
    engine = StateEngine(tuple(f"w{k}" for k in range(int(day.windows.max()) + 1)))
    bars = day.to_core()
    states = engine.run(bars, day.windows)
    barrier = _core.barrier_ticks(bars, 60)
    brain = BayesianBrain(engine.space)
    brain.learn(
        _core.label_day(bars, states, barrier, first_day=False, horizon=900, max_entry_gap=5, mirror=True)
    )
    return brain, states, barrier


def entered(
    brain: _core.Brain | None, params: Params, barrier: int, space: _core.StateSpace | None = None
) -> dict[int, int]:
    """Side by leaf, of a day on which the price stands still and every state comes up once."""
    space = space or brain.space
    leaves, codes = np.unique(space.leaf_of(np.arange(space.n_codes, dtype=np.uint16)), return_index=True)
    hold = params.max_hold_seconds
    # Three bars each: the decision, the entry, the exit by time.
    ts = (np.arange(len(leaves))[:, None] * (hold + 10) + [0, 1, 1 + hold]).ravel().astype(np.int32)
    still = np.full(len(ts), 80_000, np.int32)
    bars = _core.DayBars.from_ticks(
        ts, still, still, still, still, np.ones(len(ts), np.int64), 0.25, open_ns=OPEN_NS, close_s=int(ts[-1]) + 3600
    )  # fmt: skip # columns, several to a line
    shown = np.full(len(ts), _core.INVALID, np.uint16)
    shown[::3] = codes
    trades = _core.simulate_day(
        bars, msgspec.structs.asdict(params), brain, states=_core.DayStates(shown, None, space),
        costs={"commission_milliticks": 480, "slippage_base": 1}, barrier=barrier if brain else None,
    )  # fmt: skip # settings, several to a line
    return dict(zip(space.leaf_of(trades["code"]).tolist(), trades["side"].tolist(), strict=True))


@pytest.mark.parametrize(("rule", "sides"), product(ENTRY_RULES, SIDES))
def test_listed_is_where_the_simulation_enters(taught, rule, sides) -> None:
    brain, _, barrier = taught
    seen = 0
    for confidence, samples in ((0.5, 0), (0.9, 20)):
        params = msgspec.structs.replace(
            FACTORS, entry_rule=rule, sides=sides, confidence_threshold=confidence, min_samples=samples,
            stop_loss_ticks=barrier, take_profit_ticks=barrier + 1,
        )  # fmt: skip # figures, several to a line
        found = firing(brain.core, params, barrier, COST)
        listed = {s.leaf: 1 if s.side == "long" else -1 for s in found.states}
        assert listed == entered(brain.core, params, barrier)
        assert [s.effective_n for s in found.states] == sorted(
            (s.effective_n for s in found.states), reverse=True
        )
        seen += len(listed)
    assert seen > 0


@pytest.mark.parametrize("rule", ["reversion", "drive", "any"])
def test_what_the_brain_refuses_is_counted(taught, rule) -> None:
    brain, _, barrier = taught
    params = msgspec.structs.replace(
        FACTORS, entry_rule=rule, stop_loss_ticks=barrier, take_profit_ticks=barrier + 1
    )
    found = firing(brain.core, params, barrier, COST)
    assert found.vetoed == len(entered(None, params, barrier, brain.space)) - len(found.states)


def test_odds_are_of_the_listed_side(taught) -> None:
    brain, _, barrier = taught
    params = msgspec.structs.replace(
        FACTORS, entry_rule="reversion", stop_loss_ticks=barrier, take_profit_ticks=barrier + 1
    )
    states = firing(brain.core, params, barrier, COST).states
    by_leaf = {s.leaf: s for s in states}
    for s in states:
        assert s.low < s.probability < s.high
        image = by_leaf[brain.space.mirror_leaf(s.leaf)]
        assert image.side != s.side
        assert (image.probability, image.pays) == pytest.approx((s.probability, s.pays))


def test_a_leaf_holds_the_contexts_that_its_bars_have(taught) -> None:
    brain, states, _ = taught
    held = ContextDetector(brain.space).detect(states)
    valid = states.codes != _core.INVALID
    for name in ("kill_zone", "confirmation", "velocity_spike", "fractal_resonance"):
        codes, first = np.unique(states.codes[valid], return_index=True)
        expected = held[name][valid][first]
        assert [leaf_may_hold(brain.space, int(code), name) for code in codes] == expected.tolist()
        assert 0 < expected.sum() < len(expected)
    for name in ("all", "transition", "pattern_setup", "volatility_differential", "session:w0"):
        assert all(leaf_may_hold(brain.space, int(code), f"confirmation+{name}") for code in codes)


def test_states_outside_the_contexts_are_not_listed(taught) -> None:
    brain, _, barrier = taught
    params = msgspec.structs.replace(FACTORS, entry_rule="reversion", contexts_allowed="confirmation")
    labels = [s.label for s in firing(brain.core, params, barrier, COST).states]
    assert labels
    assert all("volume confirmed" in label for label in labels)
