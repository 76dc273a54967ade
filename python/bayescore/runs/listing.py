"""Which runs there are below a checkpoint directory."""

from __future__ import annotations

from pathlib import Path

from bayescore.errors import RunError
from bayescore.fields import nearest
from bayescore.runs import layout
from bayescore.runs.reader import RunReader


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


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run."""
    return (path / layout.HEADER).is_file()


def find_run(run: str, root: Path) -> RunReader:
    """A run by name below the checkpoint directory, or by path.

    Raises
    ------
    RunError
        If there is none, naming the nearest, or those there are.
    """
    for path in (root / run, Path(run)):
        if is_run(path):
            return RunReader(path)
    names = [r.name for r in list_runs(root)]
    near = nearest(run, names)
    hint = f"did you mean {near}?" if near else f"there are: {', '.join(names) or 'none'}"
    raise RunError(f"no run {run} in {root}; {hint}")
