"""States of the user's own, held against other futures before the first day is traded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bayescore.errors import DataError
from bayescore.learning.lookahead import first_difference, sentence
from bayescore.learning.own_states import OwnStates

if TYPE_CHECKING:
    from bayescore.config import Config
    from bayescore.data import MarketData
    from bayescore.training.learner import Learner

DAYS = 2
"""Trade dates on which own states are computed again with other futures."""


def checked_states(learner: Learner, market: MarketData) -> Config:
    """The configuration, naming the file of own states with its fingerprint; it has been looked at for lookahead.

    Raises
    ------
    DataError
        Naming the first bar and field that know what comes later.
    """
    engine = learner.engine
    if not isinstance(engine, OwnStates):
        return learner.config
    found = first_difference(market.days[:DAYS], engine.fields)
    if found is not None:
        raise DataError(f"{engine.file}: {sentence(found)}")
    return msgspec.structs.replace(learner.config, states=engine.source)
