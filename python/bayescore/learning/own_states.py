"""States of a user's own: a Python file with fields and Polars expressions, in place of `StateEngine`.

The file is run, as any program of the user's. What it is, is in the run: `fingerprint` goes with its name into the
configuration, and a run is gone on with only while it is the same.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from bayescore import _core
from bayescore.config import STATES_MARK, split_states
from bayescore.data.days import bars_frame
from bayescore.errors import UsageError
from bayescore.fields import nearest
from bayescore.learning.states import StateEngine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from numpy.typing import NDArray

    from bayescore.config import Config, StateConfig
    from bayescore.data.days import TradingDay

FIELDS, MIRRORED, CHAIN, STATES = "FIELDS", "MIRRORED", "CHAIN", "states"
"""What a file of states defines: names of levels by field, and how many levels a bar has."""

_SUBSTITUTE = -1


class OwnStates:
    """States and contexts of a day by a file of the user's.

    Parameters
    ----------
    source
        The file, with its fingerprint behind `STATES_MARK` if it must be the one that a run began with.
    windows
        Names of the session windows.
    config
        Of the contexts, which are those of `StateEngine` whatever the states are.

    Raises
    ------
    UsageError
        If the file cannot be run, is another than it was, or does not say what states there are.
    """

    def __init__(
        self, source: str, windows: tuple[str, ...] = ("all",), config: StateConfig | None = None
    ) -> None:
        file, expected = split_states(source)
        self.file = file
        self.fingerprint, module = _run(file)
        if expected is not None and expected != self.fingerprint:
            raise UsageError(
                f"{file}: is not the file of states that the run began with; take that one, or begin a new run"
            )
        self._windows = windows
        self._contexts = StateEngine(windows, config)
        self._fields = _fields(file, module)
        self.space = _space(file, module, self._fields)
        self._states = getattr(module, STATES, None) or getattr(module, STATES.upper(), None)
        if self._states is None:
            raise UsageError(
                f"{file}: defines no {STATES}(bars), a function from a table of a date's bars to one level a bar for "
                f"each field, and no {STATES.upper()}, expressions by field"
            )

    @property
    def source(self) -> str:
        """The file with its fingerprint, as a run's configuration names it."""
        return f"{self.file}{STATES_MARK}{self.fingerprint}"

    def run(self, day: _core.DayBars, windows: NDArray[np.uint8] | None = None) -> _core.DayStates:
        """Code and context bits of every bar of a day, as `StateEngine.run`."""
        at = windows if windows is not None else np.zeros(len(day), np.uint8)
        levels = self._levels(bars_frame(day, at, self._windows))
        mixed = np.zeros(len(day), np.int64)
        known = np.ones(len(day), bool)
        for name, labels in self._fields.items():
            known &= levels[name] != _SUBSTITUTE
            mixed = mixed * len(labels) + levels[name]
        codes = np.where(known, mixed, _core.INVALID).astype(np.uint16)
        contexts = np.where(known, self._contexts.run(day, windows).contexts | np.uint32(1), np.uint32(0))
        return _core.DayStates(codes, contexts.astype(np.uint32), self.space)

    def fields(self, day: TradingDay) -> Mapping[str, NDArray[Any]]:
        """Level of each field at each bar, −1 where there is none: what is held against other futures."""
        return self._levels(day.to_polars())

    def _levels(self, bars: pl.DataFrame) -> dict[str, NDArray[np.int64]]:
        """Level of each field at each bar, `_SUBSTITUTE` where there is none."""
        try:
            made: Any = self._states(bars) if callable(self._states) else self._states
            if isinstance(made, dict):
                made = bars.select(**{name: _expression(x) for name, x in made.items()})
            elif isinstance(made, pl.LazyFrame):
                made = made.collect()
        except Exception as error:  # noqa: BLE001 - code of the user's may fail in any way
            raise UsageError(f"{self.file}: {STATES}: {_first_line(error)}") from None
        if not isinstance(made, pl.DataFrame):
            raise UsageError(
                f"{self.file}: {STATES} gives {type(made).__name__}; expected a table or a dictionary of the fields "
                f"{', '.join(self._fields)}"
            )
        if made.height != bars.height:
            raise UsageError(f"{self.file}: {STATES} gives {made.height} rows for {bars.height} bars")
        missing = [name for name in self._fields if name not in made.columns]
        if missing:
            raise UsageError(f"{self.file}: {STATES} gives no column {missing[0]}, which {FIELDS} names")
        return {name: self._column(made[name], labels) for name, labels in self._fields.items()}

    def _column(self, values: pl.Series, labels: list[str]) -> NDArray[np.int64]:
        """One field's levels: names or numbers become numbers."""
        name = values.name
        if values.dtype in (pl.String, pl.Categorical, pl.Enum):
            told = values.cast(pl.String)
            strange = told.filter(~told.is_in(labels) & told.is_not_null())
            if len(strange):
                raise UsageError(
                    f"{self.file}: {name}: {strange[0]!r} is no level; {FIELDS} has {', '.join(labels)}"
                )
            numbers = told.replace_strict({label: k for k, label in enumerate(labels)}, return_dtype=pl.Int64)
        elif values.dtype == pl.Boolean or values.dtype.is_integer():
            numbers = values.cast(pl.Int64, strict=False)
            if numbers.null_count() > values.null_count():
                raise UsageError(f"{self.file}: {name} holds numbers beyond all levels")
        else:
            raise UsageError(
                f"{self.file}: {name} is {values.dtype}; give level numbers, their names, or true and false"
            )
        wrong = numbers.filter((numbers < 0) | (numbers >= len(labels)))
        if len(wrong):
            raise UsageError(
                f"{self.file}: {name} has level {wrong[0]}; {FIELDS} names {len(labels)}, from 0 on"
            )
        return numbers.fill_null(_SUBSTITUTE).to_numpy()


