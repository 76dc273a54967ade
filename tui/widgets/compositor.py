"""Draws of a screen only the lines of the widgets that have changed."""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class FrugalCompositor(Compositor):
    """Of a partial update, renders nothing that is not sent.

    Textual's own (8.2) renders all lines of all widgets that touch the smallest rectangle around what has changed.
    The header changes with every report of progress and so does the line in the middle of the screen: all charts
    and tables between them were rendered four times a second, and each line cut to pieces, to be thrown away.
    """

    _changed: tuple[Region, ...] = ()
    """What a partial update that is being rendered will send."""

    def render_partial_update(self) -> ChopsUpdate | None:
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if not self._changed:
            yield from super()._get_renders(crop)
            return
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            lines = [
                (max(seen.y, r.y), min(seen.bottom, r.bottom)) for r in self._changed if r.overlaps(seen)
            ]
            if not lines:
                continue
            # Lines as a whole: widgets keep what they have rendered by the line.
            first, last = min(top for top, _ in lines), max(end for _, end in lines)
            part = Region(seen.x, first, seen.width, last - first)
            yield region, part, widget.render_lines(part.translate((-region.x, -region.y)))
