"""From what a user typed to a list of files."""

from __future__ import annotations

import difflib
import glob
from collections.abc import Iterable
from pathlib import Path

from bayescore.data.readers import format_of
from bayescore.errors import DataError
from bayescore.escape import printable


def _near_names(path: Path) -> str:
    parent = path.parent
    while not parent.is_dir():
        if parent == parent.parent:
            return ""
        parent = parent.parent
    if parent != path.parent:
        return f"; there is no directory {path.parent}"
    # Without their endings, which all have in common.
    names = {p.stem: p for p in sorted(parent.iterdir()) if p.is_dir() or format_of(p)}
    near = difflib.get_close_matches(path.stem, names, n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(str(names[stem]) for stem in near)}?" if near else ""


def _of_directory(path: Path) -> list[Path]:
    """The files of bars in a directory, which must be of one format."""
    found = sorted(p for p in path.iterdir() if p.is_file() and format_of(p) and p.stem != "symbology")
    formats = sorted({str(format_of(p)) for p in found})
    if len(formats) > 1:
        raise DataError(
            f"{path}: holds files of {' and '.join(formats)}; name those of one format, for example "
            f"'{path}/*{''.join(found[0].suffixes[-2:])}'"
        )
    if not found:
        below = next((p for p in sorted(path.rglob("*")) if p.is_file() and format_of(p)), None)
        hint = f"; for those below it use '{path}/**/*{below.suffix}'" if below else ""
        raise DataError(f"{path}: no Parquet, Arrow, CSV or DBN file in this directory{hint}")
    return found


def _expand_one(text: str) -> list[Path]:
    path = Path(text).expanduser()
    if path.is_dir():
        return _of_directory(path)
    if path.is_file():
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
        For a path that is not there (with similar names), or a directory or pattern without files of one format.
    """
    result: dict[Path, Path] = {}
    for text in paths:
        for path in _expand_one(text):
            if str(path) != printable(str(path)):
                raise DataError(f"{path}: a name with characters that are not text; rename it")
            result.setdefault(path.resolve(), path)
    if not result:
        raise DataError("no data: give a file, a directory or a pattern")
    return list(result.values())
