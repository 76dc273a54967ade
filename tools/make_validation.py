"""Measure how often statistics are right on worlds with a known truth: the tables of ``docs/validation.md``.

Three studies. ``rule`` gives the verdict daily P&L with a mean of zero and counts alarms; no market is involved.
``brain`` makes months of practice data and learns them, without trading: stars and the 80% intervals of the odds.
``whole`` trains the whole pipeline on such months: verdict, regret's exit rules, and two rules of thumb.
Worlds that the file holds already are not made again, so the study can be stopped and taken up.

    python tools/make_validation.py [--json validation.json] [--brain 200] [--whole 200] [--edge-worlds 40] [--tables]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bayescore.config import Config
    from bayescore.data import MarketData

World = dict[str, Any]
Row = tuple[object, ...]

EDGES = (0.0, 0.03, 0.045, 0.06)
FIRST_SEED = 70_000
ITERATIONS = 200
"""Sets a day in the whole pipeline, as in ``bayescore validate``."""
DRAWS = 4_000
RUNGS = ("suggestive", "evidence")
OTHERS = ("memory_5", "memory_10", "panel")
"""Policies that trade nearly every day, judged beside the decision, which may stay flat."""
ENOUGH_TRUTH = 5
"""The truth of a state is known where its variance is this many times smaller than the odds'."""


def _practice(edge: float, seed: int, days: int, config: Config) -> MarketData:
    from bayescore.data import load, synth

    with tempfile.TemporaryDirectory() as folder:
        bars = Path(folder) / "bars.parquet"
        synth.write(synth.generate(days=days, seed=seed, edge=edge), bars)
        return load([str(bars)], config)


def brain(edge: float, seed: int, days: int) -> World:
    """Learn a month; when stars appeared, and the odds of every state on its last evening."""
    from bayescore import Config
    from bayescore.learning.stars import RUNG
    from bayescore.training.learner import Learner

    config = Config()
    market = _practice(edge, seed, days, config)
    learner = Learner(config, market, 1)
    stars = []
    for day in market.days:
        learner.learn(learner.prepare(day))
        stars.append(len(learner.stars.stars))
    table = learner.brain.leaf_table(RUNG)
    space = learner.space
    own = [leaf for leaf in range(space.n_leaves) if leaf < space.mirror_leaf(leaf)]
    odds = {name: np.round(np.asarray(table[name])[own], 3).tolist() for name in ("ups", "downs", "a", "b")}
    return {"stars": stars, **odds}


def whole(edge: float, seed: int, days: int) -> World:
    """Train the whole pipeline on a month; what every statistic said."""
    from bayescore import Config
    from bayescore.results.statistics import annualised_sharpe
    from bayescore.results.summary import headline_verdict
    from bayescore.training.control import TrainingControl
    from bayescore.training.learner import Learner
    from bayescore.training.walk import walk_day

    config = Config(iterations=ITERATIONS)
    market = _practice(edge, seed, days, config)
    learner, control = Learner(config, market, 1), TrainingControl()
    results, easy = [], 0
    for index, day in enumerate(market.days):
        outcome = walk_day(learner, learner.prepare(day), index, control)
        results.append(outcome.result)
        trades, wins = (np.asarray(outcome.search.totals[name]) for name in ("trades", "wins"))
        easy += bool(((trades >= 10) & (wins >= 0.8 * trades)).any())
    net, _ = learner.evidence_currency()
    sharpes = [s for x in net.T if (s := annualised_sharpe(x)) is not None]
    value, currency = market.instrument.tick_value, market.instrument.currency
    last = results[-1].verdict
    assert last is not None
    return {
        "rungs": [r.verdict.rung for r in results if r.verdict is not None],
        "traded_days": last.traded_days,
        "net": sum(d.metrics.net_currency for d in learner.record.headline_days if d.metrics is not None),
        "others": {
            p: headline_verdict([r.policies[p] for r in results], value, currency).rung for p in OTHERS
        },
        "rules": [[rule.found for rule in r.regret.rules] for r in results],
        "best_sharpe": max(sharpes, default=None),
        "days_with_easy_winner": easy,
    }


