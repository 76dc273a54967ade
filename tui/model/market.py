"""What is fixed about the market of a run: its tick, its time zone, the windows of its sessions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bayescore.errors import BayescoreError
from bayescore.runs.reader import RunReader

if TYPE_CHECKING:
    from bayescore.data.instruments import Instrument


class Window(msgspec.Struct, frozen=True):
    """A named part of a session, UTC."""

    name: str
    first: datetime
    last: datetime


class Market(msgspec.Struct, frozen=True):
    """Facts that the screens need to write prices and times."""

    tick_size: float = 0.0
    """0: not known."""
    timezone: str = "UTC"
    instrument: str = ""
    session: str = ""


def market_of(run_dir: Path) -> Market:
    """Read the market of a run from its header; without one, UTC and no tick."""
    try:
        stamp = (run_dir / "run.json").stat().st_mtime_ns
    except OSError:
        return Market()
    return _market_of(run_dir, stamp)


@lru_cache(maxsize=8)
def _market_of(run_dir: Path, _stamp: int) -> Market:
    from bayescore.data.instruments import known, root_of, session_kinds

    try:
        header = RunReader(run_dir).header()
    except (BayescoreError, OSError):
        return Market()
    root = root_of(header.started.instrument) or header.started.instrument
    instrument = known().get(root)
    session = header.config.get("session") or (instrument.session if instrument else "")
    if header.config.get("extended_hours") and f"{session}_extended" in session_kinds():
        session = f"{session}_extended"
    kind = session_kinds().get(str(session))
    return Market(
        header.started.tick_size, kind.timezone if kind else "UTC", root, str(session) if kind else ""
    )


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
