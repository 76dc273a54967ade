"""The factors of the design: their ranges, how a point of the unit cube becomes a parameter set, and back.

Constraints hold by construction: the range of the target starts above the stop that was drawn, the range of
the trail distance ends below the activation that was drawn. So every point of the unit cube is valid, and
the coordinates of different factors are independent, which the effects rely on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from bayescore._core import CONTEXTS, FACTS, FIRST_SESSION_BIT, MAX_WINDOWS, SESSION_PREFIX
from bayescore.errors import UsageError
from bayescore.events import Params
from bayescore.vocabulary import ENTRY_RULES, FACTORS, SIDES, EntryRule

ParamTable = dict[str, npt.NDArray[Any]]
"""One column a factor, one row a set, in the dtypes of `DTYPES`, as ``_core.sweep_day`` takes it."""

ALL_CONTEXTS_WEIGHT = 0.4
"""Share of the sets that may trade in every context; the other levels share the rest equally."""

OFF_SHARE = {"trail_activation_ticks": 1 / 3, "cooldown_seconds": 1 / 2, "max_consecutive_losses": 1 / 2}
"""Share of the sets in which a factor that can be off is off.

Off lies at an end of the axis: a trail that never sets in is the latest, no loss limit the largest, no cooldown the
shortest. The coordinate then has one meaning, and an effect along it has a direction.
"""

BOTH_SIDES_WEIGHT = 0.6
"""Share of the sets that may take either side; the rest is split evenly."""

USUAL_BARRIER = 40
"""Ticks: of a space that is made without data."""

DTYPES: dict[str, npt.DTypeLike] = {name: np.dtype(fact["dtype"]) for name, fact in FACTS["params"].items()}
NAMES = tuple(DTYPES)

MAX_DISTANCE = int(FACTS["params"]["stop_loss_ticks"]["high"])
"""Largest tick distance the core takes."""


class HasRoot(Protocol):
    """What the design needs to know of an instrument."""

    @property
    def root(self) -> str:
        """Root symbol, part of every random stream's key."""
        ...


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the factor table, scaled to the instrument."""

    name: str
    kind: Literal["int", "float", "categorical"]
    low: float = 0
    high: float = 0
    """Inclusive."""
    step: float = 1
    """Distance of the levels of a float factor."""
    log: bool = False
    """Even in the logarithm: half the sets below the geometric middle."""
    off: Literal["", "below", "above"] = ""
    """At which end of the axis "off" (0) lies, if the factor can be off."""
    levels: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    """Share of the sets at each level, adding up to 1."""

    @property
    def ordered(self) -> bool:
        """Whether more of it means anything."""
        return self.kind != "categorical"

    @property
    def off_share(self) -> float:
        """Share of the sets in which the factor is off."""
        return OFF_SHARE[self.name] if self.off else 0.0


def _integers(
    u: npt.NDArray[np.float64], low: npt.ArrayLike, high: npt.ArrayLike, *, log: bool
) -> npt.NDArray[np.int32]:
    """Integers low..high; v has the share of [0, 1) that [v, v + 1) has of the axis, logarithmic if asked."""
    lo, hi = np.asarray(low, np.float64), np.asarray(high, np.float64)
    x = lo * np.exp(u * np.log((hi + 1) / lo)) if log else lo + u * (hi + 1 - lo)
    return np.clip(np.floor(x), lo, hi).astype(np.int32)


def _cells(
    v: npt.NDArray[Any], low: npt.ArrayLike, high: npt.ArrayLike, *, log: bool
) -> npt.NDArray[np.float64]:
    """Middle of the interval of [0, 1) that `_integers` maps to ``v``."""
    lo, hi = np.asarray(low, np.float64), np.asarray(high, np.float64)
    x = np.clip(v.astype(np.float64), lo, hi)
    if log:
        middle: npt.NDArray[np.float64] = np.log(x * (x + 1) / lo**2) / (2 * np.log((hi + 1) / lo))
        return middle
    return (x - lo + 0.5) / (hi - lo + 1)


class FactorSpace:
    """The factor table of one instrument.

    Parameters
    ----------
    barrier
        Typical move of a minute in ticks: the unit of every range in ticks.
    window_names
        Names of the session windows, in the order of their context bits; at most eight.
    rules
        Entry rules that can make a trade; all by default.

    Raises
    ------
    UsageError
        If the barrier is not positive or makes distances too large, or there are more than eight windows.
    """

    def __init__(
        self, barrier: float, window_names: Sequence[str], rules: Sequence[EntryRule] = ENTRY_RULES
    ) -> None:
        most = MAX_DISTANCE // 10
        if not 0 < barrier <= most:
            raise UsageError(f"a barrier of {barrier} ticks must lie between 0 and {most}")
        if len(window_names) > MAX_WINDOWS:
            raise UsageError(f"{len(window_names)} session windows; at most {MAX_WINDOWS} have context bits")
        self.barrier = barrier
        """Ticks."""
        self.window_names = tuple(window_names)
        self.rules = tuple(rules)
        """Entry rules that are drawn; the others have no share."""
        self.context_names = tuple(CONTEXTS) + tuple(SESSION_PREFIX + w for w in window_names)
        bits = (*range(len(CONTEXTS)), *range(FIRST_SESSION_BIT, FIRST_SESSION_BIT + len(window_names)))
        self._bit_of = dict(zip(self.context_names, bits, strict=True))
        self.context_masks = [1 << bit for bit in bits]
        """Mask of each context by itself, in the order of `context_names`."""
        self._mask_of_level = np.array(self.context_masks, np.int64)
        # A coarse instrument squeezes ranges to a few ticks: each keeps room for what must lie above it.
        ends = {
            name: (self._ticks(f.low), self._ticks(f.high)) if f.barriers else (f.low, f.high)
            for name, f in FACTORS.items()
        }
        highest_stop, lowest_trail = ends["stop_loss_ticks"][1], ends["trail_distance_ticks"][0] + 1
        low, high = ends["take_profit_ticks"]
        ends["take_profit_ticks"] = (low, max(high, highest_stop + 1))
        high = ends["trail_activation_ticks"][1]
        ends["trail_activation_ticks"] = (lowest_trail, max(high, lowest_trail))
        others = (1 - ALL_CONTEXTS_WEIGHT) / (len(self.context_names) - 1)
        levels = {
            "entry_rule": (ENTRY_RULES, tuple((r in self.rules) / len(self.rules) for r in ENTRY_RULES)),
            "contexts_allowed": (
                self.context_names,
                (ALL_CONTEXTS_WEIGHT, *(others,) * (len(self.context_names) - 1)),
            ),
            "sides": (SIDES, (BOTH_SIDES_WEIGHT, *((1 - BOTH_SIDES_WEIGHT) / 2,) * 2)),
        }
        rows = [
            Factor(
                name=name,
                kind=f.kind,
                low=ends[name][0],
                high=ends[name][1],
                step=f.step,
                log=f.log,
                off=f.off,
                levels=levels.get(name, ((), ()))[0],
                weights=levels.get(name, ((), ()))[1],
            )
            for name, f in FACTORS.items()
        ]
        self.factors: dict[str, Factor] = {f.name: f for f in rows}

    def _ticks(self, barriers: float) -> int:
        return max(1, round(barriers * self.barrier))

    def __len__(self) -> int:
        return len(self.factors)

    def decode(self, units: npt.NDArray[np.float64]) -> ParamTable:
        """Parameter sets at points of the unit cube.

        Parameters
        ----------
        units
            float64, shape (sets, factors), in [0, 1), columns in the order of `NAMES`.
        """
        u = dict(zip(NAMES, units.T, strict=True))
        table: ParamTable = {}
        for name, f in self.factors.items():
            if f.kind == "categorical":
                level = np.searchsorted(np.cumsum(f.weights)[:-1], u[name], side="right")
                mask = self._mask_of_level
                table[name] = (mask[level] if name == "contexts_allowed" else level).astype(DTYPES[name])
            elif f.kind == "float":
                table[name] = self._float(f, u[name])
            else:
                share = f.off_share
                off = u[name] < share if f.off == "below" else u[name] >= 1 - share
                on = (u[name] - share if f.off == "below" else u[name]) / (1 - share)
                values = _integers(np.clip(on, 0, 1), *self._range(name, table), log=f.log)
                table[name] = np.where(off, 0, values).astype(np.int32) if f.off else values
        return table

    def encode(self, table: ParamTable) -> npt.NDArray[np.float64]:
        """Points of the unit cube that decode to these sets: float64, shape (sets, factors), cell middles.

        A mask of several contexts, which no level has, stands at the level of its lowest bit.
        """
        units = np.empty((len(table[NAMES[0]]), len(self)))
        for column, (name, f) in enumerate(self.factors.items()):
            v = table[name]
            if f.kind == "categorical":
                level = v.astype(np.int64)
                if name == "contexts_allowed":
                    level = np.searchsorted(self._mask_of_level, level & -level)
                edges = np.concatenate([[0], np.cumsum(f.weights)])
                units[:, column] = (edges[level] + edges[level + 1]) / 2
            elif f.kind == "float":
                n = round((f.high - f.low) / f.step) + 1
                units[:, column] = (np.clip(np.rint((v - f.low) / f.step), 0, n - 1) + 0.5) / n
            else:
                share = f.off_share
                on = (1 - share) * _cells(v, *self._range(name, table), log=f.log)
                below = f.off == "below"
                off = share / 2 if below else 1 - share / 2
                units[:, column] = np.where((v > 0) | (not f.off), on + share * below, off)
        return units

    def bound(self, table: ParamTable) -> ParamTable:
        """The nearest sets within the ranges and constraints."""
        out: ParamTable = {}
        for name, f in self.factors.items():
            v = table[name]
            if f.kind == "categorical":
                out[name] = v.astype(DTYPES[name])
            elif f.off:
                out[name] = np.where(v > 0, np.clip(v, f.low, f.high), 0).astype(np.int32)
            else:
                lo, hi = (f.low, f.high) if f.kind == "float" else self._range(name, out)
                out[name] = np.clip(v, lo, hi).astype(DTYPES[name])
        return out

    def _range(self, name: str, table: ParamTable) -> tuple[npt.ArrayLike, npt.ArrayLike]:
        """Range of a factor, given the columns it depends on."""
        f = self.factors[name]
        if name == "take_profit_ticks":
            return np.maximum(f.low, table["stop_loss_ticks"].astype(np.int64) + 1), f.high
        if name == "trail_distance_ticks":
            activation = table["trail_activation_ticks"].astype(np.int64)
            return f.low, np.where(activation > 0, np.clip(activation - 1, f.low, f.high), f.high)
        return f.low, f.high

    @staticmethod
    def _float(f: Factor, u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        n = round((f.high - f.low) / f.step) + 1
        levels = np.array([round(f.low + k * f.step, 10) for k in range(n)])
        return levels[np.minimum((u * n).astype(np.int64), n - 1)]

    def contexts_text(self, mask: int) -> str:
        """Names of the contexts of a mask, joined by ``+``; ``"all"`` if bit 0 is among them."""
        if mask & 1:
            return CONTEXTS[0]
        return "+".join(name for name, bit in self._bit_of.items() if mask >> bit & 1)

    def contexts_mask(self, text: str) -> int:
        """Mask of contexts from their names.

        Raises
        ------
        UsageError
            For a name this instrument does not have.
        """
        mask = 0
        for name in text.split("+"):
            bit = self._bit_of.get(name.strip())
            if bit is None:
                known = ", ".join(self.context_names)
                raise UsageError(f"contexts_allowed: {name!r} is unknown; known: {known}")
            mask |= 1 << bit
        return mask

    def params(self, table: Mapping[str, npt.NDArray[Any]], row: int) -> Params:
        """One row of a table as the struct that events and files hold."""
        values: dict[str, Any] = {name: table[name][row].item() for name in NAMES}
        values["entry_rule"] = ENTRY_RULES[values["entry_rule"]]
        values["sides"] = SIDES[values["sides"]]
        values["contexts_allowed"] = self.contexts_text(values["contexts_allowed"])
        return Params(**values)

    def table(self, sets: Sequence[Params]) -> ParamTable:
        """Parameter sets as columns.

        Raises
        ------
        UsageError
            For a context name this instrument does not have.
        """
        rows = [msgspec.structs.asdict(p) for p in sets]
        for r in rows:
            r["entry_rule"] = ENTRY_RULES.index(r["entry_rule"])
            r["sides"] = SIDES.index(r["sides"])
            r["contexts_allowed"] = self.contexts_mask(r["contexts_allowed"])
        return {name: np.array([r[name] for r in rows], dtype=DTYPES[name]) for name in NAMES}


def rows_of(table: ParamTable, rows: npt.NDArray[Any] | slice | Sequence[int]) -> ParamTable:
    """Some rows of a table, in the order asked for."""
    at = rows if isinstance(rows, slice) else np.asarray(rows, dtype=np.intp)
    return {name: table[name][at] for name in NAMES}


def join(tables: Sequence[ParamTable]) -> ParamTable:
    """Tables one below the other."""
    return {name: np.concatenate([t[name] for t in tables]) for name in NAMES}


def size(table: ParamTable) -> int:
    """Number of sets."""
    return len(table[NAMES[0]])
