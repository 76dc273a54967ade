"""How figures look on screen, on top of `bayescore.report.wording`: signs, units, bars, and what is cut short.

Losses carry a true minus sign and gains a plus wherever a sign matters, so that colour is never the only mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.report.wording import (
    POLICY_NAMES,
    UNDEFINED,
    chance,
    counted,
    duration,
    money,
    number,
    percent,
    price_text,
)

if TYPE_CHECKING:
    from bayescore.results.statistics import Interval

__all__ = [
    "UNDEFINED",
    "bar",
    "chance",
    "count",
    "counted",
    "duration",
    "mark",
    "money",
    "number",
    "percent",
    "policy",
    "price_text",
    "rate",
    "ratio_between",
    "reason",
    "short_duration",
    "shorten",
    "shorten_words",
    "state",
    "ticks",
    "whole",
    "words",
]

EIGHTHS = "▏▎▍▌▋▊▉"


def ratio_between(found: Interval | None) -> str:
    """A ratio with its interval, ``−1.4 (−8.6 … +5.7)``; nothing without one."""
    if found is None:
        return ""
    mean, low, high = (number(x, 1, signed=True) for x in found)
    return f"{mean} ({low} … {high})"


def whole(value: float | None, currency: str) -> str:
    """Money without cents, for figures whose error is larger: ``+$1,132``."""
    return money(None if value is None else float(round(value)), currency).partition(".")[0]


def count(value: float | None) -> str:
    """Whole number with thousands separators."""
    return number(value, 0)


def ticks(value: float | None, digits: int = 1, *, unit: bool = True) -> str:
    """Signed ticks, for example ``+12.5 tk``."""
    return UNDEFINED if value is None else number(value, digits, signed=True) + (" tk" if unit else "")


def short_duration(seconds: float | None) -> str:
    """Time in one unit, for narrow cells: ``45s``, ``3.2m``, ``1.4h``."""
    if seconds is None:
        return UNDEFINED
    if seconds < 99.5:
        return f"{seconds:.0f}s"
    return f"{seconds / 60:.1f}m" if seconds < 5970 else f"{seconds / 3600:.1f}h"


def rate(per_second: float | None) -> str:
    """Iterations a second in three figures: ``812/s``, ``61.2k/s``."""
    if per_second is None:
        return UNDEFINED
    for divisor, unit in ((1.0, ""), (1e3, "k"), (1e6, "M")):
        value = per_second / divisor
        if value < 999.5 or unit == "M":
            break
    return f"{value:.1f}{unit}/s" if value < 99.95 and unit else f"{value:.0f}{unit}/s"


def mark(value: float | None) -> str:
    """A sign that does not depend on colour: up, down or level."""
    if value is None or value == 0:
        return "·"
    return "▲" if value > 0 else "▼"


def shorten(text: str, width: int) -> str:
    """Cut to `width` columns, with an ellipsis where something is missing."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def shorten_words(text: str, width: int) -> str:
    """Cut to `width` columns between words: no figure in it is cut."""
    return text if len(text) <= width else text[: max(width - 1, 0)].rpartition(" ")[0] + " …"


def bar(share: float, width: int) -> str:
    """Horizontal bar in eighths of a column: `share` of `width`."""
    full, rest = divmod(round(max(0.0, min(1.0, share)) * width * 8), 8)
    return "█" * full + (EIGHTHS[rest - 1] if rest else "")


def policy(name: str) -> str:
    """Policy as people read it."""
    return "in-sample best" if name == "in_sample_best" else POLICY_NAMES.get(name, words(name))


def words(name: str) -> str:
    """A field's name as words."""
    return name.replace("_", " ")


def reason(name: str) -> str:
    """Why a trade ended, in one word."""
    return "session" if name == "session_end" else name


ARROWS = {"strong down": "▼▼", "down": "▼", "flat": "·", "up": "▲", "strong up": "▲▲"}


def state(label: str) -> str:
    """Market state in few columns: ``z −2.5..−2 mom ▲▲ trend ▼ vol``.

    Levels that say "nothing special" are left out; fields of a space of the user's own stay as they are.
    """
    parts: list[str] = []
    for part in label.split(" · "):
        field, _, level = part.partition(" ")
        match field, level:
            case "band", _:
                parts.append("z " + level.replace("≤ ", "≤").replace("≥ ", "≥"))
            case "momentum", level if level in ARROWS:
                parts.append("mom " + ARROWS[level])
            case "trend", level if level in ARROWS:
                parts.append("trend " + ARROWS[level])
            case "volume", "confirmed":
                parts.append("vol")
            case "burst", "yes":
                parts.append("burst")
            case ("volume", "unconfirmed") | ("burst", "no") | ("pattern", "none"):
                pass
            case _:
                parts.append(part)
    return " ".join(parts)
