"""The one pass through all rows: checks them, decides the contract of each date, and which dates are used."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bayescore.config import Config
from bayescore.data.checks import Bars, Strays, clock, describe, rising
from bayescore.data.contracts import Choice, Contracts, UnexpectedSymbol, counted_choice, first_choice
from bayescore.data.days import DateEntry, coverage
from bayescore.data.instruments import Instrument, resolve
from bayescore.data.paths import expand
from bayescore.data.readers import open_source
from bayescore.data.readers.table import is_table, open_table
from bayescore.data.report import CutShort, LeftOut, LoadReport, Roll
from bayescore.data.sessions import Session, table_range
from bayescore.data.source import Rows, Source
from bayescore.data.spill import Spill
from bayescore.data.walk import Dated, Disorder, Overlap, Walk
from bayescore.errors import DataError, UsageError

_MAX_DAY_RANGE = 1 << 20
_DAMAGED_SHARE, _DAMAGED_ROWS = 0.01, 100
"""Up to this share or number of rows out of order, they are damage; beyond both, the file is in another order."""


class Seen(NamedTuple):
    """A trade date of the pass, used or not."""

    entry: DateEntry
    bars: Bars
    reason: str | None
    """Why it is left out."""


class _Group:
    """Files that are read as one."""

    def __init__(self, files: list[Source]) -> None:
        self.files = files
        self.rows: list[Rows] = list(files)
        self.merged = False

    def span(self) -> tuple[int, int]:
        """Earliest and latest time."""
        spans = [file.span() for file in self.files]
        return min(first for first, _ in spans), max(last for _, last in spans)

    def merge(self, label: str | None) -> None:
        """Sort all rows of the files by time, on disk."""
        self.rows = Spill(self.files, label).days()
        self.merged = True


class FirstPass:
    """One pass through files: `dates` yields each trade date; afterwards `report` says what was found.

    Parameters
    ----------
    data, config
        As for `bayescore.data.load.load`.
    """

    def __init__(self, data: Sequence[object], config: Config) -> None:
        self.config = config
        tables = [open_table(given) for given in data if is_table(given)]
        names = [str(given) for given in data if not is_table(given)]
        self._files = tables + ([open_source(path) for path in expand(names)] if names or not tables else [])
        self.files = [(source.label, source.rows) for source in self._files]
        self._groups = [_Group([file]) for file in self._files]
        self._strays: dict[Rows, Strays] = {}
        try:
            self._begin(first_choice(self._files, config))
        except UsageError:
            # The first row may be of a spread or of something else that is not meant.
            self._begin(counted_choice(self._files, config))

    def _begin(self, choice: Choice) -> None:
        """Begin, perhaps again with more knowledge."""
        self.choice = choice
        named = (
            [choice.outrights[0]] if choice.outrights else [choice.label] if choice.label is not None else []
        )
        instrument = resolve(self.config, named if choice.symbols != {} else [], self.files[0][0])
        self._groups.sort(key=lambda group: group.rows[0].first_ts)
        rows = [rows for group in self._groups for rows in group.rows]
        self.walk = Walk(rows, choice, instrument, self._strays)
        self.instrument = instrument
        self.symbol = choice.label or instrument.root
        self._contracts = Contracts(choice, instrument.root)
        self._last: Seen | None = None
        self._other_contract = self._first_hour = self.used = self.bars = 0
        self._left_out: list[LeftOut] = []
        self._short: list[CutShort] = []
        self._rolls: list[Roll] = []
        self._calendar: list[str] = []
        self._complete = True

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
                self._begin(counted_choice(self._files, self.config))
            except Disorder as disorder:
                self._look_into(disorder.source)
                self._begin(self.choice)
            except Overlap:
                self._merge_overlapping()
                self._begin(self.choice)
            else:
                return
            yield None

    def _look_into(self, source: Rows) -> None:
        """Decide whether a file out of order is in another order or has rows that are wrong."""
        (group,) = [group for group in self._groups if source in group.rows]
        strays = self.walk.strays(source)
        if not group.merged and strays.disorder > max(_DAMAGED_ROWS, _DAMAGED_SHARE * source.rows):
            group.merge(self.choice.label)
        else:
            self._strays[source] = strays

    def _merge_overlapping(self) -> None:
        """Join groups of files that overlap in time and sort each by time."""
        joined: list[_Group] = []
        end = -1
        for (first, last), group in sorted(
            ((group.span(), group) for group in self._groups), key=lambda item: item[0]
        ):
            if joined and first <= end:
                joined[-1] = _Group(joined[-1].files + group.files)
            else:
                joined.append(group)
            end = max(end, last)
        if len(joined) == len(self._groups):
            raise DataError(
                f"{self.files[0][0]}: files that overlap in time cannot be told apart; give them one at a time"
            )
        for group in joined:
            if len(group.files) > 1:
                group.merge(self.choice.label)
        self._groups = joined

    def _dates(self) -> Iterator[Seen]:
        for dated in self.walk.dates():
            if not self._calendar:
                price = self.walk.found.first_close * self.instrument.tick_size
                self.instrument = self.instrument.at_price(price)
            self._calendar.append(dated.session.date)
            seen = self._judge(dated)
            self._account(seen)
            yield seen
            if self.used == self.config.max_days:
                self._complete = False
                break
        problems = list(self.walk.found.problems.values())
        if problems and self.config.on_bad_rows == "refuse":
            raise DataError(describe(problems))
        if not self.walk.found.bars:
            raise DataError(f"no usable row: {'; '.join(map(str, problems))}")
        self.bar_seconds = self.walk.found.bar_seconds(self.walk.sources)

    def _account(self, seen: Seen) -> None:
        session, share = seen.entry.session, coverage(seen.bars.ts, seen.entry.session)
        if seen.reason is not None:
            self._left_out.append(
                LeftOut(date=session.date, bars=len(seen.bars.ts), coverage=share, reason=seen.reason)
            )
            return
        self.used += 1
        self.bars += seen.entry.bars
        if share < self.config.min_session_coverage:
            self._short.append(CutShort(date=session.date, coverage=share))
        before, now = self._last, seen.entry
        if before is not None and _contract(before.entry) != _contract(now):
            self._rolls.append(Roll(date=session.date, before=_contract(before.entry), after=_contract(now)))
        self._last = seen

    def _judge(self, dated: Dated) -> Seen:
        session, whole = dated.session, dated.bars
        front = self._contracts.front(whole, session)
        bars = whole
        if front.contract is not None and whole.ids is not None:
            bars = whole.take(whole.ids == front.contract)
        self._other_contract += len(whole.ts) - len(bars.ts)
        if front.from_ns:
            late = bars.take(bars.ts >= front.from_ns)
            self._first_hour += len(bars.ts) - len(late.ts)
            bars = late
        if not rising(bars.ts):
            # Only a repeated second of one contract among several comes here.
            raise Disorder(next(s for s in self._sources_of(dated) if s not in self._strays))
        entry = DateEntry(session, front, len(bars.ts), dated.spans, b"")
        reason = self._reason(bars, session, last=dated.last)
        if reason is None:
            _refuse_wild_prices(bars, session, self.instrument)
        return Seen(entry, bars, reason)

    def _sources_of(self, dated: Dated) -> list[Rows]:
        return [self.walk.sources[span.source] for span in dated.spans]

    def _reason(self, bars: Bars, session: Session, *, last: bool) -> str | None:
        """Why a date is left out: only what is known when it begins, or that the data end before it does."""
        least, length = self.config.min_session_coverage, session.close_ns - session.open_ns
        if len(bars.ts):
            left = (session.close_ns - int(bars.ts[0])) / length
            if left < least:
                return f"begins when {left:.0%} of the session is left, less than {least:.0%}"
            share = coverage(bars.ts, session)
            if last and share < least:
                return f"the data cover {share:.0%} of its session and end, less than {least:.0%}"
        if len(bars.ts) < self.config.state.min_bars:
            return f"has only {len(bars.ts)} bars"
        return None

    def report(self) -> LoadReport:
        """What was found."""
        found, symbols = self.walk.found, self.choice.symbols
        if symbols is None:
            symbols = {} if self.choice.label is None else {self.choice.label: found.rows}
        assumed = []
        if not self.instrument.known_costs:
            assumed.append(
                "no commission is known for this instrument: 0 is assumed; see --set costs.commission=…"
            )
        known_from, known_to = table_range()
        if self._calendar and (self._calendar[0] < known_from or self._calendar[-1] > known_to):
            assumed.append(
                f"holidays are known from {known_from} to {known_to} only; beyond, every weekday is taken for a session"
            )
        return LoadReport(
            files=self.files,
            rows=found.rows + found.repeated,
            bars=self.bars,
            symbols=symbols,
            unused_symbols=self.choice.unused,
            bar_seconds=self.bar_seconds,
            problems=list(found.problems.values()),
            repeated=found.repeated,
            sorted_rows=sum(rows.rows for group in self._groups if group.merged for rows in group.rows),
            outside_session=found.bars - found.inside,
            other_contract=self._other_contract,
            first_hour=self._first_hour,
            rolls=self._rolls,
            left_out=self._left_out,
            cut_short=self._short,
            assumed=assumed,
            read_dates=None if self._complete else self.used,
        )

    def refusal(self) -> str | None:
        """Why the data cannot be trained on, if it cannot."""
        if self.bar_seconds != 1:
            return f"the bars are of {self.bar_seconds} s; bayescore needs one-second bars (schema ohlcv-1s)"
        if self.used:
            return None
        found = self.walk.found
        shown = "; ".join(f"{d.date} {d.reason}" for d in self._left_out[:3])
        # Down to a whole percent: a date is let in that has as much or more.
        enough = [
            math.floor(100 * d.coverage) / 100 for d in self._left_out if d.bars >= self.config.state.min_bars
        ]
        hint = f"; --min-session-coverage {max(enough):g} lets shorter ones in" if enough else ""
        return (
            f"no complete trade date of session {self.instrument.session} in {found.bars:,} bars from "
            f"{clock(found.first)} to {clock(found.last)}"
            + (f" ({shown}){hint}" if shown else "; see --session")
        )


def _contract(entry: DateEntry) -> str:
    """What a roll is a change of: the symbol, or the instrument id behind a continuous one."""
    front = entry.front
    return (
        front.symbol if front.instrument_id is None else f"{front.symbol} (instrument {front.instrument_id})"
    )


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
