"""Tables that fit: on a terminal columns give way in a stated order, anywhere else a row is one line.

No figure is ever cut. A table too wide drops the columns of the highest rank first, then breaks the words of its
first column, then stands each row as a block of named figures. Where there is no terminal, cells are joined by tabs,
without padding, so that ``grep``, ``cut`` and ``awk`` find every row whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

GAP = 2
LEAST_WORDS = 18
"""Columns that the first column keeps when its words are broken."""
DIM = Style(dim=True)


@dataclass(frozen=True)
class Column:
    """One column."""

    title: str
    rank: int = 0
    """Columns of the highest rank give way first; those of rank 0 never do."""
    words: bool = False
    """Text, to the left; figures stand to the right."""


@dataclass(frozen=True)
class Sheet:
    """A table for a console of any width, or for none."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    indent: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not console.is_terminal:
            for cells in [[c.title for c in self.columns], *self.rows]:
                yield Segment("\t".join(" ".join(c.split()) for c in cells) + "\n")
            return
        for k, line in enumerate(self.lines(options.max_width)):
            yield Segment(line.rstrip() + "\n", DIM if k == 0 else None)

    def lines(self, width: int) -> Iterator[str]:
        """Lines of at most `width` columns, the titles first."""
        room = width - self.indent
        shown = list(range(len(self.columns)))
        sizes = [
            max(cell_len(c.title), *(cell_len(row[k]) for row in self.rows), 0)
            if self.rows
            else cell_len(c.title)
            for k, c in enumerate(self.columns)
        ]

        def total() -> int:
            return sum(sizes[k] for k in shown) + GAP * (len(shown) - 1)

        while total() > room and (ranked := [k for k in shown if self.columns[k].rank]):
            shown.remove(max(ranked, key=lambda k: (self.columns[k].rank, k)))
        if total() > room:
            sizes[0] = max(LEAST_WORDS, sizes[0] - (total() - room))
        pad = " " * self.indent
        if total() > room:
            yield from (pad + line for line in self._stacked(shown, room))
            return
        for row in [[c.title for c in self.columns], *self.rows]:
            first, *rest = _folded(row[shown[0]], sizes[shown[0]])
            cells = [_set(first, sizes[shown[0]], left=True)]
            cells += [_set(row[k], sizes[k], left=self.columns[k].words) for k in shown[1:]]
            yield pad + (" " * GAP).join(cells)
            yield from (f"{pad}  {line}" for line in rest)

    def _stacked(self, shown: Sequence[int], width: int) -> Iterator[str]:
        yield from _folded(self.columns[0].title, width)
        for row in self.rows:
            yield from _folded(row[0], width)
            line = ""
            for k in shown[1:]:
                part = f"{self.columns[k].title} {row[k].strip()}"
                if line and cell_len(line) + GAP + cell_len(part) > width - GAP:
                    yield "  " + line
                    line = ""
                line += ("  " if line else "") + part
            if line:
                yield "  " + line


def _set(text: str, size: int, *, left: bool) -> str:
    space = " " * (size - cell_len(text))
    return text + space if left else space + text


def _folded(text: str, width: int) -> list[str]:
    """Break a text between words; the lines after the first are two columns in."""
    lines: list[str] = []
    indent = len(text) - len(text.lstrip())
    line = ""
    for word in text.split():
        room = width - (GAP if lines else 0)
        if line.strip() and cell_len(line) + 1 + cell_len(word) > room:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else " " * indent + word
    return [*lines, line]
