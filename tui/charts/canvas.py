"""Characters of a chart: what plotext has drawn, with everything that it cannot draw put over it.

plotext rasterises lines. Ticks, marks, joined pieces, bars, bands and the cursor are placed here, all by the same
`Scale` that plotext is told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from bayescore_tui.charts.drawing import Figure, Series, label_columns, plot_columns, plot_rows
from bayescore_tui.charts.scale import COLUMN_DOTS, ROW_DOTS, Axis, Scale

BRAILLE = 0x2800
BITS = ((0x40, 0x80), (0x04, 0x20), (0x02, 0x10), (0x01, 0x08))
"""Bit of a dot in its character, from the lowest row up."""
BLOCKS = " ▁▂▃▄▅▆▇█"
_CODE = re.compile(r"\x1b\[([\d;]*)m")


class Canvas:
    """A grid of characters, each with a colour and a background; row 0 is the lowest.

    Parameters
    ----------
    columns, rows
        Size in characters.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.text = [[" "] * columns for _ in range(rows)]
        self.colour = [[""] * columns for _ in range(rows)]
        self.ground = [[""] * columns for _ in range(rows)]

    def put(self, column: int, row: int, text: str, colour: str) -> None:
        """Write a text to the right, as far as it fits."""
        if not 0 <= row < self.rows:
            return
        for k, character in enumerate(text, column):
            if 0 <= k < self.columns:
                self.text[row][k], self.colour[row][k] = character, colour

    def dot(self, x: int, y: int, colour: str) -> None:
        """Set one dot of Braille; a character that is none gives way."""
        column, row = x // COLUMN_DOTS, y // ROW_DOTS
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            return
        now = ord(self.text[row][column])
        bits = now - BRAILLE if BRAILLE <= now < BRAILLE + 256 else 0
        self.text[row][column] = chr(BRAILLE + (bits | BITS[y % ROW_DOTS][x % COLUMN_DOTS]))
        self.colour[row][column] = colour

    def piece(self, x0: int, y0: int, x1: int, y1: int, colour: str) -> None:
        """Draw a straight piece of line between two dots."""
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for k in range(steps + 1):
            self.dot(round(x0 + (x1 - x0) * k / steps), round(y0 + (y1 - y0) * k / steps), colour)

    def take(self, ansi: str) -> None:
        """Take over what plotext has drawn: lines from the top, with codes for colours.

        Dots join those that are there, so a line that crosses another one's character keeps its height.
        """
        for row, line in zip(range(self.rows - 1, -1, -1), ansi.split("\n"), strict=False):
            colour, column = "", 0
            for at, part in enumerate(_CODE.split(line)):
                if at % 2:
                    colour = _rgb(part) if part.startswith("38;2;") else "" if part in ("", "0") else colour
                    continue
                for character in part:
                    if column < self.columns and character != " ":
                        before, now = ord(self.text[row][column]), ord(character)
                        if min(before, now) >= BRAILLE and max(before, now) < BRAILLE + 256:
                            character = chr(before | now)  # noqa: PLW2901 - the dots of both
                        self.text[row][column], self.colour[row][column] = character, colour
                    column += 1

    def runs(self, row: int) -> Iterator[tuple[str, str, str]]:
        """Text of a row in runs of one colour and one background."""
        texts, colours, grounds = self.text[row], self.colour[row], self.ground[row]
        start = 0
        for k in range(1, self.columns + 1):
            if k == self.columns or (colours[k], grounds[k]) != (colours[start], grounds[start]):
                yield "".join(texts[start:k]), colours[start], grounds[start]
                start = k


def _rgb(code: str) -> str:
    red, green, blue = (int(n) for n in code.split(";")[2:5])
    return f"#{red:02X}{green:02X}{blue:02X}"


def overlay(canvas: Canvas, figure: Figure, colours: dict[str, str]) -> None:
    """Draw everything but lines over what is there."""
    assert figure.x is not None
    assert figure.y is not None
    x, y = figure.x.scale, figure.y.scale
    for k, band in enumerate(figure.bands):
        first, last = max(x.cell(band.first), 0), min(x.cell(band.last), canvas.columns)
        for column in range(first, last):
            if k % 2:
                for row in range(canvas.rows):
                    canvas.ground[row][column] = colours["band"]
        if len(band.name) < last - first:
            canvas.put(first, canvas.rows - 1, band.name, colours["axis"])
    if figure.level is not None and y.inside(figure.level):
        row = y.cell(figure.level)
        for column in range(0, canvas.columns, 2):
            if canvas.text[row][column] == " ":
                canvas.put(column, row, "·", colours["axis"])
    if figure.cursor is not None and x.inside(figure.cursor):
        column = x.cell(figure.cursor)
        for row in range(canvas.rows):
            if canvas.text[row][column] == " ":
                canvas.put(column, row, "│", colours["accent"])
    for series in figure.series:
        _series(canvas, series, x, y, colours[series.role])


