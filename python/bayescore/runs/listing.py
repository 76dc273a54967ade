"""Which runs there are below a checkpoint directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.errors import RunError
from bayescore.runs import layout
from bayescore.runs.reader import RunReader

if TYPE_CHECKING:
    from pathlib import Path


def list_runs(root: Path) -> list[RunReader]:
    """Runs below a checkpoint directory, newest first; damaged ones too, for whoever lists them to say so."""
    found: list[tuple[int, RunReader]] = []
    try:
        paths = list(root.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise RunError(f"{root}: cannot be read ({error.strerror})") from None
    for path in paths:
        try:
            changed = (path / layout.HEADER).lstat().st_mtime_ns
        except OSError:
            continue
        found.append((changed, RunReader(path)))
    return [run for _, run in sorted(found, key=lambda pair: (-pair[0], pair[1].name))]
