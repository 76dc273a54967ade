"""One market state: its odds, their course over the days, what was traded in it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Static

from bayescore.errors import BayescoreError
from bayescore.events import Pattern
from bayescore.report.clock import Clock
from bayescore_tui.charts import pattern_charts
from bayescore_tui.model.dayfiles import PatternDay, read_pattern_days
from bayescore_tui.model.trade_filter import TradeFilter
from bayescore_tui.model.trades import TradeRow, query
from bayescore_tui.screens.exporting import CSV_KEY, Exporting, Writer, rows_writer, trades_writer
from bayescore_tui.screens.fitted import Fitted
from bayescore_tui.text import formats, lines
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.columns import Column, Row
from bayescore_tui.widgets.panes import signed
from bayescore_tui.widgets.steady import KeysFooter
from bayescore_tui.widgets.table import LiveTable

if TYPE_CHECKING:
    from bayescore_tui.dashboard import Dashboard

TRADE_COLUMNS = (
    Column("date", "trade date", 10, number=False),
    Column("time", "entered", 11, number=False),
    Column("side", "side", 5, number=False),
    Column("net", "net tk", 7),
    Column("reason", "exit", 7, number=False),
    Column("held", "held", 5),
    Column("mae", "MAE tk", 6),
    Column("mfe", "MFE tk", 6),
)
DAY_COLUMNS = (
    Column("date", "day", 10, number=False),
    Column("p", "odds", 6),
    Column("interval", "interval", 11),
    Column("n", "eff. n", 6),
    Column("trades", "trades", 6),
    Column("wins", "won", 3),
    Column("net", "net tk", 8),
)


class PatternRead(Message):
    """A thread has read a pattern's days and trades, or says why not."""

    def __init__(self, days: list[PatternDay], trades: tuple[TradeRow, ...], error: str = "") -> None:
        super().__init__()
        self.days, self.trades, self.error = days, trades, error


