"""Beta posteriors of every state: chance that price reaches +B before −B.

A state and its mirror image share one count. A label is taken only after the pooled state's previous one of
the day has ended, so that counts are independent observations. Sparse states borrow from their parents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

from engine_labels import AMBIGUOUS, DOWN, UNRESOLVED, UP, Label
from engine_space import StateSpace

RUNGS = 3

OTHER_DAYS = 1.2
"""What a state is worth varies, so its chance on other days is less certain than on those that were labelled."""


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


@dataclass(frozen=True)
class View:
    """A state's own frequency, and its siblings', as observations of its chance.

    The chance is the parent's mean plus a deviation of variance ρ·m(1 − m); an error is a sampling variance.
    """

    mean: float
    variance: float
    """Of the parent's mean, without the state's own labels."""
    frequency: float
    error: float | None
    """``None`` without own labels."""
    others: float = 0.5
    concentration: float = 1.0
    others_error: float | None = None
    """``None`` without siblings that have labels."""
    covariance: float = 0.0
    """Of both errors."""

    def _deviation(self, rho: float) -> float:
        return rho * self.mean * (1.0 - self.mean)

    def _others_variance(self, rho: float) -> float:
        assert self.others_error is not None
        return self.variance + self._deviation(rho) * self.concentration + self.others_error

    def without_own(self, rho: float) -> tuple[float, float]:
        """Mean and variance of the chance given the siblings alone."""
        before = self.variance + self._deviation(rho)
        if self.others_error is None:
            return min(max(self.mean, 0.01), 0.99), before
        slope = self.variance / self._others_variance(rho)
        mean = self.mean + slope * (self.others - self.mean)
        return min(max(mean, 0.01), 0.99), before - slope * self.variance

    def surprise(self, rho: float) -> float:
        """Squared standardised distance of the own frequency from what siblings and parent predict."""
        assert self.error is not None
        variance = self.variance + self._deviation(rho) + self.error
        predicted = self.mean
        if self.others_error is not None:
            both = self.variance + self.covariance
            slope = both / self._others_variance(rho)
            predicted += slope * (self.others - self.mean)
            variance -= slope * both
        return (self.frequency - predicted) ** 2 / variance

    def posterior(self, rho: float) -> tuple[float, float]:
        """Mean and variance of the chance given both frequencies."""
        mean, variance = self.without_own(rho)
        if self.error is not None:
            # One observation after the other: first the siblings, then what the own frequency adds to them.
            before = self.variance + self._deviation(rho)
            with_own, spread, predicted = before, before + self.error, self.mean
            if self.others_error is not None:
                both = self.variance + self.covariance
                slope = both / self._others_variance(rho)
                predicted += slope * (self.others - self.mean)
                spread -= slope * both
                with_own -= slope * self.variance
            gain = with_own / spread
            unclamped = self.mean
            if self.others_error is not None:
                unclamped += self.variance / self._others_variance(rho) * (self.others - self.mean)
            mean = min(max(unclamped + gain * (self.frequency - predicted), 0.01), 0.99)
            variance -= gain * with_own
        return mean, variance


def beta_of(mean: float, variance: float) -> Beta:
    """Beta distribution with a mean and a variance."""
    strength = max(mean * (1.0 - mean) / max(variance, 1e-12) - 1.0, 1.0)
    return Beta(strength * mean, strength * (1.0 - mean))


def lower_chi_square(k: float) -> float:
    """Lower 5% quantile of χ² with k degrees of freedom (Wilson and Hilferty)."""
    width = 2.0 / (9.0 * k)
    return k * max(1.0 - width - 1.6448536269514722 * sqrt(width), 0.0) ** 3


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
        self._kappas: dict[int, list[float]] = {}

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
            self._posteriors[rung], self._kappas[rung] = self._learned(rung)
        return self._posteriors[rung]

    def posterior(self, rung: int, leaf: int) -> Beta:
        """Posterior of a leaf state."""
        return self.posteriors(rung)[self.space.leaf_level][leaf]

    def kappas(self, rung: int) -> list[float]:
        """Strength of borrowing, 1/ρ − 1, at each level below the root."""
        self.posteriors(rung)
        return self._kappas[rung]

    def seen(self, rung: int, level: int, state: int) -> tuple[float, float]:
        """Ups and downs of a state in its own orientation."""
        s = self.canonical(level, state)
        ups, downs = self.ups[rung][level][s], self.downs[rung][level][s]
        return (ups, downs) if s == state else (downs, ups)

    def _learned(self, rung: int) -> tuple[list[list[Beta]], list[float]]:
        start = self.settings.root_strength
        ups, downs = self.seen(rung, 0, 0)
        means, rhos = self._moments(rung, lambda k: k)
        # ρ is uncertain itself: the variance takes the upper bound of its 90% interval.
        doubts, _ = self._moments(rung, lower_chi_square)
        levels = [[Beta(start + ups, start + downs)]]
        for level, doubt in zip(means, doubts, strict=True):
            levels.append(
                [beta_of(m, OTHER_DAYS * max(v, w)) for (m, v), (_, w) in zip(level, doubt, strict=True)]
            )
        return levels, [1.0 / rho - 1.0 for rho in rhos]

    def _moments(
        self, rung: int, bound: Callable[[float], float]
    ) -> tuple[list[list[tuple[float, float]]], list[float]]:
        """Mean and variance of every state below the root by level, and ρ by level."""
        start, levels, rhos = self.settings.root_strength, [], []
        # Mean and variance of each state's chance as known without its own labels.
        outside = [(0.5, 0.0 if self.settings.mirror else 1.0 / (4.0 * (2.0 * start + 1.0)))]
        for level in range(1, len(self.space.levels)):
            views = [self._view(rung, level, s, outside) for s in range(self.space.states(level))]
            rho = self._rho(rung, level, views, bound)
            levels.append([view.posterior(rho) for view in views])
            outside = [view.without_own(rho) for view in views]
            rhos.append(rho)
        return levels, rhos

    def _view(self, rung: int, level: int, state: int, outside: list[tuple[float, float]]) -> View:
        parent = self.space.parents[level][state]
        family = [s for s in range(self.space.states(level)) if self.space.parents[level][s] == parent]
        counts = {s: self.seen(rung, level, s) for s in family}
        labels = {s: sum(c) for s, c in counts.items()}
        taken = sum(self.seen(rung, level - 1, parent))
        mean, variance = outside[parent]
        own, total = labels[state], sum(labels.values())
        rest = total - own
        unit = mean * (1.0 - mean)
        frequency = counts[state][0] / own if own else 0.5
        error = unit / own if own else None
        if self.self_mirrored(level - 1, parent):
            # One half for certain, and the images of its states, which know the same, would be their siblings.
            return View(0.5, 0.0, frequency, 0.25 / own if own else None)
        if not rest or not taken:
            return View(mean, variance, frequency, error)
        concentration = sum(n * n for s, n in labels.items() if s != state) / rest**2
        all_alike = total**2 / sum(n * n for n in labels.values())
        # All labels of a family of many tell no more than those its parent takes in turn; those of one state do.
        times_counted = max(total / taken, 1.0)
        share = min(max((1.0 / concentration - 1.0) / max(all_alike - 1.0, 1e-9), 0.0), 1.0)
        others_error = unit / rest * (1.0 + (times_counted - 1.0) * share)
        covariance = 0.0
        if error is not None:
            f = own / total
            pooled = unit / taken - f * f * error - (1.0 - f) ** 2 * others_error
            most = 0.9 * sqrt(error * others_error)
            covariance = min(max(pooled / (2.0 * f * (1.0 - f)), 0.0), most)
        others = sum(c[0] for s, c in counts.items() if s != state) / rest
        return View(mean, variance, frequency, error, others, concentration, others_error, covariance)

    def _rho(self, rung: int, level: int, views: list[View], bound: Callable[[float], float]) -> float:
        """Spread of the states of a level at which their surprises add up to a bound, by bisection."""
        low, high = 1.0 / (self.settings.kappa_max + 1.0), 1.0 / (self.settings.kappa_min + 1.0)
        telling = [
            view
            for s, view in enumerate(views)
            if s == self.canonical(level, s)
            and not self.self_mirrored(level, s)
            and sum(self.seen(rung, level, s)) >= 2.0
        ]
        if not telling:
            return min(max(1.0 / (2.0 * self.settings.root_strength + 1.0), low), high)
        least = bound(float(len(telling)))

        def surprised(rho: float) -> bool:
            return sum(view.surprise(rho) for view in telling) > least

        if not surprised(low):
            return low
        if surprised(high):
            return high
        for _ in range(50):
            middle = sqrt(low * high)
            low, high = (middle, high) if surprised(middle) else (low, middle)
        return sqrt(low * high)
