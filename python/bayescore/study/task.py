"""One task of a study: a walk through the days of one series, in memory."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from bayescore.config import Config
from bayescore.events import Rung

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import events
    from bayescore.data import MarketData
    from bayescore.study.plan import Task


class PolicyOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one policy came to out of sample; the first date only teaches."""

    policy: str
    days: int
    """Dates, those without a trade included."""
    trades: int
    net_currency: float
    net_ticks: float
    wins: int


class DayNet(msgspec.Struct, frozen=True, kw_only=True):
    """One out-of-sample day of the headline."""

    date: str
    trades: int
    net_currency: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a task came to."""

    instrument: str
    symbol: str
    currency: str
    headline: str
    dates: int
    policies: list[PolicyOutcome]
    days: list[DayNet]
    rung_of_days: Rung | None
    """Of the verdict, by the days alone; `None` where nothing was traded out of sample."""
    in_sample_net_currency: float | None
    """`None` in a world without an edge, where only the headline is looked at."""


@lru_cache(maxsize=2)
def _load(paths: tuple[str, ...], config: bytes) -> MarketData:
    """Tasks of one series follow each other; what was read is kept for the next."""
    from bayescore.data import load

    return load(list(paths), msgspec.json.decode(config, type=Config))


_READ_BY_TRAINING = (
    "iterations",
    "seed",
    "history_days",
    "history_candidates",
    "selection",
    "brain",
    "costs",
)


def run_task(task: Task, threads: int = 1) -> Outcome:
    """Do one task. The same task gives the same outcome wherever and with however many threads it runs.

    Raises
    ------
    BayescoreError
        As training does.
    """
    from bayescore.results.summary import headline_verdict
    from bayescore.results.verdict import of_days
    from bayescore.training import nulls
    from bayescore.training.control import TrainingControl
    from bayescore.training.learner import Learner
    from bayescore.training.states import checked_states
    from bayescore.training.walk import walk_day, walk_headline
    from bayescore.training.worlds import without_edge

    config = msgspec.convert(task.config, Config)
    # What training alone reads does not change what is loaded.
    usual = Config()
    reading = msgspec.structs.replace(config, **{name: getattr(usual, name) for name in _READ_BY_TRAINING})
    market = _load(tuple(task.paths), msgspec.json.encode(reading))
    learner, control = Learner(config, market, threads), TrainingControl()
    checked_states(learner, market)
    days = (learner.prepare(day) for day in market.days)
    if task.world:
        null = nulls.as_null(task.null)
        headline = [
            walk_headline(learner, without_edge(learner, day, null, task.world - 1, index), index, control)
            for index, day in enumerate(days)
        ]
        policies: dict[str, list[events.PolicyDay]] = {config.selection: headline}
        in_sample = None
    else:
        results = [walk_day(learner, day, index, control).result for index, day in enumerate(days)]
        policies = {name: [result.policies[name] for result in results] for name in results[0].policies}
        headline, in_sample = policies[config.selection], results[-1].in_sample_net_currency
    instrument = market.instrument
    # The first date only teaches.
    traded = headline[1:]
    return Outcome(
        instrument=instrument.root,
        symbol=market.symbol,
        currency=instrument.currency,
        headline=config.selection,
        dates=len(headline),
        policies=[_policy(name, told[1:]) for name, told in policies.items()],
        days=[
            DayNet(
                date=date,
                trades=p.metrics.trades if p.metrics else 0,
                net_currency=p.metrics.net_currency if p.metrics else 0.0,
            )
            for date, p in zip(market.dates[1:], traded, strict=True)
        ],
        rung_of_days=of_days(headline_verdict(traded, instrument.tick_value, instrument.currency))
        if traded
        else None,
        in_sample_net_currency=in_sample,
    )


def _policy(name: str, days: Sequence[events.PolicyDay]) -> PolicyOutcome:
    told = [m for day in days if (m := day.metrics) is not None]
    return PolicyOutcome(
        policy=name,
        days=len(days),
        trades=sum(m.trades for m in told),
        net_currency=math.fsum(m.net_currency for m in told),
        net_ticks=math.fsum(m.net_ticks for m in told),
        wins=sum(m.wins for m in told),
    )
