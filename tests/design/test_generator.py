"""Design of experiments: proportions, streams, Latin hypercube, parents and children."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from bayescore.config import Config
from bayescore.design.factors import NAMES, USUAL_BARRIER, rows_of, size
from bayescore.design.generator import (
    BASELINES,
    ORIGINS,
    DOEParameterGenerator,
    latin_hypercube,
    proportions,
    stream,
)
from bayescore.design.variation import MUTATION_REACH
from bayescore.errors import UsageError

WINDOWS = ("asia", "london")
DATES = ["2025-12-30", "2025-12-31", "2026-01-02", "2026-01-05"]


def generator(n=1000, seed=0, root="MNQ", scale=1, dates=DATES):
    return DOEParameterGenerator(
        Config(iterations=n, seed=seed), SimpleNamespace(root=root), WINDOWS, dates, USUAL_BARRIER * scale
    )


def scores(n, seed=0):
    x = np.random.default_rng(seed).normal(size=n)
    x[::7] = np.nan
    return x


def equal(a, b):
    return all((a[name] == b[name]).all() for name in NAMES)


def valid(table):
    on = table["trail_activation_ticks"] > 0
    return (table["take_profit_ticks"] > table["stop_loss_ticks"]).all() and (
        table["trail_distance_ticks"] < table["trail_activation_ticks"]
    )[on].all()


@settings(deadline=None)
@given(st.integers(10, 200_000))
def test_proportions_add_up(n):
    counts = proportions(n)
    assert list(counts) == list(ORIGINS)
    assert sum(counts.values()) == n
    assert all(c >= 1 for c in counts.values())
    assert counts["baseline"] <= len(BASELINES)
    assert abs(counts["latin_hypercube"] - 0.49 * n) <= 0.006 * n + 2


def test_proportions_of_the_design():
    assert list(proportions(1000).values()) == [10, 490, 300, 200]
    with pytest.raises(UsageError, match="at least 10"):
        proportions(9)


@settings(deadline=None)
@given(st.integers(1, 120), st.integers(1, len(NAMES)), st.integers(0, 2**32))
def test_latin_hypercube_has_one_point_in_every_stratum(n, d, seed):
    u = latin_hypercube(n, d, np.random.default_rng(seed))
    assert u.shape == (n, d)
    assert ((u >= 0) & (u < 1)).all()
    np.testing.assert_array_equal(
        np.sort((u * n).astype(int), axis=0), np.arange(n)[:, None].repeat(d, axis=1)
    )


def test_latin_hypercube_is_as_even_as_scipys_and_less_correlated():
    ours = [latin_hypercube(490, len(NAMES), np.random.default_rng(s)) for s in range(5)]
    theirs = [qmc.LatinHypercube(len(NAMES), rng=np.random.default_rng(s)).random(490) for s in range(5)]
    ratio = np.mean([qmc.discrepancy(u) for u in ours]) / np.mean([qmc.discrepancy(u) for u in theirs])
    assert ratio < 1.05

    def correlation(u):
        return np.abs(np.corrcoef(u, rowvar=False) - np.eye(len(NAMES))).max()

    assert max(map(correlation, ours)) < 0.02 < min(map(correlation, theirs))


def test_first_stage_is_the_same_every_day_and_follows_seed_and_instrument():
    a, b = generator(), generator()
    assert equal(a.first_stage(), b.first_stage())
    b.second_stage(2, DATES[2], scores(500))
    assert equal(a.generate_day(0), rows_of(a.generate_day(0), slice(None)))
    assert equal(
        rows_of(a.generate_day(1), a.first_stage_rows), rows_of(b.generate_day(3), b.first_stage_rows)
    )
    for other in (generator(seed=1), generator(root="ES")):
        assert not equal(a.first_stage(), other.first_stage())
    assert size(a.first_stage()) == 500
    assert a.lhs_rows == slice(10, 500)


def test_second_stage_follows_seed_instrument_date_and_scores():
    x = scores(500)
    a = generator().second_stage(1, DATES[1], x)
    assert equal(a, generator().second_stage(1, DATES[1], x))
    assert not equal(a, generator().second_stage(1, DATES[2], x))
    assert not equal(a, generator(seed=9).second_stage(1, DATES[1], x))
    assert not equal(a, generator(root="NQ").second_stage(1, DATES[1], x))
    assert not equal(a, generator().second_stage(1, DATES[1], scores(500, seed=1)))
    assert not equal(a, generator().second_stage(1, DATES[1]))


def test_streams_do_not_depend_on_the_process():
    code = (
        "from bayescore.design.generator import stream;"
        "print(stream(5, 'MNQ', '2026-01-02').integers(0, 2**62, 4).tolist())"
    )
    here = stream(5, "MNQ", "2026-01-02").integers(0, 2**62, 4).tolist()
    for hash_seed in ("0", "1"):
        out = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        )
        assert json.loads(out.stdout) == here
    assert stream(5, "a", "bc").random() != stream(5, "ab", "c").random()


def days(gen, n_days, start=0):
    """Run days as an orchestrator would and give their tables."""
    out = []
    for day in range(start, n_days):
        first = scores(size(gen.first_stage()), seed=day)
        gen.second_stage(day, DATES[day], first)
        table = gen.generate_day(day)
        out.append(table)
        gen.observe(day, table, scores(size(table), seed=100 + day))
    return out


def test_resumed_days_equal_uninterrupted_ones():
    whole = days(generator(), 4)
    stopped = generator()
    days(stopped, 2)
    resumed = generator()
    resumed.restore(json.loads(json.dumps(stopped.state())))
    for a, b in zip(whole[2:], days(resumed, 4, start=2), strict=True):
        assert equal(a, b)


def test_a_day_does_not_see_later_days():
    gen = generator()
    early = days(gen, 1)[0]
    days(gen, 4, start=1)
    gen.second_stage(0, DATES[0], scores(500, seed=0))
    assert equal(gen.generate_day(0), early)


def test_generate_gives_the_rows_of_the_day():
    gen = generator(n=50)
    gen.second_stage(1, DATES[1], scores(size(gen.first_stage())))
    table = gen.generate_day(1)
    assert [gen.generate(i, 1) for i in range(50)] == [gen.space.params(table, i) for i in range(50)]
    assert len(gen.origins) == 50
    with pytest.raises(UsageError, match=r"0\.\.49"):
        gen.generate(50, 1)
    with pytest.raises(UsageError, match="scores"):
        gen.second_stage(1, DATES[1], np.zeros(3))


def test_generate_day_without_dates_or_scores():
    gen = generator(n=100, dates=None)
    assert size(gen.generate_day(0)) == 100
    assert equal(gen.generate_day(7), generator(n=100, dates=None).generate_day(7))
    assert not equal(gen.generate_day(7), gen.generate_day(8))


@settings(max_examples=25, deadline=None)
@given(st.integers(10, 300), st.integers(0, 2**40), st.sampled_from([0.05, 1, 4]), st.booleans())
def test_all_sets_are_valid(n, seed, scale, scored):
    gen = generator(n=n, seed=seed, scale=scale)
    gen.second_stage(0, DATES[0], scores(size(gen.first_stage()), seed) if scored else None)
    table = gen.generate_day(0)
    assert size(table) == n
    assert valid(table)
    assert equal(gen.space.bound(table), table)


def test_mutations_stay_near_a_parent():
    gen = generator()
    x = np.full(500, np.nan)
    x[100] = 1.0
    children = rows_of(gen.second_stage(0, DATES[0], x), slice(0, 300))
    parent = rows_of(gen.first_stage(), [100] * 300)
    names = [n for n, f in gen.space.factors.items() if f.ordered]
    changed = np.stack([children[n] != parent[n] for n in NAMES], axis=1)
    assert 0.15 < changed.mean() < 0.5
    assert changed.any(axis=1).mean() > 0.95
    a, b = gen.space.encode(children), gen.space.encode(parent)
    free = [NAMES.index(n) for n in names if n not in ("take_profit_ticks", "trail_distance_ticks")]
    cell = 1 / 9  # the coarsest factor has nine levels
    assert np.abs(a - b)[:, free].max() <= MUTATION_REACH + cell
    assert np.abs(a - b)[:, free].mean() < 0.05


def test_mutations_come_from_the_best_and_more_from_the_very_best():
    gen = generator()
    x = -np.arange(500.0)
    children = rows_of(gen.second_stage(0, DATES[0], x), slice(0, 300))
    units, first = gen.space.encode(children), gen.space.encode(gen.first_stage())
    nearest = np.array([np.abs(first - u).sum(axis=1).argmin() for u in units])
    assert (nearest < 20).mean() > 0.8
    counts = np.bincount(nearest, minlength=20)
    assert counts[:10].sum() > counts[10:20].sum()


def test_crossovers_take_every_value_from_a_parent():
    gen = generator()
    x = np.full(500, np.nan)
    x[[30, 31]] = 1.0, 2.0
    children = rows_of(gen.second_stage(0, DATES[0], x), slice(300, 500))
    parents = rows_of(gen.first_stage(), [30, 31])
    for name in NAMES:
        assert set(children[name].tolist()) == set(parents[name].tolist()), name
    pairs = {tuple(p) for p in zip(children["stop_loss_ticks"], children["take_profit_ticks"], strict=True)}
    assert pairs == set(zip(parents["stop_loss_ticks"], parents["take_profit_ticks"], strict=True))
    assert valid(children)


def test_best_sets_of_earlier_days_are_parents():
    gen = generator()
    table = gen.generate_day(0)
    x = np.full(1000, np.nan)
    x[700] = 1.0
    gen.observe(0, table, x)
    children = rows_of(gen.second_stage(1, DATES[1], np.full(500, np.nan)), slice(300, 500))
    assert all(gen.space.params(children, i) == gen.space.params(table, 700) for i in range(200))


def test_only_the_best_distinct_sets_of_recent_days_are_kept():
    gen = generator(n=50, dates=None)
    for day in range(15):
        table = gen.generate_day(day)
        twice = rows_of(table, [*range(50), *range(50)])
        x = np.concatenate([np.arange(50.0)] * 2)
        gen.observe(day, twice, x)
        gen.observe(day, twice, x)
    state = gen.state()
    assert sorted({e["day"] for e in state}) == list(range(5, 15))
    assert [e["score"] for e in state if e["day"] == 14] == [49.0, 48.0, 47.0]


def test_baselines_are_distinct_named_and_reasoned():
    assert len(BASELINES) == 10
    assert len({name for name, _, _ in BASELINES}) == 10
    assert len({params for _, _, params in BASELINES}) == 10
    assert all(len(reason) > 20 for _, reason, _ in BASELINES)
    gen = generator()
    assert [gen.space.params(gen.first_stage(), i) for i in range(10)] == [p for _, _, p in BASELINES]
    doubled = generator(scale=2)
    assert doubled.generate(0, 0).stop_loss_ticks == 2 * BASELINES[0][2].stop_loss_ticks
