"""Bars as they come: from standard input or from a file that grows."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from bayescore.data.readers import csv, dbn, open_source
from bayescore.data.readers.opened import GZIP_MAGIC, ZSTD_MAGIC, magic
from bayescore.data.source import Source
from bayescore.errors import DataError

POLL_S = 0.25
"""How often a file is looked at."""
_PIECE = 1 << 20


class NewRows(NamedTuple):
    """Rows that have come."""

    source: Source
    first: int
    """The first of them; those before are known."""


class _Parts(Protocol):
    def feed(self, content: bytes) -> Source | None: ...


class _Lines:
    """Whole lines of CSV out of pieces of any size; each goes with the header."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._header = b""
        self._held = b""

    def feed(self, content: bytes) -> Source | None:
        """Take in more bytes; the rows of the lines that are whole by now, if there are any."""
        self._held += content
        whole, newline, rest = self._held.rpartition(b"\n")
        if not newline:
            if len(rest) > _PIECE:
                raise DataError(f"{self._label}: no line in {len(rest):,} bytes; is it CSV?")
            return None
        self._held = rest
        if not self._header:
            self._header, _, whole = whole.partition(b"\n")
        if not whole.strip():
            return None
        return csv.text_source(self._label, self._header + b"\n" + whole + b"\n")


def follow(source: str, going_on: Callable[[float], bool]) -> Iterator[NewRows]:
    """Rows of a growing file or of standard input, as they come.

    Parameters
    ----------
    source
        A path, or ``-`` for standard input: CSV with a header, or DBN; a file may also be Parquet or Arrow, replaced
        as a whole each time.
    going_on
        Asked whenever nothing is there, with the seconds since something came last, whether to wait for more.
        Standard input ends by itself too.

    Raises
    ------
    DataError
        If it cannot be read, or a file loses what it had.
    """
    if source == "-":
        yield from _stream("standard input", _read_input(), going_on)
        return
    path = Path(source).expanduser()
    waited = time.monotonic()
    while not path.is_file() or not path.stat().st_size:
        if path.exists() and not path.is_file():
            raise DataError(f"{path}: not a file")
        if not going_on(time.monotonic() - waited):
            raise DataError(f"{path}: no such file, or nothing in it")
        time.sleep(POLL_S)
    head = magic(path)
    if head.startswith((ZSTD_MAGIC, GZIP_MAGIC)):
        raise DataError(
            f"{path}: packed; a file that grows is read as it is, so unpack it: zstdcat FILE | … -"
        )
    if head.startswith((b"PAR1", b"ARROW1")):
        yield from _replaced(path, going_on)
    else:
        yield from _stream(str(path), _read_file(path), going_on)


def _stream(
    label: str, pieces: Iterator[bytes | None], going_on: Callable[[float], bool]
) -> Iterator[NewRows]:
    """Rows out of pieces of bytes; ``None`` says that nothing is there at the moment."""
    parts: _Parts | None = None
    came, start = time.monotonic(), b""
    for piece in pieces:
        if piece is None:
            if not going_on(time.monotonic() - came):
                return
            continue
        came = time.monotonic()
        if parts is None:
            start += piece
            if len(start) < len(dbn.MAGIC):
                continue
            if start.startswith((ZSTD_MAGIC, GZIP_MAGIC, b"PAR1")):
                raise DataError(
                    f"{label}: not CSV or DBN; unpack it first, or give a Parquet file by its name"
                )
            parts = dbn.GrowingBars(label) if start.startswith(dbn.MAGIC) else _Lines(label)
            piece = start  # noqa: PLW2901 - with what was held back
        rows = parts.feed(piece)
        if rows is not None:
            yield NewRows(rows, 0)


def _read_input() -> Iterator[bytes | None]:
    fd = sys.stdin.fileno()
    while True:
        if not select.select([fd], [], [], POLL_S)[0]:
            yield None
            continue
        piece = os.read(fd, _PIECE)
        if not piece:
            return
        yield piece


def _read_file(path: Path) -> Iterator[bytes | None]:
    with path.open("rb") as file:
        while True:
            if path.stat().st_size < file.tell():
                raise DataError(f"{path}: is shorter than before; it must only grow")
            piece = file.read(_PIECE)
            if piece:
                yield piece
            else:
                yield None
                time.sleep(POLL_S)


def _replaced(path: Path, going_on: Callable[[float], bool]) -> Iterator[NewRows]:
    """New rows at the end of a file that is written anew as a whole."""
    seen, known = 0, None
    came = time.monotonic()
    while True:
        state = path.stat()
        mark = (state.st_ino, state.st_size, state.st_mtime_ns)
        if mark != known:
            try:
                rows = open_source(path)
            except DataError:
                # Half written, perhaps: looked at again; if it stays so, the reason is said.
                if not going_on(time.monotonic() - came):
                    raise
                time.sleep(POLL_S)
                continue
            known, came = mark, time.monotonic()
            if rows.rows < seen:
                raise DataError(f"{path}: has {rows.rows:,} rows, {seen:,} before; it must only grow")
            if rows.rows > seen:
                yield NewRows(rows, seen)
                seen = rows.rows
            continue
        if not going_on(time.monotonic() - came):
            return
        time.sleep(POLL_S)
