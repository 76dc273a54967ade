"""Measure how often the 80% interval of what a choice is expected to bring holds: a table of ``docs/validation.md``.

Months of practice data are trained whole. The set that each evening chose is then traded on all later days of its
month, each under the brain of the evening before it: the mean of those days is what it brought. Both intervals are held
against it, that of the days after choices (`Decision.expected_currency`) and that of the days the set was chosen by
(`Decision.evidence_currency`). What the later days leave open widens either. How volatile they are nobody knew: what
was brought is told in the noise of the days before. Worlds that the file holds are not made again.

    python tools/measure_expectation.py [--json expectation.json] [--worlds 12] [--kinds reversion:0.045 …] [--tables]
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

KINDS = ("reversion:0.0", "reversion:0.03", "reversion:0.045", "reversion:0.06", "session:0.06")
FIRST_SEED = 81_000
ITERATIONS, CANDIDATES = 100, 150
"""A reduced search, as in ``bayescore validate``: many worlds fit, and the best of two thousand still wins."""
LEAST_DAYS = 5
"""Later days that an evening needs to be counted."""
Z = 1.2816
WAYS = ("expected", "evidence")


def world(kind: str, edge: float, seed: int, days: int) -> list[dict[str, Any]]:
    """Train a month; for each evening with a set both expectations, and what the set brought on later days."""
    from bayescore import Config, _core
    from bayescore.choosing.chooser import JUDGED_BY
    from bayescore.data import load, synth
    from bayescore.training.control import TrainingControl
    from bayescore.training.learner import Learner
    from bayescore.training.walk import walk_day

    config = Config(iterations=ITERATIONS, history_candidates=CANDIDATES)
    with tempfile.TemporaryDirectory() as folder:
        bars = Path(folder) / "bars.parquet"
        synth.write(synth.generate(days=days, seed=seed, edge=edge, edge_kind=kind), bars)
        market = load([str(bars)], config)
    learner, control = Learner(config, market, 1), TrainingControl()
    decisions = [
        walk_day(learner, learner.prepare(day), index, control).result.decision
        for index, day in enumerate(market.days)
    ]
    value, found = market.instrument.tick_value, []
    for index, d in enumerate(decisions):
        later = [day.core for day in learner.chooser.days[index + 1 :]]
        if d.params is None or d.evidence_currency is None or len(later) < LEAST_DAYS:
            continue
        one = learner.design.space.table([d.params])
        before = _core.sweep_days([day.core for day in learner.chooser.days[: index + 1]], one, threads=1)
        swept = _core.sweep_days(later, one, threads=1)
        net = swept["net"][:, 0] / 1000 * value
        weights = 0.5 ** (np.arange(index, -1, -1) / JUDGED_BY)
        noise = math.sqrt(np.average(before["gross_sq"][:, 0], weights=weights))
        found.append(
            {
                "evening": index + 1,
                "trade": d.trade,
                "brought": float(net.mean()),
                "error": math.sqrt(float(swept["gross_sq"].sum())) * value / len(later),
                "louder": math.sqrt(swept["gross_sq"].mean()) / noise if noise else 1.0,
                "expected": [d.expected_currency, d.low_currency, d.high_currency],
                "evidence": [d.evidence_currency, d.evidence_low_currency, d.evidence_high_currency],
            }
        )
    return found


def table(found: dict[str, list[dict[str, Any]]]) -> str:
    """What has been measured, as Markdown."""
    ways = (
        "days after choices",
        "less than the low end",
        "bias, $",
        "own days",
        "less than the low end",
        "bias, $",
    )
    head = ("edge", "worlds", "evenings", *ways)
    lines = [head, ("---",) * len(head)]
    for kind in KINDS:
        worlds = [rows for key, rows in found.items() if key.startswith(f"{kind}/")]
        rows = [r for rows in worlds for r in rows if r["expected"][0] is not None]
        if rows:
            cells = [c for way in WAYS for c in _held(rows, way)]
            lines.append((kind.replace(":", " "), f"{len(worlds)}", f"{len(rows)}", *cells))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _held(rows: list[dict[str, Any]], way: str) -> tuple[str, str, str]:
    mean, low, high = np.array([r[way] for r in rows], np.float64).T
    brought, error = (
        np.array([r[name] / (r["louder"] or 1.0) for r in rows]) for name in ("brought", "error")
    )
    half = np.hypot((high - low) / 2, Z * error)
    inside = np.abs(brought - mean) <= half
    below = brought < mean - half
    bias = f"{(mean - brought).mean():+,.0f}".replace("-", "−")
    return f"{inside.mean():.2f}", f"{below.mean():.2f}", bias


def main() -> None:
    """Make the worlds that are missing, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, default=Path("expectation.json"), help="default %(default)s")
    parser.add_argument("--worlds", type=int, default=12, help="months of each kind (default %(default)s)")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), metavar="KIND:EDGE")
    parser.add_argument("--days", type=int, default=22, help="default %(default)s")
    parser.add_argument("--workers", type=int, default=2, help="processes (default %(default)s)")
    parser.add_argument("--tables", action="store_true", help="print what the file holds and make nothing")
    args = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = json.loads(args.json.read_text()) if args.json.exists() else {}
    jobs = [
        (f"{name}/{FIRST_SEED + k}", name.split(":")[0], float(name.split(":")[1]), FIRST_SEED + k)
        for k in range(args.worlds)
        for name in args.kinds
    ]
    missing = [] if args.tables else [job for job in jobs if job[0] not in found]
    if missing:
        with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
            running = {
                pool.submit(world, kind, edge, seed, args.days): key for key, kind, edge, seed in missing
            }
            for job in as_completed(running):
                found[running[job]] = job.result()
                args.json.write_text(json.dumps(found))
    print(table(found))


if __name__ == "__main__":
    main()
