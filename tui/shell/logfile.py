"""The dashboard's own log: in the user's state folder, never in a run that is only followed."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

MOST_BYTES = 1_000_000


def path() -> Path:
    """Where the log is: ``$XDG_STATE_HOME/bayescore/tui.log``."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "bayescore" / "tui.log"


def path_if_written() -> Path | None:
    """The log, if there is one."""
    return path() if path().exists() else None


def write(source: str, text: str) -> Path | None:
    """Append an entry; returns the log's path, ``None`` if it cannot be written."""
    file = path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > MOST_BYTES:
            file.replace(file.with_suffix(".old.log"))
        with file.open("a", encoding="utf-8") as out:
            out.write(
                f"{datetime.now().astimezone().isoformat(timespec='seconds')} {source} (pid {os.getpid()})\n{text}\n"
            )
    except OSError:
        # Nothing to write to is no reason to hide the message itself.
        return None
    return file
