"""Sections about the sweep: one day, numbers of sets, kinds of days, and the month."""

from __future__ import annotations

from functools import partial
from typing import Any

import bench_jit
import bench_product
import numpy as np
from bench_days import MONTH_SEEDS, BenchDay, make_day
from bench_harness import Report, Table, digits, duration, interleaved, ratio
from bench_rivals import ARCHIVE, MAJOR, NESTED, NESTED_I32, PRODUCT, REFERENCE, Contest
from bench_sets import design_sets, variant
from bench_stream import stream

DENSITIES = {
    "design": "as the product's design draws them",
    "all day": "the same, never stopped by losses in a row",
    "dense": "all day, any signal, any context, no cooldown",
    "sparse": "the brain alone",
}
GOALS_ON = ("dense", "design")
"""What the goals are held against: sets that trade all day, as when the goals were set, and the product's own."""
THREADS = (1, 2)
BESIDE = "`sweep_days`, days made ready before"
STREAMS = {"compare, f64": np.float64, "compare, i32": np.int32, "compare, i16": np.int16}


def one_day(report: Report) -> None:
    """1,000 sets over the pinned day, for several densities of entries."""
    day, base = make_day(), design_sets(1000)
    densities = ["design", "dense"] if report.quick else ["design", "all day", "dense"]
    contests: dict[str, Contest] = {}
    for density in densities:
        contest = Contest(day, variant(base, density))
        seconds: dict[int, dict[str, float]] = {}
        for threads in THREADS:
            rivals = contest.rivals(threads)
            sums = contest.verify(rivals, archived=2 if report.quick else 12)
            jobs = {r.name: r.run for r in [*rivals, contest.with_events(threads)]}
            seconds[threads] = interleaved(jobs, report.rounds(11))
        archive = contest.archive_seconds(2 if report.quick else 12)
        trades, product = int(sums[:, 0].sum()), seconds[1][PRODUCT]
        rows = [(f"{ARCHIVE} (extrapolated)", duration(archive), "", ratio(archive, product), "")]
        for name, single in seconds[1].items():
            double = seconds[2][name]
            ratios = (ratio(single, product), ratio(double, seconds[2][PRODUCT]))
            rows.append((name, duration(single), duration(double), *ratios))
        title = f"60,000 bars × 1,000 sets, {DENSITIES[density]}: {trades:,} trades"
        columns = ("", "1 thread", "2 threads", "÷ `sweep_day`, 1", "÷ `sweep_day`, 2")
        note = f"`sweep_day`: {digits(product / trades * 1e9)} ns a trade, {digits(6e7 / product / 1e9)} bar-sets a ns."
        report.add("day", Table(title, columns, rows, note))
        if density in GOALS_ON:
            for threads in THREADS:
                nested, ours = seconds[threads][NESTED], seconds[threads][PRODUCT]
                report.figures[f"{density} 1000 {threads}"] = nested / ours
            report.figures[f"scaling {density}"] = seconds[1][PRODUCT] / seconds[2][PRODUCT]
        contests[density] = contest
    _streaming(report, day, {density: contests[density] for density in GOALS_ON})


def _streaming(report: Report, day: BenchDay, contests: dict[str, Contest]) -> None:
    """Against merely looking at the bars."""
    seconds = {}
    for threads in THREADS:
        jobs = {name: stream(day.high, day.low, 1000, dtype) for name, dtype in STREAMS.items()}
        jobs["read only, f64"] = stream(day.high, day.low, 1000, np.float64, compare=False)
        for density, contest in contests.items():
            jobs[density] = contest.rivals(threads)[-1].run

        def run(job: Any, threads: int = threads) -> Any:
            bench_jit.threads(threads)
            return job()

        seconds[threads] = interleaved(
            {name: partial(run, job) for name, job in jobs.items()}, report.rounds(11)
        )
    rows = []
    for name in seconds[1]:
        label = f"{PRODUCT}, {name} sets" if name in contests else name
        cells = [duration(seconds[t][name]) for t in THREADS]
        if name not in contests:
            cells += [digits(seconds[1][density] / seconds[1][name]) for density in contests]
        rows.append((label, *cells, *[""] * (2 + len(contests) - len(cells))))
    columns = ("", "1 thread", "2 threads", *(f"{density} sweep ÷ it, 1 thread" for density in contests))
    title = "Holding the day's highs and lows against two levels, once for each of 1,000 sets"
    note = "“Read only” adds the prices up, as many at a time as the processor can."
    report.add("day", Table(title, columns, rows, note))
    for density in contests:
        report.figures[f"stream {density}"] = seconds[1][density] / seconds[1]["compare, f64"]


def sizes(report: Report) -> None:
    """From 100 to 100,000 sets."""
    numbers = (100, 1000, 10_000) if report.quick else (100, 1000, 10_000, 100_000)
    for density in GOALS_ON:
        _sizes(report, density, numbers)


