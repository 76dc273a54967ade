"""What a run is given: days, a design, settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from engine_bars import Day
from engine_brain import BrainSettings
from engine_costs import Costs, FillRules
from engine_simulate import ParamSet


@dataclass(frozen=True)
class TradeDate:
    """A day of bars, the session window of each, and its date."""

    date: str
    day: Day
    windows: list[int]


class Design(Protocol):
    """Where parameter sets come from: some the same every day, some after these have been scored."""

    def first_stage(self) -> list[ParamSet]:
        """Sets that are tried every day."""

    def second_stage(self, index: int, date: str, scores: list[float | None]) -> list[ParamSet]:
        """Sets that follow from today's scores of the first stage and from days before."""

    def observe(self, index: int, sets: list[ParamSet], scores: list[float | None]) -> None:
        """Take note of a finished day."""


@dataclass(frozen=True)
class Settings:
    """All that a run needs to know besides data and design."""

    state: Any
    """The fields of `bayescore.config.StateConfig`."""
    n_windows: int
    brain: BrainSettings
    label_horizon: int
    costs: Costs
    rules: FillRules
    objective: str
    min_trades: int
    half_life: float
    """Days after which a day counts half in the panel's choice."""
    states_per_iteration: bool = False
    """Work the states out anew in every iteration, as the predecessor did, instead of once a day."""
