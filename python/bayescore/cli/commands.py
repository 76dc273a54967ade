"""What the commands do, free of option parsing."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from bayescore import events
from bayescore.errors import Interrupted, RunError, UsageError
from bayescore.runs import listing
from bayescore.vocabulary import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from bayescore.config import Config
    from bayescore.report.progress_reporter import ProgressReporter

PLAIN_WIDTH = 160
"""Line width where there is no terminal to ask."""


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    return console


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

            self._reporter = ProgressReporter(_console(), quiet=self._quiet)
        self._reporter(event)

    def close(self) -> None:
        if self._reporter is not None:
            self._reporter.close()


def run_training(
    data: list[str], config: Config, checkpoint_dir: Path, run: str | None, *, resume: bool, threads: int,
    quiet: bool, json: bool,
) -> None:  # fmt: skip
    """Train while this thread waits for Ctrl-C; print events as text or JSON lines."""
    from bayescore.training.orchestrator import BayesianTrainingOrchestrator, TrainingControl

    control = TrainingControl()
    printer = _Printer(quiet=quiet)
    sink: Callable[[events.AnyEvent], None] = _print_json if json else printer
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
        failure[:] = [Interrupted("interrupted")]
    finally:
        printer.close()
    if failure:
        error = failure[0]
        if isinstance(error, Interrupted):
            where = orchestrator.directory
            done = len(where.finished_days()) if where else 0
            hint = (
                f"; {done} finished days kept in {where.path}, go on with --resume --run {where.name}"
                if where
                else ""
            )
            raise Interrupted(f"interrupted{hint}")
        raise error


def _print_json(event: events.AnyEvent) -> None:
    if not isinstance(event, events.Progress):
        sys.stdout.buffer.write(events.encode(event) + b"\n")
        sys.stdout.buffer.flush()


def run_inspect(data: list[str], config: Config, *, json: bool) -> None:
    from bayescore.data.inspect import inspect_data, render_inspect, to_json

    report = inspect_data(data, config)
    if json:
        sys.stdout.buffer.write(to_json(report) + b"\n")
    else:
        render_inspect(report, _console())


def run_bars(source: Path, output: Path, *, force: bool) -> None:
    from bayescore.data import synth
    from bayescore.data.bars import bars_of_trades

    if output.exists() and not force:
        raise UsageError(f"{output}: exists; --force replaces it")
    frame = bars_of_trades(source)
    try:
        synth.write(frame, output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror})") from None
    first, last = frame["ts_event"][0], frame["ts_event"][-1]
    _console().print(
        f"{output}: {len(frame):,} one-second bars of {frame['volume'].sum():,} contracts traded, "
        f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"
    )


def run_synth(
    output: Path, *, days: int, start: str, seed: int, edge: float, edge_kind: str, instrument: str, force: bool
) -> None:  # fmt: skip
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
    size = output.stat().st_size / 1e6
    _console().print(f"{output}: {len(frame):,} bars, {days} trade dates from {start}, {size:.1f} MB")


def list_runs(root: Path) -> None:
    found = listing.list_runs(root)
    console = _console()
    if not found:
        console.print(f"No runs in {root}. `bayescore train --data FILE` makes one.")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("run", "symbol", "days", "iterations", "headline", "net out of sample", "state"):
        table.add_column(
            name,
            justify="right" if name in {"days", "iterations", "net out of sample"} else "left",
            overflow="fold",
        )
    from bayescore.report.wording import POLICY_NAMES, money

    for r in found:
        try:
            started = r.header().started
            days, summary = r.finished_days(), r.summary()
            last = r.result(days[-1]) if days else None
        except RunError as error:
            table.add_row(r.name, "", "", "", "", "", str(error).removeprefix(f"{r.path}/"))
            continue
        net = last.policies[last.headline].cumulative_net_currency if last else None
        table.add_row(
            r.name, started.symbol, f"{len(days)}/{len(started.dates)}", f"{started.iterations:,}",
            POLICY_NAMES.get(started.selection, started.selection), money(net, started.currency),
            "finished" if summary else "in work" if r.being_written() else "unfinished",
        )  # fmt: skip
    console.print(table)


def show_tomorrow(run: str, root: Path, top: int, *, json: bool) -> None:
    from bayescore.report import tomorrow_text
    from bayescore.runs.tomorrow import tomorrow_of_run

    found = tomorrow_of_run(listing.find_run(run, root))
    if json:
        sys.stdout.buffer.write(tomorrow_text.to_json(found) + b"\n")
    else:
        _console().print(tomorrow_text.render_tomorrow(found, top))


def show_patterns(run: str, root: Path, top: int) -> None:
    from bayescore.report.tables import pattern_table
    from bayescore.report.wording import STARRED, UNSTARRED
    from bayescore.runs.day_files import patterns_of_run

    found = patterns_of_run(listing.find_run(run, root), top)
    if found:
        _console().print(pattern_table(found, f"top {len(found)} patterns of {run}"))
    _console().print(STARRED if any(p.significant for p in found) else UNSTARRED)


def show_trades(run: str, root: Path, day: str | None, policy: str | None, *, csv: bool) -> None:
    import io

    import polars as pl

    from bayescore.report.progress_reporter import ProgressReporter

    directory = listing.find_run(run, root)
    days = directory.finished_days()
    if day is not None and day not in days:
        raise UsageError(f"--day {day}: the run's finished days are {', '.join(days) or 'none'}")
    wanted = policy or directory.header().started.selection
    known = (*POLICIES, "in_sample_best", "iteration")
    if wanted not in known:
        raise UsageError(f"--policy {wanted}: one of {', '.join(known)}")
    frames = [
        pl.read_parquet(io.BytesIO(directory.read(d, "trades.parquet"))).filter(pl.col("policy") == wanted)
        for d in ([day] if day else days)
    ]
    console = _console()
    if not frames or sum(map(len, frames)) == 0:
        console.print(f"No trades of {wanted} in {', '.join([day] if day else days) or 'an empty run'}.")
        return
    table = pl.concat(frames)
    if csv:
        sys.stdout.write(table.write_csv())
        return
    reporter = ProgressReporter(console)
    for trade in table.iter_rows(named=True):
        reporter.print_trade_summary(trade)
