"""The application: owns the model and the source, and is the only one that talks to either."""

from __future__ import annotations

import math
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.filter import LineFilter
from textual.screen import Screen

from bayescore.errors import BayescoreError
from bayescore.report.clock import TIME_ZONES, Clock, TimeZone
from bayescore.runs.listing import list_runs
from bayescore.runs.market import Market, market_of
from bayescore_tui.model.dayfiles import last_checkpoint
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.screens.compare_screen import CompareScreen
from bayescore_tui.screens.day_screen import DayScreen
from bayescore_tui.screens.dialogs import ErrorDialog, HelpDialog, PickDialog, QuitDialog
from bayescore_tui.screens.pattern_screen import PatternScreen
from bayescore_tui.screens.run_screen import RunScreen
from bayescore_tui.screens.start_screen import StartScreen
from bayescore_tui.shell import logfile
from bayescore_tui.shell.palette import RunCommands
from bayescore_tui.shell.printable import Printable
from bayescore_tui.shell.signals import end_by_signal, go_on_after_a_stop
from bayescore_tui.shell.themes import THEMES, defaults
from bayescore_tui.sources.follow import FollowRun
from bayescore_tui.sources.live import LiveTraining
from bayescore_tui.sources.messages import (
    Events,
    ProgressReport,
    Restarted,
    SourceFailed,
    Status,
    StatusReport,
)
from bayescore_tui.sources.protocol import Control, EventSource
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.text import formats
from bayescore_tui.text.help import WORDS
from bayescore_tui.widgets.panes import PatternsPane
from bayescore_tui.widgets.trades_pane import TradesPane

ENDED = ("finished", "stopped", "failed")
SWITCH_S = 0.0005
"""Seconds after which a thread in the interpreter lets another one in while training is on."""


