"""The pinned days: synthetic one-second bars like MNQ's, from fixed seeds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

SESSION_S = 82_800
"""17:00 to 16:00 Chicago."""
TICK = 0.25
OPEN_NS = 1_767_567_600_000_000_000
"""2026-01-04 17:00 Chicago; nothing depends on which evening it is."""
WINDOW_STARTS = {
    "asia": 0,
    "london": 32_400,
    "pre_open": 50_400,
    "open": 55_800,
    "midday": 63_000,
    "afternoon": 72_000,
    "close": 79_200,
}
"""Session windows of MNQ, seconds after the open."""
DAY_BARS = 60_000
DAY_SEED = 20_250_601
MONTH_SEEDS = tuple(range(1000, 1022))

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class BenchDay:
    """One trade date of bars, prices in ticks, times in seconds after the open."""

    ts: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: npt.NDArray[np.int64]
    close_s: int = SESSION_S

    def __len__(self) -> int:
        return len(self.ts)

    @cached_property
    def windows(self) -> npt.NDArray[np.uint8]:
        """Session window of each bar."""
        starts = np.array(list(WINDOW_STARTS.values()))
        return (np.searchsorted(starts, self.ts, side="right") - 1).astype(np.uint8)

    @cached_property
    def core(self) -> Any:
        """These bars as the product holds them."""
        from bayescore import _core

        return _core.DayBars.from_ticks(
            *(self.ts, self.open, self.high, self.low, self.close, self.volume, TICK),
            open_ns=OPEN_NS,
            close_s=self.close_s,
        )


def make_day(seed: int = DAY_SEED, bars: int = DAY_BARS, volatility: float = 1.0) -> BenchDay:
    """Random walk of eight steps a bar, livelier at the ends of the session, with seconds missing.

    Parameters
    ----------
    seed
        Same seed, same bars.
    bars
        Seconds with a trade, at most `SESSION_S`.
    volatility
        Multiplier; at 1 a bar moves by 0.8 to 2.2 points, about what MNQ did in 2025.
    """
    rng = np.random.default_rng(seed)
    liveliness = (2 * np.linspace(0, 1, SESSION_S) - 1) ** 2
    share = 0.5 + liveliness
    ts = np.sort(rng.choice(SESSION_S, bars, replace=False, p=share / share.sum()))
    sigma = volatility * (0.8 + 1.4 * liveliness[ts])
    steps = rng.standard_normal((bars, 8)) * (sigma / np.sqrt(8))[:, None]
    path = 21_000 + np.cumsum(steps.ravel()).reshape(bars, 8)
    ticks = np.rint(path / TICK).astype(np.int32)
    volume = np.maximum(1, np.rint(rng.lognormal(2.5, 1.0, bars) * (0.5 + liveliness[ts])))
    return BenchDay(
        ts.astype(np.int32),
        np.ascontiguousarray(ticks[:, 0]),
        ticks.max(axis=1),
        ticks.min(axis=1),
        np.ascontiguousarray(ticks[:, -1]),
        volume.astype(np.int64),
    )
