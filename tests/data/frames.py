"""Small market data for the tests of loading: frames in Databento's layout and where to put them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bayescore.config import Config
from bayescore.data import inspect
from bayescore.data.instruments import known
from bayescore.data.sessions import NS, Session, sessions
from bayescore.learning.own_states import engine_of

MNQ = known()["MNQ"]
PRICES = ("open", "high", "low", "close")
REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def inspect_data(paths: Sequence[str], config: Config) -> inspect.InspectReport:
    """As ``bayescore inspect`` does."""
    return inspect.inspect_data(paths, config, engine_of)


def session(day: str = "2026-01-06") -> Session:
    """The MNQ session of a trade date."""
    when = date.fromisoformat(day)
    (found,) = sessions(MNQ, when, when)
    return found


def frame(
    rows: int = 300, day: str = "2026-01-06", seed: int = 0, symbol: str = "MNQH6", instrument_id: int = 7
) -> pl.DataFrame:
    """Bars spread over one trade date, in the columns and order of a Databento file."""
    rng = np.random.default_rng([seed, rows])
    hours = session(day)
    seconds = (hours.close_ns - hours.open_ns) // NS
    at = np.sort(rng.choice(seconds // 2, rows, replace=False)) * 2 + 1
    close = 84_000 + np.cumsum(rng.integers(-6, 7, rows))
    opened = close + rng.integers(-3, 4, rows)
    high = np.maximum(opened, close) + rng.integers(0, 4, rows)
    low = np.minimum(opened, close) - rng.integers(0, 4, rows)
    return pl.DataFrame(
        {
            "rtype": np.full(rows, 32, dtype=np.uint8),
            "publisher_id": np.ones(rows, dtype=np.uint16),
            "instrument_id": np.full(rows, instrument_id, dtype=np.uint32),
            "open": opened * 0.25,
            "high": high * 0.25,
            "low": low * 0.25,
            "close": close * 0.25,
            "volume": rng.integers(1, 90, rows).astype(np.uint64),
            "symbol": pl.Series([symbol] * rows, dtype=pl.String),
            "ts_event": pl.Series(hours.open_ns + at * NS).cast(pl.Datetime("ns", "UTC")),
        }
    )


def put(data: pl.DataFrame, path: Path) -> str:
    """Write a file and return its name as the command line has it."""
    data.write_parquet(path)
    return str(path)


def ticks(data: pl.DataFrame, tick: float = 0.25) -> dict[str, list[int]]:
    """What loading should make of a frame, as plain lists."""
    made = {name: np.rint(data[name].to_numpy() / tick).astype(int).tolist() for name in PRICES}
    return {**made, "ts_ns": data["ts_event"].cast(pl.Int64).to_list(), "volume": data["volume"].to_list()}


def joined(days: Sequence[Any]) -> dict[str, list[int]]:
    """All trade dates as plain lists."""
    names = (*PRICES, "ts_ns", "volume")
    return {name: [v for day in days for v in getattr(day, name).tolist()] for name in names}
