"""Market data of one contract as trade dates of integer ticks.

``load`` goes once through the files: it checks every row, picks the contract, cuts the bars into sessions, leaves
out trade dates that are too short, and remembers where each date is. What was left out is in the report, never
silent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
import numpy as np

from bayescore.config import Config
from bayescore.data.checks import Bars, Problem, Strays, clock, describe
from bayescore.data.contracts import Choice, UnexpectedSymbol, counted_choice, first_choice
from bayescore.data.days import HOLD, DateEntry, TradingDays, coverage, digest
from bayescore.data.instruments import Instrument, resolve
from bayescore.data.paths import expand
from bayescore.data.sessions import Session, table_range
from bayescore.data.source import open_parquet
from bayescore.data.walk import Dated, Disorder, Walk
from bayescore.errors import DataError, UsageError

_MAX_DAY_RANGE = 1 << 20
_DIGESTS_AHEAD = 4


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A trade date that is not used."""

    date: str
    bars: int
    coverage: float
    """Share of the session from its first to its last bar."""
    reason: str


class LoadReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was read and what was not used."""

    files: list[tuple[str, int]]
    """Path and rows."""
    rows: int
    """Rows that were read."""
    bars: int
    """Bars in the trade dates that are used."""
    symbols: dict[str, int]
    """Rows of every symbol in the files; empty if they name none."""
    bar_seconds: int
    problems: list[Problem]
    """Rows that cannot be used, by file and reason."""
    outside_session: int
    """Good bars that no session contains."""
    other_contract: int
    """Bars of another contract (instrument id) on a date that mixes two."""
    left_out: list[LeftOut]
    notes: list[str]

    @property
    def dropped(self) -> int:
        """Rows that cannot be used."""
        return sum(p.count for p in self.problems)


@dataclass(frozen=True, slots=True, eq=False)
class MarketData:
    """One contract's trade dates, ready to train on."""

    instrument: Instrument
    symbol: str
    days: TradingDays
    report: LoadReport
    digests: list[bytes]
    """Hash of each trade date's bars."""

    @property
    def dates(self) -> list[str]:
        """ISO trade dates, in order; nothing is read."""
        return self.days.dates

    @property
    def fingerprint(self) -> str:
        """Hash of all bars: the same bars in another file or format have the same."""
        return self.fingerprint_of(len(self.digests))

    def fingerprint_of(self, dates: int) -> str:
        """Hash of the bars of the first trade dates: data that only adds later dates keep it."""
        return hashlib.sha256(b"".join(self.digests[:dates])).hexdigest()


class Seen(NamedTuple):
    """A trade date of the first pass, used or not."""

    entry: DateEntry
    bars: Bars
    reason: str | None
    """Why it is left out."""


class Pass:
    """One pass through files: `dates` yields each trade date; afterwards `report` says what was found.

    Parameters
    ----------
    paths, config
        As for `load`.
    """

    def __init__(self, paths: Sequence[str], config: Config) -> None:
        self.config = config
        self.sources = [open_parquet(path) for path in expand(paths)]
        self.files = [(source.label, source.rows) for source in self.sources]
        self.sources.sort(key=lambda source: source.first_ts)
        self._strays: dict[int, Strays] = {}
        try:
            self._begin(first_choice(self.sources, config))
        except UsageError:
            # The first row may be of a spread or of something else that is not meant.
            self._begin(counted_choice(self.sources, config))

    def _begin(self, choice: Choice) -> None:
        """Begin, perhaps again with more knowledge."""
        self.choice = choice
        named = [choice.label] if choice.label is not None and choice.symbols != {} else []
        instrument = resolve(self.config, named, self.files[0][0])
        self.walk = Walk(self.sources, choice, instrument, self._strays)
        self.instrument = instrument
        self.symbol = choice.label or instrument.root
        self.other_contract = self.used = self.bars = 0
        self.left_out: list[LeftOut] = []
        self.calendar: list[str] = []
        self.complete = True

    def dates(self) -> Iterator[Seen | None]:
        """Trade dates with bars, in order; ``None`` where all before are void because it begins again.

        Raises
        ------
        DataError
            For what cannot be used.
        """
        while True:
            try:
                yield from self._dates()
            except UnexpectedSymbol:
                self._begin(counted_choice(self.sources, self.config))
            except Disorder as disorder:
                self._strays[disorder.source] = self.walk.strays(disorder.source)
                self._begin(self.choice)
            else:
                return
            yield None

    def _dates(self) -> Iterator[Seen]:
        for dated in self.walk.dates():
            if not self.calendar:
                price = self.walk.found.first_close * self.instrument.tick_size
                self.instrument = self.instrument.at_price(price)
            self.calendar.append(dated.session.date)
            seen = self._judge(dated)
            if seen.reason is None:
                self.used += 1
                self.bars += seen.entry.bars
            else:
                share = coverage(seen.bars.ts, dated.session)
                self.left_out.append(
                    LeftOut(date=dated.session.date, bars=seen.entry.bars, coverage=share, reason=seen.reason)
                )
            yield seen
            if self.used == self.config.max_days:
                self.complete = False
                break
        problems = list(self.walk.found.problems.values())
        if problems and self.config.on_bad_rows == "refuse":
            raise DataError(describe(problems))
        if not self.walk.found.bars:
            raise DataError(f"no usable row: {'; '.join(map(str, problems))}")
        self.bar_seconds = self.walk.found.bar_seconds(self.sources)

    def _judge(self, dated: Dated) -> Seen:
        session, config = dated.session, self.config
        bars, contract = _one_contract(dated.bars)
        self.other_contract += len(dated.bars.ts) - len(bars.ts)
        share = coverage(bars.ts, session)
        reason = None
        if share < config.min_session_coverage:
            reason = f"covers {share:.0%} of the session, less than {config.min_session_coverage:.0%}"
        elif len(bars.ts) < config.state.min_bars:
            reason = f"has only {len(bars.ts)} bars"
        else:
            _refuse_wild_prices(bars, session, self.instrument)
        entry = DateEntry(session, self.symbol, contract, len(bars.ts), dated.spans, b"")
        return Seen(entry, bars, reason)

    def report(self) -> LoadReport:
        """What was found."""
        found, symbols = self.walk.found, self.choice.symbols
        if symbols is None:
            symbols = {} if self.choice.label is None else {self.choice.label: sum(found.rows.values())}
        notes = []
        if self.choice.label is not None and len(symbols) > 1:
            others = sum(symbols.values()) - symbols.get(self.choice.label, 0)
            notes.append(f"{others:,} rows of other symbols are not used")
        if not self.instrument.known_costs:
            notes.append(
                "no commission is known for this instrument: 0 is assumed; see --set costs.commission=…"
            )
        known_from, known_to = table_range()
        if self.calendar and (self.calendar[0] < known_from or self.calendar[-1] > known_to):
            notes.append(f"holidays are known from {known_from} to {known_to} only")
        if not self.complete:
            notes.append(f"read no further than the first {self.config.max_days} trade dates")
        return LoadReport(
            files=self.files,
            rows=sum(found.rows.values()),
            bars=self.bars,
            symbols=symbols,
            bar_seconds=self.bar_seconds,
            problems=list(found.problems.values()),
            outside_session=found.bars - found.inside,
            other_contract=self.other_contract,
            left_out=self.left_out,
            notes=notes,
        )

    def refusal(self) -> str | None:
        """Why the data cannot be trained on, if it cannot."""
        if self.bar_seconds != 1:
            return f"the bars are of {self.bar_seconds} s; bayescore needs one-second bars (schema ohlcv-1s)"
        if self.used:
            return None
        found = self.walk.found
        shown = "; ".join(f"{d.date} {d.reason}" for d in self.left_out[:3])
        return (
            f"no complete trade date of session {self.instrument.session} in {found.bars:,} bars from "
            f"{clock(found.first)} to {clock(found.last)}"
            + (
                f" ({shown}); --set min_session_coverage=0.05 lets shorter ones in"
                if shown
                else "; see --session"
            )
        )


