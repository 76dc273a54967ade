"""Selection: the panel's formula against loops, edge cases, and adjustments that keep every bound."""

from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.choosing.policies import Selector, adjusted, panel_scores
from bayescore.config import Config
from bayescore.design.factors import rows_of, size
from bayescore.design.generator import DOEParameterGenerator
from bayescore.errors import UsageError
from bayescore.events import Finding
from bayescore.vocabulary import REASONS, TIMINGS

CONFIG = Config(iterations=100)
DESIGN = DOEParameterGenerator(CONFIG, SimpleNamespace(root="MNQ", bracket_scale=1), ("asia", "london"))
PANEL = size(DESIGN.first_stage())
TABLE = DESIGN.generate_day(0)


def brute(history, half_life, undefined):
    """The rule set by set, as it is written down."""
    days, sets = history.shape
    w = [0.5 ** ((days - 1 - d) / half_life) for d in range(days)]
    sw, sw2 = sum(w), sum(v * v for v in w)
    rows = []
    for k in range(sets):
        x = [undefined if np.isnan(v) else v for v in history[:, k]]
        if sum(~np.isnan(history[:, k])) * 2 < days:
            continue
        m = sum(a * b for a, b in zip(w, x, strict=True)) / sw
        s2 = sum(a * (b - m) ** 2 for a, b in zip(w, x, strict=True)) / (sw - sw2 / sw) if days > 1 else 0
        rows.append((k, m, s2))
    if not rows:
        return None
    if days == 1:
        return max(rows, key=lambda r: (r[1], -r[0]))[0], {k: m for k, m, _ in rows}
    pooled = np.mean([s2 for _, _, s2 in rows])
    v = [(s2 * (days - 1) + 4 * pooled) / (days - 1 + 4) * sw2 / sw**2 for _, _, s2 in rows]
    centre = np.mean([m for _, m, _ in rows])
    tau2 = max(0, np.var([m for _, m, _ in rows], ddof=1) - np.mean(v)) if len(rows) > 1 else 0
    score = {
        k: centre + (tau2 / (tau2 + vk) * (m - centre) if tau2 > 0 else 0)
        for (k, m, _), vk in zip(rows, v, strict=True)
    }
    mean = {k: m for k, m, _ in rows}
    return max(score, key=lambda k: (round(score[k], 9), round(mean[k], 9), -k)), score


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9), st.integers(1, 12), st.integers(0, 10**6), st.sampled_from([0.5, 3.0, 10.0]))
def test_panel_equals_the_rule_by_loops(days, sets, seed, half_life):
    rng = np.random.default_rng(seed)
    history = rng.normal(rng.normal(0, 1, sets), rng.uniform(0.1, 2, sets), (days, sets))
    history[rng.random(history.shape) < rng.choice([0, 0.4])] = np.nan
    for undefined in (0.0, 1.0):
        got = panel_scores(history, half_life, undefined)
        expected = brute(history, half_life, undefined)
        if expected is None:
            assert got.best is None
            continue
        best, scores = expected
        assert set(np.flatnonzero(got.eligible)) == set(scores)
        for k, s in scores.items():
            assert got.score[k] == pytest.approx(s, abs=1e-9)
        assert got.best == best


def test_steady_sets_keep_more_of_their_distance():
    steady = [2.0, 2.1, 1.9, 2.0, 2.0]
    wild = [9.0, -5.0, 8.0, -4.0, 2.6]
    others = [[0.1 * k] * 5 for k in range(-5, 5)]
    history = np.array([wild, steady, *others]).T
    got = panel_scores(history, 100.0, 0.0)
    assert got.mean[0] > got.mean[1]
    assert got.best == 1


def test_without_signal_all_scores_are_equal_and_the_mean_decides():
    history = np.array([[1.0, -1.0, 1.0], [-1.0, 1.1, -1.0]])
    got = panel_scores(history, 10.0, 0.0)
    assert len(set(got.score)) == 1
    assert got.best == 1
    assert panel_scores(np.zeros((3, 4)), 10.0, 0.0).best == 0


def test_half_of_the_days_rounded_up():
    nan = np.nan
    history = np.array([[1.0, 1, nan], [nan, 1, nan], [nan, nan, nan]])
    assert panel_scores(history, 10, 0).eligible.tolist() == [False, True, False]
    assert panel_scores(history[:2], 10, 0).eligible.tolist() == [True, True, False]


def selector(**config):
    return Selector(msgspec.structs.replace(CONFIG, **config), DESIGN)


def filled(n=100, **values):
    x = np.full(n, np.nan)
    for k, v in values.items():
        x[int(k[1:])] = v
    return x


def test_undefined_days_count_as_not_trading():
    # A profit factor of not trading is 1, a Sharpe ratio of not trading 0.
    for objective, best in (("profit_factor", 3), ("sharpe", 2)):
        s = selector(objective=objective)
        s.observe(TABLE, filled(_2=0.9, _3=0.8))
        s.observe(TABLE, filled(_2=0.9))
        assert s.choose("panel", None) == DESIGN.space.params(TABLE, best), objective


def test_day_best_looks_at_all_sets_of_today_only():
    s = selector()
    s.observe(TABLE, filled(_4=9.0))
    s.observe(TABLE, filled(_90=2.0, _80=2.0, _3=1.0))
    assert s.choose("day_best", None) == DESIGN.space.params(TABLE, 80)
    assert s.choose("panel", None) == DESIGN.space.params(TABLE, 4)


