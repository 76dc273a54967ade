"""The archived labels, brain, gate and selection against hand-made cases and other people's formulas."""

from dataclasses import replace

import engine_bars
import engine_brain
import engine_gate
import engine_labels
import engine_selection
import engine_simulate
import engine_space
import numpy as np
import pytest
from engine_labels import AMBIGUOUS, DOWN, UNRESOLVED, UP
from scipy.optimize import brentq
from scipy.stats import beta

INVALID = engine_space.INVALID
SETTINGS = engine_brain.BrainSettings(True, 0.0, 10.0, 5.0, 10_000.0)
SPACE = engine_space.default_space(1)


def day_of(bars, ts=None):
    o, h, lo, c = (list(column) for column in zip(*bars, strict=True))
    n = len(bars)
    return engine_bars.Day(ts or list(range(n)), o, h, lo, c, [1] * n, 100_000)


def flat(closes, ts=None):
    return day_of([(c, c, c, c) for c in closes], ts)


def test_barrier_is_the_rounded_rms_of_the_changes():
    day = flat([0, 3, -1, 6], ts=[0, 60, 120, 180])
    assert engine_labels.barrier(day, 60) == round((74 / 3) ** 0.5)
    assert engine_labels.barrier(day, 60, before=180) == round((25 / 2) ** 0.5)
    assert engine_labels.barrier(day, 1000) == 2
    assert engine_labels.barrier(flat([7] * 9), 2) == 2
    # An rms of exactly 2.5 goes up.
    assert engine_labels.barrier(flat([0, 5, 5, 5, 5], ts=[0, 60, 120, 180, 240]), 60) == 3


@pytest.mark.parametrize(("b", "expected"), [(2, (1, 2, 4)), (3, (2, 3, 6)), (40, (20, 40, 80))])
def test_rungs(b, expected):
    assert engine_labels.rungs(b) == expected


def test_episodes_are_runs_of_one_code():
    assert engine_labels.episode_starts([INVALID, 4, 4, 5, INVALID, 5, 5, 4]) == [1, 3, 5, 7]


def label(bars, b=4, ts=None, horizon=900):
    day = day_of(bars, ts)
    codes = [0] + [INVALID] * (len(bars) - 1)
    found = engine_labels.label_day(day, codes, b, horizon=horizon, max_entry_gap=5)
    return found.labels[0] if found.labels else found.gaps


def test_label_starts_at_the_next_open():
    bars = [(100, 100, 100, 100), (110, 110, 110, 110), (110, 112, 110, 110), (110, 114, 110, 110)]
    found = label(bars)
    assert found.outcomes == (UP, UP, UNRESOLVED)
    assert found.ends == (2, 3, 4)


def test_label_can_end_on_its_first_bar_and_be_ambiguous():
    found = label([(100, 100, 100, 100), (100, 104, 98, 100), (100, 100, 90, 100)])
    assert found.outcomes == (AMBIGUOUS, UP, DOWN)
    assert found.ends == (1, 1, 2)


def test_unresolved_labels_end_at_the_horizon():
    bars = [(100, 100, 100, 100)] * 5 + [(100, 200, 100, 100)]
    found = label(bars, ts=[0, 1, 2, 3, 11, 12], horizon=10)
    assert found.outcomes == (UNRESOLVED,) * 3
    assert found.ends == (4, 4, 4)
    assert label(bars, ts=[0, 1, 2, 3, 11, 12], horizon=12).outcomes == (UP,) * 3


def test_labels_need_a_next_bar_soon():
    assert label([(1, 1, 1, 1)] * 2, ts=[0, 6]) == 1
    assert label([(1, 1, 1, 1)]) == 1


def test_first_date_leaves_out_what_the_barrier_is_from():
    day = flat([0] * 6)
    found = engine_labels.label_day(day, [1, 2, 3, 4, 5, 6], 2, horizon=9, max_entry_gap=5, first_ts=3)
    assert [x.bar for x in found.labels] == [3, 4]


def code_of(band, momentum=2, trend=1, volume=0, burst=0, pattern=0):
    return SPACE.encode([band, momentum, trend, volume, burst, 0, pattern])


def labels(*rows):
    """Labels from (bar, code, outcome, end), the same on all rungs."""
    return [engine_labels.Label(bar, code, (outcome,) * 3, (end,) * 3) for bar, code, outcome, end in rows]


