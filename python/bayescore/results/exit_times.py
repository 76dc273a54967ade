"""How exits of several days were timed, together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.events import ExitTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.events import DayResult


def exits_so_far(results: Sequence[DayResult]) -> tuple[ExitTimes, ExitTimes] | None:
    """Shares of the headline's exits of all days, and of the same without drift; every exit weighs the same.

    ``None`` if it never traded.
    """
    days = [
        (g.headline, g.headline_driftless)
        for g in (r.regret for r in results)
        if g.headline is not None and g.headline_driftless is not None
    ]
    if not days:
        return None
    # A day's mirrored exits are as often repeated as it pleased; the day weighs what it traded.
    n = sum(own.exits for own, _ in days)

    def mean(of: str, k: int) -> float:
        return sum(day[0].exits * float(getattr(day[k], of)) for day in days) / n

    def together(k: int) -> ExitTimes:
        return ExitTimes(
            exits=sum(day[k].exits for day in days),
            optimal=mean("optimal", k),
            too_early=mean("too_early", k),
            too_late=mean("too_late", k),
            wrong_side=mean("wrong_side", k),
        )

    return together(0), together(1)
