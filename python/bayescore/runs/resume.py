"""Whether a run on disk can be gone on with, and after which day."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NoReturn

from bayescore.errors import RunError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bayescore.runs.reader import RunReader
    from bayescore.runs.records import DayManifest, RunHeader


def resumable_days(run: RunReader, header: RunHeader, bars: Mapping[str, str]) -> list[str]:
    """Good finished days of a run, if it is the run that the header describes.

    Data may have more dates at the end than the run began with; those it has been trained on must be the same.

    Parameters
    ----------
    run
        What is on disk.
    header
        What is to be gone on with.
    bars
        Fingerprint of each date's bars in the data at hand.

    Raises
    ------
    RunError
        If something else than the end of the data differs, saying what.
    """
    old = run.header()
    if old.version != header.version:
        _refuse(run, f"version ({old.version}, this is {header.version})")
    before, now = old.lasting_config(), header.lasting_config()
    if before != now:
        changed = [k for k in {**now, **before} if before.get(k) != now.get(k)]
        _refuse(run, f"configuration ({', '.join(changed)})")
    if old.identity() != header.identity():
        facts = ("run", "instrument", "symbol", "currency", "tick_size", "tick_value")
        changed = [f for f in facts if getattr(old.started, f) != getattr(header.started, f)]
        _refuse(run, f"data ({', '.join(changed)})")
    checked: list[DayManifest] = []
    for date, manifest, problem in run.verified_days(old):
        if isinstance(problem, UnreadableError):
            # It may be whole, and be read another time: nothing is trained again in its place.
            raise problem
        if manifest is None:
            logging.getLogger(__name__).warning("%s; training goes on from %s", problem, date)
            break
        checked.append(manifest)
    done = [m.date for m in checked]
    if header.started.dates[: len(done)] != done:
        missing = next(d for d, e in zip(done, [*header.started.dates, *done], strict=False) if d != e)
        _refuse(run, f"data (trade date {missing} of the run is not in them, or others come before it)")
    for manifest in checked:
        if manifest.bars != bars[manifest.date]:
            _refuse(run, f"data (other bars on {manifest.date})")
    return done


def _refuse(run: RunReader, differs: str) -> NoReturn:
    raise RunError(
        f"{run.path}: the {differs} differs from the run's; resume with what it began with, or begin a new run"
    )
