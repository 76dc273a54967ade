"""`bayescore validate`: progress while worlds are trained, then the result in words and as a histogram."""

from __future__ import annotations

import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from bayescore import events
from bayescore.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bayescore.config import Config
    from bayescore.data import MarketData
    from bayescore.runs.validation import ValidationFile

BINS, WIDTH = 12, 32
LINE = 78
"""Characters of a line that is written over and over."""


class Source(NamedTuple):
    """What a command that takes data files or one run was given."""

    data: list[str]
    config: Config | None
    """Of the run; ``None`` for files."""
    run: Path | None = None
    """The run's folder."""
    dates: Sequence[str] = ()
    """The run's dates."""


def source(data: list[str], root: Path, moved: Sequence[str] = ()) -> Source:
    """Paths as given, or the data and configuration of the run that is named.

    Parameters
    ----------
    data
        What the user named.
    root
        Where runs are kept.
    moved
        Where a run's data are now.
    """
    from bayescore.runs.listing import is_run
    from bayescore.runs.origin import config_of, data_of
    from bayescore.runs.reader import RunReader

    for path in (root / data[0], Path(data[0])) if len(data) == 1 else ():
        if is_run(path):
            run = RunReader(path)
            header = run.header()
            where = data_of(run, moved, instead=bool(moved))
            return Source(where, config_of(run, header), path, header.started.dates)
    if moved:
        raise UsageError("--data says where the data of a run are now; name the run as well")
    return Source(data, None)


def settings(given: Source, sets: Sequence[str], *, full: bool) -> Config:
    """Configuration of a validation: the run's or the usual one, its search reduced, then ``--set``."""
    from bayescore.cli.options import build_config
    from bayescore.config import Config
    from bayescore.training.validate import REDUCED

    own = given.config or Config()
    reduced = {} if full else {name: min(most, getattr(own, name)) for name, most in REDUCED.items()}
    return build_config(None, reduced, sets, base=own)


class _Progress:
    """One line that is written over: worlds done, how many did as well, how long it may take."""

    def __init__(self, worlds: int, kept: int, *, silent: bool) -> None:
        self._worlds, self._kept = worlds, kept
        self._silent = silent or not sys.stderr.isatty()
        self._began: float | None = None
        self._write("training on the data themselves")

    def __call__(self, done: int, as_good: int) -> None:
        from bayescore.report.wording import duration

        if self._began is None:
            self._began = time.monotonic()
            self._at = done
        text = f"{done}/{self._worlds} worlds, {as_good} did as well"
        # What was kept from before came in no time, and says nothing about the rest.
        if done > max(self._kept, self._at):
            each = (time.monotonic() - self._began) / (done - max(self._kept, self._at))
            text += f", at most {duration(each * (self._worlds - done))} left"
        self._write(text)

    def end(self) -> None:
        self._write("")
        if not self._silent:
            sys.stderr.write("\r")

    def _write(self, text: str) -> None:
        if not self._silent:
            sys.stderr.write(f"\r{text:<{LINE}}")
            sys.stderr.flush()


