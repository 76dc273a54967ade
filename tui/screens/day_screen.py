"""One finished day: prices with its trades, equity, how its sets did, what it chose for tomorrow, its regret."""

from __future__ import annotations

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
from bayescore_tui.screens.fitted import Fitted
from bayescore_tui.text import blocks, formats, lines, sets
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.steady import KeysFooter

if TYPE_CHECKING:
    from bayescore_tui.dashboard import Dashboard

RETRY_S = 0.3
ATTEMPTS = 20


class DayRead(Message):
    """A thread has read a day, or says why not."""

    def __init__(self, view: DayView | None, error: str = "", *, again: bool = False) -> None:
        super().__init__()
        self.view, self.error, self.again = view, error, again


class DayScreen(Fitted, Screen[None]):
    """A finished day. Its files are read on a thread and forgotten on leaving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to the run"),
        Binding(
            "left_square_bracket,left",
            "step(-1)",
            "Before",
            key_display="[",
            tooltip="The finished day before this one",
        ),
        Binding(
            "right_square_bracket,right",
            "step(1)",
            "After",
            key_display="]",
            tooltip="The finished day after this one",
        ),
        Binding("g", "jump", "Day", tooltip="Open another day by its date"),
        Binding("x", "trades", "Trades", tooltip="List the trades of this day"),
    ]

    def __init__(self, run_dir: Path | None, date: str) -> None:
        super().__init__()
        self.run_dir, self.date = run_dir, date
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
                    panel.border_title = "price · ▲ long entry ▼ short entry × exit · UTC"
                    yield Chart(id="price", empty="Reading…")
                with Vertical(id="equity-panel", classes="panel") as panel:
                    panel.border_title = "net ticks of the day, out of sample · UTC"
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
        self._show()

    def _blank(self, title: Content, text: str) -> None:
        """Show nothing of another day."""
        self.query_one("#title", Static).update(title)
        for chart, empty in (("#price", text), ("#equity", ""), ("#histogram", "")):
            self.query_one(chart, Chart).say(empty)
        self.query_one("#histogram-panel").border_subtitle = ""
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
        self.query_one("#price", Chart).show(lambda w, h: day_charts.price(view, w, h))
        self.query_one("#equity", Chart).show(lambda w, h: day_charts.equity(view, w, h))
        self.query_one("#histogram", Chart).show(lambda w, h: day_charts.histogram(result.iterations, w, h))
        found = result.iterations
        self.query_one(
            "#histogram-panel"
        ).border_subtitle = f"{found.profitable:,} of {found.count:,} in profit · {found.trades:,} trades"
        side = max(self.query_one("#sets").size.width, 36)
        self.query_one("#sets", Static).update(sets.table(result, side))
        self.query_one("#day-regret", Static).update(blocks.regret(result.regret, result.date, side))

    def _title(self, result: DayResult, width: int) -> Content:
        head = result.policies[result.headline]
        m, currency = head.metrics, self.dashboard.model.currency
        parts: list[lines.Part] = [
            (result.date, lines.STRONG),
            (f"  day {result.index + 1} of {self.dashboard.model.day_count} · {result.symbol} · ", lines.DIM),
            f"{result.bars:,} bars · ",
        ]  # fmt: skip
        if m is None:
            parts.append("nothing traded: the first day only learns")
        else:
            parts += [
                (f"{formats.money(m.net_currency, currency)} net", lines.tone(m.net_currency)),
                f" · {m.trades} trades · won {formats.percent(m.win_rate)}",
            ]
            if width >= 110:
                parts.append(f" · held {formats.duration(m.duration_mean_s)} · {m.ambiguous} ambiguous")
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

    def action_trades(self) -> None:
        self.dashboard.show_trades(self.date)
