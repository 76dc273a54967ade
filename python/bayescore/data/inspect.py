"""What ``bayescore inspect`` says about data: everything `load` found out, and how often each state level occurs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from bayescore.config import Config
from bayescore.data.checks import NS, clock
from bayescore.data.contracts import SeveralSymbols
from bayescore.data.days import TradingDay, trading_day
from bayescore.data.first_pass import FirstPass
from bayescore.data.instruments import Instrument, is_outright
from bayescore.data.report import LoadReport

if TYPE_CHECKING:
    from bayescore import _core

LEAST_VOLATILITY = 4.0
"""Ticks of 60 s volatility below which the tick grid is too coarse for the states."""
_CHANGE_S = 60
_RARE = 0.002
_FEW_VALID = 0.5


class DayReport(msgspec.Struct, frozen=True, kw_only=True):
    """One trade date."""

    date: str
    used: bool
    bars: int
    coverage: float
    """Share of the session from its first to its last bar."""
    first: str
    last: str
    low: float
    high: float
    range_ticks: int
    volume: int
    seconds_with_bar: float
    """Share of the session's seconds that have a bar."""
    largest_gap_s: int
    """Longest time without a bar inside the day."""
    volatility_ticks: float | None
    """Root mean square of the 60 s changes; ``None`` if there are none."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How often one level of a state field, or one context, occurs."""

    label: str
    share: float


class InspectReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of the data without training on it."""

    load: LoadReport
    instrument: Instrument
    symbol: str
    days: list[DayReport]
    costs: str | None
    """What a trade would cost under the configuration, in words; ``None`` where nobody has said it."""
    refusal: str | None
    """Why `load` would not take the data; ``None`` if it would."""
    volatility_ticks: float | None
    """Root mean square of the 60 s changes over the used dates."""
    valid_share: float | None
    """Share of the bars that have a state; ``None`` if states were not computed."""
    levels: dict[str, list[Share]]
    """By state field: share of each level among the bars that have a state."""
    contexts: list[Share]
    """Share of each context among the bars that have a state."""
    warnings: list[str]


def _changes(day: TradingDay) -> NDArray[np.float64]:
    """Close less the close of the last bar at least 60 s before, in ticks, where there is one."""
    back = np.searchsorted(day.ts_ns, day.ts_ns - _CHANGE_S * NS, side="right") - 1
    some = back >= 0
    close = day.close.astype(np.float64)
    return close[some] - close[back[some]]


def _rms(values: NDArray[np.float64]) -> float | None:
    return float(np.sqrt(np.mean(values * values))) if len(values) else None


def _day_report(day: TradingDay, used: bool) -> DayReport:
    """What a date holds, as far as it can be said before the bar size is known."""
    seconds = (day.session.close_ns - day.session.open_ns) // NS
    low, high = int(day.low.min()), int(day.high.max())
    gap = int(np.diff(day.ts_ns).max()) // NS if day.bars > 1 else 0
    return DayReport(
        date=day.date,
        used=used,
        bars=day.bars,
        coverage=day.coverage,
        first=clock(int(day.ts_ns[0])),
        last=clock(int(day.ts_ns[-1])),
        low=low * day.tick_size,
        high=high * day.tick_size,
        range_ticks=high - low,
        volume=int(day.volume.sum()),
        seconds_with_bar=day.bars / seconds,
        largest_gap_s=max(0, gap - 1),
        volatility_ticks=_rms(_changes(day)),
    )


class States(Protocol):
    """What makes the states of a day, as training has it."""

    @property
    def space(self) -> _core.StateSpace:
        """What the codes mean."""

    def run(self, day: _core.DayBars, windows: NDArray[np.uint8] | None = None) -> _core.DayStates:
        """Code and context bits of every bar of a day."""


StatesOf = Callable[[Config, tuple[str, ...]], States]
"""Makes them for a configuration and the names of an instrument's session windows."""


class _Census:
    """Counts states and contexts date by date."""

    def __init__(self, states: States) -> None:
        self._engine = states
        self._space = states.space
        self._codes = np.zeros(self._space.n_codes, dtype=np.int64)
        self._named = self._space.contexts[1:]
        self._contexts = np.zeros(len(self._named), dtype=np.int64)
        self._bars = self._changes = 0
        self._squares = 0.0

    def add(self, day: TradingDay) -> None:
        changes = _changes(day)
        self._changes += len(changes)
        self._squares += float(changes @ changes)
        states = self._engine.run(day.to_core(), day.windows)
        valid = states.codes < self._space.n_codes
        self._codes += np.bincount(states.codes[valid], minlength=self._space.n_codes)
        bits = states.contexts[valid]
        self._contexts += [int(np.count_nonzero(bits & (1 << bit))) for bit, _ in self._named]
        self._bars += day.bars

    @property
    def volatility(self) -> float | None:
        return math.sqrt(self._squares / self._changes) if self._changes else None

    def shares(self) -> tuple[float, dict[str, list[Share]], list[Share]]:
        """Shares of the bars with a state, of each level and of each context."""
        total = int(self._codes.sum())
        if not total:
            return 0.0, {}, []
        cube = self._codes.reshape([len(levels) for _, levels, _ in self._space.fields])
        fields = {}
        for axis, (field, levels, _) in enumerate(self._space.fields):
            along = cube.sum(axis=tuple(a for a in range(cube.ndim) if a != axis))
            fields[field] = [Share(label=n, share=int(c) / total) for n, c in zip(levels, along, strict=True)]
        contexts = [
            Share(label=n, share=int(c) / total)
            for (_, n), c in zip(self._named, self._contexts, strict=True)
        ]
        return total / self._bars, fields, contexts


