"""From what a user typed to a list of Parquet files."""

from __future__ import annotations

import difflib
import glob
from collections.abc import Iterable
from pathlib import Path

from bayescore.errors import DataError

_OTHER_FORMATS = {
    ".dbn": "DBN",
    ".csv": "CSV",
    ".arrow": "Arrow IPC",
    ".feather": "Arrow IPC",
    ".ipc": "Arrow IPC",
    ".json": "JSON",
}


def _near_names(path: Path) -> str:
    parent = path.parent
    while not parent.is_dir():
        if parent == parent.parent:
            return ""
        parent = parent.parent
    if parent != path.parent:
        return f"; there is no directory {path.parent}"
    # Without their endings, which all have in common.
    names = {p.stem: p for p in sorted(parent.iterdir()) if p.is_dir() or _is_parquet_name(p)}
    near = difflib.get_close_matches(path.stem, names, n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(str(names[stem]) for stem in near)}?" if near else ""


def _is_parquet_name(path: Path) -> bool:
    return path.suffix.lower() in {".parquet", ".pq", ".parq"}


def _expand_one(text: str) -> list[Path]:
    path = Path(text).expanduser()
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.is_file() and _is_parquet_name(p))
        if not found:
            below = next((p for p in sorted(path.rglob("*.parquet"))), None)
            hint = f"; for those below it use '{path}/**/*.parquet'" if below else ""
            raise DataError(f"{path}: no Parquet file in this directory{hint}")
        return found
    if path.is_file():
        for suffix in path.suffixes:
            if suffix.lower() in _OTHER_FORMATS:
                raise DataError(
                    f"{path}: {_OTHER_FORMATS[suffix.lower()]} is not read; convert it to Parquet first"
                    + (" (databento: DBNStore.from_file(...).to_parquet(...))" if suffix == ".dbn" else "")
                )
        return [path]
    if glob.has_magic(text):
        # Path.glob takes no absolute patterns.
        names = glob.glob(str(path), recursive=True)  # noqa: PTH207
        found = sorted(p for name in names if (p := Path(name)).is_file())
        if not found:
            raise DataError(f"{text}: the pattern matches no file")
        return found
    raise DataError(f"{path}: no such file or directory{_near_names(path)}")


def expand(paths: Iterable[str]) -> list[Path]:
    """Files behind file names, directories and glob patterns; each once, in the order given.

    Raises
    ------
    DataError
        For a path that is not there (with similar names), a directory or pattern without Parquet files, or
        another format.
    """
    result: dict[Path, Path] = {}
    for text in paths:
        for path in _expand_one(text):
            result.setdefault(path.resolve(), path)
    if not result:
        raise DataError("no data: give a Parquet file, a directory or a pattern")
    return list(result.values())
