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
    and tables between them were rendered four times a second, and so were the containers, which lie behind what they
    hold. Each line was cut to pieces, to be thrown away.
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
        covered: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():  # from the front to the back
            seen = region.intersection(clip)
            parts = [seen.intersection(changed) for changed in self._changed if changed.overlaps(seen)]
            parts = [part for part in parts if not any(front.contains_region(part) for front in covered)]
            if not parts:
                continue
            # Lines as a whole: widgets keep what they have rendered by the line.
            first, last = min(part.y for part in parts), max(part.bottom for part in parts)
            lines = Region(seen.x, first, seen.width, last - first)
            covered.append(lines)
            yield region, lines, widget.render_lines(lines.translate((-region.x, -region.y)))
