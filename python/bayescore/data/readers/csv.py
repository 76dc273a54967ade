"""CSV, plain or packed: Databento's layouts and those of common charting programs.

Text is not read twice: a large file is turned once into a temporary Parquet file.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import polars as pl

from bayescore.data.folder import Folder
from bayescore.data.layout import PRICES, TIMES
from bayescore.data.readers.opened import GZIP_MAGIC, PACKING_ERRORS, ZSTD_MAGIC, magic, unpacked
from bayescore.data.source import Source
from bayescore.errors import DataError

# Polars counts the rows of a file with a stray quote twice and prints when it errs. What such a row lacks is told with
# its place by the checks.
warnings.filterwarnings("ignore", message="CSV malformed", category=UserWarning)

SUFFIXES = (".csv", ".txt", ".tsv")
_UNREADABLE = "cannot be read as CSV ({reason})"
_IN_MEMORY = 16 << 20
"""Bytes of text up to which the rows are held."""
_PACKED = 8
"""How much packed text grows, about."""
_HEAD = 1 << 16
_SAMPLE = 10_000
_LEAST_FIXED = 100_000_000
"""Prices of whole numbers from here on are in units of 1e-9: 0.1 is the least of them."""
_NUMBERS = (*PRICES, "last", "volume", "vol", "tickvol")
_TIME_UNITS = ((10**11, 1_000_000_000), (10**14, 1_000_000), (10**17, 1_000))
"""Whole-number times below the first are in seconds, then milliseconds and microseconds."""


def open_csv(path: Path) -> Source:
    """A CSV file with a header.

    Raises
    ------
    DataError
        If it is damaged, has no header, holds no rows, no bars or lacks columns.
    """
    try:
        with unpacked(path) as file:
            head = file.read(_HEAD)
    except PACKING_ERRORS as error:
        raise DataError(f"{path}: {_UNREADABLE.format(reason=error)}") from None
    separator, comma = _dialect(str(path), head)
    folder = Folder()

    def scan() -> pl.LazyFrame:
        reading = _scan(path, separator, comma)
        size = path.stat().st_size * (_PACKED if magic(path).startswith((GZIP_MAGIC, ZSTD_MAGIC)) else 1)
        if size <= _IN_MEMORY:
            return reading.collect().lazy()
        whole = folder.new()
        reading.sink_parquet(whole, compression="lz4", statistics=False, row_group_size=1 << 17)
        return pl.scan_parquet(whole, glob=False)

    return Source(str(path), scan, _UNREADABLE, keep=folder)


def text_source(label: str, text: bytes) -> Source:
    """Lines of CSV that are at hand, the header first.

    Raises
    ------
    DataError
        As `open_csv`.
    """
    separator, comma = _dialect(label, text)
    return Source(label, lambda: _scan(text, separator, comma).collect().lazy(), _UNREADABLE)


def _dialect(label: str, head: bytes) -> tuple[str, bool]:
    """What separates columns, and whether decimals have a comma."""
    try:
        lines = head.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise DataError(f"{label}: not text in UTF-8; is it CSV?") from None
    header = lines[0] if lines else ""
    separator = max(",;\t", key=header.count)
    if header.count(separator) == 0:
        raise DataError(f"{label}: the first line is no header of comma-separated columns: {header[:60]!r}")
    return separator, separator != "," and len(lines) > 1 and "," in lines[1]


def _scan(path: Path | bytes, separator: str, comma: bool) -> pl.LazyFrame:
    """Columns of the types that are meant; a value that is not of its type becomes a missing one."""

    def read(**types: Any) -> pl.LazyFrame:
        return pl.scan_csv(
            path,
            separator=separator,
            decimal_comma=comma,
            glob=False,
            ignore_errors=True,
            infer_schema_length=_SAMPLE,
            **types,
        )

    sample = read().head(_SAMPLE).collect()
    names = {name: name.strip().strip("<>").lower() for name in sample.columns}
    types: dict[str, pl.DataType] = dict(sample.schema)
    for name, plain in names.items():
        column = sample[name]
        if plain in _NUMBERS and column.dtype == pl.String:
            # A word among the numbers, or no row at all.
            column = column.cast(pl.Float64, strict=False)
            types[name] = pl.String() if len(column) and column.null_count() == len(column) else pl.Float64()
        elif plain in (*PRICES, "last") and column.dtype.is_numeric():
            fixed = column.dtype == pl.Int64 and (column.abs().median() or 0) >= _LEAST_FIXED  # type: ignore[operator]
            types[name] = pl.Int64() if fixed else pl.Float64()
        elif plain in ("symbol", "raw_symbol", "ticker"):
            types[name] = pl.String()
    scan = read(schema=types)
    new = {name: plain for name, plain in names.items() if plain != name}
    if "last" in names.values() and "close" not in names.values():
        new |= {name: "close" for name, plain in names.items() if plain == "last"}
    if "tickvol" in names.values() and not {"vol", "volume"} & set(names.values()):
        new |= {name: "volume" for name, plain in names.items() if plain == "tickvol"}
    scan, sample = scan.rename(new), sample.rename(new)
    return scan.with_columns(_times(sample))


def _times(sample: pl.DataFrame) -> list[pl.Expr]:
    """Time columns as date-times or nanoseconds."""
    if {"date", "time"} <= set(sample.columns) and not {"ts_event", "timestamp", "datetime"} & set(
        sample.columns
    ):
        both = pl.concat_str(
            [pl.col(name).cast(pl.String).str.strip_chars() for name in ("date", "time")], separator=" "
        )
        return [_parsed(both, sample.select(both.alias("x"))["x"]).alias("ts_event")]
    name = next((name for name in TIMES if name in sample.columns), None)
    if name is None:
        return []
    column = sample[name]
    if column.dtype == pl.String:
        return [_parsed(pl.col(name), column).alias(name)]
    if column.dtype == pl.Int64:
        size = abs(int(column.median() or 0))  # type: ignore[arg-type]
        unit = next((unit for below, unit in _TIME_UNITS if size < below), 1)
        return [(pl.col(name) * unit).alias(name)]
    return []


_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%d %H:%M:%S%.f%:z",
    "%Y-%m-%d %H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y%m%d %H:%M:%S%.f",
    "%Y%m%d %H%M%S",
    "%Y.%m.%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%m/%d/%Y %H:%M:%S%.f",
)


def _parsed(text: pl.Expr, sample: pl.Series) -> pl.Expr:
    """Text as a date-time: in the first of the known ways that reads most of a sample."""
    best, most = _FORMATS[0], -1
    for form in _FORMATS:
        read = sample.str.strip_chars().str.to_datetime(form, time_unit="ns", strict=False, exact=True)
        found = len(read) - read.null_count()
        if found > most:
            best, most = form, found
    parsed = text.str.strip_chars().str.to_datetime(best, time_unit="ns", strict=False, exact=True)
    if best.endswith("%:z"):
        return parsed.dt.convert_time_zone("UTC")
    return parsed.dt.replace_time_zone("UTC")
