"""A table in a tab: its filter line above, its totals below, its CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Input

from bayescore_tui.model.export import write_csv
from bayescore_tui.text.lines import DIM, fitting
from bayescore_tui.widgets.columns import Column, Row
from bayescore_tui.widgets.steady import Line
from bayescore_tui.widgets.table import LiveTable

FILTER_PAUSE_S = 0.15


class FilterInput(Input):
    """The line behind the slash key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Clear filter", show=True)]

    def action_give_up(self) -> None:
        self.value = ""
        self.post_message(self.Submitted(self, ""))


class TablePane(Vertical):
    """A table with a filter line above it and a line of totals or hints below."""

    DEFAULT_CSS = """
    TablePane { height: 1fr; }
    TablePane LiveTable { height: 1fr; }
    TablePane .foot {
        height: 1; color: $muted; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    TablePane FilterInput { display: none; height: 1; border: none; padding: 0 1; background: $panel; }
    TablePane FilterInput.-used, TablePane FilterInput:focus { display: block; }
    """
    COLUMNS: tuple[Column, ...] = ()
    ANCHORS = 1
    """So many of the first columns stay while others come and go."""
    EMPTY = ""
    HINT = "any text of the row"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.filter_text = ""
        self._rows: Sequence[Row] = ()
        self._hints: Sequence[str] = ()
        self._timer: Timer | None = None
        self._foot: tuple[str, ...] = (self.EMPTY,)

    def compose(self) -> ComposeResult:
        yield FilterInput(placeholder=f"filter: {self.HINT}", compact=True)
        yield LiveTable(self.COLUMNS, anchors=self.ANCHORS)
        yield Line(classes="foot")

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    @property
    def filter_input(self) -> FilterInput:
        return self.query_one(FilterInput)

    def foot(self, *parts: str) -> None:
        """Set the line below the table: as many of its parts as there is room for, none of them cut."""
        self._foot = parts
        self._show_foot()

    def _show_foot(self) -> None:
        parts = [part for part in (*self._foot[:1], self.table.columns_text, *self._foot[1:]) if part]
        room = (self.size.width or self.app.size.width) - 2
        self.query_one(".foot", Line).show_text(fitting([[(part, DIM)] for part in parts], room, gap=" · "))

    def on_live_table_columns_changed(self, event: LiveTable.ColumnsChanged) -> None:
        event.stop()
        self._show_foot()

    def on_resize(self, event: events.Resize) -> None:
        self._show_foot()

    def show(self, rows: Sequence[Row], foot: Sequence[str] = ()) -> None:
        """Show rows that match the filter."""
        self._rows, self._hints = rows, foot
        found = [r for r in rows if self.matches(r)]
        self.table.show(found)
        if not rows:
            self.foot(self.EMPTY)
        elif self.filter_text:
            self.foot(f"{len(found)} of {len(rows)} rows match", "esc in the filter clears it")
        else:
            self.foot(*foot)

    def write_csv(self, folder: Path, name: str) -> Path:
        """Write the rows that the filter keeps, with their values in full."""
        specs = self.table.specs
        kept = [row for row in self._rows if self.matches(row)]
        return write_csv(folder, name, [spec.key for spec in specs], [row.order for row in kept])

    def matches(self, row: Row) -> bool:
        """Whether a row is kept by the filter: every word occurs in it."""
        text = " ".join(c if isinstance(c, str) else c[0] for c in row.cells).lower().replace("−", "-")
        return all(word in text for word in self.filter_text.lower().replace("−", "-").split())

    def open_filter(self, text: str | None = None) -> None:
        """Let the user type a filter, or set one."""
        if text is None:
            self.filter_input.add_class("-used")
            self.filter_input.focus()
        else:
            self.filter_input.value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.filter_input.set_class(bool(event.value), "-used")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(FILTER_PAUSE_S, self._apply)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._apply()
        self.table.focus()
        self.filter_input.set_class(bool(self.filter_text), "-used")

    def on_live_table_sort_changed(self, event: LiveTable.SortChanged) -> None:
        event.stop()
        self.refilter()

    def _apply(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.filter_text != self.filter_input.value:
            self.filter_text = self.filter_input.value
            self.refilter()

    def refilter(self) -> None:
        """Show again after the filter or the order has changed."""
        self.show(self._rows, self._hints)
