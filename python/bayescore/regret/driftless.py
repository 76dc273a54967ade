"""How often the best price comes after the exit, beside how often it must in a market without drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bayescore import _core

if TYPE_CHECKING:
    from collections.abc import Mapping


class PeakAfter(NamedTuple):
    """Shares of trades whose best price came after the exit."""

    share: float
    expected: float


def peak_after(
    bars: _core.DayBars, trades: Mapping[str, Any], bar_seconds: int, bars_after: int
) -> PeakAfter | None:
    """What happened, and what Lévy's arcsine law expects for the same times.

    The maximum of a driftless walk over t + h seconds lies after t with probability 1 − (2/π) asin √(t/(t + h)): about
    80% for a minute held and ten looked ahead. Volatility is taken as even over a trade and its horizon.

    Parameters
    ----------
    bars
        The day.
    trades
        Trade columns.
    bar_seconds, bars_after
        Where the horizon ends: so many bars after the one of the exit.

    Returns
    -------
    PeakAfter or None
        ``None`` without a trade.
    """
    if not len(trades["side"]):
        return None
    seen = _core.trade_regret(bars, dict(trades), bar_seconds, bars_after)
    held = np.maximum(trades["exit_ts"] - trades["entry_ts"], 0) + 1.0
    ahead = np.maximum(bars.ts[seen["horizon_bar"]] - trades["exit_ts"], 0)
    expected = 1 - 2 / np.pi * np.arcsin(np.sqrt(held / (held + ahead)))
    return PeakAfter(float((seen["peak_bar"] > trades["exit_bar"]).mean()), float(expected.mean()))
