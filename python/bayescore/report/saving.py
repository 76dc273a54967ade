"""What a run leaves for its reader when the last day is done, and the page of a run at any time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bayescore.errors import RunError
from bayescore.report.html import render_html
from bayescore.report.page.gather import gather
from bayescore.runs import layout
from bayescore.runs.records import pretty
from bayescore.runs.writer import RunWriter
from bayescore.whole_files import put_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import events
    from bayescore.results.tomorrow import Tomorrow
    from bayescore.runs.reader import RunReader


def save_report(
    directory: RunWriter, summary: events.Summary, results: Sequence[events.DayResult], tomorrow: Tomorrow
) -> None:
    """Write ``report.html``, then ``summary.json``: where that one is, the run is whole."""
    directory.write_file(layout.REPORT, render_html(gather(directory, summary, results, tomorrow)).encode())
    directory.write_file(layout.SUMMARY, pretty(summary))


def page_of(run: RunReader) -> bytes:
    """``report.html`` as the run's files would have it now.

    Raises
    ------
    RunError
        If no day is finished, or files are damaged or of another version.
    """
    return render_html(gather(run)).encode()


def write_page(run: RunReader, out: Path | None) -> Path:
    """Write the page of a run, finished, stopped or in work.

    Parameters
    ----------
    run
        The run.
    out
        Where to; by default into the run, or into the current directory while another process writes it.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    RunError
        If there is nothing to report, or the file cannot be written.
    """
    content = page_of(run)
    if out is None and not run.being_written():
        writer = RunWriter(run.path)
        writer.lock()
        try:
            writer.write_file(layout.REPORT, content)
        finally:
            writer.close()
        return run.path / layout.REPORT
    out = out or Path(f"{run.path.resolve().name}-{layout.REPORT}")
    try:
        put_whole(out, content)
    except OSError as error:
        raise RunError(f"{out}: cannot be written ({error.strerror}); give another --out") from None
    return out
