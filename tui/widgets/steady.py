"""Widgets that do nothing when they are told what they show already: training has better use for the time."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static
from textual.widgets._footer import FooterKey


class Line(Static):
    """Text in a box whose size does not depend on it: a new text needs no new layout of the screen."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes, markup=False)
        self._said: Content | None = None

    def show_text(self, text: Content | str) -> None:
        """Show a text from now on."""
        content = Content(text) if isinstance(text, str) else text
        if self._said is None or not content.is_same(self._said):
            self._said = content
            self.update(content, layout=False)
            self.fit()

    def fit(self) -> None:
        """Ask for a new layout if the text needs one; in a box of a given size it never does."""


class Sheet(Line):
    """Text in a box as high as the text, in a pane that scrolls."""

    DEFAULT_CSS = """
    Sheet { height: auto; }
    """

    def fit(self) -> None:
        width, height = self.size
        if not width or self.get_content_height(self.size, self.app.size, width) != height:
            self.refresh(layout=True)


def retitle(panel: Widget, title: str, subtitle: Content) -> None:
    """Set what stands in the frame of a panel, if it is something else than before."""
    wanted = Content(title)  # not markup: it may name a currency
    if panel.border_title != wanted.markup:
        panel.border_title = wanted
    if (panel.border_subtitle or "") != subtitle.markup:
        panel.border_subtitle = subtitle


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
            self.call_after_refresh(self._fit)

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        """Show the keys that fit as a whole, help always: the list of all of them is behind it."""
        keys = list(self.query(FooterKey))
        last = [key for key in keys if key.has_class("-command-palette") or key.action.endswith("show_help")]
        room = self.size.width - sum(key.render().cell_len + 1 for key in last)
        for key in keys:
            if key not in last:
                room -= key.render().cell_len
                key.display = room >= 0
