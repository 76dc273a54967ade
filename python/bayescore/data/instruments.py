"""What is traded and when: ticks, costs and sessions (``instruments.toml``), and which a file holds."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from bayescore.config import Config
from bayescore.errors import UsageError

_OUTRIGHT = re.compile(r"([A-Z0-9]{1,3})[FGHJKMNQUVXZ]\d{1,2}")
_MAX_WINDOWS = 8


class SessionKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Regular hours of a market. Times are local ``"HH:MM"``."""

    timezone: str
    opens: str
    closes: str
    """At or before `opens`: the session begins on the evening before its trade date."""
    windows: tuple[tuple[str, str], ...]
    """Name and start of each part of the day, in the order of the day."""
    calendar: str | None = None
    """Table of holidays and early closes; without one every weekday is a session."""
    every_day: bool = False
    """Saturdays and Sundays are trade dates too."""
    hours_after_early_close: int = 0
    """How long trading goes on after an early close of the calendar."""


class Instrument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract's fixed facts and default costs. ``currency`` values are per contract (or per lot)."""

    root: str
    name: str
    tick_size: float
    tick_value: float
    """Currency per tick."""
    session: str
    timezone: str
    windows: tuple[tuple[str, str], ...]
    """Session windows: name and local start, in the order of the day; at most eight."""
    currency: str = "USD"
    commission: float = 0.0
    """Per side, fees included, in currency."""
    commission_bps: float = 0.0
    """Per side, as a share of the value traded in hundredths of a percent; `at_price` turns it into a sum."""
    slippage_ticks: int = 1
    known_costs: bool = True
    """False if nothing but zero is known of the commission."""

    @property
    def window_names(self) -> tuple[str, ...]:
        """Names of the session windows, in the order of their indices."""
        return tuple(name for name, _ in self.windows)

    def at_price(self, price: float) -> Instrument:
        """With a commission that is a share of the value turned into a sum at `price`."""
        if not self.commission_bps:
            return self
        value = price / self.tick_size * self.tick_value
        return msgspec.structs.replace(
            self,
            commission=round(self.commission + value * self.commission_bps * 1e-4, 4),
            commission_bps=0.0,
        )


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An instrument as the table holds it."""

    name: str
    tick_size: float
    tick_value: float
    session: str
    currency: str = "USD"
    commission: float
    commission_bps: float = 0.0
    slippage_ticks: int = 1


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sessions: dict[str, SessionKind]
    instruments: dict[str, _Row]


@cache
def _table() -> _Table:
    table = msgspec.toml.decode(Path(__file__).with_name("instruments.toml").read_bytes(), type=_Table)
    for name, kind in table.sessions.items():
        if not 1 <= len(kind.windows) <= _MAX_WINDOWS or kind.windows[0][1] != kind.opens:
            raise ValueError(f"session {name}: 1 to {_MAX_WINDOWS} windows, the first from the open")
    return table


def session_kinds() -> dict[str, SessionKind]:
    """All known sessions by name."""
    return dict(_table().sessions)


def session_kind(name: str) -> SessionKind:
    """Regular hours of the session called `name`.

    Raises
    ------
    UsageError
        If there is none.
    """
    kinds = _table().sessions
    if name not in kinds:
        raise UsageError(f"unknown session {name!r}: known are {', '.join(sorted(kinds))}")
    return kinds[name]


@cache
def known() -> dict[str, Instrument]:
    """All instruments of the table by root, in its order."""
    result = {}
    for root, row in _table().instruments.items():
        kind = session_kind(row.session)
        result[root] = Instrument(
            root=root, timezone=kind.timezone, windows=kind.windows, **msgspec.structs.asdict(row)
        )
    return result


def root_of(symbol: str) -> str | None:
    """Root of the instrument a symbol names, if it is in the table.

    Knows outright futures (``MNQH6``), continuous and venue suffixes (``MNQ.c.0``, ``EURUSD.FXCM``) and pairs
    with a slash (``EUR/USD``). A calendar spread (``MNQH6-MNQM6``) names none.
    """
    text = symbol.strip().upper().replace("/", "")
    head = text.split(".", 1)[0]
    roots = _table().instruments
    if head in roots:
        return head
    match = _OUTRIGHT.fullmatch(head)
    return match[1] if match and match[1] in roots else None


def _root_of_file(file_name: str) -> str | None:
    tokens = re.split(r"[^A-Za-z0-9]+", Path(file_name).name)
    roots = {root for token in tokens if token and (root := root_of(token))}
    return roots.pop() if len(roots) == 1 else None


def outright_root(symbol: str) -> str | None:
    """Root of a single contract month of some future; ``None`` for a spread or anything else."""
    match = _OUTRIGHT.fullmatch(symbol.strip().upper())
    return match[1] if match else None


def is_outright(symbol: str) -> bool:
    """Whether a symbol is a single contract month of some future, not a spread."""
    return outright_root(symbol) is not None


def _override(base: Instrument, config: Config) -> Instrument:
    """Apply ``tick_size``, ``tick_value``, ``session`` and ``extended_hours`` of the configuration."""
    if config.tick_size is not None and config.tick_size != base.tick_size:
        # The value of a point and the distances in price stay what they were.
        ratio = base.tick_size / config.tick_size
        base = msgspec.structs.replace(
            base,
            tick_size=config.tick_size,
            tick_value=base.tick_value / ratio,
            slippage_ticks=math.ceil(base.slippage_ticks * ratio - 1e-9),
        )
    if config.tick_value is not None:
        base = msgspec.structs.replace(base, tick_value=config.tick_value)
    session = config.session or base.session
    if config.extended_hours and not session.endswith("_extended"):
        if f"{session}_extended" not in _table().sessions:
            raise UsageError(f"--extended-hours is for US equities; session {session} has no extended hours")
        session = f"{session}_extended"
    kind = session_kind(session)
    return msgspec.structs.replace(base, session=session, timezone=kind.timezone, windows=kind.windows)


def resolve(config: Config, symbols: Sequence[str], file_name: str) -> Instrument:
    """Which instrument a file holds.

    Parameters
    ----------
    config
        ``instrument`` decides if set; ``tick_size``, ``tick_value``, ``session`` and ``extended_hours``
        override.
    symbols
        Symbols in the file; may be empty.
    file_name
        Looked at only if there are no symbols.

    Raises
    ------
    UsageError
        If the instrument is not known and not described by ``tick_size``, ``tick_value`` and ``session``.
    """
    if config.instrument is not None:
        root = root_of(config.instrument)
        label = config.instrument
    elif symbols:
        roots = {root_of(symbol) for symbol in symbols}
        root = roots.pop() if len(roots) == 1 else None
        label = ", ".join(symbols[:5])
    else:
        root = _root_of_file(file_name)
        label = Path(file_name).name
    if root is not None:
        return _override(known()[root], config)
    if config.tick_size is not None and config.tick_value is not None and config.session is not None:
        kind = session_kind(config.session)
        custom = Instrument(
            root=(config.instrument or (symbols[0] if symbols else Path(file_name).stem)).upper(),
            name="described on the command line",
            tick_size=config.tick_size,
            tick_value=config.tick_value,
            session=config.session,
            timezone=kind.timezone,
            windows=kind.windows,
            known_costs=config.costs.commission is not None,
        )
        return _override(custom, config)
    raise UsageError(
        f"unknown instrument ({label}): pass --instrument with one of {', '.join(known())}; or describe it "
        f"with --tick-size, --tick-value and --session (one of {', '.join(_table().sessions)})"
    )
