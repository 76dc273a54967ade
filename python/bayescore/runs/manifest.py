"""The chain of manifests: each names its run, its bars, its files and the manifest before it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from bayescore.errors import DamagedError
from bayescore.runs import layout
from bayescore.runs.records import DayFiles, DayManifest, RunHeader, decode
from bayescore.runs.safe_files import read_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.runs.safe_files import Folder

_CHUNK = 1 << 20


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def manifest_of(header: RunHeader, index: int, previous: str | None, bars: str, day: DayFiles) -> DayManifest:
    """Manifest of a day about to be written."""
    return DayManifest(
        schema=header.schema,
        run=header.run,
        identity=header.identity(),
        date=day.date,
        index=index,
        bars=bars,
        previous=previous,
        files={name: digest(content) for name, content in sorted(day.files.items())},
    )


class Chain:
    """Checks the days of a run one after the other.

    Parameters
    ----------
    header
        The run's.
    """

    def __init__(self, header: RunHeader) -> None:
        self._header, self._identity = header, header.identity()
        self.previous: str | None = None
        """Digest of the manifest of the last good day."""
        self.length = 0
        """Good days so far."""

    def check(self, date: str, folder: Folder) -> DayManifest:
        """Check the next day's folder down to every byte.

        Raises
        ------
        DamagedError, MissingError
            Naming what does not fit.
        """
        content = folder.read(layout.MANIFEST, layout.limit(layout.MANIFEST))
        where = folder.path / layout.MANIFEST
        manifest = decode(content, DayManifest, where)
        header = self._header
        expected = (
            ("schema", manifest.schema, header.schema),
            ("run", manifest.run, header.run),
            ("configuration", manifest.identity, self._identity),
            ("date", manifest.date, date),
            ("place in the run", manifest.index, self.length),
            ("day before", manifest.previous, self.previous),
        )
        for name, found, wanted in expected:
            if found != wanted:
                raise DamagedError(f"{where}: of another {name}")
        if set(manifest.files) != set(layout.DAY_FILES):
            raise DamagedError(f"{where}: does not list the files of a day")
        strays = set(folder.names()) - set(layout.DAY_FILES) - {layout.MANIFEST}
        if strays:
            raise DamagedError(f"{folder.path}: holds {_listed(sorted(strays))}, which no manifest names")
        for name, wanted in manifest.files.items():
            if _digest_of(folder, name) != wanted:
                raise DamagedError(f"{folder.path / name}: does not match its checksum")
        self.previous, self.length = digest(content), self.length + 1
        return manifest


def _digest_of(folder: Folder, name: str) -> str:
    fd = folder.open_file(name, layout.limit(name))
    try:
        total = hashlib.sha256()
        while part := os.read(fd, _CHUNK):
            total.update(part)
    except OSError as error:
        raise read_error(folder.path / name, error) from None
    finally:
        os.close(fd)
    return total.hexdigest()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
