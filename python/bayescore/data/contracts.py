"""Which rows of the files belong to the traded contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from bayescore.config import Config
from bayescore.data.instruments import is_outright
from bayescore.data.source import Source
from bayescore.errors import DataError


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
    """The contract that is used."""

    label: str | None
    """Its symbol, or its instrument id where the files have no symbols; ``None`` if they name neither."""
    symbols: dict[str, int] | None
    """Rows of every symbol; ``None`` while only one has been seen."""

    def pick(self, frame: pl.DataFrame, source: Source) -> pl.DataFrame:
        """The contract's rows of a piece, with their positions in it as ``row`` if they are not all.

        Raises
        ------
        UnexpectedSymbol
            If another contract appears that nobody has counted.
        """
        name = source.naming
        if name is None:
            return frame
        labels = frame[name]
        only = labels[0] if labels.null_count() == 0 and (labels == labels[0]).all() else None
        if self.symbols is None:
            expected = self.label if name == "symbol" else source.first_label
            if only is None or str(only) != expected:
                raise UnexpectedSymbol
            return frame
        if only is not None and (str(only) == self.label or str(only) not in self.symbols):
            return frame
        return frame.with_row_index("row").filter(pl.col(name).cast(pl.String) == self.label)


def first_choice(sources: Sequence[Source], config: Config) -> Choice:
    """The contract of the first row, or the one asked for: right if there is no other."""
    source = sources[0]
    return Choice(config.symbol or (source.first_label if source.naming == "symbol" else None), None)


def counted_choice(sources: Sequence[Source], config: Config) -> Choice:
    """The contract to use after a look at all rows.

    Raises
    ------
    DataError
        If the one asked for is not there, or none was asked for and there is more than one.
    """
    symbols: dict[str, int] = {}
    for source in sources:
        for name, count in source.symbols().items():
            symbols[name] = symbols.get(name, 0) + count
    if config.symbol is not None:
        if symbols and config.symbol not in symbols:
            raise DataError(f"symbol {config.symbol} is not in the data; there are {_listing(symbols)}")
        return Choice(config.symbol, symbols)
    if len(symbols) <= 1:
        return Choice(next(iter(symbols), None), symbols)
    outrights = [name for name in symbols if is_outright(name)]
    if len(outrights) == 1:
        return Choice(outrights[0], symbols)
    raise SeveralSymbols(symbols)