def _one_contract(bars: Bars) -> tuple[Bars, int | None]:
    """Bars of the contract with most rows, where a continuous symbol changes it within a trade date."""
    if bars.ids is None or bars.ids.min() == bars.ids.max():
        return bars, None
    ids, counts = np.unique(bars.ids, return_counts=True)
    main = int(ids[np.argmax(counts)])
    return bars.take(bars.ids == main), main


def _refuse_wild_prices(day: Bars, session: Session, instrument: Instrument) -> None:
    base = int(day.close[0])
    up = int(day.high.max()) - base > _MAX_DAY_RANGE
    if up or base - int(day.low.min()) > _MAX_DAY_RANGE:
        at = int(day.high.argmax() if up else day.low.argmin())
        price = float(day.high[at] if up else day.low[at]) * instrument.tick_size
        raise DataError(
            f"trade date {session.date}, {clock(int(day.ts[at]))}: price {price:g} is more than "
            f"{_MAX_DAY_RANGE:,} ticks of {instrument.tick_size:g} from the day's first; is the tick size "
            "right (--tick-size), or the price?"
        )


def load(paths: Sequence[str], config: Config) -> MarketData:
    """Find and check one contract's one-second bars.

    Parameters
    ----------
    paths
        Parquet files, directories or glob patterns; together one series.
    config
        ``instrument``, ``symbol``, ``tick_size``, ``tick_value``, ``session``, ``extended_hours``,
        ``on_bad_rows``, ``min_session_coverage``, ``max_days`` and ``state.min_bars`` are used.

    Returns
    -------
    MarketData
        At least one trade date. The bars of a date are read when it is asked for.

    Raises
    ------
    DataError
        If there is no such file, it cannot be read, rows cannot be used (and are not to be dropped), the
        choice of a symbol is open, the bars are not of one second or no trade date is long enough.
    UsageError
        If the instrument is not known or an option does not fit it.
    """
    reading = Pass(paths, config)
    entries: list[DateEntry] = []
    digests: list[Future[bytes]] = []
    held: dict[int, Bars] = {}
    room = HOLD
    with ThreadPoolExecutor(1, "bayescore-digest") as pool:
        for seen in reading.dates():
            if seen is None:
                entries, digests, held, room = [], [], {}, HOLD
            elif seen.reason is None:
                room -= seen.bars.nbytes
                if room >= 0:
                    held[len(entries)] = seen.bars
                entries.append(seen.entry)
                if len(digests) > _DIGESTS_AHEAD:
                    digests[-_DIGESTS_AHEAD].result()
                digests.append(
                    pool.submit(digest, seen.bars, seen.entry.session, reading.instrument.tick_size)
                )
        refusal = reading.refusal()
        if refusal is not None:
            raise DataError(f"{reading.files[0][0]}: {refusal}")
        done = [future.result() for future in digests]
    entries = [replace(entry, digest=each) for entry, each in zip(entries, done, strict=True)]
    days = TradingDays(entries, held, reading.walk, reading.instrument.tick_size)
    return MarketData(
        instrument=reading.instrument, symbol=reading.symbol, days=days, report=reading.report(), digests=done
    )
