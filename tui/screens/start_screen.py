"""The first screen: recent runs, data files, and a form to train."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Checkbox, DataTable, Input, Label, Select, Static

from bayescore.cli.options import FIELDS, Option, build_config, parse_fields, parse_threads
from bayescore.config import Config
from bayescore.errors import DataError, RunError, UsageError
from bayescore.runs.origin import config_of, data_of
from bayescore.runs.reader import RunReader
from bayescore_tui.model.library import FileInfo, RunInfo, find_data, find_runs
from bayescore_tui.screens.exporting import CSV_KEY, Exporting, Writer, rows_writer
from bayescore_tui.screens.fitted import Fitted
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.text import formats
from bayescore_tui.text.lines import STATES
from bayescore_tui.widgets.columns import Cell, Column, Row
from bayescore_tui.widgets.panes import signed
from bayescore_tui.widgets.steady import KeysFooter
from bayescore_tui.widgets.table import LiveTable

if TYPE_CHECKING:
    from bayescore_tui.dashboard import Dashboard

RUN_COLUMNS = (
    Column("name", "run", 14, number=False),
    Column("days", "days", 6),
    Column("state", "state", 10, number=False),
    Column("net", "net", 11),
    Column("symbol", "symbol", 12, number=False),
    Column("changed", "changed", 11, number=False),
)
FILE_COLUMNS = (
    Column("file", "data file", 36, number=False),
    Column("size", "size", 8),
    Column("changed", "changed", 11, number=False),
)
HINTS = {"max_days": "all", "instrument": "from the file", "symbol": "the busiest"}
"""What an empty field means."""


def size(n: int) -> str:
    """Bytes for people."""
    for unit, divisor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n >= divisor:
            return f"{n / divisor:.1f} {unit}"
    return f"{n} B"


class Listed(Message):
    """A thread has looked for runs and files."""

    def __init__(self, runs: list[RunInfo], files: list[FileInfo]) -> None:
        super().__init__()
        self.runs, self.files = runs, files


class Tick(Checkbox):
    """A checkbox whose mark is there or not, instead of only changing its colour."""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]  # noqa: N802 - Textual's name
        return "x" if self.value else "·"


def _shown(value: object) -> str | bool:
    """A value of the configuration as its widget holds it."""
    return value if isinstance(value, bool) else "" if value is None else str(value)


def _widget(option: Option, value: object) -> Select[str] | Tick | Input:
    """Where a field of the configuration is set, as its declaration says."""
    name, about = option.name, option.help
    if option.field is not None and option.field.choices:
        choices = [(formats.words(c), c) for c in option.field.choices]
        return Select[str](choices, value=str(value), allow_blank=False, id=name, compact=True, tooltip=about)
    if option.switch:
        return Tick("", bool(value), id=name, compact=True, tooltip=about)
    return Input(str(_shown(value)), placeholder=HINTS.get(name, ""), id=name, compact=True, tooltip=about)


class StartScreen(Exporting, Fitted, Screen[None]):
    """Choose a run to look at, or a file to train on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start training", tooltip="Train with what the form says"),
        Binding(
            "r", "resume", "Resume", tooltip="Put the run under the cursor into the form, to go on with it"
        ),
        Binding("v", "compare", "Compare", tooltip="Compare the run under the cursor with another one"),
        CSV_KEY,
        Binding("f5", "reload", "Look again", tooltip="List runs and files anew"),
        Binding("slash", "filter", "Path", key_display="/", tooltip="Type the path of the data"),
    ]

    def __init__(self, spec: RunSpec) -> None:
        super().__init__()
        self.spec = spec
        self.runs: list[RunInfo] = []
        self.files: list[FileInfo] = []
        self._base = spec.config
        """What the form starts from: fields that it does not show stay as they are here."""

    @property
    def dashboard(self) -> Dashboard:
        return cast("Dashboard", self.app)

    def compose(self) -> ComposeResult:
        yield Static("bayescore · walk-forward training of intraday futures", id="header", markup=False)
        with ScrollableContainer(id="start-body", can_focus=False):
            with Vertical(id="start-lists"):
                with Vertical(id="runs-panel", classes="panel") as panel:
                    panel.border_title = Content(
                        f"runs in {self.spec.checkpoint_dir}/ · enter opens, r goes on"
                    )
                    yield LiveTable(RUN_COLUMNS, id="runs")
                    yield Static("Looking…", id="runs-note", markup=False)
                with Vertical(id="files-panel", classes="panel") as panel:
                    panel.border_title = "data files · enter takes one into the form"
                    yield LiveTable(FILE_COLUMNS, id="files")
                    yield Static("", id="files-note", markup=False)
            with VerticalScroll(id="start-form", classes="panel", can_focus=False) as form:
                form.border_title = "train a new run"
                yield from self._form()
        yield KeysFooter()

    def _form(self) -> ComposeResult:
        config = self.spec.config
        with Horizontal(classes="field"):
            yield Label("data")
            yield Input(
                " ".join(self.spec.data), placeholder="Parquet file, folder or glob", id="data", compact=True
            )
        with Horizontal(classes="field"):
            yield Label("run name")
            yield Input(
                self.spec.run_name or "", placeholder="made from the data", id="run_name", compact=True
            )
        for option in FIELDS:
            with Horizontal(classes="field"):
                yield Label(formats.words(option.name))
                yield _widget(option, getattr(config, option.name))
        with Horizontal(classes="field"):
            yield Label("threads")
            yield Input(str(self.spec.threads), placeholder="0 = all cores", id="threads", compact=True)
        with Horizontal(classes="field"):
            yield Label("config file")
            yield Input("", placeholder="TOML with any other field", id="config", compact=True)
        with Horizontal(classes="field"):
            yield Label("resume")
            yield Tick("after finished days", self.spec.resume, id="resume", compact=True)
        yield Static("", id="form-error", markup=False)
        yield Button("Start training  (ctrl+s)", variant="primary", id="start-button")

    def on_mount(self) -> None:
        self.query_one("#runs").focus()
        self.action_reload()

    def on_screen_resume(self) -> None:
        self.action_reload()

    def action_reload(self) -> None:
        self.run_worker(self._look, thread=True, exclusive=True, group="look", exit_on_error=False)

    def _look(self) -> None:
        folders = [Path(), Path("data")]
        self.post_message(
            Listed(find_runs(self.spec.checkpoint_dir, self.dashboard.now()), find_data(folders))
        )

    def on_listed(self, event: Listed) -> None:
        event.stop()
        self.runs, self.files = event.runs, event.files
        self._fill()

    def _fill(self) -> None:
        self.query_one("#runs", LiveTable).show([self._run_row(r) for r in self.runs])
        self.query_one("#files", LiveTable).show([self._file_row(file) for file in self.files])
        notes = {
            "#runs-note": ""
            if self.runs
            else "No runs yet. Train one with the form; it will be listed here.",
            "#files-note": ""
            if self.files
            else "No Parquet files here or in data/. Type a path in the form.",
        }
        for selector, text in notes.items():
            note = self.query_one(selector, Static)
            note.update(text)
            note.display = bool(text)

    def _when(self, unix: float) -> str:
        return self.dashboard.clock.of_unix(unix, "%m-%d %H:%M") if unix else formats.UNDEFINED

    def clock_changed(self) -> None:
        """Write times in another zone."""
        self._fill()

    def _run_row(self, r: RunInfo) -> Row:
        if r.state is None:
            cells: tuple[Cell, ...] = (r.name, "", ("✗ damaged", "loss"), "", "", self._when(r.changed))
            return Row(str(r.path), cells, (r.name, None, "", None, "", r.changed))
        sign = STATES[r.state][0]
        cells = (
            r.name,
            f"{r.days_done}/{r.days}",
            f"{sign} {'died' if r.state == 'gone' else r.state}",
            signed(formats.money(r.net, r.currency), r.net),
            r.symbol,
            self._when(r.changed),
        )
        return Row(str(r.path), cells, (r.name, r.days_done, r.state, r.net, r.symbol, r.changed))

    def _file_row(self, file: FileInfo) -> Row:
        cells = (str(file.path), size(file.size), self._when(file.changed))
        return Row(str(file.path), cells, (str(file.path), file.size, file.changed))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        table = event.data_table
        if not isinstance(table, LiveTable) or table.selected_key is None:
            return
        if table.id == "files":
            self.query_one("#data", Input).value = table.selected_key
            self.query_one("#start-button").focus()
            return
        run = next(r for r in self.runs if str(r.path) == table.selected_key)
        if run.problem:
            self.dashboard.show_error("This run cannot be read", run.problem)
        else:
            self.dashboard.follow(run.path)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_start()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_start()

    def action_filter(self) -> None:
        self.query_one("#data").focus()

    def writers(self) -> list[Writer]:
        """The list of runs."""
        return [rows_writer("runs", self.query_one("#runs", LiveTable))] if self.runs else []

    def action_compare(self) -> None:
        """Choose another run to hold beside the one under the cursor."""
        key = self.query_one("#runs", LiveTable).selected_key
        if key is None:
            self.notify("There is no run under the cursor.", severity="warning")
        else:
            self.dashboard.compare(Path(key))

    def action_resume(self) -> None:
        """Fill the form with a run, so that training goes on after its finished days, perhaps with newer data."""
        key = self.query_one("#runs", LiveTable).selected_key
        run = next((r for r in self.runs if str(r.path) == key), None)
        if run is None or run.problem:
            self.notify("There is no run under the cursor that could go on.", severity="warning")
            return
        if run.state in ("running", "paused", "silent"):
            self.notify(
                f"{run.name} is being trained by another process: enter follows it.", severity="warning"
            )
            return
        reader = RunReader(run.path)
        try:
            self._base = config_of(reader)
        except (RunError, UsageError) as error:
            self.dashboard.show_error("This run cannot go on", str(error))
            return
        try:
            data = data_of(reader)
        except (RunError, DataError) as error:
            # Another path may be typed.
            self.notify(str(error), severity="warning")
            data = list(run.data)
        self.query_one("#data", Input).value = shlex.join(data)
        self.query_one("#run_name", Input).value = run.name
        self.query_one("#resume", Checkbox).value = True
        for option in FIELDS:
            value, widget = getattr(self._base, option.name), self.query_one(f"#{option.name}")
            widget.value = _shown(value)  # type: ignore[attr-defined]
        self.query_one("#start-form").border_title = Content(f"go on with {run.name}")
        self.query_one("#start-button").focus()

    def read_form(self) -> RunSpec:
        """Check the form.

        Raises
        ------
        UsageError
            Naming the field that is missing or out of range.
        """

        def text(name: str) -> str:
            return self.query_one(f"#{name}", Input).value.strip()

        data = text("data")
        if not data:
            raise UsageError("data: choose a file from the list, or type a path")
        values = {option.name: self.query_one(f"#{option.name}").value for option in FIELDS}  # type: ignore[attr-defined]
        file = text("config")
        # A path may hold spaces: alone as it is, among several in quotes.
        try:
            paths = (data,) if Path(data).exists() else tuple(shlex.split(data))
        except ValueError as error:
            raise UsageError(f"data: {error}; put a path with spaces in quotes") from None
        return RunSpec(
            data=paths,
            checkpoint_dir=self.spec.checkpoint_dir,
            run_name=text("run_name") or None,
            resume=self.query_one("#resume", Checkbox).value,
            threads=parse_threads(text("threads") or "0"),
            config=self._config(Path(file) if file else None, values),
        )

    def _config(self, file: Path | None, values: dict[str, Any]) -> Config:
        given = parse_fields(values)
        if file is not None or not self.query_one("#resume", Checkbox).value:
            return build_config(file, given)
        # Going on: what the form does not show is as it was when the run began.
        cleared = {o.name: None for o in FIELDS if o.name not in given and o.field and o.field.optional}
        return msgspec.structs.replace(self._base, **cleared, **given)

    def action_start(self) -> None:
        error = self.query_one("#form-error", Static)
        try:
            spec = self.read_form()
        except UsageError as problem:
            error.update(f"✗ {problem}")
            error.scroll_visible()
            return
        error.update("")
        self.dashboard.train(spec)
