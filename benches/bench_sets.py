"""The pinned parameter sets, and the pinned brain whose gate decides where each of them may enter."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import engine_brain
import engine_gate
import engine_labels
import engine_space
import msgspec
import numpy as np
import numpy.typing as npt
from bench_days import WINDOW_STARTS
from engine_simulate import ParamSet

from bayescore.config import BrainConfig
from bayescore.design.factors import NAMES, USUAL_BARRIER, FactorSpace, ParamTable, size
from bayescore.design.generator import latin_hypercube
from bayescore.vocabulary import ENTRY_RULES, SIDES

SETS_SEED = 7
BRAIN_SEED = 11
BARRIER = 32
"""Ticks; the rms of 60 s changes on the pinned day is about that."""
COMMISSION = 2480
"""Thousandths of a tick a round trip: MNQ at 0.62 a side."""
NEVER_STOP = 1_000_000
"""Losses in a row that no day has."""

COSTS: dict[str, Any] = {
    "commission_milliticks": COMMISSION,
    "slippage_base": 1,
    "slippage_factor": 0.1,
    "slippage_window": 5,
    "limit_fill": "touch",
    "intrabar": "stop_first",
    "max_entry_gap": 5,
    "no_entry_before_close": 300,
    "flat_before_close": 60,
}
"""Costs and fill rules of the benchmarks: those of MNQ, and slippage that grows with the range."""


def design_sets(m: int, seed: int = SETS_SEED) -> ParamTable:
    """Draw sets as the product's Latin hypercube does, on either side; "no loss limit" is one that is never reached."""
    space = FactorSpace(USUAL_BARRIER, tuple(WINDOW_STARTS))
    table = space.decode(latin_hypercube(m, len(space), np.random.default_rng(seed)))
    limits = table["max_consecutive_losses"]
    table["max_consecutive_losses"] = np.where(limits == 0, NEVER_STOP, limits).astype(limits.dtype)
    table["sides"] = np.zeros_like(table["sides"])
    return table


def variant(table: ParamTable, name: str) -> ParamTable:
    """The same sets with another density of entries.

    ``design`` as drawn; ``all day`` never stopped by losses; ``dense`` also entering on every signal in any context,
    without pause; ``sparse`` the brain alone.
    """
    changed = dict(table)

    def fill(column: str, value: float) -> None:
        changed[column] = np.full_like(table[column], value)

    if name in {"all day", "dense"}:
        fill("max_consecutive_losses", NEVER_STOP)
    if name == "dense":
        fill("entry_rule", ENTRY_RULES.index("any"))
        fill("contexts_allowed", 1)
        fill("cooldown_seconds", 0)
    elif name == "sparse":
        fill("entry_rule", ENTRY_RULES.index("learned"))
    elif name not in {"design", "all day"}:
        raise ValueError(f"unknown density {name!r}")
    return changed


def archive_set(table: ParamTable, k: int) -> ParamSet:
    """Row of a table as the archived trainer holds it."""
    row = {name: table[name][k].item() for name in NAMES}
    words = {"entry_rule": ENTRY_RULES[row["entry_rule"]], "sides": SIDES[row["sides"]]}
    return ParamSet(**{**row, **words})


@cache
def archive_space() -> engine_space.StateSpace:
    """Standard state space with MNQ's session windows."""
    return engine_space.default_space(len(WINDOW_STARTS))


@cache
def archive_brain(seed: int = BRAIN_SEED) -> engine_brain.BayesianBrain:
    """A brain that has seen some weeks in which states differed: some fire, some are vetoed, most are neither.

    The evidence of every leaf is drawn, that of coarser states is the sum of their leaves.
    """
    rng = np.random.default_rng(seed)
    space = archive_space()
    known = {field.name for field in dataclasses.fields(engine_brain.BrainSettings)}
    settings = {name: x for name, x in msgspec.structs.asdict(BrainConfig()).items() if name in known}
    brain = engine_brain.BayesianBrain(space, engine_brain.BrainSettings(**settings))
    leaf_level = space.leaf_level
    for rung in range(engine_brain.RUNGS):
        for leaf in range(space.states(leaf_level)):
            n = int(rng.lognormal(3.0, 1.2))
            ups = int(rng.binomial(n, 1 / (1 + np.exp(-rng.normal(0, 0.5)))))
            if brain.canonical(leaf_level, leaf) == leaf:
                _count(brain, rung, leaf, ups, n - ups)
    return brain


def _count(brain: engine_brain.BayesianBrain, rung: int, leaf: int, ups: int, downs: int) -> None:
    """Add evidence of a leaf to it and to every state it belongs to."""
    state = leaf
    for level in range(brain.space.leaf_level, -1, -1):
        canonical = brain.canonical(level, state)
        u, d = (ups, downs) if state == canonical else (downs, ups)
        if brain.self_mirrored(level, state):
            u = d = (ups + downs) / 2
        brain.ups[rung][level][canonical] += u
        brain.downs[rung][level][canonical] += d
        if level:
            state = brain.space.state_of_digits(level - 1, brain.space.digits_of_state(level, state))


