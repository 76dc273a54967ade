"""States with odds: which the evidence separates from a coin, and how far each is from paying.

A state and its mirror image (the same prices upside down) are one piece of evidence where the brain pools
them, so only one of the two is listed, and its trades include those of the other on the other side.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from bayescore import _core
from bayescore.events import DayResult, Pattern
from bayescore.learning.stars import EVENINGS, RATE, RUNG, own_p_values
from bayescore.results.statistics import benjamini_hochberg

LISTED_RATE = 0.2
"""False-discovery rate, on the states' own counts, up to which they are listed; a star asks for more (`stars`)."""

NEAREST = 3
"""Where fewer than so many states are listed, the likeliest others are shown to say how far they are from paying."""

MIN_CERTAINTY = 0.8
"""P(p > ½) that a state needs to be shown at all."""

INTERVAL = 0.8

Columns = Mapping[str, npt.NDArray[Any]]

TRADED = ("side", "code", "net", "duration")
"""Trade columns that patterns are reported by."""


STAR = (
    f"own labels differ from a coin's, {EVENINGS} evenings in a row, at a false-discovery rate of {RATE:.0%}"
)


class ContextOdds(msgspec.Struct, frozen=True, kw_only=True):
    """What the brain knows of the states of a context."""

    context: str
    states: int
    """States with evidence, a state and its mirror image counted once."""
    effective_n: float
    mean_probability: float | None
    """Of the better side, states weighted by their evidence."""
    significant: int
    """Starred states."""
    strongest: list[Pattern]


class _Odds(NamedTuple):
    """Every state with evidence once; arrays of shape (states,)."""

    leaf: npt.NDArray[np.int64]
    long: npt.NDArray[np.bool_]
    """Whether the better side is long."""
    probability: npt.NDArray[np.float64]
    """Of the better side."""
    certainty: npt.NDArray[np.float64]
    """P(p > ½) of the better side."""
    n: npt.NDArray[np.float64]
    a: npt.NDArray[np.float64]
    b: npt.NDArray[np.float64]
    listed: npt.NDArray[np.bool_]
    """Own counts are no coin's, at `LISTED_RATE`."""
    starred: npt.NDArray[np.bool_]
    rung: int

    def strongest(self, rows: npt.NDArray[np.intp], top: int) -> npt.NDArray[np.intp]:
        """Of these rows the listed and starred ones, or the likeliest few, most probable first."""
        order = rows[np.lexsort((self.leaf[rows], -self.probability[rows]))]
        order = order[self.certainty[order] > MIN_CERTAINTY]
        told = self.listed[order] | self.starred[order]
        told |= np.cumsum(~told) <= max(0, NEAREST - int(told.sum()))
        return order[told][:top]


