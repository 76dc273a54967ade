"""Simulations and sweeps tell one story: trades, sums, figures and market events agree."""

from typing import Any

import numpy as np
import pytest

from bayescore import _core
from bayescore.errors import DataError, UsageError
from tests.core import days

DAY = days.day(7)
STATES = _core.StateEngine(1).run(DAY)
BRAIN = days.brain(2)
BARRIER = 30
COSTS = {"commission_milliticks": 2480, "slippage_base": 1, "intrabar": "ohlc_path"}
TABLE = days.table(3, sets=60)
KNOWN: dict[str, Any] = {"states": STATES, "costs": COSTS, "barrier": BARRIER}
SWEPT = _core.sweep_day(DAY, TABLE, BRAIN, **KNOWN, events=(120, 5), min_trades=3, threads=1)


def simulated(row):
    params = {name: column[row].item() for name, column in TABLE.items()}
    return _core.simulate_day(DAY, params, BRAIN, **KNOWN, iteration=row)


def test_trade_columns_have_their_types():
    assert {k: v.dtype.name for k, v in _core.empty_trades().items()} == {
        "iteration": "uint32",
        "side": "int8",
        "code": "uint16",
        "context": "uint32",
        "decision_bar": "uint32",
        "entry_bar": "uint32",
        "exit_bar": "uint32",
        "entry_ts": "int32",
        "exit_ts": "int32",
        "entry_price": "int32",
        "exit_price": "int32",
        "reason": "uint8",
        "gross": "int32",
        "net": "int64",
        "mae": "int32",
        "mfe": "int32",
        "duration": "int32",
        "ambiguous": "uint8",
        "worst": "int32",
        "best": "int32",
    }


def test_a_sweep_is_its_simulations():
    traded = 0
    for row in range(60):
        trades = simulated(row)
        assert (trades["iteration"] == row).all()
        traded += len(trades["side"])
        sums = _core.totals(trades, COSTS, min_trades=3)
        for name, column in sums.items():
            if name not in {"dropped", "stopped", "refused"}:
                np.testing.assert_array_equal(SWEPT[name][row], column[0], err_msg=name)
    assert traded == SWEPT["trades"].sum() > 1000


def test_sets_simulated_together_are_those_simulated_alone():
    found = _core.simulate_sets(DAY, TABLE, BRAIN, **KNOWN)
    assert [dropped for _, dropped in found] == SWEPT["dropped"].tolist()
    for row, (trades, _) in enumerate(found):
        alone = simulated(row)
        assert trades.keys() == alone.keys()
        for name, column in alone.items():
            np.testing.assert_array_equal(trades[name], column, err_msg=name)
    for trades, _ in _core.simulate_sets(DAY, TABLE, BRAIN, **KNOWN, iteration=0):
        assert not trades["iteration"].any()
    with pytest.raises(UsageError, match="barrier"):
        _core.simulate_sets(DAY, TABLE, BRAIN)


def test_figures_follow_from_the_sums():
    n, gross = SWEPT["trades"], SWEPT["gross"]
    enough = n >= 3
    net = gross - n * 2.48
    np.testing.assert_allclose(SWEPT["net"][enough], net[enough])
    np.testing.assert_allclose(SWEPT["mean"][enough], net[enough] / n[enough])
    for name in ("net", "mean", "sd", "sharpe_of_day", "profit_factor", "objective"):
        assert np.isnan(SWEPT[name][~enough]).all()
    for objective, column in [
        ("sharpe", "sharpe_of_day"),
        ("net", "net"),
        ("profit_factor", "profit_factor"),
    ]:
        swept = _core.sweep_day(DAY, TABLE, BRAIN, **KNOWN, objective=objective, min_trades=3)
        np.testing.assert_array_equal(swept["objective"], SWEPT[column])


@pytest.mark.parametrize("threads", [0, 2, 5])
def test_threads_change_nothing(threads):
    again = _core.sweep_day(DAY, TABLE, BRAIN, **KNOWN, events=(120, 5), min_trades=3, threads=threads)
    assert again.keys() == SWEPT.keys()
    for name, column in SWEPT.items():
        if name != "events":
            np.testing.assert_array_equal(again[name], column, err_msg=name)
    for name, column in SWEPT["events"].items():
        np.testing.assert_array_equal(again["events"][name], column, err_msg=name)


@pytest.mark.parametrize("path", ["reference", "per_set", "batched", "baseline"])
@pytest.mark.parametrize("threads", [1, 2])
def test_paths_change_nothing(path, threads):
    again = _core.sweep_day(
        DAY, TABLE, BRAIN, **KNOWN, events=(120, 5), min_trades=3, threads=threads, path=path
    )
    for name, column in SWEPT.items():
        if name != "events":
            np.testing.assert_array_equal(again[name], column, err_msg=name)
    for name, column in SWEPT["events"].items():
        np.testing.assert_array_equal(again["events"][name], column, err_msg=name)


