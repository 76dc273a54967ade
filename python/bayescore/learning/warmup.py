"""How long what is told of a bar depends on where the data start: computed again from later and later starts.

A state looks back over windows of seconds. From a later start it is told once its windows are full, and should be the
same from then on as it is from the day's first bar. What is measured here is when that really holds.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bayescore import _core
from bayescore.learning.lookahead import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy.typing as npt

    from bayescore.data.days import TradingDay
    from bayescore.learning.states import Engine

    Fields = Callable[[TradingDay], Mapping[str, npt.NDArray[Any]]]
    """What is told of each bar of a day, by name; arrays of shape (bars,)."""

NS = 1_000_000_000

CLOCKED = ("window",)
"""Of the usual fields, the session window."""


class Settled(NamedTuple):
    """When one field stopped depending on where the data start."""

    field: str
    longest: int
    """Seconds after which it is the same from every start as from the day's first bar."""
    median: int
    """The same of half of the starts."""
    starts: int
    unsettled: int
    """Starts from which it differed up to the last bar of their day."""


def fields_of(engine: Engine, clocked: tuple[str, ...] = CLOCKED) -> Fields:
    """Level of each field of the state, −1 where there is no state yet, and each context that is not a window's.

    Parameters
    ----------
    engine
        Makes the states.
    clocked
        Fields that are the clock's, wherever the data start: left out.
    """
    space = engine.space
    labels = {name: {label: k for k, label in enumerate(levels)} for name, levels, _ in space.fields}
    decoded = [space.decode(code) for code in range(space.n_codes)]
    levels = {
        name: np.array([places[code[name]] for code in decoded] + [-1], np.int16)
        for name, places in labels.items()
        if name not in clocked
    }
    contexts = [(bit, name) for bit, name in space.contexts if bit < _core.FIRST_SESSION_BIT]

    def fields(day: TradingDay) -> Mapping[str, npt.NDArray[Any]]:
        found = engine.run(day.to_core(), day.windows)
        codes = np.asarray(found.codes)
        at = np.where(codes == _core.INVALID, space.n_codes, codes)
        bits = np.where(codes == _core.INVALID, 0, np.asarray(found.contexts))
        told = {name: table[at] for name, table in levels.items()}
        return told | {f"context {name}": bits >> bit & 1 for bit, name in contexts}

    return fields


def settling(days: Iterable[TradingDay], fields: Fields, starts: int) -> list[Settled]:
    """Compute every day again from later starts.

    Parameters
    ----------
    days
        The days, each by itself.
    fields
        `fields_of`, or a function of one's own.
    starts
        Places in each day, evenly by bars.

    Returns
    -------
    list of Settled
        In the order of the fields; none if no day has two bars.
    """
    found: dict[str, list[tuple[int, bool]]] = {}
    for day in days:
        whole = fields(day)
        for start in sorted({day.bars * k // (starts + 1) for k in range(1, starts + 1)} - {0}):
            later = fields(_beginning(day, start))
            seconds = (day.ts_ns[start:] - day.ts_ns[start]) // NS
            for name, values in whole.items():
                unlike = np.flatnonzero(values[start:] != later[name])
                last = int(unlike[-1]) if len(unlike) else -1
                after = int(seconds[last]) + 1 if len(unlike) else 0
                found.setdefault(name, []).append((after, last == len(seconds) - 1))
    return [
        Settled(
            field=name,
            longest=max(after for after, _ in each),
            median=int(np.median([after for after, _ in each])),
            starts=len(each),
            unsettled=sum(open_end for _, open_end in each),
        )
        for name, each in found.items()
    ]


def _beginning(day: TradingDay, start: int) -> TradingDay:
    columns: dict[str, Any] = {name: getattr(day, name)[start:] for name in COLUMNS}
    return dataclasses.replace(day, **columns)
