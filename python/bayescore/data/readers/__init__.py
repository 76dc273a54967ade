"""One module a format: a path in, a `Source` of rows out."""

from __future__ import annotations

from pathlib import Path

from bayescore.data.readers.parquet import open_parquet
from bayescore.data.source import Source
from bayescore.errors import DataError


def open_source(path: Path) -> Source:
    """A file of bars.

    Raises
    ------
    DataError
        If it is empty, damaged, of a format that is not read, or holds no bars.
    """
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty")
    return open_parquet(path)
