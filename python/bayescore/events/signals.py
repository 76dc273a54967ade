"""What a decision does with bars as they come: one struct, and one JSON line, each."""

from __future__ import annotations

from typing import Literal

from bayescore.events.figures import Frozen, Params

Side = Literal["long", "short"]


class SignalPlan(Frozen, frozen=True, kw_only=True, tag="plan", tag_field="event"):
    """What is carried out, before the first bar."""

    run: str
    date: str
    """The trade date that the run's last evening decided about."""
    symbol: str
    trade: bool
    """Whether the evening decided to trade; if not, everything that follows is on paper only."""
    params: Params
    barrier_ticks: int
    tick_size: float
    tick_value: float
    currency: str
    opens: str
    """Session, UTC."""
    closes: str


class SignalDecided(Frozen, frozen=True, kw_only=True, tag="decided", tag_field="event"):
    """On the close of this bar a market order is given, for the open of the next."""

    time: str
    """Start of the bar's second, UTC; it is known one second later."""
    side: Side
    price: float
    """Close of the bar."""
    state: str
    contexts: str


class SignalDropped(Frozen, frozen=True, kw_only=True, tag="dropped", tag_field="event"):
    """The order was dropped: this bar came too late."""

    time: str
    side: Side


class SignalEntered(Frozen, frozen=True, kw_only=True, tag="entered", tag_field="event"):
    """The order was filled at this bar's open, slippage included."""

    time: str
    side: Side
    price: float
    stop: float
    target: float


class SignalLeft(Frozen, frozen=True, kw_only=True, tag="left", tag_field="event"):
    """The position ended in this bar."""

    time: str
    side: Side
    price: float
    reason: str
    gross_ticks: int
    net_ticks: float
    net_currency: float
    duration_s: int
    ambiguous: bool
    day_net_currency: float
    """Of all trades of the day so far."""


class SignalStopped(Frozen, frozen=True, kw_only=True, tag="stopped", tag_field="event"):
    """Losses in a row ended the day: no further entry."""

    time: str


class SignalEnd(Frozen, frozen=True, kw_only=True, tag="ended", tag_field="event"):
    """The session is over, or nothing more comes."""

    bars: int
    trades: int
    dropped_orders: int
    net_currency: float
    left_out: int
    """Rows before the session, of other symbols, or dropped since they could not be used."""


Signal = SignalPlan | SignalDecided | SignalDropped | SignalEntered | SignalLeft | SignalStopped | SignalEnd
