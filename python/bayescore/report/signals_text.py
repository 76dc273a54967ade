"""Signals as lines for people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bayescore.events import signals as told
from bayescore.report.wording import duration, money, number, params, price_text, state

if TYPE_CHECKING:
    from bayescore.report.clock import Clock

_WORDS = {
    told.SignalDecided: "decided",
    told.SignalDropped: "dropped",
    told.SignalEntered: "entered",
    told.SignalLeft: "left",
}


class SignalLines:
    """Writes signals one after the other.

    Parameters
    ----------
    plan
        What is carried out.
    clock
        Writes times in the zone that was asked for.
    """

    def __init__(self, plan: told.SignalPlan, clock: Clock) -> None:
        self._plan, self._clock = plan, clock

    def line(self, signal: told.Signal) -> str:
        """One signal on one line."""
        p = self._plan
        if isinstance(signal, told.SignalPlan):
            decided = "trade" if p.trade else "stay flat, so all of this is on paper only"
            return f"{p.symbol} on {p.date}: {decided}; times of {self._clock.name}; {params(p.params)}"
        if isinstance(signal, told.SignalEnd):
            trades = f"{signal.trades:,} trade" + ("" if signal.trades == 1 else "s")
            left_out = f", {signal.left_out:,} rows left out" if signal.left_out else ""
            return f"end: {signal.bars:,} bars, {trades}, {money(signal.net_currency, p.currency)}{left_out}"
        at = f"{self._clock.at(datetime.fromisoformat(signal.time)):%H:%M:%S}"
        if isinstance(signal, told.SignalStopped):
            return f"{at}  stopped: losses in a row end the day"
        what = f"{at}  {_WORDS[type(signal)]:<8} {signal.side:<5}"
        if isinstance(signal, told.SignalDecided):
            return f"{what} at {self._price(signal.price)}  {state(signal.state)}"
        if isinstance(signal, told.SignalEntered):
            stop, target = self._price(signal.stop), self._price(signal.target)
            return f"{what} at {self._price(signal.price)}  stop {stop}  target {target}"
        if isinstance(signal, told.SignalDropped):
            return f"{what} the next bar came too late"
        net = number(signal.net_ticks, 2, signed=True)
        why = f"{signal.reason.replace('_', ' ')} after {duration(signal.duration_s)}"
        return (
            f"{what} at {self._price(signal.price)}  {why}  "
            f"{net} ticks  {money(signal.net_currency, p.currency)}  day {money(signal.day_net_currency, p.currency)}"
        )

    def _price(self, price: float) -> str:
        return price_text(price, self._plan.tick_size)
