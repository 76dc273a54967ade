"""`StateEngine` from a configuration; the engine itself is in ``rust/core/src/state``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bayescore import _core
from bayescore.config import StateConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
