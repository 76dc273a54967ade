"""What a table is made of: columns, rows, the colours of cells, and which columns a width has room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | tuple[str, str]
"""Text, or text and one of the roles ``gain``, ``loss``, ``dim``, ``strong``, ``warn``, ``heat-4`` … ``heat+4``."""

ROLES = {"gain": "success", "loss": "error", "dim": "muted", "strong": "foreground", "warn": "warning"}

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


PADDING = 2
"""Columns of the screen beside the text of a cell."""


def whole_columns(widths: Sequence[int], room: int, anchors: int, first: int) -> tuple[int, ...]:
    """Which columns are shown: the anchors, then those from `first` on, as many as fit whole.

    A figure that is cut at the edge of the screen is another figure, so a column is there or not.

    Parameters
    ----------
    widths
        Columns of the screen that each one takes.
    room
        Columns of the screen.
    anchors
        So many of the first columns say what a row stands for, and are always shown.
    first
        The first one behind the anchors. One at least is shown, whatever the room.
    """
    shown = list(range(min(anchors, len(widths))))
    room -= sum(widths[k] for k in shown)
    for k in range(max(first, len(shown)), len(widths)):
        room -= widths[k]
        if room < 0 and len(shown) > anchors:
            break
        shown.append(k)
        if room < 0:
            break
    return tuple(shown)


def column_pages(widths: Sequence[int], room: int, anchors: int) -> list[int]:
    """First column of each page that `whole_columns` needs to show all; the last page is as full as it can be."""
    if sum(widths) <= room:
        return [anchors]
    pages = [anchors]
    while (shown := whole_columns(widths, room, anchors, pages[-1]))[-1] < len(widths) - 1:
        pages.append(shown[-1] + 1)
    last = pages[-1]
    while last > anchors + 1 and whole_columns(widths, room, anchors, last - 1)[-1] == len(widths) - 1:
        last -= 1
    pages[-1] = last
    return pages