class PatternScreen(Exporting, Fitted, Screen[None]):
    """A market state from the list of patterns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to the run"),
        Binding("x", "trades", "Trades", tooltip="List the trades in this state in the Trades tab"),
        CSV_KEY,
    ]

    def __init__(self, run_dir: Path | None, pattern: Pattern, dates: list[str], headline: str) -> None:
        super().__init__()
        self.run_dir, self.pattern, self.dates, self.headline = run_dir, pattern, dates, headline
        self.trades: tuple[TradeRow, ...] = ()

    @property
    def dashboard(self) -> Dashboard:
        return cast("Dashboard", self.app)

    def compose(self) -> ComposeResult:
        p = self.pattern
        yield Static(Content.assemble((p.side, lines.STRONG), "  ", p.label), id="title")
        with ScrollableContainer(id="pattern-body"):
            with Vertical(id="pattern-charts"):
                with Vertical(id="pattern-facts", classes="panel") as panel:
                    panel.border_title = "odds"
                    yield Static(self._facts())
                with Vertical(id="posterior-panel", classes="panel") as panel:
                    panel.border_title = "posterior · ┊ one half ╎ needed"
                    yield Chart(id="posterior")
                with Vertical(id="history-panel", classes="panel") as panel:
                    panel.border_title = "odds by day · dotted: needed"
                    yield Chart(id="history", empty="Reading…")
            with Vertical(id="pattern-side"):
                with Vertical(id="pattern-days", classes="panel") as panel:
                    panel.border_title = "its days"
                    yield LiveTable(DAY_COLUMNS, id="days-table")
                with Vertical(id="pattern-trades", classes="panel") as panel:
                    panel.border_title = "its trades · headline policy"
                    yield LiveTable(TRADE_COLUMNS, id="trades-table")
        yield KeysFooter()

    def on_mount(self) -> None:
        p = self.pattern
        self.query_one("#posterior", Chart).show(lambda w, h: pattern_charts.posterior(p, w, h))
        self.query_one("#days-table").focus()
        if self.run_dir is not None:
            self.run_worker(
                partial(self._work, self.run_dir), thread=True, exclusive=True, exit_on_error=False
            )

    def _facts(self) -> Content:
        p = self.pattern
        rows: list[list[lines.Part]] = [
            [
                ("chance to go its way   ", lines.DIM),
                (f"{p.probability:.3f}", lines.STRONG),
                f"  ({p.low:.3f}–{p.high:.3f})",
            ],
            [
                ("its bracket needs      ", lines.DIM),
                (p.asks, lines.STRONG),
                ("  pays", lines.GAIN) if p.pays else (f"  surely short by {p.lacks:.3f}", lines.WARN),
            ],
            [("evidence, effective n  ", lines.DIM), f"{p.effective_n:.0f} labels"],
            [
                ("P(odds above one half) ", lines.DIM),
                f"{p.p_above_half:.2f}",
                "  more than luck" if p.significant else "  could be luck",
            ],
            [
                ("traded out of sample   ", lines.DIM),
                f"{p.trades} trades, ",
                (formats.ticks(p.net_ticks if p.trades else None), lines.tone(p.net_ticks)),
            ],
            [("held                   ", lines.DIM), formats.duration(p.duration_mean_s)],
        ]
        return lines.stack(rows)

    def _work(self, run_dir: Path) -> None:
        try:
            days = read_pattern_days(run_dir, self.dates, self.pattern, self.headline)
            page = query(run_dir, self.dates, TradeFilter(pattern=self.pattern.label), self.headline)
            self.post_message(PatternRead(days, page.rows))
        except BayescoreError as error:
            self.post_message(PatternRead([], (), str(error)))

    def on_pattern_read(self, event: PatternRead) -> None:
        event.stop()
        if event.error:
            self.notify(event.error, severity="error")
        days, needs = event.days, self.pattern.needs
        self.query_one("#history", Chart).show(lambda w, h: pattern_charts.pattern_history(days, needs, w, h))
        self.query_one("#days-table", LiveTable).show([self._day(d) for d in event.days])
        self.trades = event.trades
        self.clock_changed()
        if not event.trades:
            self.query_one("#pattern-trades").border_subtitle = "none yet"

    def clock_changed(self) -> None:
        """Write the trades with times of the zone that is wanted."""
        clock = self.dashboard.clock
        table = self.query_one("#trades-table", LiveTable)
        table.retitle("time", f"in {clock.name}"[:11])
        table.show([self._trade(k, t, clock) for k, t in enumerate(self.trades)])

    @staticmethod
    def _day(d: PatternDay) -> Row:
        known = d.probability is not None
        cells = (
            d.date,
            formats.number(d.probability, 3),
            f"{d.low:.2f}–{d.high:.2f}" if known else formats.UNDEFINED,
            formats.number(d.effective_n, 0),
            formats.count(d.trades),
            formats.count(d.wins),
            signed(formats.ticks(d.net_ticks, unit=False), d.net_ticks) if d.trades else formats.UNDEFINED,
        )
        return Row(
            d.date, cells, (d.date, d.probability, d.low, d.effective_n, d.trades, d.wins, d.net_ticks)
        )

    @staticmethod
    def _trade(at: int, t: TradeRow, clock: Clock) -> Row:
        cells = (
            t.date,
            clock.minutes(t.entry_time),
            "long" if t.side > 0 else "short",
            signed(formats.ticks(t.net_ticks, unit=False), t.net_ticks),
            formats.reason(t.reason),
            formats.short_duration(t.duration),
            formats.count(t.mae),
            formats.count(t.mfe),
        )
        order = (t.date, t.entry_time, t.side, t.net_ticks, t.reason, t.duration, t.mae, t.mfe)
        return Row(f"{t.date}#{at}", cells, order)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        table = event.data_table
        if isinstance(table, LiveTable) and table.selected_key:
            date, _, at = table.selected_key.partition("#")
            self.dashboard.open_day(date, self.trades[int(at)].entry_time if at else None)

    def writers(self) -> list[Writer]:
        """Its days and its trades."""
        name = f"pattern-{self.pattern.code}-{self.pattern.side}"
        return [
            rows_writer(f"{name}-days", self.query_one("#days-table", LiveTable)),
            trades_writer(f"{name}-trades", self.trades),
        ]

    def action_trades(self) -> None:
        self.dashboard.show_trades_of_pattern(self.pattern.label)
