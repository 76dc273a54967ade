"""Bars that are read piece by piece, never as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import polars as pl

from bayescore.data.layout import layout
from bayescore.errors import DataError

PIECE = 1 << 18
"""Rows that are held at a time."""

_REASON = 160
"""Characters of a library's own words that a message repeats."""

T = TypeVar("T")


class Rows:
    """Rows in the order they stand in, with the columns of `bayescore.data.layout`."""

    labels: list[str]
    """Files they come from."""
    price_scale: float
    """Price of one unit of the price columns."""
    rows: int
    naming: str | None
    """The column that tells contracts apart, if there is one."""
    first_label: str | None
    """The first row's contract."""
    first_ts: int
    """Time of the first row that has one, nanoseconds."""
    repeated: int = 0
    """Rows that were left out because an equal one is there."""
    unreadable: str
    """What a failure to read means, for the message."""

    @property
    def label(self) -> str:
        """What messages call it."""
        return " + ".join(self.labels)

    def read(self, first: int, count: int) -> pl.DataFrame:
        """Some consecutive rows.

        Raises
        ------
        DataError
            If they cannot be read.
        """
        raise NotImplementedError

    def pieces(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """All rows in pieces, each with the number of its first row; the next is read meanwhile."""
        with ThreadPoolExecutor(1, "bayescore-pieces") as ahead:
            coming = ahead.submit(self.read, 0, PIECE)
            for first in range(0, self.rows, PIECE):
                frame = coming.result()
                if first + PIECE < self.rows:
                    coming = ahead.submit(self.read, first + PIECE, PIECE)
                yield first, frame

    def _look(self, head: pl.DataFrame) -> None:
        """Take note of what the first row says."""
        self.naming = next((name for name in ("symbol", "instrument_id") if name in head.columns), None)
        self.first_label = str(head[self.naming][0]) if self.naming else None
        times = head["ts"] if head["ts"][0] is not None else self.read(0, PIECE)["ts"].drop_nulls()
        self.first_ts = int(times[0]) if len(times) else 0

    def _try(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            text = str(error).strip()
            if "spawn" in text and "thread" in text:
                # Polars starts its threads at the first file it reads: nothing is wrong with that file.
                raise MemoryError(text) from None
            reason = text.splitlines()[0][:_REASON] if text else type(error).__name__
            raise DataError(f"{self.label}: {self.unreadable.format(reason=reason)}") from None


class Source(Rows):
    """The rows of one file.

    Parameters
    ----------
    label
        What messages call it: the path as it was given.
    opening
        Gives its columns as they come.
    unreadable
        What a failure to read means, for the message.
    keep
        What must live as long as the rows are read.
    """

    def __init__(
        self, label: str, opening: Callable[[], pl.LazyFrame], unreadable: str, keep: object = None
    ) -> None:
        self.labels, self.unreadable, self._keep = [label], unreadable, keep
        scan = self._try(opening)
        schema = self._try(scan.collect_schema)
        columns, self.price_scale = layout(label, schema)
        self._scan = scan.select(columns)
        self.rows = self._try(lambda: scan.select(pl.len()).collect().item())
        if self.rows == 0:
            raise DataError(f"{label}: no rows")
        self._look(self.read(0, 1))

    def read(self, first: int, count: int) -> pl.DataFrame:
        """Some consecutive rows."""
        return self._try(self._scan.slice(first, count).collect)

    def symbols(self) -> dict[str, int]:
        """Rows of every symbol; of every instrument id where there are no symbols but several ids."""
        if self.naming is None:
            return {}
        labels = pl.col(self.naming).cast(pl.String)
        counts = self._try(self._scan.group_by(labels).len().collect)
        if self.naming == "instrument_id" and counts.height == 1:
            return {}
        return {str(label): int(rows) for label, rows in counts.rows()}

    def span(self) -> tuple[int, int]:
        """Earliest and latest time, nanoseconds."""
        ts = pl.col("ts")
        row = self._try(lambda: self._scan.select(ts.min().alias("a"), ts.max().alias("b")).collect().row(0))
        return int(row[0] or 0), int(row[1] or 0)
