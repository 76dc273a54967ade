"""Bars of trades: by hand on small files, and against a genuine day of orders."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bayescore.data.bars import bars_of_trades
from bayescore.errors import DataError
from tests.data.dbn_files import ALWAYS, metadata, write_bars, zstd
from tests.data.frames import REAL, frame

_TRADE = np.dtype(
    [
        ("length", "u1"),
        ("rtype", "u1"),
        ("publisher_id", "<u2"),
        ("instrument_id", "<u4"),
        ("ts_event", "<u8"),
        ("price", "<i8"),
        ("size", "<u4"),
        ("action", "S1"),
        ("side", "S1"),
        ("flags", "u1"),
        ("depth", "u1"),
        ("ts_recv", "<u8"),
        ("ts_in_delta", "<i4"),
        ("sequence", "<u4"),
    ]
)
START = 1_767_700_000


def trades(rows: list[tuple[float, float, int, str]], path: Path) -> Path:
    """A file of trades: seconds after the start, price, size, action."""
    made = np.zeros(len(rows), dtype=_TRADE)
    made["length"], made["publisher_id"], made["instrument_id"] = _TRADE.itemsize // 4, 1, 7
    for row, (at, price, size, action) in zip(made, rows, strict=True):
        row["ts_event"], row["price"] = int(START * 1e9 + at * 1e9), round(price * 1e9)
        row["size"], row["action"] = size, action.encode()
    path.write_bytes(zstd.compress(metadata("trades", {"MNQH6": [(*ALWAYS, "7")]}, 3) + made.tobytes()))
    return path


ROWS = [
    (0.1, 100.25, 2, "T"),
    (0.2, 101.0, 1, "T"),
    (0.9, 99.75, 3, "T"),
    (0.95, 100.0, 1, "T"),
    (0.96, 200.0, 5, "A"),
    (0.97, 300.0, 0, "T"),
    (3.0, 100.5, 4, "T"),
]


@pytest.mark.parametrize("piece", [1, 2, 1000])
def test_a_second_of_trades_is_a_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr("bayescore.data.readers.dbn.PIECE", piece)
    made = bars_of_trades(trades(ROWS, tmp_path / "x.dbn.zst"))
    assert made.columns == frame(10).columns
    assert made.schema == frame(10).schema
    columns = ("open", "high", "low", "close", "volume", "symbol", "instrument_id", "rtype")
    assert made.select(columns).rows() == [
        (100.25, 101.0, 99.75, 100.0, 7, "MNQH6", 7, 32),
        (100.5, 100.5, 100.5, 100.5, 4, "MNQH6", 7, 32),
    ]
    assert (made["ts_event"].cast(pl.Int64) // 10**9 - START).to_list() == [0, 3]


def test_trades_in_parquet(tmp_path: Path) -> None:
    source = trades(ROWS, tmp_path / "x.dbn.zst")
    table = pl.DataFrame(
        {
            "ts_event": pl.Series([int(START * 1e9 + at * 1e9) for at, *_ in ROWS]).cast(
                pl.Datetime("ns", "UTC")
            ),
            "publisher_id": pl.Series([1] * len(ROWS), dtype=pl.UInt16),
            "instrument_id": pl.Series([7] * len(ROWS), dtype=pl.UInt32),
            "action": [action for *_, action in ROWS],
            "price": [price for _, price, *_ in ROWS],
            "size": pl.Series([size for _, _, size, _ in ROWS], dtype=pl.UInt32),
            "symbol": ["MNQH6"] * len(ROWS),
        }
    )
    table.write_parquet(tmp_path / "x.parquet")
    assert bars_of_trades(tmp_path / "x.parquet").equals(bars_of_trades(source))


def test_what_holds_no_trades_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no trade with a size and a price"):
        bars_of_trades(trades([(0.0, 100.0, 1, "C")], tmp_path / "x.dbn.zst"))
    with pytest.raises(DataError, match="holds ohlcv-1s, not trades"):
        bars_of_trades(Path(write_bars(frame(10), tmp_path / "y.dbn")))
    frame(10).write_parquet(tmp_path / "z.parquet")
    with pytest.raises(DataError, match="no column price, size, action"):
        bars_of_trades(tmp_path / "z.parquet")
    with pytest.raises(DataError, match="no such file"):
        bars_of_trades(tmp_path / "nothing")


@pytest.mark.skipif(not REAL.is_dir(), reason="real market data (../shared/data) is not on this machine")
def test_a_genuine_day_of_orders() -> None:
    made = bars_of_trades(REAL / "raw" / "esh4-glbx-mdp3-20231225.mbo.dbn.zst")
    known = pl.read_parquet(next(REAL.glob("es_ESH4*.parquet")))
    assert made.select(known.columns).equals(known)
