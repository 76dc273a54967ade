"""Beta posteriors of every state: chance that price reaches +B before −B.

A state and its mirror image share one count. A label is taken only after the pooled state's previous one of
the day has ended, so that counts are independent observations. Sparse states borrow from their parents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from engine_labels import AMBIGUOUS, DOWN, UNRESOLVED, UP, Label
from engine_space import StateSpace

RUNGS = 3


class Beta(NamedTuple):
    """A Beta distribution."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """Expected probability."""
        return self.a / (self.a + self.b)

    def swapped(self) -> Beta:
        """Distribution of one minus the probability."""
        return Beta(self.b, self.a)


@dataclass(frozen=True)
class BrainSettings:
    """How posteriors are learned (`bayescore.config.BrainConfig` has the same names)."""

    mirror: bool
    half_life_days: float
    root_strength: float
    kappa_min: float
    kappa_max: float


@dataclass
class BayesianBrain:
    """Counts by rung, level and canonical state, and what follows from them."""

    space: StateSpace
    settings: BrainSettings
    ups: list[list[list[float]]] = field(init=False)
    downs: list[list[list[float]]] = field(init=False)

    def __post_init__(self) -> None:
        """Start without evidence."""
        space, levels = self.space, range(len(self.space.levels))
        self.ups = [[[0.0] * space.states(level) for level in levels] for _ in range(RUNGS)]
        self.downs = [[[0.0] * space.states(level) for level in levels] for _ in range(RUNGS)]
        unmirrored = [list(range(space.states(level))) for level in levels]
        self._mirror = space.mirrors if self.settings.mirror else unmirrored
        self._posteriors: dict[int, list[list[Beta]]] = {}

    def canonical(self, level: int, state: int) -> int:
        """State that holds the counts of a state and its mirror image."""
        return min(state, self._mirror[level][state])

    def self_mirrored(self, level: int, state: int) -> bool:
        """Whether a state is its own mirror image, so that it can say nothing about up against down."""
        return self.settings.mirror and self._mirror[level][state] == state

    def learn(self, labels: list[Label]) -> None:
        """Take in the labels of one day, in order."""
        self._posteriors.clear()
        if self.settings.half_life_days > 0.0:
            factor = 0.5 ** (1.0 / self.settings.half_life_days)
            for table in (self.ups, self.downs):
                for level_counts in (counts for rung in table for counts in rung):
                    level_counts[:] = [n * factor for n in level_counts]
        for level in range(len(self.space.levels)):
            state_of = {code: self.space.state_of_code(level, code) for code in {x.code for x in labels}}
            for rung in range(RUNGS):
                blocked_until: dict[int, int] = {}
                for label in labels:
                    state = state_of[label.code]
                    pooled = self.canonical(level, state)
                    if label.bar < blocked_until.get(pooled, 0):
                        continue
                    blocked_until[pooled] = label.ends[rung]
                    self._count(rung, level, state, pooled, label.outcomes[rung])

    def _count(self, rung: int, level: int, state: int, pooled: int, outcome: int) -> None:
        if outcome in (AMBIGUOUS, UNRESOLVED):
            return
        ups, downs = self.ups[rung][level], self.downs[rung][level]
        if self.self_mirrored(level, state):
            ups[pooled] += 0.5
            downs[pooled] += 0.5
        elif (outcome == UP) == (state == pooled):
            ups[pooled] += 1.0
        else:
            assert outcome in (UP, DOWN)
            downs[pooled] += 1.0

    def samples(self, rung: int, leaf: int) -> float:
        """Counted observations of a leaf state."""
        level = self.space.leaf_level
        s = self.canonical(level, leaf)
        return self.ups[rung][level][s] + self.downs[rung][level][s]

    def posteriors(self, rung: int) -> list[list[Beta]]:
        """Posterior of every state, in its own orientation, by level."""
        if rung not in self._posteriors:
            strength = self.settings.root_strength
            root = Beta(strength + self.ups[rung][0][0], strength + self.downs[rung][0][0])
            levels = [[root]]
            for level in range(1, len(self.space.levels)):
                levels.append(self._level_posteriors(rung, level, levels[-1]))
            self._posteriors[rung] = levels
        return self._posteriors[rung]

    def posterior(self, rung: int, leaf: int) -> Beta:
        """Posterior of a leaf state."""
        return self.posteriors(rung)[self.space.leaf_level][leaf]

    def _level_posteriors(self, rung: int, level: int, parents: list[Beta]) -> list[Beta]:
        ups, downs = self.ups[rung][level], self.downs[rung][level]
        kappa = self._kappa(rung, level, parents)
        result = []
        for state in range(self.space.states(level)):
            s = self.canonical(level, state)
            parent = parents[self.space.parents[level][s]]
            # What is borrowed is never surer than the parent is itself.
            strength = 1.0 / (1.0 / kappa + 1.0 / (parent.a + parent.b))
            own = Beta(strength * parent.mean + ups[s], strength * (1.0 - parent.mean) + downs[s])
            result.append(own if state == s else own.swapped())
        return result

    def kappas(self, rung: int) -> list[float]:
        """Strength of borrowing at each level below the root."""
        posteriors = self.posteriors(rung)
        return [self._kappa(rung, level, posteriors[level - 1]) for level in range(1, len(posteriors))]

    def _kappa(self, rung: int, level: int, parents: list[Beta]) -> float:
        """Beta-binomial method of moments: how much states differ beyond what chance explains."""
        excess = 0.0
        spare = 0.0
        for s in range(self.space.states(level)):
            n = self.ups[rung][level][s] + self.downs[rung][level][s]
            if s != self.canonical(level, s) or self.self_mirrored(level, s) or n < 2.0:
                continue
            m = parents[self.space.parents[level][s]].mean
            q = self.ups[rung][level][s] / n
            excess += n * (q - m) ** 2 / (m * (1.0 - m)) - 1.0
            spare += n - 1.0
        rho = excess / spare if spare > 0.0 else 0.0
        if rho <= 0.0:
            return self.settings.kappa_max
        return min(max(1.0 / rho - 1.0, self.settings.kappa_min), self.settings.kappa_max)
