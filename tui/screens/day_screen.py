"""One finished day: prices with its trades, equity, how its sets did, what it chose for tomorrow, its regret."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from bayescore.errors import BayescoreError
from bayescore.events import DayResult
from bayescore_tui.charts import day_charts
from bayescore_tui.model.dayfiles import DayView, NotOnDiskError, read_day
from bayescore_tui.screens.exporting import CSV_KEY, Exporting, Writer, trades_writer
from bayescore_tui.screens.fitted import Fitted
from bayescore_tui.text import blocks, formats, lines, sets
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.steady import KeysFooter

if TYPE_CHECKING:
    from bayescore_tui.dashboard import Dashboard

LEAST_WINDOW_S = 60.0
"""Seconds that the price chart shows at least."""
RETRY_S = 0.3
ATTEMPTS = 20


class DayRead(Message):
    """A thread has read a day, or says why not."""

    def __init__(self, view: DayView | None, error: str = "", *, again: bool = False) -> None:
        super().__init__()
        self.view, self.error, self.again = view, error, again


class DayScreen(Exporting, Fitted, Screen[None]):
    """A finished day. Its files are read on a thread and forgotten on leaving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to the run"),
        Binding(
            "left_square_bracket",
            "step(-1)",
            "Before",
            key_display="[",
            tooltip="The finished day before this one",
        ),
        Binding(
            "right_square_bracket",
            "step(1)",
            "After",
            key_display="]",
            tooltip="The finished day after this one",
        ),
        Binding("n", "trade(1)", "Trade", tooltip="Crosshair on the next trade"),
        Binding("N", "trade(-1)", show=False, tooltip="Crosshair on the trade before"),
        Binding(
            "plus,equals_sign", "zoom(0.5)", "Zoom", key_display="+", tooltip="Look at half of the time shown"
        ),
        Binding("minus", "zoom(2.0)", show=False, tooltip="Look at twice the time shown"),
        Binding("left", "pan(-0.25)", show=False, tooltip="Earlier, by a quarter of the time shown"),
        Binding("right", "pan(0.25)", show=False, tooltip="Later, by a quarter of the time shown"),
        Binding("0", "whole", show=False, tooltip="The whole day"),
        Binding("g", "jump", "Day", tooltip="Open another day by its date"),
        Binding("x", "trades", "Trades", tooltip="List the trades of this day"),
        CSV_KEY,
    ]

    def __init__(self, run_dir: Path | None, date: str, entry_time: datetime | None = None) -> None:
        super().__init__()
        self.run_dir, self.date = run_dir, date
        self._wanted = entry_time
        """Entry of the trade that the crosshair shall go to."""
        self.window = day_charts.Window(0.0, 1.0)
        self.view: DayView | None = None
        self._attempts = 0

    @property
    def dashboard(self) -> Dashboard:
        return cast("Dashboard", self.app)

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with ScrollableContainer(id="day-body"):
            with Vertical(id="day-charts"):
                with Vertical(id="price-panel", classes="panel") as panel:
                    panel.border_title = "price"
                    yield Chart(id="price", empty="Reading…")
                with Vertical(id="equity-panel", classes="panel") as panel:
                    panel.border_title = "net ticks of the day, out of sample"
                    yield Chart(id="equity", empty="Reading…")
                with Vertical(id="histogram-panel", classes="panel") as panel:
                    panel.border_title = "all sets of the day by net ticks, in-sample"
                    yield Chart(id="histogram", empty="Reading…")
            with Vertical(id="day-side"):
                with Vertical(id="sets-panel", classes="panel") as panel:
                    panel.border_title = "parameter sets · * changes tomorrow"
                    yield Static(id="sets")
                with VerticalScroll(id="day-regret-panel", classes="panel") as panel:
                    panel.border_title = "regret: how exits were timed"
                    yield Static(id="day-regret")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.open(self.date)

    def open(self, date: str) -> None:
        """Show another day."""
        self.date, self.view = date, None
        self._blank(Content.assemble((date, "bold"), ("  reading…", lines.DIM)), "Reading…")
        if self.run_dir is None:
            self.post_message(DayRead(None, "The run's folder is not known yet."))
            return
        self._attempts = 0
        self._read(date)

    def _read(self, date: str) -> None:
        if self.run_dir is not None and date == self.date:
            work = partial(self._work, self.run_dir, date)
            self.run_worker(work, thread=True, exclusive=True, exit_on_error=False)

    def _work(self, run_dir: Path, date: str) -> None:
        try:
            self.post_message(DayRead(read_day(run_dir, date)))
        except NotOnDiskError as error:
            self.post_message(DayRead(None, str(error), again=True))
        except (BayescoreError, msgspec.MsgspecError) as error:
            self.post_message(DayRead(None, str(error)))

    def on_day_read(self, event: DayRead) -> None:
        event.stop()
        if event.view is None:
            # A day is told as finished a moment before its files are in place.
            self._attempts += 1
            if event.again and self._attempts < ATTEMPTS:
                self.set_timer(RETRY_S, partial(self._read, self.date))
                return
            self._blank(Content.assemble((self.date, "bold"), ("  ! not readable", lines.WARN)), event.error)
            return
        if event.view.result.date != self.date:
            return
        self.view = event.view
        self.window = day_charts.whole(event.view)
        if self._wanted is not None:
            entries = [t.entry_time for t in event.view.trades]
            if self._wanted in entries:
                self._look_at(entries.index(self._wanted))
            self._wanted = None
        self._show()

    def _blank(self, title: Content, text: str) -> None:
        """Show nothing of another day."""
        self.query_one("#title", Static).update(title)
        for chart, empty in (("#price", text), ("#equity", ""), ("#histogram", "")):
            self.query_one(chart, Chart).show_text(empty)
        self.query_one("#histogram-panel").border_subtitle = ""
        self.query_one("#price-panel").border_subtitle = ""
        self.query_one("#sets", Static).update("")
        self.query_one("#day-regret", Static).update("")

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        view = self.view
        if view is None:
            return
        result, width = view.result, self.size.width
        self.query_one("#title", Static).update(self._title(result, width - 2))
        self._show_time(view)
        self.query_one("#histogram", Chart).show(lambda w, h: day_charts.histogram(result.iterations, w, h))
        found = result.iterations
        self.query_one(
            "#histogram-panel"
        ).border_subtitle = f"{found.profitable:,} of {found.count:,} in profit · {found.trades:,} trades"
        side = max(self.query_one("#sets").size.width, 36)
        self.query_one("#sets", Static).update(sets.table(result, side))
        self.query_one("#day-regret", Static).update(blocks.regret(result.regret, result.date, side))

    def _show_time(self, view: DayView) -> None:
        """Draw the part of the day that is looked at."""
        window, clock, tick = self.window, self.dashboard.clock, view.market.tick_size
        self.query_one("#price", Chart).show(lambda w, h: day_charts.price(view, window, clock, tick, w, h))
        self.query_one("#equity", Chart).show(lambda w, h: day_charts.equity(view, window, clock, w, h))
        panel = self.query_one("#price-panel")
        width = panel.size.width - 4
        legend = "▲ long ▼ short in, ● gain × loss out"
        traded = bool(view.trades)
        # A day without trades has no equity: the price takes the room.
        self.query_one("#equity-panel").display = traded
        panel.border_title = Content(
            f"price, {clock.name} time" + (f" · {legend}" if traded and width > 70 else "")
        )
        chosen = view.trades[window.trade] if window.trade is not None else None
        panel.border_subtitle = (
            lines.trade(chosen, (window.trade or 0) + 1, len(view.trades), clock, tick, width)
            if chosen is not None
            else Content(
                f"{formats.counted(len(view.trades), 'trade')} · n the first · + larger, with entries"
                if traded
                else "stayed flat: nothing was traded out of sample"
            )
        )

    def _look_at(self, trade: int) -> None:
        """Put the crosshair on a trade, and move the part looked at so that it is seen."""
        view, window = self.view, self.window
        if view is None:
            return
        at = (view.trades[trade].entry_time - day_charts.origin(view)).total_seconds()
        first, length = window.first, window.last - window.first
        if not window.first + 0.05 * length <= at <= window.last - 0.05 * length:
            first = at - length / 2
        self.window = day_charts.Window(first, first + length, trade)
        self._keep_inside()

    def _keep_inside(self) -> None:
        if self.view is None:
            return
        whole, window = day_charts.whole(self.view), self.window
        length = min(window.last - window.first, whole.last)
        first = min(max(window.first, 0.0), whole.last - length)
        self.window = day_charts.Window(first, first + length, window.trade)

    def on_chart_picked(self, event: Chart.Picked) -> None:
        """Put the crosshair on the trade whose entry is nearest to a click."""
        event.stop()
        view = self.view
        if view is None or not view.trades or event.chart.id == "histogram":
            return
        start = day_charts.origin(view)
        away = [abs((t.entry_time - start).total_seconds() - event.value) for t in view.trades]
        self._look_at(away.index(min(away)))
        self._show_time(view)

    def action_trade(self, step: int) -> None:
        """Move the crosshair to the next trade, or the one before."""
        if self.view is None or not self.view.trades:
            self.notify("Nothing was traded out of sample on this day.", timeout=2)
            return
        n, now = len(self.view.trades), self.window.trade
        self._look_at((0 if step > 0 else n - 1) if now is None else (now + step) % n)
        self._show_time(self.view)

    def action_zoom(self, factor: float) -> None:
        """Look at less or more of the day, around the crosshair or the middle."""
        if self.view is None:
            return
        window, whole = self.window, day_charts.whole(self.view)
        length = min(max((window.last - window.first) * factor, LEAST_WINDOW_S), whole.last)
        middle = (window.first + window.last) / 2
        if window.trade is not None:
            entry = self.view.trades[window.trade].entry_time
            middle = (entry - day_charts.origin(self.view)).total_seconds()
        self.window = day_charts.Window(middle - length / 2, middle + length / 2, window.trade)
        self._keep_inside()
        self._show_time(self.view)

    def action_pan(self, share: float) -> None:
        """Move the part that is looked at."""
        if self.view is None:
            return
        step = (self.window.last - self.window.first) * share
        self.window = day_charts.Window(self.window.first + step, self.window.last + step, self.window.trade)
        self._keep_inside()
        self._show_time(self.view)

    def action_whole(self) -> None:
        """Look at the whole day again, without a crosshair."""
        if self.view is not None:
            self.window = day_charts.whole(self.view)
            self._show_time(self.view)

    def clock_changed(self) -> None:
        """Write times in another zone."""
        if self.view is not None:
            self._show_time(self.view)

    def _title(self, result: DayResult, width: int) -> Content:
        head = result.policies.get(result.headline)
        m, currency = head.metrics if head else None, self.dashboard.model.currency
        parts: list[lines.Part] = [
            (result.date, lines.STRONG),
            (f"  day {result.index + 1} of {self.dashboard.model.day_count} · {result.symbol} · ", lines.DIM),
            f"{result.bars:,} bars · ",
        ]
        if m is None:
            parts.append("nothing traded: the first day only learns")
        elif not m.trades:
            parts.append("stayed flat")
        else:
            parts += [
                (f"{formats.money(m.net_currency, currency)} net", lines.tone(m.net_currency)),
                f" · {m.trades} trades · won {formats.percent(m.win_rate, 0)}",
            ]
            more = [f" · held {formats.short_duration(m.duration_mean_s)}", f" · {m.ambiguous} ambiguous"]
            if m.break_even_win_rate is not None:
                more.insert(0, f", needs {formats.percent(m.break_even_win_rate, 0)}")
            for text in more:
                if lines.cells(parts) + len(text) <= width:
                    parts.append(text)
        return Content.assemble(*parts)

    def action_step(self, step: int) -> None:
        """Open the finished day before or after this one."""
        dates = [d.date for d in self.dashboard.model.days]
        at = dates.index(self.date) + step if self.date in dates else -1
        if 0 <= at < len(dates):
            self.open(dates[at])
        else:
            self.notify("That is the last finished day." if step > 0 else "That is the first day.", timeout=2)

    def action_jump(self) -> None:
        self.dashboard.jump()

    def writers(self) -> list[Writer]:
        """Its trades."""
        return [trades_writer(f"{self.date}-trades", self.view.trades)] if self.view is not None else []

    def action_trades(self) -> None:
        self.dashboard.show_trades(self.date)
