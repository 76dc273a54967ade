"""The main screen: a run as it goes on, or as it was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Static, TabbedContent, TabPane

from bayescore_tui.charts import run_charts
from bayescore_tui.charts.drawing import Figure
from bayescore_tui.charts.run_charts import HINDSIGHT_MODES, Hindsight
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.screens.fitted import Fitted
from bayescore_tui.text import blocks, lines
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.panes import DaysPane, EffectsPane, LogPane, PatternsPane
from bayescore_tui.widgets.steady import KeysFooter, Line, Sheet, retitle
from bayescore_tui.widgets.trades_pane import TradesPane

if TYPE_CHECKING:
    from bayescore_tui.dashboard import Dashboard

TICK_S = 0.1
PROGRESS_S = 0.25
"""Progress bars and the best set are written at most this often."""
PANELS_S = 0.3
"""All other panels are written at most this often."""
SHARE = 0.03
"""Part of a core that the screen may take while it trains; if the last panels took more, the next ones wait."""
LONGEST_S = 3.0
"""No panel is older than this."""
TITLES = {"pnl": "net P&L so far", "win": "win rate", "sharpe": "Sharpe so far, annualised"}
CHARTS = tuple(TITLES)


class RunScreen(Fitted, Screen[None]):
    """Charts, regret, progress, best set, and tabs with everything behind them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "Quit", tooltip="Close; asks first if that would stop training"),
        Binding("p", "pause", "Pause", tooltip="Hold training at the next step; finished work stays"),
        Binding("p", "resume", "Resume", tooltip="Go on with training"),
        Binding("s", "stop_after_day", "Stop", tooltip="End the run once the day in work is saved"),
        Binding("w", "saved", "Save", tooltip="Say what is saved; finished days save themselves"),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Filter the table of this tab"),
        Binding("g", "jump", "Day", tooltip="Open a finished day by its date"),
        Binding("c", "next_chart", "Chart", tooltip="Show one chart large, the next one, all of them"),
        Binding(
            "i", "hindsight", "In-sample", show=False, tooltip="In-sample line: own axis, same axis, hidden"
        ),
        Binding("1", "tab('days')", "Days", show=False, tooltip="Days: one row a finished day"),
        Binding("2", "tab('patterns')", "Patterns", show=False, tooltip="Patterns: the strongest states"),
        Binding("3", "tab('trades')", "Trades", show=False, tooltip="Trades, with filter"),
        Binding("4", "tab('effects')", "Effects", show=False, tooltip="Effects: which factor matters"),
        Binding("5", "tab('regret')", "Regret", show=False, tooltip="Regret: how exits were timed"),
        Binding("6", "tab('summary')", "Summary", show=False, tooltip="Summary: the end of the run"),
        Binding("7", "tab('log')", "Log", show=False, tooltip="Log: what happened"),
        Binding("escape", "back", "Runs", show=False, tooltip="Back to the list of runs"),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.hindsight: Hindsight = HINDSIGHT_MODES[0]
        self.chosen: str | None = None
        """The chart shown alone; ``None`` shows all where there is room."""
        self._model: RunModel | None = None
        self._days = -1
        self._position = (-1, -1, -1)
        """Revisions of the model that the panels, and the lines of progress, show."""
        self._panels_at = self._progress_at = self._used = 0.0
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
        with Horizontal(id="top"):
            with Container(id="charts"):
                for name, title in TITLES.items():
                    with Vertical(id=f"{name}-panel", classes="panel cell") as cell:
                        cell.border_title = title
                        yield Chart(id=name)
                with Vertical(id="metrics-panel", classes="panel cell") as cell:
                    cell.border_title = "out of sample"
                    yield Line(id="metrics")
            with VerticalScroll(id="regret-panel", classes="panel") as panel:
                panel.border_title = "regret: how exits were timed"
                yield Sheet(classes="regret")
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
                yield Sheet(classes="regret")
            with TabPane("Summary", id="summary"), VerticalScroll(classes="scroll"):
                yield Sheet(id="final")
            with TabPane("Log", id="log"):
                yield LogPane()
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
        position = (model.progress_revision, model.revision, model.best_revision)
        if force or (position != self._position and now - self._progress_at >= PROGRESS_S):
            self._position, self._progress_at = position, now
            self._show_progress(model)
            self._show_best(model)
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
        self.query_one("#header", Line).say(lines.header(model, self._title, width))
        self.query_one("#progress", Line).say(lines.progress(model, width))
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
        objective = model.started.objective if model.started else "sharpe"
        text = lines.best_set(model.best, model.best_date, model.improvements, objective, self.size.width)
        self.query_one("#best", Line).say(text)

    def _show_panels(self, model: RunModel) -> None:
        self._show_charts(model)
        metrics = self.query_one("#metrics", Line)
        width = max(metrics.size.width, 36)
        metrics.say(blocks.metrics(model, width, self.query_one("#metrics-panel").content_size.height))
        panel = self.query_one("#metrics-panel")
        nearest = Content("")
        if model.last is not None:
            nearest = Content.assemble(
                *blocks.paying(blocks.nearest_to_paying(model.last.patterns), width - 2)
            )
        retitle(panel, "out of sample", nearest)
        if self.query_one("#regret-panel").display:
            self._show_regret(self.query_one("#regret-panel .regret", Sheet), model)
        if model.summary is not None and not self._announced:
            self._announced = True
            if self.dashboard.live:
                self.action_tab("summary")

    @staticmethod
    def _show_regret(target: Sheet, model: RunModel) -> None:
        result, outer = model.last, target.parent
        width = max((outer.size.width if isinstance(outer, Widget) and outer.size.width else 40) - 2, 30)
        regret, date = (result.regret, result.date) if result else (None, "")
        target.say(blocks.regret(regret, date, min(width, 90)))

    def _show_charts(self, model: RunModel) -> None:
        mode = self.hindsight

        def pnl(w: int, h: int) -> Figure:
            return run_charts.pnl(model, mode, w, h)

        def win(w: int, h: int) -> Figure:
            return run_charts.win_rate(model, w, h)

        def sharpe(w: int, h: int) -> Figure:
            return run_charts.sharpe(model, w, h)

        for name, build in (("pnl", pnl), ("win", win), ("sharpe", sharpe)):
            panel = self.query_one(f"#{name}-panel")
            if panel.display:
                self.query_one(f"#{name}", Chart).show(build)
                title = self._pnl_title(model, panel.size.width) if name == "pnl" else TITLES[name]
                retitle(panel, title, lines.legend(name, model, panel.size.width))

    def _pnl_title(self, model: RunModel, width: int) -> str:
        wide, mode = width >= 56, self.hindsight
        title = f"net P&L so far, {model.currency}" if wide else "net P&L"
        if mode != "hidden":
            title += (" · i in-sample (hindsight)" if wide else " · i hindsight") + (
                " →" if mode == "own axis" else ""
            )
        return title

    def _show_tab(self, model: RunModel) -> None:
        match self.query_one(TabbedContent).active:
            case "days":
                self.query_one(DaysPane).update_from(model)
            case "patterns":
                self.query_one(PatternsPane).update_from(model)
            case "trades":
                self.query_one(TradesPane).update_from(model, self.dashboard.run_dir)
            case "effects":
                self.query_one(EffectsPane).update_from(model)
            case "regret":
                self._show_regret(self.query_one("#regret .regret", Sheet), model)
            case "summary":
                self.query_one("#final", Sheet).say(blocks.summary(model))
            case "log":
                self.query_one(LogPane).update_from(model)

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
        order: list[str | None] = [*CHARTS] if small else [None, *CHARTS, "metrics"]
        now = order.index(self.chosen) if self.chosen in order else 0
        self._choose(order[(now + 1) % len(order)])

    def _choose(self, name: str | None) -> None:
        self.chosen = name
        self.query_one("#charts").set_class(name is not None, "-one")
        for cell in self.query(".cell"):
            cell.set_class(cell.id == f"{name or 'pnl'}-panel", "-chosen")
        self.call_after_refresh(self._show_panels, self.model)

    def action_hindsight(self) -> None:
        """Step through the ways of drawing the in-sample line."""
        at = HINDSIGHT_MODES.index(self.hindsight)
        self.hindsight = HINDSIGHT_MODES[(at + 1) % len(HINDSIGHT_MODES)]
        self.notify(f"In-sample (hindsight) line: {self.hindsight}.", timeout=2)
        self._show_charts(self.model)

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
                self.dashboard.open_day(row.date)
