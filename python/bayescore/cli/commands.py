"""What the commands do, free of option parsing."""

from __future__ import annotations

import shlex
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bayescore import events
from bayescore.cli.printing import console, show, show_json
from bayescore.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bayescore.cli.notice import Notice
    from bayescore.config import Config
    from bayescore.report.clock import TimeZone
    from bayescore.report.progress_reporter import ProgressReporter


class _Printer:
    """Prints events as text; what that takes is imported when there is something to say."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._reporter: ProgressReporter | None = None

    def __call__(self, event: events.AnyEvent) -> None:
        if self._quiet and isinstance(event, events.Progress):
            return
        if self._reporter is None:
            from bayescore.report.progress_reporter import ProgressReporter

            self._reporter = ProgressReporter(console(), quiet=self._quiet)
        self._reporter(event)

    def close(self) -> None:
        if self._reporter is not None:
            self._reporter.close()


def run_training(
    data: list[str],
    config: Config,
    checkpoint_dir: Path,
    run: str | None,
    *,
    resume: bool,
    threads: int,
    quiet: bool,
    json: bool,
    notice: Notice,
) -> None:
    """Train while this thread waits for Ctrl-C; print events as text or JSON lines."""
    from bayescore.training.orchestrator import BayesianTrainingOrchestrator, TrainingControl

    control = TrainingControl()
    printer = _Printer(quiet=quiet)
    show: Callable[[events.AnyEvent], None] = partial(_print_json, quiet=quiet) if json else printer

    def sink(event: events.AnyEvent) -> None:
        show(event)
        notice(event)

    orchestrator = BayesianTrainingOrchestrator(
        config, checkpoint_dir=checkpoint_dir, run=run, threads=threads
    )
    failure: list[BaseException] = []
    ended = threading.Event()

    def work() -> None:
        try:
            orchestrator.train(data, on_event=sink, control=control, resume=resume)
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which raises it
            failure.append(error)
        finally:
            ended.set()

    # Python delivers Ctrl-C to the main thread only, so the work goes on another one.
    worker = threading.Thread(target=work, name="bayescore-train", daemon=True)
    worker.start()
    try:
        # Not `Thread.join`: interrupted, it takes a running thread for an ended one (CPython before 3.13), and the
        # day that is being written would be lost.
        while not ended.wait(0.1):
            pass
    except KeyboardInterrupt:
        control.stop()
        ended.wait()
        if not failure or isinstance(failure[0], KeyboardInterrupt):
            failure[:] = [Interrupted("interrupted")]
    finally:
        printer.close()
    folder = orchestrator.directory.path if orchestrator.directory else None
    if not failure:
        notice.end("finished", folder)
    else:
        error = failure[0]
        stopped = isinstance(error, Interrupted)
        notice.end("stopped" if stopped else "failed", folder, "" if stopped else str(error))
        if isinstance(error, Interrupted):
            where = orchestrator.directory
            done = len(where.finished_days()) if where else 0
            hint = (
                f"; {done} finished days kept; go on with: bayescore resume {shlex.quote(str(where.path))}"
                if where
                else ""
            )
            raise Interrupted(f"interrupted{hint}")
        raise error


def _print_json(event: events.AnyEvent, *, quiet: bool) -> None:
    if isinstance(event, events.RunFinished) or not (quiet or isinstance(event, events.Progress)):
        sys.stdout.buffer.write(events.encode(event) + b"\n")
        sys.stdout.buffer.flush()


def run_inspect(data: list[str], config: Config, *, json: bool, zone: TimeZone) -> None:
    from bayescore.data.inspect import inspect_data, to_json
    from bayescore.learning.own_states import engine_of

    report = inspect_data(data, config, engine_of)
    if json:
        sys.stdout.buffer.write(to_json(report) + b"\n")
    else:
        from bayescore.report.clock import Clock
        from bayescore.report.inspect_text import render_inspect

        show(*render_inspect(report, Clock(zone, report.instrument.timezone)))


def run_bars(source: Path, output: Path, *, force: bool, json: bool) -> None:
    from bayescore.data import synth
    from bayescore.data.bars import bars_of_trades

    if output.exists() and not force:
        raise UsageError(f"{output}: exists; --force replaces it")
    frame = bars_of_trades(source)
    try:
        synth.write(frame, output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror})") from None
    first, last, volume = frame["ts_event"][0], frame["ts_event"][-1], int(frame["volume"].sum())
    if json:
        made = {"file": str(output), "bars": len(frame), "volume": volume}
        show_json({**made, "first": f"{first:%Y-%m-%dT%H:%M:%SZ}", "last": f"{last:%Y-%m-%dT%H:%M:%SZ}"})
        return
    console().print(
        f"{output}: {len(frame):,} one-second bars of {volume:,} contracts traded, "
        f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"
    )


def run_synth(
    output: Path,
    *,
    days: int,
    start: str,
    seed: int,
    edge: float,
    edge_kind: str,
    instrument: str,
    force: bool,
    json: bool,
) -> None:
    from bayescore.data import synth

    if output.exists() and not force:
        raise UsageError(f"{output}: exists; --force replaces it")
    frame = synth.generate(
        start=start, days=days, seed=seed, edge=edge, edge_kind=edge_kind, instrument=instrument
    )
    try:
        synth.write(frame, output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror})") from None
    size = output.stat().st_size
    if json:
        given = {"instrument": instrument, "start": start, "seed": seed, "edge": edge, "edge_kind": edge_kind}
        show_json({"file": str(output), "bars": len(frame), "days": days, "bytes": size, **given})
    else:
        console().print(
            f"{output}: {len(frame):,} bars, {days} trade dates from {start}, {size / 1e6:.1f} MB"
        )