def rule(name: str, days: int) -> World:
    """Share of records with a mean of zero that the verdict takes for an edge, at the end and on any evening."""
    from bayescore.results.verdict import verdict

    rng = np.random.default_rng([7, days, sorted(SHAPES).index(name)])
    ends, ever = dict.fromkeys(RUNGS, 0), dict.fromkeys(RUNGS, 0)
    for _ in range(DRAWS):
        x = SHAPES[name](rng, days)
        # Every evening costs a verdict; evenings matter most in short records.
        seen = [verdict(x[:k]).rung for k in range(1, days + 1)] if days <= 22 else [verdict(x).rung]
        for rung in RUNGS:
            above = RUNGS[RUNGS.index(rung) :]
            ends[rung] += seen[-1] in above
            ever[rung] += any(s in above for s in seen)
    return {"end": ends, "ever": ever if days <= 22 else None, "draws": DRAWS}


SHAPES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "heavy tails (t, 3)": lambda rng, n: rng.standard_t(3, n),
    "many small gains, few large losses": lambda rng, n: 1 - rng.exponential(1, n),
    "many small losses, few large gains": lambda rng, n: rng.exponential(1, n) - 1,
}
"""Daily P&L with a mean of zero."""


def share(hits: int, n: int) -> str:
    """``3/200 (0.4–4.3%)``: a count and its 95% interval (Wilson)."""
    from bayescore.results.statistics import wilson

    low, high = (100 * float(x) for x in wilson(hits / n, n))
    return f"{hits}/{n}, {100 * hits / n:.1f}% ({low:.1f}–{high:.1f})"


def coverage(edge: float, worlds: list[World]) -> Row:
    """How often the 80% interval of a state's odds holds the truth; the truth is that of the other worlds."""
    from scipy.special import betaincinv

    ups, downs, a, b = (
        np.array([w[name] for w in worlds], np.float64) for name in ("ups", "downs", "a", "b")
    )
    n = ups + downs
    mean = a / (a + b)
    variance = mean * (1 - mean) / (a + b + 1)
    truth, error = np.full_like(mean, 0.5), np.zeros_like(mean)
    if edge:
        others = n.sum(axis=0) - n
        with np.errstate(divide="ignore", invalid="ignore"):
            truth = (ups.sum(axis=0) - ups) / others
            error = truth * (1 - truth) / others
    use = (n >= 1) & np.isfinite(truth) & (error * ENOUGH_TRUTH <= variance)
    if not use.any():
        return edge, len(worlds), "0", "–", "–"
    wider = np.sqrt(1 + np.where(use, error, 0) / variance)
    low, high = (mean + (betaincinv(a, b, q) - mean) * wider for q in (0.1, 0.9))
    inside = (low <= truth) & (truth <= high)
    states, labels = inside[use].mean(), (inside * n)[use].sum() / n[use].sum()
    return edge, len(worlds), f"{use.sum():,}", f"{states:.3f}", f"{labels:.3f}"


def tables(found: dict[str, World]) -> str:
    """What has been measured, as Markdown."""
    kinds: dict[str, dict[float, list[World]]] = defaultdict(lambda: defaultdict(list))
    rules: list[tuple[str, str, World]] = []
    for key in sorted(found):
        kind, name, last = key.split("/")
        if kind == "rule":
            rules.append((name, last, found[key]))
        else:
            kinds[kind][float(name)].append(found[key])
    parts = (
        _table(
            ("daily P&L", "days", "suggestive or evidence", "evidence", "on any evening"),
            map(_of_rule, rules),
        ),
        _table(
            ("edge", "worlds", "a star on any evening", "on the last", "first (median evening)"),
            (_stars(edge, worlds) for edge, worlds in sorted(kinds["brain"].items())),
        ),
        _table(
            ("edge", "worlds", "intervals", "hold the truth", "weighted by labels"),
            (coverage(edge, worlds) for edge, worlds in sorted(kinds["brain"].items()) if len(worlds) > 1),
        ),
        _table(
            (
                "edge",
                "worlds",
                "suggestive or evidence",
                "evidence",
                "on any evening",
                "always flat",
                "net ± SE",
            ),
            (_verdicts(edge, worlds) for edge, worlds in sorted(kinds["whole"].items()) if len(worlds) > 1),
        ),
        _table(
            ("share of worlds", *(f"edge {edge}" for edge in sorted(kinds["whole"]))),
            zip(OTHER_RULES, *(_others(worlds) for _, worlds in sorted(kinds["whole"].items())), strict=True),
        ),
    )
    return "\n\n".join(parts)


