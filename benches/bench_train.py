"""Sections about whole processes: training the synthetic month, what it costs, and starting up."""

from __future__ import annotations

import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench_harness import Report, Table, digits, duration

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
BAYESCORE = str(BIN / "bayescore")
DAYS = 22
ITERATIONS = 1000
TWO_THREADS = "1,000 iterations, 2 threads"
TEN_TIMES = "10,000 iterations, 2 threads"


def synthetic_month() -> Path:
    """File of `bayescore synth` with seed 0, made once and kept in the temporary folder.

    Its name holds a digest of the generator: another version makes another file.
    """
    from bayescore.data import synth

    source = hashlib.sha256(Path(synth.__file__).read_bytes()).hexdigest()[:12]
    path = Path(tempfile.gettempdir()) / f"bayescore-bench-mnq-{DAYS}-{source}.parquet"
    if not path.exists():
        print(f"making {DAYS} synthetic days …", flush=True)
        part = path.with_suffix(".part.parquet")
        subprocess.run(
            [BAYESCORE, "synth", str(part), "--days", str(DAYS), "--force"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        part.rename(path)
    return path


def run(command: Sequence[str]) -> dict[str, float]:
    """Wall, user and system seconds and peak bytes of a command.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    spawn = [sys.executable, "-S", str(HERE / "bench_spawn.py"), *command]
    found = subprocess.run(spawn, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(found.stdout)
    if figures["code"]:
        raise RuntimeError(f"{' '.join(command)}: exit code {figures['code']}\n{found.stderr}")
    return figures


def rounds(commands: Mapping[str, Sequence[str]], n: int) -> dict[str, dict[str, float]]:
    """Medians of several commands, run in turn; the first round warms caches and is not counted."""
    kept: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for number in range(n + 1):
        for name, command in commands.items():
            with scratch() as folder:
                figures = run([part.replace("{folder}", folder) for part in command])
            if number:
                kept[name].append(figures)
    return {
        name: {key: statistics.median(f[key] for f in found) for key in found[0]}
        for name, found in kept.items()
    }


@contextmanager
def scratch() -> Iterator[str]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bayescore-bench-") as folder:
        yield folder


def train_command(path: Path, iterations: int, threads: int) -> list[str]:
    """`bayescore train` of a file into a scratch folder."""
    options = ["--iterations", str(iterations), "--threads", str(threads), "--quiet"]
    return [
        BAYESCORE,
        "train",
        "--data",
        str(path),
        "--checkpoint-dir",
        "{folder}",
        "--run",
        "bench",
        *options,
    ]


def train(report: Report, path: Path) -> None:
    """Whole runs: time, memory, and what ten times the iterations add."""
    commands = {
        TWO_THREADS: train_command(path, 1000, 2),
        "1,000 iterations, 1 thread": train_command(path, 1000, 1),
        TEN_TIMES: train_command(path, 10_000, 2),
    }
    if report.quick:
        commands = {TWO_THREADS: commands[TWO_THREADS]}
    found = rounds(commands, report.rounds(5))
    rows = [
        (
            *(name, duration(f["wall"]), duration(f["user"] + f["system"]), f"{f['peak'] / 2**20:.0f} MiB"),
            f"{DAYS * int(name.split()[0].replace(',', '')) / f['wall']:,.0f}",
        )
        for name, f in found.items()
    ]
    title = f"`bayescore train` of {DAYS} synthetic days, whole process"
    report.add("train", Table(title, ("", "wall", "CPU", "peak memory", "iterations a second"), rows))
    first = found[TWO_THREADS]
    report.figures |= {"train": first["wall"], "memory": first["peak"] / 2**20}
    if TEN_TIMES in found:
        report.figures["growth"] = 100 * (found[TEN_TIMES]["peak"] / first["peak"] - 1)
        report.figures["slower"] = found[TEN_TIMES]["wall"] / first["wall"]
    _profile(report, path)


def _profile(report: Report, path: Path) -> None:
    """Steps of a run by lane, medians over several runs."""
    totals: list[float] = []
    steps: dict[tuple[str, str], list[float]] = {}
    for _ in range(report.rounds(5)):
        with scratch() as folder:
            command = [sys.executable, str(HERE / "bench_profile.py"), str(path), folder, "2"]
            found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        totals.append(found["total"])
        for lane, step, seconds in found["steps"]:
            steps.setdefault((lane, step), []).append(seconds)
    total = statistics.median(totals)
    rows, left = [], total
    for lane in dict.fromkeys(lane for lane, _ in steps):
        for (other, step), seconds in steps.items():
            if other != lane:
                continue
            median = statistics.median(seconds)
            part = step.startswith("of which")
            left -= median if lane == "main" and not part else 0.0
            rows.append((f"{lane}: {step}", f"{1000 * median:,.0f}", f"{100 * median / total:.1f}%"))
    rows.append(
        ("main: waiting, events, everything else", f"{1000 * left:,.0f}", f"{100 * left / total:.1f}%")
    )
    rows.append(("whole run", f"{1000 * total:,.0f}", "100%"))
    note = "All lanes but the main one are threads beside it: their steps cost cores, not always time."
    title = f"Where the time goes: {DAYS} days × 1,000 iterations, 2 threads"
    report.add("train", Table(title, ("", "ms", "of the whole"), rows, note))


def archive(report: Report, path: Path) -> None:
    """The archived trainer's month, from a few of its iterations on the second day, when it has a brain."""
    import product_bridge
    import walk_forward_trainer_merged as retired

    sets = 2 if report.quick else 5
    market, config, days = product_bridge.load_days([str(path)], 2, ITERATIONS, 0)
    rows = []
    for again, name in (
        (True, "states anew in every iteration, as the predecessor did"),
        (False, "states once a day"),
    ):
        seconds: list[float] = []
        settings = product_bridge.settings_of(market, config, states_per_iteration=again)
        design = product_bridge.sample_of_the_design(market, config, days, sets)
        trainer = retired.WalkForwardTrainer(settings, design, lambda _, s, kept=seconds: kept.append(s))
        trainer.train_day(days[0])
        seconds.clear()
        day = trainer.train_day(days[1]).seconds
        each = statistics.mean(seconds)
        once = sum(s for step, s in day.items() if step != "iterations")
        month = DAYS * (ITERATIONS * each + once)
        ratio = digits(month / report.figures["train"]) + "×" if "train" in report.figures else ""
        rows.append((name, duration(each), duration(month), ratio))
        report.figures["archive again" if again else "archive once"] = month
    note = f"Mean of {sets} sets spread over the design, second day, {len(days[1].day):,} bars."
    columns = ("", "an iteration", "the month (extrapolated)", "÷ `bayescore train`")
    report.add("archive", Table("Archived Python trainer, whole", columns, rows, note))


def start(report: Report) -> None:
    """Starting up: the interpreter, the libraries, the commands."""
    python = [sys.executable, "-c"]
    commands: dict[str, Sequence[str]] = {
        "python, nothing": [*python, "pass"],
        "import numpy": [*python, "import numpy"],
        "import polars": [*python, "import polars"],
        "import bayescore": [*python, "import bayescore"],
        "import bayescore._core": [*python, "import bayescore._core"],
        "import what training needs": [*python, "import bayescore.training.orchestrator, bayescore.data"],
        "`bayescore --version`": [BAYESCORE, "--version"],
        "`bayescore --help`": [BAYESCORE, "--help"],
        "`bayescore-tui --help`": [str(BIN / "bayescore-tui"), "--help"],
    }
    found = rounds(commands, report.rounds(9))
    rows = [
        (name, duration(f["wall"]), duration(f["user"] + f["system"]), f"{f['peak'] / 2**20:.0f} MiB")
        for name, f in found.items()
    ]
    report.figures |= {name: found[f"`bayescore --{name}`"]["wall"] for name in ("help", "version")}
    report.add("start", Table("Start-up, whole processes", ("", "wall", "CPU", "peak memory"), rows))
