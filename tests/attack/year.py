"""A year as a trader has it: a file one date longer every evening, resumed, killed now and then; the bytes of one run.

``python -m tests.attack.year [--dates 250] [--kills 10] [--folder F]``; about a second an evening. With ``--folder`` the
work is kept there, and a second call goes on where the first was left.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
from pathlib import Path

import polars as pl

from tests.attack.bad_data import edges, trade_date
from tests.attack.shim import build
from tests.attack.zygote import Zygote
from tests.run_files import contents


def bars_of_dates(zygote: Zygote, folder: Path, dates: int) -> pl.DataFrame:
    """The edges of many trade dates of practice data."""
    kept = folder / "edges.parquet"
    if not kept.exists():
        whole = folder / "whole.parquet"
        made = zygote.run(["synth", str(whole), "--days", str(dates), "--edge", "0.05", "--force"])
        assert made.code == 0, made.err
        edges(whole).write_parquet(kept)
        whole.unlink()
    return pl.read_parquet(kept)


def year(folder: Path, dates: int, kills: int) -> list[str]:
    """Train evening by evening and at once; what differs."""
    with Zygote(build(folder)) as zygote:
        bars = bars_of_dates(zygote, folder, dates)
        starts = bars.select(trade_date().unique().sort()).to_series().to_list()
        data = folder / "bars.parquet"

        def train(root: Path, *, resume: bool, **strike: object) -> tuple[int, str]:
            arguments = [
                "train",
                "--data",
                str(data),
                "-n",
                "20",
                "-i",
                "MNQ",
                "--run",
                "r",
                "--threads",
                "1",
            ]
            arguments += ["-q", "--checkpoint-dir", str(root), *(["--resume"] if resume else [])]
            ended = zygote.run(arguments, under=root, **strike)  # type: ignore[arg-type]
            return ended.code, ended.err.strip()

        rng = random.Random(1)
        struck = set(rng.sample(range(2, len(starts)), kills))
        grown, killed, begun = folder / "grown", 0, time.monotonic()
        for evening in range(1, len(starts) + 1):
            done = grown / "r" / "days"
            if done.is_dir() and len([p for p in done.iterdir() if p.name[0] == "2"]) >= evening:
                continue  # a call before this one had got here
            bars.filter(trade_date() <= starts[evening - 1]).write_parquet(data)
            resume = (grown / "r" / "run.json").exists()
            if evening in struck:
                code, _ = train(grown, resume=resume, at=rng.randint(1, 40), signal=signal.SIGKILL)
                killed += code == -signal.SIGKILL
            code, said = train(grown, resume=resume)
            if code:
                return [f"evening {evening}: exit code {code}: {said}"]
            if evening % 25 == 0:
                print(f"{evening} evenings, {time.monotonic() - begun:.0f} s, {killed} killed", flush=True)
        bars.write_parquet(data)
        once = folder / "once"
        code, said = train(once, resume=(once / "r" / "run.json").exists())
        if code:
            return [f"at once: exit code {code}: {said}"]
        found, wanted = contents(grown / "r"), contents(once / "r")
        print(f"{len(starts)} evenings, {killed} killed, {len(wanted):,} files compared", flush=True)
        return sorted(n for n in found.keys() | wanted.keys() if found.get(n) != wanted.get(n))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attack.year")
    parser.add_argument("--dates", type=int, default=250)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bayescore-year-") as made:
        folder = chosen.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        wrong = year(folder, chosen.dates, chosen.kills)
    print("\n".join(wrong) or "the same bytes")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
