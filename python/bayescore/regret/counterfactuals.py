"""What other exits would have earned from the same entries: regret without hindsight.

"The best price came after the exit" is true of most exits of a random walk (Lévy's arcsine law), and the distance from
the best price is the same for every way of getting out of one. The difference between two causal exit rules from the
same entries is not: where nothing can be gained it is zero on average, less what it costs. So one factor of the traded
set is changed by a fifth at a time, every entry of the last days is held under both, and the paired differences are
tested: sums over hours, by the larger of Student's and Johnson's skew-corrected t, and stepwise over the whole menu.

The same entries are not all there is to it: a later exit blocks the next entry. So the set with the changed exit is
also traded over the whole day, and what that would have brought stands beside the pairs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from bayescore import _core, events
from bayescore.errors import UsageError
from bayescore.results.bootstrap import stepwise_superior
from bayescore.results.statistics import chance_of_mean, mean_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bayescore.design.factors import FactorSpace

STEP = 0.2
"""Relative change of a factor."""

FACTORS = ("stop_loss_ticks", "take_profit_ticks", "trail_distance_ticks", "max_hold_seconds")
DAYS = 10
"""Days with trades that are looked back upon."""

BLOCK_SECONDS = 3600
MIN_EVENTS = 40
"""Entries whose result differs, for a rule to be tested."""

MIN_BLOCKS = 10
RATE = 0.05
"""Chance that any rule of the menu is found where nothing can be gained."""

REPETITIONS = 1000
"""Resamples of the stepwise test, which runs only on evenings on which a rule looks good by itself."""

WORDS = {
    ("stop_loss_ticks", 1): "a wider stop",
    ("stop_loss_ticks", -1): "a closer stop",
    ("take_profit_ticks", 1): "a farther target",
    ("take_profit_ticks", -1): "a nearer target",
    ("trail_distance_ticks", 1): "a looser trail",
    ("trail_distance_ticks", -1): "a tighter trail",
    ("max_hold_seconds", 1): "holding longer",
    ("max_hold_seconds", -1): "holding shorter",
}


class Variant(NamedTuple):
    """A set with one exit factor changed."""

    factor: str
    sign: int
    params: events.Params

    @property
    def key(self) -> str:
        """Name of the rule, the same for every set."""
        return f"{self.factor}{'+' if self.sign > 0 else '-'}"


class _Day(msgspec.Struct, frozen=True):
    """A day's paired differences, thousandths of a tick, by rule."""

    entries: int
    differing: dict[str, int]
    blocks: dict[str, list[int]]
    """Sums over the hours with a difference."""
    hours: dict[str, list[int]] = {}
    """Sums over all hours with entries, in order."""
    path: dict[str, int] = {}
    """Difference of the day's net if the set as a whole had had the changed exit."""


def variants(params: events.Params, space: FactorSpace) -> list[Variant]:
    """A set's neighbours by one exit factor: candidates for tomorrow, and what its entries are held under.

    Neighbours that the factors' ranges and constraints do not allow are left out.
    """
    found = []
    for factor in FACTORS:
        value = getattr(params, factor)
        if factor == "trail_distance_ticks" and params.trail_activation_ticks == 0:
            continue
        for sign in (-1, 1):
            moved = max(1, round(value * (1 + sign * STEP)))
            wanted = msgspec.structs.replace(params, **{factor: moved if moved != value else value + sign})
            if space.params(space.bound(space.table([wanted])), 0) == wanted:
                found.append(Variant(factor, sign, wanted))
    return found


