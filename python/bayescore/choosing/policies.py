"""What is traded tomorrow, chosen from what is known tonight.

`panel` looks at the sets that are tried every day and trusts a set's mean as far as the spread of its own
days allows; `day_best` takes today's best of all. Both exist again with regret's adjustments (`adjusted`).
All four are traded out of sample side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from bayescore.config import Config
from bayescore.design.factors import NAMES, FactorSpace, ParamTable, size
from bayescore.errors import UsageError
from bayescore.events import Adjustment, Finding, Params
from bayescore.regret.analyzer import proposals
from bayescore.results.statistics import weights_of_days

Floats = npt.NDArray[np.float64]

PRIOR_DAYS = 4
"""Days of the panel's mean variance that are mixed into each set's own."""

MAX_PERCENT = 20
"""Regret moves a factor by at most this much of its value."""


class Design(Protocol):
    """What is needed of the generator."""

    space: FactorSpace

    @property
    def first_stage_rows(self) -> slice:
        """Iterations that are the same every day: the panel."""
        ...

    def first_stage(self) -> ParamTable:
        """The panel's sets."""
        ...


class PanelScores(NamedTuple):
    """What the panel policy knows of each set; arrays of shape (sets,)."""

    score: Floats
    """Shrunken mean."""
    mean: Floats
    """Weighted mean."""
    eligible: npt.NDArray[np.bool_]
    """Objective defined on at least half of the days."""

    @property
    def best(self) -> int | None:
        """Best score, then best mean, then first; ``None`` if no set is eligible."""
        sets = np.flatnonzero(self.eligible)
        if not len(sets):
            return None
        order = np.lexsort((sets, -self.mean[sets], -self.score[sets]))
        return int(sets[order[0]])


