"""A plotext chart that is drawn only when what it shows has changed, and not many times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.text import Text
from textual.app import RenderResult
from textual.reactive import var
from textual_plotext import PlotextPlot

from bayescore_tui.charts.drawing import Axis, Figure, Series
from bayescore_tui.shell.themes import Palette, palette, rgb

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

    drawings: var[int] = var(0)
    """How often it has been drawn; tests and measurements read it."""

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._build: Build = lambda _w, _h: Figure(empty=empty)
        self._version = 0
        self._drawn: tuple[object, ...] | None = None
        self._text = Text()
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

    def say(self, text: str) -> None:
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

    def _draw(self, width: int, height: int) -> Text:
        figure = self._build(width, height)
        if not any(s.x for s in figure.series) or width < 12 or height < 3:
            return Text(figure.empty, style="dim", justify="left")
        plt: Any = self.plt
        colours = palette(self.app.current_theme.dark)
        plt.clear_figure()
        plt.plotsize(width, height)
        plt._set_size(width, height)  # plotsize alone is lost when the size changes (textual-plotext #5)
        for series in figure.series:
            if series.kind == "bars":
                self._series(plt, series, colours)
        background = rgb(self.app.theme_variables["surface"][:7])
        plt.canvas_color(background)
        plt.axes_color(background)
        plt.ticks_color(rgb(colours.axis))
        plt.xaxes(True, False)
        plt.yaxes(True, figure.right is not None)
        self._axis(plt.xlim, plt.xticks, figure.x)
        self._axis(plt.ylim, plt.yticks, figure.y, yside="left")
        if figure.right is not None:
            self._axis(plt.ylim, plt.yticks, figure.right, yside="right")
        if figure.level is not None:
            self._level(plt, figure, width, colours)
        for series in figure.series:
            if series.kind != "bars":
                self._series(plt, series, colours)
        return Text.from_ansi(plt.build())

    @staticmethod
    def _axis(limits: Callable[..., None], ticks: Callable[..., None], spec: Axis, **side: str) -> None:
        if spec.low is not None and spec.high is not None:
            limits(spec.low, spec.high, **side)
        if spec.ticks or spec.low is not None:
            ticks(list(spec.ticks), list(spec.labels), **side)

    @staticmethod
    def _level(plt: Any, figure: Figure, width: int, colours: Palette) -> None:
        low, high = figure.x.low or 0.0, figure.x.high or 1.0
        steps = max(width // 2, 2)
        x = [low + (high - low) * k / steps for k in range(steps + 1)]
        plt.scatter(x, [figure.level] * len(x), marker="·", color=rgb(colours.axis))

    @staticmethod
    def _series(plt: Any, series: Series, colours: Palette) -> None:
        if not series.x:
            return
        colour = rgb(_colour(series.role, colours))
        side = "right" if series.right else "left"
        x, y = list(series.x), list(series.y)
        if series.kind == "line":
            plt.plot(x, y, marker="braille", color=colour, yside=side)
            if series.sign:
                # A label in the line, like the height on a contour: at the end and, if there is room, before it.
                plt.scatter(x[-1:], y[-1:], marker=series.sign, color=colour, yside=side)
        elif series.kind == "points":
            plt.scatter(x, y, marker=series.sign or "•", color=colour, yside=side)
        else:
            # Bars overwrite ticks, so they come before the axes.
            plt.bar(x, y, color=colour, marker="sd", width=1.0, minimum=0, reset_ticks=False, yside=side)


def _colour(role: str, colours: Palette) -> str:
    if role.startswith("series"):
        return colours.series[int(role[6:])]
    return str(getattr(colours, role))
