"""The table of instruments, and how a file's instrument is found."""

import math

import pytest

from bayescore.config import Config, CostConfig
from bayescore.data.instruments import is_outright, known, resolve, root_of, session_kinds
from bayescore.errors import UsageError


@pytest.mark.parametrize(
    ("root", "tick", "value"),
    [
        ("MNQ", 0.25, 0.5),
        ("NQ", 0.25, 5),
        ("MES", 0.25, 1.25),
        ("ES", 0.25, 12.5),
        ("M2K", 0.1, 0.5),
        ("RTY", 0.1, 5),
        ("MYM", 1, 0.5),
        ("YM", 1, 5),
        ("MGC", 0.1, 1),
        ("GC", 0.1, 10),
        ("MCL", 0.01, 1),
        ("CL", 0.01, 10),
        ("6E", 5e-5, 6.25),
        ("SPY", 0.01, 1),
        ("BAC", 0.01, 1),
        ("EURUSD", 5e-6, 0.5),
        ("XAUUSD", 5e-4, 0.05),
        ("BTCUSD", 0.01, 0.01),
    ],
)
def test_ticks_and_values(root: str, tick: float, value: float) -> None:
    instrument = known()[root]
    assert (instrument.tick_size, instrument.tick_value) == (tick, value)
    assert instrument.slippage_ticks >= 1
    assert instrument.commission > 0 or instrument.commission_bps > 0 or instrument.slippage_ticks > 100


def test_full_size_contracts_are_multiples_of_micros() -> None:
    for micro, full in (
        ("MNQ", "NQ"),
        ("MES", "ES"),
        ("M2K", "RTY"),
        ("MYM", "YM"),
        ("MGC", "GC"),
        ("MCL", "CL"),
    ):
        small, large = known()[micro], known()[full]
        assert large.tick_value == 10 * small.tick_value
        assert (large.tick_size, large.session) == (small.tick_size, small.session)
        assert large.commission < 10 * small.commission


@pytest.mark.parametrize("name", sorted(session_kinds()))
def test_windows_fit_the_session(name: str) -> None:
    kind = session_kinds()[name]

    def minutes(clock: str) -> int:
        hours, rest = clock.split(":")
        return int(hours) * 60 + int(rest)

    opens = minutes(kind.opens)
    length = (minutes(kind.closes) - opens - 1) % 1440 + 1
    starts = [(minutes(start) - opens) % 1440 for _, start in kind.windows]
    assert starts[0] == 0, "the first window begins with the session"
    assert starts == sorted(set(starts))
    assert starts[-1] < length, "every window lies in regular hours"
    assert len({label for label, _ in kind.windows}) == len(kind.windows) <= 8


@pytest.mark.parametrize(
    ("symbol", "root"),
    [
        ("MNQH6", "MNQ"),
        ("NQZ25", "NQ"),
        ("6EH4", "6E"),
        ("ESM4", "ES"),
        ("M2KU5", "M2K"),
        ("MNQ.c.0", "MNQ"),
        ("mnq.v.1", "MNQ"),
        ("MNQ", "MNQ"),
        ("EURUSD.FXCM", "EURUSD"),
        ("EUR/USD", "EURUSD"),
        ("XAUUSD.OANDA", "XAUUSD"),
        ("SPY", "SPY"),
        ("MNQH6-MNQM6", None),
        ("ZNH6", None),
        ("H6", None),
        ("", None),
    ],
)
def test_root_of_symbol(symbol: str, root: str | None) -> None:
    assert root_of(symbol) == root


def test_outrights_are_not_spreads() -> None:
    assert is_outright("MNQH6") and is_outright("ZNH26")
    assert not is_outright("MNQH6-MNQM6") and not is_outright("MNQ.c.0") and not is_outright("SPY")


@pytest.mark.parametrize(
    ("file", "root"),
    [
        ("/data/mnq-2026.parquet", "MNQ"),
        ("gc_GCZ3_20131007.ohlcv-1s.parquet", "GC"),
        ("es/ESH4.parquet", "ES"),
        ("EURUSD_2014.parquet", "EURUSD"),
    ],
)
def test_from_the_file_name_where_the_file_has_no_symbols(file: str, root: str) -> None:
    assert resolve(Config(), [], file).root == root


def test_symbols_outrank_the_file_name_and_the_option_outranks_both() -> None:
    assert resolve(Config(), ["ESH6"], "mnq.parquet").root == "ES"
    assert resolve(Config(instrument="GC"), ["ESH6"], "mnq.parquet").root == "GC"


@pytest.mark.parametrize(
    ("symbols", "file"),
    [(["ZNH6"], "mnq.parquet"), ([], "glbx-mdp3-20251230-20260129.ohlcv-1s.parquet"), ([], "mnq-es.parquet")],
)
def test_an_unknown_instrument_is_asked_for(symbols: list[str], file: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(Config(), symbols, file)
    text = str(caught.value)
    for word in (
        "MNQ",
        "6E",
        "BTCUSD",
        "--instrument",
        "--tick-size",
        "--tick-value",
        "--session",
        "us_equity",
    ):
        assert word in text


def test_any_instrument_can_be_described() -> None:
    config = Config(tick_size=0.015625, tick_value=15.625, session="cme_equity")
    made = resolve(config, ["ZNH6"], "x.parquet")
    assert (made.root, made.tick_size, made.tick_value) == ("ZNH6", 0.015625, 15.625)
    assert made.windows == known()["ES"].windows and not made.known_costs
    priced = Config(tick_size=1.0, tick_value=1.0, session="fx", costs=CostConfig(commission=2.0))
    assert resolve(priced, ["ZNH6"], "x.parquet").known_costs
    with pytest.raises(UsageError, match="unknown instrument"):
        resolve(Config(tick_size=1.0, session="fx"), ["ZNH6"], "x.parquet")


def test_a_finer_tick_keeps_the_value_of_a_point_and_distances_in_price() -> None:
    base = known()["XAUUSD"]
    finer = resolve(Config(tick_size=0.0001), ["XAUUSD"], "x")
    assert math.isclose(finer.tick_value / finer.tick_size, base.tick_value / base.tick_size)
    assert finer.slippage_ticks == 5 * base.slippage_ticks
    assert resolve(Config(tick_value=2.0), ["MNQH6"], "x").tick_value == 2.0


def test_another_session_brings_its_windows() -> None:
    made = resolve(Config(session="crypto"), ["MNQH6"], "x")
    assert (made.session, made.timezone) == ("crypto", "UTC")
    assert made.windows == known()["BTCUSD"].windows
    with pytest.raises(UsageError, match=r"unknown session 'nowhere'.*us_equity"):
        resolve(Config(session="nowhere"), ["MNQH6"], "x")


def test_extended_hours_are_for_shares() -> None:
    made = resolve(Config(extended_hours=True), ["SPY"], "x")
    assert made.session == "us_equity_extended"
    assert {"pre_market", "after_hours"} <= set(made.window_names)
    assert "pre_market" not in known()["SPY"].window_names
    with pytest.raises(UsageError, match="US equities"):
        resolve(Config(extended_hours=True), ["MNQH6"], "x")


def test_a_commission_that_is_a_share_of_the_value() -> None:
    coin = known()["BTCUSD"]
    assert coin.at_price(60_000.0).commission == pytest.approx(60_000 * coin.commission_bps * 1e-4)
    assert coin.at_price(60_000.0).commission_bps == 0
    assert known()["MNQ"].at_price(21_000.0) == known()["MNQ"]
