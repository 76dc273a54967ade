"""How well exits were timed: every trade against the best price until some minutes after its exit.

A market event, one entry bar and side, counts once however many sets took it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from engine_bars import Day
from engine_simulate import LONG, SHORT, Trade

OPTIMAL, TOO_EARLY, TOO_LATE, WRONG_SIDE = range(4)


@dataclass(frozen=True)
class Regret:
    """One trade in hindsight, ticks. Efficiencies are None where price did not move."""

    kind: int
    potential: int
    realised: int
    left: int
    given_back: int
    range: int
    entry_efficiency: float | None
    exit_efficiency: float | None
    total_efficiency: float | None


@dataclass
class Event:
    """All trades of all sets that entered at one bar on one side."""

    entry_bar: int
    side: int
    code: int
    context: int
    trades: int = 0
    kinds: list[int] = field(default_factory=lambda: [0] * 4)
    reasons: list[int] = field(default_factory=lambda: [0] * 5)
    realised: int = 0
    potential: int = 0
    left: int = 0
    given_back: int = 0
    range: int = 0

    @property
    def vote(self) -> int:
        """Most frequent kind, the lowest number at a tie."""
        return self.kinds.index(max(self.kinds))


def hindsight(prices: Day, trade: Trade, bar_seconds: int, bars_after: int) -> Regret:
    """Hold one trade against what the market offered.

    Parameters
    ----------
    prices
        The day; mirrored for a short.
    trade
        The trade.
    bar_seconds, bars_after
        Best prices count until so many bars of so many seconds after the bar of the exit.
    """
    entry, out = trade.side * trade.entry_price, trade.side * trade.exit_price
    horizon = (trade.exit_ts // bar_seconds + 1 + bars_after) * bar_seconds
    end = bisect_left(prices.ts, horizon)
    highs = prices.high[trade.entry_bar : end]
    best, worst = max(highs), min(prices.low[trade.entry_bar : end])
    peak_bar = trade.entry_bar + highs.index(best)

    potential, realised = best - entry, trade.gross
    if potential <= 0:
        kind = WRONG_SIDE
    elif 10 * realised >= 9 * potential:
        kind = OPTIMAL
    else:
        kind = TOO_EARLY if peak_bar > trade.exit_bar else TOO_LATE
    span = best - worst
    return Regret(
        kind=kind,
        potential=potential,
        realised=realised,
        left=max(0, best - out),
        given_back=max(0, max(prices.high[trade.entry_bar : trade.exit_bar + 1]) - out),
        range=span,
        entry_efficiency=(best - entry) / span if span else None,
        exit_efficiency=(out - worst) / span if span else None,
        total_efficiency=(out - entry) / span if span else None,
    )


def events_of_trades(day: Day, trades: list[Trade], bar_seconds: int, bars_after: int) -> list[Event]:
    """Gather trades into events, by entry bar, longs first."""
    events: dict[tuple[int, int], Event] = {}
    prices = {LONG: day, SHORT: day.mirrored()}
    for trade in trades:
        regret = hindsight(prices[trade.side], trade, bar_seconds, bars_after)
        event = events.setdefault(
            (trade.entry_bar, -trade.side), Event(trade.entry_bar, trade.side, trade.code, trade.context)
        )
        event.trades += 1
        event.kinds[regret.kind] += 1
        event.reasons[trade.reason] += 1
        event.realised += regret.realised
        event.potential += regret.potential
        event.left += regret.left
        event.given_back += regret.given_back
        event.range += regret.range
    return [events[key] for key in sorted(events)]
