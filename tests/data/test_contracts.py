"""Which contract is traded on which date: rolls of a parent symbol, continuous symbols, spreads."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bayescore.config import Config
from bayescore.data import load
from bayescore.data.sessions import NS
from bayescore.errors import DataError
from tests.data.frames import PRICES, frame, joined, put, session, ticks

DATES = ("2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13")
NEAR, FAR = "MNQH6", "MNQM6"


def day(date: str, symbol: str, volume: int, seed: int = 0, rows: int = 300) -> pl.DataFrame:
    """A date of a contract in which every bar has the same volume."""
    number = {NEAR: 1, FAR: 2}.get(symbol, 3)
    return frame(rows, date, seed + number, symbol, number).with_columns(
        volume=pl.lit(volume, dtype=pl.UInt64)
    )


def parent(volumes: dict[str, tuple[int, int]]) -> pl.DataFrame:
    """Both contracts and their spread on each date, in order of time."""
    parts = []
    for date, (near, far) in volumes.items():
        spread = day(date, f"{NEAR}-{FAR}", 9_999, 5).with_columns(pl.col(p) * -0.01 for p in PRICES)
        parts += [day(date, NEAR, near), day(date, FAR, far), spread]
    return pl.concat(parts).sort("ts_event", maintain_order=True)


ROLL = parent({DATES[0]: (9, 1), DATES[1]: (8, 2), DATES[2]: (4, 6), DATES[3]: (1, 9), DATES[4]: (9, 1)})


def test_the_contract_of_a_date_is_that_of_the_largest_volume_the_date_before(tmp_path: Path) -> None:
    market = load([put(ROLL, tmp_path / "x.parquet")], Config())
    # The volume leads on the 11th, so the 12th is the first date of the new contract; the 13th's is not known then.
    assert [(d.date, d.symbol) for d in market.days] == list(
        zip(DATES, [NEAR, NEAR, NEAR, FAR, FAR], strict=True)
    )
    assert market.symbol == "MNQ.FUT"
    assert market.instrument.root == "MNQ"
    for number, symbol in enumerate([NEAR, NEAR, NEAR, FAR, FAR]):
        bars = ticks(ROLL.filter(pl.col("symbol") == symbol))
        hours = session(DATES[number])
        inside = [i for i, t in enumerate(bars["ts_ns"]) if hours.open_ns <= t < hours.close_ns]
        expected = {name: [values[i] for i in inside] for name, values in bars.items()}
        whole = joined([market.days[number]])
        if number:
            assert whole == expected
        else:
            skipped = sum(t < hours.open_ns + 3600 * NS for t in expected["ts_ns"])
            assert whole == {name: values[skipped:] for name, values in expected.items()}
            assert market.report.first_hour == skipped > 0
    (roll,) = market.report.rolls
    assert (roll.date, roll.before, roll.after) == (DATES[3], NEAR, FAR)
    assert market.report.unused_symbols == {f"{NEAR}-{FAR}": 1500}
    assert market.report.other_contract == 5 * 300
    texts = [note.text for note in market.report.notes]
    assert f"{DATES[3]} rolls from {NEAR} to {FAR}" in texts
    assert f"1,500 rows of 1 other symbol left out ({NEAR}-{FAR})" in texts


def test_what_comes_later_changes_no_date_before(tmp_path: Path) -> None:
    """No look at tomorrow: a longer file has the same contracts on the dates of a shorter one."""
    whole = load([put(ROLL, tmp_path / "whole.parquet")], Config())
    for dates in range(1, len(DATES)):
        end = session(DATES[dates - 1]).close_ns
        part = ROLL.filter(pl.col("ts_event").cast(pl.Int64) < end)
        market = load([put(part, tmp_path / "part.parquet")], Config())
        assert market.digests == whole.digests[:dates]


def test_dates_are_the_same_when_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(ROLL, tmp_path / "x.parquet")
    expected = joined(load([path], Config()).days)
    monkeypatch.setattr("bayescore.data.source.PIECE", 97)
    market = load([path], Config())
    assert joined(market.days) == joined(market.days) == expected


def test_one_file_a_contract(tmp_path: Path) -> None:
    expected = load([put(ROLL, tmp_path / "whole.parquet")], Config())
    files = [
        put(ROLL.filter(pl.col("symbol") == name), tmp_path / f"{number}.parquet")
        for number, name in enumerate(ROLL["symbol"].unique().sort())
    ]
    for paths in (files, files[::-1]):
        assert load(paths, Config()).digests == expected.digests


def test_a_contract_that_is_gone_hands_over_to_the_next_by_volume(tmp_path: Path) -> None:
    parts = [day(DATES[0], NEAR, 9), day(DATES[0], FAR, 1), day(DATES[1], FAR, 1)]
    data = pl.concat(parts).sort("ts_event", maintain_order=True)
    market = load([put(data, tmp_path / "x.parquet")], Config())
    assert [d.symbol for d in market.days] == [NEAR, FAR]
    assert [roll.date for roll in market.report.rolls] == [DATES[1]]


def test_one_contract_at_a_time_loses_no_hour(tmp_path: Path) -> None:
    paths = [
        put(day(DATES[0], NEAR, 5), tmp_path / "1.parquet"),
        put(day(DATES[1], FAR, 5), tmp_path / "2.parquet"),
    ]
    market = load(paths, Config())
    assert [(d.symbol, d.bars) for d in market.days] == [(NEAR, 300), (FAR, 300)]
    assert market.report.first_hour == 0


def test_a_symbol_or_the_parent_can_be_asked_for(tmp_path: Path) -> None:
    path = put(ROLL, tmp_path / "x.parquet")
    assert {d.symbol for d in load([path], Config(symbol=FAR)).days} == {FAR}
    assert load([path], Config(symbol="MNQ.FUT")).digests == load([path], Config()).digests
    with pytest.raises(DataError, match=r"symbol ES\.FUT is not in the data"):
        load([path], Config(symbol="ES.FUT"))


def test_two_futures_are_a_question_unless_one_is_named(tmp_path: Path) -> None:
    other = pl.concat(
        [
            day(DATES[0], name, 3, 7).with_columns(instrument_id=pl.lit(n, dtype=pl.UInt32))
            for name, n in (("ESH6", 11), ("ESM6", 12))
        ]
    )
    data = pl.concat([ROLL, other]).sort("ts_event", maintain_order=True)
    path = put(data, tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"several symbols: .*--symbol"):
        load([path], Config())
    market = load([path], Config(instrument="MNQ"))
    assert [d.symbol for d in market.days] == [NEAR, NEAR, NEAR, FAR, FAR]
    assert market.report.unused_symbols.keys() == {f"{NEAR}-{FAR}", "ESH6", "ESM6"}


def test_the_only_outright_is_taken_from_among_spreads(tmp_path: Path) -> None:
    front = frame(300, symbol="MNQH6", instrument_id=1)
    spread = frame(200, seed=3, symbol="MNQH6-MNQM6", instrument_id=2).with_columns(
        pl.col(p) * -0.01 for p in PRICES
    )
    market = load([put(pl.concat([front, spread]).sort("ts_event"), tmp_path / "x.parquet")], Config())
    assert joined(market.days) == ticks(front)
    assert market.symbol == "MNQH6"
    assert market.report.symbols == {"MNQH6": 300, "MNQH6-MNQM6": 200}
    assert [note.text for note in market.report.notes] == [
        "200 rows of 1 other symbol left out (MNQH6-MNQM6)"
    ]


def test_one_instrument_id_with_two_symbols_is_not_one_contract(tmp_path: Path) -> None:
    both = pl.concat(
        [frame(300, symbol="SPY", instrument_id=7), frame(300, "2026-01-07", symbol="BAC", instrument_id=7)]
    )
    with pytest.raises(DataError, match=r"several symbols: BAC \(300 rows\), SPY \(300 rows\)"):
        load([put(both, tmp_path / "x.parquet")], Config(instrument="MNQ"))


def test_two_bars_of_one_contract_in_one_second_are_refused(tmp_path: Path) -> None:
    twice = ROLL.with_row_index().filter(pl.col("symbol") == NEAR)["index"][40]
    data = pl.concat(
        [
            ROLL[: twice + 1],
            ROLL[twice : twice + 1].with_columns(volume=pl.lit(77, dtype=pl.UInt64)),
            ROLL[twice + 1 :],
        ]
    )
    path = put(data, tmp_path / "x.parquet")
    with pytest.raises(DataError, match=rf"row {twice + 1:,} .*the time repeats that of an earlier row"):
        load([path], Config())
    market = load([path], Config(on_bad_rows="drop"))
    assert market.digests == load([put(ROLL, tmp_path / "y.parquet")], Config()).digests
    assert market.report.dropped == 1


# -- continuous symbols -----------------------------------------------------------------------------------------


def continuous(changes: list[int]) -> pl.DataFrame:
    """Two dates of one symbol whose instrument id is toggled at some rows of the second date."""
    first, second = frame(300, DATES[0], 1, "MNQ.c.0", 1), frame(300, DATES[1], 2, "MNQ.c.0", 1)
    ids = np.ones(300, dtype=np.uint32)
    for row in changes:
        ids[row:] = 3 - ids[row:]
    return pl.concat([first, second.with_columns(instrument_id=pl.Series(ids))])


def midnight_row() -> int:
    times = frame(300, DATES[1], 2)["ts_event"].cast(pl.Int64).to_numpy()
    return int(np.searchsorted(times, np.datetime64(DATES[1], "ns").astype(np.int64)))


def test_a_continuous_symbol_is_the_contract_it_means_on_the_trade_date(tmp_path: Path) -> None:
    at = midnight_row()
    data = continuous([at])
    market = load([put(data, tmp_path / "x.parquet")], Config())
    assert joined(market.days) == ticks(pl.concat([data[:300], data[300 + at :]]))
    assert market.report.other_contract == at > 0
    (roll,) = market.report.rolls
    assert (roll.date, roll.before) == (DATES[1], "MNQ.c.0 (instrument 1)")
    # The change between two dates loses nothing.
    market = load([put(continuous([0]), tmp_path / "x.parquet")], Config())
    assert market.report.other_contract == 0
    assert [roll.after for roll in market.report.rolls] == ["MNQ.c.0 (instrument 2)"]


def test_a_contract_that_comes_back_within_a_date_is_refused(tmp_path: Path) -> None:
    path = put(continuous([100, 200]), tmp_path / "x.parquet")
    with pytest.raises(
        DataError, match=r"2026-03-10: MNQ\.c\.0 is instrument 1, then 2 from .*, then 1 again from"
    ):
        load([path], Config())
