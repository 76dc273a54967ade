"""Which rows of the files belong to the traded contract, and which contract is traded on which date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from bayescore.config import Config
from bayescore.data.checks import NS, Bars, Ids, clock
from bayescore.data.instruments import is_outright, outright_root
from bayescore.data.sessions import Session
from bayescore.data.source import Rows, Source
from bayescore.errors import DataError

PARENT = ".FUT"
"""What Databento writes after a root to mean all its contracts."""
_FIRST_HOUR = 3600 * NS
_DAY_NS = 86_400 * NS


class SeveralSymbols(DataError):  # noqa: N818 - a question more than an error
    """The files hold several symbols and none was chosen; `symbols` has the rows of each."""

    def __init__(self, symbols: dict[str, int]) -> None:
        super().__init__(f"the data holds several symbols: {_listing(symbols)}; choose one with --symbol")
        self.symbols = symbols


class UnexpectedSymbol(Exception):  # noqa: N818 - never leaves this room
    """Rows of another symbol than the first row's: all have to be counted before one is chosen."""


def _listing(symbols: dict[str, int]) -> str:
    ranked = sorted(symbols.items(), key=lambda item: (-item[1], item[0]))
    text = ", ".join(f"{name} ({count:,} rows)" for name, count in ranked[:8])
    return text + (f" and {len(ranked) - 8} more" if len(ranked) > 8 else "")


@dataclass(frozen=True, slots=True)
class Choice:
    """The contract or contracts that are used."""

    label: str | None
    """A symbol, a parent symbol (``MNQ.FUT``), or an instrument id where the files have no symbols; ``None`` if they
    name neither."""
    symbols: dict[str, int] | None
    """Rows of every symbol; ``None`` while only one has been seen."""
    outrights: tuple[str, ...] = ()
    """A parent's contracts; `Bars.ids` are positions in here."""

    def pick(self, frame: pl.DataFrame, source: Rows) -> pl.DataFrame:
        """The rows that are used of a piece, with their positions in it as ``row`` if they are not all.

        Raises
        ------
        UnexpectedSymbol
            If another contract appears that nobody has counted.
        """
        name = source.naming
        if name is None:
            return frame
        labels = frame[name]
        if self.outrights:
            places = range(len(self.outrights))
            place = (
                pl.col(name)
                .cast(pl.String)
                .replace_strict(self.outrights, places, default=None, return_dtype=pl.UInt32)
            )
            known = frame.with_row_index("row").with_columns(place.alias("instrument_id"))
            return known.filter(pl.col("instrument_id").is_not_null())
        only = labels[0] if labels.null_count() == 0 and (labels == labels[0]).all() else None
        if self.symbols is None:
            expected = self.label if name == "symbol" else source.first_label
            if only is None or str(only) != expected:
                raise UnexpectedSymbol
            return frame
        if only is not None and (str(only) == self.label or str(only) not in self.symbols):
            return frame
        return frame.with_row_index("row").filter(pl.col(name).cast(pl.String) == self.label)

    @property
    def unused(self) -> dict[str, int]:
        """Rows of the symbols that are not used at all: spreads, and others than the one asked for."""
        used = self.outrights or (self.label,)
        return {name: rows for name, rows in (self.symbols or {}).items() if name not in used}


def first_choice(sources: Sequence[Source], config: Config) -> Choice:
    """The contract of the first row, or the one asked for: right if there is no other."""
    source = sources[0]
    return Choice(config.symbol or (source.first_label if source.naming == "symbol" else None), None)


