"""Trades, totals, objectives and market events without a brain: the product against the archive."""

import random
from dataclasses import asdict

import engine_gate
import engine_metrics
import engine_regret
import engine_simulate
import engine_space
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore import _core
from tests.archive import days
from tests.archive.rows import assert_totals, trade_rows

TIMINGS = ("optimal", "too_early", "too_late", "wrong_side")
REASONS = ("stop", "trail", "target", "time", "session_end")


def event_rows(events):
    """Archived events as product columns name them."""
    return [
        {name: getattr(e, name) for name in ("entry_bar", "side", "code", "context", "trades", "vote")}
        | dict(zip(TIMINGS, e.kinds, strict=True))
        | dict(zip(REASONS, e.reasons, strict=True))
        | {name: getattr(e, name) for name in ("realised", "potential", "left", "given_back", "range")}
        for e in events
    ]


def product_events(columns):
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*(column.tolist() for column in columns.values()), strict=True)
    ]


PATHS = ("reference", "per_set", "batched", "baseline")
"""Ways in which a sweep can find the trades."""


@days.oracle
@given(
    days.cases,
    days.state_configs(),
    days.param_tables,
    days.costs,
    days.fill_rules,
    st.sampled_from(["sharpe", "net", "profit_factor", "sharpe_per_trade"]),
    st.sampled_from([2, 3, 10]),
    st.tuples(st.sampled_from([1, 10, 60]), st.sampled_from([0, 1, 5])),
)
def check_trades(case, cfg, sets, cost, rules, objective, min_trades, horizon):
    space = engine_space.default_space(days.N_WINDOWS)
    codes, contexts = days.archived_states(case, cfg)
    simulator = engine_simulate.DaySimulator(case.day, space, codes, contexts, cost, rules)
    outcomes = [simulator.run(p, engine_gate.gate(space, p, None, 2, cost.bracket_cost).sides) for p in sets]

    day, states, costs = days.core_day(case.day), days.core_states(case, cfg), days.core_costs(cost, rules)
    how = {"states": states, "costs": costs, "objective": objective, "min_trades": min_trades}
    table = days.core_table(sets)
    swept, silent = _core.sweep_day(day, table, events=horizon, **how), _core.sweep_day(day, table, **how)
    for name, column in silent.items():
        np.testing.assert_array_equal(column, swept[name])
    for path in PATHS:
        other = _core.sweep_day(day, table, events=horizon, path=path, **how)
        for name, column in silent.items():
            np.testing.assert_array_equal(column, other[name], err_msg=f"{path}: {name}")
        for name, column in swept["events"].items():
            np.testing.assert_array_equal(column, other["events"][name], err_msg=f"{path}: {name}")
    events = engine_regret.events_of_trades(case.day, [t for o in outcomes for t in o.trades], *horizon)
    assert product_events(swept["events"]) == event_rows(events)
    for k, (params, outcome) in enumerate(zip(sets, outcomes, strict=True)):
        columns = _core.simulate_day(day, asdict(params), states=states, costs=costs)
        assert trade_rows(columns) == [asdict(t) for t in outcome.trades]
        totals = engine_metrics.totals(outcome, refused=False)
        assert_totals(swept, k, totals, cost.commission_milliticks, objective, min_trades)
        own = engine_regret.events_of_trades(case.day, outcome.trades, *horizon)
        assert product_events(_core.regret_events(day, states, columns, *horizon)) == event_rows(own)


@pytest.mark.parametrize("stream", range(24))
def test_trades_totals_and_events_are_identical(stream):
    days.run_stream(check_trades, stream)


def many_sets(n, number, unit):
    """Sets by the hundred, quicker than Hypothesis draws them."""
    rng = random.Random(number)

    def pick(*choices):
        return rng.choice(choices)

    return [
        engine_simulate.ParamSet(
            stop_loss_ticks=rng.randint(1, pick(3, 20, 60)) * pick(1, unit),
            take_profit_ticks=rng.randint(1, pick(4, 30, 160)) * pick(1, unit),
            trail_activation_ticks=pick(0, rng.randint(1, 12)) * pick(1, unit),
            trail_distance_ticks=rng.randint(1, 9) * pick(1, unit),
            max_hold_seconds=pick(1, 10, 100, 1000, 3600),
            cooldown_seconds=pick(0, 0, 3, 30),
            confidence_threshold=0.6,
            min_samples=0,
            entry_rule=pick("any", "any", "reversion", "drive"),
            contexts_allowed=pick(1, 1, 1, 2, 8 | 16, 1 << 16 | 4),
            max_consecutive_losses=pick(0, 1, 3, 100, 100),
            sides=pick("both", "both", "long", "short"),
        )
        for _ in range(n)
    ]


