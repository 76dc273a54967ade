"""Fills leak no money: on bars mirrored at random about the previous close nothing can be earned before commission."""

import numpy as np
import pytest

from bayescore import Config, _core
from bayescore.doe_parameter_generator import DOEParameterGenerator
from bayescore.instruments import known


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sign_flipped_bars_earn_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40_000
    move = np.rint(rng.standard_t(4, (n, 6)) * 3).astype(np.int64).cumsum(axis=1)
    move *= rng.choice([-1, 1], n)[:, None]
    before = 80_000 + np.concatenate([[0], move[:-1, -1].cumsum()])
    path = (before[:, None] + move).astype(np.int32)
    bars = (path[:, 0], path.max(axis=1), path.min(axis=1), path[:, -1])
    day = _core.DayBars.from_ticks(
        np.arange(n, dtype=np.int32), *map(np.ascontiguousarray, bars), np.full(n, 9, np.int64), 0.25,
        open_ns=1_767_600_000_000_000_000, close_s=n + 600,
    )  # fmt: skip
    table = DOEParameterGenerator(Config(), known()["MNQ"], ["all"]).first_stage()
    swept = _core.sweep_day(
        day, {**table, "contexts_allowed": np.ones(len(table["stop_loss_ticks"]), np.uint16)}
    )
    trades, gross = swept["trades"].sum(), swept["gross"].sum()
    assert trades > 5000
    # Sets of one day share its path: its own scatter between sets, not between trades, is the yardstick.
    assert gross / trades < 1.0
