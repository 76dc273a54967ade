"""From paths to the checked bars of one contract, files joined in order of time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bayescore.config import Config
from bayescore.data import columns
from bayescore.data.checks import NS, Bars, Problem, bars_of, clock, describe
from bayescore.data.instruments import Instrument, is_outright, resolve
from bayescore.data.paths import expand
from bayescore.errors import DataError


class SeveralSymbols(DataError):  # noqa: N818 - a question more than an error
    """The files hold several symbols and none was chosen; `symbols` has the rows of each."""

    def __init__(self, symbols: dict[str, int]) -> None:
        super().__init__(f"the data holds several symbols: {_listing(symbols)}; choose one with --symbol")
        self.symbols = symbols


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Checked bars before they are cut into days."""

    instrument: Instrument
    symbol: str
    bars: Bars
    files: list[tuple[str, int]]
    symbols: dict[str, int]
    bar_seconds: int
    problems: list[Problem]
    fingerprint: str
    notes: list[str]


def _hash(paths: Sequence[Path]) -> list[bytes]:
    digests = []
    for path in paths:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").digest())
    return digests


def _listing(symbols: dict[str, int]) -> str:
    ranked = sorted(symbols.items(), key=lambda item: (-item[1], item[0]))
    text = ", ".join(f"{name} ({count:,} rows)" for name, count in ranked[:8])
    return text + (f" and {len(ranked) - 8} more" if len(ranked) > 8 else "")


def _choose_symbol(symbols: dict[str, int], config: Config) -> str | None:
    """The one symbol to use; ``None`` where the files name none."""
    if config.symbol is not None:
        if symbols and config.symbol not in symbols:
            raise DataError(f"symbol {config.symbol} is not in the data; there are {_listing(symbols)}")
        return config.symbol
    if len(symbols) <= 1:
        return next(iter(symbols), None)
    outrights = [name for name in symbols if is_outright(name)]
    if len(outrights) == 1:
        return outrights[0]
    raise SeveralSymbols(symbols)


def _only(file: columns.FileColumns, symbol: str | None) -> columns.FileColumns | None:
    """The rows of one symbol, with their numbers in the file; ``None`` if there are none."""
    if symbol is None or not file.symbols or (len(file.symbols) == 1 and symbol in file.symbols):
        return file
    if symbol not in file.symbols:
        return None
    frame = file.frame.with_row_index("row").filter(pl.col("contract") == symbol)
    return columns.FileColumns(file.path, frame, file.price_scale, {symbol: frame.height}, file.bar_seconds)


def _spacing(ts: NDArray[np.int64]) -> int:
    """Bar size in seconds as the times tell it; 1 for fewer than two bars."""
    gaps = np.diff(ts)
    if not len(gaps) or gaps.min() <= NS:
        return 1
    size = int(np.gcd.reduce(gaps)) // NS
    return max(1, size if ts[0] // NS % size == 0 else 1)


def _refuse_mixed_spacing(ts: NDArray[np.int64], path: Path) -> None:
    """Hours in which every bar starts on a whole minute, among others: minute bars amid one-second bars."""
    seconds = ts // NS
    starts = np.flatnonzero(np.diff(seconds // 3600, prepend=-1))
    counts = np.diff(np.append(starts, len(ts)))
    on_minute = np.add.reduceat((seconds % 60 == 0).astype(np.int64), starts)
    mixed = np.flatnonzero((counts >= 10) & (on_minute == counts))
    if len(mixed):
        row = int(starts[mixed[0]])
        raise DataError(
            f"{path}: bars of 60 s and of 1 s are mixed: those of the hour from {clock(int(ts[row]))} all "
            "start on a whole minute; keep one size per file"
        )


def _join(parts: list[tuple[Path, Bars]], config: Config) -> tuple[Bars, list[Problem]]:
    """Files in order of time as one; overlaps are refused or dropped."""
    parts = sorted((p for p in parts if len(p[1].ts)), key=lambda part: int(part[1].ts[0]))
    problems: list[Problem] = []
    kept = [parts[0][1]]
    last_path, last = parts[0][0], int(parts[0][1].ts[-1])
    for path, bars in parts[1:]:
        overlap = int(np.searchsorted(bars.ts, last, side="right"))
        if overlap:
            problem = Problem(
                kind="overlap",
                file=str(path),
                count=overlap,
                row=0,
                time=clock(int(bars.ts[0])),
                detail=f"begins before {last_path} ends ({clock(last)})",
            )
            if config.on_bad_rows == "refuse":
                raise DataError(describe([problem]))
            problems.append(problem)
        rest = bars.take(slice(overlap, None))
        if len(rest.ts):
            kept.append(rest)
            last_path, last = path, int(rest.ts[-1])
    if len(kept) == 1:
        return kept[0], problems
    ids = [b.ids if b.ids is not None else np.zeros(len(b.ts), dtype=np.int64) for b in kept]
    changing = any(b.ids is not None for b in kept)
    whole = {
        name: np.concatenate([getattr(b, name) for b in kept]) for name in ("ts", *columns.PRICES, "volume")
    }
    return Bars(**whole, ids=np.concatenate(ids) if changing else None), problems


def gather(paths: Sequence[str], config: Config) -> Gathered:
    """Read and check files; the bar size is found out but not judged.

    Raises
    ------
    DataError, UsageError
        As `load`.
    """
    found = expand(paths)
    with ThreadPoolExecutor(1) as pool:
        hashing = pool.submit(_hash, found)
        files = [columns.read(path) for path in found]
        symbols: dict[str, int] = {}
        for file in files:
            for name, count in file.symbols.items():
                symbols[name] = symbols.get(name, 0) + count
        symbol = _choose_symbol(symbols, config)
        instrument = resolve(config, [symbol] if symbol is not None and symbols else [], str(found[0]))
        parts: list[tuple[Path, Bars]] = []
        sizes: dict[int, Path] = {}
        problems: list[Problem] = []
        for file in files:
            chosen = _only(file, symbol)
            if chosen is None:
                continue
            bars, bad = bars_of(chosen, instrument)
            if bad and config.on_bad_rows == "refuse":
                raise DataError(describe(bad))
            problems += bad
            size = file.bar_seconds or _spacing(bars.ts)
            if file.bar_seconds is None and size == 1:
                _refuse_mixed_spacing(bars.ts, file.path)
            sizes.setdefault(size, file.path)
            parts.append((file.path, bars))
        if len(sizes) > 1:
            listing = ", ".join(f"{path} ({size} s)" for size, path in sorted(sizes.items()))
            raise DataError(f"bars of different sizes: {listing}; give files of one size")
        if not any(len(bars.ts) for _, bars in parts):
            raise DataError(f"no usable row: {'; '.join(map(str, problems))}")
        joined, overlaps = _join(parts, config)
        digests = hashing.result()
    notes = []
    if symbol is not None and len(symbols) > 1:
        notes.append(f"{sum(symbols.values()) - symbols.get(symbol, 0):,} rows of other symbols are not used")
    if not instrument.known_costs:
        notes.append("no commission is known for this instrument: 0 is assumed; see --set costs.commission=…")
    return Gathered(
        instrument=instrument.at_price(float(joined.close[0]) * instrument.tick_size),
        symbol=symbol or instrument.root,
        bars=joined,
        files=[(str(f.path), f.frame.height) for f in files],
        symbols=symbols,
        bar_seconds=next(iter(sizes)),
        problems=problems + overlaps,
        fingerprint=hashlib.sha256(b"".join(sorted(digests))).hexdigest(),
        notes=notes,
    )
