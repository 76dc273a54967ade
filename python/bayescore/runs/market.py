"""What is fixed about the market of a run: its tick, its time zone, its session."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from bayescore.errors import BayescoreError
from bayescore.runs.reader import RunReader

if TYPE_CHECKING:
    from pathlib import Path


class Market(msgspec.Struct, frozen=True):
    """Facts that prices and times are written with."""

    tick_size: float = 0.0
    """0: not known."""
    timezone: str = "UTC"
    instrument: str = ""
    session: str = ""
    windows: tuple[str, ...] = ()
    """Names of the session's windows, in the order of their contexts."""


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
        header.started.tick_size,
        kind.timezone if kind else "UTC",
        root,
        str(session) if kind else "",
        tuple(name for name, _ in kind.windows) if kind else (),
    )