@days.oracle
@given(
    st.lists(days.cases, min_size=1, max_size=4),
    days.state_configs(),
    days.costs,
    days.fill_rules,
    st.integers(0, 1000),
    st.sampled_from([1, 2]),
    st.sampled_from(["auto", *PATHS]),
)
def check_large_sweep(parts, cfg, cost, rules, number, threads, path):
    case = days.one_after_the_other(parts)
    sets = many_sets(160, number, case.unit)
    space = engine_space.default_space(days.N_WINDOWS)
    codes, contexts = days.archived_states(case, cfg)
    simulator = engine_simulate.DaySimulator(case.day, space, codes, contexts, cost, rules)
    sides: dict[tuple[str, str], list[int]] = {}
    for p in sets:
        if (p.entry_rule, p.sides) not in sides:
            sides[p.entry_rule, p.sides] = engine_gate.gate(space, p, None, 2, cost.bracket_cost).sides
    swept = _core.sweep_day(
        days.core_day(case.day),
        days.core_table(sets),
        states=days.core_states(case, cfg),
        costs=days.core_costs(cost, rules),
        threads=threads,
        path=path,
    )
    for k, params in enumerate(sets):
        totals = engine_metrics.totals(
            simulator.run(params, sides[params.entry_rule, params.sides]), refused=False
        )
        assert_totals(swept, k, totals, cost.commission_milliticks, "sharpe", 10)


@pytest.mark.parametrize("stream", range(6))
def test_large_sweeps_are_identical(stream):
    days.run_stream(check_large_sweep, stream)


@days.oracle
@given(days.cases, days.state_configs(), days.param_tables, days.costs, days.fill_rules)
def check_efficiencies(case, cfg, sets, cost, rules):
    day, states, costs = days.core_day(case.day), days.core_states(case, cfg), days.core_costs(cost, rules)
    prices = {1: case.day, -1: case.day.mirrored()}
    for params in sets:
        columns = _core.simulate_day(day, asdict(params), states=states, costs=costs)
        regret = _core.trade_regret(day, columns, 60, 5)
        for k, row in enumerate(trade_rows(columns)):
            trade = engine_simulate.Trade(**row)
            expected = engine_regret.hindsight(prices[trade.side], trade, 60, 5)
            assert regret["timing"][k] == expected.kind
            for name in ("potential", "left", "given_back", "range"):
                assert regret[name][k] == getattr(expected, name)
            for name in ("entry_efficiency", "exit_efficiency", "total_efficiency"):
                value = getattr(expected, name)
                assert regret[name][k] == pytest.approx(np.nan if value is None else value, nan_ok=True)


@pytest.mark.parametrize("stream", range(4))
def test_regret_of_each_trade_is_identical(stream):
    days.run_stream(check_efficiencies, stream)


@days.oracle
@given(
    days.cases,
    days.state_configs(),
    days.param_tables,
    days.costs,
    days.fill_rules,
    st.integers(0, 1000),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def check_own_arrays(case, cfg, sets, cost, rules, number, which):
    """Signals, slippage and fees of one's own, bar by bar."""
    rng, n = random.Random(number), len(case.day)
    often = rng.choice([0.02, 0.2, 1.0])
    own = engine_simulate.PerBar(
        sides=[rng.choice([1, -1]) if rng.random() < often else 0 for _ in range(n)] if which[0] else None,
        slippage=[rng.randint(0, 5) for _ in range(n)] if which[1] else None,
        fees=[rng.randint(0, 3000) for _ in range(n)] if which[2] else None,
    )
    space = engine_space.default_space(days.N_WINDOWS)
    codes, contexts = days.archived_states(case, cfg)
    simulator = engine_simulate.DaySimulator(case.day, space, codes, contexts, cost, rules, own)
    per_bar = {
        name: np.array(values)
        for name, values in (("slippage", own.slippage), ("fees", own.fees))
        if values is not None
    }
    if own.sides is not None:
        per_bar |= {"long": np.array(own.sides) == 1, "short": np.array(own.sides) == -1}
    day, states, costs = days.core_day(case.day), days.core_states(case, cfg), days.core_costs(cost, rules)
    how = {"states": states, "costs": costs, "per_bar": per_bar}
    swept = {path: _core.sweep_day(day, days.core_table(sets), path=path, **how) for path in PATHS}
    for k, params in enumerate(sets):
        sides = engine_gate.gate(space, params, None, 2, cost.bracket_cost).sides
        outcome = simulator.run(params, sides)
        columns = _core.simulate_day(day, asdict(params), **how)
        fee = columns.pop("fee", None)
        assert trade_rows(columns) == [asdict(t) for t in outcome.trades]
        if own.fees is not None:
            assert fee.tolist() == [own.fees[t.entry_bar] + own.fees[t.exit_bar] for t in outcome.trades]
        totals = engine_metrics.totals(outcome, refused=False)
        for table in swept.values():
            if own.fees is None:
                assert_totals(table, k, totals, cost.commission_milliticks, "sharpe", 10)
            else:
                assert {name: table[name][k] for name in asdict(totals)} == asdict(totals)
                assert table["fees"][k] == fee.sum()


@pytest.mark.parametrize("stream", range(8))
def test_own_arrays_are_identical(stream):
    days.run_stream(check_own_arrays, stream)
