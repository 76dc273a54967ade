"""A run as text: progress bars on a terminal, plain lines anywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.text import Text

from bayescore import events
from bayescore.report.clock import Clock
from bayescore.report.console import console as safe_console
from bayescore.report.sheet import Column, Sheet
from bayescore.report.tables import joined_policies, pattern_table, trade_table
from bayescore.report.trust import refusal_lines
from bayescore.report.wording import (
    ALL_SETS,
    IN_SAMPLE,
    POLICY_NAMES,
    UNDEFINED,
    between,
    counted,
    data_note_lines,
    duration,
    durations,
    money,
    number,
    params,
    percent,
    state,
    timings,
    tomorrow_lines,
    unsigned,
    win_rate,
)
from bayescore.vocabulary import CHARTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console, RenderableType
    from rich.progress import Progress, TaskID


class ProgressReporter:
    """Prints what happens, as it happens.

    Parameters
    ----------
    console
        Where to print; bars are drawn only if it is a terminal.
    quiet
        Print the final summary only.
    """

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self.console = console or safe_console()
        self.quiet = quiet
        self._currency = "USD"
        self._bars: Progress | None = None
        self._days_task: TaskID | None = None
        self._iterations_task: TaskID | None = None
        self._days = 0

    # -- events --------------------------------------------------------------------------------------------

    def __call__(self, event: events.AnyEvent) -> None:
        """Show one event; the method to pass as ``on_event``."""
        match event:
            case events.Progress():
                self._advance(event)
            case events.RunStarted():
                self._start(event)
            case events.NewBest() if not self.quiet:
                self._new_best(event)
            case events.DayFinished(result=result):
                self.update(result)
            case events.RunFinished(summary=summary):
                self.close()
                self.print_summary(summary)
            case _:
                pass

    def close(self) -> None:
        """Take the bars off the screen."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def _print(self, what: RenderableType) -> None:
        # Without a terminal nothing is broken into lines: a sentence is one, and so is a row.
        self.console.print(what, soft_wrap=not self.console.is_terminal)

    def _start(self, e: events.RunStarted) -> None:
        self._currency = e.currency
        self._days = len(e.dates)
        if self.quiet:
            return
        plural = "day" if len(e.dates) == 1 else "days"
        self._print(
            f"Training on {len(e.dates)} {plural} of {e.symbol} ({e.dates[0]} to {e.dates[-1]}), "
            f"{e.iterations:,} iterations a day"
        )
        self._print(
            Text(
                f"1 tick = {e.tick_size:g} = {unsigned(e.tick_value, e.currency)}; objective {e.objective}; "
                f"headline policy {POLICY_NAMES[e.selection]}; seed {e.seed}; run {e.run}",
                style="dim",
            )
        )
        for line in data_note_lines(e.data_notes):
            self.console.print(Text(f"data: {line}"))
        if self.console.is_terminal:
            self._open_bars(len(e.dates), e.iterations)

    def _open_bars(self, days: int, iterations: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._bars = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=self.console,
            transient=True,
        )
        self._days_task = self._bars.add_task("days", total=days, note="")
        self._iterations_task = self._bars.add_task("iterations", total=iterations, note="")
        self._bars.start()

    def _advance(self, p: events.Progress) -> None:
        if self._bars is None or self._days_task is None or self._iterations_task is None:
            return
        eta = "" if p.eta_s is None else f"about {duration(p.eta_s)} left"
        self._bars.update(self._days_task, completed=p.index, note=eta)
        self._bars.update(self._iterations_task, completed=p.done, description=f"{p.date} {p.phase}")

    def _new_best(self, e: events.NewBest) -> None:
        b = e.best
        self._print(
            Text(
                f"{e.date}  new in-sample best #{b.iteration} ({b.origin.replace('_', ' ')}): "
                f"objective {number(b.objective)}, {b.metrics.trades} trades, "
                f"{money(b.metrics.net_currency, self._currency)}",
                style="dim",
            )
        )

    # -- a day ---------------------------------------------------------------------------------------------

    def update(self, day_result: events.DayResult) -> None:
        """Print one finished day."""
        if self._bars is not None and self._days_task is not None:
            self._bars.update(self._days_task, completed=day_result.index + 1)
        if not self.quiet:
            self._print(self.render_day(day_result))

    def render_day(self, r: events.DayResult) -> RenderableType:
        of = f" of {self._days}" if self._days else ""
        head = Text.assemble(
            (f"{r.date}", "bold"),
            f"  day {r.index + 1}{of}  {r.symbol}  {r.bars:,} bars, {r.valid_bars:,} with a state; "
            f"60 s move {r.barrier_ticks} ticks",
        )
        parts: list[RenderableType] = [head, self._policies(r), self._in_sample(r)]
        parts.extend(self._groups(r))
        parts += [Text(f"  {line}", style="dim") for line in refusal_lines(r.refusals)]
        parts.append(self._regret(r.regret))
        parts.append(self._patterns(r.patterns[:5]))
        parts += [Text(f"  {line}") for line in tomorrow_lines(r.decision, self._currency)]
        if r.headline != "decision":
            name, chosen = POLICY_NAMES[r.headline], r.policies[r.headline].next_params
            parts.append(Text(f"  headline {name}: {params(chosen)}"))
        return Group(*parts, Text(""))

    def _policies(self, r: events.DayResult) -> RenderableType:
        if all(p.metrics is None for p in r.policies.values()):
            return Text("  out of sample: nothing traded; the first date only teaches")
        columns = (
            Column("out of sample", words=True),
            Column("trades"),
            Column("win", 1),
            Column("net"),
            Column("per trade, ticks", 2),
            Column("Sharpe of day", 4),
            Column("drawdown, ticks", 3),
            Column("in trade: all / wins / losses", 5),
            Column("so far"),
        )
        rows = {}
        for name in shown_policies(r):
            p = r.policies[name]
            m, so_far = p.metrics, money(p.cumulative_net_currency, self._currency)
            rows[name] = (
                (*[UNDEFINED] * 7, so_far)
                if m is None
                else (
                    f"{m.trades}",
                    win_rate(m),
                    money(m.net_currency, self._currency),
                    number(m.mean_ticks, signed=True),
                    number(m.sharpe_of_day),
                    number(m.max_drawdown_ticks, 0),
                    durations(m),
                    so_far,
                )
            )
        return Sheet(columns, joined_policies(rows, r.headline), indent=2)

    def _in_sample(self, r: events.DayResult) -> RenderableType:
        if r.in_sample is None:
            return Text(f"  {IN_SAMPLE}: no set reached enough trades", style="dim")
        b, m, i = r.in_sample, r.in_sample.metrics, r.iterations
        return Text(
            f"  {IN_SAMPLE}: best of {i.count:,} #{b.iteration} ({b.origin.replace('_', ' ')}) "
            f"{money(m.net_currency, self._currency)}, {m.trades} trades, win {win_rate(m)}, "
            f"Sharpe of day {number(m.sharpe_of_day)}; {i.profitable:,} of {i.defined:,} sets "
            f"with enough trades profitable",
            style="dim",
        )

    def _groups(self, r: events.DayResult) -> list[RenderableType]:
        shown: list[RenderableType] = []
        m = r.policies[r.headline].metrics
        if m is not None and m.ambiguous:
            shown.append(
                Text(
                    f"  {m.ambiguous} trades met stop and target in one bar: net ticks "
                    f"{between(m.net_worst_ticks, m.net_best_ticks)}"
                )
            )
        for title, groups in (("by pattern", r.by_pattern), ("by exit", r.by_reason)):
            if groups:
                text = "; ".join(
                    f"{state(g.label)}: {g.trades} × {duration(g.duration_mean_s)}, "
                    f"{number(g.net_ticks, 0, signed=True)}"
                    for g in groups[:4]
                )
                shown.append(Text(f"  {title} (trades × time, net ticks): {text}"))
        return shown

    def _regret(self, g: events.RegretDay) -> RenderableType:
        if g.events == 0:
            return Text("  regret: no trades to look back at")
        left, back = number(g.left_on_table_ticks, 1), number(g.given_back_ticks, 1)
        lines = [
            f"  regret, {g.events:,} market events ({g.trades:,} trades of all sets): exit efficiency "
            f"{percent(g.exit_efficiency, 0)} (50% without drift); left on the table {left} ticks, given back {back}"
        ]
        whose = ALL_SETS
        if g.headline is not None:
            whose = f"the headline's {counted(g.headline.exits, 'exit')} (in brackets without drift)"
        beside = ", ".join(
            f"{name} {percent(share, 0)}" + ("" if null is None else f" ({percent(null, 0)})")
            for name, share, null in timings(g)
        )
        lines.append(f"    {whose}: {beside}")
        lines += [f"    • {rule.text}" for rule in g.rules if rule.found]
        return Text("\n".join(lines))

    def _patterns(self, patterns: Sequence[events.Pattern]) -> RenderableType:
        if not patterns:
            return Text("  strongest patterns: none that the evidence separates from a coin")
        return pattern_table(patterns, "strongest patterns", indent=2)

    # -- one trade -----------------------------------------------------------------------------------------

    def print_trade_summary(
        self, trade: Mapping[str, Any], tick_size: float = 0.0, clock: Clock | None = None
    ) -> None:
        """Print one row of ``trades.parquet``: times, fills, result, duration, efficiency.

        Parameters
        ----------
        trade
            A mapping with the columns of ``trades.parquet``.
        tick_size
            For the decimals of prices; 0 writes all that the number needs.
        clock
            Zone of the times; UTC if not given.
        """
        self._print(trade_table([trade], tick_size, clock or Clock("utc")))

    # -- the end -------------------------------------------------------------------------------------------

    def print_summary(self, s: events.Summary) -> None:
        """Print the end of a run: the policies side by side, learning, parameters, patterns; in brief if quiet."""
        from bayescore.report.summary_text import brief_summary, render_summary

        self._print(brief_summary(s) if self.quiet else render_summary(s))


def shown_policies(r: events.DayResult) -> list[str]:
    """Policies that a day's table shows: the headline, the charted ones, and the expert that leads."""
    return [name for name in r.policies if name in CHARTED or name in (r.headline, r.decision.expert)]
