"""Measure choosing on worlds with a known truth: ``make worlds`` prints the table of ``docs/choosing.md``.

Every world is a month (or two) of practice data with an edge of one kind and size, trained whole, without files that
stay. Shown is what each policy earned out of sample, and its share of H: the best of all candidates of the last evening
on all days under their frozen brains, which is hindsight and holds its luck.

    python tools/make_worlds.py [--seeds 20] [--first-seed 9000] [--days 22] [--kinds reversion:0.03 none:0 …]
    python tools/make_worlds.py --with search.FIRST_HEAT=2        # a variant: a constant of bayescore.choosing
"""

from __future__ import annotations

import argparse
import ast
import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

WORLDS = (
    "none:0", "reversion:0.03", "reversion:0.045", "reversion:0.06", "continuation:0.045", "session:0.06",
    "side:0.06", "dying:0.06", "turning:0.06", "two:0.045",
)  # fmt: skip # the kinds and sizes of the table
SHOWN = ("decision", "memory_2", "memory_10", "memory_all", "designs", "odds", "panel", "day_best", "median")


def vary(changes: list[str]) -> None:
    """Give constants of the choosing room other values, in this process only."""
    for change in changes:
        where, value = change.split("=")
        module, name = where.rsplit(".", 1)
        room = import_module(f"bayescore.choosing.{module}")
        if not hasattr(room, name):
            raise SystemExit(f"--with {change}: bayescore.choosing.{module} has no {name}")
        setattr(room, name, ast.literal_eval(value))


def world(kind: str, edge: float, seed: int, days: int, changes: list[str]) -> dict[str, Any]:
    """Train one world; what every policy earned, H, and how each evening decided."""
    vary(changes)
    from bayescore import BayesianTrainingOrchestrator, Config
    from bayescore.data import synth

    with tempfile.TemporaryDirectory() as folder:
        bars = Path(folder) / "bars.parquet"
        planted = "reversion" if kind == "none" else kind
        synth.write(synth.generate(days=days, seed=seed, edge=edge, edge_kind=planted), bars)
        run = BayesianTrainingOrchestrator(Config(), checkpoint_dir=folder, run="world", threads=1)
        summary = run.train(bars)
        assert run.learner is not None and run.directory is not None
        results = run.directory.results()
        net = run.learner.chooser.evidence.net[1:].sum(axis=0) / 1000 * summary.tick_value
    after = [r.policies["decision"].metrics for r in results[days // 2 :]]
    earning = next((k for k in range(len(after)) if _total(after[k : k + 3]) >= 0), len(after))
    return {
        "H": float(net.max()),
        "policies": {name: p.net_currency for name, p in summary.policies.items()},
        "flat": float(np.mean([not r.decision.trade for r in results[:-1]])),
        "recovered": earning,
    }


def _total(days: list[Any]) -> float:
    return float(sum(m.net_currency for m in days if m is not None))


def table(found: dict[str, list[dict[str, Any]]]) -> str:
    """The measured worlds as Markdown."""
    lines = [
        "| world | n | H | " + " | ".join(SHOWN) + " | flat | days to recover |",
        "|---" * (len(SHOWN) + 5) + "|",
    ]
    for name, worlds in found.items():
        best = np.array([w["H"] for w in worlds])
        cells = []
        for policy in SHOWN:
            x = np.array([w["policies"][policy] for w in worlds])
            error = x.std(ddof=1) / np.sqrt(len(x)) if len(x) > 1 else float("nan")
            cells.append(f"{x.mean():,.0f} ± {error:,.0f} ({100 * x.sum() / best.sum():.0f}%)")
        flat = np.mean([w["flat"] for w in worlds])
        turned = name.startswith(("turning", "dying"))
        recovered = f"{np.mean([w['recovered'] for w in worlds]):.1f}" if turned else "–"
        lines.append(
            f"| {name} | {len(worlds)} | {best.mean():,.0f} | "
            + " | ".join(cells)
            + f" | {flat:.0%} | {recovered} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the worlds beside each other and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=20, help="worlds of each kind (default %(default)s)")
    parser.add_argument("--first-seed", type=int, default=9000, help="default %(default)s")
    parser.add_argument("--days", type=int, default=22, help="default %(default)s")
    parser.add_argument("--kinds", nargs="*", default=list(WORLDS), metavar="KIND:EDGE")
    parser.add_argument("--with", dest="changes", action="append", default=[], metavar="MODULE.NAME=VALUE")
    parser.add_argument("--workers", type=int, default=2, help="processes (default %(default)s)")
    parser.add_argument("--json", type=Path, help="also write every world's figures here")
    args = parser.parse_args()
    jobs = [
        (name, name.split(":")[0], float(name.split(":")[1]), args.first_seed + k)
        for k in range(args.seeds)
        for name in args.kinds
    ]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in args.kinds}
    with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
        running = [
            (name, pool.submit(world, kind, edge, seed, args.days, args.changes))
            for name, kind, edge, seed in jobs
        ]
        for name, job in running:
            found[name].append(job.result())
            if args.json:
                args.json.write_text(json.dumps(found))
    print(table({name: worlds for name, worlds in found.items() if worlds}))


if __name__ == "__main__":
    main()
