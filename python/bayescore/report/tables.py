"""Tables that several reports show, and the order in which their columns give way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bayescore.report.sheet import Column, Sheet
from bayescore.report.wording import POLICY_NAMES, duration, number, percent, price_text, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bayescore import events
    from bayescore.report.clock import Clock


def pattern_table(patterns: Sequence[events.Pattern], title: str, indent: int = 0) -> Sheet:
    """Patterns with interval, evidence and how far they are from paying."""
    columns = (
        Column(title, words=True),
        Column("side", words=True),
        Column("P(win)"),
        Column("80% interval", 2),
        Column("n", 3),
        Column("needs"),
        Column("trades", 4),
        Column("net, ticks", 1),
        Column("time", 5),
    )
    rows = [
        (
            state(p.label),
            p.side,
            f"{p.probability:.3f}{'*' if p.significant else ' '}",
            f"{p.low:.3f}–{p.high:.3f}",
            f"{p.effective_n:,.0f}",
            p.asks,
            f"{p.trades}",
            number(p.net_ticks if p.trades else None, 0, signed=True),
            duration(p.duration_mean_s),
        )
        for p in patterns
    ]
    return Sheet(columns, rows, indent)


def joined_policies(
    rows: Mapping[Any, Sequence[str]], headline: str, others: str = "  "
) -> list[tuple[str, ...]]:
    """Rows of the policies, those that say the same as one; the headline's is marked."""
    names: dict[tuple[str, ...], list[str]] = {}
    for name, cells in rows.items():
        names.setdefault(tuple(cells), []).append(name)
    return [
        (("► " if headline in same else others) + ", ".join(POLICY_NAMES.get(n, n) for n in same), *cells)
        for cells, same in names.items()
    ]


def trade_table(trades: Iterable[Mapping[str, Any]], tick_size: float, clock: Clock) -> Sheet:
    """Rows of ``trades.parquet``, times in the clock's zone, prices with the instrument's decimals."""
    columns = (
        Column(f"entry, {clock.name}", words=True),
        Column("side", words=True),
        Column("net, ticks"),
        Column("exit by", 4, words=True),
        Column("entered at", 1),
        Column("left at", 1),
        Column("time", 3),
        Column("worst", 7),
        Column("best", 6),
        Column("exit efficiency", 8),
        Column("state", 5, words=True),
    )
    rows = [
        (
            f"{clock.at(t['entry_time']):%Y-%m-%d %H:%M:%S}",
            "long" if t["side"] > 0 else "short",
            number(t["net_ticks"], 2, signed=True),
            t["reason"].replace("_", " "),
            price_text(t["entry_price"], tick_size),
            price_text(t["exit_price"], tick_size),
            duration(t["duration"]),
            number(-t["mae"], 0),
            f"+{t['mfe']}",
            percent(t["exit_efficiency"], 0),
            state(t["pattern"]),
        )
        for t in trades
    ]
    return Sheet(columns, rows)
