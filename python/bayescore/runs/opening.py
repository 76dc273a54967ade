"""Begin a run's folder, or go on with it: which of the two may be done is decided here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bayescore.errors import RunError
from bayescore.runs.directory import RunDirectory
from bayescore.runs.header import header_of
from bayescore.runs.naming import check_name, default_name, free_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bayescore.config import Config
    from bayescore.data import MarketData
    from bayescore.runs.directory import RunHeader


def open_for_training(
    root: Path, name: str | None, paths: Sequence[str], config: Config, market: MarketData, *, resume: bool
) -> tuple[RunDirectory, RunHeader, list[str]]:
    """Lock a run's folder for writing.

    Parameters
    ----------
    root
        Checkpoint directory.
    name
        Name of the run; made from instrument, first date and seed if not given.
    paths
        Data as the user named them.
    config, market
        What is to be trained.
    resume
        Go on after the last finished day.

    Returns
    -------
    tuple
        The folder, its header, and the finished days to go on after.

    Raises
    ------
    RunError
        If the run exists already, does not exist, does not fit, or cannot be written.
    """
    wanted = check_name(name or default_name(market.instrument.root, market.dates[0], config.seed))
    path = root / wanted
    if not resume and name is None:
        path = free_path(path)
    header = header_of(path.name, paths, config, market)
    directory = RunDirectory(path)
    exists = (path / "run.json").exists()
    if exists and not resume:
        raise RunError(f"{path}: this run exists; --resume goes on with it, another --run begins a new one")
    if resume and not exists:
        raise RunError(f"{path}: nothing to resume; leave out --resume to begin the run")
    directory.lock()
    if not exists:
        directory.start(header)
        return directory, header, []
    try:
        done = resumable_days(directory, header)
        directory.rewind(header, done)
    except BaseException:
        directory.close()
        raise
    return directory, header, done


def resumable_days(directory: RunDirectory, header: RunHeader) -> list[str]:
    """Good finished days of a run, if it is the run that the header describes.

    Raises
    ------
    RunError
        Naming what differs.
    """
    old = directory.header()
    if old.version != header.version:
        differs = f"version ({old.version}, this is {header.version})"
    elif old.config != header.config:
        changed = [k for k, v in header.config.items() if old.config.get(k) != v]
        differs = f"configuration ({', '.join(changed)})"
    elif (old.fingerprint, old.started) != (header.fingerprint, header.started):
        differs = "data"
    else:
        return _good_days(directory, header.started.dates)
    raise RunError(
        f"{directory.path}: the {differs} differs from the run's; resume with what it began with, "
        "or begin a new run"
    )


def _good_days(directory: RunDirectory, dates: Sequence[str]) -> list[str]:
    """Finished days up to the first that is missing or damaged."""
    finished = set(directory.finished_days())
    done: list[str] = []
    for date in dates:
        if date not in finished:
            break
        try:
            directory.verify_day(date)
        except RunError as error:
            logging.getLogger(__name__).warning("%s; training goes on from %s", error, date)
            break
        done.append(date)
    return done