def counts(brain, level, state, rung=1):
    return brain.ups[rung][level][state], brain.downs[rung][level][state]


def test_labels_that_overlap_are_not_counted():
    low = code_of(0)
    leaf = SPACE.state_of_code(3, low)
    brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
    brain.learn(labels((5, low, UP, 20), (10, low, UP, 15), (19, low, UP, 30), (20, low, DOWN, 40)))
    assert counts(brain, 3, leaf) == (1.0, 1.0)


def test_unresolved_and_ambiguous_labels_block_but_do_not_count():
    low = code_of(0)
    leaf = SPACE.state_of_code(3, low)
    for outcome in (UNRESOLVED, AMBIGUOUS):
        brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
        brain.learn(labels((5, low, outcome, 20), (10, low, UP, 15), (25, low, DOWN, 26)))
        assert counts(brain, 3, leaf) == (0.0, 1.0)


def test_sequence_is_kept_for_each_level_and_rung():
    quiet, loud = code_of(0), code_of(0, volume=1)
    brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
    brain.learn(
        [
            engine_labels.Label(1, quiet, (UP,) * 3, (5, 10, 15)),
            engine_labels.Label(7, loud, (UP,) * 3, (8, 9, 20)),
        ]
    )
    mid = SPACE.state_of_code(2, quiet)
    assert mid == SPACE.state_of_code(2, loud)
    assert counts(brain, 3, SPACE.state_of_code(3, quiet)) == (1.0, 0.0)
    assert counts(brain, 3, SPACE.state_of_code(3, loud)) == (1.0, 0.0)
    assert [counts(brain, 2, mid, rung) for rung in range(3)] == [(2.0, 0.0), (1.0, 0.0), (1.0, 0.0)]
    assert counts(brain, 0, 0, 0) == (1.0, 1.0)


def test_a_blocked_state_starts_afresh_on_the_next_day():
    low = code_of(0)
    brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
    brain.learn(labels((5, low, UP, 1000)))
    brain.learn(labels((5, low, UP, 1000)))
    assert counts(brain, 3, SPACE.state_of_code(3, low)) == (2.0, 0.0)


def test_mirrored_states_teach_each_other():
    low, high = code_of(0, 1, 2), code_of(6, 3, 0)
    leaf, other = SPACE.state_of_code(3, low), SPACE.state_of_code(3, high)
    assert leaf < other
    brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
    brain.learn(labels((1, low, UP, 2), (3, high, DOWN, 4), (5, high, UP, 6), (6, low, UP, 7)))
    assert counts(brain, 3, leaf) == (3.0, 1.0)
    assert counts(brain, 3, other) == (0.0, 0.0)
    assert brain.samples(1, other) == 4.0
    a, b = brain.posterior(1, leaf)
    assert brain.posterior(1, other) == (b, a)
    # The root is its own mirror image: it learns nothing about up against down.
    assert counts(brain, 0, 0) == (2.0, 2.0)


def test_mirror_images_block_each_other():
    low, high = code_of(0), code_of(6)
    brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
    brain.learn(labels((1, low, UP, 9), (5, high, UP, 6)))
    assert brain.samples(1, SPACE.state_of_code(3, low)) == 1.0


def test_without_mirror_states_are_on_their_own():
    low, high = code_of(0), code_of(6)
    brain = engine_brain.BayesianBrain(SPACE, replace(SETTINGS, mirror=False))
    brain.learn(labels((1, low, UP, 9), (5, high, UP, 6), (10, code_of(3), UP, 11)))
    assert counts(brain, 3, SPACE.state_of_code(3, high)) == (1.0, 0.0)
    assert counts(brain, 3, SPACE.state_of_code(3, code_of(3))) == (1.0, 0.0)
    assert counts(brain, 0, 0) == (2.0, 0.0)


def test_half_life_fades_what_was_known_before():
    low = code_of(0)
    leaf = SPACE.state_of_code(3, low)
    brain = engine_brain.BayesianBrain(SPACE, replace(SETTINGS, half_life_days=1.0))
    brain.learn(labels((1, low, UP, 2)))
    brain.learn(labels((1, low, DOWN, 2)))
    assert counts(brain, 3, leaf) == (0.5, 1.0)