def brain_columns(brain: engine_brain.BayesianBrain) -> dict[str, npt.NDArray[Any]]:
    """Evidence of a brain as the columns the product saves and restores."""
    rows = [
        (rung, level, state, ups, brain.downs[rung][level][state])
        for rung, levels in enumerate(brain.ups)
        for level, states in enumerate(levels)
        for state, ups in enumerate(states)
        if ups or brain.downs[rung][level][state]
    ]
    types = {"rung": np.uint8, "level": np.uint8, "state": np.uint16, "ups": np.float64, "downs": np.float64}
    columns = zip(*rows, strict=True)
    return {name: np.array(c, dtype=t) for (name, t), c in zip(types.items(), columns, strict=True)}


@dataclass(frozen=True)
class Sides:
    """What the gate lets each set do."""

    fire: npt.NDArray[np.int8]
    """Shape (sets, leaves + 1): +1, −1 or 0; the last column, of bars without a state, is 0."""
    refused: npt.NDArray[np.bool_]


def gate(
    table: ParamTable,
    brain: engine_brain.BayesianBrain | None,
    costs: Mapping[str, Any] = COSTS,
    barrier: int = BARRIER,
) -> Sides:
    """Sides of every set in every leaf, from the archived formulas with whole arrays at a time.

    Parameters
    ----------
    table
        Parameter sets.
    brain
        None vetoes nothing and never fires.
    costs
        What a bracket must earn back is the commission and twice the base slippage.
    barrier
        Middle rung, ticks.
    """
    space = archive_space()
    leaves = space.states(space.leaf_level)
    signals = {
        rule: np.array([engine_gate.signal(space, name, leaf) for leaf in range(leaves)], dtype=np.int8)
        for rule, name in enumerate(ENTRY_RULES)
        if name != "learned"
    }
    fire = np.zeros((size(table), leaves + 1), dtype=np.int8)
    refused = np.zeros(size(table), dtype=np.bool_)
    chances = _Chances(brain, costs, barrier) if brain else None
    columns = [table[name].tolist() for name in NAMES]
    for k, values in enumerate(zip(*columns, strict=True)):
        row = dict(zip(NAMES, values, strict=True))
        learned = ENTRY_RULES[row["entry_rule"]] == "learned"
        params = ParamSet(**{**row, "entry_rule": ENTRY_RULES[row["entry_rule"]]})
        refused[k] = learned and brain is not None and engine_gate.refused(params, barrier)
        side = np.zeros(leaves, dtype=np.int8) if learned else signals[row["entry_rule"]].copy()
        if chances is not None and not refused[k]:
            samples, up, down = chances.of(params)
            heard = samples >= params.min_samples
            if learned:
                fires = (up >= params.confidence_threshold), (down >= params.confidence_threshold)
                side = np.where(heard, fires[0].astype(np.int8) - fires[1].astype(np.int8), 0)
            else:
                loses = np.where(side > 0, up, down) < 1.0 - params.confidence_threshold
                side[heard & loses] = 0
        fire[k, :leaves] = side
    return Sides(fire, refused)


class _Chances:
    """Probability, by leaf, that a long and that a short pays; sets of one bracket share it."""

    def __init__(self, brain: engine_brain.BayesianBrain, costs: Mapping[str, Any], barrier: int) -> None:
        space, level = brain.space, brain.space.leaf_level
        self.cost = costs["commission_milliticks"] / 1000 + 2 * costs["slippage_base"]
        self.barrier = barrier
        self.beta = [np.array(brain.posteriors(rung)[level]).T for rung in range(engine_brain.RUNGS)]
        self.samples = [
            np.array([brain.samples(rung, leaf) for leaf in range(space.states(level))])
            for rung in range(engine_brain.RUNGS)
        ]
        self._known: dict[tuple[int, int], tuple[Any, Any, Any]] = {}

    def of(self, params: ParamSet) -> tuple[Any, Any, Any]:
        """Samples, chance of a long, chance of a short."""
        from scipy.special import betainc, betaincc

        key = (params.stop_loss_ticks, params.take_profit_ticks)
        if key not in self._known:
            rung = engine_gate.rung_of(*key, self.barrier)
            threshold = engine_gate.pays_above(*key, self.cost, engine_labels.rungs(self.barrier)[rung])
            a, b = self.beta[rung]
            up, down = betaincc(a, b, threshold), betainc(a, b, 1.0 - threshold)
            self._known[key] = (self.samples[rung], up, down)
        return self._known[key]
