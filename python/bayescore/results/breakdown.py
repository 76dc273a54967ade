"""A policy's trades and days cut in the ways a trader looks at them: by side, reason, hour, size and date.

Nothing here looks at a price; sums of what is saved in ``trades.parquet`` and in the results of the days.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from bayescore.results.statistics import normal_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import events

COLUMNS = ("side", "entry_time", "reason", "net_ticks", "mae", "mfe", "duration", "ambiguous")
"""Columns of ``trades.parquet`` that are cut, besides the trade date as ``date``."""

NET = (pl.col("net_ticks") * 1000).round().cast(pl.Int64).sum().alias("net")
"""Thousandths of a tick: whole numbers add up to the same whatever the order."""

BINS = 40
"""About so many steps in a distribution of trades."""

POINTS = 2000
"""Most trades that a scatter draws."""


class DayEquity(NamedTuple):
    """The equity at the end of a trade date, and how far below its peak it has been on it."""

    date: str
    net_currency: float
    cumulative_currency: float
    drawdown_currency: float
    """Deepest fall below the highest point so far, trade by trade, as a positive number."""
    trades: int


class Cut(NamedTuple):
    """Trades that share something."""

    label: str
    trades: int
    wins: int
    net_ticks: float
    duration_s: float
    """Mean time in the trade."""

    @property
    def win_rate(self) -> float:
        return self.wins / self.trades

    @property
    def mean_ticks(self) -> float:
        return self.net_ticks / self.trades


class HourCell(NamedTuple):
    """Trades entered in one hour of one weekday, local to the exchange."""

    weekday: str
    """Of the trade date."""
    hour: int
    trades: int
    net_ticks: float


class Step(NamedTuple):
    """One step of a distribution, and how many values lie in it."""

    low: float
    high: float
    members: int


class Point(NamedTuple):
    """How far one trade went against and for its side, and what it came to, in ticks."""

    mae: int
    mfe: int
    net_ticks: float


class Reliability(NamedTuple):
    """A step of the calibration: what was predicted, what came, and where chance alone would put that."""

    predicted: float
    realised: float
    labels: int
    low: float
    high: float


def equity_by_day(days: Sequence[tuple[str, events.PolicyDay]], tick_value: float) -> list[DayEquity]:
    """The equity of a policy at the end of each date it could trade out of sample.

    Parameters
    ----------
    days
        Trade date and the policy's day, in order.
    tick_value
        Currency per tick.

    Returns
    -------
    list
        The largest `DayEquity.drawdown_currency` is the policy's drawdown.
    """
    rows, at, peak = [], 0.0, 0.0
    for day, policy in days:
        m, path = policy.metrics, policy.equity
        if m is None:
            continue
        drop = peak - at
        if path is not None:
            drop = max(m.max_drawdown_ticks, peak - (at + path.low_ticks))
            peak = max(peak, at + path.high_ticks)
        at += m.net_ticks
        rows.append(
            DayEquity(day, m.net_currency, policy.cumulative_net_currency, drop * tick_value, m.trades)
        )
    return rows


def cut_by(trades: pl.DataFrame, column: str, labels: Sequence[object]) -> list[Cut]:
    """Sums by the values of a column, in the order of the labels; those without a trade are left out."""
    table = trades.group_by(column).agg(
        pl.len(), (pl.col("net_ticks") > 0).sum().alias("wins"), NET, pl.col("duration").cast(pl.Int64).sum()
    )
    found = {
        label: Cut(str(label), n, wins, net / 1000, seconds / n)
        for label, n, wins, net, seconds in table.iter_rows()
    }
    return [found[label] for label in labels if label in found]


def by_hour(trades: pl.DataFrame, timezone: str) -> list[HourCell]:
    """Trades by weekday of the trade date and local hour of the entry, in the order of the week."""
    rows = (
        trades.select(
            pl.col("date").str.to_date().dt.weekday().alias("weekday"),
            pl.col("entry_time").dt.convert_time_zone(timezone).dt.hour().alias("hour"),
            "net_ticks",
        )
        .group_by("weekday", "hour")
        .agg(pl.len(), NET)
        .sort("weekday", "hour")
    )
    return [
        HourCell(f"{date(2024, 1, weekday):%a}", hour, n, net / 1000)
        for weekday, hour, n, net in rows.iter_rows()
    ]


def distribution(values: Sequence[float], beside: float = 0.0) -> list[Step]:
    """Count values in even steps of a round width, one of whose edges is zero; empty without values.

    The steps are as wide as suits a scale that holds `beside` too.
    """
    x = np.asarray(values, np.float64)
    if not len(x):
        return []
    low, high = float(min(x.min(), 0.0, beside)), float(max(x.max(), 0.0, beside))
    width = _round_up((high - low) / BINS) if high > low else 1.0
    first, last = math.floor(min(x.min(), 0.0) / width), math.floor(max(x.max(), 0.0) / width) + 1
    counts = np.bincount(np.floor(x / width).astype(np.int64) - first, minlength=last - first)
    return [Step((first + k) * width, (first + k + 1) * width, int(n)) for k, n in enumerate(counts)]


def _round_up(x: float) -> float:
    """The next larger of 1, 2, 5, 10, 20 and so on."""
    scale = 10.0 ** math.floor(math.log10(x))
    return next(step * scale for step in (1, 2, 5, 10) if step * scale >= x)


def excursions(trades: pl.DataFrame) -> tuple[list[Point], int]:
    """Every so-manieth trade in order, so that at most `POINTS` are drawn.

    Returns
    -------
    tuple
        The points, and which trade is drawn: 1 every, 3 every third.
    """
    every = max(1, math.ceil(len(trades) / POINTS))
    rows = trades.gather_every(every).select("mae", "mfe", "net_ticks").iter_rows()
    return [Point(*row) for row in rows], every


def reliability(calibration: events.Calibration, confidence: float = 0.95) -> list[Reliability]:
    """Bins of a calibration with the range that chance leaves around what was predicted.

    Normal approximation of the binomial: predicted ± z √(p (1 − p) / labels).
    """
    z = normal_quantile(0.5 + confidence / 2)
    rows = []
    for predicted, realised, labels in calibration.bins:
        if labels:
            half = z * math.sqrt(predicted * (1 - predicted) / labels)
            rows.append(Reliability(predicted, realised, labels, predicted - half, predicted + half))
    return rows


def joined_groups(days: Sequence[Sequence[events.Group]]) -> list[Cut]:
    """The groups of several days added up, in the order in which they first come."""
    found: dict[str, list[tuple[int, int, float, float]]] = {}
    for day in days:
        for g in day:
            row = (g.trades, g.wins, g.net_ticks, (g.duration_mean_s or 0.0) * g.trades)
            found.setdefault(g.label, []).append(row)
    cuts = []
    for label, rows in found.items():
        trades, wins = sum(r[0] for r in rows), sum(r[1] for r in rows)
        if trades:
            seconds = math.fsum(r[3] for r in rows) / trades
            cuts.append(Cut(label, trades, wins, math.fsum(r[2] for r in rows), seconds))
    return cuts
