"""Loading real bars of nine markets. They are not part of the project; without them these tests are skipped."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bayescore.config import Config
from bayescore.data import MarketData, load
from bayescore.errors import DataError, UsageError
from tests.data.frames import REAL, inspect_data

pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason="real market data (../shared/data) is not on this machine"
)


def file(start: str) -> str:
    (found,) = REAL.glob(f"{start}*.parquet")
    return str(found)


@pytest.fixture(scope="module")
def markets() -> dict[str, MarketData]:
    names = ("spy", "bac", "gc", "eurusd", "xauusd", "btcusd")
    return {name: load([file(name)], Config()) for name in names}


@pytest.mark.parametrize(
    ("name", "root", "dates", "outside"),
    [
        ("spy", "SPY", 5, 13_315),
        ("bac", "BAC", 5, 2_736),
        ("gc", "GC", 2, 0),
        ("eurusd", "EURUSD", 7, 320),
        ("xauusd", "XAUUSD", 7, 0),
        ("btcusd", "BTCUSD", 2, 0),
    ],
)
def test_trade_dates(markets: dict[str, MarketData], name: str, root: str, dates: int, outside: int) -> None:
    market = markets[name]
    assert market.instrument.root == root
    assert len(market.days) == dates
    report = market.report
    assert report.outside_session == outside
    assert report.bars + outside + sum(d.bars for d in report.left_out) == report.rows
    assert report.dropped == 0
    assert all(day.coverage > 0.6 for day in market.days)


def test_nothing_is_changed_on_the_way(markets: dict[str, MarketData]) -> None:
    for name, market in markets.items():
        source = pl.read_parquet(file(name))
        times = source["ts_event"].cast(pl.Int64).to_numpy()
        for day in market.days:
            at = np.searchsorted(times, day.ts_ns)
            assert np.array_equal(times[at], day.ts_ns)
            for column in ("open", "high", "low", "close"):
                price = source[column].to_numpy()[at]
                assert np.abs(getattr(day, column) * day.tick_size - price).max() < 1e-3 * day.tick_size
            assert np.array_equal(source["volume"].to_numpy()[at], day.volume)


def test_a_part_of_a_session_is_left_out(markets: dict[str, MarketData]) -> None:
    (left,) = markets["gc"].report.left_out
    assert (left.date, round(left.coverage, 2)) == ("2013-10-09", 0.09)


def test_extended_hours_take_the_rest_of_the_bars() -> None:
    market = load([file("spy")], Config(extended_hours=True))
    assert len(market.days) == 5
    assert market.report.outside_session == 0
    assert {int(w) for day in market.days for w in np.unique(day.windows)} == set(range(7))


@pytest.mark.parametrize("start", ["es_ESZ3", "6e_6EH4"])
def test_minute_bars_are_refused(start: str) -> None:
    with pytest.raises(DataError, match="the bars are of 60 s; bayescore needs one-second bars"):
        load([file(start)], Config())


def test_one_hour_is_no_trade_date() -> None:
    with pytest.raises(
        DataError, match=r"no complete trade date .*2023-12-26 the data cover 4% of its session"
    ):
        load([file("es_ESH4")], Config())


def test_two_markets_are_not_one_series() -> None:
    with pytest.raises(DataError, match=r"several symbols: SPY .*BAC .*--symbol"):
        load([file("spy"), file("bac")], Config())
    both = load([file("spy"), file("bac")], Config(symbol="BAC"))
    assert both.report.bars == load([file("bac")], Config()).report.bars


RAW = {
    "ohlcv-1s": "no complete trade date .* in 2 bars",
    "GLBX.MDP3_test_data.ohlcv-1s": "no complete trade date .* in 4 bars",
    "ohlcv-1m": "the bars are of 60 s",
    "trades": "holds trades, not bars; make bars of it: bayescore bars",
    "mbo": "holds mbo, not bars; make bars of it: bayescore bars",
}


@pytest.mark.parametrize("path", sorted((REAL / "raw").glob("*.dbn.zst")), ids=lambda path: path.name)
def test_raw_dbn_files_say_what_they_are(path: Path) -> None:
    words = next(words for part, words in reversed(RAW.items()) if part in path.name.replace("futures_", ""))
    with pytest.raises(DataError, match=words):
        load([str(path)], Config())


def test_a_directory_of_everything_is_a_question() -> None:
    with pytest.raises((DataError, UsageError)):
        load([str(REAL)], Config())


def test_inspect_warns_where_the_tick_is_coarse_and_where_trades_are_rare() -> None:
    pytest.importorskip("bayescore._core")
    bac, coin, gold = (inspect_data([file(name)], Config()) for name in ("bac", "btcusd", "xauusd"))
    assert bac.volatility_ticks is not None and bac.volatility_ticks < 2
    assert any("too coarse" in w for w in bac.warnings)
    assert any("have a state" in w for w in coin.warnings)
    assert gold.warnings == [] and gold.refusal is None
    for shares in gold.levels.values():
        assert min(s.share for s in shares) > 0.01
