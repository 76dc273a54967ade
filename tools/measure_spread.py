"""Half-spread in ticks by the range of the 5 s before, from one-second closes: √−cov of successive changes (Roll 1984).

Usage: python tools/measure_spread.py FILE...
"""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from bayescore.config import Config
from bayescore.data import TradingDay, load

LEAST = 300
"""Pairs of changes that a class of ranges needs."""


def pairs(day: TradingDay) -> npt.NDArray[np.float64]:
    """Change into a bar, change out of it, and the range known before both: shape (pairs, 3)."""
    ts, close = day.ts_ns // 10**9, day.close.astype(np.float64)
    first = np.searchsorted(ts, ts - 5, side="right")
    ranges = [day.high[a : b + 1].max() - day.low[a : b + 1].min() for b, a in enumerate(first)]
    i = np.arange(2, len(ts) - 1)
    i = i[(ts[i + 1] - ts[i] <= 2) & (ts[i] - ts[i - 1] <= 2)]
    return np.column_stack([close[i] - close[i - 1], close[i + 1] - close[i], np.array(ranges)[i - 1]])


def half_spread(x: npt.NDArray[np.float64]) -> float:
    """Roll's estimate; 0 where successive changes do not reverse."""
    return float(np.sqrt(max(0.0, -np.cov(x[:, 0], x[:, 1])[0, 1])))


def main(paths: list[str]) -> None:
    """Print one line a file."""
    for path in paths:
        x = np.concatenate([pairs(day) for day in load([path], Config(min_session_coverage=0.01)).days])
        edges = np.unique(np.quantile(x[:, 2], [0, 0.25, 0.5, 0.75, 0.9, 0.97]))
        parts = [x[np.searchsorted(edges, x[:, 2], side="right") == k + 1] for k in range(len(edges))]
        found = [(float(p[:, 2].mean()), half_spread(p), len(p)) for p in parts if len(p) >= LEAST]
        line = f"{path}: half-spread {half_spread(x):.2f} ticks"
        if len(found) > 1:
            at, spread, n = (np.array(c) for c in zip(*found, strict=True))
            line += f", slope {np.polyfit(at, spread, 1, w=np.sqrt(n))[0]:.3f}"
        print(line, *(f"{r:.1f}: {s:.2f}" for r, s, _ in found), sep="  ")


if __name__ == "__main__":
    main(sys.argv[1:])
