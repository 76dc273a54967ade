"""Tables as CSV files, written beside the user's work, whole or not at all, and never over anything."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bayescore.errors import RunError
from bayescore.whole_files import put_whole

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a text that a spreadsheet would run as a formula."""


def write_csv(folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    """Write a table into the first free one of ``NAME.csv``, ``NAME-2.csv`` and so on.

    Parameters
    ----------
    folder
        Where to.
    name
        Beginning of the file's name; what is no letter, digit, dot, dash or underscore becomes a dash.
    header, rows
        Titles of the columns, and one sequence of values a row; numbers are written in full, ``None`` as nothing.

    Raises
    ------
    RunError
        If the folder cannot be written, or the disk is full; nothing is left then.
    """
    stem = (
        "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name).lstrip(".")
        or "table"
    )
    text = io.StringIO(newline="")
    out = csv.writer(text)
    out.writerow(header)
    out.writerows([_cell(value) for value in row] for row in rows)
    content = text.getvalue().encode()
    for k in itertools.count(1):
        path = folder / (f"{stem}.csv" if k == 1 else f"{stem}-{k}.csv")
        if path.exists():
            continue
        try:
            put_whole(path, content, replace=False)
        except FileExistsError:
            continue
        except OSError as error:
            raise RunError(f"{path}: cannot be written ({error.strerror})") from None
        return path
    raise AssertionError("names do not end")


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value