class Dashboard(App[None]):
    """Start screen, or a run.

    Parameters
    ----------
    spec
        What to do at the start.
    source
        Where events come from; tests hand in their own, otherwise it follows from `spec`.
    now
        Clock in Unix seconds; tests hand in one that stands still.
    """

    TITLE = "bayescore"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = App.COMMANDS | {RunCommands}
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (100, "-medium"),
        (120, "-normal"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-short"),
        (34, "-tall"),
        (50, "-huge"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", tooltip="Close; asks first if that would stop training"),
        Binding(
            "t", "toggle_theme", "Theme", show=False, tooltip="The next theme: dark, light, green and red"
        ),
        Binding("z", "time_zone", "Time zone", show=False, tooltip="Times of the exchange, local, or UTC"),
        Binding(
            "question_mark", "show_help", "Help", key_display="?", tooltip="All keys and what the words mean"
        ),
    ]

    def __init__(
        self,
        spec: RunSpec,
        source: EventSource | None = None,
        *,
        theme: str = "dark",
        zone: TimeZone = "exchange",
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self.spec = spec
        self.now = now
        self.model = RunModel()
        self.source: EventSource | None = None
        self._first_source = source
        self.exit_code = 0
        self._wanted_theme = THEMES[theme].name
        self.zone: TimeZone = zone
        self.key_at = -math.inf
        """When a key was pressed last, by the monotonic clock."""
        self._quit_after_day = False
        self._printable = Printable()
        if "TEXTUAL_ANIMATIONS" not in os.environ:
            # A key shall show its effect at once; frames in between would also cost training its time.
            self.animation_level = "none"

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line passes on its way to the terminal."""
        return [*super().get_line_filters(), self._printable]

    async def on_event(self, event: events.Event) -> None:
        """Note when somebody types: what a key asks for goes before what training tells."""
        if isinstance(event, events.Key):
            self.key_at = time.monotonic()
        await super().on_event(event)

    def on_mount(self) -> None:
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = self._wanted_theme
        if not self.is_headless:
            end_by_signal(self._end_by_signal)
            # The terminal is in its modes by now. Nothing is on screen yet, so no stop can come between.
            go_on_after_a_stop(self)
        if self._first_source is not None:
            self._open(self._first_source)
        elif self.spec.run is not None:
            self.follow(self.spec.run)
        elif self.spec.data:
            self.train(self.spec)
        else:
            self.push_screen(StartScreen(self.spec))

    def _end_by_signal(self, code: int) -> None:
        """Leave the terminal as it was when the process is told to end or its window is closed."""
        self.exit_code = code
        if self.source is not None:
            self.source.close()
        self.exit(return_code=code)

    # -- the source --------------------------------------------------------------------------------------------

    @property
    def run_dir(self) -> Path | None:
        return self.source.run_dir if self.source else None

    @property
    def market(self) -> Market:
        """What is fixed about the market of the run on screen."""
        known = self.run_dir if self.model.started is not None else None
        return market_of(known) if known is not None else Market()

    @property
    def clock(self) -> Clock:
        """How times are written; all of them, on every screen."""
        return Clock(self.zone, self.market.timezone)

    @property
    def control(self) -> Control | None:
        return self.source.control if self.source else None

    @property
    def live(self) -> bool:
        """Whether the run on screen is trained by this process."""
        return isinstance(self.source, LiveTraining) or self.control is not None

    @property
    def training(self) -> bool:
        """Whether leaving now would stop training."""
        return self.control is not None and self.model.status.state not in ENDED

    def follow(self, path: Path) -> None:
        """Show a run of another process, or a finished one."""
        self._open(FollowRun(path, self.now))

    def train(self, spec: RunSpec) -> None:
        """Train in this process."""
        # Trainer and screen take turns in the interpreter. By default the one waits for up to 5 ms whenever the other
        # is in it, which with the trainer's many short calls adds up to more than all that the screen does.
        sys.setswitchinterval(SWITCH_S)
        self._open(LiveTraining(spec))

    def _open(self, source: EventSource) -> None:
        if self.source is not None:
            self.source.close()
        self.source, self.model = source, RunModel()
        self.push_screen(RunScreen(source.title))
        self.run_worker(partial(self._drive, source), thread=True, group="source", exit_on_error=False)

    def _drive(self, source: EventSource) -> None:
        """Run the source; on its thread. Nothing that happens in it may take the screen down."""

        def post(message: Any) -> None:
            # A source that was left behind has nothing more to say.
            if self.source is source:
                self.post_message(message)

        try:
            source.run(post)
        except BayescoreError as error:
            logfile.write("training", traceback.format_exc())
            post(SourceFailed(str(error), error.exit_code))
        except BaseException as error:  # noqa: BLE001 - a panic of the core is no Exception; its message must be seen
            logfile.write("training", traceback.format_exc())
            post(SourceFailed(f"{type(error).__name__}: {error}", 1))

    def on_events(self, message: Events) -> None:
        time_seen = self.now() if message.live else None
        for event in message.events:
            self.model.apply(event, time_seen)

    def on_restarted(self, _message: Restarted) -> None:
        self.model = RunModel()

    def on_progress_report(self, message: ProgressReport) -> None:
        self.model.report_progress(message.progress)

    def on_status_report(self, message: StatusReport) -> None:
        before = self.model.status.state
        self.model.report_status(message.status, self.now())
        state = message.status.state
        if state == before:
            return
        if state in ("gone", "silent"):
            self.notify(
                "See the notice at the top; everything stays usable.",
                title=f"Writer {state}",
                severity="warning",
            )
        elif self.live and state in ENDED:
            self.notify(self.saved_text(), title=f"Training {state}")
            if self._quit_after_day:
                self.exit(return_code=self.exit_code)

    def on_source_failed(self, message: SourceFailed) -> None:
        self.exit_code = message.exit_code
        self.model.report_status(Status("failed", error=message.message), self.now())
        title = "Training failed" if self.live else "The run cannot be followed"
        self.show_error(title, message.message)

    # -- what screens ask for ----------------------------------------------------------------------------------

    def notify(self, message: str, **options: Any) -> None:
        """Show a message for a while; never as markup, since names and paths may hold brackets."""
        super().notify(message, **{**options, "markup": False})

    def show_error(self, title: str, message: str) -> None:
        """Show a panel with the message and where the details are."""
        self.push_screen(ErrorDialog(title, message, logfile.path_if_written()))

    def pause(self) -> None:
        if self.control is not None:
            self.control.pause()
            self.model.note("paused by you", self.now())
            self.refresh_bindings()

    def resume(self) -> None:
        if self.control is not None:
            self.control.resume()
            self.model.note("resumed by you", self.now())
            self.refresh_bindings()

    def stop_after_day(self) -> None:
        if self.control is not None:
            self.control.stop_after_day()
            self.control.resume()
            self.model.note("will stop after this day", self.now())
            self.notify("Training ends when the day in work is saved.", title="Stop after this day")

    def saved_text(self) -> str:
        """When the last checkpoint was written, and what is not in it."""
        saved = last_checkpoint(self.run_dir) if self.run_dir else None
        if saved is None:
            return "No day is saved yet. Each day is saved by itself when it finishes."
        date, written = saved
        ago = formats.duration(max(self.now() - written, 0))
        text = f"Day {date} was saved at {self.clock.of_unix(written)}, {ago} ago, in {self.run_dir}."
        if self.training and self.model.progress is not None:
            text += f" The day in work, {self.model.progress.date}, is saved when it finishes."
        return text

    def open_day(self, date: str, entry_time: datetime | None = None) -> None:
        """Open a finished day, with the crosshair on the trade of that entry."""
        if isinstance(self.screen, DayScreen):
            self.screen.open(date)
        else:
            self.push_screen(DayScreen(self.run_dir, date, entry_time))

    def open_pattern(self, key: str) -> None:
        """Open a pattern of the list by the key of its row."""
        model = self.model
        patterns = model.summary.patterns if model.summary else model.last.patterns if model.last else []
        found = next((p for p in patterns if PatternsPane.key(p) == key), None)
        if found is not None:
            self.push_screen(PatternScreen(self.run_dir, found, [d.date for d in model.days], model.headline))

    def jump(self) -> None:
        """Ask for a day and open it."""

        def opened(date: str | None) -> None:
            if date:
                self.open_day(date)

        days = [
            (
                d.date,
                d.date,
                f"{formats.money(d.net_currency, self.model.currency)} net, {d.trades} trades"
                if d.trades is not None
                else "first day",
            )
            for d in self.model.days
        ]
        hint, none = "part of a date, for example 01-15", "No day is finished yet."
        self.push_screen(PickDialog("Go to a day", hint, days, none, last=True), opened)

    def compare(self, run: Path) -> None:
        """Ask for another run and show both side by side."""

        def picked(other: str | None) -> None:
            if other:
                self.push_screen(CompareScreen(run, Path(other)))

        others = [r for r in list_runs(run.parent) if r.path.resolve() != run.resolve()]
        choices = [
            (str(r.path), r.name, formats.counted(len(r.finished_days()), "finished day")) for r in others
        ]
        title, none = f"Compare {run.name} with", f"There is no other run in {run.parent}."
        self.push_screen(PickDialog(title, "part of a name", choices, none), picked)

    def show_trades(self, text: str) -> None:
        """Go to the Trades tab of the run with a filter."""
        screen = self._run_screen()
        if screen is None:
            return
        while self.screen is not screen:
            self.pop_screen()
        screen.action_tab("trades")
        screen.query_one(TradesPane).open_filter(text)

    def show_trades_of_pattern(self, label: str) -> None:
        """Go to the Trades tab with the trades of one state."""
        self.show_trades(f'"{label}"')

    def _run_screen(self) -> RunScreen | None:
        return next((s for s in self.screen_stack if isinstance(s, RunScreen)), None)

    def leave_run(self) -> None:
        """Back to the list of runs; training must have ended."""
        if self.training:
            self.notify("Training is going on: stop it first (s), or quit (q).", severity="warning")
            return
        if self.source is not None:
            self.source.close()
            self.source = None
        if any(isinstance(screen, StartScreen) for screen in self.screen_stack):
            self.pop_screen()
        else:
            self.switch_screen(StartScreen(self.spec))

    # -- keys --------------------------------------------------------------------------------------------------

    def action_toggle_theme(self) -> None:
        names = [theme.name for theme in THEMES.values()]
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]

    def action_time_zone(self) -> None:
        """Write all times in the next zone."""
        self.zone = TIME_ZONES[(TIME_ZONES.index(self.zone) + 1) % len(TIME_ZONES)]
        self.notify(f"Times are in {self.clock.name} time ({self.zone}).", timeout=3)
        for screen in self.screen_stack:
            if isinstance(screen, RunScreen | DayScreen | PatternScreen | StartScreen):
                screen.clock_changed()

    def action_show_help(self) -> None:
        if not isinstance(self.screen, HelpDialog):
            self.push_screen(HelpDialog(self._keys(), WORDS))

    def _keys(self) -> list[tuple[str, str]]:
        """Keys of the screen first, then those of what has the focus; each with what it does."""
        own: list[tuple[str, str]] = []
        focus: list[tuple[str, str]] = []
        for node, binding, _enabled, tooltip in self.screen.active_bindings.values():
            if tooltip and not binding.system:
                target = own if isinstance(node, Screen | App) else focus
                target.append((self.get_key_display(binding), tooltip))
        return [
            *own,
            *focus,
            ("↑ ↓ ← →", "Move in a table, also to columns off the screen"),
            ("tab", "Next panel"),
        ]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of ours for themes that know nothing of them."""
        return defaults(self.current_theme.dark)

    async def action_quit(self) -> None:
        """Quit; if training would stop, ask how."""
        if not self.training or isinstance(self.screen, QuitDialog):
            self.exit(return_code=self.exit_code)
            return

        def answered(answer: str | None) -> None:
            if answer == "now":
                self.exit(return_code=self.exit_code)
            elif answer == "after_day":
                self._quit_after_day = True
                self.stop_after_day()

        self.push_screen(QuitDialog(self.saved_text()), answered)

    def on_unmount(self) -> None:
        # A thread that went on would keep the process from ending.
        if self.source is not None:
            self.source.close()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Everything that has a key, and what is worth a name of its own."""
        yield from super().get_system_commands(screen)
        for _node, binding, enabled, tooltip in screen.active_bindings.values():
            if enabled and binding.description and not binding.system and binding.key != "q":
                yield SystemCommand(
                    binding.description, tooltip or "", partial(self._run_binding, screen, binding.action)
                )

    async def _run_binding(self, screen: Screen[Any], action: str) -> None:
        await self.run_action(action, screen)

    def _handle_exception(self, error: Exception) -> None:
        """Leave one line and the path of the log instead of a traceback over the screen."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        path = logfile.write("dashboard", "".join(traceback.format_exception(error)))
        self.exit_code = 1
        self.exit(
            return_code=1,
            message=f"bayescore-tui: internal error ({type(error).__name__}: {error}); details in {path}",
        )
