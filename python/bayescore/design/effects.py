"""Which factor matters, and in which direction: main effects over the Latin hypercube sets.

Only those rows are a fair design: baselines, mutations and crossovers crowd where somebody hoped. Levels are
cells of the design's unit cube, in which the factors are independent (in ticks the target is not independent
of the stop it must exceed), so one-factor shares of the variance are first-order Sobol indices.

An objective is undefined where a set made too few trades. Such rows are left out of means and shares, not
counted as zero; how many there are at each level is part of the table, because a level that hardly ever
trades is a finding of its own. Over several days each day is first centred on its mean, so that a set is not
called bad for being undefined on the good days; a set then counts by the number of its defined days.
"""

from __future__ import annotations

from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from bayescore.design.factors import NAMES, Factor, FactorSpace, ParamTable, rows_of
from bayescore.events import Effect

Floats = npt.NDArray[np.float64]

BINS = 5
"""Levels a factor with an order is cut into, evenly in the design."""

MIN_ROWS = 20
"""Fewer defined sets say nothing about a dozen factors."""

MIN_LEVEL_ROWS = 5
"""Fewer defined sets do not make a level the best one, unless no level has more."""

CONDITIONAL = ("take_profit_ticks", "trail_distance_ticks")
"""Their range depends on another factor: a level is named by its median and its middle four fifths."""


class Design(Protocol):
    """What is needed of the generator."""

    space: FactorSpace
    lhs_units: Floats

    @property
    def lhs_rows(self) -> slice:
        """Iterations of the Latin hypercube."""
        ...

    def first_stage(self) -> ParamTable:
        """The sets that are the same every day."""
        ...


class LevelMean(msgspec.Struct, frozen=True, kw_only=True):
    """Mean objective at one level of a factor."""

    factor: str
    level: str
    mean: float | None
    error: float | None
    """Standard error of the mean."""
    sets: int
    """Sets of the design at this level."""
    undefined: float
    """Share of the sets × days that had no objective."""


class _Levels(msgspec.Struct, frozen=True):
    """How one factor's axis is cut."""

    of_row: npt.NDArray[np.int64]
    labels: tuple[str, ...]
    axis: Floats | None
    """Coordinate along which a direction is measured; none for factors without an order."""


class EffectTracker:
    """Main effects per day and over all days so far.

    Parameters
    ----------
    design
        The generator whose Latin hypercube is analysed.
    """

    def __init__(self, design: Design) -> None:
        self._rows = design.lhs_rows
        table = rows_of(design.first_stage(), self._rows)
        self._levels = {
            name: _cut(factor, design.lhs_units[:, k], table)
            for k, (name, factor) in enumerate(design.space.factors.items())
        }
        n = len(design.lhs_units)
        self._sum, self._defined, self._days = np.zeros(n), np.zeros(n), 0
        self._grand = np.zeros(2)

    def observe(self, objective: Floats) -> None:
        """Add a day.

        Parameters
        ----------
        objective
            float64, one value an iteration (later stages may be left out), NaN if undefined.
        """
        x = objective[self._rows]
        known = np.isfinite(x)
        self._days += 1
        if known.any():
            mean = float(x[known].mean())
            self._sum += np.where(known, x - mean, 0.0)
            self._defined += known
            self._grand += (mean * known.sum(), known.sum())

    def effects(self) -> list[Effect]:
        """Over all days, the factor that explains most first; empty while too few sets are defined."""
        return self._effects(*self._pooled())

    def effects_of(self, objective: Floats) -> list[Effect]:
        """Of one day alone, as `effects`."""
        x = objective[self._rows]
        known = np.isfinite(x)
        return self._effects(np.where(known, x, 0.0), known.astype(np.float64))

    def level_means(self) -> list[LevelMean]:
        """Mean objective by factor and level over all days, for plots, in the order of the factor table."""
        x, weight = self._pooled()
        offset = self._grand[0] / self._grand[1] if self._grand[1] else 0.0
        out = []
        for name in NAMES:
            levels = self._levels[name]
            n = len(levels.labels)
            total, mean, within, _ = _moments(levels.of_row, n, x, weight)
            sets = np.bincount(levels.of_row, minlength=n)
            for k, label in enumerate(levels.labels):
                out.append(
                    LevelMean(
                        factor=name,
                        level=label,
                        mean=float(mean[k] + offset) if total[k] > 0 else None,
                        error=float(np.sqrt(within / total[k])) if total[k] > 0 and within > 0 else None,
                        sets=int(sets[k]),
                        undefined=1 - float(total[k]) / max(int(sets[k]) * self._days, 1),
                    )
                )
        return out

    def _pooled(self) -> tuple[Floats, Floats]:
        return self._sum / np.maximum(self._defined, 1), self._defined

    def _effects(self, x: Floats, weight: Floats) -> list[Effect]:
        if np.count_nonzero(weight) < MIN_ROWS or np.ptp(x[weight > 0]) == 0:
            return []
        found = []
        for name, levels in self._levels.items():
            n = len(levels.labels)
            total, mean, _, share = _moments(levels.of_row, n, x, weight)
            rows = np.bincount(levels.of_row, weights=weight > 0, minlength=n)
            eligible = rows >= min(MIN_LEVEL_ROWS, rows.max())
            best = int(np.argmax(np.where(eligible & (total > 0), mean, -np.inf)))
            direction = 0.0 if levels.axis is None else _correlation(levels.axis, x, weight)
            found.append(
                Effect(factor=name, share=share, direction=direction, best_level=levels.labels[best])
            )
        # Where some sets are undefined the factors of the others are not independent, and one-factor shares count
        # the same variance more than once.
        whole = max(1.0, sum(e.share for e in found))
        found = [msgspec.structs.replace(e, share=e.share / whole) for e in found]
        return sorted(found, key=lambda e: -e.share)


