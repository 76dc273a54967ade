"""Two runs side by side: their course, their figures over the same days, and the settings that differ."""

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
from textual.widgets import Static

from bayescore.errors import BayescoreError
from bayescore.report.comparison import figures_of, sentences, value_text
from bayescore_tui.charts import comparison_charts
from bayescore_tui.model.comparison import Versus, read_versus
from bayescore_tui.screens.exporting import CSV_KEY, Exporting, Writer, rows_writer
from bayescore_tui.screens.fitted import Fitted
from bayescore_tui.text.lines import DIM, STRONG
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.columns import Column, Row
from bayescore_tui.widgets.steady import KeysFooter
from bayescore_tui.widgets.table import LiveTable

if TYPE_CHECKING:
    from bayescore_tui.dashboard import Dashboard

FIGURES = (
    Column("figure", "same days, out of sample", 33, number=False),
    Column("a", "a", 15),
    Column("b", "b", 15),
)
SETTINGS = (
    Column("field", "settings that differ", 33, number=False),
    Column("a", "a", 15),
    Column("b", "b", 15),
)


class VersusRead(Message):
    """A thread has compared the runs, or says why not."""

    def __init__(self, versus: Versus | None, error: str = "") -> None:
        super().__init__()
        self.versus, self.error = versus, error


class CompareScreen(Exporting, Fitted, Screen[None]):
    """Two runs of the same folder or of different ones."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to where you came from"),
        CSV_KEY,
    ]

    def __init__(self, a: Path, b: Path) -> None:
        super().__init__()
        self.a, self.b = a, b
        self.versus: Versus | None = None

    @property
    def dashboard(self) -> Dashboard:
        return cast("Dashboard", self.app)

    def compose(self) -> ComposeResult:
        names = (("a", "bold $series0"), " ", self.a.name, ("   b", "bold $series1"), " ", self.b.name)
        yield Static(Content.assemble(*names), id="title")
        with ScrollableContainer(id="compare-body", can_focus=False):
            with Vertical(id="courses-panel", classes="panel") as panel:
                panel.border_title = "net so far, out of sample, over the days that both traded"
                yield Chart(id="courses", empty="Reading…")
            yield Static(id="difference", markup=False)
            with Vertical(id="figures-panel", classes="panel"):
                yield LiveTable(FIGURES, id="figures")
            with Vertical(id="settings-panel", classes="panel"):
                yield LiveTable(SETTINGS, id="settings")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#figures").focus()
        self.run_worker(self._work, thread=True, exclusive=True, exit_on_error=False)

    def _work(self) -> None:
        try:
            self.post_message(VersusRead(read_versus(self.a, self.b)))
        except BayescoreError as error:
            self.post_message(VersusRead(None, str(error)))

    def on_versus_read(self, event: VersusRead) -> None:
        event.stop()
        versus = self.versus = event.versus
        if versus is None:
            self.query_one("#courses", Chart).show_text(event.error)
            return
        self.query_one("#courses", Chart).show(partial(comparison_charts.courses, versus))
        c = versus.comparison
        if c.sides:
            rows = zip(figures_of(c.sides[0]), figures_of(c.sides[1]), strict=True)
            self.query_one("#figures", LiveTable).show([_row(name, x, y) for (name, x), (_, y) in rows])
            text = "\n".join(sentences(c, *c.sides))
        else:
            text = "No day in common that both traded out of sample: nothing to hold side by side."
        self.query_one("#difference", Static).update(Content.styled(text, STRONG))
        differing = [_row(d.field, value_text(d.a), value_text(d.b)) for d in c.differences]
        self.query_one("#settings", LiveTable).show(differing)
        if not differing:
            self.query_one("#settings-panel").border_subtitle = Content.styled("none: the same settings", DIM)

    def writers(self) -> list[Writer]:
        """Both tables."""
        name = f"{self.a.name}-{self.b.name}"
        return [
            rows_writer(f"{name}-figures", self.query_one("#figures", LiveTable)),
            rows_writer(f"{name}-settings", self.query_one("#settings", LiveTable)),
        ]


def _row(name: str, a: str, b: str) -> Row:
    return Row(name, (name, a, b), (name, a, b))
