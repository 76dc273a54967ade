"""`BayesianBrain`: what each market state was followed by, as odds.

The counting and the mathematics are in ``rust/core/src/brain``; ``docs/methods.md`` §3 has the formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from bayescore import _core
from bayescore.config import BrainConfig
from bayescore.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any, Self

    from numpy.typing import NDArray

    from bayescore.events import Params

MIDDLE_RUNG = 1
"""Odds are asked for on the middle barrier unless another is named."""

SETTINGS = ("mirror", "root_strength", "kappa_min", "kappa_max", "half_life_days")


class BayesianBrain:
    """Beta posteriors of "up before down" by market state.

    Parameters
    ----------
    space
        What the state codes mean.
    config
        How evidence is pooled; the label horizon is not read here.
    barrier
        Distance of the middle barrier in ticks, for `should_fire`.
    cost
        Round trip in ticks, for `should_fire`.
    """

    def __init__(
        self,
        space: _core.StateSpace,
        config: BrainConfig | None = None,
        *,
        barrier: int = 0,
        cost: float = 0.0,
    ) -> None:
        settings = msgspec.structs.asdict(config or BrainConfig())
        self._settings = {name: settings[name] for name in SETTINGS}
        self.space = space
        self.core = _core.Brain(space, **self._settings)
        """The compiled brain, for `_core.simulate_day` and `_core.sweep_day`."""
        self.barrier = barrier
        self.cost = cost

    def learn(self, labels: _core.Labels) -> None:
        """Take up a day's labels (`_core.label_day`)."""
        self.core.learn(labels)

    def should_fire(self, state: int, params: Params) -> Literal["long", "short"] | None:
        """Side whose bracket pays with at least the set's confidence, if the state has samples enough.

        Parameters
        ----------
        state
            State code.
        params
            Parameter set; its entry rule decides whether the brain proposes or only vetoes.

        Raises
        ------
        UsageError
            If no barrier has been set, or the code is of no state.
        """
        if self.barrier < 1:
            raise UsageError("the brain has no barrier yet; set brain.barrier to the day's barrier in ticks")
        side = self.core.should_fire(state, msgspec.structs.asdict(params), self.barrier, self.cost)
        return "long" if side > 0 else "short" if side < 0 else None

    def get_probability(self, state: int, *, rung: int = MIDDLE_RUNG) -> float:
        """Posterior mean of "up before down" in a state."""
        a, b = self.core.posterior(state, rung)
        return a / (a + b)

    def get_confidence(self, state: int, *, rung: int = MIDDLE_RUNG) -> float:
        """Probability that the likelier side is likelier than a coin, 0.5 to 1."""
        above = self.core.probability_beyond(state, 0.5, rung)
        return max(above, 1.0 - above)

    def credible_interval(
        self, state: int, level: float = 0.8, *, rung: int = MIDDLE_RUNG
    ) -> tuple[float, float]:
        """Equal-tailed interval of the probability of "up before down".

        Raises
        ------
        UsageError
            If ``level`` is outside (0, 1).
        """
        if not 0 < level < 1:
            raise UsageError(f"level {level} is outside 0 to 1")
        tail = (1 - level) / 2
        return self.core.quantile(state, tail, rung), self.core.quantile(state, 1 - tail, rung)

    def columns(self) -> dict[str, NDArray[Any]]:
        """All evidence as columns (rung, level, state, ups, downs); with the settings it is all there is to save."""
        return self.core.columns()

    def restore(self, columns: Mapping[str, NDArray[Any]]) -> Self:
        """Take up `columns` again, bit for bit.

        Raises
        ------
        DataError
            If the columns are not of this space.
        """
        self.core = _core.Brain.from_columns(self.space, dict(columns), **self._settings)
        return self

    def save(self, path: str | Path) -> None:
        """Write `columns` as a Parquet table."""
        import polars as pl

        pl.DataFrame(self.columns()).write_parquet(path)

    @classmethod
    def load(
        cls,
        path: str | Path,
        space: _core.StateSpace,
        config: BrainConfig | None = None,
        *,
        barrier: int = 0,
        cost: float = 0.0,
    ) -> Self:
        """The brain that `save` wrote, given the space and settings it had.

        Raises
        ------
        DataError
            If the file is no such table, or not of this space.
        """
        import polars as pl

        try:
            table = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise DataError(f"{path}: cannot be read as a brain ({error})") from None
        brain = cls(space, config, barrier=barrier, cost=cost)
        return brain.restore({name: table[name].to_numpy() for name in table.columns})

    def leaf_table(self, rung: int = MIDDLE_RUNG) -> dict[str, NDArray[Any]]:
        """Counts and posterior of every leaf state, one row each."""
        return self.core.leaf_table(rung)

    def __repr__(self) -> str:
        return repr(self.core)
