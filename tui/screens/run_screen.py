"""The main screen: a run as it goes on, or as it was."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Static, TabbedContent, TabPane

from bayescore_tui.charts import run_charts
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.model.sheet_tables import evidence_tables, regret_tables, summary_tables, trust_tables
from bayescore_tui.screens.exporting import CSV_KEY, Exporting, Writer, table_writer
from bayescore_tui.screens.fitted import Fitted
from bayescore_tui.text import answer, blocks, formats, lines, tomorrow, trust
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.panes import DaysPane, EffectsPane, LogPane, PatternsPane
from bayescore_tui.widgets.steady import KeysFooter, Line, Sheet, retitle
from bayescore_tui.widgets.table_pane import TablePane
from bayescore_tui.widgets.tomorrow_pane import TomorrowPane
from bayescore_tui.widgets.trades_pane import TradesPane

if TYPE_CHECKING:
    from bayescore_tui.dashboard import Dashboard

TICK_S = 0.1
PROGRESS_S = 0.25
"""Progress bars and the best set are written at most this often."""
SETS_S = 0.5
"""Dots of the day's sets are drawn at most this often: it costs as much as all the lines of progress together."""
PANELS_S = 0.3
"""All other panels are written at most this often."""
SHARE = 0.03
"""Part of a core that the screen may take while it trains; if the last panels took more, the next ones wait."""
LONGEST_S = 3.0
"""No panel is older than this."""
HANDS_S = 0.15
"""So long after a key nothing is written that nobody asked for: the next key may follow."""
OVERDUE_S = 0.6
"""Unless the progress is as old as this, as it gets while a key is held down."""
STRIP_FROM = 16
"""Rows of the panel of the P&L from which there is room for the falls below it."""
WHOLE_TITLE = 42
"""Columns of the panel of the P&L from which its title fits in full."""
TITLE_EDGES = 6
"""Columns of a panel beside its title."""
TITLES = {
    "pnl": "net P&L so far",
    "win": "win rate",
    "sharpe": "Sharpe so far, annualised",
    "hindsight": "hindsight: sum of each day's best set, not a result",
    "swept": "sets of a day, net tk in sample",
}
CHARTS = tuple(TITLES)


