"""What the whole pipeline earns by luck: trained again and again on worlds without an edge.

States, search, learning, choosing and out-of-sample trading run on each world as they run on the data. The share of
worlds in which the headline earns as much is the p-value: it pays for everything that was tried, because everything
was tried there too. That holds for any pipeline, so the search may be a cheap one, the same on the data and in every
world; what that costs in power is measured in ``docs/validation.md``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import msgspec

from bayescore import __version__, events
from bayescore.errors import UsageError
from bayescore.processes import Processes
from bayescore.results.summary import headline_verdict
from bayescore.training.control import TrainingControl
from bayescore.training.learner import Learner
from bayescore.training.worlds import ROUNDS, Origin, Worlds, net_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    from bayescore.config import Config
    from bayescore.data import MarketData
    from bayescore.training import nulls

ENOUGH = 10
"""Worlds that do as well after which no more are needed: p is about their share of those tried, and far from small."""

REDUCED = {"iterations": 100, "history_candidates": 60}
"""Settings of the reduced search, instead of a thousand of both."""

LEVEL = 0.05

ADVICE = "what --out FILE or a run keeps is kept: do the same again, with fewer --threads if memory is short"
"""What to do where a process was killed."""


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
    paths: Sequence[str] | None = None,
    control: TrainingControl | None = None,
    known: Mapping[int, float] | None = None,
    on_net: Callable[[int, float], None] | None = None,
    on_world: Callable[[int, int], None] | None = None,
) -> events.Validation:
    """Train on the data and on worlds without an edge, and compare what the headline earned.

    Worlds are the same for any number of threads or processes. They are taken in order, and the test ends early where
    `enough` of them have done as well as the data (Besag and Clifford 1991): p is then their share of those taken.

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
    paths
        Where the data were loaded from: worlds are then trained by as many processes as there would be threads, which
        load the data again. Threads wait for each other with the third of a world that is Python. A script needs no
        ``if __name__ == "__main__"``: the processes do not run it.
    enough
        Worlds that do as well after which it ends.
    control
        To stop from another thread.
    known
        Net P&L of worlds that are done, by number; the same worlds of the same `key_of`.
    on_net
        Told the number and net P&L of each world that has been trained, in any order and by any thread of this process.
    on_world
        Told how many worlds are done, and how many of them did as well.

    Raises
    ------
    UsageError
        For fewer than two dates or less than one world.
    DataError
        If the files at `paths` hold other data than were loaded.
    BayescoreError
        If a process was killed.
    Interrupted
        If stopped.
    """
    if permutations < 1:
        raise UsageError(f"--permutations {permutations}: at least 1")
    control = control or TrainingControl()
    if len(market.dates) < 2:
        raise UsageError("one date only teaches: nothing is traded out of sample; give two or more")
    kept = dict(known or {})
    left = [number for number in range(permutations) if number not in kept]
    workers = min(threads or os.cpu_count() or 1, len(left))
    with contextlib.ExitStack() as over:
        processes: Processes[int, float] | None = None
        if paths is not None and workers > 1:
            origin = Origin.of(paths, config, null, search, market)
            processes = over.enter_context(Processes(origin.net, left, workers, advice=ADVICE))
            # They load the data while this process trains on them.
            processes.hand_out()
        learner = Learner(config, market, threads, ROUNDS[search])
        days = [learner.prepare(day) for day in market.days]
        observed = net_of(learner, days, control)
        headline_days = learner.record.headline_days
        if processes is not None:
            del learner, days
            trained = _by_processes(processes, control)
        else:
            worlds = Worlds(config, market, null, search, days)
            trained = _by_threads(worlds, left, workers, control)
        over.enter_context(contextlib.closing(trained))
        nets, as_good = _in_order(trained, kept, permutations, enough, observed, on_net, on_world)
    early = as_good >= enough
    p = as_good / len(nets) if early else (1 + as_good) / (1 + len(nets))
    verdict = headline_verdict(headline_days, market.instrument.tick_value, market.instrument.currency, p)
    return events.Validation(
        null=null,
        search=search,
        days=len(market.dates) - 1,
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


def _by_processes(
    processes: Processes[int, float], control: TrainingControl
) -> Generator[tuple[int, float], None, None]:
    """Number and net of each world as it is trained."""
    for number, future in processes.done(control.wait):
        yield number, future.result()


def _by_threads(
    worlds: Worlds, left: Sequence[int], threads: int, control: TrainingControl
) -> Generator[tuple[int, float], None, None]:
    """The same, in this process."""
    over = threading.Event()

    def net(number: int) -> float | None:
        return None if over.is_set() else worlds.net(number, control)

    with ThreadPoolExecutor(threads, "bayescore-world") as pool:
        try:
            running = {pool.submit(net, number): number for number in left}
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                # Those that were stopped come last: what is done is told.
                for future in sorted(done, key=lambda future: future.exception() is not None):
                    trained = future.result()
                    assert trained is not None
                    yield running.pop(future), trained
        finally:
            over.set()


def _in_order(
    trained: Iterable[tuple[int, float]],
    kept: dict[int, float],
    permutations: int,
    enough: int,
    observed: float,
    on_net: Callable[[int, float], None] | None,
    on_world: Callable[[int, int], None] | None,
) -> tuple[list[float], int]:
    """Nets of the worlds in their order, as many as are needed, and how many did as well."""
    nets: list[float] = []
    as_good = 0
    more = iter(trained)
    while len(nets) < permutations and as_good < enough:
        while len(nets) not in kept:
            number, net = next(more)
            kept[number] = net
            if on_net is not None:
                on_net(number, net)
        nets.append(kept[len(nets)])
        as_good += nets[-1] >= observed
        if on_world is not None:
            on_world(len(nets), as_good)
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
