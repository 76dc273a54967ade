"""Begin a run's folder, or go on with it: which of the two may be done is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.errors import RunError, TakenError
from bayescore.runs.header import header_of
from bayescore.runs.naming import check_name, default_name, paths_in_turn
from bayescore.runs.resume import resumable_days
from bayescore.runs.writer import RunWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bayescore.config import Config
    from bayescore.data import MarketData
    from bayescore.runs.records import RunHeader

_NOTHING = "{path}: nothing to resume; leave out --resume to begin the run"


def open_for_training(
    root: Path, name: str | None, paths: Sequence[str], config: Config, market: MarketData, *, resume: bool
) -> tuple[RunWriter, RunHeader, list[str]]:
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
    directory, exists = _lock(root / wanted, named=name is not None or resume, resume=resume)
    try:
        path = directory.path
        # A run that was renamed or copied keeps the name that its days are bound to.
        known = directory.header().run if exists and resume else path.name
        header = header_of(known, paths, config, market)
        if exists and not resume:
            raise RunError(
                f"{path}: this run exists; --resume goes on with it, another --run begins a new one"
            )
        if resume and not exists:
            raise RunError(_NOTHING.format(path=path))
        bars = dict(zip(market.dates, (digest.hex() for digest in market.digests), strict=True))
        done: list[str] = []
        if exists:
            done = resumable_days(directory, header, bars)
            directory.rewind(header, bars, done)
        else:
            directory.start(header, bars)
    except BaseException:
        directory.close()
        raise
    return directory, header, done


def _lock(path: Path, *, named: bool, resume: bool) -> tuple[RunWriter, bool]:
    """Lock a run's folder, or the first free one if no name was given; and whether there is a run in it."""
    if resume and not path.exists():
        raise RunError(_NOTHING.format(path=path))
    if named:
        directory = RunWriter(path)
        return directory, directory.lock()
    for candidate in paths_in_turn(path):
        directory = RunWriter(candidate)
        try:
            exists = directory.lock()
        except TakenError:
            continue
        if not exists:
            return directory, False
        directory.close()
    raise AssertionError("names do not end")
