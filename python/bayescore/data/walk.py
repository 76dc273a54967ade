"""From files to trade dates, one after the other: what is held is one piece of a file and one date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl

from bayescore.data.checks import (
    NS,
    Bars,
    Ints,
    Problem,
    Strays,
    StraySearch,
    bars_of,
    clock,
    in_order,
    join,
    rising,
)
from bayescore.data.contracts import Choice
from bayescore.data.instruments import Instrument
from bayescore.data.layout import bar_seconds
from bayescore.data.sessions import Session, sessions_between
from bayescore.data.source import Rows
from bayescore.errors import DataError

_HOUR_NS = 3600 * NS
_HEAD = 4096
_ENOUGH = 10
"""Bars from which the spacing of their times is believed."""


class Span(NamedTuple):
    """Consecutive rows of a source."""

    source: int
    first: int
    stop: int


class Dated(NamedTuple):
    """The bars of one session, of whatever contracts."""

    session: Session
    bars: Bars
    spans: list[Span]
    """Where they came from."""
    last: bool
    """Nothing comes after: the session may not be over."""


class Disorder(Exception):  # noqa: N818 - never leaves this room
    """Times that go back or repeat: the source has to be looked at as a whole first."""

    def __init__(self, source: Rows) -> None:
        super().__init__(source.label)
        self.source = source


class Overlap(Exception):  # noqa: N818 - never leaves this room
    """A source that begins before one before it ends: they have to be merged first."""


class Sizing:
    """Bar size of a file, by its record types and by the times of its bars."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._declared: int | None = None
        self._bars, self._gcd, self._last = 0, 0, 0
        self._one_second = False
        self._on_minutes: int | None = None

    def declare(self, rtypes: pl.Series) -> None:
        """Take note of record types.

        Raises
        ------
        DataError
            If they are not bars, or bars of several sizes.
        """
        size = bar_seconds(self._label, rtypes)
        if size is not None and self._declared not in (None, size):
            raise DataError(
                f"{self._label}: bars of {self._declared} s and {size} s are mixed; keep one size per file"
            )
        self._declared = size or self._declared

    def add(self, ts: Ints) -> None:
        """Take note of times; those of a file ascend."""
        if not self._one_second:
            # The first bars are enough nearly always.
            self._one_second = _has_one_second(np.diff(ts[:_HEAD]))
        if not self._one_second:
            gaps = np.diff(ts, prepend=self._last) if self._bars else np.diff(ts)
            self._one_second = _has_one_second(gaps)
            self._gcd = int(np.gcd(self._gcd, np.gcd.reduce(gaps))) if len(gaps) else self._gcd
        if self._on_minutes is None:
            self._on_minutes = _hour_on_minutes(ts)
        self._bars, self._last = self._bars + len(ts), int(ts[-1])

    def seconds(self) -> int:
        """The size.

        Raises
        ------
        DataError
            If the record type and the times disagree, or sizes are mixed.
        """
        spaced = self._spaced()
        if self._declared not in (None, 1):
            return self._declared or 1
        if spaced == 1 and self._on_minutes is not None:
            raise DataError(
                f"{self._label}: bars of 60 s and of 1 s are mixed: those of the hour from "
                f"{clock(self._on_minutes)} all start on a whole minute; keep one size per file"
            )
        if spaced > 1 and self._declared == 1:
            raise DataError(
                f"{self._label}: its record type says one-second bars, but all {self._bars:,} lie whole multiples of "
                f"{spaced} s apart: bars of {spaced} s"
            )
        return spaced

    def _spaced(self) -> int:
        size = self._gcd // NS
        if self._one_second or self._bars < _ENOUGH or size < 1 or self._last // NS % size:
            return 1
        return size


def _has_one_second(gaps: Ints) -> bool:
    return bool(((gaps > 0) & (gaps <= NS)).any())


