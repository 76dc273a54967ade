"""What the tabs of text hold, as tables for a spreadsheet: a name, titles, and rows of values in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from bayescore.report.trust import figures
from bayescore_tui.model.evidence import EvidenceGrid
from bayescore_tui.model.run_model import RunModel


class SheetTable(NamedTuple):
    """A table."""

    name: str
    header: list[str]
    rows: list[list[Any]]


def _fields(name: str, first: str, things: Sequence[tuple[Any, msgspec.Struct]]) -> SheetTable:
    """One row a struct, one column a plain field."""
    fields = [
        f
        for f in (things[0][1].__struct_fields__ if things else ())
        if not isinstance(getattr(things[0][1], f), list | dict | tuple | msgspec.Struct)
    ]
    return SheetTable(name, [first, *fields], [[key, *(getattr(t, f) for f in fields)] for key, t in things])


def summary_tables(model: RunModel) -> list[SheetTable]:
    """Every policy over the whole run, out of sample."""
    s = model.summary
    return [] if s is None else [_fields("policies", "name", list(s.policies.items()))]


def trust_tables(model: RunModel) -> list[SheetTable]:
    """What luck and search would give beside the result, as the tab says it."""
    s = model.summary
    return (
        []
        if s is None
        else [SheetTable("trust", ["figure", "value", "source"], [list(f) for f in figures(s)])]
    )


def regret_tables(model: RunModel) -> list[SheetTable]:
    """How the exits of the newest day were timed, and what other exits would have brought."""
    result = model.last
    if result is None:
        return []
    rules = [(k + 1, rule) for k, rule in enumerate(result.regret.rules)]
    return [_fields("regret", "date", [(result.date, result.regret)]), _fields("exits", "number", rules)]


def evidence_tables(model: RunModel, grid: EvidenceGrid | None) -> list[SheetTable]:
    """What stands highest and all candidates with what each came to on each day, and the experts' weights by day."""
    d = model.last.decision if model.last is not None else None
    if d is None:
        return []
    dates = list(grid.dates) if grid else []
    rivals = []
    for c in d.contenders:
        known = grid.days_of(c.candidate) if grid else ()
        params = msgspec.structs.astuple(c.params)
        rivals.append(
            [c.candidate, c.params == d.params, c.expected_currency, c.sd_currency, c.z, *params, *known]
        )
    fields = d.contenders[0].params.__struct_fields__ if d.contenders else ()
    head = ["candidate", "chosen", "expected_currency", "sd_currency", "z", *fields, *dates]
    names = list(d.weights)
    weights = [[r.date, *(dict(r.weights).get(name) for name in names)] for r in model.days]
    every = (
        [
            [k + 1, c, c == grid.chosen, *(None if v != v else v for v in days)]  # noqa: PLR0124 - NaN: not tried
            for k, (c, days) in enumerate(zip(grid.candidates, grid.net_ticks.tolist(), strict=True))
        ]
        if grid
        else []
    )
    return [
        SheetTable("rivals", head, rivals),
        SheetTable("candidates", ["rank", "candidate", "chosen", *dates], every),
        SheetTable("experts", ["date", *names], weights),
    ]
