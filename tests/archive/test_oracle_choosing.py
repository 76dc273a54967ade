"""Judgement, odds, weights and the experts' choices: the product against the archive, on random small evidence."""

from dataclasses import dataclass

import engine_decision
import engine_experts
import engine_judgement
import engine_selection
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.choosing import chooser, decision, hedge, judgement
from bayescore.choosing.evidence import CELLS, Evidence
from bayescore.choosing.experts import EXPERTS, Tonight
from bayescore.config import Config
from bayescore.design.factors import FactorSpace, rows_of
from tests.archive import days

SPACE = FactorSpace(40, [f"w{k}" for k in range(days.N_WINDOWS)])

# Few different values, so that ties and days without trades are common; wide ones, so that scales differ.
cells = st.one_of(
    st.sampled_from([(0, 0, 0), (1000, 1, 25), (-1000, 1, 25), (52_480, 2, 3000), (-40_000, 9, 900)]),
    st.tuples(st.integers(-(10**7), 10**7), st.integers(0, 500), st.integers(0, 10**9)),
)


@dataclass
class Case:
    """The same evidence, as the product and as the archive hold it."""

    product: Evidence
    own: list[engine_judgement.Candidate]


@st.composite
def evidences(draw):
    sets = draw(st.lists(days.param_sets, min_size=3, max_size=7))
    n_days, fixed = draw(st.integers(1, 12)), draw(st.integers(2, len(sets) - 1))
    table = days.core_table(sets)
    evidence = Evidence(rows_of(table, slice(0, fixed)), fixed)
    own = []
    for number, params in enumerate(sets):
        tried = n_days if number < fixed else draw(st.integers(1, n_days))
        given_cells = [engine_judgement.Cell(*draw(cells)) for _ in range(tried)]
        own.append(engine_judgement.Candidate(number, params, [None] * (n_days - tried) + given_cells))

    def columns(candidates, start):
        rows = [[c.days[d] for c in candidates] for d in range(start, n_days)]
        return {name: np.array([[getattr(x, name) for x in row] for row in rows]) for name in CELLS}

    whole = columns(own[:fixed], 0)
    for d in range(n_days):
        evidence.add_day(f"day {d}", {name: whole[name][d] for name in CELLS})
    for c in own[fixed:]:
        tried = sum(x is not None for x in c.days)
        evidence.add_candidates(rows_of(table, [c.number]), columns([c], n_days - tried))
    return Case(evidence, own)


half_lives = st.sampled_from([0.7, 2.0, 10.0, 1e6])
costs = st.sampled_from([0.0, 2.48, 4.48, 100.0])


@days.oracle
@given(evidences(), half_lives, costs, st.sampled_from([0.05, 1.0]))
def check_judgement(case, half_life, cost, overlap):
    own = [engine_judgement.judge(c, half_life, cost) for c in case.own]
    s = judgement.standing(case.product, half_life, cost)
    p = judgement.posterior(s)
    same = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(s.mean, [j.mean for j in own], **same)
    np.testing.assert_allclose(s.error, [j.error for j in own], **same)
    np.testing.assert_allclose(s.z, [j.z for j in own], **same)
    np.testing.assert_allclose(s.cost, [j.cost for j in own], **same)
    np.testing.assert_allclose(p.mean, [j.expected for j in own], **same)
    np.testing.assert_allclose(p.sd, [j.sd for j in own], **same)
    np.testing.assert_allclose(p.cautious, [j.cautious for j in own], **same)
    fixed = case.product.fixed
    found = judgement.chance_of_luck(s, slice(0, fixed), overlap)
    assert found == pytest.approx(engine_judgement.luck(own[:fixed], overlap), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("stream", range(20))
def test_judgements_are_identical(stream):
    days.run_stream(check_judgement, stream)


@pytest.mark.parametrize("x", [-1e3, -200.0, -37.0, -30.1, -30.0, -29.9, -5.0, 0.0, 1e-3, 3.0, 9.0, 40.0])
def test_archived_logarithm_of_the_normal_is_scipys(x):
    from scipy.special import log_ndtr

    assert engine_judgement.log_normal_cdf(x) == pytest.approx(log_ndtr(x), rel=1e-9, abs=1e-300)


paper_days = st.one_of(
    st.just((0.0, 0.0)), st.tuples(st.floats(-5000, 5000), st.sampled_from([1e-3, 1.0, 50.0, 900.0]))
)


@days.oracle
@given(
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1e-20, 1 / np.e, 1.0]), st.floats(0, 1e-3)),
    st.lists(paper_days, max_size=12),
)
def check_odds(luck, record):
    own = [engine_decision.PaperDay(*day) for day in record]
    product = [decision.PaperDay(*day) for day in record]
    close = {"rel": 1e-9, "abs": 1e-9}
    assert decision.evidence_log_odds(luck) == pytest.approx(engine_decision.evidence_log_odds(luck), **close)
    assert decision.record_log_odds(product) == pytest.approx(engine_decision.record_log_odds(own), **close)
    assert decision.probability(luck, product) == pytest.approx(
        engine_decision.probability(luck, own), **close
    )


