"""Labels, posteriors, gates and trades with a brain: the product against the archive."""

from dataclasses import asdict, replace

import engine_gate
import engine_labels
import engine_metrics
import engine_simulate
import engine_space
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore import _core
from tests.archive import days
from tests.archive.rows import assert_totals, trade_rows

RUNGS = range(3)
MARGIN = 1e-9
"""A probability this near to the confidence asked for may fall on either side."""

SPACE = engine_space.default_space(days.N_WINDOWS)
CORE_SPACE = _core.StateSpace.standard([f"w{k}" for k in range(days.N_WINDOWS)])
LEAF = SPACE.leaf_level
CODES_OF_LEAVES = [leaf * days.N_WINDOWS * 4 for leaf in range(SPACE.leaves)]


def label_rows(table, rung):
    rows = table["rung"] == rung
    return [table[name][rows].tolist() for name in ("decision_bar", "code", "outcome", "end_bar")]


@days.oracle
@given(
    days.cases,
    days.state_configs(),
    st.sampled_from([1, 5, 60]),
    st.booleans(),
    st.booleans(),
    st.one_of(st.none(), st.integers(2, 12)),
    days.label_rules,
)
def check_labels(case, cfg, lag, first_day, mirror, b, rules):
    day, codes = case.day, days.archived_states(case, cfg)[0]
    first_ts = day.ts[0] + engine_labels.FIRST_DATE_SECONDS
    for before, until in ((None, None), (first_ts, engine_labels.FIRST_DATE_SECONDS), (day.ts[0] + 50, 50)):
        own = engine_labels.barrier(day, lag, before)
        assert _core.barrier_ticks(days.core_day(day), lag, until) == own
    b = own if b is None else b

    found = engine_labels.label_day(day, codes, b, first_ts=first_ts if first_day else 0, **rules)
    made = _core.label_day(
        days.core_day(day), days.core_states(case, cfg), b, first_day=first_day, mirror=mirror, **rules
    )
    table = made.table()
    for rung in RUNGS:
        assert label_rows(table, rung) == [
            [x.bar for x in found.labels],
            [x.code for x in found.labels],
            [x.outcomes[rung] for x in found.labels],
            [x.ends[rung] for x in found.labels],
        ]
        counts = made.counts(rung=rung)
        assert counts["gap"].tolist() == [found.gaps]
        assert counts["episodes"].tolist() == [found.gaps + len(found.labels)]


@pytest.mark.parametrize("stream", range(15))
def test_labels_are_identical(stream):
    days.run_stream(check_labels, stream)


def core_brain(past, cfg, how, rules, b):
    """The product's brain after the same days as `days.archived_brain`."""
    brain = _core.Brain(CORE_SPACE, **asdict(how))
    for case in past:
        labels = _core.label_day(
            days.core_day(case.day), days.core_states(case, cfg), b, mirror=how.mirror, **rules
        )
        brain.learn(labels)
    return brain


def evidence(brain):
    columns = brain.columns()
    rows = zip(*(columns[name].tolist() for name in ("rung", "level", "state", "ups", "downs")), strict=True)
    return {row[:3]: row[3:] for row in rows}


def archived_evidence(brain):
    return {
        (rung, level, state): (ups, downs)
        for rung in RUNGS
        for level in range(LEAF + 1)
        for state, (ups, downs) in enumerate(
            zip(brain.ups[rung][level], brain.downs[rung][level], strict=True)
        )
        if ups or downs
    }


def near_the_edge(brain, params, leaf, b, cost):
    """Whether a side's probability is too near to what is asked for to tell."""
    asked = params.confidence_threshold
    edges = (asked,) if params.entry_rule == "learned" else (1.0 - asked,)
    chances = [engine_gate.chance_that_side_pays(brain, params, leaf, side, b, cost) for side in (1, -1)]
    return any(abs(chance - edge) < MARGIN for chance in chances for edge in edges)


brains = st.tuples(
    st.lists(days.cases, max_size=3),
    days.state_configs(),
    days.brain_settings,
    days.label_rules,
    st.integers(2, 12),
)


