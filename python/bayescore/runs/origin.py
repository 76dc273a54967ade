"""What a run was made from, its configuration and its data, so that nothing need be typed again."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bayescore.config import Config
from bayescore.errors import DataError, UsageError
from bayescore.runs import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.runs.reader import RunReader
    from bayescore.runs.records import RunHeader

TABLE = "table"
"""How a header names data that were given as a table in memory."""


def config_of(run: RunReader, header: RunHeader | None = None) -> Config:
    """Configuration of a run.

    Raises
    ------
    RunError
        If the run cannot be read.
    UsageError
        If it is of another version.
    """
    header = header or run.header()
    try:
        return msgspec.convert(header.config, Config)
    except (msgspec.ValidationError, UsageError) as error:
        raise UsageError(
            f"{run.path / layout.HEADER}: its configuration is not of this version ({error})"
        ) from None


def data_of(run: RunReader, more: Sequence[str] = (), *, instead: bool = False) -> list[str]:
    """Where a run's data are, and what is added to them.

    A path that is not there as it was given is looked for beside the folder of runs, where training was started
    unless another `--checkpoint-dir` was given.

    Parameters
    ----------
    run
        The run.
    more
        Paths to add; those that the run knows already are not added again.
    instead
        Use these only.

    Raises
    ------
    RunError
        If the run cannot be read.
    DataError
        If data of the run are not to be found.
    """
    if instead:
        if not more:
            raise UsageError("--instead: give the data that take the place of the run's with --data")
        return list(more)
    found = [_find(run, text) for text in run.header().data]
    known = {Path(text).resolve() for text in found}
    return found + [text for text in more if Path(text).resolve() not in known]


def _find(run: RunReader, text: str) -> str:
    for candidate in (text, str(run.path.absolute().parent.parent / text)):
        if Path(candidate).expanduser().exists() or (glob.has_magic(candidate) and _matches(candidate)):
            return candidate
    if text == TABLE:
        raise DataError(f"{run.path}: trained on a table in memory; give its bars with --data FILE --instead")
    raise DataError(
        f"{text}: data of {run.path} that are not there any more; say where with --data --instead"
    )


def _matches(pattern: str) -> bool:
    return any(glob.iglob(str(Path(pattern).expanduser()), recursive=True))  # noqa: PTH207
