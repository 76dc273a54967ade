"""Two runs side by side, as the screen holds them: the comparison, and the course of both over the same days."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec

from bayescore.results.comparison import Comparison
from bayescore.runs.comparing import compare_runs
from bayescore.runs.reader import RunReader


class Versus(msgspec.Struct, frozen=True):
    """A comparison and what it needs to be drawn."""

    comparison: Comparison
    cumulative: tuple[tuple[float, ...], ...]
    """Net currency so far of each run, over the days that both traded out of sample."""


def read_versus(a: Path, b: Path) -> Versus:
    """Compare two runs on disk.

    Raises
    ------
    RunError
        If one cannot be read.
    """
    runs = RunReader(a), RunReader(b)
    found = compare_runs(*runs)
    wanted, courses = set(found.days), []
    for run in runs:
        heads = [r.policies[r.headline].metrics for r in run.results() if r.date in wanted]
        courses.append(tuple(itertools.accumulate(m.net_currency for m in heads if m is not None)))
    return Versus(found, tuple(courses))
