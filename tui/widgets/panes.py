"""The tabs below the charts: days, patterns, effects, log."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, RichLog

from bayescore.events import Effect, Pattern
from bayescore.report.clock import Clock
from bayescore_tui.model.run_model import DayRow, LogLine, RunModel
from bayescore_tui.text import formats
from bayescore_tui.widgets.columns import Cell, Column, Row, heat
from bayescore_tui.widgets.table_pane import FilterInput, TablePane


def signed(text: str, value: float | None) -> Cell:
    """A cell whose colour repeats what its sign says."""
    return text if not value else (text, "gain" if value > 0 else "loss")


class DaysPane(TablePane):
    """One row a finished day; enter opens it."""

    COLUMNS = (
        Column("date", "day", 10, number=False),
        Column("net", "net", 11),
        Column("so_far", "so far", 11),
        Column("ticks", "net tk", 8),
        Column("trades", "trades", 6),
        Column("win", "win %", 6),
        Column("break_even", "needs", 5),
        Column("sharpe", "Sharpe", 6),
        Column("pf", "pr.fac", 6),
        Column("fall", "draw tk", 7),
        Column("held", "held", 6),
        Column("exit", "exit ef", 7),
        Column("hindsight", "hindsight", 11),
    )
    EMPTY = "A row for each day appears here as it finishes. Enter opens a day."
    HINT = "part of a date, or any text of a row"
    FOOT = (
        "enter opens",
        "o sorts",
        "headline, net, out of sample",
        "needs: win % that breaks even",
        "hindsight: best set in sample",
    )

    def on_mount(self) -> None:
        self.table.follows = True

    def update_from(self, model: RunModel) -> None:
        k, currency = model.headline_index, model.currency
        largest = max((abs(d.net_currency or 0.0) for d in model.days), default=0.0)
        # In a line that may be cut an ellipsis would look like the cut.
        between = formats.ratio_between(model.sharpe_interval).replace(" … ", " to ")
        foot = [*self.FOOT[:2], *([f"Sharpe now {between}"] if between else []), *self.FOOT[2:]]
        self.show([self._row(d, k, currency, largest) for d in model.days], foot)

    @staticmethod
    def _row(d: DayRow, k: int, currency: str, largest: float) -> Row:
        none = ("first day", "dim")
        values = (
            d.date,
            d.net_currency,
            d.cumulative[k],
            d.net_ticks,
            d.trades,
            d.win_rate,
            d.break_even,
            d.sharpe[k],
            d.profit_factor,
            d.drawdown_ticks,
            d.duration_mean_s,
            d.exit_efficiency,
            d.in_sample_net,
        )
        cells: tuple[Cell, ...] = (
            d.date,
            heat(formats.money(d.net_currency, currency), d.net_currency, largest)
            if d.trades is not None
            else none,
            signed(formats.money(d.cumulative[k], currency), d.cumulative[k]),
            signed(formats.ticks(d.net_ticks, unit=False), d.net_ticks),
            formats.count(d.trades),
            formats.number(100 * d.win_rate, 1) if d.win_rate is not None else formats.UNDEFINED,
            (formats.number(100 * d.break_even, 1) if d.break_even is not None else formats.UNDEFINED, "dim"),
            formats.number(d.sharpe[k]),
            formats.number(d.profit_factor),
            formats.number(d.drawdown_ticks, 1),
            formats.short_duration(d.duration_mean_s),
            formats.number(d.exit_efficiency),
            (formats.money(d.in_sample_net, currency), "dim"),
        )
        return Row(d.date, cells, values)


class PatternsPane(TablePane):
    """The strongest states, and how far each is from paying; enter opens one."""

    COLUMNS = (
        Column("side", "side", 5, number=False),
        Column("state", "state", 34, number=False),
        Column("p", "odds", 6),
        Column("needs", "needs", 5),
        Column("gap", "lacks", 5),
        Column("trades", "trades", 6),
        Column("net", "net tk", 9),
        Column("interval", "interval", 11),
        Column("n", "eff. n", 6),
        Column("half", "P(>½)", 5),
        Column("held", "held", 5),
    )
    EMPTY = "The 20 strongest states appear here when the first day has been learned."
    HINT = "long, short, or any text of the state"
    FOOT = (
        "enter opens",
        "needs: odds at which the bracket pays",
        "* more than luck",
        "lacks: what is missing",
    )
    ANCHORS = 2

    def update_from(self, model: RunModel) -> None:
        patterns = model.summary.patterns if model.summary else model.last.patterns if model.last else []
        self.show([self._row(p) for p in patterns], self.FOOT)

    @staticmethod
    def key(p: Pattern) -> str:
        return f"{p.code}:{p.side}"

    def _row(self, p: Pattern) -> Row:
        values = (
            p.side,
            p.label,
            p.probability,
            p.needs,
            p.lacks,
            p.trades,
            p.net_ticks if p.trades else None,
            p.low,
            p.effective_n,
            p.p_above_half,
            p.duration_mean_s,
        )
        cells: tuple[Cell, ...] = (
            p.side,
            formats.state(p.label),
            (f"{p.probability:.3f}" + ("*" if p.significant else ""), "strong"),
            f"{p.needs:.3f}" if p.needs < 1 else "never",
            ("pays", "gain") if p.pays else f"{p.lacks:.3f}",
            formats.count(p.trades),
            signed(formats.ticks(p.net_ticks, unit=False), p.net_ticks) if p.trades else formats.UNDEFINED,
            f"{p.low:.3f}–{p.high:.3f}",
            formats.number(p.effective_n, 0),
            f"{p.p_above_half:.2f}",
            formats.short_duration(p.duration_mean_s),
        )
        return Row(self.key(p), cells, values)


class EffectsPane(TablePane):
    """Which factors of a parameter set matter, and in which direction."""

    BAR = 20
    COLUMNS = (
        Column("factor", "factor", 22, number=False),
        Column("share", "share %", 7),
        Column("bar", "share of the variance", BAR + 1, number=False),
        Column("direction", "direction", 9),
        Column("best", "best level", 24, number=False),
    )
    EMPTY = "Which factor matters, and in which direction, appears here after the first day."
    HINT = "part of a factor's name"
    FOOT = (
        "main effects, in sample",
        "direction: more is better (+) or worse (−)",
        "Latin hypercube sets of all days",
    )

    def update_from(self, model: RunModel) -> None:
        effects = model.summary.effects if model.summary else model.last.effects if model.last else []
        top = max((e.share for e in effects), default=0.0)
        self.show([self._row(e, top) for e in effects], self.FOOT)

    def _row(self, e: Effect, top: float) -> Row:
        cells: tuple[Cell, ...] = (
            formats.words(e.factor),
            formats.number(100 * e.share, 1),
            (formats.bar(e.share / top if top > 0 else 0.0, self.BAR), "gain"),
            f"{formats.mark(e.direction)} {formats.number(e.direction, 2, signed=True)}"
            if e.direction
            else "no order",
            formats.words(e.best_level),
        )
        return Row(e.factor, cells, (e.factor, e.share, e.share, e.direction, e.best_level))


class LogPane(Vertical):
    """What happened, newest last."""

    DEFAULT_CSS = """
    LogPane { height: 1fr; }
    LogPane RichLog { height: 1fr; background: $surface; padding: 0 1; scrollbar-size-vertical: 1; }
    LogPane FilterInput { display: none; height: 1; border: none; padding: 0 1; background: $panel; }
    LogPane FilterInput.-used, LogPane FilterInput:focus { display: block; }
    """
    SIGNS: ClassVar[dict[str, str]] = {"run": "●", "day": "◆", "best": "↑", "status": "!", "note": "·"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.filter_text = ""
        self._shown = 0
        self._model: RunModel | None = None
        self._clock = Clock()

    def compose(self) -> ComposeResult:
        yield FilterInput(placeholder="filter: any text of a line", compact=True)
        yield RichLog(max_lines=1_000, wrap=True, markup=False, highlight=False, min_width=40)

    def update_from(self, model: RunModel, clock: Clock) -> None:
        """Write the lines that are new, or all in another time zone."""
        if self._model is not model or clock.zone != self._clock.zone:
            self._model, self._clock, self._shown = model, clock, 0
            self.query_one(RichLog).clear()
        if model.log_count == self._shown:
            return
        new = min(model.log_count - self._shown, len(model.log))
        log = self.query_one(RichLog)
        for line in list(model.log)[len(model.log) - new :] if new else ():
            if self.matches(line):
                log.write(self.text(line))
        self._shown = model.log_count

    def text(self, line: LogLine) -> str:
        time = self._clock.of_unix(line.time) if line.time is not None else "earlier "
        return f"{time}  {self.SIGNS.get(line.kind, '·')} {line.text}"

    def matches(self, line: LogLine) -> bool:
        return all(word in line.text.lower() for word in self.filter_text.lower().split())

    def open_filter(self, text: str | None = None) -> None:
        box = self.query_one(FilterInput)
        if text is None:
            box.add_class("-used")
            box.focus()
        else:
            box.value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.filter_text = event.value
        self._shown = 0
        self.query_one(RichLog).clear()
        if self._model is not None:
            self.update_from(self._model, self._clock)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(FilterInput).set_class(bool(self.filter_text), "-used")
        self.query_one(RichLog).focus()