def _moments(
    of_row: npt.NDArray[np.int64], n: int, x: Floats, weight: Floats
) -> tuple[Floats, Floats, float, float]:
    """Weight and mean of each level, residual variance at weight 1, bias-corrected share of the variance.

    The share is ε² (Kelley 1935), the between-level sum of squares minus what noise alone would put there,
    over the total: η² of a factor without any effect is (levels − 1)/(rows − 1), not 0.
    """
    total = np.bincount(of_row, weights=weight, minlength=n).astype(np.float64)
    mean = np.bincount(of_row, weights=weight * x, minlength=n) / np.where(total > 0, total, 1)
    rows, used = np.count_nonzero(weight), np.count_nonzero(total)
    if rows == 0:
        return total, mean, 0.0, 0.0
    grand = (weight * x).sum() / weight.sum()
    between = float((total * (mean - grand) ** 2).sum())
    everything = float((weight * (x - grand) ** 2).sum())
    within = max(everything - between, 0.0) / (rows - used) if rows > used else 0.0
    share = (between - (used - 1) * within) / everything if everything > 0 else 0.0
    return total, mean, within, float(min(max(share, 0.0), 1.0))


def _correlation(u: Floats, x: Floats, weight: Floats) -> float:
    w = weight / weight.sum()
    a, b = u - (w * u).sum(), x - (w * x).sum()
    scale = np.sqrt((w * a**2).sum() * (w * b**2).sum())
    return float((w * a * b).sum() / scale) if scale > 0 else 0.0


def _cut(factor: Factor, u: Floats, table: ParamTable) -> _Levels:
    """Levels of the rows of a design along one factor, and their names."""
    values = table[factor.name]
    if not factor.ordered:
        edges = np.cumsum(factor.weights)[:-1]
        return _Levels(np.searchsorted(edges, u, side="right"), factor.levels, None)
    if factor.off:
        share, below = factor.off_share, factor.off == "below"
        off = u < share if below else u >= 1 - share
        on = np.floor((u - share * below) / (1 - share) * (BINS - 1)).astype(np.int64)
        on = np.clip(on, 0, BINS - 2) + below
        of_row = np.where(off, 0 if below else BINS - 1, on)
        bins = range(1, BINS) if below else range(BINS - 1)
        labels = [_name(factor, values[of_row == k]) for k in bins]
        return _Levels(of_row, ("off", *labels) if below else (*labels, "off"), u)
    of_row = np.minimum((u * BINS).astype(np.int64), BINS - 1)
    return _Levels(of_row, tuple(_name(factor, values[of_row == k]) for k in range(BINS)), u)


def _name(factor: Factor, values: npt.NDArray[np.int32] | Floats) -> str:
    if not len(values):
        return "–"
    low, high = values.min(), values.max()
    if factor.kind == "float":
        return f"{low:.2f}–{high:.2f}"
    if factor.name in CONDITIONAL:
        low, middle, high = np.quantile(values, [0.1, 0.5, 0.9]).round().astype(int)
        return f"about {middle} ({low}–{high})"
    return f"{low}–{high}" if low < high else f"{low}"
