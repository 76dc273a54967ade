"""Arrow IPC: files (Feather) and streams."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bayescore.data.readers.opened import magic
from bayescore.data.source import Source

SUFFIXES = (".arrow", ".feather", ".ipc", ".arrows")
_FILE_MAGIC = b"ARROW1"
_UNREADABLE = "not a whole Arrow IPC file ({reason}); was it written to its end?"


def open_arrow(path: Path) -> Source:
    """An Arrow IPC file, read piece by piece, or a stream, read as a whole.

    Raises
    ------
    DataError
        If it is damaged, holds no rows, no bars or lacks columns.
    """
    if magic(path).startswith(_FILE_MAGIC):
        return Source(str(path), lambda: pl.scan_ipc(path, glob=False, hive_partitioning=False), _UNREADABLE)
    return Source(str(path), lambda: pl.read_ipc_stream(path).lazy(), _UNREADABLE)
