"""How exits are timed without drift: the same as seen on random walks, something else where prices have a direction."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bayescore import _core
from bayescore.events import ExitTimes
from bayescore.regret.driftless import MOST_ROUNDS, REPLAYS, exit_times
from bayescore.results.exit_times import exits_so_far
from tests.regret.test_counterfactuals import SET, SPACE, day, trades_of

KINDS = ("optimal", "too_early", "too_late", "wrong_side")
HORIZON = (120, 5)


def seen(today, trades, seed=0, used=SET):
    today.date = "2026-01-05"
    return exit_times(today, used, trades, SPACE, HORIZON, seed)


def shares(pull):
    """Means over days, seen and without drift, and the exits that were seen."""
    found = [seen(today, trades_of(today)) for today in (day(seed, pull) for seed in range(8))]
    n = np.array([f.seen.exits for f in found])
    own, null = (
        n @ np.array([[getattr(x, kind) for kind in KINDS] for x in of]) / n.sum()
        for of in zip(*found, strict=True)
    )
    return own, null, n.sum()


def test_a_random_walk_does_what_its_mirror_images_do():
    own, null, n = shares(0.0)
    assert n > 1000
    # Both are counts of as many exits or more; exits overlap, so a little wider than for coins.
    assert own == pytest.approx(null, abs=0.04)
    assert null.sum() == pytest.approx(1)


def test_a_market_that_runs_on_against_the_entries_does_something_else():
    """After large moves, against which these entries bet, the price runs on: what is best comes early or not at all."""
    own, null, _ = shares(-0.5)
    early, late = KINDS.index("too_early"), KINDS.index("too_late")
    assert own[early] < null[early] - 0.1
    assert own[late] > null[late] + 0.1


def test_the_coins_depend_on_seed_and_date_alone():
    today = day(1)
    trades = trades_of(today)
    first = seen(today, trades)
    assert seen(today, trades) == first
    other = seen(today, trades, seed=1)
    assert other.seen == first.seen
    assert other.expected != first.expected


def test_few_exits_are_replayed_more_often():
    today = day(1)
    trades = trades_of(today)
    few = {name: column[:7] for name, column in trades.items()}
    assert seen(today, few).expected.exits == 7 * MOST_ROUNDS
    assert len(trades["side"]) > REPLAYS / 2
    assert seen(today, trades).expected.exits == len(trades["side"])


def test_nothing_is_said_of_no_trades():
    today = day(1, n=2000)
    assert seen(today, None) is None
    assert seen(today, dict(_core.empty_trades())) is None
    assert seen(today, trades_of(today), used=None) is None


def test_a_day_weighs_as_many_exits_as_it_had() -> None:
    def result(n: int, early: float, null: float) -> Any:
        own = ExitTimes(exits=n, optimal=0, too_early=early, too_late=1 - early, wrong_side=0)
        other = ExitTimes(exits=3 * n, optimal=1 - null, too_early=null, too_late=0, wrong_side=0)
        return SimpleNamespace(regret=SimpleNamespace(headline=own, headline_driftless=other))

    flat: Any = SimpleNamespace(regret=SimpleNamespace(headline=None, headline_driftless=None))
    days = [result(10, 0.5, 0.9), flat, result(30, 0.9, 0.5)]
    found = exits_so_far(days)
    assert found is not None
    own, null = found
    assert own.exits == 40
    assert own.too_early == pytest.approx(0.8)
    assert null.exits == 120
    assert null.too_early == pytest.approx(0.6)
    assert exits_so_far([flat]) is None
