"""What each expert trades tomorrow, on evidence made by hand."""

import numpy as np
import pytest

from bayescore.choosing.experts import EXPERTS, Tonight
from bayescore.choosing.experts.memory import Memory
from bayescore.choosing.experts.odds import BRACKET
from bayescore.config import Config
from bayescore.design.factors import rows_of, size
from bayescore.vocabulary import POLICIES, POLICY_WORDS
from tests.choosing import tables

BY_NAME = {e.name: e for e in EXPERTS}
PREVIOUS = tables.SPACE.params(tables.sets(1, seed=99), 0)


def tonight(evidence, *, baselines=1, panel=None, today=None, objective=(), barrier=40, cost=4.48):
    n = evidence.fixed
    history = np.full((len(evidence.dates), n), np.nan) if panel is None else np.array(panel, np.float64)
    return Tonight(
        evidence=evidence,
        space=tables.SPACE,
        config=Config(),
        cost_ticks=cost,
        barrier=barrier,
        hypercube=slice(baselines, n),
        panel=slice(0, n),
        panel_history=history,
        today=tables.sets(max(len(objective), 1), seed=7) if today is None else today,
        objective=np.array(objective, np.float64),
        previous=PREVIOUS,
    )


def choice(name, *args, **kwargs):
    return BY_NAME[name].choose(tonight(*args, **kwargs))


def params(evidence, row):
    return tables.SPACE.params(evidence.table, row)


def test_experts_are_the_policies_besides_the_decision() -> None:
    assert {"decision", *BY_NAME} == set(POLICIES) == set(POLICY_WORDS)
    assert len(BY_NAME) == len(EXPERTS)
    assert not any(BY_NAME[name].leads for name in ("panel", "day_best", "odds", "median", "flat", "designs"))


@pytest.mark.parametrize("name", ["memory_2", "memory_5", "memory_10", "memory_all", "designs"])
def test_a_memory_takes_the_candidate_that_earns(name):
    e = tables.traded([[-30.0, 20.0, 90.0, 0.0]] * 6)
    assert choice(name, e) == params(e, 2)


def test_a_short_memory_follows_a_change_and_a_long_one_does_not():
    e = tables.traded([[120.0, -60.0]] * 12 + [[-60.0, 120.0]] * 3)
    assert choice("memory_2", e) == params(e, 1)
    assert choice("memory_all", e) == params(e, 0)


@pytest.mark.parametrize("name", ["memory_2", "memory_all", "designs"])
def test_a_memory_stays_flat_where_nothing_is_expected_to_earn(name):
    assert choice(name, tables.traded([[-30.0, -20.0, -90.0]] * 6)) is None


def test_what_is_known_well_wins_over_what_may_be_better():
    e = tables.traded([[60.0, 0.0]] * 8)
    # One good day of a candidate that was never tried before.
    new = rows_of(e.table, [1])
    one = {"net": [[90_000]], "trades": [[10]], "gross_sq": [[8000]]}
    e.add_candidates(new, {name: np.array(column) for name, column in one.items()})
    assert choice("memory_all", e) == params(e, 0)


def test_designs_does_not_look_at_what_was_searched():
    e = tables.traded([[40.0, 10.0]] * 6)
    n = (6, 1)
    better = {"net": np.full(n, 500_000), "trades": np.full(n, 10), "gross_sq": np.full(n, 8000)}
    e.add_candidates(tables.sets(1, seed=4), better)
    assert choice("designs", e) == params(e, 0)
    assert choice("memory_10", e) == params(e, 2)


def test_the_first_of_equal_candidates_is_taken():
    e = tables.traded([[50.0, 80.0, 80.0]] * 4)
    assert Memory("any", 5.0).leader(tonight(e)) == 1


@pytest.mark.parametrize("barrier", [2, 7, 40, 333])
def test_odds_has_a_plain_bracket_in_barriers_and_no_search(barrier):
    found = choice("odds", tables.traded([[0.0]]), barrier=barrier)
    assert abs(found.stop_loss_ticks - BRACKET * barrier) <= 0.5
    assert found.take_profit_ticks == found.stop_loss_ticks + 1
    assert (found.entry_rule, found.sides, found.trail_activation_ticks) == ("learned", "both", 0)
    assert (found.cooldown_seconds, found.max_consecutive_losses) == (0, 0)
    assert tables.SPACE.table([found])["stop_loss_ticks"][0] == found.stop_loss_ticks


def test_panel_takes_the_best_mean_of_its_objective_and_repeats_itself_without_one():
    e = tables.traded([[0.0] * 4] * 3)
    assert choice("panel", e, panel=[[0.1, 0.9, 0.2, np.nan]] * 3) == params(e, 1)
    assert choice("panel", e) == PREVIOUS


def test_day_best_takes_todays_highest_and_repeats_itself_without_one():
    e, today = tables.traded([[0.0] * 2]), tables.sets(4, seed=7)
    found = choice("day_best", e, today=today, objective=[np.nan, 0.5, 2.0, 2.0])
    assert found == tables.SPACE.params(today, 2)
    assert choice("day_best", e, today=today, objective=[np.nan] * 4) == PREVIOUS


def test_median_is_the_middle_of_the_hypercube_and_not_of_the_baselines():
    e = tables.traded([[1000.0, 5.0, 1.0, 3.0, 2.0]] * 2)
    # Baselines are left out: of 5, 1, 3, 2 the lower of the two middle ones is 2.
    assert choice("median", e) == params(e, 4)
    assert choice("median", e, baselines=2) == params(e, 4)
    assert choice("median", e, baselines=0) == params(e, 3)


def test_flat_stays_flat():
    assert choice("flat", tables.traded([[1e6]] * 9)) is None


def test_choices_do_not_touch_what_they_rest_on():
    e = tables.evidence(5, 12)
    before = [e.net.copy(), e.trades.copy(), {name: c.copy() for name, c in e.table.items()}]
    night = tonight(e, objective=[0.0] * 3)
    for expert in EXPERTS:
        assert expert.choose(night) == expert.choose(night)
    assert (e.net == before[0]).all()
    assert (e.trades == before[1]).all()
    assert all((e.table[name] == c).all() for name, c in before[2].items())
    assert size(e.table) == 12
