"""The last gate before the terminal: whatever a file, a folder or a message holds, a screen is only text."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from bayescore.escape import visible


class Printable(LineFilter):
    """Takes out of every line what a terminal would obey instead of show."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, their texts `visible`."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [Segment(visible(text), style, control) for text, style, control in segments]
