"""`ContextDetector`: which yes-or-no facts hold at a bar, and how often in a day.

The bits are computed with the state codes (``rust/core/src/context.rs``); this module gives them names. Contexts
of order flow need data that OHLCV bars do not have and are left out.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from bayescore import _core

if TYPE_CHECKING:
    from numpy.typing import NDArray


def context_text(bits: int, space: _core.StateSpace) -> str:
    """Names of the bits that are set, joined by ``+``; ``all`` is left out where others hold."""
    names = [name for bit, name in space.contexts if bits >> bit & 1]
    return "+".join([name for name in names if name != _core.CONTEXTS[0]] or names)


@cache
def _usual_levels() -> dict[str, int]:
    """How many levels each field of the usual states has, but for the session window."""
    fields = _core.StateSpace.standard(["all"]).fields
    return {name: len(labels) for name, labels, _ in fields if name != "window"}


def leaf_may_hold(space: _core.StateSpace, code: int, contexts: str) -> bool:
    """Whether one of some contexts can hold at a bar whose leaf is that of a code.

    Some contexts follow from the leaf alone; the others may hold at any bar.

    Parameters
    ----------
    space
        What the codes mean.
    code
        Any code of the leaf.
    contexts
        Names joined by ``+``, as in ``contexts_allowed``.
    """
    shape = {name: len(labels) for name, labels, _ in space.fields}
    if any(shape.get(name) != levels for name, levels in _usual_levels().items()):
        # States of one's own say nothing of contexts, which are the usual ones.
        return True
    level = {name: labels.index(space.decode(code)[name]) for name, labels, _ in space.fields}
    band, momentum, trend = (level.get(name, -1) for name in ("band", "momentum", "trend"))
    follows = {
        "kill_zone": band in (0, 1, 5, 6),
        "confirmation": level.get("volume") == 1,
        "velocity_spike": level.get("burst") == 1,
        "fractal_resonance": (band >= 4 and momentum >= 3 and trend == 2)
        or (0 <= band <= 2 and 0 <= momentum <= 1 and trend == 0),
    }
    return any(follows.get(name.strip(), True) for name in contexts.split("+"))


class ContextDetector:
    """Names for the context bits of a day's states.

    Parameters
    ----------
    space
        The space whose session windows are named.
    """

    def __init__(self, space: _core.StateSpace) -> None:
        self.space = space
        self.names = space.contexts

    def detect(self, states: _core.DayStates) -> dict[str, NDArray[np.bool_]]:
        """Each context as a mask over the day's bars: bool, shape (bars,)."""
        bits = states.contexts
        return {name: (bits >> bit & 1).astype(bool) for bit, name in self.names}

    def summarise(self, states: _core.DayStates) -> dict[str, float]:
        """Share of the bars with a state at which each context holds; 0 on a day without states."""
        bits = states.contexts[states.codes != _core.INVALID]
        if not len(bits):
            return {name: 0.0 for _, name in self.names}
        return {name: float((bits >> bit & 1).mean()) for bit, name in self.names}

    def text(self, bits: int) -> str:
        """One bar's contexts in words."""
        return context_text(int(bits), self.space)
