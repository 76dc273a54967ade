"""The console that everything is printed on: no markup, and no control sequence that is not its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment

from bayescore.escape import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType

PLAIN_WIDTH = 160
"""Line width where there is no terminal to ask."""


class SafeConsole(Console):
    """Prints text as it is, with a substitute for what a terminal would obey."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"highlight": False, "markup": False, "emoji": False, **settings})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as usual; segments that are text are made printable."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)


def console() -> SafeConsole:
    """A console on standard output, wide where nothing says how wide it is."""
    made = SafeConsole()
    return made if made.is_terminal else SafeConsole(width=PLAIN_WIDTH)