def test_posterior_without_evidence_is_even():
    brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
    root, *levels = brain.posteriors(0)
    assert root == [(10.0, 10.0)]
    assert brain.kappas(0) == pytest.approx([20.0] * 3)
    for level, deviations in zip(levels, (1, 2, 3), strict=True):
        (a, b) = level[0]
        assert a == b
        assert a + b == pytest.approx(21 / deviations / engine_brain.OTHER_DAYS - 1)
    # The middle of everything is one half by construction, so its own states deviate once.
    middle = SPACE.state_of_code(SPACE.leaf_level, code_of(3, 2, 1))
    assert sum(levels[-1][middle]) == pytest.approx(21 / engine_brain.OTHER_DAYS - 1)


def test_posterior_by_hand():
    space = engine_space.StateSpace((engine_space.Field("x", 3),), (("x",),))
    brain = engine_brain.BayesianBrain(space, replace(SETTINGS, mirror=False, kappa_min=1e-4))
    brain.ups[0] = [[30.0], [22.0, 7.0, 0.0]]
    brain.downs[0] = [[20.0], [8.0, 12.0, 1.0]]
    assert brain.posteriors(0)[0] == [(40.0, 30.0)]
    before, unit = 0.25 / 21, 0.25

    def surprises(rho):
        """Of the first two states; the third has one label."""
        total = 0.0
        for (ups, n), (other_ups, other_n, share) in (
            ((22, 30), (7, 20, (19**2 + 1) / 20**2)),
            ((7, 19), (22, 31, (30**2 + 1) / 31**2)),
        ):
            others = before + unit * rho * share + unit / other_n
            slope = before / others
            off = ups / n - 0.5 - slope * (other_ups / other_n - 0.5)
            total += off**2 / (before + unit * rho + unit / n - slope * before)
        return total

    (kappa,) = brain.kappas(0)
    rho = 1 / (kappa + 1)
    assert 1e-4 < kappa < 10_000
    assert surprises(rho) == pytest.approx(2, rel=1e-9)
    # Where they add up to the lower 5% quantile of χ² with two degrees of freedom, or as far as κ may fall.
    least = 2 * (1 - 1 / 9 - 1.6448536269514722 / 3) ** 3
    bound = brentq(lambda r: surprises(r) - least, 1e-4, 50.0)

    def moments(rho):
        """Of the last state: one label, down; its siblings' 49 tell no less than the 50 of the parent do."""
        prior = before + unit * rho
        others = before + unit * rho * (30**2 + 19**2) / 49**2 + unit / 49
        weights = np.linalg.solve([[prior + unit, before], [before, others]], [prior, before])
        off = np.array([0 - 0.5, 29 / 49 - 0.5])
        return 0.5 + weights @ off, prior - weights @ [prior, before]

    mean, _ = moments(rho)
    _, variance = moments(min(bound, 1 / (1e-4 + 1)))
    assert brain.posterior(0, 2) == pytest.approx(
        engine_brain.beta_of(mean, engine_brain.OTHER_DAYS * variance)
    )


