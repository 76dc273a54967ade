"""Widgets that do nothing when they are told what they show already: training has better use for the time."""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static


class Line(Static):
    """Text in a box whose size does not depend on it: a new text needs no new layout of the screen."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes, markup=False)
        self._said: Content | None = None

    def say(self, text: Content | str) -> None:
        """Show a text from now on."""
        content = Content(text) if isinstance(text, str) else text
        if self._said is None or not content.is_same(self._said):
            self._said = content
            self.update(content, layout=False)


class KeysFooter(Footer):
    """A footer that is made anew only if other keys are to be shown.

    Textual's own does so whenever bindings may have changed, which costs more than all the rest of a quiet screen.
    """

    _shown: tuple[object, ...] = ()

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Look at the keys; called at every change of focus and whenever an action may have become possible."""
        if self._bindings_ready and (
            not screen.app.app_focus or not self.is_attached or screen is not self.screen
        ):
            return  # it would not be made anew now, so it goes on showing what it shows
        wanted = tuple(
            (found.binding, found.enabled, found.tooltip)
            for found in screen.active_bindings.values()
            if found.binding.show
        )
        if not self._bindings_ready or wanted != self._shown:
            self._shown = wanted
            super().bindings_changed(screen)