def _series(canvas: Canvas, series: Series, x: Scale, y: Scale, colour: str) -> None:
    if series.kind == "segments":
        for k in range(0, len(series.x) - 1, 2):
            x0, x1 = (_near(x.dot(v), canvas.columns * COLUMN_DOTS) for v in series.x[k : k + 2])
            y0, y1 = (_near(y.dot(v), canvas.rows * ROW_DOTS) for v in series.y[k : k + 2])
            canvas.piece(x0, y0, x1, y1, colour)
    elif series.kind == "bars":
        for a, b in zip(series.x, series.y, strict=True):
            _bar(canvas, x.cell(a), y.dot(b), colour)
    elif series.kind == "fill":
        for a, b in zip(series.x, series.y, strict=True):
            left = x.cell(a) * COLUMN_DOTS
            for dot in range(left, left + COLUMN_DOTS):
                canvas.piece(dot, y.dot(0.0), dot, y.dot(b), colour)
    elif series.kind == "dots":
        for a, b in zip(series.x, series.y, strict=True):
            if x.inside(a) and y.inside(b):
                canvas.dot(x.dot(a), y.dot(b), colour)
    elif series.kind == "points":
        for a, b in zip(series.x, series.y, strict=True):
            if x.inside(a) and y.inside(b):
                canvas.put(x.cell(a), y.cell(b), series.sign or "•", colour)
    elif series.sign and series.x and x.inside(series.x[-1]) and y.inside(series.y[-1]):
        # A label in the line, like the height on a contour.
        canvas.put(x.cell(series.x[-1]), y.cell(series.y[-1]), series.sign, colour)


def _near(dot: int, dots: int) -> int:
    """A dot, not farther outside than the canvas is large."""
    return min(max(dot, -dots), 2 * dots)


def _bar(canvas: Canvas, column: int, top: int, colour: str) -> None:
    """A column of blocks from the bottom to a dot."""
    for row in range(min(top // ROW_DOTS, canvas.rows - 1) + 1):
        filled = min(top + 1 - row * ROW_DOTS, ROW_DOTS)
        canvas.put(column, row, BLOCKS[2 * filled], colour)


def framed(canvas: Canvas, figure: Figure, width: int, height: int, colour: str) -> Canvas:
    """Put the axes around a drawing."""
    assert figure.x is not None
    assert figure.y is not None
    left = label_columns(figure.y)
    out = Canvas(width, height)
    bottom = height - canvas.rows
    for row in range(canvas.rows):
        out.text[row + bottom][left:] = canvas.text[row]
        out.colour[row + bottom][left:] = canvas.colour[row]
        out.ground[row + bottom][left:] = canvas.ground[row]
        out.put(left - 1, row + bottom, "│", colour)
    for tick, text in zip(figure.y.ticks, figure.y.labels, strict=True):
        if figure.y.scale.inside(tick):
            out.put(0, figure.y.scale.cell(tick) + bottom, f"{text:>{left - 1}}┤", colour)
    if bottom >= 2:
        out.put(left - 1, bottom - 1, "└" + "─" * (width - left), colour)
        _below(out, figure.x, left, bottom, colour)
    return out


def _below(out: Canvas, axis: Axis, left: int, bottom: int, colour: str) -> None:
    free = 0
    for tick, text in zip(axis.ticks, axis.labels, strict=True):
        if not axis.scale.inside(tick):
            continue
        column = left + axis.scale.cell(tick)
        start = min(max(column - len(text) // 2, free), out.columns - len(text))
        if start < free or not start <= column <= start + len(text):
            continue
        out.put(column, bottom - 1, "┬", colour)
        out.put(start, bottom - 2, text, colour)
        free = start + len(text) + 1


def size_of(figure: Figure, width: int, height: int) -> tuple[int, int]:
    """Columns and rows of the plot inside the axes."""
    assert figure.y is not None
    return plot_columns(width, figure.y), plot_rows(height)


def drawable_points(series: Series, y: Scale) -> tuple[list[float], list[float]]:
    """Points of a line: finite ones, and none so far outside that the way to it would take long to draw."""
    room = y.high - y.low
    kept = [
        (a, min(max(b, y.low - room), y.high + room))
        for a, b in zip(series.x, series.y, strict=True)
        if math.isfinite(a) and math.isfinite(b)
    ]
    return [a for a, _ in kept], [b for _, b in kept]
