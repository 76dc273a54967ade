"""What the JSON files of a run hold, and how they are encoded and read back."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

from bayescore import events
from bayescore.config import split_states
from bayescore.errors import DamagedError
from bayescore.escape import clean_json

T = TypeVar("T")


class RunHeader(msgspec.Struct, frozen=True, kw_only=True):
    """``run.json``: what makes a run what it is. Two runs with equal headers and equal bars have equal bytes."""

    schema: int
    version: str
    run: str
    data: list[str]
    """Paths as given, for `--resume` and for the price line of the dashboard."""
    config: dict[str, Any]
    started: events.RunStarted

    def lasting_config(self) -> dict[str, Any]:
        """The configuration without what may change: where the file of own states lies."""
        states = self.config.get("states")
        return (
            self.config if not isinstance(states, str) else {**self.config, "states": split_states(states)[1]}
        )

    def identity(self) -> str:
        """SHA-256 of all that later dates do not change; every day's manifest names it.

        The bars are in the manifests themselves; a second contract makes a symbol a parent's.
        """
        started = msgspec.structs.replace(self.started, symbol="", dates=[], data_notes=[])
        lasting = msgspec.structs.replace(self, data=[], config=self.lasting_config(), started=started)
        return hashlib.sha256(msgspec.json.encode(lasting)).hexdigest()


class DayManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``MANIFEST.json``: binds a day's files to its run, its bars and the day before."""

    schema: int
    run: str
    identity: str
    """`RunHeader.identity`: name, version, configuration, instrument."""
    date: str
    index: int
    bars: str
    """Fingerprint of the date's bars."""
    previous: str | None
    """SHA-256 of the manifest of the day before; ``None`` for the first."""
    files: dict[str, str]
    """SHA-256 of each file of the day."""


class DayFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished day leaves."""

    date: str
    files: dict[str, bytes]
    """File name to content."""


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """``live.json``: where the writing process is now. Replaced as a whole, never part of a comparison."""

    pid: int
    state: str
    """running, paused, finished, stopped or failed."""
    updated: float
    progress: events.Progress | None = None
    error: str | None = None


def pretty(value: object) -> bytes:
    """JSON for people: two spaces, one field a line, the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def decode(content: bytes, kind: type[T], where: object) -> T:
    """Read JSON back, its strings made printable.

    Raises
    ------
    DamagedError
        If it is not JSON, nested beyond reason, or not of this kind.
    """
    try:
        return msgspec.json.decode(clean_json(content), type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise DamagedError(f"{where}: damaged ({error})") from None
