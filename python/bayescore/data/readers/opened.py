"""Bytes of a file, whatever it is packed in."""

from __future__ import annotations

import gzip
import sys
import zlib
from pathlib import Path
from typing import IO, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
GZIP_MAGIC = b"\x1f\x8b"
PACKING_ERRORS = (OSError, EOFError, zlib.error, zstd.ZstdError)
"""What unpacking a damaged file raises."""


def magic(path: Path, count: int = 8) -> bytes:
    """First bytes of a file."""
    with path.open("rb") as file:
        return file.read(count)


def unpacked(path: Path) -> IO[bytes]:
    """A file to read bytes from, unpacked if it is gzip or zstd, whatever its name."""
    head = magic(path)
    if head.startswith(ZSTD_MAGIC):
        return cast("IO[bytes]", zstd.open(path, "rb"))
    if head.startswith(GZIP_MAGIC):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")
