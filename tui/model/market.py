"""The windows of a market's sessions, for drawing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from bayescore.runs.market import Market

if TYPE_CHECKING:
    from bayescore.data.instruments import Instrument


class Window(msgspec.Struct, frozen=True):
    """A named part of a session, UTC."""

    name: str
    first: datetime
    last: datetime


def session_windows(market: Market, trade_date: str) -> list[Window]:
    """The session windows of a trade date, in their order; empty if the session is not known."""
    from bayescore.data.instruments import known, session_kind
    from bayescore.data.sessions import sessions

    if not market.session:
        return []
    kind = session_kind(market.session)
    base: Instrument = next(iter(known().values()))
    instrument = msgspec.structs.replace(
        base, session=market.session, timezone=kind.timezone, windows=kind.windows
    )
    day = date.fromisoformat(trade_date)
    found = sessions(instrument, day, day)
    if not found:
        return []
    starts = [*found[0].window_starts_ns, found[0].close_ns]
    times = [datetime.fromtimestamp(ns / 1e9, UTC) for ns in starts]
    return [
        Window(name, first, min(last, times[-1]))
        for (name, _), first, last in zip(kind.windows, times, times[1:], strict=False)
        if first < times[-1]
    ]