class RunScreen(Exporting, Fitted, Screen[None]):
    """The answer, charts, tomorrow, progress, and tabs with everything behind them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "Quit", tooltip="Close; asks first if that would stop training"),
        Binding("p", "pause", "Pause", tooltip="Hold training at the next step; finished work stays"),
        Binding("p", "resume", "Resume", tooltip="Go on with training"),
        Binding("s", "stop_after_day", "Stop", tooltip="End the run once the day in work is saved"),
        Binding("w", "saved", "Saved?", tooltip="Say what is saved; finished days save themselves"),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Filter the table of this tab"),
        CSV_KEY,
        Binding("g", "jump", "Day", tooltip="Open a finished day by its date"),
        Binding("c", "next_chart", "Chart", tooltip="Show one chart large, the next one, all of them"),
        Binding(
            "i",
            "hindsight",
            "Hindsight",
            show=False,
            tooltip="Chart of the days' best sets: not a result; then all sets of a day",
        ),
        Binding("1", "tab('days')", "Days", show=False, tooltip="Days: one row a finished day"),
        Binding("2", "tab('patterns')", "Patterns", show=False, tooltip="Patterns: the strongest states"),
        Binding("3", "tab('trades')", "Trades", show=False, tooltip="Trades, with filter"),
        Binding("4", "tab('effects')", "Effects", show=False, tooltip="Effects: which factor matters"),
        Binding("5", "tab('regret')", "Regret", show=False, tooltip="Regret: how exits were timed"),
        Binding("6", "tab('summary')", "Summary", show=False, tooltip="Summary: the end of the run"),
        Binding("7", "tab('log')", "Log", show=False, tooltip="Log: what happened"),
        Binding("8", "tab('next')", "Tomorrow", show=False, tooltip="Tomorrow: decision, experts, rivals"),
        Binding("9", "tab('trust')", "Trust", show=False, tooltip="Trust: how much of it could be luck"),
        Binding("v", "compare", "Compare", show=False, tooltip="Compare this run with another one"),
        Binding("escape", "back", "Runs", show=False, tooltip="Back to the list of runs"),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.chosen: str | None = None
        """The chart shown alone; ``None`` shows all where there is room."""
        self._model: RunModel | None = None
        self._days = self._sets = -1
        self._position = (-1, -1, -1)
        """Revisions of the model that the panels, and the lines of progress, show."""
        self._panels_at = self._progress_at = self._sets_at = self._used = 0.0
        self._announced = False
        self._steering = (False, False)

    @property
    def dashboard(self) -> Dashboard:
        return cast("Dashboard", self.app)

    @property
    def model(self) -> RunModel:
        return self.dashboard.model

    def compose(self) -> ComposeResult:
        yield Line(id="header")
        yield Static(id="notice", markup=False)
        yield Line(id="answer")
        with Horizontal(id="top"):
            with Container(id="charts"):
                for name, title in TITLES.items():
                    with Vertical(id=f"{name}-panel", classes="panel cell") as cell:
                        cell.border_title = title
                        yield Chart(id=name)
                        if name == "pnl":
                            yield Line(id="underwater-caption")
                            yield Chart(id="underwater")
                with Vertical(id="metrics-panel", classes="panel cell") as cell:
                    cell.border_title = "out of sample"
                    yield Line(id="metrics")
            with VerticalScroll(id="tomorrow-panel", classes="panel") as panel:
                panel.border_title = "tomorrow · * changes"
                yield Sheet(id="tomorrow")
        yield Line(id="progress")
        yield Line(id="best")
        with TabbedContent(initial="days"):
            with TabPane("Days", id="days"):
                yield DaysPane()
            with TabPane("Patterns", id="patterns"):
                yield PatternsPane()
            with TabPane("Trades", id="trades"):
                yield TradesPane()
            with TabPane("Effects", id="effects"):
                yield EffectsPane()
            with TabPane("Regret", id="regret"), VerticalScroll(classes="scroll"):
                yield Sheet(id="regret-text")
            with TabPane("Summary", id="summary"), VerticalScroll(classes="scroll"):
                yield Sheet(id="final")
            with TabPane("Log", id="log"):
                yield LogPane()
            with TabPane("Tomorrow", id="next"):
                yield TomorrowPane()
            with TabPane("Trust", id="trust"), VerticalScroll(classes="scroll"):
                yield Sheet(id="trust-text")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._choose(None)
        self.set_interval(TICK_S, self.tick)
        self.query_one(DaysPane).table.focus()
        self.tick(force=True)

    def on_screen_resume(self) -> None:
        self.tick(force=True)

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.tick, force=True)

    # -- showing what has changed ------------------------------------------------------------------------------

    def tick(self, *, force: bool = False) -> None:
        """Bring to the screen what has changed since the last time, and nothing else."""
        if not self.is_current and not force:
            return
        model = self.model
        if model is not self._model:
            self._model, self._announced, force = model, False, True
        now = time.monotonic()
        if not force and now - self.dashboard.key_at < HANDS_S and now - self._progress_at < OVERDUE_S:
            return
        position = (model.progress_revision, model.revision, model.best_revision)
        if force or (position != self._position and now - self._progress_at >= PROGRESS_S):
            self._position, self._progress_at = position, now
            self._show_progress(model)
            self._show_best(model)
        if model.sets_revision != self._sets and (force or now - self._sets_at >= SETS_S):
            self._sets, self._sets_at = model.sets_revision, now
            self._show_charts(model, only_sets=True)
        if force or now - self._panels_at >= self._pause(model):
            if force or model.revision != self._days:
                self._days = model.revision
                self._show_panels(model)
                self._show_tab(model)
                self._panels_at, self._used = now, time.thread_time()
            elif self.query_one(TabbedContent).active == "log":
                self._show_tab(model)

    def _pause(self, model: RunModel) -> float:
        """Seconds from one writing of the panels to the next: longer if drawing them took long.

        All that this thread has done since is counted, and it does little else. A run at its end waits for nothing.
        """
        if not self.dashboard.training or model.done:
            return PANELS_S
        return min(max(PANELS_S, (time.thread_time() - self._used) / SHARE), LONGEST_S)

    def _show_progress(self, model: RunModel) -> None:
        width = max(self.size.width - 2, 20)
        self.query_one("#header", Line).show_text(
            lines.header(model, self._title, self.dashboard.clock.name, width)
        )
        self.query_one("#progress", Line).show_text(lines.progress(model, width))
        text = lines.notice(model)
        notice = self.query_one("#notice", Static)
        if text != notice.content:
            notice.set_class(bool(text), "-shown")
            notice.update(text)
        control = self.dashboard.control
        steering = (self.dashboard.training, control is not None and control.paused)
        if steering != self._steering:
            self._steering = steering
            self.refresh_bindings()

    def _show_best(self, model: RunModel) -> None:
        now = model.progress
        if (
            now is not None
            and now.race is not None
            and model.status.state not in lines.HALTED
            and not model.done
        ):
            text = lines.race(now.race, model.currency, self.size.width - 2)
            self.query_one("#best", Line).show_text(text)
            return
        objective = model.started.objective if model.started else "sharpe"
        text = lines.best_set(model.best, model.best_date, model.improvements, objective, self.size.width)
        self.query_one("#best", Line).show_text(text)

    def _show_panels(self, model: RunModel) -> None:
        self.query_one("#answer", Line).show_text(answer.answer(model, max(self.size.width - 2, 20)))
        self._show_charts(model)
        metrics = self.query_one("#metrics", Line)
        width = max(metrics.size.width, 36)
        metrics.show_text(blocks.metrics(model, width, self.query_one("#metrics-panel").content_size.height))
        panel = self.query_one("#tomorrow-panel")
        if panel.display:
            self.query_one("#tomorrow", Sheet).show_text(
                tomorrow.tomorrow(model, max(panel.content_size.width - 1, 30))
            )
        if model.summary is not None and not self._announced:
            self._announced = True
            if self.dashboard.live:
                self.action_tab("summary")

    def _show_regret(self, target: Sheet, model: RunModel) -> None:
        result = model.last
        regret, date = (result.regret, result.date) if result else (None, "")
        target.show_text(blocks.regret(regret, date, min(max(self.size.width - 3, 30), 90)))

    def _show_charts(self, model: RunModel, *, only_sets: bool = False) -> None:
        builds = {
            "pnl": run_charts.pnl,
            "win": run_charts.win_rate,
            "sharpe": run_charts.sharpe,
            "hindsight": run_charts.hindsight,
            "swept": run_charts.all_sets,
        }
        if self._shows_sets:
            builds["sharpe"] = run_charts.all_sets

        for name, build in builds.items():
            panel = self.query_one(f"#{name}-panel")
            if panel.display and (build is run_charts.all_sets or not only_sets):
                self.query_one(f"#{name}", Chart).show(partial(build, model))
                shown = "swept" if build is run_charts.all_sets else name
                retitle(panel, self._title_of(shown, panel), lines.legend(shown, model, panel.size.width))
        if only_sets:
            return
        strip = self.query_one("#underwater", Chart)
        strip.display = self.query_one("#pnl-panel").content_size.height >= STRIP_FROM
        caption = self.query_one("#underwater-caption", Line)
        caption.display = strip.display
        if strip.display:
            caption.show_text(lines.underwater(model))
            strip.show(partial(run_charts.underwater, model))

    def _title_of(self, chart: str, panel: Widget) -> str:
        model = self.model
        if chart == "pnl":
            title = f"net P&L so far, {model.currency}"
            return title + (", out of sample" if panel.size.width >= WHOLE_TITLE else "")
        if chart == "swept" and model.sets is not None:
            return f"sets of {model.sets.date[5:]}, net tk in sample"
        between = formats.ratio_between(model.sharpe_interval) if chart == "sharpe" else ""
        if between:
            title = f"Sharpe so far, annualised, {between}"
            return title if len(title) + TITLE_EDGES <= panel.size.width else f"Sharpe {between}"
        return TITLES[chart]

    def _show_tab(self, model: RunModel) -> None:
        match self.query_one(TabbedContent).active:
            case "days":
                self.query_one(DaysPane).update_from(model)
            case "patterns":
                self.query_one(PatternsPane).update_from(model)
            case "trades":
                board = self.dashboard
                self.query_one(TradesPane).update_from(model, board.run_dir, board.market, board.clock)
            case "effects":
                self.query_one(EffectsPane).update_from(model)
            case "regret":
                self._show_regret(self.query_one("#regret-text", Sheet), model)
            case "summary":
                self.query_one("#final", Sheet).show_text(blocks.summary(model, max(self.size.width - 3, 30)))
            case "next":
                self.query_one(TomorrowPane).update_from(model, self.dashboard.run_dir)
            case "trust":
                self.query_one("#trust-text", Sheet).show_text(
                    trust.trust(model, max(self.size.width - 3, 30))
                )
            case "log":
                self.query_one(LogPane).update_from(model, self.dashboard.clock)

    def on_tabbed_content_tab_activated(self) -> None:
        self._show_tab(self.model)

    # -- keys --------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what this run cannot do: a run of another process is not ours to steer."""
        control = self.dashboard.control
        if action in ("pause", "resume"):
            paused = control is not None and control.paused
            if (action == "resume") != paused:
                return False
            return True if self.dashboard.training else None
        if action == "stop_after_day":
            return True if self.dashboard.training else None
        return True

    def action_pause(self) -> None:
        self.dashboard.pause()

    def action_resume(self) -> None:
        self.dashboard.resume()

    def action_stop_after_day(self) -> None:
        self.dashboard.stop_after_day()

    def action_saved(self) -> None:
        self.notify(self.dashboard.saved_text(), title="Saved")

    def action_back(self) -> None:
        self.dashboard.leave_run()

    def action_jump(self) -> None:
        self.dashboard.jump()

    def action_filter(self, text: str | None = None) -> None:
        """Open the filter of this tab, or set it."""
        pane = self._pane()
        if pane is None:
            self.notify("This tab has nothing to filter.")
        else:
            pane.open_filter(text)

    def writers(self) -> list[Writer]:
        """The table of this tab as filtered, or the tables behind its text."""
        run = self.model.started.run if self.model.started else "run"
        active, pane = self.query_one(TabbedContent).active, self._pane()
        if isinstance(pane, TablePane):
            return [lambda folder: pane.write_csv(folder, f"{run}-{active}")]
        match active:
            case "summary":
                tables = summary_tables(self.model)
            case "regret":
                tables = regret_tables(self.model)
            case "trust":
                tables = trust_tables(self.model)
            case "next":
                tables = evidence_tables(self.model, self.query_one(TomorrowPane).grid)
            case _:
                tables = []
        return [table_writer(f"{run}-{t.name}", t.header, t.rows) for t in tables]

    def action_compare(self) -> None:
        """Choose another run to hold beside this one."""
        if self.dashboard.run_dir is None:
            self.notify("The run's folder is not known yet.")
        else:
            self.dashboard.compare(self.dashboard.run_dir)

    def _pane(self) -> DaysPane | PatternsPane | TradesPane | EffectsPane | LogPane | None:
        tab = self.query_one(TabbedContent).active_pane
        for pane in tab.children if tab else ():
            if isinstance(pane, DaysPane | PatternsPane | TradesPane | EffectsPane | LogPane):
                return pane
        return None

    def action_tab(self, name: str) -> None:
        """Show a tab and put the focus into it."""
        self.query_one(TabbedContent).active = name
        pane = self.query_one(f"#{name}", TabPane)
        for widget in pane.query("LiveTable, RichLog, VerticalScroll"):
            widget.focus()
            break

    def action_next_chart(self) -> None:
        """All charts, then each alone; small screens always show one."""
        small = self.has_class("-narrow") or self.has_class("-short")
        order: list[str | None] = [*CHARTS[:3]] if small else [None, *CHARTS[:3], "metrics"]
        now = order.index(self.chosen) if self.chosen in order else 0 if self.chosen is None else -1
        self._choose(order[(now + 1) % len(order)])

    def _choose(self, name: str | None) -> None:
        self.chosen = name
        self.query_one("#charts").set_class(name is not None, "-one")
        for cell in self.query(".cell"):
            cell.set_class(cell.id == f"{name or 'pnl'}-panel", "-chosen")
        self.call_after_refresh(self._show_panels, self.model)

    def action_hindsight(self) -> None:
        """Show what hindsight would have earned, then the sets of the day, alone; then all charts again."""
        self._choose({"hindsight": "swept", "swept": None}.get(self.chosen or "", "hindsight"))

    def clock_changed(self) -> None:
        """Write times in another zone."""
        self._show_tab(self.model)

    def on_chart_picked(self, event: Chart.Picked) -> None:
        """Open the day that was clicked in a chart over days."""
        event.stop()
        figure_of_days = event.chart.id != "swept" and not (event.chart.id == "sharpe" and self._shows_sets)
        index = round(event.value) - 1
        if figure_of_days and 0 <= index < len(self.model.days):
            self.dashboard.open_day(self.model.days[index].date)

    @property
    def _shows_sets(self) -> bool:
        """Whether the sets of the day stand where the Sharpe ratio will: it may have nothing to show for long."""
        headline = self.model.headline_index
        return not any(row.sharpe[headline] is not None for row in self.model.days)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Open what the row stands for."""
        event.stop()
        active = self.query_one(TabbedContent).active
        if active == "days" and (date := self.query_one(DaysPane).table.selected_key):
            self.dashboard.open_day(date)
        elif active == "patterns" and (key := self.query_one(PatternsPane).table.selected_key):
            self.dashboard.open_pattern(key)
        elif active == "trades":
            row = self.query_one(TradesPane).selected
            if row is not None:
                self.dashboard.open_day(row.date, row.entry_time)