@pytest.mark.parametrize("tick_size", [5e-6, 0.0005, 0.25, 25.0])
def test_the_tick_size_changes_no_trade(tick_size):
    columns = days.prices(7, bars=4000)
    scaled = {n: columns[n] / 0.25 * tick_size for n in ("open", "high", "low", "close")}
    days_ = [
        _core.DayBars(**columns),
        _core.DayBars(**{**columns, **scaled, "tick_size": tick_size}),
    ]
    for path in ("reference", "per_set", "batched"):
        one, other = (_core.sweep_day(d, TABLE, costs=COSTS, path=path) for d in days_)
        assert one["trades"].sum() > 50
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_an_unknown_path_is_refused():
    with pytest.raises(
        UsageError, match='path: "quick" is none of auto, reference, per_set, batched, baseline'
    ):
        _core.sweep_day(DAY, TABLE, path="quick")


def test_events_of_a_sweep_are_those_of_its_trades():
    parts = [simulated(row) for row in range(60)]
    trades = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    whole = _core.regret_events(DAY, STATES, trades)
    merged = _core.merge_events([_core.regret_events(DAY, STATES, p) for p in parts])
    for name, column in SWEPT["events"].items():
        np.testing.assert_array_equal(whole[name], column, err_msg=name)
        np.testing.assert_array_equal(merged[name], column, err_msg=name)
        assert whole[name].dtype == merged[name].dtype == column.dtype
    assert whole["trades"].sum() == len(trades["side"])
    timings = sum(whole[name] for name in ("optimal", "too_early", "too_late", "wrong_side"))
    np.testing.assert_array_equal(timings, whole["trades"])


def test_each_trade_in_hindsight():
    trades = simulated(int(SWEPT["trades"].argmax()))
    seen = _core.trade_regret(DAY, trades)
    np.testing.assert_allclose(
        seen["total_efficiency"], seen["entry_efficiency"] + seen["exit_efficiency"] - 1, atol=1e-12
    )
    assert (seen["left"] >= seen["given_back"]).all()
    assert (seen["timing"][seen["potential"] <= 0] == 3).all()
    with pytest.raises(UsageError, match="regret_bar_seconds"):
        _core.trade_regret(DAY, trades, bar_seconds=0)
    with pytest.raises(DataError, match="the day has 100 bars"):
        _core.trade_regret(days.day(bars=100), trades)


def test_names_and_numbers_mean_the_same():
    words = days.one(entry_rule="reversion", contexts_allowed="kill_zone+confirmation+session:all")
    numbers = days.one(entry_rule=1, contexts_allowed=2 | 8 | 1 << 16)
    a, b = (_core.simulate_day(DAY, p, states=STATES) for p in (words, numbers))
    assert len(a["side"]) > 10
    for name, column in a.items():
        np.testing.assert_array_equal(b[name], column)


def test_states_are_the_standard_ones_by_default():
    a = _core.simulate_day(DAY, days.one())
    b = _core.simulate_day(DAY, days.one(), None, states=STATES, costs={}, barrier=None)
    for name, column in a.items():
        np.testing.assert_array_equal(b[name], column)


def test_integer_tables_of_any_width():
    wide = {k: v.astype(np.int64) if v.dtype.kind in "iu" else v for k, v in TABLE.items()}
    again = _core.sweep_day(DAY, wide, BRAIN, **KNOWN, min_trades=3)
    np.testing.assert_array_equal(again["gross"], SWEPT["gross"])


def test_no_sets_and_no_trades():
    empty = _core.sweep_day(DAY, {k: v[:0] for k, v in TABLE.items()}, events=(120, 5))
    assert len(empty["trades"]) == len(empty["events"]["trades"]) == 0
    sums = _core.totals(_core.empty_trades())
    assert (sums["trades"][0], sums["max_drawdown"][0]) == (0, 0)
    assert np.isnan(sums["objective"][0])
    assert len(_core.merge_events([])["vote"]) == 0


def test_damaged_columns_are_refused():
    trades = simulated(int(SWEPT["trades"].argmax()))
    with pytest.raises(UsageError, match='trades: "net" is missing'):
        _core.totals({k: v for k, v in trades.items() if k != "net"})
    with pytest.raises(DataError, match="differ in length"):
        _core.totals(trades | {"net": trades["net"][1:]})
    with pytest.raises(DataError, match="side must be"):
        _core.regret_events(DAY, STATES, trades | {"side": trades["side"] * 0})
    with pytest.raises(DataError, match="reason must be"):
        _core.regret_events(DAY, STATES, trades | {"reason": trades["reason"] + 5})
    events = SWEPT["events"]
    with pytest.raises(DataError, match="differ in length"):
        _core.merge_events([events | {"left": events["left"][1:]}])
