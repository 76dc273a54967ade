"""Colours of the themes."""

from __future__ import annotations

import pytest

from bayescore_tui.charts.drawing import Role
from bayescore_tui.shell.themes import THEMES, drawing_colours
from bayescore_tui.sources.spec import THEME_NAMES


def test_the_command_line_names_the_themes_that_there_are() -> None:
    assert tuple(THEMES) == THEME_NAMES


def brightness(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_drawn_colour_stands_out_from_the_ground(name: str) -> None:
    theme = THEMES[name]
    variables = {**theme.variables, "success": theme.success, "error": theme.error, "accent": theme.accent}
    colours = drawing_colours(variables)  # type: ignore[arg-type]
    assert set(Role.__args__) <= set(colours)  # type: ignore[attr-defined]
    assert theme.surface is not None
    ground = brightness(theme.surface)
    for role in set(colours) - {"band"}:
        light, dark = sorted((brightness(colours[role]), ground), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3.0, (name, role, colours[role])
