"""The application on a virtual terminal, and a way to wait for what must come."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from bayescore_tui.dashboard import Dashboard
from bayescore_tui.screens.day_screen import DayScreen
from bayescore_tui.screens.pattern_screen import PatternScreen
from bayescore_tui.sources.protocol import EventSource
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.panes import DaysPane
from tests.tui.waiting import PATIENCE_S, press, rest, settled, write

NOW = 1_769_800_000.0
"""Clock of frozen screens: 2026-01-30 19:06:40 UTC."""
KEYS = (*"1234567", "c", "c", "c", "c", "c", "i", "i", "i", "z", "t", "w")
"""Of the run screen: every tab, every chart, what is shown beside them."""
DEAD_PID = 2**22 + 12_345
"""Above the largest process id the kernel gives out."""


class Screen:
    """A running application with its pilot."""

    def __init__(self, app: Dashboard, pilot: object) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Type keys one after the other; an error of the application comes out here."""
        await press(self.app, *keys)
        self._check()

    async def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        await write(self.app, text)
        self._check()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self.pilot.resize_terminal(width, height)  # type: ignore[attr-defined]
        await self.until(lambda: self.app.screen.size == (width, height), "the new size")
        await rest(self.app)

    def _check(self) -> None:
        if self.app._exception is not None:
            raise self.app._exception

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until `condition` holds; fail with the screen's text if it never does."""
        end = time.monotonic() + PATIENCE_S
        while True:
            self._check()
            try:
                if condition():
                    return
            except Exception:
                if time.monotonic() > end:
                    raise
            if time.monotonic() > end:
                raise AssertionError(f"{what or 'condition'} never held; the screen says:\n{self.text}")
            await asyncio.sleep(0.02)

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows all texts."""
        for text in texts:
            await self.until(lambda text=text: text in self.text or text in self.flat, f"{text!r} on screen")

    async def settle(self) -> None:
        """Wait until every chart in view shows its newest figure and no thread reads any more."""
        await self.until(lambda: settled(self.app), "a settled screen")

    @property
    def text(self) -> str:
        """What the terminal shows, as lines."""
        return screen_text(self.app)

    @property
    def flat(self) -> str:
        """The same as one line, for texts that are wrapped inside a frame."""
        return " ".join(re.sub(r"[│╭╮╰╯─]+", " ", self.text).split())


async def shows_days(screen: Screen, count: int) -> None:
    """Wait until the run screen has put so many days into its panels, which is later than the model knows them."""
    table = screen.app.screen.query_one(DaysPane).table
    await screen.until(lambda: len(table.keys) == count, f"{count} days in the table")
    await rest(screen.app)


def screen_text(app: Dashboard) -> str:
    """Characters of the screen, without styles."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


@asynccontextmanager
async def opened(
    spec: RunSpec | None = None,
    source: EventSource | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    theme: str = "dark",
    now: Callable[[], float] = lambda: NOW,
) -> AsyncIterator[Screen]:
    """Run the application on a virtual terminal."""
    app = Dashboard(spec or RunSpec(checkpoint_dir=Path("checkpoints")), source, theme=theme, now=now)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Screen(app, pilot)


async def walk(screen: Screen, keys: Iterable[str] = KEYS) -> None:
    """Open every tab, chart, a day and a pattern, help and jump."""
    for key in keys:
        await screen.press(key)
    await screen.press("1", "end", "enter")
    if isinstance(screen.app.screen, DayScreen):
        await screen.press("n", "plus", "left", "0", "escape")
    await screen.press("2", "enter")
    if isinstance(screen.app.screen, PatternScreen):
        await screen.press("escape")
    await screen.press("question_mark", "escape", "g", "escape")
    await screen.settle()
