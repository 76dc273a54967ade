"""Each factor, cost and fill rule changes some result; each level and context occurs on the shipped sample."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from bayescore import Config, _core, events
from bayescore.training.day import PreparedDay
from bayescore.training.learner import Learner


@pytest.fixture(scope="module")
def learner(sample: Path) -> tuple[Learner, list[PreparedDay]]:
    """Days of the sample, and a learner that has been taught the first."""
    from bayescore.data import load

    config = Config(iterations=60)
    market = load([str(sample)], config)
    learner = Learner(config, market, 0)
    days = [learner.prepare(d) for d in market.days]
    learner.evening_before(days[0])
    learner.learn(days[0])
    return learner, days


BASE = events.Params(
    stop_loss_ticks=20,
    take_profit_ticks=60,
    trail_activation_ticks=20,
    trail_distance_ticks=12,
    max_hold_seconds=600,
    cooldown_seconds=30,
    confidence_threshold=0.5,
    min_samples=10,
    entry_rule="any",
    contexts_allowed="all",
    max_consecutive_losses=6,
)

CHANGES: dict[str, Any] = {
    "stop_loss_ticks": 30,
    "take_profit_ticks": 40,
    "trail_activation_ticks": 0,
    "trail_distance_ticks": 6,
    "max_hold_seconds": 120,
    "cooldown_seconds": 120,
    "confidence_threshold": 0.95,
    "min_samples": 5000,
    "entry_rule": "drive",
    "contexts_allowed": "confirmation",
    "max_consecutive_losses": 2,
    "sides": "short",
}


def trades(learner: Learner, day: PreparedDay, params: events.Params, **costs: Any) -> dict[str, Any]:
    table = learner.design.space.table([params])
    return _core.simulate_day(
        day.bars,
        {k: v[0].item() for k, v in table.items()},
        brain=learner.brain.core,
        states=day.states,
        costs={**learner.costs, **costs},
        barrier=learner.barrier,
    )


def differ(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return any(
        len(a[k]) != len(b[k]) or not np.array_equal(a[k], b[k])
        for k in ("entry_bar", "exit_bar", "net", "worst", "best")
    )


def test_every_factor_is_covered() -> None:
    assert set(CHANGES) == {f.name for f in msgspec.structs.fields(events.Params)}


@pytest.mark.parametrize("factor", CHANGES)
def test_factor_changes_the_trades(factor: str, learner: tuple[Learner, list[PreparedDay]]) -> None:
    state, days = learner
    base = trades(state, days[1], BASE)
    assert len(base["net"]) > 0
    changed = trades(state, days[1], msgspec.structs.replace(BASE, **{factor: CHANGES[factor]}))
    assert differ(base, changed)


@pytest.mark.parametrize("factor", ["cooldown_seconds", "max_consecutive_losses"])
def test_a_switch_that_is_off_is_the_largest_freedom(
    factor: str, learner: tuple[Learner, list[PreparedDay]]
) -> None:
    state, days = learner
    # Without a cooldown there are more losses in a row: the limit on them would end the day earlier.
    limited = msgspec.structs.replace(
        BASE, max_consecutive_losses=BASE.max_consecutive_losses * (factor != "cooldown_seconds")
    )
    free = msgspec.structs.replace(limited, **{factor: 0})
    for day in days[1:]:
        off, base = trades(state, day, free), trades(state, day, limited)
        assert differ(off, base)
        assert len(off["net"]) > len(base["net"])
    # No limit is a limit that no day reaches; the smallest limit ends a day at its first loss.
    if factor == "max_consecutive_losses":
        endless = msgspec.structs.replace(BASE, max_consecutive_losses=10**6)
        one = msgspec.structs.replace(BASE, max_consecutive_losses=1)
        for day in days[1:]:
            assert not differ(trades(state, day, free), trades(state, day, endless))
            nets = trades(state, day, one)["net"]
            assert (nets[:-1] >= 0).all()
            assert nets[-1] < 0


@pytest.mark.parametrize(("sides", "taken"), [("long", {1}), ("short", {-1}), ("both", {1, -1})])
def test_sides_are_those_that_are_allowed(
    sides: str, taken: set[int], learner: tuple[Learner, list[PreparedDay]]
) -> None:
    state, days = learner
    params = msgspec.structs.replace(BASE, sides=sides, max_consecutive_losses=0)
    assert {int(s) for day in days[1:] for s in trades(state, day, params)["side"]} == taken


@pytest.mark.parametrize(
    ("rule", "samples"), [("learned", 0), ("reversion", 0), ("drive", 10**6), ("any", 0)]
)
def test_every_entry_rule_trades(rule: str, samples: int, learner: tuple[Learner, list[PreparedDay]]) -> None:
    """The sample's planted reversion makes the brain veto drives, so that rule is asked without its say."""
    state, days = learner
    params = msgspec.structs.replace(
        BASE,
        entry_rule=rule,
        stop_loss_ticks=40,
        take_profit_ticks=60,
        max_hold_seconds=3600,
        min_samples=samples,
    )
    assert sum(len(trades(state, d, params)["net"]) for d in days[1:]) > 0


