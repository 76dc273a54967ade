"""What was learned: how exits were timed, odds, effects, calibration, labels."""

from __future__ import annotations

from typing import Literal

import msgspec

from bayescore.events.figures import Frozen


class ExitRule(Frozen, frozen=True, kw_only=True):
    """What a changed exit would have brought from the entries of the last days, net of costs."""

    factor: str
    old: int
    """Of tomorrow's set."""
    new: int
    delta_ticks: float
    """Mean paired difference an entry."""
    low: float
    """95% interval of it, over hours that do not overlap."""
    high: float
    p_value: float
    """One-sided chance of so large a gain where nothing can be gained."""
    entries: int
    days: int
    found: bool
    """Named although the whole menu was looked at: no rule is, where nothing can be gained, with 95% confidence."""
    path_ticks: float | None = None
    """Mean difference a day if the whole day had been traded that way: a later exit blocks the next entry."""
    path_low: float | None = None
    path_high: float | None = None
    """95% interval of it; ``None`` under five days."""
    text: str


class ExitTimes(Frozen, frozen=True, kw_only=True):
    """Shares of exits by how they were timed."""

    exits: int
    optimal: float
    too_early: float
    too_late: float
    wrong_side: float


class RegretDay(Frozen, frozen=True, kw_only=True):
    """How well the exits of all sets of the day were timed; one vote per market event (entry bar and side)."""

    events: int
    trades: int
    exit_efficiency: float | None
    entry_efficiency: float | None
    total_efficiency: float | None
    optimal: float
    too_early: float
    too_late: float
    wrong_side: float
    left_on_table_ticks: float | None
    given_back_ticks: float | None
    headline: ExitTimes | None = None
    """Of the headline's own exits; ``None`` without a trade."""
    headline_driftless: ExitTimes | None = None
    """Of the same entries under the same exits on the day's bars, mirrored by a coin."""
    rules: list[ExitRule] = msgspec.field(default_factory=list)
    """What other exits would have brought; see `ExitRule.found` for what is more than chance."""


class Pattern(Frozen, frozen=True, kw_only=True):
    """A state with the odds the brain gives it."""

    code: int
    label: str
    side: Literal["long", "short"]
    probability: float
    a: float
    """The odds are Beta(a, b): evidence for the side, its prior included."""
    b: float
    low: float
    high: float
    effective_n: float
    p_above_half: float
    needs: float
    """Odds at which the headline's bracket pays, costs included (of one barrier each way while there is none); at 1
    or more it never does."""
    rung: int = 1
    """Rung whose odds speak for that bracket: 0 half the barrier, 1 the barrier, 2 twice the barrier."""
    pays: bool = False
    """Whether the lower end of the interval reaches what is needed."""
    significant: bool
    """Starred: the state's own labels differ from a coin's, several evenings in a row, with false-discovery control."""
    trades: int
    net_ticks: float
    duration_mean_s: float | None

    @property
    def lacks(self) -> float:
        """What the lower end of the interval is short of what is needed; 0 where it pays."""
        return max(self.needs - self.low, 0.0)

    @property
    def asks(self) -> str:
        """What the bracket asks of the state: ``0.568``, or ``never pays`` where no odds are enough."""
        return f"{self.needs:.3f}" if self.needs < 1 else "never pays"


class Effect(Frozen, frozen=True, kw_only=True):
    """Main effect of a factor over the Latin hypercube sets of all days so far."""

    factor: str
    share: float
    """Share of the variance of the objective that the factor explains alone; all factors together at most 1."""
    direction: float
    """Correlation of level and objective, −1 to 1; 0 for factors without an order."""
    best_level: str


class LevelCalibration(Frozen, frozen=True, kw_only=True):
    """Calibration of one level of the back-off, against the labels that the level learns from."""

    level: str
    """Fields that its states are made of."""
    n: int
    brier: float
    brier_error: float | None
    """Standard error of the difference from 0.25, the score of always saying one half."""
    reliability: float
    """Part of the score that is due to saying the wrong odds; 0 is best."""
    resolution: float
    """Part that the odds take off it by telling states apart."""
    uncertainty: float
    """Score of always saying the share that came true; score = reliability − resolution + uncertainty."""
    slope: float | None
    bands: int
    """Counts of a state on a day, of five labels or more, that were held against the 80% band expected for them."""
    inside: float | None
    """Share of them in the band."""
    inside_expected: float | None
    """Share that should be; above 0.8, because counts are whole."""


class Calibration(Frozen, frozen=True, kw_only=True):
    """Predicted against realised, out of sample: today's labels under yesterday's brain, all days so far."""

    n: int
    brier: float | None
    brier_half: float | None
    """The same score for always saying one half."""
    brier_error: float | None
    ece: float | None
    slope: float | None
    spread: float | None
    bins: list[tuple[float, float, int]]
    """Mean prediction, realised share, count."""
    levels: list[LevelCalibration] = msgspec.field(default_factory=list)
    """By level of the back-off, all states together first, the states that are traded by last."""


class LabelCounts(Frozen, frozen=True, kw_only=True):
    """What became of the day's episodes on the middle rung."""

    window: str
    episodes: int
    ups: int
    downs: int
    ambiguous: int
    unresolved: int
    gap: int
