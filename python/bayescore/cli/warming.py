"""`bayescore warmup`: after how many seconds states stop depending on where the data start."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from bayescore.config import Config
    from bayescore.learning.warmup import Settled


def run_warmup(data: list[str], config: Config, starts: int, days: int, *, json: bool) -> None:
    """Print a line a field, the slowest first, or JSON.

    Raises
    ------
    DataError, UsageError
        For data that cannot be used.
    """
    from bayescore.data import load
    from bayescore.learning.own_states import engine_of
    from bayescore.learning.warmup import CLOCKED, fields_of, settling

    market = load(data, config)
    chosen = list(market.days)[-days:]
    engine = engine_of(config, market.instrument.window_names)
    warmup = None if config.states else config.state.warmup
    found = settling(chosen, fields_of(engine, () if config.states else CLOCKED), starts)
    found.sort(key=lambda s: (-s.longest, -s.median))
    dates = [day.date for day in chosen]
    if json:
        body = {"dates": dates, "warmup": warmup, "fields": [s._asdict() for s in found]}
        sys.stdout.write(msgspec.json.encode(body).decode() + "\n")
    else:
        sys.stdout.write("\n".join(render(found, dates, warmup)) + "\n")


def render(found: list[Settled], dates: list[str], warmup: int | None) -> list[str]:
    """The table and what to make of it, for `state.warmup` or a file of own states; at most 80 columns."""
    from bayescore.report.wording import duration

    if not found:
        return ["No trade date has bars enough to start from a later one."]
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    wide = max(len(s.field) for s in found)
    lines = [
        f"States computed from {found[0].starts} later starts, {when}, held against",
        "those from each date's first bar. They are the same for good after:",
        "",
        f"{'':<{wide}}  {'every start':>12}  {'half of them':>12}",
    ]
    for s in found:
        row = f"{s.field:<{wide}}  {duration(s.longest):>12}  {duration(s.median):>12}"
        lines.append(row + (f"  {s.unsettled} never, before the date ended" if s.unsettled else ""))
    slowest = found[0]
    lines.append("")
    if warmup is not None:
        lines.append(
            f"No state is told, and nothing traded, in a date's first {duration(warmup)} (state.warmup)."
        )
    if slowest.unsettled:
        lines.append(f"{slowest.field} did not settle on every date: its window is longer than the data.")
    elif warmup is None:
        lines += [
            f"From {duration(slowest.longest)} on nothing depends on where the data start; a state",
            "that your file gives before can.",
        ]
    elif slowest.longest > warmup:
        lines.append(
            f"For {duration(slowest.longest - warmup)} more, {slowest.field} can still depend on where the data start."
        )
    else:
        lines.append("From then on nothing depends on where the data start.")
    return lines
