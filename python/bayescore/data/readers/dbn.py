"""Databento's DBN, versions 1 to 3, plain or packed.

The header is decoded by `databento_dbn`; the records of a schema all have one size, so they are taken as they lie.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from bayescore.data.folder import Folder
from bayescore.data.readers.opened import PACKING_ERRORS, unpacked
from bayescore.data.source import PIECE, Source
from bayescore.errors import DataError

if TYPE_CHECKING:
    from databento_dbn.metadata import MappingIntervalDict

SUFFIXES = (".dbn",)
MAGIC = b"DBN"
_UNREADABLE = "not a whole DBN file ({reason}); was the download interrupted? Fetch it again"
_NS_A_DAY = 86_400 * 1_000_000_000
_HEADER = [
    ("length", "u1"),
    ("rtype", "u1"),
    ("publisher_id", "<u2"),
    ("instrument_id", "<u4"),
    ("ts_event", "<u8"),
]
_BAR = [*_HEADER, *((name, "<i8") for name in ("open", "high", "low", "close")), ("volume", "<u8")]
_TRADE = [*_HEADER, ("price", "<i8"), ("size", "<u4"), ("action", "u1"), ("side", "u1")]
_ORDER = [
    *_HEADER,
    ("order_id", "<u8"),
    ("price", "<i8"),
    ("size", "<u4"),
    ("flags", "u1"),
    ("channel_id", "u1"),
    ("action", "u1"),
    ("side", "u1"),
]
_RECORDS = {"trades": _TRADE, "tbbo": _TRADE, "mbp-1": _TRADE, "mbp-10": _TRADE, "mbo": _ORDER}
"""Beginning of the records that carry trades."""


_GREATEST_ID = 2**32 - 1
_LAST_NS = 2**63 - 1
"""The last moment that 64 bits hold, in 2262; dates may lie beyond it."""


class Header(NamedTuple):
    """What a file says of itself."""

    schema: str
    symbols: pl.DataFrame | None
    """``instrument_id``, ``from`` and ``until`` (nanoseconds) and ``symbol``, sorted by ``from``."""


def _mapping(label: str, mappings: dict[str, list[MappingIntervalDict]]) -> pl.DataFrame | None:
    rows: list[tuple[int, int, int, str]] = []
    for name, intervals in mappings.items():
        for interval in intervals:
            target = str(interval["symbol"])
            number, symbol = (target, name) if target.isdecimal() else (name, target)
            if number.isdecimal():
                if int(number) > _GREATEST_ID:
                    reason = f"it names an instrument {int(number)}, and no record can be of that"
                    raise DataError(f"{label}: {_UNREADABLE.format(reason=reason)}")
                first, until = interval["start_date"], interval["end_date"]
                rows.append((int(number), _ns(first), _ns(until), symbol))
    if not rows:
        return None
    columns = {"instrument_id": pl.UInt32, "from": pl.Int64, "until": pl.Int64, "symbol": pl.String}
    return pl.DataFrame(rows, schema=columns, orient="row").sort("from")


def _ns(day: date) -> int:
    return min((day - date(1970, 1, 1)).days * _NS_A_DAY, _LAST_NS)


def _header(path: Path, file: IO[bytes]) -> Header:
    start = file.read(8)
    if not start.startswith(MAGIC) or len(start) < 8:
        raise DataError(f"{path}: {_UNREADABLE.format(reason='it does not begin as one')}")
    rest = file.read(int.from_bytes(start[4:], "little"))
    return _decoded(str(path), start + rest)


def _decoded(label: str, content: bytes) -> Header:
    import databento_dbn

    try:
        metadata = databento_dbn.Metadata.decode(content)
    except (databento_dbn.DBNError, ValueError) as error:
        raise DataError(f"{label}: {_UNREADABLE.format(reason=error)}") from None
    if metadata.schema is None:
        raise DataError(
            f"{label}: holds records of several schemas (a live recording); save one schema a file"
        )
    return Header(str(metadata.schema), _mapping(label, metadata.mappings))


def _records(path: Path, file: IO[bytes], fields: list[tuple[str, str]]) -> Iterator[np.ndarray[Any, Any]]:
    """Records in blocks."""
    left = file.read(1)
    if not left:
        return
    # Records may be longer than the fields that are needed, by as much for all of them.
    size = left[0] * 4
    needed = np.dtype(fields).itemsize
    if size < needed:
        raise DataError(f"{path}: {_UNREADABLE.format(reason=f'a record of {size} bytes')}")
    layout = np.dtype([*fields, ("rest", f"V{size - needed}")])
    while True:
        block = left + file.read(size * PIECE - len(left))
        left = b""
        if not block:
            return
        if len(block) % size:
            more = file.read(size - len(block) % size)
            if not more:
                raise DataError(f"{path}: {_UNREADABLE.format(reason='it ends within a record')}")
            block += more
        records = np.frombuffer(block, dtype=layout)
        if (records["length"] != records["length"][0]).any():
            raise DataError(f"{path}: holds records of several sizes; save one schema a file")
        yield records


def _frame(records: np.ndarray[Any, Any], header: Header, names: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame({name: np.ascontiguousarray(records[name]) for name in names})
    if header.symbols is None:
        return frame
    mapping = header.symbols
    if mapping["instrument_id"].n_unique() == mapping.height:
        return frame.join(
            mapping.select("instrument_id", "symbol"), on="instrument_id", how="left", maintain_order="left"
        )
    order = frame.with_columns(
        pl.col("ts_event").cast(pl.Int64, strict=False).fill_null(-1).alias("_ts")
    ).with_row_index("_row")
    matched = order.sort("_ts").join_asof(
        mapping, left_on="_ts", right_on="from", by="instrument_id", check_sortedness=False
    )
    known = pl.when(pl.col("_ts") < pl.col("until")).then(pl.col("symbol"))
    return matched.with_columns(known.alias("symbol")).sort("_row").drop("_row", "_ts", "from", "until")


def frames(path: Path, wanted: str) -> Iterator[pl.DataFrame]:
    """Records of a file in blocks, with ``symbol`` where the file maps it.

    Parameters
    ----------
    path
        A DBN file.
    wanted
        ``"bars"`` or ``"trades"``.

    Raises
    ------
    DataError
        If it is damaged, or holds something else.
    """
    try:
        with unpacked(path) as file:
            header = _header(path, file)
            bars = header.schema.startswith("ohlcv-")
            if wanted == "bars" and not bars:
                hint = f"make bars of it: bayescore bars {path} OUTPUT.parquet"
                raise DataError(
                    f"{path}: holds {header.schema}, not bars; "
                    + (hint if header.schema in _RECORDS else "get the schema ohlcv-1s")
                )
            if wanted == "trades" and header.schema not in _RECORDS:
                raise DataError(f"{path}: holds {header.schema}, not trades or orders")
            fields = _BAR if bars else _RECORDS[header.schema]
            names = [
                name
                for name, _ in fields
                if name not in ("length", "flags", "channel_id", "order_id", "side")
            ]
            for records in _records(path, file, fields):
                yield _frame(records, header, names)
    except PACKING_ERRORS as error:
        raise DataError(f"{path}: {_UNREADABLE.format(reason=error)}") from None


class GrowingBars:
    """Bars of a DBN stream that comes in pieces of any size.

    Parameters
    ----------
    label
        What messages call it.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._held = b""
        self._header: Header | None = None

    def feed(self, content: bytes) -> Source | None:
        """Take in more bytes; the whole records among all that came, if there are any.

        Raises
        ------
        DataError
            If it is no DBN, or holds no bars.
        """
        self._held += content
        if self._header is None:
            length = 8 + int.from_bytes(self._held[4:8], "little")
            if len(self._held) < max(length, 9):
                return None
            self._header = _decoded(self._label, self._held[:length])
            if not self._header.schema.startswith("ohlcv-"):
                raise DataError(
                    f"{self._label}: holds {self._header.schema}, not bars; get the schema ohlcv-1s"
                )
            self._held = self._held[length:]
        size = self._held[0] * 4 if self._held else 0
        whole = len(self._held) // size * size if size else 0
        if not whole:
            return None
        block, self._held = self._held[:whole], self._held[whole:]
        (records,) = _records(Path(self._label), io.BytesIO(block), _BAR)
        header, names = self._header, [name for name, _ in _BAR if name != "length"]
        return Source(self._label, lambda: _frame(records, header, names).lazy(), _UNREADABLE)


def open_dbn(path: Path) -> Source:
    """A DBN file of bars; a large one goes once into temporary Parquet files.

    Raises
    ------
    DataError
        If it is damaged, holds no rows or no bars.
    """
    blocks = frames(path, "bars")
    first = next(blocks, None)
    if first is None:
        raise DataError(f"{path}: no rows")
    second = next(blocks, None)
    if second is None:
        return Source(str(path), first.lazy, _UNREADABLE)
    folder = Folder()
    for block in chain((first, second), blocks):
        block.write_parquet(folder.new(), compression="lz4", statistics=False)
    return Source(
        str(path), lambda: pl.scan_parquet(list(folder.files()), glob=False), _UNREADABLE, keep=folder
    )
