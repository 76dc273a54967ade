"""Columns from the core as Parquet tables for people and other programs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bayescore import _core

Columns = dict[str, "NDArray[Any]"]

REASONS = ("stop", "trail", "target", "time", "session_end")
"""Names of the exit reasons, in the core's numbering."""

PRICE_POINTS = 2_000
"""Most points of a saved price line; twice the width of a very wide terminal."""


def to_parquet(frame: pl.DataFrame) -> bytes:
    """Encode a table; equal tables give equal bytes."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1)
    return buffer.getvalue()


def trades_frame(
    trades: Mapping[str, NDArray[Any]], policy: str, bars: _core.DayBars, space: _core.StateSpace
) -> pl.DataFrame:
    """Trade records with prices, UTC times and words in place of ticks, seconds and codes.

    Parameters
    ----------
    trades
        Columns of `_core.simulate_day`, one row a trade.
    policy
        Who traded: a policy name, ``in_sample_best``, or ``iteration``.
    bars, space
        The day the trades are of, and what its codes mean.
    """
    n = len(trades["side"])
    tick = bars.tick_size
    opened = np.datetime64(bars.open_ns, "ns")
    from bayescore.context_detector import context_text

    codes, code_of = np.unique(trades["code"], return_inverse=True)
    labels = np.array([space.leaf_label(space.leaf_of(int(c))) for c in codes] or [""], dtype=object)
    contexts, context_of = np.unique(trades["context"], return_inverse=True)
    context_names = np.array([context_text(int(c), space) for c in contexts] or [""], dtype=object)

    def time(seconds: NDArray[Any]) -> pl.Series:
        return pl.Series(opened + seconds.astype("timedelta64[s]")).dt.replace_time_zone("UTC")

    return pl.DataFrame(
        {
            "policy": pl.Series([policy] * n, dtype=pl.String),
            "iteration": trades["iteration"],
            "side": trades["side"],
            "entry_time": time(trades["entry_ts"]),
            "exit_time": time(trades["exit_ts"]),
            "entry_price": trades["entry_price"] * tick,
            "exit_price": trades["exit_price"] * tick,
            "reason": pl.Series([REASONS[r] for r in trades["reason"]], dtype=pl.String),
            "gross": trades["gross"],
            "net_ticks": trades["net"] / 1000.0,
            "mae": trades["mae"],
            "mfe": trades["mfe"],
            "duration": trades["duration"],
            "ambiguous": trades["ambiguous"].astype(bool),
            "worst": trades["worst"],
            "best": trades["best"],
            "code": trades["code"],
            "context_bits": trades["context"],
            "pattern": pl.Series(labels[code_of].tolist() if n else [], dtype=pl.String),
            "context": pl.Series(context_names[context_of].tolist() if n else [], dtype=pl.String),
            "decision_bar": trades["decision_bar"],
            "entry_bar": trades["entry_bar"],
            "exit_bar": trades["exit_bar"],
        }
    )


def iterations_frame(table: Columns, totals: Columns, origins: Sequence[str]) -> pl.DataFrame:
    """One row an iteration: where the set came from, its factors, its figures."""
    n = len(origins)
    columns: dict[str, Any] = {
        "iteration": np.arange(n, dtype=np.uint32),
        "origin": pl.Series(list(origins), dtype=pl.String),
    }
    return pl.DataFrame({**columns, **table, **{k: v for k, v in totals.items() if k not in table}})


def price_frame(bars: _core.DayBars) -> pl.DataFrame:
    """The day's closes, thinned to `PRICE_POINTS` for drawing."""
    n = len(bars)
    picked = np.unique(np.linspace(0, n - 1, min(n, PRICE_POINTS)).round().astype(np.int64))
    times = np.datetime64(bars.open_ns, "ns") + bars.ts[picked].astype("timedelta64[s]")
    return pl.DataFrame(
        {
            "ts": pl.Series(times).dt.replace_time_zone("UTC"),
            "close": bars.close[picked] * bars.tick_size,
        }
    )


def concat_columns(parts: Sequence[Columns]) -> Columns:
    """Join tables of equal columns, in order."""
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
