"""One day from Python: tables in one line, signals and costs of one's own, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import bayescore
from bayescore import Config, _core
from bayescore.errors import DataError, UsageError
from bayescore.learning.states import StateEngine

PARAMS = {"stop_loss_ticks": 40, "take_profit_ticks": 80, "entry_rule": "reversion"}


@pytest.fixture(scope="module")
def market(sample: Path) -> Any:
    return bayescore.load(sample, max_days=1)


@pytest.fixture(scope="module")
def day(market: Any) -> Any:
    return market.days[0]


@pytest.fixture(scope="module")
def frame(day: Any) -> pl.DataFrame:
    return day.to_polars()


def rising(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.col("close") > pl.col("close").shift(30))["close"]


def test_a_day_is_a_table_of_its_bars(day: Any, frame: pl.DataFrame) -> None:
    assert frame.columns == ["ts_event", "open", "high", "low", "close", "volume", "window"]
    assert frame["close"].to_list() == (day.close * 0.25).tolist()
    assert frame["ts_event"].cast(pl.Int64).to_list() == day.ts_ns.tolist()
    assert set(frame["window"]) == set(day.window_names)
    at = int(np.flatnonzero(day.windows == 3)[0])
    assert frame["window"][at] == day.window_names[3]


def test_trades_are_a_table_in_one_line(market: Any, day: Any) -> None:
    costs = bayescore.costs_of(market)
    trades = bayescore.simulate_day(day, PARAMS, costs=costs)
    table = pl.DataFrame(trades)
    assert table.height == len(trades["net"]) > 20
    assert pd.DataFrame(trades).shape == table.shape
    told = trades.to_polars()
    assert told["net_ticks"].sum() == pytest.approx(trades.net_ticks)
    assert (told["entry_price"] == trades["entry_price"] * 0.25).all()
    assert set(told["reason"]) <= {"stop", "target", "time", "session_end"}
    assert told["entry_time"].dtype == pl.Datetime("ns", "UTC")
    assert "reason" in trades._repr_html_() and f"{table.height}," in repr(trades)
    # The same as the core gives for the states of training.
    states = StateEngine(market.instrument.window_names).run(day.to_core(), day.windows)
    whole = bayescore.api.simulation.LEFT_OUT | PARAMS
    plain = _core.simulate_day(day.to_core(), whole, states=states, costs=costs)
    assert all((plain[name] == column).all() for name, column in trades.items())
    assert set(plain) == set(trades)


def test_own_signals_decide(day: Any, frame: pl.DataFrame) -> None:
    long = rising(frame)
    assert long[0] is None
    trades = bayescore.simulate_day(day, PARAMS, long=long)
    bars = trades["decision_bar"]
    assert len(bars) > 50 and (trades["side"] == 1).all()
    assert long.fill_null(value=False).to_numpy()[bars].all()
    assert (trades["entry_bar"] == bars + 1).all()
    both = bayescore.simulate_day(day, PARAMS, long=long, short=~long)
    assert {-1, 1} == set(both["side"].tolist())
    only = bayescore.simulate_day(day, PARAMS | {"sides": "short"}, long=long, short=(~long).to_list())
    assert set(only["side"].tolist()) == {-1}
    none = bayescore.simulate_day(day, PARAMS, long=np.zeros(day.bars, bool))
    assert len(none["net"]) == 0 and none.to_polars().height == 0


def test_slippage_and_fees_by_bar_are_paid(day: Any, frame: pl.DataFrame) -> None:
    long = rising(frame)
    wide = np.where(np.asarray(frame["window"] == day.window_names[0]), 4, 1)
    fees = np.full(day.bars, 250)
    plain = bayescore.simulate_day(day, PARAMS, long=long)
    dear = bayescore.simulate_day(day, PARAMS, long=long, slippage=wide, fees=fees)
    e, x = dear["entry_bar"], dear["exit_bar"]
    assert (dear["entry_price"] == day.open[e] + wide[e]).all()
    assert (dear["fee"] == fees[e] + fees[x]).all()
    assert (dear["net"] == 1000 * dear["gross"].astype(np.int64) - dear["fee"]).all()
    assert dear.to_polars()["fee_ticks"].to_list() == [0.5] * len(e)
    assert dear.net_ticks < plain.net_ticks
    assert bayescore.simulate_day(day, PARAMS, long=long, fees=fees * 1.0)["net"].sum() < plain["net"].sum()


def test_a_sweep_is_its_simulations(day: Any, frame: pl.DataFrame) -> None:
    sets = [PARAMS | {"stop_loss_ticks": stop, "contexts_allowed": "confirmation"} for stop in (20, 40, 80)]
    given: dict[str, Any] = {"short": rising(frame), "fees": np.full(day.bars, 100)}
    table = bayescore.sweep_day(day, sets, **given)
    assert table["stop_loss_ticks"].to_list() == [20, 40, 80]
    for row, one in enumerate(sets):
        trades = bayescore.simulate_day(day, one, **given)
        assert table["trades"][row] == len(trades["net"]) > 20
        assert table["net"][row] == pytest.approx(trades.net_ticks)
        assert table["fees"][row] == trades["fee"].sum()
    again = bayescore.sweep_day(day, table.select(list(sets[0])), threads=2, **given)
    assert again.equals(table)
    undefined = bayescore.sweep_day(day, sets, min_trades=100_000, **given)
    assert undefined["net"].null_count() == 3


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"long": [True]}, DataError, r"long: shape \(1,\) for \d+ bars; give one value a bar"),
        ({"long": "ones"}, DataError, r"long: expected true or false for each bar, got float64"),
        ({"fees": "ones", "slippage": None}, None, ""),
        ({"slippage": "halves"}, DataError, "slippage: expected whole ticks for each bar, got float64"),
        ({"slippage": "minus"}, DataError, r"bar 0: slippage -1 is outside 0\.\.100000"),
        ({"long": "yes", "short": "yes"}, DataError, "bar 0: both long and short are set"),
        ({"params": {"stop_loss_ticks": 3}}, UsageError, "take_profit_ticks is missing"),
        (
            {"params": PARAMS | {"cooldown": 3}},
            UsageError,
            "no factor cooldown; did you mean cooldown_seconds",
        ),
        ({"params": PARAMS | {"entry_rule": "learnt"}}, UsageError, "learnt"),
        (
            {"day": "x.parquet"},
            UsageError,
            r"day: expected one of bayescore.load\(data\).days, or DayBars, got str",
        ),
        ({"long": "yes", "brain": True}, UsageError, "no brain decides"),
    ],
)
def test_what_cannot_be_used_is_said(day: Any, changes: dict[str, Any], error: Any, says: str) -> None:
    made = {"ones": np.ones(day.bars), "halves": np.full(day.bars, 0.5), "minus": np.full(day.bars, -1)}
    made["yes"] = np.ones(day.bars, bool)
    given = {
        name: made.get(value, value) if isinstance(value, str) else value for name, value in changes.items()
    }
    if given.pop("brain", None):
        given |= {"brain": bayescore.BayesianBrain(StateEngine(day.window_names).space), "barrier": 30}
    on, params = given.pop("day", day), given.pop("params", PARAMS)
    if error is None:
        assert len(bayescore.simulate_day(on, params, **given)["net"])
        return
    with pytest.raises(error, match=says):
        bayescore.simulate_day(on, params, **given)


def test_settings_of_a_load_are_checked(sample: Path) -> None:
    with pytest.raises(UsageError, match="max_dais: no such field; did you mean max_days"):
        bayescore.load(sample, max_dais=1)
    with pytest.raises(UsageError, match="expected a Config, got dict"):
        bayescore.load(sample, {"max_days": 1})  # type: ignore[arg-type]
    assert len(bayescore.load(sample, Config(max_days=2)).days) == 2