def test_without_anything_to_choose_yesterdays_set_stays():
    s = selector()
    before = DESIGN.space.params(TABLE, 7)
    for base in ("panel", "day_best"):
        assert s.choose(base, before) is before
        assert s.choose(base, None) is None
    s.observe(TABLE, filled())
    for base in ("panel", "day_best"):
        assert s.choose(base, before) is before


def test_infinite_objectives_are_undefined():
    s = selector()
    s.observe(TABLE, filled(_4=np.inf, _6=1.0))
    assert s.choose("day_best", None) == s.choose("panel", None) == DESIGN.space.params(TABLE, 6)


def test_resumed_selection_is_the_same():
    rng = np.random.default_rng(0)
    days = [np.where(rng.random(100) < 0.1, np.nan, rng.normal(size=100)) for _ in range(6)]
    whole, first, second = selector(), selector(), selector()
    for x in days:
        whole.observe(TABLE, x)
    for x in days[:4]:
        first.observe(TABLE, x)
    second.restore(first.state())
    assert second.choose("panel", None) == first.choose("panel", None)
    for x in days[4:]:
        second.observe(TABLE, x)
    np.testing.assert_array_equal(whole.history, second.history)
    assert whole.history.shape == (6, PANEL)
    for base in ("panel", "day_best"):
        assert whole.choose(base, None) == second.choose(base, None)
    with pytest.raises(UsageError, match="shape"):
        second.restore({"history": np.zeros((2, 3))})


def test_tables_and_objectives_must_fit():
    with pytest.raises(UsageError, match="objectives"):
        selector().observe(TABLE, np.zeros(99))
    with pytest.raises(UsageError, match="panel"):
        selector().observe(rows_of(TABLE, slice(0, 5)), np.zeros(5))


def test_panel_finds_a_planted_edge_better_than_a_days_best():
    rng = np.random.default_rng(8)
    panel_skill, best_skill = [], []
    for _ in range(60):
        skill = rng.normal(0, 0.5, 100)
        s = selector()
        for _ in range(12):
            s.observe(TABLE, skill + rng.normal(0, 2, 100))
        chosen = {repr(DESIGN.space.params(TABLE, k)): skill[k] for k in range(100)}
        panel_skill.append(chosen[repr(s.choose("panel", None))])
        best_skill.append(chosen[repr(s.choose("day_best", None))])
    assert np.mean(panel_skill) > np.mean(best_skill) + 0.2


def finding(reason, kind, low=0.8, n=100.0, side="long", group="exit_reason"):
    return Finding(
        group=group,
        value=reason,
        side=side,
        kind=kind,
        share=min(low + 0.1, 1),
        low=low,
        high=1.0,
        events=500,
        effective_events=n,
        median_left_ticks=9.0,
        text=f"{side} {reason} {kind}",
    )


findings = st.lists(
    st.builds(
        finding,
        st.sampled_from(REASONS),
        st.sampled_from(TIMINGS),
        st.floats(0, 1),
        st.floats(10, 200),
        st.sampled_from(["long", "short"]),
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), findings)
def test_adjusted_sets_keep_all_bounds(seed, asked):
    units = np.random.default_rng(seed).random((1, 11))
    space = DESIGN.space
    before = space.params(space.decode(units), 0)
    after, changes = adjusted(before, asked, space)
    assert after is not None
    table = space.table([after])
    for name, column in space.bound(table).items():
        assert column[0] == table[name][0]
    old, new = msgspec.structs.asdict(before), msgspec.structs.asdict(after)
    assert {c.factor for c in changes} == {n for n in old if old[n] != new[n]}
    for c in changes:
        assert (c.old, c.new) == (old[c.factor], new[c.factor])
        assert abs(c.new - c.old) <= 0.2 * c.old + 1e-9
        assert c.reason
    assert (after.trail_activation_ticks == 0) == (before.trail_activation_ticks == 0)


def balanced(**changes):
    return msgspec.structs.replace(DESIGN.space.params(TABLE, 0), **changes)


def test_findings_move_the_factor_they_are_about():
    p = balanced(stop_loss_ticks=30, take_profit_ticks=60, trail_activation_ticks=30, trail_distance_ticks=20)
    for reason, kind, factor, sign in (
        ("target", "too_early", "take_profit_ticks", 1),
        ("stop", "too_early", "stop_loss_ticks", 1),
        ("stop", "wrong_side", "stop_loss_ticks", -1),
        ("trail", "too_early", "trail_distance_ticks", 1),
        ("trail", "too_late", "trail_distance_ticks", -1),
        ("time", "too_early", "max_hold_seconds", 1),
    ):
        after, changes = adjusted(p, [finding(reason, kind)], DESIGN.space)
        assert [c.factor for c in changes] == [factor]
        assert np.sign(getattr(after, factor) - getattr(p, factor)) == sign
        assert changes[0].reason == f"long {reason} {kind}"


def test_surer_findings_move_further_and_opposed_ones_cancel():
    p = balanced(take_profit_ticks=100)

    def target(*asked):
        return adjusted(p, asked, DESIGN.space)[0].take_profit_ticks

    steps = [target(finding("target", "too_early", low)) for low in (0.5, 0.6, 0.75, 1.0)]
    assert steps == [100, 104, 110, 120]
    against = finding("stop", "too_late", 1.0, side="short")
    assert target(finding("target", "too_early", 1.0), against) == 100
    assert target(finding("target", "too_early", 1.0, n=300.0), against) == 110
    assert target(finding("up", "too_early", 1.0, group="trend")) == 100


def test_nothing_chosen_nothing_adjusted():
    assert adjusted(None, [finding("target", "too_early")], DESIGN.space) == (None, [])
    p = balanced()
    assert adjusted(p, [], DESIGN.space) == (p, [])