class CounterfactualTracker:
    """Paired differences of the traded sets' neighbours over the last days.

    Parameters
    ----------
    space
        Ranges and constraints of the factors.
    """

    def __init__(self, space: FactorSpace) -> None:
        self._space = space
        self._days: list[_Day] = []

    def observe(
        self, day: Any, used: events.Params | None, trades: Mapping[str, Any] | None, costs: dict[str, Any]
    ) -> None:
        """Add the trades of a day.

        Parameters
        ----------
        day
            What has ``bars``, ``states`` and ``core``, the day as it was frozen.
        used
            The set that was traded; nothing is added without one.
        trades
            Its trade columns.
        costs
            As the core takes them.
        """
        if used is None or trades is None or not len(trades["side"]):
            return
        menu = variants(used, self._space)
        if not menu:
            return
        table = self._space.table([used, *(v.params for v in menu)])
        replayed = _core.replay_entries(
            day.bars, trades["decision_bar"], trades["side"], table, states=day.states, costs=costs
        )
        net = replayed["net"].reshape(len(menu) + 1, -1)
        _, block = np.unique(trades["entry_ts"] // BLOCK_SECONDS, return_inverse=True)
        paths = [int(traded["net"].sum()) for traded, _ in _core.simulate_sets(day.core, table)]
        differing, blocks, hours = {}, {}, {}
        for variant, other in zip(menu, net[1:], strict=True):
            difference = other - net[0]
            changed = difference != 0
            differing[variant.key] = int(changed.sum())
            sums = np.zeros(int(block.max()) + 1, np.int64)
            np.add.at(sums, block, difference)
            blocks[variant.key] = sums[np.unique(block[changed])].tolist()
            hours[variant.key] = sums.tolist()
        path = {variant.key: x - paths[0] for variant, x in zip(menu, paths[1:], strict=True)}
        self._days = [*self._days, _Day(net.shape[1], differing, blocks, hours, path)][-DAYS:]

    def rules(self, params: events.Params | None) -> list[events.ExitRule]:
        """The menu of a set with what each rule brought, the surest gain first.

        Parameters
        ----------
        params
            Tomorrow's set, to which the changes are named; ``None`` gives an empty list.
        """
        if params is None or not self._days:
            return []
        menu = variants(params, self._space)
        chances = np.array([self._chance(v.key) for v in menu], np.float64)
        found = chances <= RATE
        if found.any():
            found &= self._stepwise([v.key for v in menu], ~np.isnan(chances))
        rules = [
            self._rule(v, params, p, bool(f)) for v, p, f in zip(menu, chances.tolist(), found, strict=True)
        ]
        return sorted((r for r in rules if r is not None), key=lambda r: (r.p_value, -r.delta_ticks))

    def state(self) -> list[dict[str, Any]]:
        """What later findings depend on, as plain data for a file."""
        return [msgspec.structs.asdict(day) for day in self._days]

    def restore(self, state: Sequence[Mapping[str, Any]]) -> None:
        """Take up `state` again.

        Raises
        ------
        UsageError
            If the data are not what `state` gives.
        """
        try:
            self._days = msgspec.convert(state, list[_Day])
        except msgspec.ValidationError as error:
            raise UsageError(f"counterfactuals: saved state cannot be read ({error})") from None

    def _blocks(self, key: str) -> list[int]:
        return [x for day in self._days for x in day.blocks.get(key, [])]

    def _chance(self, key: str) -> float:
        blocks = self._blocks(key)
        if sum(d.differing.get(key, 0) for d in self._days) < MIN_EVENTS or len(blocks) < MIN_BLOCKS:
            return math.nan
        p = chance_of_mean(blocks)
        return math.nan if p is None else p

    def _stepwise(self, keys: Sequence[str], tested: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Rules that stepwise testing names of those that can be tested; a day without one counts as no change."""
        rows = []
        for day in self._days:
            known = next((len(h) for h in day.hours.values()), 0)
            rows.append(np.array([day.hours.get(key, [0] * known) for key in keys], np.float64).T)
        x = np.concatenate(rows)
        found = np.zeros(len(keys), np.bool_)
        found[tested] = stepwise_superior(x[:, tested], RATE, REPETITIONS)
        return found

    def _rule(self, variant: Variant, params: events.Params, p: float, found: bool) -> events.ExitRule | None:
        """``None`` for a rule that cannot be tested."""
        if math.isnan(p):
            return None
        days = [d for d in self._days if variant.key in d.blocks]
        entries, blocks = sum(d.entries for d in days), self._blocks(variant.key)
        interval = mean_interval(blocks)
        assert interval is not None
        # Sums over blocks, told per entry.
        scale = len(blocks) / entries / 1000
        old, new = getattr(params, variant.factor), getattr(variant.params, variant.factor)
        delta, low, high = (x * scale for x in interval)
        what = WORDS[variant.factor, variant.sign]
        paths = [day.path[variant.key] / 1000 for day in self._days if variant.key in day.path]
        whole = mean_interval(paths)
        text = (
            f"{what} ({variant.factor.replace('_', ' ')} {old} → {new}) would have brought {delta:+.2f} ticks an entry "
            f"({low:+.2f} to {high:+.2f}) on the same {entries} entries of {len(days)} days"
        )
        if whole is not None:
            text += f"; traded that way all day {whole.mean:+.1f} ticks a day ({whole.low:+.1f} to {whole.high:+.1f})"
        text = text.replace("-", "−")
        return events.ExitRule(
            factor=variant.factor,
            old=old,
            new=new,
            delta_ticks=delta,
            low=low,
            high=high,
            p_value=p,
            entries=entries,
            days=len(days),
            found=found,
            path_ticks=sum(paths) / len(paths) if paths else None,
            path_low=whole.low if whole else None,
            path_high=whole.high if whole else None,
            text=text,
        )