def test_kappa_keeps_its_bounds_and_ignores_self_mirrored_states():
    space = engine_space.StateSpace((engine_space.Field("x", 3, mirrored=True),), (("x",),))
    brain = engine_brain.BayesianBrain(space, SETTINGS)
    assert brain.kappas(0) == pytest.approx([20.0])
    brain = engine_brain.BayesianBrain(space, SETTINGS)
    brain.ups[0][1] = [0.0, 5000.0, 0.0]
    assert brain.kappas(0) == pytest.approx([20.0])
    brain = engine_brain.BayesianBrain(space, SETTINGS)
    brain.ups[0][1], brain.downs[0][1] = [900.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    assert brain.kappas(0) == pytest.approx([5.0])
    brain = engine_brain.BayesianBrain(space, SETTINGS)
    brain.ups[0][1], brain.downs[0][1] = [5e8, 0.0, 0.0], [5e8, 0.0, 0.0]
    assert brain.kappas(0) == pytest.approx([10_000.0])


def test_posterior_of_a_child_borrows_from_its_mirrored_parent():
    # The canonical leaf's own parent may be the non-canonical one of its pair.
    low, high = code_of(0, 4, 0), code_of(6, 0, 2)
    brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
    brain.learn(labels(*((2 * k, low, UP, 2 * k + 1) for k in range(50))))
    leaf, other = SPACE.state_of_code(3, low), SPACE.state_of_code(3, high)
    assert brain.posterior(1, leaf).mean > 0.7
    assert brain.posterior(1, other).mean == pytest.approx(1 - brain.posterior(1, leaf).mean)
    sibling = SPACE.state_of_code(3, code_of(0, 4, 0, volume=1))
    cousin = SPACE.state_of_code(3, code_of(0, 0, 0))
    assert 0.5 < brain.posterior(1, cousin).mean < brain.posterior(1, sibling).mean < 1.0


SET = engine_simulate.ParamSet(15, 40, 0, 5, 3600, 0, 0.8, 5, "learned", 1, 5, "both")


@pytest.mark.parametrize(
    ("stop", "target", "rung"), [(10, 79, 0), (10, 80, 1), (10, 319, 1), (10, 320, 2), (100, 100, 2)]
)
def test_rung_of_a_bracket(stop, target, rung):
    assert engine_gate.rung_of(stop, target, 40) == rung


def test_refused_brackets():
    far = replace(SET, stop_loss_ticks=100, take_profit_ticks=101)
    assert engine_gate.refused(far, 40)
    assert not engine_gate.refused(replace(far, take_profit_ticks=100), 40)
    assert not engine_gate.refused(replace(SET, stop_loss_ticks=40, max_hold_seconds=120), 40)
    assert engine_gate.refused(replace(SET, stop_loss_ticks=40, max_hold_seconds=119), 40)


@pytest.mark.parametrize("stop", [8, 30, 60])
@pytest.mark.parametrize("target", [12, 60, 160])
@pytest.mark.parametrize("cost", [0.5, 2.9])
def test_threshold_is_where_the_bracket_pays(stop, target, cost):
    needed = (stop + cost) / (stop + target)
    theta = brentq(lambda t: engine_gate.bracket_chance(t, stop, target) - needed, 1e-9, 5, xtol=1e-15)
    p = engine_gate.pays_above(stop, target, cost, 40)
    assert p == pytest.approx(1 / (1 + 2.718281828459045 ** (-theta * 40)), abs=1e-12)
    assert 0.5 < p < 1.0


def test_threshold_limits():
    assert engine_gate.pays_above(10, 20, 0.0, 40) == 0.5
    assert engine_gate.pays_above(10, 2, 2.0, 40) == 1.0
    # A symmetrical bracket of the barrier's size asks for its own break-even.
    assert engine_gate.pays_above(40, 40, 3.0, 40) == pytest.approx(43 / 80)


def trained(n=40, share=0.9):
    """A brain that saw price rise after the lowest band and nothing else."""
    low = code_of(0)
    ups = round(n * share)
    brain = engine_brain.BayesianBrain(SPACE, SETTINGS)
    brain.learn(labels(*((2 * k, low, UP if k < ups else DOWN, 2 * k + 1) for k in range(n))))
    return brain


def side(params, band, brain, b=40, cost=2.0):
    return engine_gate.gate(SPACE, params, brain, b, cost).sides[SPACE.state_of_code(3, code_of(band))]


def test_learned_fires_the_side_that_pays():
    brain = trained()
    leaf = SPACE.state_of_code(3, code_of(0))
    # √(15 · 40) is nearer to the rung of 20 ticks than to that of 40.
    a, b = brain.posterior(0, leaf)
    chance = beta.sf(engine_gate.pays_above(15, 40, 2.0, 20), a, b)
    assert 0.8 < chance < 0.9999
    assert side(SET, 0, brain) == 1
    assert side(SET, 6, brain) == -1
    assert side(SET, 3, brain) == 0
    assert side(replace(SET, confidence_threshold=chance - 1e-9), 0, brain) == 1
    assert side(replace(SET, confidence_threshold=chance + 1e-9), 0, brain) == 0
    assert side(replace(SET, min_samples=40), 0, brain) == 1
    assert side(replace(SET, min_samples=41), 0, brain) == 0
    assert side(SET, 0, None) == 0


def test_learned_is_refused_far_from_the_rungs():
    brain = trained()
    far = engine_gate.gate(SPACE, replace(SET, take_profit_ticks=2000), brain, 40, 2.0)
    assert far.refused
    assert set(far.sides) == {0}
    assert not engine_gate.gate(SPACE, SET, brain, 40, 2.0).refused
    rule = replace(SET, take_profit_ticks=2000, entry_rule="reversion")
    assert not engine_gate.gate(SPACE, rule, brain, 40, 2.0).refused


def test_brain_vetoes_the_side_it_believes_loses():
    rule = replace(SET, entry_rule="reversion")
    good, bad = trained(), trained(share=0.1)
    assert [side(rule, band, None) for band in (0, 3, 6)] == [1, 0, -1]
    assert [side(rule, band, good) for band in (0, 3, 6)] == [1, 0, -1]
    assert [side(rule, band, bad) for band in (0, 3, 6)] == [0, 0, 0]
    assert side(replace(rule, min_samples=41), 0, bad) == 1
    # The neighbouring band was never seen, so nothing is held against it.
    assert side(rule, 1, bad) == 1


def test_any_takes_none_when_the_rules_disagree():
    def leaf(band, momentum, volume):
        return SPACE.state_of_code(3, code_of(band, momentum, 1, volume))

    found = {
        name: engine_gate.signal(SPACE, "any", leaf(*digits))
        for name, digits in {
            "reversion": (0, 2, 0),
            "drive": (3, 4, 1),
            "agree": (0, 4, 1),
            "disagree": (6, 4, 1),
            "none": (3, 2, 1),
        }.items()
    }
    assert found == {"reversion": 1, "drive": 1, "agree": 1, "disagree": 0, "none": 0}


def test_day_best_takes_the_first_of_the_highest():
    assert engine_selection.select_day_best([None, 1.0, 3.0, 3.0]) == 2
    assert engine_selection.select_day_best([None, -2.0]) == 1
    assert engine_selection.select_day_best([None, None]) is None


def test_panel_of_one_day_is_the_day():
    days = [[1.0, None, 4.0, 4.0]]
    assert engine_selection.panel_scores(days, "net", 10) == [1.0, None, 4.0, 4.0]
    assert engine_selection.select_panel(days, "net", 10) == 2


def test_panel_needs_half_of_the_days():
    days = [[1.0, None, None], [1.0, 9.0, None], [1.0, None, None]]
    scores = engine_selection.panel_scores(days, "net", 10)
    assert scores[1:] == [None, None]
    assert engine_selection.panel_scores(days[:2], "net", 10)[1] is not None
    assert engine_selection.select_panel([[None], [None]], "net", 10) is None


def test_panel_by_hand():
    days = [[3.0, 1.0, -4.0], [5.0, None, -6.0]]
    w = (0.5, 1.0)
    total, square = 1.5, 1.25
    means = [(3 * w[0] + 5) / total, 1 * w[0] / total, (-4 * w[0] - 6) / total]
    s2 = [
        sum(wd * (x - m) ** 2 for wd, x in zip(w, xs, strict=True)) / (total - square / total)
        for xs, m in zip(((3, 5), (1, 0), (-4, -6)), means, strict=True)
    ]
    pooled = sum(s2) / 3
    v = [(s + 4 * pooled) / 5 * square / total**2 for s in s2]
    centre = sum(means) / 3
    tau = sum((m - centre) ** 2 for m in means) / 2 - sum(v) / 3
    assert tau > 0
    expected = [centre + tau / (tau + vk) * (m - centre) for m, vk in zip(means, v, strict=True)]
    assert engine_selection.panel_scores(days, "net", 1.0) == pytest.approx(expected)


def test_panel_without_spread_between_sets_takes_the_higher_mean():
    days = [[10.0, -9.0, 1.0], [-10.0, 11.0, 0.0]]
    scores = engine_selection.panel_scores(days, "net", 1e9)
    assert len(set(scores)) == 1
    assert engine_selection.select_panel(days, "net", 1e9) == 1


def test_undefined_profit_factor_counts_as_one():
    days = [[None, 0.8], [1.2, 0.8]]
    assert engine_selection.select_panel(days, "profit_factor", 1e9) == 0
    assert engine_selection.panel_scores(days, "profit_factor", 1e9)[0] > 0.8
