"""Our themes, and the colours of what is drawn in them.

The hues are of the Okabe–Ito palette, adjusted for contrast: blue and orange instead of green and red, so that
gain and loss stay apart for the colour-blind; signs (▲▼+−) and labels carry the same meaning. For those who read
green and red faster there are two themes with these.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

DARK = Theme(
    name="bayescore-dark",
    primary="#5AA9E6",
    secondary="#4F6D8F",
    accent="#F0B44C",
    success="#62B6F0",
    warning="#F0B44C",
    error="#F0805A",
    foreground="#DCE3EA",
    background="#0E141B",
    surface="#141C25",
    panel="#1D2834",
    dark=True,
    variables={
        "border": "#33465A",
        "border-blurred": "#33465A",
        "block-cursor-background": "#5AA9E6",
        "block-cursor-foreground": "#0B1016",
        "block-cursor-blurred-background": "#2A3A4B",
        "block-cursor-blurred-foreground": "#DCE3EA",
        "footer-key-foreground": "#F0B44C",
        "footer-background": "#1D2834",
        "input-selection-background": "#5AA9E6 35%",
        "series0": "#5AA9E6",
        "series1": "#F0B44C",
        "series2": "#5CC9A7",
        "series3": "#D98CC0",
        "hindsight": "#8C9AA8",
        "muted": "#8C9AA8",
        "axis": "#6F8296",
        "band": "#18232E",
    },
)
LIGHT = Theme(
    name="bayescore-light",
    primary="#0B5C94",
    secondary="#5B7A99",
    accent="#8A5A00",
    success="#0B5C94",
    warning="#8A5A00",
    error="#B03A0E",
    foreground="#17212B",
    background="#F6F4EF",
    surface="#FFFFFF",
    panel="#E6E9EC",
    dark=False,
    variables={
        "border": "#A9B7C4",
        "border-blurred": "#A9B7C4",
        "block-cursor-background": "#0B5C94",
        "block-cursor-foreground": "#FFFFFF",
        "block-cursor-blurred-background": "#D3DEE8",
        "block-cursor-blurred-foreground": "#17212B",
        "footer-key-foreground": "#8A5A00",
        "footer-background": "#E6E9EC",
        "input-selection-background": "#0B5C94 30%",
        "series0": "#0B5C94",
        "series1": "#A86400",
        "series2": "#0C7A5B",
        "series3": "#A0407F",
        "hindsight": "#71808F",
        "muted": "#5C6B79",
        "axis": "#71808F",
        "band": "#EEF1F3",
    },
)


def _green_red(base: Theme, name: str, green: str, red: str) -> Theme:
    """The same theme with gains green and losses red."""
    return Theme(
        name=name,
        primary=base.primary,
        secondary=base.secondary,
        accent=base.accent,
        success=green,
        warning=base.warning,
        error=red,
        foreground=base.foreground,
        background=base.background,
        surface=base.surface,
        panel=base.panel,
        dark=base.dark,
        variables=dict(base.variables),
    )


THEMES: Mapping[str, Theme] = {
    "dark": DARK,
    "light": LIGHT,
    "green-red-dark": _green_red(DARK, "bayescore-green-red-dark", "#4CC38A", "#FF6B6B"),
    "green-red-light": _green_red(LIGHT, "bayescore-green-red-light", "#137A43", "#C0262D"),
}
"""What ``--theme`` takes."""
OWN_VARIABLES = ("series0", "series1", "series2", "series3", "hindsight", "muted", "axis", "band")
"""Variables of ours that the themes of others lack."""
_FROM_THEME = {"gain": "success", "loss": "error", "dim": "muted", "accent": "accent"}


def drawing_colours(variables: Mapping[str, str]) -> dict[str, str]:
    """Colour, ``#RRGGBB``, of everything a chart draws, from the variables of a theme."""
    names = {**{name: name for name in OWN_VARIABLES}, **_FROM_THEME}
    return {role: variables[name][:7] for role, name in names.items()}


def defaults(dark: bool) -> dict[str, str]:
    """`OWN_VARIABLES` for a theme that does not set them."""
    theme = DARK if dark else LIGHT
    return {name: theme.variables[name] for name in OWN_VARIABLES}


def rgb(colour: str) -> tuple[int, int, int]:
    """``#RRGGBB`` as numbers, as plotext wants it."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
