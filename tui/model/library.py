"""What the start screen lists: runs of a folder, and data files nearby."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec

from bayescore.errors import RunError
from bayescore.runs.listing import list_runs
from bayescore.runs.reader import RunReader
from bayescore_tui.sources.follow import judge
from bayescore_tui.sources.messages import State

DATA_SUFFIXES = {".parquet", ".pq", ".parq"}
MOST_RUNS = 200
MOST_FILES = 500


class RunInfo(msgspec.Struct, frozen=True):
    """A run in one line."""

    path: Path
    name: str
    symbol: str
    days_done: int
    days: int
    state: State | None
    """``None``: the run cannot be read, `problem` says why."""
    changed: float
    """Unix seconds."""
    net: float | None
    """Headline net out of sample, of the days that are done."""
    currency: str
    data: tuple[str, ...]
    config: dict[str, Any]
    """Configuration of the run, as its header has it."""
    iterations: int
    seed: int
    problem: str = ""


class FileInfo(msgspec.Struct, frozen=True):
    """A data file in one line."""

    path: Path
    size: int
    changed: float


def find_runs(root: Path, now: float | None = None) -> list[RunInfo]:
    """Runs below a checkpoint directory, the most recently changed first."""
    now = time.time() if now is None else now
    found = []
    for run in list_runs(root)[:MOST_RUNS]:
        changed = max(
            (p.stat().st_mtime for p in (run.path / "events.jsonl", run.path / "run.json") if p.exists()),
            default=0.0,
        )
        try:
            header, days = run.header(), run.finished_days()
            held, live = run.being_written(), run.live()
            summary = run.summary()
            net = summary.policies[summary.headline].net_currency if summary else _net_after(run, days)
        except (RunError, OSError) as error:
            found.append(
                RunInfo(run.path, run.name, "", 0, 0, None, changed, None, "", (), {}, 0, 0, str(error))
            )
            continue
        found.append(
            RunInfo(
                path=run.path,
                name=run.name,
                symbol=header.started.symbol,
                days_done=len(days),
                days=len(header.started.dates),
                state=judge(live, summary is not None, now, held).state,
                changed=changed,
                net=net,
                currency=header.started.currency,
                data=tuple(header.data),
                config=header.config,
                iterations=header.started.iterations,
                seed=header.started.seed,
            )
        )
    return sorted(found, key=lambda r: (-r.changed, r.name))


def _net_after(run: RunReader, days: list[str]) -> float | None:
    """Cumulative net of the headline after the newest day; ``None`` before the first."""
    if not days:
        return None
    result = run.result(days[-1])
    return result.policies[result.headline].cumulative_net_currency  # the reader has looked that it is there


def find_data(folders: list[Path]) -> list[FileInfo]:
    """Parquet files directly in some folders, by name."""
    found: dict[Path, FileInfo] = {}
    for folder in folders:
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for path in entries[:MOST_FILES]:
            if path.suffix.lower() in DATA_SUFFIXES and path.is_file():
                stat = path.stat()
                found.setdefault(path.resolve(), FileInfo(path, stat.st_size, stat.st_mtime))
    return sorted(found.values(), key=lambda f: str(f.path))
