"""One day and its sets, prepared once in the form that each competitor takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import engine_bars
import engine_costs
import engine_metrics
import engine_simulate
import numpy as np
import numpy.typing as npt
from bench_days import TICK, BenchDay
from bench_nested import COLUMNS, OHLC_PATH, STOP_FIRST, TARGET_FIRST
from bench_sets import COSTS, Sides, archive_set, archive_space

from bayescore.design.factors import ParamTable, size

INVALID = 65_535
CHARTED = {"stop_first": STOP_FIRST, "target_first": TARGET_FIRST, "ohlc_path": OHLC_PATH}


def slippage(day: BenchDay, base: int, factor: float, window: int) -> npt.NDArray[np.int32]:
    """Ticks lost by a market order at each bar: by the range of the window that ends at the bar before."""
    n = len(day)
    high, low = day.high.copy(), day.low.copy()
    for back in range(1, min(window, n)):
        inside = day.ts[back:] - day.ts[:-back] < window
        high[back:] = np.where(inside, np.maximum(high[back:], day.high[:-back]), high[back:])
        low[back:] = np.where(inside, np.minimum(low[back:], day.low[:-back]), low[back:])
    result = np.full(n, base, dtype=np.int32)
    result[1:] += np.ceil(factor * (high - low)[:-1].astype(np.float64)).astype(np.int32)
    return result


def leaves_of(codes: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    """Leaf state of each bar; one past the last leaf for bars without a state."""
    space = archive_space()
    leaves = space.states(space.leaf_level)
    per_leaf = space.size // leaves
    return np.where(codes == INVALID, leaves, codes // per_leaf).astype(np.uint16)


@dataclass(frozen=True)
class Problem:
    """A day with states, its sets and what the gate lets them do."""

    day: BenchDay
    codes: npt.NDArray[np.uint16]
    contexts: npt.NDArray[np.uint32]
    table: ParamTable
    sides: Sides
    costs: dict[str, Any]

    @property
    def sets(self) -> int:
        """Number of parameter sets."""
        return size(self.table)

    def kernel_arguments(self, dtype: npt.DTypeLike) -> tuple[Any, ...]:
        """Arguments of `sweep_nested` but for the result: f64 prices in points, or i32 ticks."""
        day, table, costs = self.day, self.table, self.costs
        unit = TICK if np.dtype(dtype).kind == "f" else 1
        slip = slippage(day, costs["slippage_base"], costs["slippage_factor"], costs["slippage_window"])
        bars = tuple(
            np.ascontiguousarray(column * unit, dtype=dtype)
            for column in (day.open, day.high, day.low, day.close, slip)
        )
        bar_at = np.searchsorted(day.ts, np.arange(day.close_s + 1)).astype(np.int32)
        deciding = int(bar_at[max(day.close_s - costs["no_entry_before_close"], 0)])
        clock = (
            *(day.ts, leaves_of(self.codes), self.contexts, bar_at, min(deciding, len(day) - 1)),
            int(bar_at[day.close_s - costs["flat_before_close"]]),
        )
        in_price = ("stop_loss", "take_profit", "trail_activation", "trail_distance")
        rest = ("max_hold_seconds", "cooldown_seconds", "contexts_allowed", "max_consecutive_losses")
        sets = (
            *(np.ascontiguousarray(table[f"{name}_ticks"] * unit, dtype=dtype) for name in in_price),
            *(np.ascontiguousarray(table[name]) for name in rest),
        )
        number = float if unit == TICK else int
        offset = number(unit if costs["limit_fill"] == "through" else 0)
        rules = (offset, CHARTED[costs["intrabar"]], number(1 << 30))
        money = (number(1 / unit), costs["commission_milliticks"])
        return clock, bars, sets, self.sides.fire, rules, costs["max_entry_gap"], money

    def archive_rows(self, which: list[int]) -> npt.NDArray[np.int64]:
        """Sums of some sets by the archived trainer, in the columns of the kernels."""
        simulator = self.archive_simulator()
        rows = [self.archive_row(simulator, k) for k in which]
        return np.array(rows, dtype=np.int64).reshape(len(which), len(COLUMNS))

    def archive_simulator(self) -> engine_simulate.DaySimulator:
        """The archived simulator of this day."""
        day, costs = self.day, self.costs
        columns = (day.ts, day.open, day.high, day.low, day.close, day.volume)
        archived = engine_bars.Day(*(column.tolist() for column in columns), close_s=day.close_s)
        money = ("commission_milliticks", "slippage_base", "slippage_factor", "slippage_window")
        return engine_simulate.DaySimulator(
            archived,
            archive_space(),
            self.codes.tolist(),
            self.contexts.tolist(),
            engine_costs.Costs(**{name: costs[name] for name in money}),
            engine_costs.FillRules(**{k: v for k, v in costs.items() if k not in money}),
        )

    def archive_row(self, simulator: engine_simulate.DaySimulator, k: int) -> list[int]:
        """Sums of one set."""
        outcome = simulator.run(archive_set(self.table, k), self.sides.fire[k].tolist())
        totals = engine_metrics.totals(outcome, refused=False)
        return [getattr(totals, name) for name in COLUMNS]


def default_costs(**changes: Any) -> dict[str, Any]:
    """MNQ's costs with some of them changed."""
    return {**COSTS, **changes}