def _largest(symbols: dict[str, int]) -> str:
    """The symbol with most rows, outright futures before others."""
    return max(symbols, key=lambda name: (is_outright(name), symbols[name], name))


def inspect_data(paths: Sequence[str], config: Config, states_of: StatesOf) -> InspectReport:
    """Look at data as `load` does, but go on where it would refuse.

    Parameters
    ----------
    paths
        Parquet files, directories or glob patterns; together one series.
    config
        As for `load`. Where rows cannot be used they are left out here and the refusal is reported.
    states_of
        Makes the states whose levels are counted.

    Raises
    ------
    DataError, UsageError
        If the data cannot be read at all, the instrument is not known, or a file of own states cannot be used.
    """
    lenient = msgspec.structs.replace(config, on_bad_rows="drop")
    refusals = []
    try:
        reading, days, census = _look(paths, lenient, states_of)
    except SeveralSymbols as question:
        refusals.append(str(question))
        lenient = msgspec.structs.replace(lenient, symbol=_largest(question.symbols))
        reading, days, census = _look(paths, lenient, states_of)
    report = reading.report()
    if report.problems and config.on_bad_rows == "refuse":
        refusals.append(f"{report.dropped:,} rows cannot be used; --on-bad-rows drop leaves them out")
    refusal = reading.refusal()
    if refusal is not None:
        refusals.append(refusal)
    if report.bar_seconds != 1:
        days = [
            msgspec.structs.replace(
                d,
                seconds_with_bar=d.seconds_with_bar * report.bar_seconds,
                largest_gap_s=max(0, d.largest_gap_s + 1 - report.bar_seconds),
            )
            for d in days
        ]
    states = reading.used > 0 and report.bar_seconds == 1
    valid, levels, contexts = census.shares() if states else (None, {}, [])
    return InspectReport(
        load=report,
        instrument=reading.instrument,
        symbol=reading.symbol,
        days=days,
        costs=_costs(reading.instrument, config),
        refusal="; ".join(refusals) or None,
        volatility_ticks=census.volatility,
        valid_share=valid,
        levels=levels,
        contexts=contexts,
        warnings=_warnings(census.volatility, report.bar_seconds, valid, levels, reading.used),
    )


def _look(
    paths: Sequence[str], config: Config, states_of: StatesOf
) -> tuple[FirstPass, list[DayReport], _Census]:
    """Go through all dates, holding one at a time."""
    reading = FirstPass(paths, config)
    days: list[DayReport] = []
    census = _Census(states_of(config, reading.instrument.window_names))
    for seen in reading.dates():
        if seen is None:
            days, census = [], _Census(states_of(config, reading.instrument.window_names))
            continue
        day = trading_day(
            seen.bars,
            seen.entry.session,
            seen.entry.front.symbol,
            reading.instrument.tick_size,
            reading.instrument.window_names,
        )
        days.append(_day_report(day, seen.reason is None))
        if seen.reason is None:
            census.add(day)
    return reading, days, census


def _warnings(
    volatility: float | None, bar_seconds: int, valid: float | None, levels: dict[str, list[Share]], days: int
) -> list[str]:
    found = []
    if valid is not None and valid < _FEW_VALID:
        found.append(f"only {valid:.1%} of the bars have a state: too few seconds have a trade")
    if volatility is not None and bar_seconds == 1 and volatility < LEAST_VOLATILITY:
        found.append(
            f"60 s volatility is {volatility:.1f} ticks, below {LEAST_VOLATILITY:g}: the tick is too coarse for these "
            "states; expect costs to outweigh any edge"
        )
    rare = [f"{field} {s.label}" for field, shares in levels.items() for s in shares if s.share < _RARE]
    if rare:
        found.append(f"levels on less than {_RARE:.1%} of the bars: {', '.join(rare)}")
    if days == 1:
        found.append("one trade date only: nothing can be traded out of sample")
    return found


def to_json(report: InspectReport) -> bytes:
    """A report as indented JSON, its sentences included."""
    content = {**msgspec.to_builtins(report), "notes": msgspec.to_builtins(report.load.notes)}
    return msgspec.json.format(msgspec.json.encode(content))


def _costs(instrument: Instrument, config: Config) -> str | None:
    """What the configuration makes a trade cost, in words."""
    c = config.costs
    if c.commission is None and not instrument.known_costs:
        return None
    commission = instrument.commission if c.commission is None else c.commission
    base = instrument.slippage_ticks if c.slippage_ticks is None else c.slippage_ticks
    ticks = f"{base} tick{'s' if base != 1 else ''}"
    text = f"costs: commission {commission:g} {instrument.currency} a side, slippage {ticks} a market order"
    if c.slippage_factor:
        text += f" plus {c.slippage_factor:g} of the range of the {c.slippage_window} s before"
    return text
