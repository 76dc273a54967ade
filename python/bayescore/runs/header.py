"""What a run says of itself before its first day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bayescore import __version__, events
from bayescore.errors import DataError
from bayescore.escape import printable
from bayescore.runs.layout import SCHEMA
from bayescore.runs.records import RunHeader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.config import Config
    from bayescore.data import MarketData


def _plain(config: Config) -> dict[str, Any]:
    """A configuration as it is read back, through JSON; runs with the usual states do not name them."""
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(config))
    if config.states is None:
        del values["states"]
    return values


def header_of(name: str, paths: Sequence[str], config: Config, market: MarketData) -> RunHeader:
    """Header of a run over some data.

    Raises
    ------
    DataError
        For a symbol that cannot be shown.
    """
    instrument = market.instrument
    if market.symbol != printable(market.symbol):
        raise DataError(f"symbol {market.symbol}: has characters that are not text; --symbol chooses another")
    return RunHeader(
        schema=SCHEMA,
        version=__version__,
        run=name,
        data=list(paths),
        config=_plain(config),
        started=events.RunStarted(
            run=name,
            instrument=instrument.root,
            symbol=market.symbol,
            currency=instrument.currency,
            tick_size=instrument.tick_size,
            tick_value=instrument.tick_value,
            dates=market.dates,
            iterations=config.iterations,
            seed=config.seed,
            objective=config.objective,
            selection=config.selection,
            data_notes=market.report.notes,
        ),
    )
