"""The goals that were set before the work began, and what was measured."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bench_harness import Report, Table, digits, duration


@dataclass(frozen=True)
class Goal:
    """One line of the table."""

    what: str
    goal: str
    figure: str
    """Name among the figures of the report."""
    shown: Callable[[float], str]
    met: Callable[[float], bool]


def _times(x: float) -> str:
    return f"{digits(x)}×"


def _percent(x: float) -> str:
    return f"{x:.1f}%"


NESTED = "numba nested loops, f64 ÷ `sweep_day`"

SWEEPS = tuple(
    Goal(
        f"{NESTED}, {sets:,} {density} sets, {threads} thread{'s' * (threads - 1)}",
        f"≥ {least:g}",
        f"{density} {sets} {threads}",
        _times,
        partial(operator.le, least),
    )
    for density, thousand in (("dense", 15.0), ("design", 10.0))
    for sets, threads, least in ((1000, 1, thousand), (1000, 2, thousand), (10_000, 1, 20.0), (100, 1, 2.0))
)

SCALING = tuple(
    Goal(f"1 thread ÷ 2 threads, {what}", "≥ 1.8", f"scaling {name}", digits, partial(operator.le, 1.8))
    for name, what in (
        ("dense", "1,000 dense sets"),
        ("design", "1,000 design sets"),
        ("month", "`sweep_days`, 22 days × 1,000 design sets"),
    )
)

LIBRARIES = tuple(
    Goal(
        f"{package} ÷ `sweep_day`, long brackets",
        "≥ 100",
        f"library {package}",
        _times,
        partial(operator.le, 100),
    )
    for package in ("phasor-trader", "vectorbt", "backtesting")
)

GOALS = (
    *SWEEPS,
    *SCALING,
    *LIBRARIES,
    *(
        Goal(
            f"`sweep_day`, {density} sets ÷ holding highs and lows against two levels once per set, f64, 1 thread",
            "≤ 0.8",
            f"stream {density}",
            digits,
            partial(operator.ge, 0.8),
        )
        for density in ("dense", "design")
    ),
    Goal("states of a day ÷ rolling regression z in Polars", "≤ 0.5", "states", digits, lambda x: x <= 0.5),
    Goal(
        "archived trainer's month ÷ `bayescore train`", "≥ 10,000", "archive", _times, lambda x: x >= 10_000
    ),
    Goal("`bayescore train` of the month, whole process", "≤ 2.0 s", "train", duration, lambda x: x <= 2.0),
    Goal(
        "peak memory of that run",
        "< 350 MB",
        "memory",
        lambda x: f"{x * 1.048576:.0f} MB",
        lambda x: x * 1.048576 < 350,
    ),
    Goal("memory, growth from 1,000 to 10,000 iterations", "< 20%", "growth", _percent, lambda x: x < 20),
    Goal("time, growth from 1,000 to 10,000 iterations", "< 2×", "slower", _times, lambda x: x < 2),
    Goal("`bayescore --help`", "≤ 120 ms", "help", duration, lambda x: x <= 0.12),
    Goal("`bayescore --version`", "≤ 60 ms", "version", duration, lambda x: x <= 0.06),
    Goal("the dashboard's cost, a run of 20 s", "< 5%", "dashboard", _percent, lambda x: x < 5),
    Goal(
        "key to paint while both cores train, 95% of keys",
        "< 100 ms",
        "key",
        lambda x: f"{x:.0f} ms",
        lambda x: x < 100,
    ),
)


def table(report: Report) -> Table:
    """Goal against measured, for what this run has measured."""
    figures = dict(report.figures)
    if "archive again" in figures and "train" in figures:
        figures["archive"] = figures["archive again"] / figures["train"]
    rows = []
    for goal in GOALS:
        if goal.figure in figures:
            x = figures[goal.figure]
            rows.append((goal.what, goal.goal, goal.shown(x), "met" if goal.met(x) else "missed"))
        else:
            rows.append((goal.what, goal.goal, "not measured", ""))
    return Table("Goals", ("", "goal", "measured", ""), rows)
