"""One module a format: a path in, a `Source` of rows out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bayescore.data.readers import arrow, csv, dbn, parquet
from bayescore.data.readers.opened import GZIP_MAGIC, PACKING_ERRORS, ZSTD_MAGIC, magic, unpacked
from bayescore.data.source import Source
from bayescore.errors import DataError

PACKINGS = (".zst", ".gz")
_BY_SUFFIX: dict[str, tuple[str, Callable[[Path], Source]]] = {
    **dict.fromkeys(parquet.SUFFIXES, ("Parquet", parquet.open_parquet)),
    **dict.fromkeys(arrow.SUFFIXES, ("Arrow IPC", arrow.open_arrow)),
    **dict.fromkeys(csv.SUFFIXES, ("CSV", csv.open_csv)),
    **dict.fromkeys(dbn.SUFFIXES, ("DBN", dbn.open_dbn)),
}


def format_of(path: Path) -> str | None:
    """Format that a file's name promises, if it is one that is read."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in PACKINGS:
        suffixes.pop()
    found = _BY_SUFFIX.get(suffixes[-1]) if suffixes else None
    return found[0] if found else None


def open_source(path: Path) -> Source:
    """A file of bars: what it is tells its beginning, else its name.

    Raises
    ------
    DataError
        If it is empty, damaged, of a format that is not read, or holds no bars.
    """
    if not path.is_file():
        raise DataError(f"{path}: no file that can be read from its beginning to its end")
    try:
        if path.stat().st_size == 0:
            raise DataError(f"{path}: the file is empty")
        head = magic(path)
        if head.startswith((ZSTD_MAGIC, GZIP_MAGIC)):
            with unpacked(path) as file:
                head = file.read(8)
    except PACKING_ERRORS as error:
        raise DataError(
            f"{path}: cannot be read ({error}); was the download interrupted? Fetch it again"
        ) from None
    if head.startswith(dbn.MAGIC):
        return dbn.open_dbn(path)
    if head.startswith(b"PAR1"):
        return parquet.open_parquet(path)
    if head.startswith(b"ARROW1"):
        return arrow.open_arrow(path)
    promised = format_of(path)
    for name, reader in _BY_SUFFIX.values():
        if name == promised:
            return reader(path)
    read = ", ".join(dict.fromkeys(name for name, _ in _BY_SUFFIX.values()))
    raise DataError(f"{path}: not a format that is read ({read}; CSV and DBN also as .zst or .gz)")
