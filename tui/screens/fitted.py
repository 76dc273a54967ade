"""What all screens share."""

from __future__ import annotations

from typing import Any

from textual import events
from textual._compositor import Compositor
from textual.app import App
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.widget import Widget

from bayescore_tui.widgets.compositor import FrugalCompositor


class Fitted(DOMNode):
    """Mixin, before `Screen`: lays out to the size that the terminal has now, never to one it had before.

    While a window is dragged, sizes arrive faster than screens are laid out. Textual (8.2) lays out to each of
    them, also to one that is outdated by then, and tells itself the size again: two sizes then chase each other
    without end and the wrong one of two layouts may stay. News of an outdated size may also have taken the place of
    newer news in the queue, so the size of now is told in its stead.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """What has the focus. Textual's own repaints the whole screen for it; who gains or loses it does so anyway."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._compositor: Compositor = FrugalCompositor()

    def on_resize(self, event: events.Resize) -> None:
        app = self.app
        if isinstance(app, App) and event.size != app.size:
            event.prevent_default()
            event.stop()
            self.post_message(events.Resize(app.size, app.size))
