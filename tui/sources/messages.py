"""What a source's thread tells the screen: messages with frozen payloads, the only way across threads."""

from __future__ import annotations

from typing import Literal

import msgspec
from textual.message import Message

from bayescore.events import Event, Progress

State = Literal["waiting", "running", "paused", "finished", "stopped", "failed", "gone", "silent"]
"""``gone``: the writing process no longer exists; ``silent``: it exists but has not been heard of for a while."""


class Status(msgspec.Struct, frozen=True):
    """How the process that writes the run is doing."""

    state: State
    pid: int | None = None
    age_s: float | None = None
    """Seconds since it was last heard of."""
    error: str | None = None


class Events(Message):
    """Events in the order of the run; `live` is false while history is being read."""

    bubble = False

    def __init__(self, events: tuple[Event, ...], live: bool) -> None:
        super().__init__()
        self.events = events
        self.live = live


class Restarted(Message):
    """The run's file was cut back (a resume): everything starts over, history follows."""

    bubble = False


class ProgressReport(Message):
    """Where the run is now. A newer one takes the place of one that still waits."""

    bubble = False

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ProgressReport)


class StatusReport(Message):
    """How the writing process is doing now."""

    bubble = False

    def __init__(self, status: Status) -> None:
        super().__init__()
        self.status = status

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, StatusReport)


class SourceFailed(Message):
    """A source ended with an error: one line for the screen, and an exit code; the traceback is in the log."""

    bubble = False

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__()
        self.message = message
        self.exit_code = exit_code
