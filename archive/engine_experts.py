"""The evening: what every expert would trade tomorrow, which one leads, and whether it is followed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine_decision import Hedge, PaperDay, expectation, probability
from engine_judgement import Candidate, Judged, judge, luck
from engine_selection import select_day_best, select_panel
from engine_simulate import ParamSet

MEMORIES = {"memory_2": 2.0, "memory_5": 5.0, "memory_10": 10.0, "memory_all": 1e6, "designs": 10.0}
"""Half-lives of the experts that take the best candidate."""

EXPERTS = (*MEMORIES, "odds", "panel", "day_best", "median", "flat")
LEADING = tuple(name for name in MEMORIES if name != "designs")
"""Experts that may lead: those that take what was searched for. The others are there to compare with."""

JUDGED_BY = 10.0
"""Half-life in days by which luck and expectation of a decision are judged."""

OVERLAP = 0.05
"""Of an independent candidate that each of the designs counts for."""

PLAIN_BRACKET = 1.5
"""Barriers."""

PLAIN = ParamSet(0, 0, 0, 0, 900, 0, 0.9, 20, "learned", 1, 0, "both")
"""The brain's own set but for its distances."""


@dataclass(frozen=True)
class Evening:
    """What is known when a day has closed."""

    candidates: list[Candidate]
    """The designs that are the same every day come first."""
    designs: int
    """How many those are."""
    panel: list[list[float | None]]
    """Objective of the first sets of the design on each day; they are the first candidates too."""
    baselines: int
    """How many of the panel are no part of the hypercube."""
    today: list[ParamSet]
    scores: list[float | None]
    """All iterations of the day, and their objective."""
    barrier: int
    """Ticks, for tomorrow."""


@dataclass(frozen=True)
class Decision:
    """What an evening comes to."""

    expert: str
    params: ParamSet | None
    probability: float
    luck: float
    expected: Judged | None
    """Of the set, if it is a candidate."""
    trade: bool
    brings: tuple[float, float] | None
    """Mean and standard deviation of what it is expected to bring on a day, ticks, if that can be said."""


@dataclass
class Chooser:
    """Experts with their paper records."""

    objective: str
    half_life: float
    """Of the panel."""
    cost_ticks: float
    bar: float
    """Probability that trading needs."""
    history_days: int
    """Days of the record that are kept."""
    chosen: dict[str, ParamSet | None] = field(default_factory=dict)
    hedge: Hedge = field(default_factory=lambda: Hedge([1 / len(LEADING)] * len(LEADING)))
    record: list[PaperDay] = field(default_factory=list)
    followed: str = ""
    """The expert that led the evening before."""

    def observe(self, paper: dict[str, PaperDay]) -> None:
        """Take in what the choices of the evening before came to."""
        self.record = [*self.record, paper[self.followed]][-self.history_days :]
        self.hedge.observe([paper[name].net for name in LEADING])

    def decide(self, evening: Evening) -> Decision:
        """Let every expert choose, and follow the one that leads if it probably earns."""
        self.chosen = {name: self._choice(name, evening) for name in EXPERTS}
        self.followed = LEADING[self.hedge.leader]
        params = self.chosen[self.followed]
        judged = [judge(c, JUDGED_BY, self.cost_ticks) for c in evening.candidates]
        chance_of_luck = luck(judged[: evening.designs], OVERLAP)
        p = probability(chance_of_luck, self.record)
        found = (j for c, j in zip(evening.candidates, judged, strict=True) if c.params == params)
        own = next(found, None)
        brings = (
            expectation(self.record, self.cost_ticks, own.noise, own.cost, own.expected)
            if own is not None
            else None
        )
        trade = params is not None and p > self.bar
        return Decision(self.followed, params, p, chance_of_luck, own, trade, brings)

    def _choice(self, name: str, evening: Evening) -> ParamSet | None:
        before = self.chosen.get(name)
        if name in MEMORIES:
            known = evening.candidates[: evening.designs] if name == "designs" else evening.candidates
            return best_candidate(known, MEMORIES[name], self.cost_ticks)
        if name == "odds":
            distance = max(1, round(PLAIN_BRACKET * evening.barrier))
            return replace(
                PLAIN, stop_loss_ticks=distance, take_profit_ticks=distance + 1, trail_distance_ticks=distance
            )
        if name == "panel":
            k = select_panel(evening.panel, self.objective, self.half_life)
            return before if k is None else evening.candidates[k].params
        if name == "day_best":
            k = select_day_best(evening.scores)
            return before if k is None else evening.today[k]
        if name == "median":
            return median_set(evening.candidates[evening.baselines : len(evening.panel[0])])
        return None


def best_candidate(candidates: list[Candidate], half_life: float, cost_ticks: float) -> ParamSet | None:
    """Highest expectation held down by its uncertainty, the first at a tie; none if even it expects a loss."""
    judged = [judge(c, half_life, cost_ticks) for c in candidates]
    best = max(range(len(judged)), key=lambda k: (judged[k].cautious, -k))
    return candidates[best].params if judged[best].expected > 0.0 else None


def median_set(hypercube: list[Candidate]) -> ParamSet:
    """The set whose mean day is the median of all, all days alike; the lower of two."""
    means = [judge(c, MEMORIES["memory_all"], 0.0).mean for c in hypercube]
    in_order = sorted(range(len(means)), key=lambda k: (means[k], k))
    return hypercube[in_order[(len(means) - 1) // 2]].params
