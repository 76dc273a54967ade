"""Whether what is told of a bar depends on bars after it: computed again on days that end early or go on differently.

A lookahead need not be seen on every day or at every cut, so finding none is no proof; a difference is one.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from bayescore.errors import UsageError
from bayescore.learning.states import StateEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import numpy.typing as npt

    from bayescore.config import StateConfig
    from bayescore.data.days import TradingDay

    Fields = Callable[[TradingDay], Mapping[str, npt.NDArray[Any]]]
    """What is told of each bar of a day, by name; arrays of shape (bars,)."""

COLUMNS = ("ts_ns", "open", "high", "low", "close", "volume", "windows")
PRICES = ("open", "high", "low", "close")
CUTS = 8
"""Places in a day at which the future is taken away, and changed."""

STRETCH = 3
"""Later moves are so many times as large in the changed future; a mirrored one could give the same states."""


Future = Literal["missing", "changed"]


class Difference(NamedTuple):
    """The first bar and field that a changed future changes."""

    date: str
    bar: int
    """Its place in the day."""
    time_ns: int
    field: str
    future: Future
    """What was done to the bars from ``cut`` on."""
    cut: int


def states_of(windows: tuple[str, ...], config: StateConfig) -> Fields:
    """The states and contexts that training uses."""
    engine = StateEngine(windows, config)

    def fields(day: TradingDay) -> Mapping[str, npt.NDArray[Any]]:
        found = engine.run(day.to_core(), day.windows)
        return {"state": np.asarray(found.codes), "contexts": np.asarray(found.contexts)}

    return fields


def sentence(found: Difference) -> str:
    """Bar, field and what was done to the bars after it."""
    time = np.datetime_as_string(np.datetime64(found.time_ns, "ns"), unit="s")
    return (
        f"{found.date}: {found.field} of bar {found.bar} ({time}Z) differs with the bars from {found.cut} on "
        f"{found.future}: it looks ahead"
    )


def first_difference(days: Iterable[TradingDay], fields: Fields, cuts: int = CUTS) -> Difference | None:
    """Compute everything again with the future missing and changed, and say what differs first.

    Parameters
    ----------
    days
        The days, each by itself.
    fields
        `states_of`, or a function of one's own.
    cuts
        Places in each day.

    Returns
    -------
    Difference or None
        Of the first day that has one, the earliest bar.

    Raises
    ------
    UsageError
        If ``fields`` does not give one value a bar.
    """
    for day in days:
        whole = _checked(fields, day)
        found = [
            difference
            for cut in sorted({day.bars * k // (cuts + 1) for k in range(1, cuts + 1)} - {0})
            for future, other in _futures(day, cut)
            for difference in _differences(day, whole, _checked(fields, other), cut, future)
        ]
        if found:
            return min(found, key=lambda d: d.bar)
    return None


def _checked(fields: Fields, day: TradingDay) -> dict[str, npt.NDArray[Any]]:
    out = {name: np.asarray(values) for name, values in fields(day).items()}
    for name, values in out.items():
        if values.shape != (day.bars,):
            raise UsageError(f"{name}: shape {values.shape} for {day.bars} bars; give one value a bar")
    return out


def _futures(day: TradingDay, cut: int) -> Iterator[tuple[Future, TradingDay]]:
    yield "missing", _ending(day, cut)
    yield "changed", _stretched(day, cut)


def _ending(day: TradingDay, cut: int) -> TradingDay:
    columns: dict[str, Any] = {name: getattr(day, name)[:cut] for name in COLUMNS}
    return dataclasses.replace(day, **columns)


def _stretched(day: TradingDay, cut: int) -> TradingDay:
    pivot = int(day.close[cut - 1])
    made: dict[str, Any] = {}
    for name in PRICES:
        values = getattr(day, name).copy()
        values[cut:] = pivot + STRETCH * (values[cut:] - pivot)
        made[name] = values
    volume = day.volume.copy()
    volume[cut:] *= STRETCH
    return dataclasses.replace(day, volume=volume, **made)


def _differences(
    day: TradingDay,
    whole: Mapping[str, npt.NDArray[Any]],
    other: Mapping[str, npt.NDArray[Any]],
    cut: int,
    future: Future,
) -> Iterator[Difference]:
    for name, values in whole.items():
        a, b = values[:cut], other[name][:cut]
        unlike = a != b
        if a.dtype.kind == "f":
            unlike &= ~(np.isnan(a) & np.isnan(b))
        at = np.flatnonzero(unlike)
        if len(at):
            yield Difference(day.date, int(at[0]), int(day.ts_ns[at[0]]), name, future, cut)