def _sizes(report: Report, density: str, numbers: tuple[int, ...]) -> None:
    everything, day = variant(design_sets(numbers[-1]), density), make_day()
    rows = []
    for n in numbers:
        contest = Contest(day, {name: column[:n].copy() for name, column in everything.items()})
        slow = min(n, 1000 if report.quick else 4000)
        cells: dict[str, list[str]] = {}
        for threads in THREADS:
            rivals = contest.rivals(threads, most_slow=slow)
            contest.verify(rivals, archived=2)
            rounds = report.rounds(11 if n <= 1000 else 5 if n <= 10_000 else 3)
            found = interleaved({r.name: r.run for r in rivals}, rounds)
            whole = {r.name: found[r.name] * n / r.sets for r in rivals}
            for r in rivals:
                mark = "" if r.sets == n else " *"
                cells.setdefault(r.name, []).append(duration(whole[r.name]) + mark)
            cells.setdefault("nested f64 ÷ `sweep_day`", []).append(ratio(whole[NESTED], whole[PRODUCT]))
            report.figures.setdefault(f"{density} {n} {threads}", whole[NESTED] / whole[PRODUCT])
        names = [NESTED, NESTED_I32, MAJOR, REFERENCE, PRODUCT, "nested f64 ÷ `sweep_day`"]
        rows += [(f"{n:,} sets, {name}", *cells[name]) for name in names if name in cells]
    note = f"\\* extrapolated from {slow:,} sets: its time is in proportion to them."
    title = f"Numbers of sets, {DENSITIES[density]}"
    report.add("sizes", Table(title, ("", "1 thread", "2 threads"), rows, note))


def paths(report: Report) -> None:
    """Where the product's ways to sweep cross: each of them on few sets and on many."""
    everything, day = design_sets(1000), make_day()
    names = ("reference", "per_set", "batched", "baseline", "auto")
    rows = []
    for density in ("design", "dense"):
        table = variant(everything, density)
        for n in (10, 30, 100, 300, 1000):
            contest = Contest(day, {name: column[:n].copy() for name, column in table.items()})
            jobs = {path: contest.by_path(path) for path in names if n < 1000 or path != "reference"}
            contest.verify([*jobs.values()], archived=1)
            seconds = interleaved({path: r.run for path, r in jobs.items()}, report.rounds(11))
            cells = (duration(seconds[path]) if path in seconds else "" for path in names)
            rows.append((f"{n:,} sets, {DENSITIES[density]}", *cells))
    report.add("paths", Table("By path, 1 thread", ("", *names), rows))


def markets(report: Report) -> None:
    """Quiet and wild days, few and many entries."""
    base = design_sets(1000)
    rows = []
    for volatility in (0.4, 1.0, 2.5):
        day = make_day(volatility=volatility)
        for density in DENSITIES:
            contest = Contest(day, variant(base, density))
            rivals = [r for r in contest.rivals(1) if r.name in {NESTED, MAJOR, PRODUCT}]
            trades = int(contest.verify(rivals, archived=2)[:, 0].sum())
            seconds = interleaved({r.name: r.run for r in rivals}, report.rounds(7))
            times = (duration(seconds[name]) for name in (NESTED, MAJOR, PRODUCT))
            rows.append(
                (
                    *(f"volatility × {volatility:g}, {density}", f"{trades:,}", *times),
                    *(ratio(seconds[NESTED], seconds[PRODUCT]), ratio(seconds[MAJOR], seconds[PRODUCT])),
                )
            )
    columns = ("", "trades", NESTED, MAJOR, PRODUCT, "f64 ÷ `sweep_day`", "major ÷ `sweep_day`")
    report.add("markets", Table("Kinds of days, 1,000 sets, 1 thread", columns, rows))


def month(report: Report) -> None:
    """22 days in memory: one after the other, and as `sweep_days` takes them, beside each other."""
    table = design_sets(1000)
    days = [make_day(seed) for seed in MONTH_SEEDS[: 4 if report.quick else None]]
    contests = [Contest(day, table) for day in days]
    rows, seconds = [], {}
    for threads in THREADS:
        by_name: dict[str, list] = {}
        for contest in contests:
            rivals = contest.rivals(threads)
            contest.verify(rivals, archived=0)
            for rival in rivals:
                by_name.setdefault(rival.name, []).append(rival.run)
        jobs = {name: lambda runs=runs: [run() for run in runs] for name, runs in by_name.items()}
        jobs[BESIDE] = bench_product.many(days, table, threads)
        seconds[threads] = interleaved(jobs, report.rounds(5))
    for name in seconds[1]:
        ratios = (ratio(seconds[t][name], seconds[t][PRODUCT]) for t in THREADS)
        rows.append((name, *(duration(seconds[t][name]) for t in THREADS), *ratios))
    report.figures["scaling month"] = seconds[1][BESIDE] / seconds[2][BESIDE]
    columns = ("", "1 thread", "2 threads", "÷ `sweep_day`, 1", "÷ `sweep_day`, 2")
    report.add("month", Table(f"{len(days)} days × 1,000 sets, bars in memory", columns, rows))
