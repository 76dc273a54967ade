"""How the headline's exits were timed, beside how the same entries and exits are timed without drift.

An exit rule has much to do with how its exits look in hindsight: a stop is never at the best price, a target before it
more often than not. So the yardstick is the rule itself, on the day's own bars, each of them reflected about the close
before it by a coin: volatility, its clusters and the hours are those of the day, the direction of prices is nobody's.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bayescore import _core
from bayescore.events import ExitTimes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bayescore.design.factors import FactorSpace
    from bayescore.events import Params

REPLAYS = 100
"""Exits that are replayed a day, if the mirrored days do not become more than `MOST_ROUNDS`."""

MOST_ROUNDS = 3


class Driftless(NamedTuple):
    """How exits were timed, and how they are timed without drift."""

    seen: ExitTimes
    expected: ExitTimes


def exit_times(
    day: Any,
    used: Params | None,
    trades: Mapping[str, Any] | None,
    space: FactorSpace,
    horizon: tuple[int, int],
    seed: int,
) -> Driftless | None:
    """Timing of a set's exits, and of the same entries under the same exits on mirrored bars.

    Parameters
    ----------
    day
        What has ``bars``, ``core`` (the day as it was frozen) and ``date``.
    used
        The set that was traded.
    trades
        Its trade columns.
    space
        Where the set belongs to.
    horizon
        Seconds of a bar and how many bars after the exit still count.
    seed
        Of the coins, together with the date: the same whatever was trained before.

    Returns
    -------
    Driftless or None
        ``None`` without a trade.
    """
    if used is None or trades is None or not len(trades["side"]):
        return None
    n = len(trades["side"])
    seen = _core.trade_regret(day.bars, dict(trades), *horizon)["timing"]
    expected = _core.mirrored_timings(
        day.core,
        trades["decision_bar"],
        trades["side"],
        space.table([used]),
        bar_seconds=horizon[0],
        bars_after=horizon[1],
        seed=(seed << 24) + dt.date.fromisoformat(day.date).toordinal() & (1 << 64) - 1,
        rounds=max(1, min(MOST_ROUNDS, REPLAYS // n)),
    )
    return Driftless(_shares(np.bincount(seen, minlength=4).tolist()), _shares(expected))


def _shares(counts: Sequence[int]) -> ExitTimes:
    n = sum(counts)
    optimal, too_early, too_late, wrong_side = (x / n for x in counts)
    return ExitTimes(exits=n, optimal=optimal, too_early=too_early, too_late=too_late, wrong_side=wrong_side)
