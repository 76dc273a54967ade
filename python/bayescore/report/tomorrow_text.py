"""The next trade date as text and as JSON; the words are in `bayescore.report.tomorrow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bayescore.report.tomorrow import Rows, headline, record_table, sections, states_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bayescore.results.tomorrow import Tomorrow


def render_tomorrow(t: Tomorrow, top: int) -> RenderableType:
    """The decision, then everything that carrying it out takes; readable from 80 columns."""
    parts: list[RenderableType] = [Text(headline(t), style="bold"), _grid(t)]
    for rows in (states_table(t, top), record_table(t)):
        if rows is not None:
            parts += [Text(""), Text(rows.title), Padding(_table(rows), (0, 0, 0, 2))]
            parts += [Text(f"  {line}", style="dim") for line in rows.note.splitlines()]
    return Group(*parts)


def to_json(t: Tomorrow) -> bytes:
    """Every figure, and the sentences of the text."""
    words = {"decision": headline(t), **{s.title: s.lines for s in sections(t)}}
    return msgspec.json.format(msgspec.json.encode({**msgspec.to_builtins(t), "words": words}), indent=2)


def _grid(t: Tomorrow) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    for title, lines in sections(t):
        for k, line in enumerate(lines):
            grid.add_row("" if k else title, line)
    return grid


def _table(rows: Rows) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for k, name in enumerate(rows.head):
        text = name in {"state", "side", "decided", "expert", "date"}
        table.add_column(name, justify="left" if text else "right", no_wrap=k > 0, overflow="fold")
    for row in rows.rows:
        table.add_row(*row)
    return table
