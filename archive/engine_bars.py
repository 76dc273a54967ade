"""One trade date as plain lists of integers, and the windows that everything else is made from.

Times are whole seconds after the session's open, prices are whole ticks. The window of W seconds at bar i is
the bars j ≤ i with ts_j > ts_i − W.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True)
class Day:
    """Bars of one contract on one trade date, sorted by time, gaps left as they are."""

    ts: list[int]
    open: list[int]
    high: list[int]
    low: list[int]
    close: list[int]
    volume: list[int]
    close_s: int
    """End of the session, seconds after its open."""

    def __len__(self) -> int:
        return len(self.ts)

    def window_start(self, i: int, seconds: int) -> int:
        """First bar of the window of so many seconds that ends at bar i."""
        return bisect_right(self.ts, self.ts[i] - seconds)

    def bar_back(self, i: int, seconds: int) -> int | None:
        """Last bar that is at least so many seconds before bar i, if there is one."""
        k = bisect_right(self.ts, self.ts[i] - seconds) - 1
        return k if k >= 0 else None

    def mirrored(self) -> Day:
        """Flip the prices about zero: what was a short on these bars is a long on those."""
        return Day(
            self.ts,
            [-p for p in self.open],
            [-p for p in self.low],
            [-p for p in self.high],
            [-p for p in self.close],
            self.volume,
            self.close_s,
        )


class Sums:
    """Sums over any stretch of bars from running totals; integers, therefore exact."""

    def __init__(self, values: list[int]) -> None:
        self.totals = list(accumulate(values, initial=0))

    def over(self, first: int, last: int) -> int:
        """Sum of the values of the bars first … last, both included."""
        return self.totals[last + 1] - self.totals[first]


def ranges(day: Day, seconds: int) -> list[int]:
    """Highest high less lowest low of the window of so many seconds, for each bar."""
    result = []
    for i in range(len(day)):
        a = day.window_start(i, seconds)
        result.append(max(day.high[a : i + 1]) - min(day.low[a : i + 1]))
    return result


def changes(day: Day, lag: int) -> list[int | None]:
    """Close less the close of the last bar at least ``lag`` seconds before; None where there is none."""
    result: list[int | None] = []
    for i in range(len(day)):
        k = day.bar_back(i, lag)
        result.append(None if k is None else day.close[i] - day.close[k])
    return result
