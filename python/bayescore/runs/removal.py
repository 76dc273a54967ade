"""Give a run another name, or remove it: only what is a run's own is ever touched."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, NamedTuple

from bayescore.errors import DamagedError, RunError, TakenError, WriteError
from bayescore.runs import layout
from bayescore.runs.naming import check_name
from bayescore.runs.safe_files import Folder
from bayescore.runs.writer import RunWriter

if TYPE_CHECKING:
    from pathlib import Path

    from bayescore.runs.reader import RunReader

_DAY_NAMES = frozenset({*layout.DAY_FILES, layout.MANIFEST})
_LAST = (layout.HEADER, layout.LOCK)
"""Removed last: while they are there, a folder half removed is still known as a run and can be removed again."""


class Contents(NamedTuple):
    """What a run's folder holds."""

    files: int
    size: int
    """Bytes."""
    foreign: list[str]
    """What none of the program's runs has, as paths below the folder."""


def contents_of(run: RunReader) -> Contents:
    """Look through a run's folder without following links.

    Raises
    ------
    RunError
        If it is no folder, or a link to one.
    """
    files, size, foreign = 0, 0, []

    def count(folder: Folder, name: str) -> None:
        nonlocal files, size
        files += 1
        size += os.stat(name, dir_fd=folder.fd, follow_symlinks=False).st_size

    def look(folder: Folder, name: str, where: str) -> None:
        if folder.kind(name) != "folder":
            foreign.append(where)
            return
        with folder.folder(name) as day:
            for file in day.names():
                if file in _DAY_NAMES and day.kind(file) == "file":
                    count(day, file)
                else:
                    foreign.append(f"{where}/{file}")

    with Folder.open(run.path) as home:
        own = layout.OWN | {layout.temporary(name) for name in layout.OWN}
        for name in home.names():
            kind = home.kind(name)
            if name in (layout.DAYS, layout.SET_ASIDE) and kind == "folder":
                with home.folder(name) as days:
                    for day in days.names():
                        known = name == layout.SET_ASIDE or layout.is_date(day) or layout.is_unfinished(day)
                        if known:
                            look(days, day, f"{name}/{day}")
                        else:
                            foreign.append(f"{name}/{day}")
            elif name in own and name not in (layout.DAYS, layout.SET_ASIDE) and kind == "file":
                count(home, name)
            else:
                foreign.append(name)
    return Contents(files, size, foreign)


def remove_run(run: RunReader) -> None:
    """Remove a run's folder with everything in it, unless something lies in it that is not the run's.

    Raises
    ------
    RunError
        If another process writes it, or something else lies in it: then nothing was touched.
    """
    directory = _locked(run)
    try:
        _refuse_foreign(run, contents_of(run))
        with Folder.open(run.path) as home:
            for name in (layout.DAYS, layout.SET_ASIDE):
                if home.kind(name) == "folder":
                    with home.folder(name) as days:
                        for day in days.names():
                            if not days.remove_folder(day, _DAY_NAMES):
                                raise DamagedError(f"{days.path / day}: something came into it; left alone")
                    home.remove_empty(name)
            names = home.names()
            for name in [n for n in names if n not in _LAST] + [n for n in _LAST if n in names]:
                home.remove(name)
        with Folder.open(run.path.absolute().parent, links=True) as parent:
            parent.remove_empty(run.path.absolute().name)
            parent.sync()
    except OSError as error:
        raise WriteError(f"{run.path}: cannot be removed as a whole ({error.strerror})") from None
    finally:
        directory.close()


def _locked(run: RunReader) -> RunWriter:
    directory = RunWriter(run.path)
    try:
        directory.lock()
    except TakenError:
        raise TakenError(f"{run.path}: another process is writing this run; stop it first") from None
    return directory


def _refuse_foreign(run: RunReader, found: Contents) -> None:
    if found.foreign:
        shown = ", ".join(found.foreign[:3]) + (" …" if len(found.foreign) > 3 else "")
        raise RunError(
            f"{run.path}: holds what is none of the run's ({shown}); nothing was touched; move it away first"
        )


def rename_run(run: RunReader, new: str) -> Path:
    """Give a run's folder another name beside the old one.

    Returns
    -------
    Path
        Where it is now.

    Raises
    ------
    RunError
        If the name cannot be a run's or is taken, or another process writes the run.
    """
    target = run.path.with_name(check_name(new, ""))
    directory = _locked(run)
    try:
        with Folder.open(run.path.absolute().parent, links=True) as parent:
            if parent.kind(new) is not None:
                raise RunError(f"{target}: is there already; choose another name")
            parent.move(run.path.absolute().name, parent, new)
            parent.sync()
    except OSError as error:
        if error.errno in {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}:
            raise RunError(f"{target}: is there already; choose another name") from None
        raise WriteError(f"{run.path}: cannot be renamed ({error.strerror})") from None
    finally:
        directory.close()
    return target
