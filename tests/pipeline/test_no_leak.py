"""Fills leak no money: on bars mirrored at random about the close before, nothing is earned even before commission.

Mirroring keeps how far prices jump, which is where fills at a stop's own price would leak, and takes away every edge.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bayescore import Config, _core
from bayescore.data import load
from bayescore.data.instruments import known
from bayescore.design.generator import DOEParameterGenerator
from bayescore.training.costs import costs_of

Moves = npt.NDArray[np.int64]
FLIPS = 24
FREE = {"slippage_base": 0, "slippage_factor": 0.0}


def moves_of(open_: Moves, high: Moves, low: Moves, close: Moves) -> Moves:
    """Open, high, low and close of each bar less the close before, shape (bars, 4)."""
    before = np.concatenate([open_[:1], close[:-1]])
    return np.stack([open_, high, low, close], axis=1).astype(np.int64) - before[:, None]


def flipped(ts: npt.NDArray[np.int32], moves: Moves, close_s: int, rng: np.random.Generator) -> _core.DayBars:
    """The bars with each mirrored about the close before it, or not, by a fair coin."""
    turn = rng.random(len(moves)) < 0.5
    moves = np.where(turn[:, None], -moves[:, [0, 2, 1, 3]], moves)
    close = 100_000 + moves[:, 3].cumsum()
    prices = (close - moves[:, 3])[:, None] + moves
    columns = (np.ascontiguousarray(prices[:, k], np.int32) for k in range(4))
    return _core.DayBars.from_ticks(
        ts, *columns, np.full(len(ts), 9, np.int64), 0.25, open_ns=1_767_600_000_000_000_000, close_s=close_s
    )


def earned(
    make: Callable[[np.random.Generator], _core.DayBars], root: str, **costs: float
) -> tuple[float, float, int]:
    """Mean gross ticks a trade of rule entries over many flips, its standard error between flips, and the trades."""
    instrument = known()[root]
    table = DOEParameterGenerator(Config(), instrument, ["all"]).first_stage()
    n = len(table["stop_loss_ticks"])
    # The search's own brackets and trails, entering on any signal all day long.
    table = {
        **table,
        "contexts_allowed": np.ones(n, np.uint32),
        "max_consecutive_losses": np.full(n, 10**6, np.int32),
    }
    gross, trades = [], []
    for seed in range(FLIPS):
        swept = _core.sweep_day(
            make(np.random.default_rng(seed)), table, costs={**costs_of(Config(), instrument), **costs}
        )
        gross.append(swept["gross"].sum())
        trades.append(swept["trades"].sum())
    # A ratio of sums; sets of one flip share its path, so only flips are independent.
    mean = sum(gross) / sum(trades)
    off = np.array(gross) - mean * np.array(trades)
    error = off.std(ddof=1) * np.sqrt(FLIPS) / sum(trades)
    return mean, error, sum(trades)


def jumpy(rng: np.random.Generator) -> _core.DayBars:
    """Bars whose opens jump, with fat tails."""
    n = 20_000
    path = np.rint(rng.standard_t(3, (n, 4)) * 4).astype(np.int64).cumsum(axis=1)
    moves = np.stack([path[:, 0], path.max(axis=1), path.min(axis=1), path[:, -1]], axis=1)
    return flipped(np.arange(n, dtype=np.int32), moves, n + 600, rng)


def test_generated_bars_earn_nothing() -> None:
    mean, error, trades = earned(jumpy, "MNQ")
    assert trades > 100_000
    assert mean < 2 * error


def test_the_yardstick_sees_a_leak() -> None:
    """Without slippage stops fill at prices that were jumped over, and the same bars pay."""
    mean, error, _ = earned(jumpy, "MNQ", **FREE)
    assert mean > 2 * error


@pytest.mark.parametrize(
    ("start", "root"),
    [("spy", "SPY"), ("bac", "BAC"), ("gc", "GC"), ("eurusd", "EURUSD"), ("xauusd", "XAUUSD")],
)
def test_real_bars_earn_nothing(start: str, root: str, shared_data: Path) -> None:
    (path,) = shared_data.glob(f"{start}_*.parquet")
    market = load([str(path)], Config(instrument=root))
    days = [
        (day.to_core().ts, moves_of(day.open, day.high, day.low, day.close), day.to_core().close_s)
        for day in market.days
    ]

    def make(rng: np.random.Generator) -> _core.DayBars:
        return flipped(*days[int(rng.integers(len(days)))], rng)

    mean, error, trades = earned(make, root)
    assert trades > 5000
    assert mean < 2 * error
