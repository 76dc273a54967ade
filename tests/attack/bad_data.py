"""Bad data files of every format that is read: bytes that were changed, and whole files of figures that cannot be."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from tests.data.dbn_files import bar_records, metadata, write_bars, zstd

ROWS = 3_000
LONG_AGO_NS = 1_767_222_000_000_000_000


def trade_date() -> pl.Expr:
    """Of a bar of an exchange in Chicago whose sessions begin at 17:00 of the evening before."""
    return pl.col("ts_event").dt.convert_time_zone("America/Chicago").dt.offset_by("7h").dt.date()


def edges(sample: Path) -> pl.DataFrame:
    """First and last minutes of every trade date: all that a training does, in a fifth of its time."""
    ts = pl.col("ts_event")
    first = ts - ts.min().over(trade_date()) < pl.duration(minutes=30)
    last = ts.max().over(trade_date()) - ts < pl.duration(minutes=10)
    return pl.read_parquet(sample).filter(first | last)


def sources(sample: Path, folder: Path) -> list[Path]:
    """Whole files to be damaged, one of each format and packing."""
    place = folder / "sources"
    place.mkdir()
    bars = pl.read_parquet(sample).head(ROWS)
    # More than one group of rows, dictionaries and statistics: more of the format to be wrong.
    bars.write_parquet(place / "groups.parquet", row_group_size=500)
    bars.write_parquet(place / "plain.parquet", compression="uncompressed", statistics=False)
    bars.write_csv(place / "bars.csv")
    (place / "bars.csv.zst").write_bytes(zstd.compress((place / "bars.csv").read_bytes()))
    bars.write_ipc(place / "bars.arrow")
    for version in (1, 2, 3):
        write_bars(bars, place / f"v{version}.dbn", version=version)
    write_bars(bars, place / "packed.dbn.zst")
    return sorted(place.iterdir())


def damaged(rng: random.Random, whole: list[Path], folder: Path) -> Path:
    """Make one bad file."""
    source = rng.choice(whole)
    file = folder / f"bad{''.join(source.suffixes)}"
    match rng.randrange(4):
        case 0:
            _impossible(rng, file)
        case 1 if ".dbn" in source.suffixes:
            _wrong_records(rng, source, file)
        case _:
            content = source.read_bytes()
            packed = source.suffix == ".zst" and rng.random() < 0.7
            content = zstd.decompress(content) if packed else content
            # What the rest is stands at the end of a Parquet file, at the beginning of the others.
            if rng.random() < 0.5:
                cut = max(len(content) - 4096, 0) if source.suffix == ".parquet" else 0
                end = len(content) if cut else 512
                content = content[:cut] + mutate(rng, content[cut:end]) + content[end:]
            else:
                content = mutate(rng, content)
            file.write_bytes(zstd.compress(content) if packed else content)
    return file


def mutate(rng: random.Random, content: bytes) -> bytes:
    """Damage as it happens, and as somebody would do it."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(6):
            case 0:
                del changed[at:]
            case 1:
                del changed[at : at + rng.randint(1, 64)]
            case 2:
                changed[at:at] = changed[at : at + rng.randint(1, 64)]
            case 3:
                changed[at:at] = rng.choice(
                    [b"null", b"-1", b"1e999", b"[", b'"', b"\x00", b"\xff", b"\x1b]0;x\x07", b"9" * 40]
                )
            case 4:
                changed[at : at + 1] = bytes([rng.randrange(256)])
            case _ if changed:
                changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _wrong_records(rng: random.Random, source: Path, file: Path) -> None:
    """A DBN file whose parts are each readable and do not go together."""
    bars = pl.read_parquet(source.parent / "plain.parquet").head(rng.choice([0, 1, 50]))
    pairs = bars.select("symbol", "instrument_id").unique().rows()
    days = [("2026-01-05", "2026-01-06"), ("2026-01-06", "2026-01-05"), ("1970-01-01", "2200-01-01")]
    from datetime import date

    first, until = map(date.fromisoformat, rng.choice(days))
    symbols = [name for name, _ in pairs] or ["MNQH6"]
    targets = [str(number) for _, number in pairs] or [""]
    targets = [rng.choice([t, "", "x", "-1", "99999999999", "0"]) for t in targets]
    names = [rng.choice([name, "\x1b]0;x\x07", "MNQ.FUT", "A" * 21]) for name in symbols]
    mapped = {name: [(first, until, target)] for name, target in zip(names, targets, strict=True)}
    head = metadata(rng.choice(["ohlcv-1s", "ohlcv-1m", "trades", "mbo"]), mapped, rng.choice([1, 2, 3]))
    records = bytearray(bar_records(bars, rtype=rng.choice([32, 33, 0, 255])))
    for _ in range(rng.randint(0, 6)):
        if len(records) < 64:
            break
        at = rng.randrange(len(records) // 56) * 56
        field, value = rng.choice(
            [
                (0, b"\x00"),  # a record of no length
                (0, b"\xff"),
                (1, bytes([rng.randrange(256)])),
                (4, struct.pack("<I", rng.choice([0, 2**32 - 1]))),
                (8, struct.pack("<Q", rng.choice([0, 2**63, 2**64 - 1]))),
                (16, struct.pack("<q", rng.choice([0, -1, 2**63 - 1, -(2**63)]))),
                (48, struct.pack("<Q", 2**64 - 1)),
            ]
        )
        records[at + field : at + field + len(value)] = value
    if rng.random() < 0.3:
        del records[rng.randrange(len(records) + 1) :]
    content = head + bytes(records)
    file.write_bytes(zstd.compress(content) if file.suffix == ".zst" else content)


def _impossible(rng: random.Random, file: Path) -> None:
    """A whole file of the format, of figures or columns that cannot be."""
    n = rng.choice([0, 1, 2, 400])
    times = [LONG_AGO_NS + k * 1_000_000_000 for k in range(n)]
    columns: dict[str, Any] = {
        "ts_event": pl.Series(times, dtype=pl.Int64).cast(pl.Datetime("ns", "UTC")),
        "instrument_id": pl.Series([7] * n, dtype=pl.UInt32),
        "volume": pl.Series([5] * n, dtype=pl.UInt64),
        "symbol": pl.Series(["MNQH6"] * n, dtype=pl.String),
    }
    columns |= {
        name: pl.Series([21_000.25] * n, dtype=pl.Float64) for name in ("open", "high", "low", "close")
    }
    frame = pl.DataFrame(columns)
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(frame.columns)
        frame = rng.choice(_FAULTS)(rng, frame, name)
        if not frame.columns:
            break
    try:
        if file.suffix == ".parquet":
            frame.write_parquet(file)
        elif file.suffix == ".arrow":
            frame.write_ipc(file)
        else:
            # Under a name that promises something packed or binary too, as a careless download leaves it.
            text = frame.write_csv().encode()
            file.write_bytes(zstd.compress(text) if file.suffix == ".zst" else text)
    except pl.exceptions.PolarsError:  # a kind of column that the format does not have
        file.write_text(repr(frame.to_dicts()))


Fault = Callable[[random.Random, pl.DataFrame, str], pl.DataFrame]


def _values(rng: random.Random, frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """One value, or all, that no market has."""
    kind = frame[name].dtype
    if kind.is_float():
        value: Any = rng.choice([float("nan"), float("inf"), -1.0, 0.0, 1e-300, 1e300, 21_000.1, None])
    elif kind == pl.String:
        value = rng.choice(["", "\x1b]0;x\x07", "<script>", "MNQH6-MNQM6", "x" * 10_000, None])
    else:
        value = None
    where = pl.int_range(pl.len()) % rng.choice([1, 3, 100]) == 0
    return frame.with_columns(
        pl.when(where).then(pl.lit(value, dtype=kind)).otherwise(pl.col(name)).alias(name)
    )


_KINDS = (
    pl.String,
    pl.Int8,
    pl.Boolean,
    pl.Float32,
    pl.Date,
    pl.Int128,
    pl.Binary,
    pl.Duration,
    pl.Categorical,
)


def _kinds(rng: random.Random, frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """A column of another kind; one that no cast leads to stays as it is."""
    try:
        return frame.with_columns(frame[name].cast(rng.choice(_KINDS), strict=False))
    except pl.exceptions.PolarsError:
        return frame


_FAULTS: tuple[Fault, ...] = (
    _values,
    _values,
    lambda rng, frame, name: frame.drop(name),
    _kinds,
    lambda rng, frame, name: (
        frame.rename({name: rng.choice(["Open", "time", "\x1b[2J", "", "ts"])}, strict=False)
        if len(frame.columns) == len({*frame.columns} | {""})
        else frame
    ),
    lambda rng, frame, name: frame.with_columns(pl.concat_list(name).alias(name)),
    lambda rng, frame, name: frame.with_columns(pl.struct(name).alias(name)),
    lambda rng, frame, name: frame.reverse(),
    lambda rng, frame, name: pl.concat([frame, frame]),
    lambda rng, frame, name: (
        frame.with_columns(
            frame["ts_event"].cast(pl.Int64, strict=False).alias("ts_event") * rng.choice([0, 1, -1, 1_000])
        )
        if "ts_event" in frame.columns and frame["ts_event"].dtype.is_temporal()
        else frame
    ),
)
