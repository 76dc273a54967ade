"""What a run leaves for its reader when the last day is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.report.html import render_html
from bayescore.runs import layout
from bayescore.runs.records import pretty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import events
    from bayescore.results.tomorrow import Tomorrow
    from bayescore.runs.writer import RunWriter


def save_report(
    directory: RunWriter, summary: events.Summary, results: Sequence[events.DayResult], tomorrow: Tomorrow
) -> None:
    """Write ``report.html``, then ``summary.json``: where that one is, the run is whole."""
    directory.write_file(layout.REPORT, render_html(summary, results, tomorrow).encode())
    directory.write_file(layout.SUMMARY, pretty(summary))