def engine_of(config: Config, windows: tuple[str, ...]) -> StateEngine | OwnStates:
    """What makes the states of a configuration: the usual, or the user's file.

    Raises
    ------
    UsageError
        If the file cannot be used.
    """
    if config.states is None:
        return StateEngine(windows, config.state)
    return OwnStates(config.states, windows, config.state)


def _expression(value: Any) -> pl.Expr | pl.Series:
    if isinstance(value, (pl.Expr, pl.Series)):
        return value
    return pl.Series(np.asarray(value))


def _first_line(error: BaseException) -> str:
    """What went wrong, without the pages that a library may add."""
    line = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {line}"


def _run(file: str) -> tuple[str, ModuleType]:
    path = Path(file).expanduser()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: no file of states ({error.strerror})") from None
    fingerprint = hashlib.sha256(content).hexdigest()
    name = f"bayescore_states_{fingerprint[:16]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    before = sys.dont_write_bytecode
    try:
        sys.dont_write_bytecode = True
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001 - it may fail in any way
        raise UsageError(f"{file}: {_first_line(error)}") from None
    finally:
        sys.dont_write_bytecode = before
    return fingerprint, module


def _fields(file: str, module: ModuleType) -> dict[str, list[str]]:
    found = getattr(module, FIELDS, None)
    if not isinstance(found, dict) or not found:
        raise UsageError(
            f'{file}: defines no {FIELDS}; write {FIELDS} = {{"name": ["lowest", …, "highest"]}}'
        )
    for name, labels in found.items():
        good = (
            isinstance(labels, (list, tuple)) and len(labels) > 0 and all(isinstance(x, str) for x in labels)
        )
        if not isinstance(name, str) or not good or len(set(labels)) < len(labels):
            raise UsageError(
                f"{file}: {FIELDS}: {name} needs the different names of its levels, the lowest first"
            )
    return {name: list(labels) for name, labels in found.items()}


def _space(file: str, module: ModuleType, fields: dict[str, list[str]]) -> _core.StateSpace:
    mirrored, names = getattr(module, MIRRORED, ()), list(fields)
    for name in mirrored:
        if name not in fields:
            near = nearest(str(name), names)
            raise UsageError(
                f"{file}: {MIRRORED}: no field {name}" + (f"; did you mean {near}?" if near else "")
            )
    # Ever coarser states, the last field left out first.
    chain = getattr(module, CHAIN, None) or [names[:k] for k in range(len(names), 0, -1)]
    try:
        return _core.StateSpace([(name, labels, name in mirrored) for name, labels in fields.items()], chain)
    except (UsageError, TypeError, ValueError) as error:
        raise UsageError(f"{file}: {error}") from None
