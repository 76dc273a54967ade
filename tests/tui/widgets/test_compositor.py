"""A partial update: the same characters as Textual's own, and nothing rendered that is not sent."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from rich.style import Style
from textual._compositor import Compositor
from textual.geometry import Region
from textual.widget import Widget

from bayescore_tui.dashboard import Dashboard
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.compositor import FrugalCompositor
from bayescore_tui.widgets.steady import Line
from tests.tui.opening import KEYS, Screen, opened, shows_days
from tests.tui.waiting import rest

Cell = tuple[str, Style | None]
SIZES = ((80, 24), (120, 40))


def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Widget]:
    """Widgets that render lines from now on."""
    found: list[Widget] = []
    own = Widget.render_lines

    def render_lines(widget: Widget, crop: Region) -> object:
        found.append(widget)
        return own(widget, crop)

    monkeypatch.setattr(Widget, "render_lines", render_lines)
    return found


def full_updates(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """An entry for each time that the whole screen is painted from now on."""
    found: list[object] = []
    own = FrugalCompositor.render_full_update

    def render_full_update(compositor: FrugalCompositor, simplify: bool = False) -> object:
        found.append(compositor)
        return own(compositor, simplify)

    monkeypatch.setattr(FrugalCompositor, "render_full_update", render_full_update)
    return found


def painted(update: object, app: Dashboard) -> dict[tuple[int, int], Cell]:
    """The characters that an update sends, and where to."""
    cells: dict[tuple[int, int], Cell] = {}
    x = y = 0
    for text, style, control in update.__rich_console__(app.console, None):  # type: ignore[attr-defined]
        if control:
            ((_, x, y),) = control
        elif text != "\n":
            for character in text:
                cells[x, y] = (character, style)
                x += 1
    return cells


class Paper:
    """What a terminal would show of the updates that are sent to it."""

    def __init__(self, app: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.rows: dict[tuple[int, int], Cell] = {}
        own = app._display

        def display(screen: object, renderable: object) -> None:
            if renderable is not None and screen is app.screen:
                self.take(renderable)
            own(screen, renderable)  # type: ignore[arg-type]

        monkeypatch.setattr(app, "_display", display)

    def take(self, update: object) -> None:
        self.rows |= painted(update, self.app)

    def differs(self) -> list[tuple[tuple[int, int], Cell | None, Cell]]:
        """Where another character or style stands than in a painting of the whole screen."""
        found = []
        for y, strip in enumerate(self.app.screen._compositor.render_strips()):
            cells = [(character, style) for text, style, _ in strip for character in text]
            found += [
                ((x, y), self.rows.get((x, y)), c) for x, c in enumerate(cells) if self.rows.get((x, y)) != c
            ]
        return found


@pytest.mark.parametrize("size", SIZES)
async def test_the_terminal_shows_what_a_painting_of_the_whole_would(
    finished_run: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with opened(RunSpec(run=finished_run), size=size) as screen:
        await shows_days(screen, 22)
        paper = Paper(screen.app, monkeypatch)
        screen.app.screen.refresh()
        await screen.settle()
        for key in ("1", "up", "tab", "8", "tab", "shift+tab", "2", "down", "slash", "s", "escape", *KEYS):
            await screen.press(key)
            await screen.settle()
            assert paper.differs() == [], f"after {key}"


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_sent_is_what_textual_would_send(finished_run: Path, size: tuple[int, int]) -> None:
    chance = random.Random(4)
    async with opened(RunSpec(run=finished_run), size=size) as screen:
        await shows_days(screen, 22)
        await screen.settle()
        compositor = screen.app.screen._compositor
        assert isinstance(compositor, FrugalCompositor)
        for _ in range(30):
            regions = set()
            for _ in range(chance.randint(1, 3)):
                x, y = chance.randrange(size[0]), chance.randrange(size[1])
                regions.add(Region(x, y, chance.randint(1, size[0] - x), chance.randint(1, size[1] - y)))
            compositor._dirty_regions = set(regions)
            frugal = compositor.render_partial_update()
            compositor._dirty_regions = set(regions)
            whole = Compositor.render_partial_update(compositor)
            assert frugal is not None
            assert whole is not None
            assert painted(frugal, screen.app) == painted(whole, screen.app)


async def test_two_lines_that_change_leave_what_lies_between_them_alone(
    finished_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(RunSpec(run=finished_run), size=(120, 40)) as screen:
        await shows_days(screen, 22)
        await screen.settle()
        found = rendered(monkeypatch)
        for name in ("#header", "#best"):
            screen.app.screen.query_one(name, Line).show_text("something new")
        await rest(screen.app)
        assert {w.id for w in found if isinstance(w, Line)} == {"header", "best"}
        # Neither charts between the two nor the containers behind them.
        assert all(isinstance(w, Line) for w in found)
        assert screen.text.count("something new") == 2


async def test_a_key_that_moves_the_focus_paints_what_changed_and_not_the_screen(
    finished_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(RunSpec(run=finished_run), size=(120, 40)) as screen:
        await shows_days(screen, 22)
        await screen.settle()
        whole, found = full_updates(screen, monkeypatch), rendered(monkeypatch)
        await screen.press("4", "1", "4", "tab")
        assert not whole
        assert not [w for w in found if isinstance(w, Chart)]  # above the tabs
        await screen.sees("no order")
