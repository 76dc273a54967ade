"""What the whole pipeline earns by luck: trained again and again on worlds without an edge.

States, search, learning, choosing and out-of-sample trading run on each world as they run on the data. The share of
worlds in which the headline earns as much is the p-value: it pays for everything that was tried, because everything
was tried there too. That holds for any pipeline, so the search may be a cheap one, the same on the data and in every
world; what that costs in power is measured in ``docs/validation.md``.
"""

from __future__ import annotations

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec

from bayescore import __version__, events
from bayescore.choosing.search import GENERATIONS
from bayescore.errors import Interrupted, UsageError
from bayescore.results.summary import headline_verdict
from bayescore.training import nulls
from bayescore.training.control import TrainingControl
from bayescore.training.learner import Learner
from bayescore.training.walk import walk_headline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bayescore.config import Config
    from bayescore.data import MarketData
    from bayescore.training.day import PreparedDay

ENOUGH = 10
"""Worlds that do as well after which no more are needed: p is about their share of those tried, and far from small."""

REDUCED = {"iterations": 100, "history_candidates": 60}
"""Settings of the reduced search, instead of a thousand of both."""

ROUNDS = {"reduced": 1, "full": GENERATIONS}
"""Generations of an evening's search."""

LEVEL = 0.05


def key_of(config: Config, market: MarketData, null: nulls.Null, search: events.SearchSize) -> str:
    """Whatever decides what the worlds earn, as one text."""
    what = [__version__, config, null, search, [d.hex() for d in market.digests], market.dates]
    return hashlib.sha256(msgspec.json.encode(what)).hexdigest()


def validate(
    config: Config,
    market: MarketData,
    *,
    permutations: int = 200,
    null: nulls.Null = "states",
    search: events.SearchSize = "full",
    threads: int = 0,
    enough: int = ENOUGH,
    control: TrainingControl | None = None,
    known: Mapping[int, float] | None = None,
    on_net: Callable[[int, float], None] | None = None,
    on_world: Callable[[int, int], None] | None = None,
) -> events.Validation:
    """Train on the data and on worlds without an edge, and compare what the headline earned.

    Worlds are the same for any number of threads. They are taken in order, and the test ends early where `enough` of
    them have done as well as the data (Besag and Clifford 1991): p is then their share of those taken.

    Parameters
    ----------
    config
        As for training; it is not changed, so take `REDUCED` up for speed.
    market
        Loaded data.
    permutations
        Most worlds.
    null
        ``"states"`` moves the states against the prices, ``"mirror"`` makes the direction of bars random.
    search
        Generations of an evening's search: ``"reduced"`` has one.
    threads
        Worlds at a time; 0 for all cores.
    enough
        Worlds that do as well after which it ends.
    control
        To stop from another thread.
    known
        Net P&L of worlds that are done, by number; the same worlds of the same `key_of`.
    on_net
        Told the number and net P&L of each world that has been trained, in any order and by any thread.
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
    learner = Learner(config, market, threads, ROUNDS[search])
    days = [learner.prepare(day) for day in market.days]
    if len(days) < 2:
        raise UsageError("one date only teaches: nothing is traded out of sample; give two or more")
    observed = _net(learner, days, control)
    kept = dict(known or {})

    def world(number: int) -> float:
        if number in kept:
            return kept[number]
        one = Learner(config, market, 1, ROUNDS[search])
        net = _net(
            one, [_null(one, day, null, config.seed, number, k) for k, day in enumerate(days)], control
        )
        if on_net is not None:
            on_net(number, net)
        return net

    nets, as_good = _worlds(
        world, permutations, enough, observed, threads or os.cpu_count() or 1, control, on_world
    )
    early = as_good >= enough
    p = as_good / len(nets) if early else (1 + as_good) / (1 + len(nets))
    verdict = headline_verdict(
        learner.record.headline_days, market.instrument.tick_value, market.instrument.currency, p
    )
    return events.Validation(
        null=null,
        search=search,
        days=len(days) - 1,
        traded_days=verdict.traded_days,
        observed_net_currency=observed,
        world_net_currency=nets,
        permutations=permutations,
        as_good=as_good,
        stopped_early=early and len(nets) < permutations,
        p_value=p,
        verdict=verdict,
        sentence=_sentence(observed, verdict, len(nets), as_good, p, market.instrument.currency),
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
        metrics = walk_headline(learner, day, index, control).metrics
        total += metrics.net_currency if metrics is not None else 0.0
    return total


def _worlds(
    world: Callable[[int], float],
    permutations: int,
    enough: int,
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
                if as_good >= enough:
                    done.set()
                    break
        finally:
            done.set()
    if control.stopped:
        raise Interrupted("stopped before all worlds were done")
    return nets, as_good


def _sentence(
    observed: float, verdict: events.Verdict, worlds: int, as_good: int, p: float, currency: str
) -> str:
    amount = f"{'$' if currency == 'USD' else currency + ' '}{abs(observed):,.0f}"
    if not verdict.traded_days:
        did = f"The pipeline stayed flat on all {verdict.days} days out of sample"
        same = "lost nothing either"
    else:
        verb = "lost" if observed < 0 else "earned"
        did = f"The pipeline {verb} {amount} out of sample"
        same = "lost no more" if observed < 0 else "earned as much"
    if p <= LEVEL:
        luck = "luck seldom gives that"
    elif as_good / worlds <= LEVEL:
        luck = "too few worlds to tell"
    else:
        luck = "what luck gives as often is no evidence"
    return f"{did}; in {as_good} of {worlds} worlds without an edge it {same} (p = {p:.3f}): {luck}."
