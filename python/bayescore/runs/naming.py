"""What a run is called."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bayescore.errors import RunError
from bayescore.escape import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


LONGEST = 200
"""Bytes of a name: file systems take 255, and a number may be added."""


def check_name(name: str, source: str = "--run ") -> str:
    """Return a name that can be a folder's below the checkpoint directory.

    Parameters
    ----------
    name
        The name.
    source
        What it was given by, for the message.

    Raises
    ------
    RunError
        If it cannot.
    """
    if not name or "/" in name or name.startswith(".") or not name.isprintable() or name != printable(name):
        raise RunError(f"{source}{name}: a name, without slashes, control characters or a leading dot")
    if len(name.encode()) > LONGEST:
        raise RunError(f"{source}{name[:20]}…: a name of at most {LONGEST} bytes")
    return name


def default_name(instrument: str, first_date: str, seed: int) -> str:
    """Name of a run that was given none."""
    return f"{instrument.lower()}-{first_date}-seed{seed}"


def paths_in_turn(path: Path) -> Iterator[Path]:
    """The path itself, then with a number behind it."""
    for n in count(1):
        yield path if n == 1 else path.with_name(f"{path.name}-{n}")
