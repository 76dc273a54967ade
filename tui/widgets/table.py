"""Tables whose cells are changed one by one: rebuilding them would cost more than the training they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.message import Message
from textual.widget import Widget
from textual.widgets import DataTable

from bayescore_tui.widgets.columns import (
    HEAT_SHARE,
    PADDING,
    ROLES,
    Cell,
    Column,
    Row,
    column_pages,
    whole_columns,
)


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
        Binding("left", "cursor_left", "Columns before", show=False, tooltip="The columns before these"),
        Binding("right", "cursor_right", "More columns", show=False, tooltip="Columns there is no room for"),
        Binding("home", "scroll_top", "First", show=False),
        Binding("end", "scroll_bottom", "Last", show=False),
        Binding("o", "sort_next", "Sort", show=False, tooltip="Sort by the next column"),
        Binding(
            "O", "sort_reverse", "Reverse order", show=False, tooltip="Turn the order of the rows around"
        ),
    ]

    class SortChanged(Message):
        """The user asked for another order."""

    class ColumnsChanged(Message):
        """Other columns are shown."""

    def __init__(self, columns: Sequence[Column], *, anchors: int = 1, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(
            id=id,
            cursor_type="row",
            zebra_stripes=True,
            cell_padding=PADDING // 2,
            cursor_background_priority="css",
        )
        self.specs = tuple(columns)
        self.anchors = anchors
        """So many of the first columns say what a row stands for: they stay while others come and go."""
        self.keys: list[str] = []
        """What the rows on screen stand for, top to bottom."""
        self.sort_column: int | None = None
        self.descending = False
        self._widths = [spec.width for spec in columns]
        """Columns of the screen for the text of each: as declared, or as the longest figure so far needs."""
        self._first = anchors
        self.shown_columns: tuple[int, ...] = ()
        """Which of `specs` are on screen; none is ever cut."""
        self._cells: list[tuple[Cell, ...]] = []
        self._width = -1
        self._theme = ""
        self._palette: dict[str, str] = {}
        self._rows: Sequence[Row] = ()
        self._sorts = True
        self.follows = False
        """Whether a cursor on the last row stays on the newest one, like the end of a log."""

    def on_mount(self) -> None:
        self._arrange()
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._repaint())

    def on_resize(self, event: events.Resize) -> None:
        # The base class draws every cell anew after each of these, and a tab that is opened again sends one.
        if event.size.width == self._width and self.shown_columns:
            event.prevent_default()
        self._width = event.size.width
        self._arrange()

    def notify_style_update(self) -> None:
        # Sent at every change of focus. What is drawn is kept by the state of the table, so only a theme makes it old.
        if self.app.theme != self._theme:
            self._theme = self.app.theme
            super().notify_style_update()
            return
        Widget.notify_style_update(self)
        self._get_styles_to_render_cell.cache_clear()
        self.refresh()

    @property
    def rows_shown(self) -> Sequence[Row]:
        """The rows, with the values of all columns, in their order on screen."""
        return self._ordered(self._rows) if self._sorts else self._rows

    @property
    def _taken(self) -> list[int]:
        return [width + PADDING for width in self._widths]

    @property
    def _room(self) -> int:
        """Columns of the screen beside the scrollbar; a table that was never seen is as wide as the terminal."""
        return (self.size.width or self.app.size.width) - self.scrollbar_size_vertical

    @property
    def pages(self) -> list[int]:
        """First column of each page of columns."""
        return column_pages(self._taken, self._room, self.anchors)

    @property
    def columns_text(self) -> str:
        """Which columns are shown, if not all are."""
        if len(self.shown_columns) in (0, len(self.specs)):
            return ""
        first, last = (
            self.shown_columns[min(self.anchors, len(self.shown_columns) - 1)],
            self.shown_columns[-1],
        )
        return f"← → columns {first + 1}–{last + 1} of {len(self.specs)}"

    def _arrange(self) -> None:
        """Show as many whole columns as there is room for."""
        pages = self.pages
        self._first = max((page for page in pages if page <= self._first), default=pages[0])
        shown = whole_columns(self._taken, self._room, self.anchors, self._first)
        widths = [self._widths[k] for k in shown]
        if shown == self.shown_columns and widths == [column.width for column in self.ordered_columns]:
            return
        row, top = self.cursor_row, self.scroll_y
        self.shown_columns = shown
        self.clear(columns=True)
        for k in shown:
            self.add_column(self._title(k), width=self._widths[k], key=self.specs[k].key)
        for at, cells in enumerate(self._cells):
            self.add_row(*self._texts(cells), key=f"r{at}")
        if self._cells:
            self.move_cursor(row=row, animate=False, scroll=False)
            self.scroll_to(y=top, animate=False)
        self.post_message(self.ColumnsChanged())

    def action_cursor_right(self) -> None:
        self._turn(1)

    def action_cursor_left(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        pages = self.pages
        at = max((k for k, page in enumerate(pages) if page <= self._first), default=0)
        self._first = pages[min(max(at + step, 0), len(pages) - 1)]
        self._arrange()

    def _on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self._turn(1)

    def _on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self._turn(-1)

    @property
    def selected_key(self) -> str | None:
        """What the row under the cursor stands for."""
        return self.keys[self.cursor_row] if 0 <= self.cursor_row < len(self.keys) else None

    def show(self, rows: Sequence[Row], *, sort: bool = True) -> None:
        """Show these rows, in the chosen order; without `sort` they come in it, and are asked for again."""
        self._rows, self._sorts = rows, sort
        ordered = self._ordered(rows) if sort else rows
        self._widen(ordered)
        follow = self.follows and (not self._cells or self.cursor_row == len(self._cells) - 1)
        for at, row in enumerate(ordered):
            if at < len(self._cells):
                self._change(at, row.cells)
            else:
                self.add_row(*self._texts(row.cells), key=f"r{at}")
                self._cells.append(row.cells)
        while len(self._cells) > len(ordered):
            self._cells.pop()
            self.remove_row(f"r{len(self._cells)}")
        self.keys = [row.key for row in ordered]
        if follow and self.sort_column is None and self._cells:
            self.move_cursor(row=len(self._cells) - 1, animate=False)
            self.call_after_refresh(self._place_scrollbar)

    def _widen(self, rows: Sequence[Row]) -> None:
        """Give figures that are longer than any before the room they need."""
        before = list(self._widths)
        for k, spec in enumerate(self.specs):
            if spec.number and rows:
                longest = max(len(c if isinstance(c, str) else c[0]) for c in (row.cells[k] for row in rows))
                self._widths[k] = max(self._widths[k], longest)
        if self._widths != before and self.shown_columns:
            self._arrange()

    def _texts(self, cells: tuple[Cell, ...]) -> list[Text]:
        """The cells that are shown."""
        return [self._text(cells[k], self.specs[k]) for k in self.shown_columns]

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
        column = self.shown_columns[event.column_index]
        again = self.sort_column == column
        self._sort(column, descending=again and not self.descending)

    def _sort(self, column: int | None, *, descending: bool) -> None:
        self.sort_column, self.descending = column, descending
        self._make_room_for_arrow()
        if column is not None and column not in self.shown_columns:
            self._first = max(page for page in self.pages if page <= column)
        self._arrange()
        for label, k in zip(self.ordered_columns, self.shown_columns, strict=True):
            label.label = self._title(k)
        self._update_count += 1
        self.refresh()
        if self._sorts and self._rows:
            self.show(self._rows)
        else:  # Before the first rows nobody has said who puts them in order.
            self.post_message(self.SortChanged())

    def _make_room_for_arrow(self) -> None:
        """Let the sorted column be as wide as its title and the arrow behind it."""
        k = self.sort_column
        if k is not None:
            self._widths[k] = max(self._widths[k], len(self.specs[k].title) + 1)

    def retitle(self, key: str, title: str) -> None:
        """Give a column another head."""
        at = next(k for k, spec in enumerate(self.specs) if spec.key == key)
        if self.specs[at].title == title:
            return
        specs = list(self.specs)
        specs[at] = replace(specs[at], title=title)
        self.specs = tuple(specs)
        self._make_room_for_arrow()
        self._arrange()
        if at in self.shown_columns:
            self.ordered_columns[self.shown_columns.index(at)].label = self._title(at)
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

    def _title(self, at: int) -> Text:
        spec, sign = self.specs[at], ""
        if self.sort_column == at:
            sign = "▼" if self.descending else "▲"
        return Text((spec.title + sign)[: self._widths[at]], justify="right" if spec.number else "left")

    def _change(self, at: int, cells: tuple[Cell, ...]) -> None:
        before = self._cells[at]
        if before == cells:
            return
        for k in self.shown_columns:
            if before[k] != cells[k]:
                self.update_cell(f"r{at}", self.specs[k].key, self._text(cells[k], self.specs[k]))
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
            for k in self.shown_columns:
                if isinstance(cells[k], tuple):
                    self.update_cell(f"r{at}", self.specs[k].key, self._text(cells[k], self.specs[k]))
