"""Parameter sets side by side."""

from __future__ import annotations

from textual.content import Content

from bayescore.events import DayResult, Params
from bayescore.vocabulary import FACTORS
from bayescore_tui.text import formats, lines

UNITS = {"ticks": "tk"}
"""Units in few columns."""


def table(result: DayResult, width: int, *, hindsight: bool = True) -> Content:
    """Today's best set in hindsight, what was traded today, and what was chosen for tomorrow, side by side."""
    head = result.policies.get(result.headline)
    known = {"traded": head.params if head else None, "tomorrow": head.next_params if head else None}
    if hindsight:
        known = {"hindsight": result.in_sample.params if result.in_sample else None, **known}
    none = [which for which, p in known.items() if p is None and which != "hindsight"]
    missing: list[lines.Part] = [(f"{' and '.join(none)}: flat, no set", lines.DIM)]
    if not any(known.values()):
        return lines.stack([missing])
    sets = {which: p for which, p in known.items() if p is not None}
    column = max(9, (width - 15) // len(sets))
    rows: list[list[lines.Part]] = [
        [(f"{'':<15}", ""), *((f"{name:>{column}}", lines.STRONG) for name in sets)]
    ]
    for name in Params.__struct_fields__:
        if name == "contexts_allowed":
            continue
        cells: list[lines.Part] = [(f"{FACTORS[name].label:<15.15}", lines.DIM)]
        for which, p in sets.items():
            sign = "*" if which == "tomorrow" and _changes(sets.get("traded"), p, name) else ""
            text = formats.shorten(sign + _value(p, name), column - 1)
            cells.append((f"{text:>{column}}", lines.WARN if sign else ""))
        rows.append(cells)
    rows.append(_contexts(sets))
    if none:
        rows.append(missing)
    return lines.stack(rows)


def _contexts(sets: dict[str, Params]) -> list[lines.Part]:
    """Names of contexts, which are too long for a column; once where all sets have the same."""
    row: list[lines.Part] = [("contexts  ", lines.DIM)]
    for which, p in sets.items():
        sign = "*" if which == "tomorrow" and _changes(sets.get("traded"), p, "contexts_allowed") else ""
        text = formats.words(p.contexts_allowed)
        row += [] if len(row) == 1 else [(f" · {which} ", lines.DIM)]
        row.append((sign + text, lines.WARN if sign else ""))
        if len({p.contexts_allowed for p in sets.values()}) == 1:
            break
    return row


def _changes(old: Params | None, new: Params | None, name: str) -> bool:
    return old is not None and new is not None and getattr(old, name) != getattr(new, name)


def _value(p: Params, name: str) -> str:
    value = getattr(p, name)
    if name == "trail_activation_ticks" and value == 0:
        return "off"
    if isinstance(value, float):
        return f"{value:.2f}"
    text = formats.words(str(value)) if isinstance(value, str) else f"{value:,}"
    unit = FACTORS[name].unit
    return f"{text} {UNITS.get(unit, unit)}" if unit else text
