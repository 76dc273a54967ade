"""The final summary as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.rule import Rule
from rich.text import Text

from bayescore.report.sheet import Column, Sheet
from bayescore.report.tables import joined_policies, pattern_table
from bayescore.report.trust import LEVEL_HEAD, LEVEL_NOTE, level_rows, trust_lines
from bayescore.report.wording import (
    IN_SAMPLE,
    POLICY_NAMES,
    STARRED,
    UNSTARRED,
    data_note_lines,
    duration,
    durations_of,
    expectation,
    money,
    number,
    params,
    percent,
    tomorrow_lines,
    unsigned,
    verdict_lines,
    with_error,
    won,
)
from bayescore.vocabulary import CHARTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from bayescore import events

LEVEL_RANKS = (0, 4, 5, 0, 2, 3, 1, 0)
"""By which columns of the calibration by level give way."""

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float]) -> str:
    """A line of eighth-blocks, one a value, scaled from least to greatest."""
    if not values:
        return ""
    low, high = min(values), max(values)
    if high == low:
        return BLOCKS[3] * len(values)
    return "".join(BLOCKS[round((v - low) / (high - low) * (len(BLOCKS) - 1))] for v in values)


def render_summary(s: events.Summary) -> RenderableType:
    """Policies side by side, learning curve, parameters, effects, top patterns."""
    days = len(s.dates)
    head = (
        f"{s.symbol}, {days} {'day' if days == 1 else 'days'}, {s.iterations_per_day:,} iterations a day, "
        f"{s.trades_simulated:,} trades simulated"
    )
    parts: list[RenderableType] = [Rule("Final summary"), Text(head)]
    parts += [Text(f"data: {line}", style="dim") for line in data_note_lines(s.data_notes)]
    if days < 2:
        parts.append(Text("One date only teaches: nothing was traded out of sample. Train on two or more."))
    else:
        parts.append(_policies(s))
    if s.verdict is not None and days > 1:
        first, *rest = verdict_lines(s.verdict)
        parts += [Text(first, style="bold"), *map(Text, [*rest, *trust_lines(s)])]
    parts.append(
        Text(
            f"{IN_SAMPLE}: the best set of each day adds up to {money(s.in_sample_net_currency, s.currency)}",
            "dim",
        )
    )
    parts += [Text(""), *_learning(s), *_evolution(s), *_effects(s)]
    if s.patterns:
        parts += [Text(""), pattern_table(s.patterns, f"top {len(s.patterns)} patterns")]
    starred = any(p.significant for p in s.patterns)
    parts.append(Text(STARRED, style="dim") if starred else Text(UNSTARRED))
    if s.decision is not None:
        first, *others = tomorrow_lines(s.decision, s.currency)
        parts += [Text(""), Text(first, style="bold"), *map(Text, others)]
    return Group(*parts)


def _policies(s: events.Summary) -> Group:
    result, detail = {}, {}
    for name, p in s.policies.items():
        result[name] = (
            f"{p.winning_days}/{p.days}",
            f"{p.trades:,}",
            percent(p.win_rate),
            money(p.net_currency, s.currency),
            with_error(p.mean_ticks, p.mean_error_ticks, 2, signed=True),
            with_error(p.sharpe, p.sharpe_error, 1),
            unsigned(p.max_drawdown_currency, s.currency),
        )
        detail[name] = (
            number(p.profit_factor),
            durations_of(p.duration_mean_s, p.duration_wins_s, p.duration_losses_s),
            f"{p.ambiguous}",
            number(p.net_worst_ticks, 0, signed=True),
            number(p.net_best_ticks, 0, signed=True),
        )
    first = Sheet(
        (
            Column("out of sample", words=True),
            Column("days won", 4),
            Column("trades", 3),
            Column("win", 2),
            Column("net"),
            Column("per trade, ticks", 1),
            Column("Sharpe, annual", 5),
            Column("drawdown"),
        ),
        joined_policies(result, s.headline),
    )
    second = Sheet(
        (
            Column("", words=True),
            Column("profit factor", 1),
            Column("in trade: all / wins / losses", 2),
            Column("ambiguous"),
            Column("net ticks, worst"),
            Column("best"),
        ),
        joined_policies(detail, s.headline),
    )
    return Group(first, second)


def brief_summary(s: events.Summary, where: str = "") -> RenderableType:
    """The end of a run in at most ten lines, for ``--quiet``."""
    p = s.policies[s.headline]
    lines = [
        f"{s.run}: {s.symbol}, {len(s.dates)} days {s.dates[0]} to {s.dates[-1]}, "
        f"{s.iterations_per_day:,} iterations a day"
    ]
    if len(s.dates) < 2:
        lines.append("One date only teaches: nothing was traded out of sample. Train on two or more.")
    elif s.verdict is not None:
        lines += verdict_lines(s.verdict)
    if p.trades:
        lines.append(
            f"out of sample, {POLICY_NAMES[s.headline]}: {money(p.net_currency, s.currency)} net, {p.trades:,} trades, "
            f"{won(p)}, {p.winning_days} of {p.days} days won"
        )
        lines.append(
            f"a trade {with_error(p.mean_ticks, p.mean_error_ticks, 2, signed=True)} ticks, "
            f"Sharpe {with_error(p.sharpe, p.sharpe_error, 1)}, "
            f"drawdown {unsigned(p.max_drawdown_currency, s.currency)}, in trade {duration(p.duration_mean_s)}"
        )
    others = {
        n: (money(q.net_currency, s.currency),)
        for n, q in s.policies.items()
        if n in CHARTED and n != s.headline
    }
    if p.trades and others:
        lines.append(
            "others: " + "; ".join(f"{n} {net}" for n, net in joined_policies(others, s.headline, ""))
        )
    lines.append(f"{IN_SAMPLE}: {money(s.in_sample_net_currency, s.currency)}")
    if s.parameter_evolution:
        lines.append(f"next day: {params(s.parameter_evolution[-1][1])}")
        if s.decision is not None and s.headline == "decision" and s.decision.trade:
            lines.append(f"decision {expectation(s.decision, s.currency)}")
    if where:
        lines.append(where)
    return Group(*(Text(line) for line in lines))


def _learning(s: events.Summary) -> list[RenderableType]:
    curve = [net for _, net, _ in s.learning_curve]
    total, running = 0.0, []
    for net in curve:
        total += net
        running.append(total)
    lines: list[RenderableType] = []
    if running:
        lines.append(
            Text(f"learning curve, cumulative net: {sparkline(running)} {money(running[-1], s.currency)}")
        )
    c = s.calibration
    if c.brier is not None and c.brier_half is not None:
        error = "" if c.brier_error is None else f" ± {c.brier_error:.5f}"
        difference = number(c.brier - c.brier_half, 5, signed=True)
        lines.append(
            Text(
                f"calibration out of sample, {c.n:,} labels: Brier {c.brier:.5f}, a coin {c.brier_half:.5f} "
                f"(difference {difference}{error}); calibration error {number(c.ece, 4)}, "
                f"slope {number(c.slope)}, spread of predictions {number(c.spread, 4)}"
            )
        )
    rows = level_rows(c)
    if rows:
        columns = [
            Column(title, rank, words=k == 0)
            for k, (title, rank) in enumerate(zip(LEVEL_HEAD, LEVEL_RANKS, strict=True))
        ]
        lines += [Sheet(columns, rows), Text(LEVEL_NOTE, style="dim")]
    return lines


def _evolution(s: events.Summary) -> list[RenderableType]:
    if not s.parameter_evolution:
        return []
    lines: list[RenderableType] = [Text("parameters chosen for the next day:")]
    shown: events.Params | None = None
    for date, p in s.parameter_evolution:
        lines.append(Text(f"  {date}  " + ("unchanged" if p == shown else params(p))))
        shown = p
    return lines


def _effects(s: events.Summary) -> list[RenderableType]:
    if not s.effects:
        return []
    top = [f"{e.factor.replace('_', ' ')} {percent(e.share, 0)} (best {e.best_level})" for e in s.effects[:5]]
    return [Text("which factors matter (share of variance, main effects): " + "; ".join(top))]
