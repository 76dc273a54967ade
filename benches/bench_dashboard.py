"""What the dashboard costs: the same training with it on a terminal and without it, in turn.

    python benches/bench_dashboard.py [--rounds 10] [--seconds 20] [--days 200]

makes a synthetic month, finds how many iterations a day keep this machine busy for so many seconds, and prints
tables: wall-clock and CPU seconds of both, how long keys take to be painted meanwhile, and memory over many days.
On one core of every two the trainer competes with the screen, so nothing else may run; the load of the machine at the
start and the end is printed with the figures. The cost is that of pairs of runs, one after the other, with the 95%
interval of its mean over the rounds.

    python benches/bench_dashboard.py FILE DIRECTORY RESULT screen|bare ITERATIONS DAYS

is what it starts for each of them: trains once in this process and writes figures to RESULT.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import queue
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from bench_harness import Report, Table

LINES, COLUMNS = 40, 120
UNCOMPARED = ("live.json", "timings.jsonl", ".lock")
"""Files of a run that no comparison includes."""
TIMEOUT_S = 1200
PRESSED = ((b"4", b"variance"), (b"1", b"pr.fac"))
"""Keys, and a text that is on screen only once the tab of that key has been painted."""
APART_S = 0.4
"""Between two keys."""
KEY_SETS, KEY_DAYS, KEY_ROUNDS = 200_000, 3, 3
"""Sets a day, days and trainings on which keys are typed."""


def child() -> None:
    """Train once."""
    import bayescore.data
    import bayescore.training.orchestrator
    from bayescore.cli import process
    from bayescore.config import Config
    from bayescore_tui import dashboard
    from bayescore_tui.sources.live import LiveTraining
    from bayescore_tui.sources.messages import Events
    from bayescore_tui.sources.spec import RunSpec

    process.prepare()  # as both commands do
    process.keep_memory_flat()
    data, directory, result, mode, iterations, days = sys.argv[1:7]
    assert bayescore.training.orchestrator is not None
    assert bayescore.data is not None
    resident: list[int] = []

    class Timed(LiveTraining):
        """Training that notes how long it took and closes the screen."""

        done: ClassVar[Callable[[], Any]] = lambda: None
        figures: ClassVar[dict[str, float]] = {}

        def run(self, post: Callable[[Any], Any]) -> None:
            def watched(message: Any) -> None:
                if isinstance(message, Events):
                    resident.append(memory())
                post(message)

            wall, cpu = time.perf_counter(), time.process_time()
            try:
                super().run(watched)
                type(self).figures = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
            finally:
                type(self).done()

    config = Config(iterations=int(iterations), max_days=int(days) or None)
    spec = RunSpec(data=(data,), checkpoint_dir=Path(directory), run_name="bench", threads=2, config=config)
    drawn = 0.0
    if mode == "bare":
        Timed(spec).run(lambda message: None)
    else:
        dashboard.LiveTraining = Timed
        app = dashboard.Dashboard(spec)
        Timed.done = lambda: app.call_from_thread(app.exit)
        begun = time.thread_time()
        app.run()
        drawn = time.thread_time() - begun
        # A dashboard that fell over half way leaves the rest of the training to itself, and looks cheap.
        if app.return_code or app.exit_code or not Timed.figures:
            raise SystemExit(f"the dashboard ended with {app.return_code} and {app.exit_code}")
    figures = Timed.figures | {"drawing": drawn, "resident": resident}
    Path(result).write_text(json.dumps(figures), encoding="ascii")


def memory() -> int:
    """Resident bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def on_a_terminal(command: list[str], *, type_keys: bool = False) -> list[float]:
    """Run a command on a pseudo-terminal and throw away what it draws.

    Returns
    -------
    list of float
        Seconds from a key to what it paints, if keys are typed.

    Raises
    ------
    RuntimeError
        If it fails or takes too long.
    """
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    # Textual draws on standard error.
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    tail = bytearray()
    drawn: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
    waits: list[float] = []

    def drain() -> None:
        try:
            while data := os.read(master, 65_536):
                tail[:] = (tail + data)[-2000:]
                if type_keys:
                    drawn.put((time.perf_counter(), data))
        except OSError:  # the other end is closed
            return

    def type_now() -> None:
        """Press a key, wait for what it paints, and so on; the last one is cut short by the end of training."""
        seen = b""
        while b"sweeping" not in seen[-65_536:]:
            seen += drawn.get()[1]
        for number in range(10_000):
            time.sleep(APART_S)
            key, mark = PRESSED[number % len(PRESSED)]
            while not drawn.empty():
                drawn.get()
            pressed, seen = time.perf_counter(), b""
            try:
                os.write(master, key)
            except OSError:
                return
            while mark not in seen:
                at, data = drawn.get()
                seen += data
            waits.append(at - pressed)

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    if type_keys:
        threading.Thread(target=type_now, daemon=True).start()
    try:
        process.wait(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise RuntimeError("the dashboard did not end") from None
    finally:
        reader.join(timeout=5)
        os.close(master)
    if process.returncode:
        raise RuntimeError(f"the dashboard ended with {process.returncode}\n{tail.decode(errors='replace')}")
    return waits


def training(data: Path, mode: str, iterations: int, days: int, folder: str) -> dict[str, Any]:
    """Figures of one training with the screen (``screen``, or ``keys`` to type on it too) or without (``bare``)."""
    result, runs = Path(folder) / "result.json", Path(folder) / "runs"
    shown = "bare" if mode == "bare" else "screen"
    command = [sys.executable, __file__, str(data), str(runs), str(result), shown, str(iterations), str(days)]
    waits: list[float] = []
    if mode == "bare":
        subprocess.run(command, check=True, capture_output=True)
    else:
        waits = on_a_terminal(command, type_keys=mode == "keys")
    found: dict[str, Any] = json.loads(result.read_text(encoding="ascii"))
    return found | {"waits": waits, "digest": digest(runs / "bench")}


def digest(run: Path) -> str:
    """Hash of everything that a run left behind, but for its last sign of life."""
    total = hashlib.sha256()
    for path in sorted(p for p in run.rglob("*") if p.is_file() and p.name not in UNCOMPARED):
        total.update(f"{path.relative_to(run)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def once(data: Path, mode: str, iterations: int, days: int = 0) -> dict[str, Any]:
    """One training, of all days or the first ones, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bayescore-bench-") as folder:
        return training(data, mode, iterations, days, folder)


def synthetic(days: int) -> Path:
    """File of so many synthetic days, made once."""
    from bayescore.data import synth

    path = Path(tempfile.gettempdir()) / f"bayescore-bench-dashboard-{days}.parquet"
    if not path.exists():
        print(f"making {days} synthetic days …", flush=True)
        part = path.with_suffix(".part")
        synth.write(synth.generate(days=days), part)
        part.rename(path)
    return path


def dashboard(report: Report, rounds: int = 10, seconds: float = 20.0, days: int = 200) -> None:
    """Cost, keys and memory of the dashboard.

    Parameters
    ----------
    report
        What the tables and figures go to.
    rounds
        Counted runs of each kind.
    seconds
        Least length of a run.
    days
        Days of the memory run; 0 leaves it out.
    """
    began = os.getloadavg()[0]
    month = synthetic(22)
    iterations = 2_000
    first = once(month, "bare", iterations)["seconds"]  # warms caches too
    # Time is not in proportion to iterations: a second, longer try finds how many fill the seconds.
    for _ in range(2):
        iterations = max(iterations, 1000 * round(iterations * 1.1 * seconds / first / 1000))
        first = once(month, "bare", iterations)["seconds"]
    kept: dict[str, list[dict[str, Any]]] = {"bare": [], "screen": []}
    typed: list[dict[str, Any]] = []
    for k in range(rounds):
        for mode, found in kept.items():
            found.append(once(month, mode, iterations))
        if k < KEY_ROUNDS:
            typed.append(once(month, "keys", KEY_SETS, KEY_DAYS))
    if len({run["digest"] for found in kept.values() for run in found}) != 1:
        raise AssertionError("the dashboard changed what was saved")
    rows = []
    for mode, name in (("bare", "without"), ("screen", "with")):
        wall = [run["seconds"] for run in kept[mode]]
        middle, cpu, drawn = (
            statistics.median(r[k] for r in kept[mode]) for k in ("seconds", "cpu", "drawing")
        )
        times = (f"{x:.2f} s" for x in (middle, min(wall), max(wall), cpu, drawn))
        costs = [paired(kept["bare"], kept[mode], clock) for clock in ("seconds", "cpu")]
        shown = ["" if mode == "bare" else f"{c:+.1f}% ({low:+.1f} to {high:+.1f})" for c, low, high in costs]
        rows.append((name, *times, *shown))
        if mode == "screen":
            report.figures["dashboard"] = costs[0][0]
    waits = sorted(1000 * w for run in typed for w in run["waits"])
    late = waits[min(int(0.95 * len(waits)), len(waits) - 1)]
    report.figures["key"] = late
    title = f"Training 22 days, {iterations:,} iterations a day, 2 threads, 120×40, imports not counted"
    columns = (
        "",
        "median",
        "lowest",
        "highest",
        "CPU",
        "of which the screen's thread",
        "cost",
        "cost in CPU",
    )
    note = (
        f"{rounds} rounds of both in turn; load of the machine {began:.1f} at the start, "
        f"{os.getloadavg()[0]:.1f} at the end. The same bytes on disk in all of them. From a key to what it paints, "
        f"{len(waits)} keys that change the tab while both cores train {KEY_SETS:,} sets a day: "
        f"median {statistics.median(waits):.0f} ms, "
        f"95% {late:.0f} ms, longest {waits[-1]:.0f} ms."
    )
    report.add("dashboard", Table(title, columns, rows, note))
    if days:
        _memory_over_days(report, days)


def paired(bare: list[dict[str, Any]], shown: list[dict[str, Any]], clock: str) -> tuple[float, float, float]:
    """What the screen costs in percent, by pairs of runs of the same round: mean and its 95% interval (t)."""
    from scipy.stats import t

    ratios = [100 * (b[clock] / a[clock] - 1) for a, b in zip(bare, shown, strict=True)]
    mean = statistics.fmean(ratios)
    if len(ratios) < 2:
        return mean, mean, mean
    half = float(t.ppf(0.975, len(ratios) - 1)) * statistics.stdev(ratios) / len(ratios) ** 0.5
    return mean, mean - half, mean + half


def _memory_over_days(report: Report, days: int) -> None:
    many = synthetic(days)
    rows = []
    for mode, name in (("bare", "without"), ("screen", "with")):
        found = once(many, mode, 100)["resident"]
        parts = [found[len(found) * k // 4 - 1] / 2**20 for k in (1, 2, 3, 4)]
        rows.append((name, *(f"{part:.0f} MiB" for part in parts)))
    title = f"Resident memory while training {days} days, 100 iterations a day"
    report.add(
        "dashboard", Table(title, ("", "a quarter through", "half", "three quarters", "at the end"), rows)
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the dashboard costs.")
    parser.add_argument(
        "--rounds", type=int, default=10, help="counted runs of each kind (default %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="least length of a run (default %(default)s)"
    )
    parser.add_argument("--days", type=int, default=200, help="days of the memory run; 0 leaves it out")
    options = parser.parse_args()
    dashboard(Report(), options.rounds, options.seconds, options.days)


if __name__ == "__main__":
    if len(sys.argv) == 7 and sys.argv[4] in ("bare", "screen"):
        child()
    else:
        main()
