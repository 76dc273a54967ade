"""One Parquet file as columns of known names, whatever layout it came in.

Layouts: Databento's (``ts_event`` as a column or as pandas' index, date-times or integer nanoseconds,
prices as floats or as integers of 1e-9) and the common names of others (``timestamp``, ``Open``, …).
Columns that are not needed are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bayescore.errors import DataError

PRICES = ("open", "high", "low", "close")
FIXED_SCALE = 1e-9
"""Integer prices of 64 bits are in units of this."""

_TIMES = ("ts_event", "__index_level_0__", "timestamp", "datetime", "time", "ts", "date", "index")
_VOLUMES = ("volume", "vol")
_SYMBOLS = ("symbol", "raw_symbol", "ticker")
_BAR_SECONDS = {32: 1, 33: 60, 34: 3600, 35: 86_400, 36: 86_400}
_RECORDS = {
    0: "trades",
    1: "top-of-book (MBP-1)",
    10: "market-by-price (MBP-10)",
    160: "market-by-order (MBO)",
}
_BOOK_COLUMNS = {"price", "size", "action", "side", "order_id", "bid_px_00", "ask_px_00"}


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Needed columns of one file, not yet checked."""

    path: Path
    frame: pl.DataFrame
    """``ts`` (int64 or uint64 ns), ``open high low close`` (floats, or int64 with `price_scale`), ``volume``.

    With several contracts also ``contract`` (symbol or id); where the id changes under one symbol,
    ``instrument_id``.
    """
    price_scale: float
    """Price of one unit of the price columns."""
    symbols: dict[str, int]
    """Symbols (or instrument ids where there are no symbols) and their rows; empty if the file names none."""
    bar_seconds: int | None
    """From the record type; ``None`` if the file does not tell."""


def _pick(names: dict[str, str], candidates: tuple[str, ...]) -> str | None:
    return next((names[c] for c in candidates if c in names), None)


def _schema_error(path: Path, schema: pl.Schema, missing: list[str]) -> DataError:
    present = ", ".join(list(schema)[:12]) + (", …" if len(schema) > 12 else "")
    if len(_BOOK_COLUMNS & {name.lower() for name in schema}) >= 2:
        return DataError(
            f"{path}: holds trades or order-book records (columns {present}), not bars; get the schema "
            "ohlcv-1s or aggregate to one-second bars"
        )
    return DataError(
        f"{path}: no column {', '.join(missing)}; bars need a time (ts_event), open, high, low, close and "
        f"volume. Columns here: {present}"
    )


def _time(path: Path, name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        # A date-time with a zone is stored in UTC; one without is taken as UTC, as Databento writes it.
        integers = column.cast(pl.Int64)
        return (
            integers
            if dtype.time_unit == "ns"
            else integers * (1_000 if dtype.time_unit == "us" else 1_000_000)
        )
    if dtype in (pl.Int64, pl.UInt64):
        return column
    raise DataError(
        f"{path}: time column {name} is {dtype}; needed is a date-time or integer nanoseconds since 1970, UTC"
    )


def _price(path: Path, names: dict[str, str], schema: pl.Schema) -> tuple[list[pl.Expr], float]:
    types = {schema[names[p]] for p in PRICES}
    if types == {pl.Int64()}:
        return [pl.col(names[p]).alias(p) for p in PRICES], FIXED_SCALE
    if not all(t.is_numeric() for t in types):
        raise DataError(f"{path}: prices are {', '.join(sorted(map(str, types)))}; needed are numbers")
    return [pl.col(names[p]).cast(pl.Float64).alias(p) for p in PRICES], 1.0


def _record_types(path: Path, values: pl.Series) -> int | None:
    found = values.drop_nulls().unique().sort().to_list()
    if not found:
        return None
    for value in found:
        if value not in _BAR_SECONDS:
            record = _RECORDS.get(value, f"records of type {value}")
            raise DataError(f"{path}: holds {record}, not bars; get the schema ohlcv-1s")
    if len(found) > 1:
        sizes = " and ".join(f"{_BAR_SECONDS[v]} s" for v in found)
        raise DataError(f"{path}: bars of {sizes} are mixed; keep one size per file")
    return _BAR_SECONDS[found[0]]


def _labels(scan: pl.LazyFrame, name: str | None, ids: pl.Series | None, one_id: bool) -> pl.Series | None:
    """What tells contracts apart: symbols, else ids. One row stands for all where the id never changes."""
    if name is None:
        return None if ids is None or one_id else ids.cast(pl.String)
    text = scan.select(pl.col(name).cast(pl.String).fill_null("(none)"))
    return (text.head(1) if one_id else text).collect().to_series()


def read(path: Path) -> FileColumns:
    """Read what is needed of one file.

    Raises
    ------
    DataError
        If it is not a (whole) Parquet file, holds no rows, no bars or lacks columns.
    """
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty")
    try:
        return _read(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DataError(
            f"{path}: not a whole Parquet file ({reason}); was the download interrupted? Fetch it again"
        ) from None


def _read(path: Path) -> FileColumns:
    scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    schema = scan.collect_schema()
    names: dict[str, str] = {}
    for name in schema:
        names.setdefault(name.lower(), name)
    time, volume, symbol = (_pick(names, c) for c in (_TIMES, _VOLUMES, _SYMBOLS))
    missing = [p for p in PRICES if p not in names]
    missing += [label for label, name in (("ts_event", time), ("volume", volume)) if name is None]
    if time is None or volume is None or missing:
        raise _schema_error(path, schema, missing)
    if not schema[volume].is_numeric():
        raise DataError(f"{path}: volume is {schema[volume]}; needed are whole numbers")
    prices, scale = _price(path, names, schema)
    extra = [n for n in ("rtype", "instrument_id") if n in names and schema[names[n]].is_integer()]
    frame = scan.select(
        _time(path, time, schema[time]).alias("ts"),
        *prices,
        pl.col(volume).alias("volume"),
        *[pl.col(names[n]).alias(n) for n in extra],
    ).collect()
    rows = frame.height
    if rows == 0:
        raise DataError(f"{path}: no rows")
    bar_seconds = _record_types(path, frame["rtype"]) if "rtype" in extra else None
    ids = frame["instrument_id"] if "instrument_id" in extra else None
    one_id = ids is not None and ids.null_count() == 0 and ids.min() == ids.max()
    labels = _labels(scan, symbol, ids, one_id)
    symbols: dict[str, int] = {}
    if labels is not None and labels.len() == 1:
        symbols = {labels[0]: rows}
    elif labels is not None:
        symbols = dict(labels.value_counts(sort=True).rows())
    frame = frame.drop("rtype", strict=False)
    if ids is not None and (one_id or len(symbols) > 1):
        frame = frame.drop("instrument_id")
    if labels is not None and len(symbols) > 1:
        frame = frame.with_columns(labels.alias("contract"))
    return FileColumns(path, frame, scale, symbols, bar_seconds)
