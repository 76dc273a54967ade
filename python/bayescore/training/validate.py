"""What the whole pipeline earns by luck: trained again and again on worlds without an edge.

States, search, learning, choosing and out-of-sample trading run on each world as they run on the data. The share of
worlds in which the headline earns as much is the p-value: it pays for everything that was tried, because everything
was tried there too.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bayescore import events
from bayescore.errors import Interrupted, UsageError
from bayescore.results.summary import headline_verdict
from bayescore.training import nulls
from bayescore.training.control import TrainingControl
from bayescore.training.learner import Learner
from bayescore.training.walk import walk_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bayescore.config import Config
    from bayescore.data import MarketData
    from bayescore.training.day import PreparedDay

ENOUGH = 10
"""Worlds that do as well after which no more are needed: p is about their share of those tried, and far from small."""

ITERATIONS = 200
"""Parameter sets a day, on the data and in every world alike: a fifth of the usual, so that many worlds fit."""


def validate(
    config: Config,
    market: MarketData,
    *,
    permutations: int = 200,
    null: nulls.Null = "states",
    threads: int = 0,
    control: TrainingControl | None = None,
    on_world: Callable[[int, int], None] | None = None,
) -> events.Validation:
    """Train on the data and on worlds without an edge, and compare what the headline earned.

    Worlds are the same for any number of threads. They are taken in order, and the test ends early where `ENOUGH` of
    them have done as well as the data (Besag and Clifford 1991): p is then their share of those taken.

    Parameters
    ----------
    config
        As for training; `validate` does not change it, so choose ``iterations`` for speed.
    market
        Loaded data.
    permutations
        Most worlds.
    null
        ``"states"`` moves the states against the prices, ``"mirror"`` makes the direction of bars random.
    threads
        Worlds at a time; 0 for all cores.
    control
        To stop from another thread.
    on_world
        Told how many worlds are done, and how many of them did as well.

    Raises
    ------
    UsageError
        For fewer than two dates or less than one world.
    Interrupted
        If stopped.
    """
    if permutations < 1:
        raise UsageError(f"--permutations {permutations}: at least 1")
    control = control or TrainingControl()
    learner = Learner(config, market, threads)
    days = [learner.prepare(day) for day in market.days]
    if len(days) < 2:
        raise UsageError("one date only teaches: nothing is traded out of sample; give two or more")
    observed = _net(learner, days, control)

    def world(number: int) -> float:
        one = Learner(config, market, 1)
        return _net(
            one, [_null(one, day, null, config.seed, number, k) for k, day in enumerate(days)], control
        )

    nets, as_good = _worlds(world, permutations, observed, threads or os.cpu_count() or 1, control, on_world)
    early = as_good >= ENOUGH
    p = as_good / len(nets) if early else (1 + as_good) / (1 + len(nets))
    return events.Validation(
        null=null,
        days=len(days) - 1,
        observed_net_currency=observed,
        world_net_currency=nets,
        as_good=as_good,
        stopped_early=early and len(nets) < permutations,
        p_value=p,
        verdict=headline_verdict(
            learner.record.headline_days, market.instrument.tick_value, market.instrument.currency, p
        ),
        sentence=_sentence(observed, len(nets), as_good, p, market.instrument.currency),
    )


def _null(
    learner: Learner, day: PreparedDay, null: nulls.Null, seed: int, world: int, index: int
) -> PreparedDay:
    rng = nulls.stream(seed, world, index)
    if null == "states":
        return nulls.shuffled(day, rng)
    return nulls.mirrored(day, rng, learner.engine, learner.config.state.momentum_lag)


def _net(learner: Learner, days: Sequence[PreparedDay], control: TrainingControl) -> float:
    """Net P&L of the headline out of sample, in currency."""
    total = 0.0
    for index, day in enumerate(days):
        result = walk_day(learner, day, index, control).result
        metrics = result.policies[result.headline].metrics
        total += metrics.net_currency if metrics is not None else 0.0
    return total


def _worlds(
    world: Callable[[int], float],
    permutations: int,
    observed: float,
    workers: int,
    control: TrainingControl,
    on_world: Callable[[int, int], None] | None,
) -> tuple[list[float], int]:
    """Nets of the worlds in their order, as many as are needed, and how many did as well."""
    nets: list[float] = []
    as_good = 0
    done = threading.Event()

    def unless_done(number: int) -> float | None:
        return None if done.is_set() else world(number)

    with ThreadPoolExecutor(workers, "bayescore-world") as pool:
        try:
            for net in pool.map(unless_done, range(permutations)):
                if net is None:
                    break
                nets.append(net)
                as_good += net >= observed
                if on_world is not None:
                    on_world(len(nets), as_good)
                if as_good >= ENOUGH:
                    done.set()
                    break
        finally:
            done.set()
    if control.stopped:
        raise Interrupted("stopped; nothing was written")
    return nets, as_good


def _sentence(observed: float, worlds: int, as_good: int, p: float, currency: str) -> str:
    amount = (
        f"{'−' if observed < 0 else ''}{'$' if currency == 'USD' else currency + ' '}{abs(observed):,.0f}"
    )
    if p <= 0.05:
        luck = "luck gives that seldom"
    elif as_good == 0:
        luck = "too few worlds to tell"
    else:
        luck = "what luck gives as often is no evidence"
    return (
        f"The pipeline earned {amount} out of sample; in {as_good} of {worlds} worlds without an edge it earned as "
        f"much (p = {p:.3f}): {luck}."
    )