@pytest.mark.parametrize("stream", range(20))
def test_log_odds_are_identical(stream):
    days.run_stream(check_odds, stream)


results = st.one_of(st.sampled_from([0.0, 0.0, 10.0, -10.0]), st.floats(-1e5, 1e5))


@days.oracle
@given(
    st.integers(2, 10).flatmap(
        lambda n: st.lists(st.lists(results, min_size=n, max_size=n), min_size=1, max_size=15)
    )
)
def check_hedge(history):
    n = len(history[0])
    product, own = hedge.Hedge(n), engine_decision.Hedge([1 / n] * n)
    for net in history:
        product.observe(net)
        own.observe(net)
        np.testing.assert_allclose(product.weights, own.weights, rtol=1e-9, atol=1e-12)
        assert product.leader == own.leader or own.weights[product.leader] == pytest.approx(
            own.weights[own.leader], rel=1e-9
        )
        again = hedge.Hedge(n)
        again.restore(msgspec.json.decode(msgspec.json.encode(product.state())))
        assert again.weights.tolist() == product.weights.tolist()
        product = again


@pytest.mark.parametrize("stream", range(20))
def test_weights_are_identical(stream):
    days.run_stream(check_hedge, stream)


def as_archived(params):
    """A published set as the archive holds it."""
    if params is None:
        return None
    return days.engine_simulate.ParamSet(
        **msgspec.structs.asdict(params) | {"contexts_allowed": SPACE.contexts_mask(params.contexts_allowed)}
    )


def in_words(params):
    """An archived set as published: "all" in place of a mask that holds it."""
    return as_archived(SPACE.params(days.core_table([params]), 0))


@days.oracle
@given(
    evidences(),
    st.lists(days.param_sets, min_size=1, max_size=4),
    st.lists(st.one_of(st.none(), st.sampled_from([0.0, 1.5]), st.floats(-3, 3)), min_size=4, max_size=4),
    st.integers(2, 90),
    st.sampled_from(["sharpe", "profit_factor"]),
    costs,
    st.data(),
)
def check_choices(case, today, scores, barrier, objective, cost, data):
    fixed, n_days = case.product.fixed, len(case.product.dates)
    baselines = data.draw(st.integers(0, fixed - 1))
    known = st.one_of(st.none(), st.floats(-4, 4, width=32))
    panel = data.draw(
        st.lists(st.lists(known, min_size=fixed, max_size=fixed), min_size=n_days, max_size=n_days)
    )
    scores = scores[: len(today)]
    before = data.draw(days.param_sets)
    config = Config(objective=objective, selection_half_life_days=3.0)

    def array(values):
        return np.array([np.nan if x is None else x for x in values])

    tonight = Tonight(
        evidence=case.product,
        space=SPACE,
        config=config,
        cost_ticks=cost,
        barrier=barrier,
        hypercube=slice(baselines, fixed),
        panel=slice(0, fixed),
        panel_history=np.stack([array(d) for d in panel]),
        today=days.core_table(today),
        objective=array(scores),
        previous=SPACE.params(days.core_table([before]), 0),
    )
    own = engine_experts.Chooser(
        objective, 3.0, cost, 0.5, 60, chosen=dict.fromkeys(engine_experts.EXPERTS, before)
    )
    decided = own.decide(engine_experts.Evening(case.own, fixed, panel, baselines, today, scores, barrier))
    assert tuple(e.name for e in EXPERTS) == engine_experts.EXPERTS
    assert tuple(e.name for e in EXPERTS if e.leads) == engine_experts.LEADING
    for expert in EXPERTS:
        mine, theirs = as_archived(expert.choose(tonight)), own.chosen[expert.name]
        if mine != (theirs and in_words(theirs)):
            assert tied(case, expert.name, mine, theirs, cost, panel, config, tonight), expert.name
    assert decided.expert == EXPERTS[chooser.LEADING[0]].name


def tied(case, name, mine, theirs, cost, panel, config, tonight):
    """Whether a rounding may have told apart, or not, what the rule ties."""
    if name in engine_experts.MEMORIES:
        judged = [engine_judgement.judge(c, engine_experts.MEMORIES[name], cost) for c in case.own]
        best = max(j.cautious for j in judged)
        close = [j for j in judged if abs(j.cautious - best) < 1e-9 * (1 + abs(best))]
        return len(close) > 1 or (None in (mine, theirs) and abs(close[0].expected) < 1e-9)
    if name == "median":
        means = sorted(s for s in judgement.standing(case.product, 1e6).mean[tonight.hypercube])
        gaps = np.diff(means)
        return bool(((gaps > 0) & (gaps < 1e-9 * (1 + np.abs(means).max()))).any())
    if name == "panel":
        scores = engine_selection.panel_scores(panel, config.objective, config.selection_half_life_days)
        best = max(s for s in scores if s is not None)
        return sum(s is not None and abs(s - best) < 1e-9 for s in scores) > 1
    return False


@pytest.mark.parametrize("stream", range(20))
def test_choices_of_the_experts_are_identical(stream):
    days.run_stream(check_choices, stream)