def _hour_on_minutes(ts: Ints) -> int | None:
    """First bar of an hour in which every bar starts on a whole minute."""
    hours = np.arange(ts[0] // _HOUR_NS, ts[-1] // _HOUR_NS + 2) * _HOUR_NS
    for first, stop in pairwise(np.searchsorted(ts, hours).tolist()):
        # Nearly every hour is decided by its first bars.
        heads = (slice(first, first + _ENOUGH), slice(first, stop))
        if stop - first >= _ENOUGH and all(not (ts[some] // NS % 60).any() for some in heads):
            return int(ts[first])
    return None


@dataclass(slots=True)
class Found:
    """What a walk has come across."""

    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    sizings: dict[int, Sizing] = field(default_factory=dict)
    """By source."""
    rows: int = 0
    """Rows that were read."""
    repeated: int = 0
    """Rows that were left out because another file, or the same, repeats them."""
    bars: int = 0
    """Usable bars."""
    inside: int = 0
    """Of them, bars that lie in a session."""
    first: int = 0
    """First usable bar's time and close, and the last one's time."""
    first_close: int = 0
    last: int = 0

    def note(self, problem: Problem) -> None:
        """Count a problem; the first row of its kind in a file is kept."""
        known = self.problems.setdefault((problem.file, problem.detail), problem)
        if known is not problem:
            total = known.count + problem.count
            self.problems[problem.file, problem.detail] = msgspec.structs.replace(known, count=total)

    def bar_seconds(self, sources: Sequence[Rows]) -> int:
        """The one size of all bars.

        Raises
        ------
        DataError
            If there are several.
        """
        sizes: dict[int, str] = {}
        for index, sizing in self.sizings.items():
            sizes.setdefault(sizing.seconds(), sources[index].label)
        if len(sizes) > 1:
            listing = ", ".join(f"{label} ({size} s)" for size, label in sorted(sizes.items()))
            raise DataError(f"bars of different sizes: {listing}; give files of one size")
        return next(iter(sizes), 1)


class Walk:
    """Goes through sources in order of time.

    Parameters
    ----------
    sources
        In order of their first times.
    choice, instrument
        What to look for.
    strays
        By source, the rows that break the order of time, where they have been looked for.
    """

    def __init__(
        self, sources: Sequence[Rows], choice: Choice, instrument: Instrument, strays: dict[Rows, Strays]
    ) -> None:
        self.sources, self._choice, self._instrument, self._strays = sources, choice, instrument, strays
        self.window_names = instrument.window_names
        self.found = Found()

    # -- one after the other --------------------------------------------------------------------------------

    def dates(self) -> Iterator[Dated]:
        """Sessions that have bars, in order.

        Raises
        ------
        Disorder, Overlap, UnexpectedSymbol
            If the walk has to begin again with more knowledge.
        DataError
            For files that cannot be read or hold no one size of bars.
        """
        session: Session | None = None
        parts: list[tuple[int, Bars]] = []
        for index, bars in self._bars():
            calendar = sessions_between(self._instrument, int(bars.ts[0]), int(bars.ts[-1]))
            opens = np.searchsorted(bars.ts, [s.open_ns for s in calendar], side="left")
            closes = np.searchsorted(bars.ts, [s.close_ns for s in calendar], side="left")
            for here, first, stop in zip(calendar, opens.tolist(), closes.tolist(), strict=True):
                if first == stop:
                    continue
                self.found.inside += stop - first
                if session is not None and session != here:
                    yield _dated(session, parts, last=False)
                    parts = []
                session = here
                parts.append((index, bars.take(slice(first, stop))))
        if session is not None:
            yield _dated(session, parts, last=True)

    def _bars(self) -> Iterator[tuple[int, Bars]]:
        """Usable bars of all sources piece by piece, in order of time."""
        found, end = self.found, 0
        for index, source in enumerate(self.sources):
            sizing, last = Sizing(source.label), 0
            found.repeated += source.repeated
            for first, frame in source.pieces():
                found.rows += frame.height
                if "rtype" in frame.columns:
                    sizing.declare(frame["rtype"])
                bars, bad = self.convert(index, first, frame)
                for problem in bad:
                    found.note(problem)
                if not len(bars.ts):
                    continue
                # Several contracts may have a bar of the same second.
                ordered = in_order(bars.ts) if self._choice.outrights else rising(bars.ts)
                if bars.ts[0] < last or not ordered or (bars.ts[0] == last and not self._choice.outrights):
                    raise Disorder(source)
                if bars.ts[0] <= end:
                    raise Overlap
                last = int(bars.ts[-1])
                found.sizings[index] = sizing
                sizing.add(bars.ts)
                if not found.bars:
                    found.first, found.first_close = int(bars.ts[0]), int(bars.close[0])
                found.bars, found.last = found.bars + len(bars.ts), last
                yield index, bars
            end = max(end, last)

    def convert(self, index: int, first: int, frame: pl.DataFrame) -> tuple[Bars, list[Problem]]:
        """Ticks of the contract's rows of a piece."""
        source = self.sources[index]
        return bars_of(
            self._choice.pick(frame, source),
            first,
            source.labels,
            source.price_scale,
            self._instrument,
            self._strays.get(source),
        )

    # -- once more ------------------------------------------------------------------------------------------

    def strays(self, source: Rows) -> Strays:
        """Rows of a source that break the order of time."""
        search, index = StraySearch(), self.sources.index(source)
        for first, frame in source.pieces():
            search.add(self.convert(index, first, frame)[0])
        return search.result()

    def read(self, session: Session, spans: Sequence[Span]) -> Bars:
        """The bars of a session that a walk has yielded before, read again."""
        parts = []
        for index, first, stop in spans:
            bars, _ = self.convert(index, first, self.sources[index].read(first, stop - first))
            inside = np.searchsorted(bars.ts, [session.open_ns, session.close_ns], side="left").tolist()
            parts.append(bars.take(slice(*inside)))
        return join(parts)


def _dated(session: Session, parts: list[tuple[int, Bars]], *, last: bool) -> Dated:
    spans = [Span(index, int(bars.rows[0]), int(bars.rows[-1]) + 1) for index, bars in parts]
    return Dated(session, join([bars for _, bars in parts]), spans, last)
