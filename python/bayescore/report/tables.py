"""Tables that several reports show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from bayescore.report.wording import duration, number, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import events


def plain_table(first: str, *columns: str) -> Table:
    """Table without lines: the first column is text, the others are figures."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first, no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right")
    return table


def pattern_table(patterns: Sequence[events.Pattern], title: str) -> Table:
    """Patterns with interval, evidence and how far they are from paying."""
    table = plain_table(title, "side", "P(win)", "80% interval", "n", "needs", "trades", "net, ticks", "time")
    for p in patterns:
        star = "*" if p.significant else " "
        table.add_row(
            state(p.label), p.side, f"{p.probability:.3f}{star}", f"{p.low:.3f}–{p.high:.3f}", f"{p.effective_n:,.0f}",
            p.asks, f"{p.trades}", number(p.net_ticks, 0, signed=True), duration(p.duration_mean_s),
        )  # fmt: skip
    return table
