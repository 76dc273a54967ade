"""Bringing rows into the order of time on disk, however many there are.

Rows that are not in order, or lie in files that overlap, are dealt out to one temporary folder a UTC day; each day
is then small enough to be sorted in memory when it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bayescore.data.folder import Folder
from bayescore.data.layout import FIXED_SCALE, NO_SYMBOL, PRICES
from bayescore.data.source import Rows, Source

_DAY_NS = 86_400_000_000_000
_PROVENANCE = ("file", "file_row")


class Spill:
    """Temporary files of rows by UTC day; they vanish with this object."""

    def __init__(self, sources: Sequence[Source], label: str | None) -> None:
        self._folder = Folder()
        self._parts: dict[int, list[Path]] = {}
        self._labels = [source.label for source in sources]
        fixed = all(source.price_scale == FIXED_SCALE for source in sources)
        named = any(source.naming == "symbol" for source in sources)
        self._scale = FIXED_SCALE if fixed else 1.0
        for number, source in enumerate(sources):
            columns = [
                pl.col("ts").cast(pl.Int64, strict=False),
                pl.lit(number, dtype=pl.Int32).alias("file"),
            ]
            columns += [pl.col(p).cast(pl.Float64) * source.price_scale for p in PRICES if not fixed]
            if named and source.naming != "symbol":
                columns.append(pl.lit(label or NO_SYMBOL).alias("symbol"))
            for first, frame in source.pieces():
                self._deal(frame.with_row_index("file_row", first).with_columns(columns))

    def _deal(self, frame: pl.DataFrame) -> None:
        by_day = frame.with_columns(day=pl.col("ts").fill_null(0) // _DAY_NS).partition_by(
            "day", as_dict=True, include_key=False, maintain_order=True
        )
        for (day,), rows in by_day.items():
            parts = self._parts.setdefault(int(day), [])
            parts.append(self._folder.new())
            rows.write_parquet(parts[-1], compression="lz4", statistics=False)

    def days(self) -> list[Rows]:
        """The days in order, each sorted by time; rows of equal time stay in the order of files and rows."""
        return [SortedDay(self, self._labels, self._parts[day], self._scale) for day in sorted(self._parts)]


class SortedDay(Rows):
    """The rows of one UTC day in order of time, each once however often files repeat it."""

    def __init__(self, spill: Spill, labels: list[str], parts: list[Path], price_scale: float) -> None:
        self._spill = spill  # Keeps the files.
        self.labels = labels
        self.price_scale = price_scale
        self._parts = parts
        self.unreadable = "its rows sorted by time are gone from the temporary folder ({reason})"
        frame = self._whole()
        self.rows = frame.height
        dealt = sum(pl.scan_parquet(part, glob=False).select(pl.len()).collect().item() for part in parts)
        self.repeated = dealt - self.rows
        self._look(frame[:1])

    def _whole(self) -> pl.DataFrame:
        frame = self._try(
            lambda: pl.concat(
                [pl.read_parquet(part, glob=False) for part in self._parts], how="diagonal_relaxed"
            )
        )
        return frame.sort("ts", *_PROVENANCE, nulls_last=True).unique(
            [name for name in frame.columns if name not in _PROVENANCE], keep="first", maintain_order=True
        )

    def read(self, first: int, count: int) -> pl.DataFrame:
        """Some consecutive rows, with ``file`` and ``file_row`` they come from."""
        return self._whole()[first : first + count]
