"""Tables whose cells are changed one by one: rebuilding them would cost more than the training they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import DataTable, Input, Static

from bayescore_tui.model.export import write_csv

Cell = str | tuple[str, str]
"""Text, or text and one of the roles ``gain``, ``loss``, ``dim``, ``strong``, ``warn``, ``heat-4`` … ``heat+4``."""

ROLES = {"gain": "success", "loss": "error", "dim": "muted", "strong": "foreground", "warn": "warning"}
FILTER_PAUSE_S = 0.15


HEAT_STEPS, HEAT_SHARE = 4, 0.13
"""Grounds of a cell for each sign, and how much colour each step adds."""


def heat(text: str, value: float | None, largest: float) -> Cell:
    """A cell whose ground says how large a gain or a loss is; its sign says which."""
    if not value or not largest > 0:
        return text
    step = min(HEAT_STEPS, int(HEAT_STEPS * abs(value) / largest) + 1) if abs(value) < largest else HEAT_STEPS
    return text, f"heat{step if value > 0 else -step:+d}"


@dataclass(frozen=True)
class Column:
    """One column: its title with the unit, its width, and whether it holds numbers."""

    key: str
    title: str
    width: int
    number: bool = True


@dataclass(frozen=True)
class Row:
    """One row: what it stands for, its texts, and what they sort by."""

    key: str
    cells: tuple[Cell, ...]
    order: tuple[Any, ...]
    """One value a column; ``None`` sorts last."""


class LiveTable(DataTable[Text]):
    """A table that is told its rows as a whole and changes only the cells that differ."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "select_cursor",
            "Open",
            show=False,
            key_display="enter",
            tooltip="Open what the row stands for",
        ),
        Binding("home", "scroll_top", "First", show=False),
        Binding("end", "scroll_bottom", "Last", show=False),
        Binding("o", "sort_next", "Sort", show=False, tooltip="Sort by the next column"),
        Binding(
            "O", "sort_reverse", "Reverse order", show=False, tooltip="Turn the order of the rows around"
        ),
    ]

    class SortChanged(Message):
        """The user asked for another order."""

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, cursor_type="row", zebra_stripes=True, cell_padding=1)
        self.specs = tuple(columns)
        self.keys: list[str] = []
        """What the rows on screen stand for, top to bottom."""
        self.sort_column: int | None = None
        self.descending = False
        self._cells: list[tuple[Cell, ...]] = []
        self._palette: dict[str, str] = {}
        self._rows: Sequence[Row] = ()
        self._sorts = True
        self.follows = False
        """Whether a cursor on the last row stays on the newest one, like the end of a log."""

    def on_mount(self) -> None:
        for spec in self.specs:
            self.add_column(self._title(spec), width=spec.width, key=spec.key)
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._repaint())

    @property
    def selected_key(self) -> str | None:
        """What the row under the cursor stands for."""
        return self.keys[self.cursor_row] if 0 <= self.cursor_row < len(self.keys) else None

    def show(self, rows: Sequence[Row], *, sort: bool = True) -> None:
        """Show these rows, in the chosen order; without `sort` they come in it, and are asked for again."""
        self._rows, self._sorts = rows, sort
        ordered = self._ordered(rows) if sort else rows
        follow = self.follows and (not self._cells or self.cursor_row == len(self._cells) - 1)
        for at, row in enumerate(ordered):
            if at < len(self._cells):
                self._change(at, row.cells)
            else:
                self.add_row(*map(self._text, row.cells, self.specs), key=f"r{at}")
                self._cells.append(row.cells)
        while len(self._cells) > len(ordered):
            self._cells.pop()
            self.remove_row(f"r{len(self._cells)}")
        self.keys = [row.key for row in ordered]
        if follow and self.sort_column is None and self._cells:
            self.move_cursor(row=len(self._cells) - 1, animate=False)
            self.call_after_refresh(self._place_scrollbar)

    def _place_scrollbar(self) -> None:
        # A bar that appears in the same moment as the table scrolls would stay at the top.
        self.vertical_scrollbar.position = self.scroll_y

    def action_sort_next(self) -> None:
        now = -1 if self.sort_column is None else self.sort_column
        self._sort(None if now + 1 >= len(self.specs) else now + 1, descending=False)

    def action_sort_reverse(self) -> None:
        self._sort(self.sort_column if self.sort_column is not None else 0, descending=not self.descending)

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        event.stop()
        again = self.sort_column == event.column_index
        self._sort(event.column_index, descending=again and not self.descending)

    def _sort(self, column: int | None, *, descending: bool) -> None:
        self.sort_column, self.descending = column, descending
        for at, spec in enumerate(self.specs):
            self.ordered_columns[at].label = self._title(spec)
        self._update_count += 1
        self.refresh()
        if self._sorts:
            self.show(self._rows)
        else:
            self.post_message(self.SortChanged())

    def retitle(self, key: str, title: str) -> None:
        """Give a column another head."""
        at = next(k for k, spec in enumerate(self.specs) if spec.key == key)
        if self.specs[at].title == title:
            return
        specs = list(self.specs)
        specs[at] = replace(specs[at], title=title)
        self.specs = tuple(specs)
        if self.ordered_columns:
            self.ordered_columns[at].label = self._title(specs[at])
            self._update_count += 1
            self.refresh()

    def _ordered(self, rows: Sequence[Row]) -> Sequence[Row]:
        column = self.sort_column
        if column is None:
            return rows
        known = sorted(
            (r for r in rows if r.order[column] is not None),
            key=lambda r: r.order[column],
            reverse=self.descending,
        )
        return known + [r for r in rows if r.order[column] is None]

    def _title(self, spec: Column) -> Text:
        sign = ""
        if self.sort_column is not None and self.specs[self.sort_column] is spec:
            sign = "▼" if self.descending else "▲"
        return Text((spec.title + sign)[: spec.width], justify="right" if spec.number else "left")

    def _change(self, at: int, cells: tuple[Cell, ...]) -> None:
        before = self._cells[at]
        if before == cells:
            return
        for old, new, spec in zip(before, cells, self.specs, strict=True):
            if old != new:
                self.update_cell(f"r{at}", spec.key, self._text(new, spec))
        self._cells[at] = cells

    def _text(self, cell: Cell, spec: Column) -> Text:
        text, role = cell if isinstance(cell, tuple) else (cell, "")
        return Text(
            text,
            style=self._style(role),
            justify="right" if spec.number else "left",
            no_wrap=True,
            overflow="ellipsis",
        )

    def _style(self, role: str) -> str:
        if not role:
            return ""
        if role.startswith("heat") and role not in self._palette:
            self._palette[role] = self._heat(int(role[4:]))
        if role not in self._palette:
            colour = self.app.theme_variables.get(ROLES[role], "")
            self._palette[role] = ("bold " if role == "strong" else "") + (
                colour[:7] if colour.startswith("#") else "dim"
            )
        return self._palette[role]

    def _heat(self, step: int) -> str:
        """Ground of a cell, the stronger the more it is a gain or a loss."""
        variables = self.app.theme_variables
        ground = Color.parse(variables["surface"])
        wanted = Color.parse(variables["success" if step > 0 else "error"])
        return f"{variables['foreground'][:7]} on {ground.blend(wanted, HEAT_SHARE * abs(step)).hex6}"

    def _repaint(self) -> None:
        self._palette.clear()
        for at, cells in enumerate(self._cells):
            for cell, spec in zip(cells, self.specs, strict=True):
                if isinstance(cell, tuple):
                    self.update_cell(f"r{at}", spec.key, self._text(cell, spec))


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
    EMPTY = ""
    HINT = "any text of the row"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.filter_text = ""
        self._rows: Sequence[Row] = ()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield FilterInput(placeholder=f"filter: {self.HINT}", compact=True)
        yield LiveTable(self.COLUMNS)
        yield Static(self.EMPTY, classes="foot", markup=False)

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    @property
    def filter_input(self) -> FilterInput:
        return self.query_one(FilterInput)

    def foot(self, text: str) -> None:
        """Set the line below the table."""
        self.query_one(".foot", Static).update(text)

    def show(self, rows: Sequence[Row], foot: str = "") -> None:
        """Show rows that match the filter."""
        self._rows = rows
        found = [r for r in rows if self.matches(r)]
        self.table.show(found)
        if not rows:
            self.foot(self.EMPTY)
        elif self.filter_text:
            self.foot(f"{len(found)} of {len(rows)} rows match · esc in the filter clears it")
        else:
            self.foot(foot)

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
        self.show(self._rows)