def run_validation(
    given: Source,
    sets: Sequence[str],
    *,
    permutations: int,
    null: str,
    full: bool,
    out: Path | None,
    threads: int,
    json: bool,
    quiet: bool,
) -> None:
    """Validate while this thread waits for Ctrl-C; print the sentence and the histogram, or JSON.

    Raises
    ------
    UsageError
        For an unknown null, or data that cannot be validated.
    RunError
        If the result cannot be written.
    Interrupted
        If stopped.
    """
    from bayescore.data import load
    from bayescore.training.control import TrainingControl
    from bayescore.training.nulls import as_null
    from bayescore.training.validate import key_of, validate

    kind = as_null(null)
    config = settings(given, sets, full=full)
    market = load(given.data, config)
    search: events.SearchSize = "full" if full else "reduced"
    kept = _kept(given, sets, out, market, key_of(config, market, kind, search))
    if kept is not None and kept.others and not quiet:
        sys.stderr.write(f"{kept.part}: worlds of other data or settings; begun anew\n")
    known = kept.worlds if kept else {}
    control = TrainingControl()
    found: list[events.Validation] = []
    failure: list[BaseException] = []
    progress = _Progress(permutations, len(known), silent=quiet or json)

    def work() -> None:
        try:
            found.append(
                validate(
                    config,
                    market,
                    permutations=permutations,
                    null=kind,
                    search=search,
                    threads=threads,
                    paths=given.data,
                    control=control,
                    known=known,
                    on_net=kept.add if kept else None,
                    on_world=progress,
                )
            )
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which raises it
            failure.append(error)

    worker = threading.Thread(target=work, name="bayescore-validate", daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(0.1)
    except KeyboardInterrupt:
        control.stop()
        worker.join()
        failure[:] = [Interrupted(_stopped(kept))]
    progress.end()
    if failure:
        raise failure[0]
    if kept is not None:
        kept.finish(found[0])
    if json:
        sys.stdout.write(msgspec.json.encode(found[0]).decode() + "\n")
        return
    lines = render(found[0], market.instrument.currency)
    if kept is not None:
        lines.append(f"Written to {kept.path}.")
    sys.stdout.write("\n".join(lines) + "\n")


def _kept(
    given: Source, sets: Sequence[str], out: Path | None, market: MarketData, key: str
) -> ValidationFile | None:
    """Where the result goes: what was asked for, or beside the run if it is the run's own."""
    from bayescore.runs.validation import ValidationFile

    if given.run is not None and list(market.dates) != list(given.dates):
        raise UsageError(
            f"{given.run}: trained on {len(given.dates)} dates, the data hold {len(market.dates)} now; "
            "resume the run first, or name the data files"
        )
    if out is not None:
        return ValidationFile(out, key)
    if given.run is None or sets:
        return None
    return ValidationFile.of_run(given.run, key)


def _stopped(kept: ValidationFile | None) -> str:
    if kept is None:
        return "stopped; nothing was kept (--out FILE keeps the worlds that are done)"
    return f"stopped; {len(kept.worlds)} worlds are kept, the same command goes on with them"


def render(v: events.Validation, currency: str = "USD") -> list[str]:
    """The sentence, and the nets of the worlds as a histogram with the data's own marked; at most 80 columns."""
    from bayescore.report.wording import verdict_lines

    nets = np.array(v.world_net_currency)
    low, high = min(nets.min(), v.observed_net_currency), max(nets.max(), v.observed_net_currency)
    lines = [
        *(line for text in (v.sentence, *verdict_lines(v.verdict)) for line in textwrap.wrap(text, LINE)),
        "",
        f"Net out of sample ({currency}) of {len(nets)} worlds without an edge ({v.null}),",
        f"{v.days} days each, {v.search} search; ◄ is the data.",
    ]
    lines += _histogram(nets, v.observed_net_currency, low, high)
    if not v.traded_days:
        lines += textwrap.wrap(
            "Nothing was traded, so nothing was tested; --set selection=panel tests the policy that trades the best of "
            "the sets that are tried every day.",
            LINE,
        )
    if v.stopped_early:
        lines.append(f"Ended early: {v.as_good} worlds had done as well, more would not make it clearer.")
    return lines


def _histogram(nets: NDArray[np.float64], observed: float, low: float, high: float) -> list[str]:
    if high == low:
        return [f"{_amount(low)} in every one"]
    counts, edges = np.histogram(nets, BINS, (low, high))
    at = min(int((observed - low) / (high - low) * BINS), BINS - 1)
    bounds = [_amount(edge) for edge in edges]
    wide = max(map(len, bounds))
    lines = []
    for k, count in enumerate(counts):
        bar = "█" * round(count / max(counts.max(), 1) * WIDTH) or ("▏" if count else "")
        line = f"{bounds[k]:>{wide}} to {bounds[k + 1]:>{wide}} {count:>5} {bar}"
        lines.append(f"{line} ◄" if k == at else line.rstrip())
    return lines


def _amount(x: float) -> str:
    text = f"{abs(x):,.0f}"
    return text if x >= 0 or text == "0" else f"−{text}"
