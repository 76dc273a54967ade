"""Measure how often statistics are right on worlds with a known truth: tables and plots of ``docs/validation.md``.

``rule`` and ``search`` give the statistics daily P&L with a mean of zero; no market is involved. ``brain`` makes months
of practice data and learns them, without trading. ``whole`` trains the whole pipeline on such months, without an edge
and with edges of several sizes and kinds; ``luck`` asks for the p-value of ``bayescore validate``, ``exits`` what
regret's exit rules say of sets that leave too early. Worlds that the file holds already are not made again, so the
study can be stopped and taken up.

    python -m tools.make_validation [--none 200] [--sizes 16] [--kinds 8] [--luck 8] [--json validation.json]
    python -m tools.make_validation --tables [--write docs/validation.md [--only TABLE …]] [--plots docs/images]
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.validation import worlds
from tools.validation.exits import exits
from tools.validation.tables import tables, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tools.validation.worlds import World

    Job = tuple[str, Callable[..., World], tuple[Any, ...]]

FIRST_SEED = 70_000
LOOKED_BACK = 10
"""Dates after which exit rules are asked: as many as they look back upon."""
LATER = 12
"""The p-values of a world come so many worlds after it: they take longest, and a study that is stopped has more use of
the rest."""


def jobs(args: argparse.Namespace) -> list[Job]:
    """Key, function and arguments of everything to be measured, interleaved so that a part is a fair part."""
    out: list[Job] = []

    def months(kind: str, function: Callable[..., World], names: tuple[str, ...], k: int) -> Iterator[Job]:
        seed, days = FIRST_SEED + k, LOOKED_BACK if kind == "exits" else args.days
        return ((f"{kind}/{name}/{seed}", function, (name, seed, days)) for name in names)

    most = max(args.none, args.sizes, args.kinds, args.brain, args.exits, args.luck + LATER)
    for k in range(most):
        for kind, function, names, wanted in (
            ("whole", worlds.whole, (worlds.NONE,), args.none),
            ("brain", worlds.brain, (worlds.NONE, *worlds.SIZES), args.brain),
            ("whole", worlds.whole, worlds.SIZES, args.sizes),
            ("whole", worlds.whole, worlds.KINDS, args.kinds),
            ("exits", exits, (worlds.NONE,), args.exits),
            ("exits", exits, worlds.SIZES[1:], args.exits // 4),
        ):
            if k < wanted:
                out += months(kind, function, names, k)
        if LATER <= k < args.luck + LATER:
            out += months("luck", worlds.luck, worlds.SIZES[:3], k - LATER)
    return out + [
        (f"{kind}/{name}/{days}", function, (name, days))
        for kind, function in (("rule", worlds.rule), ("search", worlds.search_rule))
        for name in worlds.SHAPES
        for days in (22, 60)
    ]


def main() -> None:
    """Make the worlds that are missing, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, default=Path("validation.json"), help="default %(default)s")
    parser.add_argument("--none", type=int, default=200, help="months without an edge (default %(default)s)")
    parser.add_argument("--sizes", type=int, default=16, help="months of each size of reversion")
    parser.add_argument("--kinds", type=int, default=8, help="months of each other kind of edge")
    parser.add_argument("--luck", type=int, default=8, help="months of each size whose p-value is asked for")
    parser.add_argument("--brain", type=int, default=0, help="months of each size that are only learned")
    parser.add_argument(
        "--exits", type=int, default=0, help="months of fixed exits; a quarter as many of each size"
    )
    parser.add_argument("--days", type=int, default=22, help="default %(default)s")
    parser.add_argument("--workers", type=int, default=2, help="processes (default %(default)s)")
    parser.add_argument("--tables", action="store_true", help="print what the file holds and make nothing")
    parser.add_argument("--write", type=Path, help="also put the tables in their places in this page")
    parser.add_argument("--only", nargs="+", metavar="TABLE", help="write no other tables than these")
    parser.add_argument("--plots", type=Path, help="also draw it, into this folder (needs matplotlib)")
    args = parser.parse_args()
    found: dict[str, World] = json.loads(args.json.read_text()) if args.json.exists() else {}
    missing = [] if args.tables else [job for job in jobs(args) if job[0] not in found]
    if missing:
        with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
            running = {pool.submit(function, *given): key for key, function, given in missing}
            for job in as_completed(running):
                found[running[job]] = job.result()
                part = args.json.with_suffix(".part")
                part.write_text(json.dumps(found))
                part.replace(args.json)
    print("\n\n".join(tables(found).values()))
    if args.write:
        args.write.write_text(written(args.write.read_text(), found, args.only))
    if args.plots:
        from tools.validation.plots import draw

        draw(found, args.plots)


if __name__ == "__main__":
    main()
