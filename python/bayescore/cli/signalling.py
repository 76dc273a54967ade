"""What ``bayescore signals`` does: bars in, a line out for each decision, fill and exit."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import msgspec

from bayescore.errors import UsageError
from bayescore.escape import one_line
from bayescore.runs.listing import find_run

if TYPE_CHECKING:
    from pathlib import Path

    from bayescore.events.signals import Signal
    from bayescore.report.clock import TimeZone


def run_signals(
    run: str,
    root: Path,
    source: str,
    symbol: str | None,
    *,
    paper: bool,
    wait: float,
    json: bool,
    zone: TimeZone,
) -> None:
    """Follow bars until the session is over or nothing more comes.

    Raises
    ------
    UsageError
        If the run decided to stay flat, unless that shall go on on paper.
    DataError
        For bars that cannot be used.
    """
    from bayescore.data.following import follow
    from bayescore.report.clock import Clock
    from bayescore.report.signals_text import SignalLines
    from bayescore.training.signals import LiveSignals

    live = LiveSignals(find_run(run, root), symbol)
    if not (live.plan.trade or paper):
        raise UsageError(f"the run stays flat on {live.plan.date}; --paper follows its set on paper")
    lines = SignalLines(live.plan, Clock(zone, live.instrument.timezone))

    def say(signal: Signal) -> None:
        text = msgspec.json.encode(signal) if json else one_line(lines.line(signal)).encode(errors="replace")
        sys.stdout.buffer.write(text + b"\n")
        # Whoever reads acts on it now.
        sys.stdout.buffer.flush()

    def going_on(idle: float) -> bool:
        return time.time() < live.session.close_ns / 1e9 or idle < wait

    say(live.plan)
    for rows in follow(source, going_on):
        for signal in live.take(rows):
            say(signal)
        if live.over:
            break
    for signal in live.end():
        say(signal)
