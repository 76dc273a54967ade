"""What an expert is, and what it may know."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bayescore.choosing.evidence import Evidence
    from bayescore.config import Config
    from bayescore.design.factors import FactorSpace, ParamTable
    from bayescore.events import Params


class Tonight(NamedTuple):
    """Everything that is known when a day has closed."""

    evidence: Evidence
    space: FactorSpace
    config: Config
    cost_ticks: float
    """Round trip of a trade."""
    barrier: int
    """Typical move of a minute, ticks: tomorrow's barrier."""
    hypercube: slice
    """Candidates of the Latin hypercube."""
    panel: slice
    """Candidates that the day's iterations begin with: baselines and hypercube."""
    panel_history: NDArray[np.float64]
    """Objective of each panel set on each day: float64, shape (days, sets), NaN if undefined."""
    today: ParamTable
    """All iterations of the day."""
    objective: NDArray[np.float64]
    """Their objective, NaN if undefined."""
    previous: Params | None
    """What this expert chose the evening before."""


class Expert(Protocol):
    """A rule that chooses tomorrow's set, or to stay flat."""

    @property
    def name(self) -> str:
        """How events and files call it."""
        ...

    @property
    def leads(self) -> bool:
        """Whether the headline may follow it; benchmarks are shown only."""
        ...

    def choose(self, tonight: Tonight) -> Params | None:
        """Tomorrow's set; ``None`` to stay flat."""
        ...