def counted_choice(sources: Sequence[Source], config: Config) -> Choice:
    """The contract or contracts to use after a look at all rows.

    Raises
    ------
    DataError
        If the one asked for is not there, or none was asked for and there is more than one instrument.
    """
    symbols: dict[str, int] = {}
    for source in sources:
        for name, count in source.symbols().items():
            symbols[name] = symbols.get(name, 0) + count
    asked = config.symbol
    if asked is not None and (asked in symbols or not symbols):
        return Choice(asked, symbols)
    if asked is None and len(symbols) <= 1:
        return Choice(next(iter(symbols), None), symbols)
    families: dict[str, list[str]] = {}
    for name in sorted(symbols):
        root = outright_root(name)
        if root is not None:
            families.setdefault(root, []).append(name)
    wanted = (asked or "").removesuffix(PARENT) if asked else config.instrument
    if wanted is None and len(families) == 1:
        wanted = next(iter(families))
    contracts = families.get((wanted or "").upper(), [])
    if asked is not None and not (asked.endswith(PARENT) and contracts):
        raise DataError(f"symbol {asked} is not in the data; there are {_listing(symbols)}")
    if not contracts:
        raise SeveralSymbols(symbols)
    if len(contracts) == 1:
        return Choice(contracts[0], symbols)
    return Choice(f"{wanted}{PARENT}".upper(), symbols, tuple(contracts))


class Front(NamedTuple):
    """The contract of a date."""

    symbol: str
    contract: int | None
    """Its value in `Bars.ids`; ``None`` if the date has no other."""
    from_ns: int
    """Bars before are not used."""
    instrument_id: int | None = None
    """What a continuous symbol means on the date, where the files say."""


class Contracts:
    """Decides date by date, in order, which contract is traded: from what is known before."""

    def __init__(self, choice: Choice, root: str) -> None:
        self._choice, self._symbol = choice, choice.label or root
        self._volumes: dict[int, int] = {}
        """Volume of each contract on the date before."""
        # A dated contract keeps its id; one that a vendor renumbers has not rolled.
        self._continuous = not is_outright(self._symbol)

    def front(self, bars: Bars, session: Session) -> Front:
        """The contract of a date.

        Raises
        ------
        DataError
            If a symbol changes its contract back and forth within the date.
        """
        if bars.ids is None:
            return Front(self._symbol, None, 0)
        present = _present(bars.ids)
        if not self._choice.outrights:
            if len(present) > 1:
                return self._mapped(bars, session)
            return Front(self._symbol, None, 0, present[0] if self._continuous else None)
        known, from_ns = self._volumes, 0
        if not any(contract in known for contract in present):
            early = bars.ts < session.open_ns + _FIRST_HOUR
            known = _volumes(bars, early) or _volumes(bars, bars.ts == bars.ts[0])
            if len(known) > 1:
                from_ns = session.open_ns + _FIRST_HOUR
        self._volumes = _volumes(bars, None)
        leader = max((c for c in present if c in known), key=lambda c: (known[c], -c))
        return Front(self._choice.outrights[leader], leader if len(present) > 1 else None, from_ns)

    def _mapped(self, bars: Bars, session: Session) -> Front:
        """A continuous symbol changes its contract at midnight UTC: the one it means on the trade date itself."""
        ids = bars.ids
        assert ids is not None
        changes = np.flatnonzero(ids[1:] != ids[:-1]) + 1
        if len(changes) >= len(np.unique(ids)):
            raise DataError(
                f"trade date {session.date}: {self._symbol} is instrument {ids[changes[0] - 1]}, then "
                f"{ids[changes[0]]} from {clock(int(bars.ts[changes[0]]))}, then {ids[changes[1]]} again from "
                f"{clock(int(bars.ts[changes[1]]))}; two contracts are mixed under one symbol"
            )
        midnight = int(np.datetime64(session.date, "ns").astype(np.int64))
        at = min(int(np.searchsorted(bars.ts, midnight, side="left")), len(ids) - 1)
        return Front(self._symbol, int(ids[at]), 0, int(ids[at]))


def _present(ids: Ids) -> list[int]:
    """The contracts that there are, ascending; nearly always one, which takes no sorting."""
    least = int(ids.min())
    return [least] if least == ids.max() else np.unique(ids).tolist()


def _volumes(bars: Bars, some: np.typing.NDArray[np.bool_] | None) -> dict[int, int]:
    assert bars.ids is not None
    ids, volume = (bars.ids, bars.volume) if some is None else (bars.ids[some], bars.volume[some])
    return {c: int(volume[ids == c].sum()) for c in np.unique(ids).tolist()}
