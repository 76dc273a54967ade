"""Data for scripts: `load`, and the settings that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bayescore.config import Config
from bayescore.errors import UsageError

if TYPE_CHECKING:
    from bayescore.data import MarketData


def configured(config: Config | None, settings: dict[str, Any]) -> Config:
    """A configuration with some of its fields changed.

    Parameters
    ----------
    config
        Where to begin; defaults if not given.
    settings
        Fields of `Config`; sections may be given as dictionaries of the fields that change.

    Raises
    ------
    UsageError
        Naming the field that is unknown or out of range.
    """
    from bayescore import fields
    from bayescore.config import from_values

    if config is not None and not isinstance(config, Config):
        raise UsageError(f"config: expected a Config, got {type(config).__name__}")
    values = msgspec.to_builtins(config or Config())
    for name, value in settings.items():
        known = values.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            values[name] = {**known, **value}
        elif isinstance(value, msgspec.Struct):
            values[name] = msgspec.to_builtins(value)
        else:
            values[name] = value
    problem = fields.explain(values, Config)
    if problem is not None:
        raise UsageError(problem)
    return from_values(values, "settings")


def load(data: object, config: Config | None = None, **settings: Any) -> MarketData:
    """Read and check one-second bars of one contract.

    Parameters
    ----------
    data
        A path, a directory or a glob of Parquet, Arrow, CSV or DBN files, a Polars or pandas frame, or a list of them.
    config, **settings
        As for `train`; what concerns data is read.

    Returns
    -------
    MarketData
        ``days`` is a sequence of `TradingDay`, ``instrument`` and ``report`` say what was found.

    Raises
    ------
    DataError, UsageError
        For data or settings that cannot be used.

    Examples
    --------
    >>> market = bayescore.load("data/sample.parquet")  # doctest: +SKIP
    >>> market.days[0].to_polars()  # doctest: +SKIP
    """
    from bayescore.data import load as load_data

    given = list(data) if isinstance(data, (list, tuple)) else [data]
    return load_data(given, configured(config, settings))
