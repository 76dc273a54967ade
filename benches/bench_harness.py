"""Timing in interleaved rounds, tables, and the page that the tables go to."""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("bayescore", "numpy", "numba", "polars", "scipy")


@dataclass(frozen=True)
class Table:
    """A table of the report: cells as text."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""

    def markdown(self) -> str:
        """The table as the page holds it; the first column is text, the others are figures."""
        lines = [f"**{self.title}**", "", "| " + " | ".join(self.columns) + " |"]
        lines.append("|---|" + "---:|" * (len(self.columns) - 1))
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        if self.note:
            lines += ["", self.note]
        return "\n".join(lines)


@dataclass
class Report:
    """What a run of the benchmark has found."""

    quick: bool = False
    tables: dict[str, list[Table]] = field(default_factory=dict)
    """By section, in order."""
    figures: dict[str, float] = field(default_factory=dict)
    """What the goals are about, by name."""

    def add(self, section: str, *tables: Table) -> None:
        """Print tables and keep them for the page."""
        for table in tables:
            print(f"\n{table.markdown()}", flush=True)
        self.tables.setdefault(section, []).extend(tables)

    def rounds(self, n: int) -> int:
        """Rounds to measure; fewer in a quick run."""
        return max(3, n // 4) if self.quick else n


def interleaved(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each job; one unmeasured round first, then all jobs in turn, round after round.

    Whatever else the machine does meets all jobs alike.
    """
    for job in jobs.values():
        job()
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(s) for name, s in seconds.items()}


def duration(seconds: float) -> str:
    """Seconds in a unit that suits their size, three digits."""
    for limit, unit, factor in (
        (1e-3, "µs", 1e6),
        (1.0, "ms", 1e3),
        (120.0, "s", 1.0),
        (7200.0, "min", 1 / 60),
    ):
        if seconds < limit:
            return f"{digits(seconds * factor)} {unit}"
    return f"{digits(seconds / 3600)} h"


def digits(x: float) -> str:
    """Three digits, more only where the integer part has them."""
    if x >= 100:
        return f"{x:,.0f}"
    return f"{x:.3g}" if x < 1 else f"{x:.1f}" if x >= 10 else f"{x:.2f}"


def ratio(a: float, b: float) -> str:
    """How many times b goes into a."""
    return f"{digits(a / b)}×"


def machine() -> Table:
    """What the figures were measured on and with: nothing that tells one such machine from another."""
    cpu = "unknown"
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*:\s*(.+)", info.read_text())
        cpu = found[1].strip() if found else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    rows = [
        ("date", time.strftime("%Y-%m-%d")),
        ("processor", f"{cpu}, {cores} cores"),
        ("memory", f"{memory:.0f} GiB"),
        ("system", f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"),
        ("versions", ", ".join(f"{p} {_version(p)}" for p in PACKAGES)),
        ("commit", _commit()),
    ]
    return Table("Measured on", ("", ""), rows)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _commit() -> str:
    try:
        arguments = ["git", "describe", "--always", "--dirty=, with changes"]
        found = subprocess.run(arguments, cwd=PAGE.parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


def write_page(parts: Mapping[str, Sequence[Table]]) -> None:
    """Put tables between the markers of the page; what stands outside them is left alone.

    Raises
    ------
    ValueError
        If the page has no markers for a part.
    """
    text = PAGE.read_text(encoding="utf-8")
    for name, tables in parts.items():
        begin, end = f"<!-- bench {name} -->", f"<!-- /bench {name} -->"
        head, found, rest = text.partition(begin)
        _, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{PAGE.name} has no part {begin} … {end}")
        body = "\n\n".join(table.markdown() for table in tables)
        text = f"{head}{begin}\n\n{body}\n\n{end}{tail}"
    PAGE.write_text(text, encoding="utf-8")
