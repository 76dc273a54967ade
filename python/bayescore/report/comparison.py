"""Two runs side by side as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from bayescore.report.sheet import Column, Sheet
from bayescore.report.wording import (
    IN_SAMPLE,
    POLICY_NAMES,
    UNDEFINED,
    durations_of,
    money,
    number,
    percent,
    unsigned,
    with_error,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bayescore.results.comparison import Comparison, Side


def render_comparison(c: Comparison) -> Iterator[RenderableType]:
    """Settings that differ, figures of the same days, and the difference with its interval."""
    if c.differences:
        columns = (
            Column("settings that differ", words=True),
            Column(c.a, words=True),
            Column(c.b, words=True),
        )
        yield Sheet(columns, [(d.field, value_text(d.a), value_text(d.b)) for d in c.differences])
    else:
        yield Text("The settings are the same.")
    yield Text("")
    if not c.sides:
        yield Text("No day in common that both traded out of sample: nothing to hold side by side.")
        return
    a, b = c.sides
    names = [
        run + ("" if side.policy == "decision" else f", {POLICY_NAMES.get(side.policy, side.policy)}")
        for run, side in ((c.a, a), (c.b, b))
    ]
    days = f"{len(c.days)} day" + ("" if len(c.days) == 1 else "s")
    title = f"out of sample, {days}, {c.days[0]} to {c.days[-1]}"
    columns = (Column(title, words=True), Column(names[0]), Column(names[1]))
    yield Sheet(columns, [(x[0], x[1], y[1]) for x, y in zip(figures_of(a), figures_of(b), strict=True)])
    yield Text("")
    yield from map(Text, sentences(c, a, b))


def value_text(x: object) -> str:
    """A setting as people read it."""
    if x is None:
        return UNDEFINED
    if isinstance(x, list):
        return ", ".join(map(value_text, x))
    return {True: "yes", False: "no"}[x] if isinstance(x, bool) else str(x)


def figures_of(side: Side) -> Iterator[tuple[str, str]]:
    """Figures of one run over the days that are compared: name and text."""
    s, currency = side.summary, side.currency
    yield "net", money(s.net_currency, currency)
    yield "days won", f"{s.winning_days}/{s.days}"
    yield "trades", f"{s.trades:,}"
    yield "trades won", percent(s.win_rate)
    yield "per trade, ticks", with_error(s.mean_ticks, s.mean_error_ticks, 2, signed=True)
    yield "Sharpe, annual", with_error(s.sharpe, s.sharpe_error, 1)
    yield "profit factor", number(s.profit_factor)
    yield "drawdown", unsigned(s.max_drawdown_currency, currency)
    yield (
        "in trade: all / wins / losses",
        durations_of(s.duration_mean_s, s.duration_wins_s, s.duration_losses_s),
    )
    yield "ambiguous trades", f"{s.ambiguous:,}"
    yield "verdict", side.verdict.rung
    yield IN_SAMPLE, money(side.in_sample_net_currency, currency)


def sentences(c: Comparison, a: Side, b: Side) -> Iterator[str]:
    """The difference with its interval, and what was left out."""
    if c.mean_difference is not None:
        text = f"{c.b} − {c.a}: {money(c.mean_difference, a.currency)} a day"
        if c.low is not None and c.high is not None:
            apart = "apart" if c.low > 0 or c.high < 0 else "not told apart by these days"
            text += f", {money(c.low, a.currency)} to {money(c.high, a.currency)} at 95% by pairs of days: {apart}"
        else:
            text += ", no interval under five days"
        yield text + "."
    else:
        yield f"In {a.currency} and {b.currency}: no difference is formed."
    for name, side in ((c.a, a), (c.b, b)):
        if side.days_alone:
            yield f"Left out: {side.days_alone:,} out-of-sample days of {name} alone."
    if c.other_bars:
        first = ", ".join(c.other_bars[:3]) + (", …" if len(c.other_bars) > 3 else "")
        yield f"The two had other bars on {len(c.other_bars):,} of these days ({first})."
