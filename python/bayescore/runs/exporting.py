"""What a run holds as flat tables for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
import polars as pl

from bayescore.errors import DamagedError, RunError, UsageError
from bayescore.events import Pattern
from bayescore.fields import expected
from bayescore.runs import layout
from bayescore.runs.day_files import patterns_of_run
from bayescore.runs.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bayescore.runs.reader import RunReader

_KINDS = {int: pl.Int64, float: pl.Float64, float | None: pl.Float64, bool: pl.Boolean}
"""Of columns, by what a field holds; other fields are words."""


def export(run: RunReader, what: str) -> pl.DataFrame:
    """A table of a run.

    Parameters
    ----------
    run
        At least one day is finished.
    what
        ``trades``: of every policy, and the in-sample best's. ``days``: a row a date and policy. ``patterns``: after
        the last day. ``iterations``: every set of every day. ``evidence``: every cell that the evenings added, with
        the date it is about.

    Raises
    ------
    RunError
        If no day is finished, or a file is damaged.
    UsageError
        For another word.
    """
    if not run.finished_days():
        raise RunError(f"{run.path}: no finished day yet")
    tables: dict[str, Callable[[RunReader], pl.DataFrame]] = {
        "trades": lambda r: _daily(r, layout.TRADES),
        "days": _days,
        "patterns": lambda r: patterns_frame(patterns_of_run(r, 1_000_000)),
        "iterations": lambda r: _daily(r, layout.ITERATIONS),
        "evidence": _evidence,
    }
    if what not in tables:
        raise UsageError(f"--what {what}: {expected(what, tuple(tables))}")
    return tables[what](run)


def patterns_frame(patterns: Sequence[Pattern]) -> pl.DataFrame:
    """A row a pattern; without any, the columns all the same."""
    schema = {name: _KINDS.get(hint, pl.String) for name, hint in get_type_hints(Pattern).items()}
    return pl.DataFrame({name: [getattr(p, name) for p in patterns] for name in schema}, schema=schema)


def _daily(run: RunReader, name: str) -> pl.DataFrame:
    """A table of every day, the date in front."""
    parts = [
        read_table(run, date, name).select(pl.lit(date).alias("date"), pl.all())
        for date in run.finished_days()
    ]
    try:
        return pl.concat(parts)
    except pl.exceptions.PolarsError as error:
        raise DamagedError(f"{run.path}: {name} of its days do not go together ({error})") from None


def _days(run: RunReader) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for r in run.results():
        for name, p in r.policies.items():
            metrics = None if p.metrics is None else msgspec.to_builtins(p.metrics)
            params = None if p.params is None else msgspec.to_builtins(p.params)
            rows.append(
                {
                    "date": r.date,
                    "symbol": r.symbol,
                    "policy": name,
                    "headline": name == r.headline,
                    "bars": r.bars,
                    "valid_bars": r.valid_bars,
                    "barrier_ticks": r.barrier_ticks,
                    **(metrics or {}),
                    "cumulative_net_currency": p.cumulative_net_currency,
                    **{f"set_{k}": v for k, v in (params or {}).items()},
                }
            )
    # The first date was traded by nobody: its rows know fewer columns than the others.
    names = list(dict.fromkeys(name for row in sorted(rows, key=len, reverse=True) for name in row))
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], infer_schema_length=None)


def _evidence(run: RunReader) -> pl.DataFrame:
    """Cells with the evening that added them and the date that they are about."""
    dates = run.finished_days()
    frame = _daily(run, layout.EVIDENCE).rename({"date": "evening"})
    place = {date: k for k, date in enumerate(dates)}
    try:
        at = frame["evening"].replace_strict(place, return_dtype=pl.Int64) + frame["day"]
        about = [dates[k] if 0 <= k < len(dates) else None for k in at.to_list()]
    except pl.exceptions.PolarsError as error:
        raise DamagedError(f"{run.path}: {layout.EVIDENCE} is damaged ({error})") from None
    return frame.insert_column(1, pl.Series("date", about, dtype=pl.String))
