"""Market data of one instrument as trade dates of integer ticks.

``load`` goes once through the files and remembers where each trade date is; the bars of a date are read when it is
asked for. What was left out is in the report, never silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from bayescore.config import Config
from bayescore.data.checks import Bars
from bayescore.data.days import HOLD, DateEntry, TradingDays, digest
from bayescore.data.first_pass import FirstPass
from bayescore.data.instruments import Instrument
from bayescore.data.report import LoadReport
from bayescore.errors import DataError, UsageError

_DIGESTS_AHEAD = 4
_READ = (
    "instrument",
    "symbol",
    "tick_size",
    "tick_value",
    "session",
    "extended_hours",
    "on_bad_rows",
    "min_session_coverage",
    "max_days",
)
"""Fields of the configuration that decide what is loaded, besides `state.min_bars`."""


@dataclass(frozen=True, slots=True, eq=False)
class MarketData:
    """One contract's trade dates, ready to train on."""

    instrument: Instrument
    symbol: str
    days: TradingDays
    report: LoadReport
    digests: list[bytes]
    """SHA-256 of each trade date's bars: the same bars in another file or format have the same."""
    config: Config
    """What they were loaded with."""

    def check(self, config: Config) -> None:
        """Refuse a configuration that would have loaded other data.

        Raises
        ------
        UsageError
            Naming the fields that differ.
        """
        unlike = [name for name in _READ if getattr(self.config, name) != getattr(config, name)]
        if self.config.state.min_bars != config.state.min_bars:
            unlike.append("state.min_bars")
        if unlike:
            raise UsageError(
                f"the data were loaded with another {', '.join(unlike)}; load them with the same settings"
            )

    @property
    def dates(self) -> list[str]:
        """ISO trade dates, in order; nothing is read."""
        return self.days.dates


def load(data: Sequence[object], config: Config) -> MarketData:
    """Find and check one contract's one-second bars.

    Parameters
    ----------
    data
        Paths of Parquet, Arrow, CSV or DBN files, of directories, or glob patterns; Polars or pandas frames; together
        one series.
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
    reading = FirstPass(data, config)
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
        instrument=reading.instrument,
        symbol=reading.symbol,
        days=days,
        report=reading.report(),
        digests=done,
        config=config,
    )
