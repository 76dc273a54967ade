"""Where a run's events come from: what the dashboard needs of a trainer or of a follower, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from textual.message import Message

Post = Callable[[Message], object]
"""Hands a message to the screen's thread; may be called from any thread."""


class Control(Protocol):
    """Steering of a run in this process; any thread may call it."""

    @property
    def paused(self) -> bool: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop_after_day(self) -> None: ...
    def stop(self) -> None: ...


class EventSource(Protocol):
    """A run, live or on disk. `run` blocks and belongs on a worker thread; `close` makes it return soon."""

    @property
    def title(self) -> str:
        """What is shown until the run has told its name."""
        ...

    @property
    def run_dir(self) -> Path | None:
        """The run's folder, once it is known."""
        ...

    @property
    def control(self) -> Control | None:
        """How to steer the run; ``None`` if another process owns it."""
        ...

    def run(self, post: Post) -> None:
        """Post the run's messages until it ends or `close` is called."""
        ...

    def close(self) -> None:
        """Ask `run` to return. A run in training stops; its finished days are kept."""
        ...
