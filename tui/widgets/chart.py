"""A plotext chart that is drawn only when what it shows has changed, and not many times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.message import Message
from textual.reactive import var
from textual_plotext import PlotextPlot

from bayescore_tui.charts.canvas import Canvas, drawable_points, framed, overlay, size_of
from bayescore_tui.charts.drawing import LEAST_COLUMNS, LEAST_ROWS, Figure, Series, label_columns
from bayescore_tui.shell.themes import drawing_colours, rgb

Build = Callable[[int, int], Figure]
"""Makes the figure for a width and a height in characters."""

BUDGET = 0.03
"""Share of the time that drawing may take; the rest belongs to training and to keys."""
LEAST_PAUSE_S = 0.25


class Chart(PlotextPlot):
    """Draws what `show` was last given.

    Drawing is slow for a terminal program (tens of milliseconds), so a figure is built and drawn at most a few
    times a second, only while the chart can be seen, and less often the longer it takes.
    """

    DEFAULT_CSS = """
    Chart { width: 1fr; height: 1fr; background: $surface; }
    """

    class Picked(Message):
        """A click on the drawing."""

        def __init__(self, chart: Chart, value: float) -> None:
            super().__init__()
            self.chart = chart
            self.value = value
            """Where on the horizontal axis."""

    drawings: var[int] = var(0)
    """How often it has been drawn; tests and measurements read it."""

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._build: Build = lambda _w, _h: Figure(empty=empty)
        self._version = 0
        self._drawn: tuple[object, ...] | None = None
        self._text = Text()
        self._figure = Figure()
        """What is drawn."""
        self._cost_s = 0.0
        self._last_s = -1.0
        self._waiting = False

    @property
    def up_to_date(self) -> bool:
        """Whether the screen shows the newest figure."""
        return self._drawn is not None and self._drawn[0] == self._version and not self._waiting

    def show(self, build: Build) -> None:
        """Show another figure from now on; it is built when there is time to draw it."""
        self._build = build
        self._version += 1
        self.pump()

    def show_text(self, text: str) -> None:
        """Show a text in place of a figure."""
        self.show(lambda _width, _height: Figure(empty=text))

    def pump(self) -> None:
        """Draw now if it is time, else set an alarm."""
        if not self.is_mounted or self._waiting:
            return
        pause = max(LEAST_PAUSE_S, self._cost_s / BUDGET)
        left = self._last_s + pause - time.monotonic()
        if self._last_s < 0 or left <= 0:
            self.refresh()
        else:
            self._waiting = True
            self.set_timer(left, self._alarm)

    def _alarm(self) -> None:
        self._waiting = False
        self.refresh()

    def render(self) -> RenderResult:
        """Return the drawing, made anew if figure, size or theme have changed."""
        width, height = self.size
        state = (self._version, width, height, self.app.theme)
        if state == self._drawn:
            return self._text
        began = time.monotonic()
        self._text = self._draw(width, height)
        self._drawn = state
        self._last_s = time.monotonic()
        self._cost_s = self._last_s - began
        self.drawings += 1
        return self._text

    def on_click(self, event: events.Click) -> None:
        """Say what of the horizontal axis was clicked."""
        figure = self._figure
        if not figure.drawable or figure.x is None or figure.y is None:
            return
        column = event.x - label_columns(figure.y)
        if 0 <= column < figure.x.scale.cells:
            self.post_message(self.Picked(self, figure.x.scale.value(column)))

    def _draw(self, width: int, height: int) -> Text:
        figure = self._figure = self._build(width, height)
        if not figure.drawable or width < LEAST_COLUMNS or height < LEAST_ROWS:
            return Text(figure.empty, style="dim", justify="left")
        colours = drawing_colours(self.app.theme_variables)
        canvas = Canvas(*size_of(figure, width, height))
        for series in figure.series:
            if series.kind == "line":
                canvas.take(self._line(series, figure, canvas, colours))
        overlay(canvas, figure, colours)
        return _styled(framed(canvas, figure, width, height, colours["axis"]))

    def _line(self, series: Series, figure: Figure, canvas: Canvas, colours: dict[str, str]) -> str:
        """One line as plotext draws it, without axes, on the scale of the figure.

        One at a time: of two lines in one character plotext keeps the later one's dots alone.
        """
        assert figure.x is not None
        assert figure.y is not None
        plt: Any = self.plt
        plt.clear_figure()
        plt.plotsize(canvas.columns, canvas.rows)
        plt._set_size(
            canvas.columns, canvas.rows
        )  # plotsize alone is lost when the size changes (textual-plotext #5)
        plt.canvas_color("default")
        plt.xaxes(False, False)
        plt.yaxes(False, False)
        plt.xticks([], [])
        plt.yticks([], [])
        plt.xlim(figure.x.scale.low, figure.x.scale.high)
        plt.ylim(figure.y.scale.low, figure.y.scale.high)
        x, y = drawable_points(series, figure.y.scale)
        if x:
            plt.plot(x, y, marker="braille", color=rgb(colours[series.role]))
        return str(plt.build())


def _styled(canvas: Canvas) -> Text:
    """Characters from the top down with their colours."""
    out = Text(no_wrap=True)
    for row in range(canvas.rows - 1, -1, -1):
        for text, colour, ground in canvas.runs(row):
            style = f"{colour} on {ground}" if ground and colour else f"on {ground}" if ground else colour
            out.append(text, style or None)
        if row:
            out.append("\n")
    return out