@days.oracle
@given(brains)
def check_posteriors(learned):
    own, product = days.archived_brain(*learned), core_brain(*learned)
    known, archived = evidence(product), archived_evidence(own)
    assert known.keys() == archived.keys()
    np.testing.assert_allclose([*known.values()], [archived[key] for key in known], rtol=1e-14)
    kappas = product.kappas()
    for rung in RUNGS:
        # κ is one over a difference of sums that nearly cancel: compared as the strength it stands for.
        assert (1 / kappas[rung]).tolist() == pytest.approx([1 / k for k in own.kappas(rung)], abs=1e-12)
        table = product.leaf_table(rung)
        posteriors = own.posteriors(rung)[LEAF]
        # A rounding may decide the last halving of the search for κ otherwise.
        np.testing.assert_allclose(table["a"], [p.a for p in posteriors], rtol=1e-9)
        np.testing.assert_allclose(table["b"], [p.b for p in posteriors], rtol=1e-9)
        n = [own.samples(rung, leaf) for leaf in range(len(posteriors))]
        np.testing.assert_allclose(table["n"], n, rtol=1e-14)


@pytest.mark.parametrize("stream", range(15))
def test_posteriors_are_identical(stream):
    days.run_stream(check_posteriors, stream)


@days.oracle
@given(brains, days.cases, days.param_tables, days.costs, days.fill_rules, st.integers(2, 12))
def check_brain_trades(learned, case, sets, cost, rules, b):
    own, product = days.archived_brain(*learned), core_brain(*learned)
    cfg, c = learned[1], cost.bracket_cost
    codes, contexts = days.archived_states(case, cfg)
    simulator = engine_simulate.DaySimulator(case.day, SPACE, codes, contexts, cost, rules)
    day, states, costs = days.core_day(case.day), days.core_states(case, cfg), days.core_costs(cost, rules)
    swept = _core.sweep_day(
        day, days.core_table(sets), product, states=states, costs=costs, barrier=b, min_trades=2
    )
    # Every leaf for one set, and for all sets those that occur on the day.
    visited = set(simulator.leaves) - {-1}
    for k, params in enumerate(sets):
        gate = engine_gate.gate(SPACE, params, own, b, c)
        given_set = asdict(params)
        for leaf in range(SPACE.leaves) if k == 0 else visited:
            fired = product.should_fire(CODES_OF_LEAVES[leaf], given_set, b, c)
            assert fired == gate.sides[leaf] or near_the_edge(own, params, leaf, b, c)
        assert bool(swept["refused"][k]) == gate.refused
        if not any(near_the_edge(own, params, leaf, b, c) for leaf in visited):
            outcome = simulator.run(params, gate.sides)
            columns = _core.simulate_day(day, given_set, product, states=states, costs=costs, barrier=b)
            assert trade_rows(columns) == [asdict(t) for t in outcome.trades]
            totals = engine_metrics.totals(outcome, gate.refused)
            assert_totals(swept, k, totals, cost.commission_milliticks, "sharpe", 2)


@pytest.mark.parametrize("stream", range(10))
def test_fires_vetoes_and_trades_are_identical(stream):
    days.run_stream(check_brain_trades, stream)


@days.oracle
@given(
    stop=st.integers(1, 200),
    target=st.integers(1, 400),
    cost=st.one_of(st.just(0.0), st.floats(0.001, 50.0)),
    b=st.integers(2, 300),
)
def check_thresholds(stop, target, cost, b):
    assert _core.rung_of(stop, target, b) == engine_gate.rung_of(stop, target, b)
    assert tuple(_core.rungs(b)) == engine_labels.rungs(b)
    for barrier in engine_labels.rungs(b):
        expected = engine_gate.pays_above(stop, target, cost, barrier)
        assert _core.bracket_threshold(stop, target, cost, barrier) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("stream", range(30))
def test_bracket_thresholds_are_identical(stream):
    days.run_stream(check_thresholds, stream)


def test_brains_of_these_tests_fire_and_veto():
    """The random brains are worth comparing: some fire, some veto, on both sides."""
    seen = set()

    @days.oracle
    @given(brains, days.param_sets, st.integers(2, 12))
    def look(learned, params, b):
        own = days.archived_brain(*learned)
        for rule in ("learned", "any"):
            with_brain = engine_gate.gate(SPACE, replace(params, entry_rule=rule), own, b, 1.0).sides
            without = engine_gate.gate(SPACE, replace(params, entry_rule=rule), None, b, 1.0).sides
            seen.update((rule, side, other) for side, other in zip(with_brain, without, strict=True))

    for stream in range(15):
        days.run_stream(look, stream)
    assert {("learned", 1, 0), ("learned", -1, 0), ("any", 0, 1), ("any", 0, -1), ("any", 1, 1)} <= seen
