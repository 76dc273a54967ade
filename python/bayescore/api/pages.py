"""Runs, patterns and progress as text and as HTML for notebooks. Every outside text is escaped here."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from bayescore.errors import RunError
from bayescore.escape import html
from bayescore.report.console import PLAIN_WIDTH, SafeConsole
from bayescore.report.sheet import Column, Sheet
from bayescore.report.summary_text import brief_summary
from bayescore.report.tables import joined_policies, pattern_table
from bayescore.report.wording import (
    POLICY_NAMES,
    STARRED,
    UNSTARRED,
    duration,
    money,
    percent,
    tomorrow_lines,
    unsigned,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from bayescore import events
    from bayescore.api.runs import Run

_LEFT, _RIGHT = "text-align: left", "text-align: right; font-variant-numeric: tabular-nums"


def text(what: RenderableType) -> str:
    """As lines of a terminal of `PLAIN_WIDTH` columns, without colours."""
    out = io.StringIO()
    SafeConsole(file=out, width=PLAIN_WIDTH, force_terminal=True, color_system=None).print(what)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))


def table(sheet: Sheet) -> str:
    """A table as HTML."""
    styles = [_LEFT if column.words else _RIGHT for column in sheet.columns]
    heads = "".join(
        f'<th style="{style}">{html(column.title)}</th>'
        for column, style in zip(sheet.columns, styles, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="{style}">{html(cell.strip())}</td>' for cell, style in zip(row, styles, strict=True)
        )
        + "</tr>"
        for row in sheet.rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(f"<div>{html(line)}</div>" for line in lines)


# -- patterns ----------------------------------------------------------------------------------------------


def patterns_sheet(patterns: Sequence[events.Pattern]) -> Sheet:
    """Patterns as a table."""
    return pattern_table(patterns, f"{len(patterns)} patterns")


def patterns_html(patterns: Sequence[events.Pattern]) -> str:
    """Patterns as HTML, with what the stars mean."""
    note = STARRED if any(p.significant for p in patterns) else UNSTARRED
    return table(patterns_sheet(patterns)) + _paragraphs([note])


# -- runs --------------------------------------------------------------------------------------------------


def run_row(run: Run) -> dict[str, Any]:
    """What a list of runs tells of one; a damaged one tells what is wrong with it."""
    row: dict[str, Any] = dict.fromkeys(
        ("run", "symbol", "days", "dates", "headline", "net_currency", "currency")
    )
    row["run"], row["state"] = run.name, ""
    try:
        reader = run._reader
        started, days = reader.header().started, reader.finished_days()
        row |= {"symbol": started.symbol, "days": len(days), "dates": len(started.dates)}
        row |= {"headline": started.selection, "currency": started.currency, "net_currency": run.net_currency}
        finished = reader.summary() is not None
        row["state"] = "finished" if finished else "in work" if reader.being_written() else "unfinished"
    except RunError as error:
        row["state"] = str(error)
    return row


def runs_sheet(runs: Sequence[Run]) -> Sheet:
    """Runs as a table."""
    columns = [Column("run", words=True), Column("symbol", 2, words=True), Column("days")]
    columns += [Column("headline", 3, words=True), Column("net out of sample"), Column("state", words=True)]
    rows = []
    for r in map(run_row, runs):
        days = "" if r["days"] is None else f"{r['days']}/{r['dates']}"
        net = "" if r["currency"] is None else money(r["net_currency"], r["currency"])
        headline = POLICY_NAMES.get(r["headline"], "")
        rows.append((r["run"], r["symbol"] or "", days, headline, net, r["state"]))
    return Sheet(columns, rows)


def runs_html(runs: Sequence[Run]) -> str:
    """Runs as HTML."""
    return table(runs_sheet(runs)) if runs else _paragraphs(["No runs here yet."])


def run_text(run: Run) -> str:
    """A run in a few lines."""
    summary = _summary(run)
    if summary is None:
        row = run_row(run)
        return f"<Run {row['run']}: {row['days']} of {row['dates']} days, {row['state']}>"
    return text(brief_summary(summary))


def _summary(run: Run) -> events.Summary | None:
    try:
        return run._reader.judged_summary()
    except RunError:
        return None


def run_html(run: Run) -> str:
    """The end of a run as HTML: verdict, policies side by side, what to do tomorrow."""
    s = _summary(run)
    if s is None:
        return _paragraphs([run_text(run)])
    lines = [
        line
        for line in text(brief_summary(s)).split("\n")
        if not line.startswith(("others: ", "next day: ", "decision "))
    ]
    rows = {
        name: (
            f"{p.winning_days}/{p.days}",
            f"{p.trades:,}",
            percent(p.win_rate),
            money(p.net_currency, s.currency),
            unsigned(p.max_drawdown_currency, s.currency),
        )
        for name, p in s.policies.items()
    }
    titles = ("days won", "trades", "win", "net", "drawdown")
    sheet = Sheet(
        [Column("out of sample", words=True), *map(Column, titles)], joined_policies(rows, s.headline, "")
    )
    tomorrow = tomorrow_lines(s.decision, s.currency) if s.decision is not None else []
    return _paragraphs(lines) + table(sheet) + _paragraphs(tomorrow)


# -- progress ----------------------------------------------------------------------------------------------


def progress_note(p: events.Progress) -> str:
    """What is in work, and how long it will take."""
    left = "" if p.eta_s is None else f", about {duration(p.eta_s)} left"
    return f"{p.date} {p.phase}{left}"


def progress_line(started: events.RunStarted, p: events.Progress) -> str:
    """Progress as one line."""
    return f"{started.run}: day {min(p.index + 1, len(started.dates))} of {len(started.dates)}, {progress_note(p)}"


def progress_html(line: str) -> str:
    """The same as HTML."""
    return f"<div>{html(line)}</div>"
