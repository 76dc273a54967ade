"""A file or frame of bars that is read piece by piece, never as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import polars as pl

from bayescore.data.layout import Layout, layout
from bayescore.errors import DataError

PIECE = 1 << 18
"""Rows that are held at a time."""

T = TypeVar("T")


class Source:
    """Rows in the order they stand in, with the columns of `bayescore.data.layout`.

    Parameters
    ----------
    label
        What messages call it: the path as it was given.
    scan
        Its columns as they come.
    unreadable
        What a failure to read means, for the message.
    """

    def __init__(self, label: str, scan: pl.LazyFrame, unreadable: str) -> None:
        self.label = label
        self._unreadable = unreadable
        schema = self._try(scan.collect_schema)
        self.layout: Layout = layout(label, schema)
        self._scan = scan.select(self.layout.columns)
        self.rows: int = self._try(lambda: scan.select(pl.len()).collect().item())
        if self.rows == 0:
            raise DataError(f"{label}: no rows")
        head = self.read(0, 1)
        self.naming = next((name for name in ("symbol", "instrument_id") if name in head.columns), None)
        """The column that tells contracts apart, if there is one."""
        self.first_label = str(head[self.naming][0]) if self.naming else None
        """The first row's contract."""
        times = head["ts"] if head["ts"][0] is not None else self.read(0, PIECE)["ts"].drop_nulls()
        self.first_ts = int(times[0]) if len(times) else 0
        """Time of the first row that has one, nanoseconds."""

    def _try(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise DataError(f"{self.label}: {self._unreadable.format(reason=reason)}") from None

    def read(self, first: int, count: int) -> pl.DataFrame:
        """Some consecutive rows.

        Raises
        ------
        DataError
            If they cannot be read.
        """
        return self._try(self._scan.slice(first, count).collect)

    def pieces(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """All rows in pieces, each with the number of its first row; the next is read meanwhile."""
        with ThreadPoolExecutor(1, "bayescore-pieces") as ahead:
            coming = ahead.submit(self.read, 0, PIECE)
            for first in range(0, self.rows, PIECE):
                frame = coming.result()
                if first + PIECE < self.rows:
                    coming = ahead.submit(self.read, first + PIECE, PIECE)
                yield first, frame

    def symbols(self) -> dict[str, int]:
        """Rows of every symbol; of every instrument id where there are no symbols but several ids."""
        if self.naming is None:
            return {}
        labels = pl.col(self.naming).cast(pl.String)
        counts = self._try(self._scan.group_by(labels).len().collect)
        if self.naming == "instrument_id" and counts.height == 1:
            return {}
        return {str(label): int(rows) for label, rows in counts.rows()}


def open_parquet(path: Path) -> Source:
    """A Parquet file.

    Raises
    ------
    DataError
        If it is not a (whole) Parquet file, holds no rows, no bars or lacks columns.
    """
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty")
    return Source(
        str(path),
        pl.scan_parquet(path, glob=False, hive_partitioning=False),
        "not a whole Parquet file ({reason}); was the download interrupted? Fetch it again",
    )
