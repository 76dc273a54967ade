"""Extreme values at every entry point of the compiled core: refused by name, or answered with figures that exist.

Built with overflow checks (``maturin develop --profile checked``) a silent wrap is a panic, and a panic is a bug.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bayescore import _core
from bayescore.errors import BayescoreError

INTEGERS = sorted(
    {
        s * v
        for s in (1, -1)
        for e in (0, 1, 7, 8, 15, 16, 20, 21, 22, 30, 31, 32, 63)
        for v in (2**e - 1, 2**e, 2**e + 1)
    }
)
FLOATS = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1e-308,
    5e-324,
    1e-9,
    1e9,
    1e15,
    1e300,
    1.7e308,
    math.inf,
    -math.inf,
    math.nan,
]

SPACE = _core.StateSpace.standard(["all"])
ENGINE = _core.StateEngine(1)


class Fuzz:
    """A stream of calls from one seed.

    Parameters
    ----------
    seed
        Same seed, same calls.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        cheap = (self._rungs, self._rung_of, self._break_even, self._threshold, self._brain)
        # Quantiles take a hundred times as long as the others.
        dear = (self._beta, self._day, self._labels, self._sweep)
        self._kinds: list[Callable[[], Any]] = [*cheap * 20, *dear, *dear]
        self.answered = self.refused = 0

    def integer(self) -> int:
        r = self._random
        return r.choice(INTEGERS) if r.random() < 0.5 else r.randint(-300, 300)

    def number(self) -> float:
        r = self._random
        return r.choice(FLOATS) if r.random() < 0.5 else r.lognormvariate(0, 5) * r.choice((1, -1, 1))

    def run(self, calls: int) -> Iterator[str]:
        """Make calls; yields what is wrong with each that is."""
        for _ in range(calls):
            kind = self._random.choice(self._kinds)
            try:
                wrong = kind()
                self.answered += 1
            except BayescoreError as error:
                self.refused += 1
                wrong = str(error) if "a bug in" in str(error) else None
            except (OverflowError, TypeError) as error:
                # A whole number beyond the type that the signature names.
                self.refused += 1
                wrong = None if "convert" in str(error) or "int" in str(error) else repr(error)
            if wrong:
                yield f"{kind.__name__[1:]}: {wrong}"

    # -- one kind of call each: None, or what is wrong with the answer ----------------------------------------

    def _rungs(self) -> str | None:
        barrier = self.integer()
        low, middle, high = _core.rungs(barrier)
        return None if 1 <= low <= middle == barrier < high else f"{barrier} -> {low}, {middle}, {high}"

    def _rung_of(self) -> str | None:
        given = self.integer(), self.integer(), self.integer()
        return None if _core.rung_of(*given) in {0, 1, 2} else str(given)

    def _break_even(self) -> str | None:
        given = self.integer(), self.integer(), self.number()
        found = _core.break_even(*given)
        return None if found > 0 and not math.isnan(found) else f"{given} -> {found}"

    def _threshold(self) -> str | None:
        given = self.integer(), self.integer(), self.number(), self.number()
        found = _core.bracket_threshold(*given)
        return None if 0 <= found <= 1 else f"{given} -> {found}"

    def _beta(self) -> str | None:
        x, a, b = (np.array([self.number()]) for _ in range(3))
        call = self._random.choice((_core.beta_above, _core.beta_quantile))
        found = float(call(x, a, b)[0])
        return None if 0 <= found <= 1 or math.isnan(x[0]) else f"{call.__name__}{x, a, b} -> {found}"

    def _brain(self) -> str | None:
        names = ("root_strength", "kappa_min", "kappa_max", "half_life_days")
        given = {n: self.number() for n in names if self._random.random() < 0.5}
        columns = {
            n: np.array([], dtype=t)
            for n, t in zip(
                ("rung", "level", "state", "ups", "downs"), ("u1", "u1", "u2", "f8", "f8"), strict=True
            )
        }
        if self._random.random() < 0.5:
            columns = {
                "rung": np.array([1], "u1"),
                "level": np.array([0], "u1"),
                "state": np.array([0], "u2"),
                "ups": np.array([self.number()]),
                "downs": np.array([self.number()]),
            }
        brain = _core.Brain.from_columns(SPACE, columns, **given)
        evidence = brain.columns()
        whole = all(np.isfinite(evidence[n]).all() and (evidence[n] >= 0).all() for n in ("ups", "downs"))
        return None if whole else f"{given} {columns}"

    def _bars(self, n: int) -> _core.DayBars:
        r = self._random
        base = r.choice([0, 1, 80_000, *INTEGERS])
        base = max(min(base, 2**31 - 1), -(2**31))
        step = r.choice([1, 5, 1 << 19])
        close = [max(min(base + r.randint(-step, step), 2**31 - 1), -(2**31)) for _ in range(n)]
        start = r.choice([0, 0, 0, *[i for i in INTEGERS if -(2**31) <= i < 2**31 - 2 * n]])
        ts = [start + k * r.choice([1, 1, 2]) for k in range(n)]
        volume = r.choice([1, 0, 2**48, 2**63 - 1])
        prices = np.array(close, np.int32)
        close_s = r.choice([86_400, 86_400, 86_400, *[i for i in INTEGERS if abs(i) < 2**31]])
        return _core.DayBars.from_ticks(
            np.array(sorted(ts), np.int32),
            prices,
            prices,
            prices,
            prices,
            np.full(n, volume, np.int64),
            r.choice([0.25, self.number()]),
            open_ns=r.choice([0, 1_767_222_000_000_000_000, *[i for i in INTEGERS if abs(i) < 2**63]]),
            close_s=close_s,
        )

    def _day(self) -> str | None:
        day = self._bars(self._random.randint(1, 40))
        found = _core.barrier_ticks(day, self.integer(), self._random.choice([None, self.integer()]))
        return None if found >= 2 else f"barrier {found}"

    def _labels(self) -> str | None:
        day = self._bars(self._random.randint(31, 200))
        states = ENGINE.run(day)
        labels = _core.label_day(
            day,
            states,
            self.integer(),
            first_day=self._random.random() < 0.5,
            horizon=self.integer(),
            max_entry_gap=self.integer(),
        )
        _core.Brain(SPACE).learn(labels)
        return None

    def _sweep(self) -> str | None:
        r = self._random
        day = self._bars(r.randint(31, 200))
        n = 3
        table: dict[str, Any] = {
            name: np.array(
                [self.integer() if r.random() < 0.2 else r.randint(1, 50) for _ in range(n)], dtype=object
            )
            for name in (
                "stop_loss_ticks",
                "take_profit_ticks",
                "trail_activation_ticks",
                "trail_distance_ticks",
                "max_hold_seconds",
                "cooldown_seconds",
                "min_samples",
                "max_consecutive_losses",
            )
        }
        table = {k: np.clip(v, -(2**31), 2**31 - 1).astype(np.int32) for k, v in table.items()}
        table |= {
            "confidence_threshold": np.array([r.choice([0.6, self.number()]) for _ in range(n)]),
            "entry_rule": np.array([r.randint(0, 4) for _ in range(n)], np.uint8),
            "contexts_allowed": np.array([r.choice([1, 2, 2**31]) for _ in range(n)], np.uint32),
        }
        costs = {
            "commission_milliticks": r.choice([0, 2480, self.integer()]),
            "slippage_base": r.choice([1, self.integer()]),
            "slippage_factor": r.choice([0.0, self.number()]),
        }
        totals = _core.sweep_day(day, table, costs=costs)
        for name, column in totals.items():
            if isinstance(column, np.ndarray) and column.dtype.kind == "f" and np.isinf(column).any():
                return f"{name} is infinite"
        return None


def sweep_seeds(first: int) -> Iterator[Fuzz]:
    """Streams of calls without end."""
    return (Fuzz(seed) for seed in itertools.count(first))
