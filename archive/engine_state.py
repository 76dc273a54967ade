"""The state of every bar, one bar after the other, each from the bars up to it and no other.

Sums are exact integers and become floats once; the float operations that follow come in one written order,
because a bar whose z-score lies on an edge must fall on the same side in every implementation.
"""

from __future__ import annotations

from math import sqrt
from typing import Protocol

from engine_bars import Day, Sums, changes, ranges
from engine_space import INVALID, default_space

BREAKOUT, WEDGE, COMPRESSION = 1, 2, 3


class StateSettings(Protocol):
    """The settings the features read (`bayescore.config.StateConfig` has them)."""

    band_window: int
    band_edges: tuple[float, float, float]
    min_bars: int
    warmup: int
    momentum_lag: int
    momentum_edges: tuple[float, float]
    long_window: int
    trend_edge: float
    volume_window: int
    volume_factor: float
    burst_window: int
    burst_factor: float
    breakout_gap: int
    compression_window: int
    compression_factor: float
    volatility_window: int
    volatility_bounds: tuple[float, float]
    transition_window: int


class LineFit:
    """Least-squares lines of close against time over stretches of bars."""

    def __init__(self, day: Day) -> None:
        self.x = day.ts
        self.y = [close - day.close[0] for close in day.close]
        self.sx = Sums(self.x)
        self.sy = Sums(self.y)
        self.sxx = Sums([x * x for x in self.x])
        self.sxy = Sums([x * y for x, y in zip(self.x, self.y, strict=True)])
        self.syy = Sums([y * y for y in self.y])

    def fit(self, first: int, last: int) -> tuple[float, float, float]:
        """Slope a second, residual standard deviation (at least half a tick), z-score of the last bar.

        Parameters
        ----------
        first, last
            The stretch, both included; at least three bars.
        """
        n = last - first + 1
        sx, sy = self.sx.over(first, last), self.sy.over(first, last)
        sxx, sxy, syy = self.sxx.over(first, last), self.sxy.over(first, last), self.syy.over(first, last)
        d = float(n * sxx - sx * sx)
        nxy = float(n * sxy - sx * sy)
        nyy = float(n * syy - sy * sy)
        slope = nxy / d
        squares = max(nyy - nxy * slope, 0.0)
        sigma = max(sqrt(squares / float(n * (n - 2))), 0.5)
        centre = (float(sy) + slope * float(n * self.x[last] - sx)) / float(n)
        return slope, sigma, (float(self.y[last]) - centre) / sigma


def signed_level(value: float, edges: tuple[float, ...]) -> int:
    """Level of a value among symmetrical edges, the middle one being ``len(edges)``; on an edge is beyond."""
    steps = sum(1 for edge in edges if abs(value) >= edge)
    return len(edges) + steps if value > 0 else len(edges) - steps


def trend_level(slope: float, sigma: float, seconds: int, edge: float) -> int:
    """Falling 0, sideways 1, rising 2."""
    t = slope * float(seconds) / sigma
    return 2 if t >= edge else 0 if t <= -edge else 1


def pattern_at(day: Day, i: int, cfg: StateSettings) -> int:
    """Breakout, wedge or compression, the first that holds at bar i; else 0."""
    start = day.window_start(i, cfg.band_window)
    high, low = day.high, day.low

    before = day.window_start(i, cfg.breakout_gap)
    if before > start and (day.close[i] > max(high[start:before]) or day.close[i] < min(low[start:before])):
        return BREAKOUT

    first_end = day.window_start(i, 2 * cfg.band_window // 3)
    last_start = day.window_start(i, cfg.band_window // 3)
    if (
        first_end > start
        and max(high[last_start : i + 1]) <= max(high[start:first_end])
        and min(low[last_start : i + 1]) >= min(low[start:first_end])
    ):
        return WEDGE

    recent = day.window_start(i, cfg.compression_window)
    if recent > start:
        now = max(high[recent : i + 1]) - min(low[recent : i + 1])
        then = max(high[start:recent]) - min(low[start:recent])
        if float(now) < cfg.compression_factor * float(then):
            return COMPRESSION
    return 0


class StateEngine:
    """Turns the bars of a day into state codes."""

    def __init__(self, cfg: StateSettings, n_windows: int) -> None:
        self.cfg = cfg
        self.space = default_space(n_windows)

    def run(self, day: Day, windows: list[int]) -> list[int]:
        """State code of every bar, `INVALID` where there is none.

        Parameters
        ----------
        day
            The bars.
        windows
            Session window of every bar.
        """
        cfg = self.cfg
        line = LineFit(day)
        move = changes(day, cfg.momentum_lag)
        squared_moves = Sums([0 if d is None else d * d for d in move])
        known_moves = Sums([0 if d is None else 1 for d in move])
        volume = Sums(day.volume)
        burst_range = ranges(day, cfg.burst_window)
        burst_sum = Sums(burst_range)

        codes = []
        for i in range(len(day)):
            start = day.window_start(i, cfg.band_window)
            bars = i - start + 1
            if day.ts[i] - day.ts[0] < cfg.warmup or bars < cfg.min_bars or bars <= 2:
                codes.append(INVALID)
                continue
            long_start = day.window_start(i, cfg.long_window)
            long_bars = i - long_start + 1

            _, _, z = line.fit(start, i)
            slope, sigma, _ = line.fit(long_start, i)
            squares, known = squared_moves.over(long_start, i), known_moves.over(long_start, i)
            momentum = self._momentum(move[i], squares, known)
            recent_volume = volume.over(day.window_start(i, cfg.volume_window), i)
            usual_volume = volume.over(start, i)
            codes.append(
                self.space.encode(
                    [
                        signed_level(z, cfg.band_edges),
                        signed_level(momentum, cfg.momentum_edges),
                        trend_level(slope, sigma, cfg.long_window, cfg.trend_edge),
                        int(
                            float(recent_volume * cfg.band_window)
                            > cfg.volume_factor * float(usual_volume * cfg.volume_window)
                        ),
                        int(
                            float(burst_range[i] * long_bars)
                            > cfg.burst_factor * float(burst_sum.over(long_start, i))
                        ),
                        windows[i],
                        pattern_at(day, i, cfg),
                    ]
                )
            )
        return codes

    @staticmethod
    def _momentum(move: int | None, squares: int, count: int) -> float:
        """Give the change over the rms of that change; nothing moved or nothing known is 0."""
        if move is None or squares == 0:
            return 0.0
        return float(move) / sqrt(float(squares) / float(count))
