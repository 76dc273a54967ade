"""Small evidence for the tests of choosing."""

import numpy as np

from bayescore.choosing.evidence import CELLS, Evidence
from bayescore.design.factors import FactorSpace, rows_of

SPACE = FactorSpace(40, ["asia", "london", "open"])


def sets(n, seed=0):
    """Distinct random sets."""
    return SPACE.decode(np.random.default_rng(seed).random((n, len(SPACE))))


def cells(shape, rng):
    """Random results of days; a day without trades has none."""
    trades = rng.integers(0, 30, shape)
    net = np.where(trades > 0, rng.integers(-400_000, 400_000, shape), 0)
    return {"net": net, "trades": trades, "gross_sq": trades * rng.integers(1, 4000, shape)}


def evidence(days, candidates, fixed=3, seed=0):
    """Evidence of candidates that were all tried on all days."""
    rng = np.random.default_rng(seed)
    table = sets(candidates, seed)
    found = Evidence(rows_of(table, slice(0, fixed)), fixed)
    whole = cells((days, candidates), rng)
    for day in range(days):
        found.add_day(f"day {day}", {name: whole[name][day, :fixed] for name in CELLS})
    found.add_candidates(rows_of(table, slice(fixed, None)), {name: whole[name][:, fixed:] for name in CELLS})
    return found


def traded(per_day, stop=20, target=40, trades=10):
    """Evidence of a few hand-made candidates: net ticks of each day, the gross noise of so many trades."""
    table = sets(len(per_day[0]))
    table["stop_loss_ticks"][:], table["take_profit_ticks"][:] = stop, target
    found = Evidence(table, len(per_day[0]))
    for day, nets in enumerate(per_day):
        n = len(nets)
        found.add_day(
            f"day {day}",
            {
                "net": (1000 * np.array(nets)).astype(np.int64),
                "trades": np.full(n, trades),
                "gross_sq": np.full(n, trades * stop * target),
            },
        )
    return found
