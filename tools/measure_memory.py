"""Memory and processor time of a training against the number of its dates: two plots and their figures.

``python tools/measure_memory.py --dates 22 250 1250 [--iterations 20] [--limit-mb 2000] [--folder F]`` makes practice
data, trains under a limit on the address space and reads what the system says of the process after every date. Writes
``docs/images/memory.svg`` and ``docs/images/time-per-date.svg`` and prints a table. Data and figures stay in the
folder; what is there already is not made again.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
TICKS = os.sysconf("SC_CLK_TCK")
WARM_UP = 10
"""Dates after which memory should not grow any more."""

Point = tuple[int, float, float]
"""Dates done, resident MB, processor seconds since the start."""


def command(*arguments: str, limit_mb: int = 0) -> list[str]:
    """The program with arguments, under a limit on its address space if there is one."""
    limited = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({limit_mb << 20},) * 2); "
        if limit_mb
        else ""
    )
    return [sys.executable, "-c", f"{limited}from bayescore.cli.entry import main; main()", *arguments]


def sample(process: subprocess.Popen[bytes], days: Path) -> list[Point]:
    """Look at a training whenever a date more is done."""
    points: list[Point] = []
    while process.poll() is None:
        done = sum(1 for n in os.listdir(days) if n[0] == "2") if days.is_dir() else 0  # noqa: PTH208
        if not points or done > points[-1][0]:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
                stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                break
            resident = re.search(r"VmRSS:\s+(\d+)", status)
            if resident:
                points.append((done, int(resident[1]) / 1024, (int(stat[11]) + int(stat[12])) / TICKS))
        time.sleep(0.02)
    return points


def measure(dates: int, iterations: int, limit_mb: int, folder: Path) -> list[Point]:
    """Train on so many dates, or read what an earlier call measured."""
    kept = folder / f"memory-{dates}-{iterations}.json"
    if kept.exists():
        return [tuple(p) for p in json.loads(kept.read_text())]
    data, runs = folder / f"synth-{dates}.parquet", folder / "runs"
    if not data.exists():
        subprocess.run(command("synth", str(data), "--days", str(dates)), check=True)
    shutil.rmtree(runs, ignore_errors=True)
    arguments = ["train", "--data", str(data), "-n", str(iterations), "--run", "r", "--threads", "1", "-q"]

    process = subprocess.Popen(
        command(*arguments, "--checkpoint-dir", str(runs), limit_mb=limit_mb), stdout=subprocess.DEVNULL
    )
    points = sample(process, runs / "r" / "days")
    if process.wait():
        raise SystemExit(f"training on {dates} dates ended with {process.returncode}")
    kept.write_text(json.dumps(points))
    return points


def per_date(points: list[Point], window: int = 10) -> list[tuple[float, float]]:
    """Processor seconds a date, over stretches of some dates."""
    ends = [p for p in points if p[0] % window == 0 or p is points[-1]]
    return [
        (b[0], (b[2] - a[2]) / (b[0] - a[0]))
        for a, b in itertools.pairwise(ends)
        if b[0] > a[0] and a[0] >= WARM_UP
    ]


COLOURS = ("#1f6fb2", "#c2571a", "#2f8f4e", "#8a4fb0")


def plot(path: Path, title: str, unit: str, lines: dict[str, list[tuple[float, float]]]) -> None:
    """Lines over the number of dates, from zero."""
    width, height, left, bottom, top = 720, 320, 60, 40, 36
    right = max((x for line in lines.values() for x, _ in line), default=1)
    most = max((y for line in lines.values() for _, y in line), default=1) * 1.15

    def at(x: float, y: float) -> str:
        px = left + x / right * (width - left - 20)
        return f"{px:.1f},{height - bottom - y / most * (height - bottom - top):.1f}"

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{left}" y="20" font-size="14">{title}</text>',
    ]
    for k in range(5):
        y = most / 1.15 * k / 4
        px, py = at(0, y).split(",")
        out.append(f'<line x1="{px}" y1="{py}" x2="{width - 20}" y2="{py}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 6}" y="{float(py) + 4}" text-anchor="end">{y:,.3g}</text>')
        x, _ = at(right * k / 4, 0).split(",")
        out.append(f'<text x="{x}" y="{height - 20}" text-anchor="middle">{right * k / 4:,.0f}</text>')
    out.append(f'<text x="{width - 20}" y="{height - 5}" text-anchor="end">dates done; {unit}</text>')
    for k, (name, line) in enumerate(lines.items()):
        drawn = " ".join(at(x, y) for x, y in line)
        out.append(f'<polyline points="{drawn}" fill="none" stroke="{COLOURS[k]}" stroke-width="2"/>')
        out.append(f'<text x="{left + 10 + 150 * k}" y="{top + 4}" fill="{COLOURS[k]}">{name}</text>')
    path.write_text("\n".join([*out, "</svg>"]) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dates", type=int, nargs="+", default=[22, 250, 1250])
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--limit-mb", type=int, default=2_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "memory")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    found = {n: measure(n, chosen.iterations, chosen.limit_mb, chosen.folder) for n in chosen.dates}
    print(
        "| dates | resident after 10 dates, MB | at the end, MB | most, MB | CPU s a date, first / last quarter |"
    )
    print("|---:|---:|---:|---:|---:|")
    for dates, points in found.items():
        warm = [r for done, r, _ in points if done >= WARM_UP]
        speed = [s for _, s in per_date(points, max(dates // 50, 2))]
        quarter = max(len(speed) // 4, 1)
        first, last = statistics.median(speed[:quarter]), statistics.median(speed[-quarter:])
        print(f"| {dates:,} | {warm[0]:.0f} | {warm[-1]:.0f} | {max(warm):.0f} | {first:.3f} / {last:.3f} |")
    memory = {f"{n:,} dates": [(float(d), r) for d, r, _ in points] for n, points in found.items()}
    plot(IMAGES / "memory.svg", "Resident memory of a training", "MB", memory)
    times = {f"{n:,} dates": per_date(points, max(n // 50, 2)) for n, points in found.items()}
    plot(IMAGES / "time-per-date.svg", "Processor time of a date", "seconds", times)


if __name__ == "__main__":
    main()
