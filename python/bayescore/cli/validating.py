"""`bayescore validate`: progress while worlds are trained, then the result in words and as a histogram."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bayescore import events
from bayescore.errors import Interrupted

if TYPE_CHECKING:
    from pathlib import Path

    from bayescore.config import Config

BINS, WIDTH = 12, 40


def run_validation(
    data: list[str], config: Config, *, permutations: int, null: str, threads: int, json: bool, quiet: bool
) -> None:
    """Validate while this thread waits for Ctrl-C; print the sentence and the histogram, or JSON.

    Raises
    ------
    UsageError
        For an unknown null, or data that cannot be validated.
    Interrupted
        If stopped.
    """
    from bayescore.data import load
    from bayescore.training.control import TrainingControl
    from bayescore.training.nulls import as_null
    from bayescore.training.validate import validate

    kind = as_null(null)
    market = load(data, config)
    control = TrainingControl()
    found: list[events.Validation] = []
    failure: list[BaseException] = []
    began = time.monotonic()

    def told(done: int, as_good: int) -> None:
        if quiet or json or not sys.stderr.isatty():
            return
        left = (time.monotonic() - began) / done * (permutations - done)
        text = f"{done}/{permutations} worlds, {as_good} did as well, at most {left:.0f} s left"
        sys.stderr.write(f"\r{text:<70}")
        sys.stderr.flush()

    def work() -> None:
        try:
            found.append(
                validate(
                    config,
                    market,
                    permutations=permutations,
                    null=kind,
                    threads=threads,
                    control=control,
                    on_world=told,
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
        failure[:] = [Interrupted("interrupted; nothing was written")]
    if sys.stderr.isatty() and not quiet and not json:
        sys.stderr.write("\r" + " " * 70 + "\r")
    if failure:
        raise failure[0]
    if json:
        sys.stdout.write(msgspec.json.encode(found[0]).decode() + "\n")
    else:
        sys.stdout.write("\n".join(render(found[0])) + "\n")


def render(v: events.Validation) -> list[str]:
    """The sentence, and the nets of the worlds as a histogram with the data's own marked."""
    from bayescore.report.wording import verdict_lines

    nets = np.array(v.world_net_currency)
    low, high = min(nets.min(), v.observed_net_currency), max(nets.max(), v.observed_net_currency)
    if high == low:
        high = low + 1
    counts, edges = np.histogram(nets, BINS, (low, high))
    at = min(int((v.observed_net_currency - low) / (high - low) * BINS), BINS - 1)
    lines = [
        v.sentence,
        *verdict_lines(v.verdict),
        "",
        f"net out of sample of {len(nets)} worlds without an edge ({v.null}), {v.days} days each:",
    ]
    for k, count in enumerate(counts):
        bar = "█" * round(count / max(counts.max(), 1) * WIDTH)
        mark = " ◄ the data" if k == at else ""
        lines.append(f"{edges[k]:>12,.0f} … {edges[k + 1]:>10,.0f}  {count:>4} {bar}{mark}")
    if v.stopped_early:
        lines.append(f"Ended early: {v.as_good} worlds had done as well, more would not make it clearer.")
    return lines


def source(data: list[str], root: Path) -> tuple[list[str], Config | None]:
    """Paths as given, or the data and configuration of the run that is named."""
    from bayescore.config import Config
    from bayescore.runs.reader import RunReader

    if len(data) == 1:
        for path in (root / data[0], root.__class__(data[0])):
            if (path / "run.json").is_file():
                header = RunReader(path).header()
                return list(header.data), msgspec.convert(header.config, Config)
    return data, None
