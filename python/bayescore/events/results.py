"""A finished day and the end of a run."""

from __future__ import annotations

from typing import Literal

import msgspec

from bayescore.events.decisions import BestSet, Decision, Iterations, Refusals
from bayescore.events.figures import Frozen, Group, Params, PolicyDay, PolicySummary
from bayescore.events.learned import Calibration, Effect, LabelCounts, Pattern, RegretDay
from bayescore.events.verdicts import Robustness, Stability, Verdict


class DayResult(Frozen, frozen=True, kw_only=True):
    """Everything a finished day has to say."""

    date: str
    index: int
    bars: int
    valid_bars: int
    symbol: str
    barrier_ticks: int
    headline: str
    verdict: Verdict | None = None
    """Of the headline up to and with today."""
    policies: dict[str, PolicyDay]
    so_far: PolicySummary
    """The headline over its days up to and with today."""
    decision: Decision
    """For the next date."""
    in_sample: BestSet | None
    in_sample_net_currency: float
    """Sum of the in-sample bests up to and with today. Not a result."""
    iterations: Iterations
    refusals: Refusals | None = None
    """Of the brain of the evening before."""
    regret: RegretDay
    patterns: list[Pattern]
    effects: list[Effect]
    calibration: Calibration
    labels: list[LabelCounts]
    by_pattern: list[Group]
    by_context: list[Group]
    by_window: list[Group]
    by_reason: list[Group]


class DataNote(Frozen, frozen=True, kw_only=True):
    """One sentence on what was done to the data before training."""

    kind: Literal["assumed", "dropped", "repaired", "left_out", "short", "rolled"]
    text: str
    count: int = 0
    """Rows, bars or dates it is about."""
    date: str | None = None
    """The trade date it is about, if it is about one."""


class Summary(Frozen, frozen=True, kw_only=True):
    """The end of a run."""

    run: str
    instrument: str
    symbol: str
    currency: str
    tick_value: float
    dates: list[str]
    iterations_per_day: int
    trades_simulated: int
    headline: str
    verdict: Verdict | None = None
    robustness: Robustness | None = None
    """``None`` under five out-of-sample days."""
    stability: Stability | None = None
    """``None`` under two evenings."""
    refusals: Refusals | None = None
    """Added up over the days."""
    policies: dict[str, PolicySummary]
    in_sample_net_currency: float
    """Sum of the in-sample bests: what hindsight would have shown. Not a result."""
    learning_curve: list[tuple[str, float, float | None]]
    """Date, headline net currency of the day, Brier skill (1 − score / score of one half) so far."""
    decision: Decision | None
    """For the date after the last."""
    parameter_evolution: list[tuple[str, Params]]
    patterns: list[Pattern]
    effects: list[Effect]
    calibration: Calibration
    data_notes: list[DataNote] = msgspec.field(default_factory=list)
    """What was left out of the data, dropped, repaired, assumed or rolled."""
