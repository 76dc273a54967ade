"""One-second bars of trades: what ``bayescore bars`` makes of Databento's trades and orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from bayescore.data.layout import NO_SYMBOL
from bayescore.data.readers import dbn, format_of
from bayescore.data.readers.opened import PACKING_ERRORS, unpacked
from bayescore.data.source import PIECE
from bayescore.errors import DataError

_SECOND_NS = 1_000_000_000
_TRADE = "T"
_ONE_SECOND = 32
_FIXED = 1_000_000_000
"""Integer prices are in units of 1e-9; to divide is exact where to multiply by 1e-9 is not."""
_UNDEFINED_PRICE = (1 << 63) - 1
_KEYS = ["publisher_id", "instrument_id", "symbol", "second"]


def bars_of_trades(path: Path) -> pl.DataFrame:
    """Aggregate the trades of a file into one-second bars.

    A record counts if its action is a trade, its size is above 0 and its price is defined. Its second is that of
    ``ts_event``; within a second, trades stand in the order of the file.

    Parameters
    ----------
    path
        DBN of the schemas trades, tbbo, mbp-1, mbp-10 or mbo, or Parquet with their columns.

    Returns
    -------
    polars.DataFrame
        The columns of Databento's ohlcv-1s files, ascending in time.

    Raises
    ------
    DataError
        If the file is damaged or holds no trades.
    """
    merged = [_partial(block) for block in _blocks(path)]
    whole = _merge(pl.concat(merged)) if merged else pl.DataFrame()
    if whole.is_empty():
        raise DataError(f"{path}: no trade with a size and a price")
    if (whole["symbol"] == NO_SYMBOL).all():
        whole = whole.drop("symbol")
    return whole.sort("second", "instrument_id").select(
        pl.lit(_ONE_SECOND, dtype=pl.UInt8).alias("rtype"),
        pl.col("publisher_id").cast(pl.UInt16),
        pl.col("instrument_id").cast(pl.UInt32),
        *[pl.col(name).cast(pl.Float64) for name in ("open", "high", "low", "close")],
        pl.col("volume").cast(pl.UInt64),
        *(["symbol"] if "symbol" in whole.columns else []),
        (pl.col("second") * _SECOND_NS).cast(pl.Datetime("ns", "UTC")).alias("ts_event"),
    )


def _blocks(path: Path) -> Iterator[pl.DataFrame]:
    """Trades of a file with decimal prices, block by block in the order of the file."""
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    try:
        with unpacked(path) as file:
            packed_dbn = file.read(3) == dbn.MAGIC
    except PACKING_ERRORS as error:
        raise DataError(
            f"{path}: cannot be read ({error}); was the download interrupted? Fetch it again"
        ) from None
    blocks = dbn.frames(path, "trades") if packed_dbn else _parquet(path)
    for block in blocks:
        frame = block
        if "symbol" not in frame.columns:
            frame = frame.with_columns(symbol=pl.lit(NO_SYMBOL))
        action = frame["action"]
        is_trade = pl.col("action") == (ord(_TRADE) if action.dtype.is_integer() else _TRADE)
        yield frame.filter(is_trade & (pl.col("size") > 0) & (pl.col("price") != _UNDEFINED_PRICE))


def _parquet(path: Path) -> Iterable[pl.DataFrame]:
    if format_of(path) != "Parquet":
        raise DataError(f"{path}: trades are read from DBN and Parquet files")
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        needed = ["publisher_id", "instrument_id", "ts_event", "price", "size", "action"]
        missing = [name for name in needed if name not in schema]
        if missing:
            raise DataError(f"{path}: no column {', '.join(missing)}: not a file of trades or orders")
        columns = [pl.col(name) for name in needed if name != "ts_event"] + [
            pl.col("ts_event").cast(pl.Int64)
        ]
        columns += [pl.col("symbol").cast(pl.String)] if "symbol" in schema else []
        rows = scan.select(pl.len()).collect().item()
        for first in range(0, rows, PIECE):
            yield scan.select(columns).slice(first, PIECE).collect()
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{path}: not a whole Parquet file ({str(error).splitlines()[0]})") from None


def _partial(trades: pl.DataFrame) -> pl.DataFrame:
    """Bars of one block; the last second may go on in the next."""
    price = pl.col("price")
    decimal = price / _FIXED if trades["price"].dtype.is_integer() else price
    seconds = trades.select(
        "publisher_id",
        "instrument_id",
        "symbol",
        (pl.col("ts_event") // _SECOND_NS).cast(pl.Int64).alias("second"),
        *[decimal.alias(name) for name in ("open", "high", "low", "close")],
        pl.col("size").cast(pl.Int64).alias("volume"),
    )
    return _merge(seconds)


def _merge(parts: pl.DataFrame) -> pl.DataFrame:
    """Bars of what belongs to one second, in the order of the rows."""
    return parts.group_by(_KEYS, maintain_order=True).agg(
        pl.col("open").first(),
        pl.col("high").max(),
        pl.col("low").min(),
        pl.col("close").last(),
        pl.col("volume").sum(),
    )
