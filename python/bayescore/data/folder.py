"""A place for rows that have to be unpacked or sorted before they can be read piece by piece."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path


class Folder:
    """A temporary folder that vanishes with this object."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="bayescore-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        self._number = 0

    def new(self, suffix: str = ".parquet") -> Path:
        """A new name in it."""
        self._number += 1
        return self.path / f"{self._number:06}{suffix}"

    def files(self) -> Iterator[Path]:
        """All files in it, in the order of their names."""
        return iter(sorted(self.path.iterdir()))
