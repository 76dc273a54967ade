"""Two runs on disk, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bayescore.errors import UsageError
from bayescore.fields import nearest
from bayescore.results.comparison import compare, differences
from bayescore.runs import layout
from bayescore.runs.records import DayManifest, decode

if TYPE_CHECKING:
    from bayescore.results.comparison import Comparison
    from bayescore.runs.reader import RunReader

_FACTS = ("instrument", "currency", "tick_size", "tick_value")


def compare_runs(a: RunReader, b: RunReader, policy: str | None = None) -> Comparison:
    """What sets two runs apart.

    Parameters
    ----------
    a, b
        The runs.
    policy
        Whose days are compared; the headline of each run if not given.

    Raises
    ------
    RunError
        If one cannot be read.
    UsageError
        For a policy that one does not have.
    """
    headers, results = (a.header(), b.header()), (a.results(), b.results())
    for run, days in zip((a, b), results, strict=True):
        known = days[-1].policies if days else {}
        if policy is not None and days and policy not in known:
            near = nearest(policy, known)
            hint = f"; did you mean {near}?" if near else ""
            raise UsageError(f"--policy {policy}: {run.name} has {', '.join(known)}{hint}")
    facts = [
        {
            "version": h.version,
            **{name: getattr(h.started, name) for name in _FACTS},
            **h.config,
        }
        for h in headers
    ]
    common = {r.date for r in results[0]} & {r.date for r in results[1]}
    other = [d for d in sorted(common) if _bars(a, d) != _bars(b, d)]
    started = (headers[0].started, headers[1].started)
    differing = differences(msgspec.to_builtins(facts[0]), msgspec.to_builtins(facts[1]))
    names = (a.name, b.name) if a.name != b.name else (str(a.path), str(b.path))
    return compare(names, started, results, policy, differing, other)


def _bars(run: RunReader, date: str) -> str:
    where = run.path / layout.DAYS / date / layout.MANIFEST
    return decode(run.read(date, layout.MANIFEST), DayManifest, where).bars
