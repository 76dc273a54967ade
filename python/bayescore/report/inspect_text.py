"""What ``bayescore inspect`` found, as text for a console of any width."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from bayescore.report.sheet import Column, Sheet
from bayescore.report.wording import UNDEFINED, price_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from bayescore.data.checks import Problem
    from bayescore.data.inspect import InspectReport, Share
    from bayescore.report.clock import Clock


def render_inspect(report: InspectReport, clock: Clock) -> Iterator[RenderableType]:
    """What the data hold, a row a trade date, what cannot be used, and how often each level of the states occurs.

    Parameters
    ----------
    report
        What was found.
    clock
        Writes times in the zone that was asked for.
    """
    yield from map(Text, _head(report))
    yield Text("")
    yield _days(report, clock)
    if report.load.problems:
        yield Text("")
        yield _problems(report.load.problems, clock)
    if report.valid_share is not None:
        yield Text("")
        yield Text(f"States: {report.valid_share:.1%} of the bars have one; of those")
        yield _Levels({**report.levels, "contexts": report.contexts})
    yield Text("")
    yield from (Text(f"note: {note.text}") for note in report.load.notes)
    yield from (Text(f"warning: {warning}", style="yellow") for warning in report.warnings)
    if report.refusal is None:
        yield Text("Ready to train.", style="green")
    else:
        yield Text(f"Not ready to train: {report.refusal}", style="red")


def _head(report: InspectReport) -> Iterator[str]:
    what, read = report.instrument, report.load
    yield (
        f"{report.symbol}  {what.root}, {what.name}: tick {price_text(what.tick_size, what.tick_size)} = "
        f"{what.tick_value:g} {what.currency}, session {what.session} ({what.timezone})"
    )
    for path, rows in read.files:
        yield f"  {path}: {rows:,} rows"
    if len(read.symbols) > 1:
        ranked = sorted(read.symbols.items(), key=lambda item: (-item[1], item[0]))
        yield "  symbols: " + ", ".join(f"{s} ({n:,})" for s, n in ranked[:20])
    used = sum(day.used for day in report.days)
    other = f", {read.other_contract:,} of another contract" if read.other_contract else ""
    yield (
        f"  bars of {read.bar_seconds} s; {used} trade dates with {read.bars:,} bars; "
        f"{read.outside_session:,} outside sessions, {read.dropped:,} unusable{other}"
    )
    if report.costs:
        yield f"  {report.costs}"


def _days(report: InspectReport, clock: Clock) -> Sheet:
    columns = (
        Column("trade date", words=True),
        Column("bars"),
        Column("coverage"),
        Column("seconds with a bar", 4),
        Column("longest gap", 3),
        Column("range, ticks", 2),
        Column("60 s vol, ticks", 1),
        Column("low", 6),
        Column("high", 6),
        Column("volume", 5),
        Column(f"first bar, {clock.name}", 7, words=True),
        Column("last bar", 7, words=True),
        Column("", words=True),
    )
    tick = report.instrument.tick_size
    rows = [
        (
            day.date,
            f"{day.bars:,}",
            f"{day.coverage:.0%}",
            f"{day.seconds_with_bar:.0%}",
            f"{day.largest_gap_s:,} s",
            f"{day.range_ticks:,}",
            UNDEFINED if day.volatility_ticks is None else f"{day.volatility_ticks:.1f}",
            price_text(day.low, tick),
            price_text(day.high, tick),
            f"{day.volume:,}",
            _at(day.first, clock),
            _at(day.last, clock),
            "" if day.used else "left out",
        )
        for day in report.days
    ]
    return Sheet(columns, rows)


def _at(utc: str, clock: Clock) -> str:
    """A time that the report writes in UTC, in the zone of the clock."""
    return f"{clock.at(datetime.fromisoformat(utc.removesuffix(' UTC'))):%m-%d %H:%M:%S}"


def _problems(problems: Sequence[Problem], clock: Clock) -> Sheet:
    columns = (
        Column("unusable rows", words=True),
        Column("count"),
        Column("first row"),
        Column(f"time, {clock.name}", 1, words=True),
    )
    rows = [
        (f"{p.kind}: {p.detail}", f"{p.count:,}", f"{p.row:,}", _at(p.time, clock) if p.time else "")
        for p in problems
    ]
    return Sheet(columns, rows)


@dataclass(frozen=True)
class _Levels:
    """A field a row; a line breaks between levels, never within one."""

    fields: dict[str, list[Share]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = {name: [f"{s.label} {s.share:.1%}" for s in shares] for name, shares in self.fields.items()}
        if not console.is_terminal:
            for name, texts in rows.items():
                yield Segment("\t".join([name, *texts]) + "\n")
            return
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, style="dim")
        grid.add_column()
        for name, texts in rows.items():
            # No-break spaces hold a level and its share together.
            grid.add_row(name, "   ".join(text.replace(" ", "\u00a0") for text in texts))
        yield grid
