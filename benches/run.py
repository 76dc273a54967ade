"""Measure, print the tables, and write them to docs/benchmarks.md.

    make bench                                   everything
    python benches/run.py --quick                about a minute; prints only
    python benches/run.py --section sizes        one section; prints only
    python benches/run.py --section sizes --write

Before anything is timed, all competitors must have found the same trades.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "archive"))

import bench_dashboard
import bench_goals
import bench_libraries
import bench_scaling
import bench_states
import bench_sweep
import bench_train
from bench_harness import Report, machine, write_page

SECTIONS: dict[str, Callable[[Report], None]] = {
    "day": bench_sweep.one_day,
    "sizes": bench_sweep.sizes,
    "paths": bench_sweep.paths,
    "markets": bench_sweep.markets,
    "month": bench_sweep.month,
    "scaling": bench_scaling.scaling,
    "libraries": bench_libraries.libraries,
    "states": bench_states.states,
    "load": lambda report: bench_states.load(report, bench_train.synthetic_month()),
    "train": lambda report: bench_train.train(report, bench_train.synthetic_month()),
    "archive": lambda report: bench_train.archive(report, bench_train.synthetic_month()),
    "dashboard": bench_dashboard.dashboard,
    "start": bench_train.start,
}
"""In this order: `archive` is held against what `train` took."""

QUICK = ("day", "states", "load", "train", "archive", "start")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sections, about a minute")
    parser.add_argument("--section", action="append", choices=list(SECTIONS), help="may be repeated")
    parser.add_argument(
        "--write", action="store_true", help="write the page although this is not a whole run"
    )
    options = parser.parse_args()

    chosen = options.section or (QUICK if options.quick else list(SECTIONS))
    report = Report(quick=options.quick)
    started = time.perf_counter()
    report.add("machine", machine())
    for name in chosen:
        SECTIONS[name](report)
    report.add("goals", bench_goals.table(report))
    print(f"\n{time.perf_counter() - started:.0f} s")
    whole = not options.quick and not options.section
    if whole or options.write:
        parts = report.tables if whole else {name: report.tables[name] for name in ("machine", *chosen)}
        write_page(parts)


if __name__ == "__main__":
    main()