class PatternAnalyzer:
    """Reads a brain's posteriors state by state.

    Parameters
    ----------
    space
        The brain's state space.
    """

    def __init__(self, space: _core.StateSpace) -> None:
        self._space = space

    def get_strongest_patterns(
        self,
        brain: Any,
        top_n: int = 20,
        *,
        needs: float = 0.5,
        rung: int = RUNG,
        stars: Collection[int] | None = None,
        trades: Columns | None = None,
    ) -> list[Pattern]:
        """States whose own labels separate them from a coin, the most probable first.

        Where there are fewer than `NEAREST`, the likeliest others are added, so that one sees how far they are from
        paying; on most markets they are all there is.

        Parameters
        ----------
        brain
            `BayesianBrain` or ``_core.Brain``.
        top_n
            At most so many.
        needs
            Probability at which the bracket of interest pays (``_core.bracket_threshold``); one half without
            costs, 1 or more if it never does.
        rung
            Rung whose odds speak for that bracket (``_core.rung_of``).
        stars
            Starred leaves (`bayescore.learning.stars.StarTracker`); by default the discoveries of this brain alone,
            without the control over evenings.
        trades
            Trade columns (side, code, net, duration) to be counted by state; without them the figures are
            zero.
        """
        odds = self._odds(brain, rung, stars)
        return self._patterns(odds, odds.strongest(np.arange(len(odds.leaf)), top_n), needs, trades)

    def analyze_by_context(
        self,
        brain: Any,
        top_n: int = 5,
        *,
        needs: float = 0.5,
        rung: int = RUNG,
        stars: Collection[int] | None = None,
        trades: Columns | None = None,
    ) -> dict[str, ContextOdds]:
        """The same by the contexts that a state decides: band, volume, burst and their agreement.

        Session windows, patterns and the contexts of the recent past cut across the states that the brain
        learns; real trades by those are in ``DayResult.by_context`` and ``by_window``.
        """
        odds = self._odds(brain, rung, stars)
        out = {}
        for context, member in self._contexts.items():
            inside = np.flatnonzero(member[odds.leaf])
            n = odds.n[inside]
            out[context] = ContextOdds(
                context=context,
                states=len(inside),
                effective_n=float(n.sum()),
                mean_probability=float((n * odds.probability[inside]).sum() / n.sum())
                if len(inside)
                else None,
                significant=int(odds.starred[inside].sum()),
                strongest=self._patterns(odds, odds.strongest(inside, top_n), needs, trades),
            )
        return out

    def generate_pattern_report(self, brain: Any, day_results: Sequence[DayResult], top_n: int = 20) -> str:
        """Text: the strongest patterns with their odds, and what was really traded in them.

        Parameters
        ----------
        brain
            `BayesianBrain` or ``_core.Brain``, as of the last of the days.
        day_results
            Finished days in order. Their headline trades by state are added up, and the last day's patterns
            tell what the headline bracket needs.
        top_n
            At most so many patterns.
        """
        last = next((r.patterns for r in reversed(day_results) if r.patterns), [])
        needs, rung = (last[0].needs, last[0].rung) if last else (0.5, RUNG)
        stars = {p.code for p in last if p.significant} if day_results else None
        patterns = self.get_strongest_patterns(brain, top_n, needs=needs, rung=rung, stars=stars)
        traded: dict[str, tuple[int, float, float]] = {}
        for g in (g for r in day_results for g in r.by_pattern):
            trades, net, seconds = traded.get(g.label, (0, 0.0, 0.0))
            duration = (g.duration_mean_s or 0.0) * g.trades
            traded[g.label] = (trades + g.trades, net + g.net_ticks, seconds + duration)
        dates = f"{day_results[0].date} to {day_results[-1].date}" if day_results else "no days"
        lines = [f"Strongest patterns, {dates} (* {STAR})"]
        if not any(p.significant for p in patterns):
            lines.append("No state is separated from a coin by the evidence of these days.")
        for p in patterns:
            labels = {self._space.leaf_label(leaf) for leaf in (p.code, self._space.mirror_leaf(p.code))}
            parts = [traded[label] for label in sorted(labels) if label in traded]
            trades, net, seconds = (sum(x) for x in zip(*parts, strict=True)) if parts else (0, 0.0, 0.0)
            line = (
                f"{p.side:<5} {p.probability:.3f}{'*' if p.significant else ' '} "
                f"({p.low:.3f}–{p.high:.3f}), needs {p.asks}, n = {p.effective_n:.0f}: {p.label}"
            )
            if trades:
                line += f"; {trades:.0f} trades, {net:+.1f} ticks net, {seconds / trades:.0f} s on average"
            lines.append(line)
        return "\n".join(lines)

    @cached_property
    def _mirror(self) -> npt.NDArray[np.int64]:
        return np.array([self._space.mirror_leaf(leaf) for leaf in range(self._space.n_leaves)], np.int64)

    @cached_property
    def _contexts(self) -> dict[str, npt.NDArray[np.bool_]]:
        """Which leaves lie in each context that a leaf decides."""
        levels = {name: list(labels) for name, labels, _ in self._space.fields}
        chain = self._space.chain[0]
        digits = np.unravel_index(np.arange(self._space.n_leaves), [len(levels[name]) for name in chain])
        at = dict(zip(chain, digits, strict=True))
        out = {"all": np.ones(self._space.n_leaves, np.bool_)}
        if "band" in at and len(levels["band"]) == 7:
            out["kill_zone"] = (at["band"] <= 1) | (at["band"] >= 5)
            if {"momentum", "trend"} <= at.keys() and (len(levels["momentum"]), len(levels["trend"])) == (
                5,
                3,
            ):
                up = (at["band"] >= 4) & (at["momentum"] >= 3) & (at["trend"] == 2)
                down = (at["band"] <= 2) & (at["momentum"] <= 1) & (at["trend"] == 0)
                out["fractal_resonance"] = up | down
        for field, context in (("volume", "confirmation"), ("burst", "velocity_spike")):
            if field in at:
                out[context] = at[field] == 1
        return out

    def _odds(self, brain: Any, rung: int, stars: Collection[int] | None) -> _Odds:
        core = getattr(brain, "core", brain)
        table = core.leaf_table(rung)
        a, b, n, above = (np.asarray(table[k], np.float64) for k in ("a", "b", "n", "above_half"))
        m = self._mirror
        once = n > 0
        pooled = bool(core.config["mirror"])
        if pooled:
            # The larger of a pair repeats the smaller, and a state that is its own image is always even.
            once &= np.arange(len(a)) < m
        own = own_p_values(core, pooled=pooled, mirror=m)
        listed = benjamini_hochberg(own, LISTED_RATE)
        starred = benjamini_hochberg(own, RATE) if stars is None else np.isin(np.arange(len(a)), list(stars))
        leaf = np.flatnonzero(once)
        a, b, n, above = a[leaf], b[leaf], n[leaf], above[leaf]
        long = a >= b
        certainty = np.where(long, above, 1 - above)
        return _Odds(
            leaf=leaf,
            long=long,
            probability=np.where(long, a, b) / (a + b),
            certainty=certainty,
            n=n,
            a=a,
            b=b,
            listed=listed[leaf],
            starred=starred[leaf],
            rung=rung,
        )

    def _patterns(
        self, odds: _Odds, rows: npt.NDArray[np.intp], needs: float, trades: Columns | None
    ) -> list[Pattern]:
        if not len(rows):
            return []
        tail = np.full(len(rows), (1 - INTERVAL) / 2)
        won = np.where(odds.long, odds.a, odds.b)[rows]
        lost = np.where(odds.long, odds.b, odds.a)[rows]
        low, high = _core.beta_quantile(tail, won, lost), _core.beta_quantile(1 - tail, won, lost)
        found = []
        for k, row in enumerate(rows.tolist()):
            leaf, side = int(odds.leaf[row]), 1 if odds.long[row] else -1
            count, net, duration = self._traded(leaf, side, trades)
            name: Literal["long", "short"] = "long" if side > 0 else "short"
            found.append(
                Pattern(
                    code=leaf,
                    label=self._space.leaf_label(leaf),
                    side=name,
                    probability=float(odds.probability[row]),
                    a=float(won[k]),
                    b=float(lost[k]),
                    low=float(low[k]),
                    high=float(high[k]),
                    effective_n=float(odds.n[row]),
                    p_above_half=float(odds.certainty[row]),
                    needs=needs,
                    rung=odds.rung,
                    pays=bool(low[k] >= needs),
                    significant=bool(odds.starred[row]),
                    trades=count,
                    net_ticks=net,
                    duration_mean_s=duration,
                )
            )
        return found

    def _traded(self, leaf: int, side: int, trades: Columns | None) -> tuple[int, float, float | None]:
        """Trades, net ticks and mean seconds in a state on a side, or in its mirror image on the other."""
        if trades is None or not len(trades["code"]):
            return 0, 0.0, None
        at = np.asarray(self._space.leaf_of(trades["code"]))
        mine = (at == leaf) & (trades["side"] == side)
        mine |= (at == self._mirror[leaf]) & (trades["side"] == -side)
        n = int(mine.sum())
        if not n:
            return 0, 0.0, None
        return n, float(trades["net"][mine].sum()) / 1000, float(trades["duration"][mine].mean())


def get_strongest_patterns(brain: Any, top_n: int = 20) -> list[Pattern]:
    """As `PatternAnalyzer.get_strongest_patterns`, for the brain's own state space."""
    return _analyzer(brain).get_strongest_patterns(brain, top_n)


def analyze_by_context(brain: Any) -> dict[str, ContextOdds]:
    """As `PatternAnalyzer.analyze_by_context`, for the brain's own state space."""
    return _analyzer(brain).analyze_by_context(brain)


def generate_pattern_report(brain: Any, day_results: Sequence[DayResult]) -> str:
    """As `PatternAnalyzer.generate_pattern_report`, for the brain's own state space."""
    return _analyzer(brain).generate_pattern_report(brain, day_results)


def _analyzer(brain: Any) -> PatternAnalyzer:
    return PatternAnalyzer(getattr(brain, "core", brain).space)
