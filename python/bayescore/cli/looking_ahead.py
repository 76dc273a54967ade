"""`bayescore lookahead`: states of training, or a function of the user's own, held against other futures."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayescore.config import STATES_MARK
from bayescore.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bayescore.config import Config
    from bayescore.data.days import TradingDay
    from bayescore.learning.lookahead import Fields


def run_lookahead(data: list[str], config: Config, function: str | None, echo: Callable[[str], None]) -> None:
    """Say that nothing differs.

    Raises
    ------
    DataError
        Naming the first bar and field that differ.
    UsageError
        For a function that is not there or does not give one value a bar.
    """
    from bayescore.data import load
    from bayescore.learning.lookahead import CUTS, first_difference, sentence, states_of
    from bayescore.learning.own_states import OwnStates

    market = load(data, config)
    windows = market.instrument.window_names
    file = _file(function or config.states)
    if file is not None:
        fields: Fields = OwnStates(file, windows, config.state).fields
    else:
        fields = own_fields(function) if function else states_of(windows, config.state)
    found = first_difference(market.days, fields)
    if found is not None:
        raise DataError(sentence(found))
    echo(f"no lookahead found: {len(market.days)} trade dates, {CUTS} cuts each, future missing and changed")


def _file(states: str | None) -> str | None:
    """The file of own states that is meant, if it is one and not a function."""
    if states is None:
        return None
    if states.endswith(".py") or STATES_MARK in states:
        return states
    beside = f"{states}.py"
    return beside if Path(beside).is_file() else None


def own_fields(name: str) -> Fields:
    """A user's function as fields: it takes a Polars frame of a date's bars and returns one value a bar.

    Parameters
    ----------
    name
        ``module:function``; the module is looked for in the current folder, too.

    Raises
    ------
    UsageError
        If there is no such function.
    """
    module, _, attribute = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        function = getattr(importlib.import_module(module), attribute or "states")
    except Exception as error:  # noqa: BLE001 - a module of the user's may fail in any way
        raise UsageError(f"--states {name}: {error}; give MODULE:FUNCTION") from None
    finally:
        sys.path.pop(0)

    def fields(day: TradingDay) -> Mapping[str, Any]:
        import numpy as np
        import polars as pl

        prices = {n: getattr(day, n) * day.tick_size for n in ("open", "high", "low", "close")}
        frame = pl.DataFrame({"ts_event": day.ts_ns, **prices, "volume": day.volume}).with_columns(
            pl.col("ts_event").cast(pl.Datetime("ns", "UTC"))
        )
        try:
            found = function(frame)
        except Exception as error:  # noqa: BLE001 - so may the function
            raise UsageError(f"--states {name}: {type(error).__name__}: {error}") from None
        if isinstance(found, pl.DataFrame):
            return {column: found[column].to_numpy() for column in found.columns}
        return {attribute or "states": np.asarray(found)}

    return fields
