"""The file of a validation, and the null worlds that are done while others are not: beside a run, or where asked for.

A world is kept as soon as it is done, so a validation that is stopped goes on where it was.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bayescore.errors import DamagedError, MissingError, WriteError
from bayescore.runs import layout
from bayescore.runs.records import decode, pretty
from bayescore.runs.safe_files import Folder

if TYPE_CHECKING:
    from bayescore import events


class _Done(msgspec.Struct, kw_only=True):
    """What a part holds."""

    key: str
    net_currency: dict[int, float] = {}


class ValidationFile:
    """Where a validation is written when it is done, and its worlds until then.

    Parameters
    ----------
    path
        File of the result; the worlds lie beside it under a name that ends in ``.part.json``.
    key
        Whatever decides what a world earns, as one text: worlds of another key are not those of this validation.

    Raises
    ------
    WriteError
        If the disk refuses.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self._part = f"{path.name.removesuffix('.json')}.part.json"
        self._one_at_a_time = threading.Lock()
        self._done = _Done(key=key)
        self.others = False
        """Whether worlds of other settings or data lay there, which will be written over."""
        try:
            with self._folder() as folder:
                content = folder.read(self._part, layout.MIB)
            found = decode(content, _Done, self.part)
        except (MissingError, DamagedError):
            return
        if found.key == key:
            self._done = found
        else:
            self.others = True

    @classmethod
    def of_run(cls, run: Path, key: str) -> ValidationFile:
        """That of a run."""
        return cls(run / layout.VALIDATION, key)

    @property
    def part(self) -> Path:
        """Where worlds are kept until all are done."""
        return self.path.parent / self._part

    @property
    def worlds(self) -> dict[int, float]:
        """Net P&L of the worlds that are done, by their number."""
        return dict(self._done.net_currency)

    def add(self, world: int, net: float) -> None:
        """Keep a world; called from any thread."""
        with self._one_at_a_time:
            self._done.net_currency[world] = net
            kept = dict(sorted(self._done.net_currency.items()))
            self._write(self._part, msgspec.json.encode(_Done(key=self._done.key, net_currency=kept)))

    def finish(self, found: events.Validation) -> None:
        """Write the result; the worlds are in it, so their own file goes."""
        self._write(self.path.name, pretty(found))
        try:
            with self._folder() as folder:
                folder.remove(self._part)
        except OSError as error:
            raise WriteError(f"{self.part}: cannot be removed ({error.strerror})") from None

    def _folder(self) -> Folder:
        return Folder.open(self.path.parent, links=True)

    def _write(self, name: str, content: bytes) -> None:
        try:
            with self._folder() as folder:
                folder.replace(name, layout.temporary(name), content, sync=False)
        except OSError as error:
            raise WriteError(f"{self.path.parent / name}: cannot be written ({error.strerror})") from None
