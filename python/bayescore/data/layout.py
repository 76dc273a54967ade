"""What columns mean: from the layouts files come in to one.

Databento's (``ts_event`` as a column or as pandas' index, date-times or integer nanoseconds, prices as floats
or as integers of 1e-9) and the common names of others (``timestamp``, ``Open``, …). Columns that are not
needed are not read.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from bayescore.errors import DataError

PRICES = ("open", "high", "low", "close")
FIXED_SCALE = 1e-9
"""Integer prices of 64 bits are in units of this."""
NO_SYMBOL = "(none)"
"""What a missing symbol is called."""
TIMES = ("ts_event", "__index_level_0__", "timestamp", "datetime", "time", "ts", "date", "index")
"""Names of the column of times, the likelier first."""

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


class Layout(NamedTuple):
    """How to select the needed columns of a file."""

    columns: list[pl.Expr]
    """``ts`` (int64 or uint64 ns), the prices (floats, or int64 with `price_scale`), ``volume`` and, where the
    file has them, ``rtype``, ``instrument_id`` and ``symbol``."""
    price_scale: float
    """Price of one unit of the price columns."""


def _pick(names: dict[str, str], candidates: tuple[str, ...]) -> str | None:
    return next((names[c] for c in candidates if c in names), None)


def _schema_error(label: str, schema: pl.Schema, missing: list[str]) -> DataError:
    present = ", ".join(list(schema)[:12]) + (", …" if len(schema) > 12 else "")
    if len(_BOOK_COLUMNS & {name.lower() for name in schema}) >= 2:
        return DataError(
            f"{label}: holds trades or order-book records (columns {present}), not bars; get the schema "
            "ohlcv-1s or aggregate to one-second bars"
        )
    return DataError(
        f"{label}: no column {', '.join(missing)}; bars need a time (ts_event), open, high, low, close and "
        f"volume. Columns here: {present}"
    )


def _time(label: str, name: str, dtype: pl.DataType) -> pl.Expr:
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
        f"{label}: time column {name} is {dtype}; needed is a date-time or integer nanoseconds since 1970, UTC"
    )


def _prices(label: str, names: dict[str, str], schema: pl.Schema) -> tuple[list[pl.Expr], float]:
    types = {schema[names[p]] for p in PRICES}
    if types == {pl.Int64()}:
        return [pl.col(names[p]).alias(p) for p in PRICES], FIXED_SCALE
    if not all(t.is_numeric() for t in types):
        raise DataError(f"{label}: prices are {', '.join(sorted(map(str, types)))}; needed are numbers")
    return [pl.col(names[p]).cast(pl.Float64).alias(p) for p in PRICES], 1.0


def layout(label: str, schema: pl.Schema) -> Layout:
    """Find the needed columns.

    Raises
    ------
    DataError
        If columns are missing or of a type that cannot be meant; `label` names the file.
    """
    names: dict[str, str] = {}
    for name in schema:
        names.setdefault(name.lower(), name)
    time, volume, symbol = (_pick(names, c) for c in (TIMES, _VOLUMES, _SYMBOLS))
    missing = [p for p in PRICES if p not in names]
    missing += [needed for needed, name in (("ts_event", time), ("volume", volume)) if name is None]
    if time is None or volume is None or missing:
        raise _schema_error(label, schema, missing)
    for name in (time, volume, *(names[n] for n in (*PRICES, "rtype", "instrument_id") if n in names)):
        if schema[name] in {pl.Int128, pl.UInt128}:
            raise DataError(f"{label}: {name} is {schema[name]}; numbers of 64 bits or fewer are read")
    if not schema[volume].is_numeric():
        raise DataError(f"{label}: volume is {schema[volume]}; needed are whole numbers")
    prices, scale = _prices(label, names, schema)
    columns = [_time(label, time, schema[time]).alias("ts"), *prices, pl.col(volume).alias("volume")]
    columns += [
        pl.col(names[n]).alias(n)
        for n in ("rtype", "instrument_id")
        if n in names and schema[names[n]].is_integer()
    ]
    if symbol is not None:
        columns.append(pl.col(symbol).cast(pl.String).fill_null(NO_SYMBOL).alias("symbol"))
    return Layout(columns, scale)


def bar_seconds(label: str, rtypes: pl.Series) -> int | None:
    """Bar size by the record types of some rows; ``None`` if they are missing.

    Raises
    ------
    DataError
        If the records are not bars, or bars of several sizes.
    """
    low, high = rtypes.min(), rtypes.max()
    if low == high and low in _BAR_SECONDS:
        return _BAR_SECONDS[int(low)]  # type: ignore[arg-type]
    found = rtypes.drop_nulls().unique().sort().to_list()
    for value in found:
        if value not in _BAR_SECONDS:
            record = _RECORDS.get(value, f"records of type {value}")
            raise DataError(f"{label}: holds {record}, not bars; get the schema ohlcv-1s")
    if found:
        sizes = " and ".join(f"{_BAR_SECONDS[v]} s" for v in found)
        raise DataError(f"{label}: bars of {sizes} are mixed; keep one size per file")
    return None
