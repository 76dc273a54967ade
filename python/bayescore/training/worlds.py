"""One world without an edge after the other: what the pipeline earns in it, here or in a process of its own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bayescore.choosing.search import GENERATIONS
from bayescore.config import Config
from bayescore.errors import DataError
from bayescore.training import nulls
from bayescore.training.control import TrainingControl
from bayescore.training.learner import Learner
from bayescore.training.walk import walk_headline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import events
    from bayescore.data import MarketData
    from bayescore.training.day import PreparedDay

ROUNDS = {"reduced": 1, "full": GENERATIONS}
"""Generations of an evening's search."""


class Worlds:
    """Days, and what the pipeline earns in the worlds that are made of them.

    Parameters
    ----------
    config
        As for training.
    market
        Loaded data; the days are prepared already.
    null
        How worlds are made.
    search
        Generations of an evening's search.
    days
        Prepared days of the data.
    """

    def __init__(
        self,
        config: Config,
        market: MarketData,
        null: nulls.Null,
        search: events.SearchSize,
        days: Sequence[PreparedDay],
    ) -> None:
        self._config, self._market, self._null, self._search, self._days = config, market, null, search, days

    def net(self, number: int, control: TrainingControl) -> float:
        """Net P&L of the headline out of sample in one world, in currency.

        Raises
        ------
        Interrupted
            If stopped.
        """
        learner = Learner(self._config, self._market, 1, ROUNDS[self._search])
        days = [without_edge(learner, day, self._null, number, index) for index, day in enumerate(self._days)]
        return net_of(learner, days, control)


def without_edge(
    learner: Learner, day: PreparedDay, null: nulls.Null, number: int, index: int
) -> PreparedDay:
    """A day in a world without an edge; worlds count from 0."""
    rng = nulls.stream(learner.config.seed, number, index)
    if null == "states":
        return nulls.shuffled(day, rng)
    return nulls.mirrored(day, rng, learner.engine, learner.config.state.momentum_lag)


def net_of(learner: Learner, days: Sequence[PreparedDay], control: TrainingControl) -> float:
    """Net P&L of the headline out of sample, in currency.

    Raises
    ------
    Interrupted
        If stopped.
    """
    total = 0.0
    for index, day in enumerate(days):
        metrics = walk_headline(learner, day, index, control).metrics
        total += metrics.net_currency if metrics is not None else 0.0
    return total


class Origin(NamedTuple):
    """What another process makes the same worlds of."""

    paths: tuple[str, ...]
    config: bytes
    null: nulls.Null
    search: events.SearchSize
    digests: tuple[bytes, ...]
    """Of the data that they were loaded as."""

    @classmethod
    def of(
        cls,
        paths: Sequence[str],
        config: Config,
        null: nulls.Null,
        search: events.SearchSize,
        market: MarketData,
    ) -> Origin:
        """That of loaded data."""
        return cls(tuple(paths), msgspec.json.encode(config), null, search, tuple(market.digests))

    def net(self, number: int) -> float:
        """`Worlds.net`, by a process that loads the data with its first world.

        Raises
        ------
        DataError
            If they cannot be loaded, or are others now.
        """
        return _opened(self).net(number, TrainingControl())


@lru_cache(maxsize=1)
def _opened(origin: Origin) -> Worlds:
    from bayescore.data import load

    config = msgspec.json.decode(origin.config, type=Config)
    market = load(list(origin.paths), config)
    if tuple(market.digests) != origin.digests:
        raise DataError(f"{', '.join(origin.paths)}: the data have changed since they were loaded")
    learner = Learner(config, market, 1)
    days = [learner.prepare(day) for day in market.days]
    return Worlds(config, market, origin.null, origin.search, days)
