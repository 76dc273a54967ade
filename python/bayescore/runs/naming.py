"""What a run is called."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bayescore.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def check_name(name: str) -> str:
    """Return a name that can be a folder's below the checkpoint directory.

    Raises
    ------
    RunError
        If it cannot.
    """
    if "/" in name or name.startswith("."):
        raise RunError(f"--run {name}: a name, without slashes or a leading dot")
    return name


def default_name(instrument: str, first_date: str, seed: int) -> str:
    """Name of a run that was given none."""
    return f"{instrument.lower()}-{first_date}-seed{seed}"


def paths_in_turn(path: Path) -> Iterator[Path]:
    """The path itself, then with a number behind it."""
    for n in count(1):
        yield path if n == 1 else path.with_name(f"{path.name}-{n}")
