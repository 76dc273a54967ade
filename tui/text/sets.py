"""Parameter sets side by side."""

from __future__ import annotations

from textual.content import Content

from bayescore.events import DayResult, Params
from bayescore_tui.text import formats, lines

UNITS = {
    "stop_loss_ticks": "tk",
    "take_profit_ticks": "tk",
    "trail_activation_ticks": "tk",
    "trail_distance_ticks": "tk",
    "max_hold_seconds": "s",
    "cooldown_seconds": "s",
}
SHORT = {
    "trail_activation_ticks": "trail from",
    "max_consecutive_losses": "max losses",
    "contexts_allowed": "contexts",
    "confidence_threshold": "confidence",
}


def table(result: DayResult, width: int) -> Content:
    """Today's best set in hindsight, what was traded today, and what was chosen for tomorrow, side by side."""
    head = result.policies.get(result.headline)
    best = result.in_sample.params if result.in_sample else None
    sets = (best, head.params if head else None, head.next_params if head else None)
    column = max(9, (width - 15) // 3)
    rows: list[list[lines.Part]] = [
        [
            (f"{'':<15}", ""),
            *((f"{name:>{column}}", lines.STRONG) for name in ("hindsight", "traded", "tomorrow")),
        ]
    ]
    for name in Params.__struct_fields__:
        if name == "contexts_allowed":
            continue
        label = SHORT.get(name, formats.words(name.removesuffix("_ticks").removesuffix("_seconds")))
        cells: list[lines.Part] = [(f"{label:<15.15}", lines.DIM)]
        for at, p in enumerate(sets):
            sign = "*" if at == 2 and _changes(sets[1], p, name) else ""
            text = formats.shorten(sign + _value(p, name), column - 1)
            cells.append((f"{text:>{column}}", lines.WARN if sign else ""))
        rows.append(cells)
    # Names of contexts are too long for a column.
    contexts = [formats.words(p.contexts_allowed) if p else formats.UNDEFINED for p in sets]
    sign = "*" if _changes(sets[1], sets[2], "contexts_allowed") else ""
    rows.append(
        [
            ("contexts  ", lines.DIM),
            contexts[0],
            (" · traded ", lines.DIM),
            contexts[1],
            (" · tomorrow ", lines.DIM),
            (sign + contexts[2], lines.WARN if sign else ""),
        ]
    )
    return lines.stack(rows)


def _changes(old: Params | None, new: Params | None, name: str) -> bool:
    return old is not None and new is not None and getattr(old, name) != getattr(new, name)


def _value(p: Params | None, name: str) -> str:
    if p is None:
        return formats.UNDEFINED
    value = getattr(p, name)
    if name == "trail_activation_ticks" and value == 0:
        return "off"
    if isinstance(value, float):
        return f"{value:.2f}"
    text = formats.words(str(value)) if isinstance(value, str) else f"{value:,}"
    return f"{text} {UNITS[name]}" if name in UNITS else text
