"""How the sweep grows with bars, sets, days and cores; a section of `make bench`, with the picture beside its table."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bench_product
from bench_days import DAY_BARS, MONTH_SEEDS, make_day
from bench_harness import PAGE, Report, Table, digits, duration, interleaved
from bench_sets import design_sets

PICTURE = "scaling.svg"
BARS = (10_000, 20_000, 40_000, 80_000)
SETS = (10, 100, 1000, 10_000)
DAYS = (1, 2, 4, 8, 16)
CORES = (1, 2, 4, 8, 16, 64)
MEASURED_CORES = 2


def scaling(report: Report) -> None:
    """Measured growth, and what more cores would bring by Amdahl's law."""
    many = design_sets(SETS[-1])
    some = {name: column[:1000].copy() for name, column in many.items()}
    day = make_day()
    states = bench_product.states(day)
    sizes: dict[tuple[str, int], Callable[[], Any]] = {}
    for bars in BARS:
        other = make_day(bars=bars)
        sizes["bars", bars] = partial(bench_product.sweep, other, bench_product.states(other), some, 1)
    for n in SETS:
        table = {name: column[:n].copy() for name, column in many.items()}
        sizes["sets", n] = partial(bench_product.sweep, day, states, table, 1)
    days = [make_day(seed) for seed in MONTH_SEEDS[: DAYS[-1]]]
    for n in DAYS:
        sizes["days", n] = bench_product.many(days[:n], some, MEASURED_CORES)
    sizes["cores", 1] = bench_product.many(days, some, 1)
    sizes["cores", 2] = sizes["days", DAYS[-1]]
    found = interleaved({f"{what} {n}": job for (what, n), job in sizes.items()}, report.rounds(7))
    seconds = {key: found[f"{key[0]} {key[1]}"] for key in sizes}
    parallel = 2 * (1 - seconds["cores", 2] / seconds["cores", 1])
    amdahl = {n: seconds["cores", 1] * ((1 - parallel) + parallel / n) for n in CORES}
    rows = [
        (f"{n:,} {what}", duration(seconds[what, n]), _unit(what, n, seconds[what, n])) for what, n in sizes
    ]
    rows += [
        (f"{n} cores, by Amdahl's law", duration(amdahl[n]), f"{digits(amdahl[1] / amdahl[n])}×")
        for n in CORES[2:]
    ]
    note = (
        f"Bars: 1,000 design sets, 1 thread. Sets: {DAY_BARS:,} bars, 1 thread. Days: `sweep_days`, 2 threads. "
        f"Cores: {DAYS[-1]} days; two threads leave {100 * (1 - parallel):.1f}% that does not become less with cores. "
        "More than two cores were not measured."
    )
    report.add("scaling", Table("Growth of the sweep", ("", "time", "each, or times one core"), rows, note))
    points = [{"what": what, "n": n, "ms": 1000 * s, "kind": "measured"} for (what, n), s in seconds.items()]
    points += [{"what": "cores", "n": n, "ms": 1000 * s, "kind": "Amdahl"} for n, s in amdahl.items()]
    _draw(points, PAGE.parent / "images" / PICTURE)


def _unit(what: str, n: int, seconds: float) -> str:
    return f"{digits(seconds * 1e6 / n)} µs" if what != "cores" else ""


def _draw(points: list[dict[str, Any]], to: Path) -> None:
    """Four panels on logarithmic axes: a straight line at 45° is time in proportion."""
    try:
        import vl_convert
    except ImportError:
        print(f"{to.name} is not drawn: vl-convert-python is not installed")
        return
    axis = {"type": "quantitative", "scale": {"type": "log"}, "axis": {"tickCount": 4}}
    panel = {
        "width": 150,
        "height": 150,
        "layer": [
            {
                "mark": {"type": "line", "strokeDash": [4, 4]},
                "transform": [{"filter": "datum.kind == 'Amdahl'"}],
            },
            {"mark": {"type": "line", "point": True}, "transform": [{"filter": "datum.kind == 'measured'"}]},
        ],
        "encoding": {
            "x": {"field": "n", "title": None, **axis},
            "y": {"field": "ms", "title": "milliseconds", **axis},
        },
    }
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "data": {"values": points},
        "facet": {"field": "what", "sort": ["bars", "sets", "days", "cores"], "title": None},
        "columns": 4,
        "spec": panel,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }
    to.write_text(vl_convert.vegalite_to_svg(json.dumps(chart)), encoding="utf-8")
