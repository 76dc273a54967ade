"""Parquet files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bayescore.data.source import Source

SUFFIXES = (".parquet", ".pq", ".parq")


def open_parquet(path: Path) -> Source:
    """A Parquet file.

    Raises
    ------
    DataError
        If it is not a (whole) Parquet file, holds no rows, no bars or lacks columns.
    """
    return Source(
        str(path),
        lambda: pl.scan_parquet(path, glob=False, hive_partitioning=False),
        "not a whole Parquet file ({reason}); was the download interrupted? Fetch it again",
    )
