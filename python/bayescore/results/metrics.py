"""From the core's exact sums to the figures of a report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from bayescore.events import Group, Iterations, Metrics
from bayescore.vocabulary import REASONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from bayescore.arrays import Columns

HISTOGRAM_BINS = 20
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def optional(x: float) -> float | None:
    """Undefined figures travel as NaN in arrays and as ``None`` in structs."""
    value = float(x)
    return value if math.isfinite(value) else None


def _ratio(a: float, b: float) -> float | None:
    return a / b if b else None


def metrics_of(
    totals: Mapping[str, NDArray[Any]], i: int, commission_milliticks: int, tick_value: float
) -> Metrics:
    """Figures of row ``i`` of a totals table.

    Parameters
    ----------
    totals
        Columns of `_core.sweep_day` or `_core.totals`.
    i
        Row.
    commission_milliticks
        Round-trip commission, thousandths of a tick.
    tick_value
        Currency per tick.
    """
    t = {name: column[i].item() for name, column in totals.items()}
    n = t["trades"]

    def net(gross: int) -> float:
        return float(1000 * gross - n * commission_milliticks) / 1000

    return Metrics(
        trades=n,
        wins=t["wins"],
        losses=t["losses"],
        gross_ticks=t["gross"],
        net_ticks=net(t["gross"]),
        net_currency=net(t["gross"]) * tick_value,
        win_rate=_ratio(t["wins"], n),
        break_even_win_rate=break_even_win_rate(t["wins"], t["losses"], optional(t["profit_factor"])),
        mean_ticks=_ratio(net(t["gross"]), n),
        sd_ticks=optional(t["sd"]),
        sharpe_per_trade=optional(t["sharpe_per_trade"]),
        sharpe_of_day=optional(t["sharpe_of_day"]),
        profit_factor=optional(t["profit_factor"]),
        max_drawdown_ticks=t["max_drawdown"] / 1000,
        duration_mean_s=_ratio(t["duration"], n),
        duration_wins_s=_ratio(t["duration_win"], t["wins"]),
        duration_losses_s=_ratio(t["duration_loss"], t["losses"]),
        ambiguous=t["ambiguous"],
        net_worst_ticks=net(t["worst"]),
        net_best_ticks=net(t["best"]),
        dropped_orders=t["dropped"],
    )


def break_even_win_rate(wins: int, losses: int, profit_factor: float | None) -> float | None:
    """Win rate at which the average win and the average loss cancel; undefined without both."""
    if not wins or not losses or not profit_factor:
        return None
    return 1.0 / (1.0 + profit_factor * losses / wins)


def iterations_of(totals: Columns, commission_milliticks: int) -> Iterations:
    """How all sets of a day did, in sample."""
    objective = totals["objective"]
    defined = np.isfinite(objective)
    net = totals["gross"] - totals["trades"] * (commission_milliticks / 1000)
    enough = net[defined]
    quantiles: list[float] = []
    counts: list[int] = []
    edges: list[float] = []
    if len(enough):
        quantiles = np.quantile(objective[defined], QUANTILES).tolist()
        histogram = np.histogram(enough, bins=HISTOGRAM_BINS)
        counts, edges = histogram[0].tolist(), histogram[1].tolist()
    return Iterations(
        count=len(objective),
        defined=int(defined.sum()),
        profitable=int((enough > 0).sum()),
        trades=int(totals["trades"].sum()),
        objective_quantiles=quantiles,
        net_histogram=counts,
        net_edges=edges,
        refused_learned=int(totals["refused"].sum()),
    )


def grouped(
    trades: Mapping[str, NDArray[Any]], key: NDArray[Any], label: Callable[[int], str], *, top: int = 12
) -> list[Group]:
    """Trades by a key, most traded first; equal labels are one group.

    Parameters
    ----------
    trades
        Trade columns.
    key
        int, one a trade.
    label
        Text of a key.
    """
    if len(key) == 0:
        return []
    keys, group_of = np.unique(key, return_inverse=True)
    count = np.bincount(group_of)
    wins = np.bincount(group_of, weights=trades["net"] > 0)
    net = np.bincount(group_of, weights=trades["net"])
    seconds = np.bincount(group_of, weights=trades["duration"])
    groups = [
        Group(
            label=label(int(k)),
            trades=int(count[g]),
            wins=int(wins[g]),
            net_ticks=float(net[g]) / 1000,
            duration_mean_s=float(seconds[g]) / int(count[g]),
        )
        for g, k in enumerate(keys)
    ]
    return sorted(groups, key=lambda g: (-g.trades, g.label))[:top]


def by_reason(trades: Mapping[str, NDArray[Any]]) -> list[Group]:
    return grouped(trades, trades["reason"], lambda r: REASONS[r].replace("_", " "))


def by_context(trades: Mapping[str, NDArray[Any]], names: Sequence[tuple[int, str]]) -> list[Group]:
    """Trades by context bit; a trade counts under every bit that was set when it was decided."""
    found: list[Group] = []
    for bit, name in names:
        inside = (trades["context"] >> bit) & 1 == 1
        part = {k: v[inside] for k, v in trades.items()}
        found += grouped(part, np.zeros(int(inside.sum()), np.int64), lambda _, name=name: name)  # type: ignore[misc]
    return found