def panel_scores(history: Floats, half_life: float, undefined: float) -> PanelScores:
    """Weighted mean objective of each set over the days, shrunk towards the panel's mean by its own variance.

    James–Stein with unequal variances (Efron and Morris 1975): a set whose days scatter keeps less of its
    distance from the others. One factor for all would not change their order.

    Parameters
    ----------
    history
        float64, shape (days, sets), oldest day first, NaN where undefined.
    half_life
        Days after which a day weighs half.
    undefined
        Value of an undefined day: what not trading is worth.
    """
    days, sets = history.shape
    known = np.isfinite(history)
    eligible = known.sum(axis=0) >= -(-days // 2)
    w = weights_of_days(days, half_life)
    x = np.where(known, history, undefined)
    # Not a BLAS product, whose bits may depend on its threads.
    mean = (w[:, None] * x).sum(axis=0) / w.sum()
    if days < 2 or not eligible.any():
        return PanelScores(mean, mean, eligible)
    squares = (w**2).sum()
    variance = (w[:, None] * (x - mean) ** 2).sum(axis=0) / (w.sum() - squares / w.sum())
    pooled = variance[eligible].mean()
    mixed = (variance * (days - 1) + PRIOR_DAYS * pooled) / (days - 1 + PRIOR_DAYS)
    of_mean = mixed * squares / w.sum() ** 2
    centre = mean[eligible].mean()
    signal = 0.0
    if eligible.sum() > 1:
        signal = max(0.0, float(mean[eligible].var(ddof=1) - of_mean[eligible].mean()))
    if signal == 0:
        return PanelScores(np.full(sets, centre), mean, eligible)
    return PanelScores(centre + signal / (signal + of_mean) * (mean - centre), mean, eligible)


class Selector:
    """Keeps the objective of every panel set on every day, and chooses.

    Parameters
    ----------
    config
        ``objective`` and ``selection_half_life_days`` are read.
    design
        The generator whose first stage is the panel.
    """

    def __init__(self, config: Config, design: Design) -> None:
        self._space = design.space
        self._rows = design.first_stage_rows
        self._panel = design.first_stage()
        self._half_life = config.selection_half_life_days
        self._undefined = 1.0 if config.objective == "profit_factor" else 0.0
        self._days: list[Floats] = []
        self._today: tuple[ParamTable, Floats] | None = None

    @property
    def history(self) -> Floats:
        """Objective of each panel set on each day so far: float64, shape (days, sets), NaN if undefined."""
        return np.array(self._days, np.float64).reshape(len(self._days), size(self._panel))

    def observe(self, table: ParamTable, objective: Floats) -> None:
        """Add a finished day.

        Parameters
        ----------
        table
            All sets of the day, the panel first.
        objective
            float64, one value a set, NaN if undefined.

        Raises
        ------
        UsageError
            If there is not one objective a set, or a part of the panel is missing.
        """
        x = np.asarray(objective, np.float64)
        if len(x) != size(table) or len(x) < self._rows.stop:
            raise UsageError(f"{len(x)} objectives for {size(table)} sets and a panel of {size(self._panel)}")
        self._days.append(x[self._rows].copy())
        self._today = (table, x)

    def scores(self) -> PanelScores:
        """The panel as of tonight."""
        return panel_scores(self.history, self._half_life, self._undefined)

    def choose(self, base: Literal["panel", "day_best"], previous: Params | None) -> Params | None:
        """Tomorrow's set of a policy, without regret's adjustments.

        Parameters
        ----------
        base
            Policy.
        previous
            Today's set, kept if nothing can be chosen.
        """
        if base == "panel":
            best = self.scores().best if self._days else None
            return previous if best is None else self._space.params(self._panel, best)
        if self._today is None or not np.isfinite(self._today[1]).any():
            return previous
        table, objective = self._today
        return self._space.params(table, int(np.argmax(np.where(np.isfinite(objective), objective, -np.inf))))

    def state(self) -> dict[str, Floats]:
        """What later choices depend on, as plain arrays."""
        return {"history": self.history}

    def restore(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Take up `state` again.

        Raises
        ------
        UsageError
            If the array is not of this panel.
        """
        history = np.asarray(state["history"], np.float64)
        if history.ndim != 2 or history.shape[1] != size(self._panel):
            raise UsageError(f"saved selection of shape {history.shape} is not of {size(self._panel)} sets")
        self._days, self._today = list(history), None


def adjusted(
    params: Params | None, findings: Sequence[Finding], space: FactorSpace
) -> tuple[Params | None, list[Adjustment]]:
    """A set moved as the day's findings ask, and what was changed and why.

    Every factor moves by at most `MAX_PERCENT` of its value and stays within its range; target above stop and
    trail distance below activation are kept. A trail that is off stays off.

    Parameters
    ----------
    params
        The chosen set; ``None`` stays ``None``.
    findings
        Of `BatchRegretAnalyzer.batch_analyze_day`.
    space
        Ranges and constraints.
    """
    if params is None:
        return None, []
    old = msgspec.structs.asdict(params)
    new, reasons = dict(old), {}
    for p in proposals(findings):
        value = old[p.factor]
        most = value * (100 + MAX_PERCENT) // 100
        new[p.factor] = min(max(round(value * (1 + p.change)), _least(value)), most)
        reasons[p.factor] = p.reason
    if old["trail_activation_ticks"] > 0:
        # The distance must stay below the activation and may not fall further than anything else.
        lowest = _least(old["trail_distance_ticks"]) + 1
        new["trail_activation_ticks"] = max(new["trail_activation_ticks"], lowest)
    bounded = space.params(space.bound(space.table([Params(**new)])), 0)
    changes = [
        Adjustment(
            factor=name,
            old=old[name],
            new=value,
            reason=reasons.get(name, "follows the factor it is bound to"),
        )
        for name, value in msgspec.structs.asdict(bounded).items()
        if name in NAMES and value != old[name]
    ]
    return bounded, changes


def _least(value: int) -> int:
    return -(-value * (100 - MAX_PERCENT) // 100)