@pytest.mark.parametrize(
    "cost",
    [
        {"commission_milliticks": 5000},
        {"slippage_base": 3},
        {"slippage_factor": 0.2},
        {"limit_fill": "through"},
        {"max_entry_gap": 1},
        {"no_entry_before_close": 7200},
        {"flat_before_close": 200},
    ],
)
def test_cost_and_fill_rule_change_the_trades(
    cost: dict[str, Any], learner: tuple[Learner, list[PreparedDay]]
) -> None:
    state, days = learner
    params = msgspec.structs.replace(BASE, max_hold_seconds=3600, max_consecutive_losses=100)
    tight = msgspec.structs.replace(params, stop_loss_ticks=8, take_profit_ticks=9, trail_activation_ticks=0)
    last_minutes = msgspec.structs.replace(
        params, stop_loss_ticks=900, take_profit_ticks=2000, trail_activation_ticks=0, max_hold_seconds=86_400
    )
    assert any(
        differ(trades(state, d, p), trades(state, d, p, **cost))
        for d in days[1:]
        for p in (params, tight, last_minutes)
    )


def test_slippage_window_changes_the_trades(learner: tuple[Learner, list[PreparedDay]]) -> None:
    state, days = learner
    short = trades(state, days[1], BASE, slippage_factor=0.2)
    assert differ(short, trades(state, days[1], BASE, slippage_factor=0.2, slippage_window=30))


@pytest.mark.parametrize("intrabar", ["target_first", "ohlc_path"])
def test_intrabar_policy_changes_the_trades(
    intrabar: str, learner: tuple[Learner, list[PreparedDay]]
) -> None:
    state, days = learner
    tight = msgspec.structs.replace(
        BASE,
        stop_loss_ticks=2,
        take_profit_ticks=3,
        trail_activation_ticks=0,
        max_consecutive_losses=1000,
        cooldown_seconds=0,
    )
    assert any(differ(trades(state, d, tight), trades(state, d, tight, intrabar=intrabar)) for d in days[1:])


def test_every_level_occurs_on_the_sample(learner: tuple[Learner, list[PreparedDay]]) -> None:
    state, days = learner
    codes = np.concatenate([d.states.codes for d in days])
    seen: dict[str, set[str]] = {}
    for code in np.unique(codes[codes != _core.INVALID]):
        for field, level in state.space.decode(int(code)).items():
            seen.setdefault(field, set()).add(level)
    for field, labels, _ in state.space.fields:
        assert seen[field] == set(labels), field


def test_every_context_occurs_and_is_absent_on_the_sample(learner: tuple[Learner, list[PreparedDay]]) -> None:
    state, days = learner
    bits = np.concatenate([d.states.contexts[d.states.codes != _core.INVALID] for d in days])
    for bit, name in state.context_names:
        share = ((bits >> bit) & 1).mean()
        assert share > 0, name
        assert share < 1 or name == "all", name
