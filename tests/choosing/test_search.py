"""The search of an evening: who is varied, who wins a race, who is kept."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.choosing import search
from bayescore.choosing.evidence import CELLS, Evidence, keys
from bayescore.choosing.judgement import standing
from bayescore.design.factors import rows_of, size
from tests.choosing import tables


def skill(table):
    """Ticks a day that a set truly earns: a near stop earns more than a far one, 500 s more than other holds."""
    return 60 - table["stop_loss_ticks"].astype(np.int64) - abs(table["max_hold_seconds"] - 500) // 10


class Market:
    """Days on which sets earn their skill, and how they were asked."""

    def __init__(self, days, noise=0):
        self.days, self.noise, self.asked = days, noise, []

    def sweep(self, which, table):
        self.asked.append((list(which), size(table)))
        net = np.array([skill(table) + self.noise * ((d * 7919) % 13 - 6) for d in which]) * 1000
        shape = net.shape
        return {"net": net, "trades": np.full(shape, 10), "gross_sq": np.full(shape, 4000)}


def evidence(market, candidates=40, fixed=20, seed=0):
    found = Evidence(tables.sets(candidates, seed), fixed)
    whole = market.sweep(range(market.days), found.table)
    for day in range(market.days):
        found.add_day(f"day {day}", {name: whole[name][day] for name in CELLS})
    market.asked.clear()
    return found


def stream(generation):
    return np.random.default_rng([1, generation])


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=40), st.integers(1, 45))
def test_the_earlier_wins_a_tie(scores, most):
    in_order = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    assert search._best(np.array(scores, np.float64), most).tolist() == in_order[:most]


@given(st.integers(1, 40), st.integers(1, 100))
@settings(deadline=None)
def test_a_race_tries_every_day_once_the_last_first(days, n):
    market = Market(days)
    rows, cells = search.race(tables.sets(n), days, market.sweep)
    assert [d for which, _ in reversed(market.asked) for d in which] == list(range(days))
    lengths = [len(which) for which, _ in market.asked]
    assert lengths[0] == min(search.FIRST_HEAT, days)
    # All heats but the first and the last double the days.
    assert all(b == 2 * a for a, b in itertools.pairwise(lengths[1:-1]))
    fields = [field for _, field in market.asked]
    assert fields[0] == n
    assert all(b == -(-a // search.ONE_IN) for a, b in itertools.pairwise(fields))
    assert cells["net"].shape == (days, len(rows))
    assert len(rows) == fields[-1]
    assert rows.tolist() == sorted(set(rows.tolist()))


@pytest.mark.parametrize("days", [5, 9, 20])
def test_a_race_keeps_the_best_at_every_heat(days):
    table = tables.sets(64, seed=4)
    table["stop_loss_ticks"][:] = np.arange(20, 84)
    table["take_profit_ticks"][:], table["max_hold_seconds"][:] = 100, 500
    rows, cells = search.race(table, days, Market(days).sweep)
    # Earning falls along the table, errors hardly: the first of the table are left.
    assert rows.tolist() == list(range(len(rows)))
    assert len(rows) < 64
    assert cells["net"].tolist() == [[1000 * int(x) for x in skill(rows_of(table, rows))]] * days


def test_each_heat_is_told_with_who_is_left_and_who_leads():
    table = tables.sets(64, seed=4)
    table["stop_loss_ticks"][:] = np.arange(20, 84)[::-1]
    table["take_profit_ticks"][:], table["max_hold_seconds"][:] = 100, 500
    told, market = [], Market(20)
    search.race(table, 20, market.sweep, told.append)
    assert [heat.left for heat in told] == [field for _, field in market.asked]
    lengths = [len(which) for which, _ in market.asked]
    assert [heat.days_run for heat in told] == [0, *itertools.accumulate(lengths[:-1])]
    # The nearest stop earns most, and stands last in the table.
    assert [heat.leader for heat in told] == [None, *[63] * (len(told) - 1)]
    assert told[-1].leader_ticks == pytest.approx(float(skill(table)[63]))


def test_an_evening_tells_its_generations_and_finds_the_same_unwatched():
    seen, found = [], []
    for watch in (None, lambda *heat: seen.append(heat)):
        market = Market(5, noise=3)
        known = evidence(market)
        search.search(known, tables.SPACE, 5, 90, market.sweep, stream, watch=watch)
        found.append(keys(known.table))
    assert list(found[0]) == list(found[1])
    generations = [generation for generation, *_ in seen]
    assert generations == sorted(generations)
    assert set(generations) == set(range(seen[0][1]))
    assert all(heat.left <= size(new) for _, _, new, heat in seen)


def test_cells_of_a_race_are_those_of_the_sets_that_are_left():
    table, market = tables.sets(30, seed=2), Market(9, noise=3)
    rows, cells = search.race(table, 9, market.sweep)
    whole = market.sweep(range(9), rows_of(table, rows))
    for name in CELLS:
        np.testing.assert_array_equal(cells[name], whole[name])


def test_an_evening_costs_a_third_of_every_candidate_on_every_day():
    market = Market(60)
    search.race(tables.sets(320), 60, market.sweep)
    assert sum(len(which) * n for which, n in market.asked) < 60 * 320 / 3


def test_leaders_have_some_of_each_rule_context_and_side():
    found = tables.evidence(6, 400, fixed=400)
    rows = search.leaders(found)
    assert rows.tolist() == sorted(set(rows.tolist()))
    z = standing(found, 10.0).z
    for name, most in (
        ("entry_rule", search.OF_A_RULE),
        ("contexts_allowed", search.OF_A_CONTEXT),
        ("sides", search.OF_A_SIDE),
    ):
        levels = found.table[name]
        for level in np.unique(levels):
            of_level = np.flatnonzero(levels == level)
            best = of_level[np.argsort(-z[of_level], kind="stable")[:most]]
            assert set(best) <= set(rows), (name, level)
    for half_life in search.MEMORIES:
        assert int(np.argmax(standing(found, half_life).z)) in rows
    assert len(rows) < 200


def test_survivors_are_the_best_by_one_score_or_another():
    found = tables.evidence(6, 60, fixed=10)
    kept = search.survivors(found, 12)
    assert len(kept) == len(set(kept)) == 12
    assert kept.min() >= 10
    for half_life in search.MEMORIES:
        s = standing(found, half_life)
        for score in (s.z, s.mean - s.error):
            assert 10 + int(np.argmax(score[10:])) in kept
    assert search.survivors(found, 50).tolist() == list(range(10, 60))


@pytest.mark.parametrize("days", [1, 2, 5, 9])
def test_a_search_adds_what_it_found_and_keeps_its_ranges(days):
    market = Market(days)
    found = evidence(market)
    before = keys(found.table)
    search.search(found, tables.SPACE, days, 90, market.sweep, stream)
    assert found.tried >= 40 + 90 * 0.9
    assert len(found) > 40
    bound = tables.SPACE.bound(found.table)
    for name, column in found.table.items():
        np.testing.assert_array_equal(bound[name], column, err_msg=name)
    everything = keys(found.table)
    assert len(set(everything)) == len(everything)
    assert set(before[:20]) <= set(everything)
    assert found.known.all()
    whole = market.sweep(range(days), found.table)
    np.testing.assert_array_equal(found.net, whole["net"])


def test_a_search_finds_better_sets_than_it_began_with():
    market = Market(5)
    found = evidence(market)
    best = found.net.sum(axis=0).max()
    for _ in range(3):
        search.search(found, tables.SPACE, 5, 120, market.sweep, stream)
    assert found.net.sum(axis=0).max() > best


def test_no_more_survive_than_are_kept(monkeypatch):
    monkeypatch.setattr(search, "SURVIVORS", 15)
    monkeypatch.setattr(search.survivors, "__defaults__", (15,))
    market = Market(4)
    found = evidence(market)
    search.search(found, tables.SPACE, 4, 300, market.sweep, stream)
    assert len(found) == 20 + 15


def test_the_search_of_an_evening_follows_its_stream_alone():
    def evening(seed):
        market = Market(4, noise=2)
        found = evidence(market)
        search.search(found, tables.SPACE, 4, 60, market.sweep, lambda g: np.random.default_rng([seed, g]))
        return keys(found.table)

    assert evening(1) == evening(1)
    assert evening(1) != evening(2)
