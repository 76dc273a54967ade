"""The key that writes the tables of a screen to CSV files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from bayescore.errors import BayescoreError
from bayescore_tui.model.export import write_csv
from bayescore_tui.model.trades import TradeRow
from bayescore_tui.widgets.table import LiveTable

Writer = Callable[[Path], Path]
"""Writes a table into a folder and says where; called on a thread."""

CSV_KEY = Binding("e", "export", "CSV", tooltip="Write the tables shown, as filtered, to CSV files here")


def table_writer(name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Writer:
    """Writes a table of values."""
    return lambda folder: write_csv(folder, name, header, rows)


def rows_writer(name: str, table: LiveTable) -> Writer:
    """Writes the rows of a table on screen, with all of its columns and their values in full."""
    header, rows = [spec.key for spec in table.specs], [row.order for row in table.rows_shown]
    return table_writer(name, header, rows)


def trades_writer(name: str, trades: Sequence[TradeRow]) -> Writer:
    """Writes trades with all their fields."""
    fields = TradeRow.__struct_fields__
    return table_writer(name, fields, [[getattr(t, field) for field in fields] for t in trades])


class Exporting(DOMNode):
    """Mixin, before `Screen`: a key that writes `writers` into the folder where the dashboard was started."""

    def writers(self) -> list[Writer]:
        """What is written, on the thread of the screen; empty if it shows no table."""
        return []

    def action_export(self) -> None:
        """Write the tables that are shown."""
        assert isinstance(self, Screen)
        found = self.writers()
        if not found:
            self.notify("There is no table here.")
            return
        self.run_worker(partial(self._export, found), thread=True, group="export", exit_on_error=False)

    def _export(self, found: list[Writer]) -> None:
        try:
            written = [writer(Path.cwd()) for writer in found]
        except BayescoreError as error:
            self.app.call_from_thread(self.app.notify, str(error), title="Not written", severity="error")
            return
        text = "\n".join(map(str, written))
        self.app.call_from_thread(self.app.notify, text, title="Written")
