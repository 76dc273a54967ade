"""How well a day's exits were timed, with hindsight.

Every exit of the day was held against the best price until some bars after it (``rust/core/src/regret``); this module
counts. One *market event* (an entry bar and side) has one vote, however many parameter sets took it.

This describes and concludes nothing: on a random walk, too, most exits are too early. What that share must be without
drift is told by `driftless`, and what another exit would have brought by `counterfactuals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bayescore.config import Config
from bayescore.errors import UsageError
from bayescore.events import RegretDay

Columns = Mapping[str, npt.NDArray[Any]]

SUMS = ("realised", "potential", "left", "given_back", "range")
"""Columns of the event table that are sums over an event's trades, ticks."""


class _Events(NamedTuple):
    """The event table, one vote an event; arrays of shape (events,)."""

    kind: npt.NDArray[np.int64]
    trades: npt.NDArray[np.int64]
    realised: npt.NDArray[np.float64]
    potential: npt.NDArray[np.float64]
    left: npt.NDArray[np.float64]
    given_back: npt.NDArray[np.float64]
    range: npt.NDArray[np.float64]
    """Best minus worst price until the horizon."""


class BatchRegretAnalyzer:
    """End-of-day analysis of all exits at once.

    Parameters
    ----------
    config
        ``regret_bar_seconds`` and ``regret_bars_after`` are read.
    """

    def __init__(self, config: Config) -> None:
        self._bar_seconds, self._bars_after = config.regret_bar_seconds, config.regret_bars_after

    def batch_analyze_day(self, all_trades_today: Any, full_day_data: Any) -> RegretDay:
        """Regret of a whole day.

        Parameters
        ----------
        all_trades_today
            The day's event table (``_core.sweep_day`` with events, ``_core.regret_events``), or trade records
            as a mapping of columns or a Polars frame, of one set or of many.
        full_day_data
            The day: what has its ``bars`` (``_core.DayBars``) and, for trade records, its ``states``
            (``_core.DayStates``); not looked at for an event table.

        Returns
        -------
        RegretDay
            Without exit rules: those belong to the traded set (`CounterfactualTracker`).
            Efficiencies are ratios of sums over events: entry (Hi − E)/(Hi − Lo), exit (X − Lo)/(Hi − Lo) and
            total (X − E)/(Hi − Lo) = entry + exit − 1; undefined where the price never moved.

        Raises
        ------
        UsageError
            If columns are missing.
        """
        columns = _columns(all_trades_today)
        if "exit_price" in columns:
            from bayescore import _core

            columns = _core.regret_events(
                full_day_data.bars, full_day_data.states, dict(columns), self._bar_seconds, self._bars_after
            )
        return self._day(_events(columns))

    def _day(self, e: _Events) -> RegretDay:
        n = len(e.kind)
        shares = np.bincount(e.kind, minlength=4) / max(n, 1)
        entry, exit_, total = _efficiencies(e)
        return RegretDay(
            events=n,
            trades=int(e.trades.sum()),
            exit_efficiency=exit_,
            entry_efficiency=entry,
            total_efficiency=total,
            optimal=float(shares[0]),
            too_early=float(shares[1]),
            too_late=float(shares[2]),
            wrong_side=float(shares[3]),
            left_on_table_ticks=float(e.left.mean()) if n else None,
            given_back_ticks=float(e.given_back.mean()) if n else None,
        )


def _columns(table: Any) -> Columns:
    if isinstance(table, Mapping):
        return table
    try:
        return {name: table[name].to_numpy() for name in table.columns}
    except AttributeError:
        raise UsageError(f"trades must be columns or a Polars frame, not {type(table).__name__}") from None


def _events(table: Columns) -> _Events:
    try:
        trades = table["trades"].astype(np.int64)
        sums = {name: table[name] / trades for name in SUMS}
        return _Events(
            kind=table["vote"].astype(np.int64),
            trades=trades,
            **sums,
        )
    except KeyError as missing:
        raise UsageError(f"the event table has no column {missing}") from None


def _efficiencies(e: _Events) -> tuple[float | None, float | None, float | None]:
    """Entry, exit and total efficiency of all events together."""
    realised, potential, span = (float(x.sum()) for x in (e.realised, e.potential, e.range))
    if span <= 0:
        return None, None, None
    return potential / span, 1 + (realised - potential) / span, realised / span
