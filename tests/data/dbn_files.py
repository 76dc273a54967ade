"""Writes DBN files with the encoder of the format's makers."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import databento_dbn as dbn
import numpy as np
import polars as pl

from tests.data.frames import PRICES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_HEADER = [
    ("length", "u1"),
    ("rtype", "u1"),
    ("publisher_id", "<u2"),
    ("instrument_id", "<u4"),
    ("ts_event", "<u8"),
]
_BAR = np.dtype([*_HEADER, *((p, "<i8") for p in PRICES), ("volume", "<u8")])


class Interval:
    """An interval of a symbol's mapping."""

    def __init__(self, first: date, until: date, target: str) -> None:
        self.start_date, self.end_date, self.symbol = first, until, target


class Mapping:
    """What a symbol means on which dates."""

    def __init__(self, name: str, intervals: list[Interval]) -> None:
        self.raw_symbol, self.intervals = name, intervals


ALWAYS = (date(2000, 1, 1), date(2040, 1, 1))


def metadata(schema: str, mappings: dict[str, list[tuple[date, date, str]]], version: int) -> bytes:
    """The beginning of a file."""
    found = [Mapping(name, [Interval(*i) for i in intervals]) for name, intervals in mappings.items()]
    return bytes(
        dbn.Metadata(
            dataset="GLBX.MDP3",
            start=0,
            stype_in=dbn.SType.RAW_SYMBOL,
            stype_out=dbn.SType.INSTRUMENT_ID,
            schema=dbn.Schema.from_str(schema),
            symbols=list(mappings),
            mappings=found,
            version=version,  # type: ignore[arg-type]
        )
    )


def bar_records(frame: pl.DataFrame, rtype: int = 32) -> bytes:
    """The records of a file of bars."""
    rows = np.zeros(len(frame), dtype=_BAR)
    rows["length"], rows["rtype"] = _BAR.itemsize // 4, rtype
    rows["publisher_id"], rows["instrument_id"] = 1, frame["instrument_id"].to_numpy()
    rows["ts_event"] = frame["ts_event"].cast(pl.Int64).to_numpy().astype(np.uint64)
    rows["volume"] = frame["volume"].to_numpy()
    for p in PRICES:
        rows[p] = np.rint(frame[p].to_numpy() * 1e9)
    return rows.tobytes()


def write_bars(
    frame: pl.DataFrame,
    path: Path,
    *,
    version: int = 3,
    mappings: dict[str, Any] | None = None,
    schema: str = "ohlcv-1s",
) -> str:
    """A DBN file of bars, packed if its name says so."""
    if mappings is None:
        pairs = frame.select("symbol", "instrument_id").unique().rows()
        mappings = {symbol: [(*ALWAYS, str(number))] for symbol, number in pairs}
    content = metadata(schema, mappings, version) + bar_records(frame)
    path.write_bytes(zstd.compress(content) if path.suffix == ".zst" else content)
    return str(path)