def _table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _of_rule(measured: tuple[str, str, World]) -> Row:
    name, days, w = measured
    n = w["draws"]
    ever = share(w["ever"]["suggestive"], n) if w["ever"] else "–"
    return name, days, *(share(w["end"][r], n) for r in RUNGS), ever


def _stars(edge: float, worlds: list[World]) -> Row:
    first = [next(k + 1 for k, s in enumerate(w["stars"]) if s) for w in worlds if any(w["stars"])]
    n = len(worlds)
    last = sum(w["stars"][-1] > 0 for w in worlds)
    return edge, n, share(len(first), n), share(last, n), f"{np.median(first):.0f}" if first else "–"


def _verdicts(edge: float, worlds: list[World]) -> Row:
    n = len(worlds)
    end = (share(sum(w["rungs"][-1] in RUNGS[k:] for w in worlds), n) for k in (0, 1))
    ever = sum(any(r in RUNGS for r in w["rungs"]) for w in worlds)
    flat = sum(w["traded_days"] == 0 for w in worlds)
    net = np.array([w["net"] for w in worlds])
    error = net.std(ddof=1) / np.sqrt(n)
    return edge, n, *end, share(ever, n), share(flat, n), f"{net.mean():,.0f} ± {error:,.0f}"


OTHER_RULES: dict[str, Callable[[World], bool]] = {
    **{f"`{p}`: suggestive or evidence": partial(lambda p, w: w["others"][p] in RUNGS, p) for p in OTHERS},
    "an exit rule found on the last evening": lambda w: any(w["rules"][-1]),
    "an exit rule found on any evening": lambda w: any(map(any, w["rules"])),
    "best in-sample Sharpe above 2": lambda w: (w["best_sharpe"] or 0) > 2,
    "a set with 10 trades and 80% wins on some day": lambda w: w["days_with_easy_winner"] > 0,
}
"""What else is counted over the worlds of the whole pipeline."""


def _others(worlds: list[World]) -> list[str]:
    return [share(sum(map(holds, worlds)), len(worlds)) for holds in OTHER_RULES.values()]


def jobs(args: argparse.Namespace) -> list[tuple[str, Callable[..., World], tuple[Any, ...]]]:
    """Key, function and arguments of everything to be measured, interleaved so that a part is a fair part."""
    out: list[tuple[str, Callable[..., World], tuple[Any, ...]]] = [
        (f"rule/{name}/{days}", rule, (name, days)) for name in SHAPES for days in (22, 60)
    ]
    studies: tuple[tuple[str, Callable[..., World], int], ...] = (
        ("brain", brain, args.brain),
        ("whole", whole, args.whole),
    )
    for k in range(max(args.brain, args.whole)):
        seed = FIRST_SEED + k
        out += [
            (f"{kind}/{edge}/{seed}", function, (edge, seed, args.days))
            for kind, function, most in studies
            for edge in EDGES
            if k < (most if edge == 0 else min(most, args.edge_worlds))
        ]
    return out


def main() -> None:
    """Make the worlds that are missing, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, default=Path("validation.json"), help="default %(default)s")
    parser.add_argument("--brain", type=int, default=200, help="months without an edge learned")
    parser.add_argument("--whole", type=int, default=200, help="months without an edge trained whole")
    parser.add_argument(
        "--edge-worlds", type=int, default=40, help="most months of each edge, of either study"
    )
    parser.add_argument("--days", type=int, default=22, help="default %(default)s")
    parser.add_argument("--workers", type=int, default=2, help="processes (default %(default)s)")
    parser.add_argument("--tables", action="store_true", help="print what the file holds and make nothing")
    args = parser.parse_args()
    found: dict[str, World] = json.loads(args.json.read_text()) if args.json.exists() else {}
    missing = [] if args.tables else [job for job in jobs(args) if job[0] not in found]
    if missing:
        with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
            running = {pool.submit(function, *given): key for key, function, given in missing}
            for job in as_completed(running):
                found[running[job]] = job.result()
                written = args.json.with_suffix(".part")
                written.write_text(json.dumps(found))
                written.replace(args.json)
    print(tables(found))


if __name__ == "__main__":
    main()
