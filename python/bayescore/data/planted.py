"""Planted edges: drifts that follow what a trader could see, so that a test knows what is to be found.

Each kind answers one question about a method: does it find an edge that leads back to a line, one that goes with the
move, one that pays in some hours or on one side only, two at once, and does it notice when an edge ends or turns?
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, get_args

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EdgeKind = Literal["reversion", "continuation", "session", "side", "dying", "turning", "two"]
"""What the drift follows.

reversion
    Back to the regression line of 300 s after a close at least two standard errors away, with confirmed volume.
continuation
    With a move over 60 s of at least 1.5 times its usual size, with confirmed volume.
session
    Reversion, in the middle session window only.
side
    Reversion, upwards only: after falls.
dying, turning
    Reversion for the first half of the dates; then none, or as strongly the other way.
two
    Reversion from at least 2.5 standard errors, and continuation of large moves nearer than two.
"""
EDGE_KINDS: tuple[EdgeKind, ...] = get_args(EdgeKind)

EDGE_SECONDS = 120
"""How long a drift lasts after the bar that set it off."""

LINE_WINDOW, LINE_BARS, OUTER_Z, FAR_Z = 300, 30, 2.0, 2.5
VOLUME_WINDOW, VOLUME_FACTOR = 20, 1.2
MOVE_LAG, MOVE_WINDOW, MOVE_EDGE = 60, 900, 1.5


class Seconds(Protocol):
    """One session before anything is rounded; arrays of one row a second with a trade."""

    @property
    def at(self) -> NDArray[np.int64]:
        """Seconds after the open."""
        ...

    @property
    def volume(self) -> NDArray[np.int64]:
        """Traded volume."""
        ...

    @property
    def sigma(self) -> NDArray[np.float64]:
        """Volatility of a second, ticks."""
        ...


class Seen(NamedTuple):
    """What a trader knows at the close of a bar."""

    z: float
    """Distance from the line in residual standard deviations, signed; 0 while too few bars are known."""
    heavy: bool
    """Volume of the last 20 s above 1.2 times its mean rate."""
    move: float
    """Move over 60 s in multiples of its usual size, signed; 0 while unknown."""


def direction(kind: EdgeKind, seen: Seen, *, inside: bool) -> int:
    """Where the drift that a bar sets off leads: +1, −1, or 0 for none.

    Parameters
    ----------
    kind
        What the drift follows.
    seen
        The bar.
    inside
        Whether the bar lies in the window of ``session``.
    """
    back = -int(np.sign(seen.z)) if abs(seen.z) >= OUTER_Z and seen.heavy else 0
    along = int(np.sign(seen.move)) if abs(seen.move) >= MOVE_EDGE and seen.heavy else 0
    match kind:
        case "continuation":
            return along
        case "session":
            return back if inside else 0
        case "side":
            return max(back, 0)
        case "two":
            if abs(seen.z) >= FAR_Z:
                return back
            return along if abs(seen.z) < OUTER_Z else 0
        case _:
            return back


def strength(kind: EdgeKind, edge: float, index: int, days: int) -> float:
    """The edge on date `index` of `days`."""
    if index < days / 2 or kind not in {"dying", "turning"}:
        return edge
    return 0.0 if kind == "dying" else -edge


def drift(
    day: Seconds, closes: Sequence[float], edge: float, kind: EdgeKind, inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Displacement of each bar by the planted edge, found bar by bar because it changes what follows.

    Parameters
    ----------
    day
        The session without drift.
    closes
        Its last trade of each second, ticks.
    edge
        Drift of each bar in standard deviations of a second, for `EDGE_SECONDS` after a bar that sets it off.
    kind
        What sets it off, and where it leads.
    inside
        Whether each bar lies in the window of ``session``.
    """
    times = day.at.tolist()
    pulls = (edge * day.sigma).tolist()
    watch = _Watch(day.volume.tolist(), round(closes[0]))
    within = inside.tolist()
    until, side, shift = -1, 0, 0.0
    moved = []
    for i, x in enumerate(times):
        if x <= until:
            shift += side * pulls[i]
        moved.append(shift)
        seen = watch.see(i, x, round(closes[i] + shift))
        found = direction(kind, seen, inside=within[i])
        if found:
            until, side = x + EDGE_SECONDS, found
    return np.asarray(moved)


class _Watch:
    """Running sums over the windows, exact in integers."""

    def __init__(self, volumes: list[int], base: int) -> None:
        self._volumes, self._base = volumes, base
        self._line: deque[tuple[int, int, int]] = deque()
        self._recent: deque[tuple[int, int]] = deque()
        self._lagged: deque[tuple[int, int]] = deque()
        self._moves: deque[tuple[int, int]] = deque()
        self._before = 0
        self._known = False
        self._n = self._sx = self._sy = self._sxx = self._sxy = self._syy = 0
        self._heavy = self._light = self._squares = 0

    def see(self, i: int, x: int, price: int) -> Seen:
        """Take in bar `i` at second `x`."""
        y, v = price - self._base, self._volumes[i]
        self._add(x, y, v, 1)
        self._line.append((x, y, v))
        self._recent.append((x, v))
        self._light += v
        while self._line[0][0] <= x - LINE_WINDOW:
            self._add(*self._line.popleft(), -1)
        while self._recent[0][0] <= x - VOLUME_WINDOW:
            self._light -= self._recent.popleft()[1]
        move = self._move(x, y)
        if self._n < LINE_BARS:
            return Seen(0.0, False, 0.0)
        heavy = self._light * LINE_WINDOW > VOLUME_FACTOR * self._heavy * VOLUME_WINDOW
        n, sx, sy = self._n, self._sx, self._sy
        d = n * self._sxx - sx * sx
        dxy = n * self._sxy - sx * sy
        slope = dxy / d
        variance = max((n * self._syy - sy * sy - dxy * slope) / (n * (n - 2)), 0.25)
        away = y - (sy + slope * (n * x - sx)) / n
        return Seen(away / variance**0.5, heavy, move)

    def _add(self, x: int, y: int, v: int, sign: int) -> None:
        self._n += sign
        self._sx += sign * x
        self._sy += sign * y
        self._sxx += sign * x * x
        self._sxy += sign * x * y
        self._syy += sign * y * y
        self._heavy += sign * v

    def _move(self, x: int, y: int) -> float:
        self._lagged.append((x, y))
        while self._lagged[0][0] <= x - MOVE_LAG:
            self._before, self._known = self._lagged.popleft()[1], True
        while self._moves and self._moves[0][0] <= x - MOVE_WINDOW:
            self._squares -= self._moves.popleft()[1]
        if not self._known:
            return 0.0
        change = y - self._before
        self._moves.append((x, change * change))
        self._squares += change * change
        usual = (self._squares / len(self._moves)) ** 0.5
        return change / usual if usual > 0 else 0.0
