"""What trading costs and how orders are filled."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from engine_bars import Day, ranges

TOUCH, THROUGH = "touch", "through"
STOP_FIRST, TARGET_FIRST, OHLC_PATH = "stop_first", "target_first", "ohlc_path"


@dataclass(frozen=True)
class Costs:
    """Commission, and slippage of every market order."""

    commission_milliticks: int
    """Commission and fees of a round trip, thousandths of a tick."""
    slippage_base: int
    """Ticks."""
    slippage_factor: float
    """Share of the recent range that comes on top."""
    slippage_window: int
    """Seconds of the recent range."""

    @property
    def bracket_cost(self) -> float:
        """Ticks a round trip costs in the break-even of a bracket."""
        return self.commission_milliticks / 1000 + 2 * self.slippage_base

    def slippage(self, day: Day) -> list[int]:
        """Ticks lost by a market order filled at each bar's open or inside it.

        The range is that of the window which ends at the bar before, known when the order is filled. Bar 0
        has none, and nothing is ever filled there.
        """
        before = ranges(day, self.slippage_window)[:-1]
        return [0, *(self.slippage_base + ceil(self.slippage_factor * float(r)) for r in before)]


@dataclass(frozen=True)
class FillRules:
    """When limit orders fill, what comes first inside a bar, and the hours without positions."""

    limit_fill: str
    intrabar: str
    max_entry_gap: int
    no_entry_before_close: int
    flat_before_close: int
