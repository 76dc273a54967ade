"""Columns from the core as Parquet tables for people and other programs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from bayescore.arrays import concat_columns
from bayescore.errors import DamagedError
from bayescore.escape import one_line, printable
from bayescore.runs import layout
from bayescore.vocabulary import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bayescore import _core
    from bayescore.arrays import Columns
    from bayescore.runs.reader import RunReader

PRICE_POINTS = 2_000
"""Most points of a saved price line: a low and a high for each column of a very wide terminal."""


def to_parquet(frame: pl.DataFrame) -> bytes:
    """Encode a table; equal tables give equal bytes."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1)
    return buffer.getvalue()


def from_parquet(content: bytes, where: object, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Decode a table of a run, its texts made printable.

    Parameters
    ----------
    content
        Bytes of the file.
    where
        What to call it in an error.
    columns
        Those wanted; by default all.

    Raises
    ------
    DamagedError
        If it is not a Parquet file, or lacks a column.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(content), columns=None if columns is None else list(columns))
        texts = [name for name, kind in frame.schema.items() if kind == pl.String]
        return frame.with_columns(_printable(frame[name]) for name in texts)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DamagedError(f"{where}: damaged ({one_line(str(error))[:120]})") from None


def read_table(run: RunReader, date: str, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """One of the tables of a finished day, as `from_parquet` reads it.

    Raises
    ------
    MissingError
        If the day or the file is not there.
    DamagedError
        If it is not what it should be.
    """
    return from_parquet(run.read(date, name), run.path / layout.DAYS / date / name, columns)


def _printable(texts: pl.Series) -> pl.Series:
    """A column of few different texts, each looked at once."""
    unlike = {text: printable(text) for text in texts.unique().to_list() if text and text != printable(text)}
    return texts.replace(unlike) if unlike else texts


def trades_frame(
    parts: Sequence[tuple[str, Columns]],
    bars: _core.DayBars,
    space: _core.StateSpace,
    horizon: tuple[int, int],
) -> pl.DataFrame:
    """Trade records with prices, UTC times and words in place of ticks, seconds and codes.

    Parameters
    ----------
    parts
        Who traded (a policy name, ``in_sample_best``, or ``iteration``), with columns of `_core.simulate_day`, one
        row a trade.
    bars, space
        The day the trades are of, and what its codes mean.
    horizon
        Seconds of a regret bar and how many of them after the exit count, for the efficiencies.
    """
    from bayescore import _core
    from bayescore.learning.contexts import context_text

    trades = concat_columns([_core.empty_trades(), *(columns for _, columns in parts)])
    hindsight = _core.trade_regret(bars, trades, *horizon)
    tick = bars.tick_size
    codes, code_of = np.unique(trades["code"], return_inverse=True)
    contexts, context_of = np.unique(trades["context"], return_inverse=True)
    policy_of = np.repeat(np.arange(len(parts)), [len(columns["side"]) for _, columns in parts])

    def words(names: Sequence[str], which: NDArray[Any]) -> pl.Series:
        return pl.Series([names[k] for k in which.tolist()], dtype=pl.String)

    return pl.DataFrame(
        {
            "policy": words([name for name, _ in parts], policy_of),
            "iteration": trades["iteration"],
            "side": trades["side"],
            "entry_time": _times(bars, trades["entry_ts"]),
            "exit_time": _times(bars, trades["exit_ts"]),
            "entry_price": trades["entry_price"] * tick,
            "exit_price": trades["exit_price"] * tick,
            "reason": words(REASONS, trades["reason"]),
            "gross": trades["gross"],
            "net_ticks": trades["net"] / 1000.0,
            "mae": trades["mae"],
            "mfe": trades["mfe"],
            "entry_efficiency": pl.Series(hindsight["entry_efficiency"]).fill_nan(None),
            "exit_efficiency": pl.Series(hindsight["exit_efficiency"]).fill_nan(None),
            "duration": trades["duration"],
            "ambiguous": trades["ambiguous"].astype(bool),
            "worst": trades["worst"],
            "best": trades["best"],
            "code": trades["code"],
            "context_bits": trades["context"],
            "pattern": words([space.leaf_label(space.leaf_of(int(c))) for c in codes], code_of),
            "context": words([context_text(int(c), space) for c in contexts], context_of),
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
    """A price line of at most `PRICE_POINTS` points that touches every extreme.

    The bars are cut into stretches of equal length; of each the lowest low and the highest high are kept, in the
    order in which they came, besides the day's first open and last close. So no spike is lost, however short.
    """
    n = len(bars)
    starts = np.unique(np.linspace(0, n, min(n, PRICE_POINTS // 2 - 1), endpoint=False).astype(np.int64))
    low = _first_of_each(bars.low, starts, np.minimum)
    high = _first_of_each(bars.high, starts, np.maximum)
    # Within one bar nobody knows which came first; the low is drawn first.
    bar, first = np.stack([low, high], 1), low <= high
    price = np.stack([bars.low[low], bars.high[high]], 1)
    bar, price = (np.where(first[:, None], x, x[:, ::-1]).ravel() for x in (bar, price))
    bar = np.concatenate([[0], bar, [n - 1]])
    price = np.concatenate([bars.open[:1], price, bars.close[-1:]])
    return pl.DataFrame({"ts": _times(bars, bars.ts[bar]), "price": price * bars.tick_size})


def _first_of_each(
    prices: NDArray[np.int32], starts: NDArray[np.int64], extreme: np.ufunc
) -> NDArray[np.intp]:
    """Where each stretch first has its extreme."""
    of_bar = np.repeat(extreme.reduceat(prices, starts), np.diff(starts, append=len(prices)))
    there = np.flatnonzero(prices == of_bar)
    return there[np.searchsorted(there, starts)]


def _times(bars: _core.DayBars, seconds: NDArray[Any]) -> pl.Series:
    """Seconds after the session's open as UTC times."""
    return pl.Series(bars.open_ns + seconds.astype(np.int64) * 1_000_000_000).cast(pl.Datetime("ns", "UTC"))
