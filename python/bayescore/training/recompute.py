"""Train a finished run again, beside it, and compare every byte."""

from __future__ import annotations

import filecmp
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bayescore import events
from bayescore.errors import Interrupted, RunError
from bayescore.runs import layout
from bayescore.runs.origin import config_of, data_of
from bayescore.training.control import TrainingControl
from bayescore.training.orchestrator import BayesianTrainingOrchestrator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bayescore.runs.reader import RunReader


def recompute(
    run: RunReader,
    data: Sequence[str] = (),
    *,
    threads: int = 0,
    on_event: Callable[[events.AnyEvent], None] | None = None,
) -> list[str]:
    """Train a run's finished days again and compare.

    Parameters
    ----------
    run
        What is on disk; only read.
    data
        Where its data are now; where they were if not given.
    threads
        Workers of the core.
    on_event
        Told of the progress.

    Returns
    -------
    list
        Files that differ, by their path in the run; none if every byte is the same.
    """
    header = run.header()
    config = config_of(run, header)
    dates, control = run.finished_days(), TrainingControl()
    whole = run.summary() is not None

    def stop_in_time(event: events.AnyEvent) -> None:
        if isinstance(event, events.DayStarted) and not whole and event.index + 1 == len(dates):
            control.stop_after_day()
        if on_event is not None:
            on_event(event)

    with tempfile.TemporaryDirectory(prefix="bayescore-verify-") as folder:
        trainer = BayesianTrainingOrchestrator(config, checkpoint_dir=folder, run=header.run, threads=threads)
        try:
            if dates:
                trainer.train(list(data) or data_of(run), on_event=stop_in_time, control=control)
        except Interrupted:
            if not control.stopping_after_day:
                raise
        again = Path(folder) / header.run
        files = [
            f"{layout.DAYS}/{date}/{name}" for date in dates for name in (*layout.DAY_FILES, layout.MANIFEST)
        ]
        if whole:
            files += [layout.EVENTS, layout.SUMMARY]
        differ = [name for name in files if not _same(run.path / name, again / name)]
        if whole and not _page_is_of(run):
            differ.append(layout.REPORT)
        return differ


def _page_is_of(run: RunReader) -> bool:
    """Whether the page says what the run's files say, with or without what was found on null worlds since."""
    from bayescore.report.html import render_html
    from bayescore.report.page.gather import gather

    try:
        page, data = (run.path / layout.REPORT).read_bytes(), gather(run)
        before = data._replace(validation=None, summary=run.summary() or data.summary)
    except (OSError, RunError):
        return False
    return page in {render_html(d).encode() for d in (data, before)}


def _same(one: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False
