"""`StateEngine` from a configuration; the engine itself is in ``rust/core/src/state``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from bayescore import _core
from bayescore.config import StateConfig
from bayescore.vocabulary import ENTRY_RULES, EntryRule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Engine(Protocol):
    """What makes the states of a day: `StateEngine`, or a file of the user's."""

    @property
    def space(self) -> _core.StateSpace:
        """What the codes mean."""

    def run(self, day: _core.DayBars, windows: NDArray[np.uint8] | None = None) -> _core.DayStates:
        """Code and context bits of every bar of a day; what is told of a bar uses no later one."""


def rules_of(space: _core.StateSpace) -> tuple[EntryRule, ...]:
    """Entry rules that can make a trade in a space.

    ``reversion`` asks for a field ``band`` of seven levels in the finest states, ``drive`` for ``momentum`` and
    ``volume`` of two or more; ``learned`` works in any.
    """
    levels = {name: len(labels) for name, labels, _ in space.fields if name in space.chain[0]}
    reversion = levels.get("band") == 7
    drive = levels.get("momentum", 0) >= 2 and levels.get("volume", 0) >= 2
    can = {"learned": True, "reversion": reversion, "drive": drive, "any": reversion or drive}
    return tuple(rule for rule in ENTRY_RULES if can[rule])


class StateEngine:
    """Market states of bars, all at once or one by one, with the same bits.

    Parameters
    ----------
    windows
        Names of the session windows; one unnamed window if none is given.
    config
        Windows and edges of the features.
    """

    def __init__(self, windows: tuple[str, ...] = ("all",), config: StateConfig | None = None) -> None:
        settings = msgspec.structs.asdict(config or StateConfig())
        self._core = _core.StateEngine(len(windows), window_names=list(windows), **settings)
        self.space = self._core.space

    def run(self, day: _core.DayBars, windows: NDArray[np.uint8] | None = None) -> _core.DayStates:
        """Code and context bits of every bar of a day.

        Parameters
        ----------
        day
            Bars of one trade date and contract.
        windows
            uint8, session window of each bar; all in the first if not given.
        """
        return self._core.run(day, windows)

    def push(
        self,
        ts: int,
        open: int,  # noqa: A002 - the field's word
        high: int,
        low: int,
        close: int,
        volume: int,
        window: int = 0,
    ) -> tuple[int, int]:
        """Code and context bits of the next bar; prices in ticks, ``ts`` in seconds after the session's open."""
        return self._core.push(ts, open, high, low, close, volume, window)

    def reset(self) -> None:
        """Forget all bars: a new trade date or contract."""
        self._core.reset()
