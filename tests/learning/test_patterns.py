"""Patterns: what is listed of a brain, and that noise is not called significant."""

import numpy as np
import pytest
from scipy import stats as sps

from bayescore import _core, events
from bayescore.learning.patterns import (
    PatternAnalyzer,
    analyze_by_context,
    generate_pattern_report,
    get_strongest_patterns,
)
from bayescore.results.summary import policy_summary

SPACE = _core.StateSpace.standard(["asia", "london"])
RADIX = (7, 5, 3, 2, 2)
CHAIN = ((), (0, 2), (0, 1, 2), (0, 1, 2, 3, 4))
DIGITS = np.array(np.unravel_index(np.arange(SPACE.n_leaves), RADIX)).T
MIRROR = np.array([SPACE.mirror_leaf(leaf) for leaf in range(SPACE.n_leaves)])

STAY_FLAT = events.Decision(
    trade=False, expert="memory_2", params=None, barrier_ticks=20, cost_ticks=4.0, probability=0.2, bar=0.5, luck=0.9,
    expected_currency=None, low_currency=None, high_currency=None, paper_days=0, paper_net_currency=0.0, weights={}, candidates=1, tried=1,
    known_days=1, contenders=[],
)  # fmt: skip # figures, several to a line


def states(level, digits):
    """State of each row of digits at a level."""
    fields = CHAIN[level]
    if not fields:
        return np.zeros(len(digits), np.int64)
    return np.ravel_multi_index([digits[:, k] for k in fields], [RADIX[k] for k in fields])


IMAGES = np.column_stack([6 - DIGITS[:, 0], 4 - DIGITS[:, 1], 2 - DIGITS[:, 2], DIGITS[:, 3], DIGITS[:, 4]])


def brain(ups, downs, *, mirror=True):
    """A brain that has seen these counts at the leaves, and their sums at every coarser level."""
    columns = {"rung": [], "level": [], "state": [], "ups": [], "downs": []}
    for level in range(4):
        state, image = states(level, DIGITS), states(level, IMAGES)
        up, down, canonical = ups.astype(float), downs.astype(float), state
        if mirror:
            canonical = np.minimum(state, image)
            half = (up + down) / 2
            up, down = (
                np.select([state < image, state > image], [a, b], half) for a, b in ((up, down), (down, up))
            )
        total = [np.bincount(canonical, weights=x) for x in (up, down)]
        seen = np.flatnonzero(total[0] + total[1])
        for name, column in zip(
            columns, (seen * 0 + 1, seen * 0 + level, seen, *(t[seen] for t in total)), strict=True
        ):
            columns[name].append(column)
    kinds = (np.uint8, np.uint8, np.uint16, float, float)
    joined = {k: np.concatenate(v).astype(t) for (k, v), t in zip(columns.items(), kinds, strict=True)}
    return _core.Brain.from_columns(SPACE, joined, mirror=mirror)


def counts(seed, p=0.5, n=40):
    rng = np.random.default_rng(seed)
    total = rng.poisson(n, SPACE.n_leaves)
    ups = rng.binomial(total, p)
    return ups, total - ups


def leaf(**labels):
    digits = []
    for (name, levels, _), default in zip(SPACE.fields[:5], (3, 2, 1, 0, 0), strict=True):
        digits.append(levels.index(labels[name]) if name in labels else default)
    return int(np.ravel_multi_index(digits, RADIX))


OVERSOLD = leaf(band="≤ −2.5", volume="confirmed")


def planted(n=400, p=0.7, seed=0):
    ups, downs = counts(seed)
    ups[OVERSOLD], downs[OVERSOLD] = round(n * p), n - round(n * p)
    return ups, downs


def test_a_planted_state_is_first_with_its_posterior():
    b = brain(*planted())
    found = PatternAnalyzer(SPACE).get_strongest_patterns(b, needs=0.59)
    top = found[0]
    assert (top.code, top.label, top.side) == (OVERSOLD, SPACE.leaf_label(OVERSOLD), "long")
    table = b.leaf_table(1)
    beta = sps.beta(table["a"][OVERSOLD], table["b"][OVERSOLD])
    assert top.probability == pytest.approx(beta.mean())
    assert (top.low, top.high) == pytest.approx((beta.ppf(0.1), beta.ppf(0.9)))
    assert top.p_above_half == pytest.approx(beta.sf(0.5))
    assert top.significant
    assert top.needs == 0.59
    assert top.effective_n == table["n"][OVERSOLD]


def test_the_other_side_of_a_state_is_its_complement():
    ups, downs = planted()
    up = get_strongest_patterns(brain(ups, downs))
    down = get_strongest_patterns(brain(downs, ups))
    assert [p.code for p in up] == [p.code for p in down]
    for a, b in zip(up, down, strict=True):
        assert (a.probability, a.p_above_half) == pytest.approx((b.probability, b.p_above_half))
    assert {p.side for p in (*up, *down)} == {"long", "short"}
    assert all(a.side != b.side for a, b in zip(up, down, strict=True))


def test_mirror_images_are_one_pattern():
    p = np.where(DIGITS[:, 3] == 1, 0.62, 0.5)
    b = brain(*planted())
    found = PatternAnalyzer(SPACE).get_strongest_patterns(b, 1000)
    codes = {p.code for p in found}
    assert not {int(MIRROR[c]) for c in codes} & codes
    apart = PatternAnalyzer(SPACE).get_strongest_patterns(brain(*counts(1, p, n=200), mirror=False), 1000)
    assert {int(MIRROR[p.code]) for p in apart} & {p.code for p in apart}


def test_lists_are_sorted_filtered_and_cut():
    p = np.where(DIGITS[:, 3] == 1, 0.62, 0.5)
    b = brain(*counts(2, p, n=200), mirror=False)
    every = get_strongest_patterns(b, 1000)
    assert len(every) > 100
    assert all(p.p_above_half > 0.8 and p.probability > 0.5 for p in every)
    assert [p.probability for p in every] == sorted((p.probability for p in every), reverse=True)
    assert get_strongest_patterns(b, 3) == every[:3]
    assert get_strongest_patterns(b, 0) == []
    assert all(p.low < p.probability < p.high for p in every)


def test_where_there_is_nothing_the_list_is_short():
    """On noise three lines at most say how far the nearest states are from paying."""
    shown = [
        PatternAnalyzer(SPACE).get_strongest_patterns(brain(*counts(s, n=100)), needs=0.57) for s in range(60)
    ]
    lengths = [len(patterns) for patterns in shown]
    assert np.mean(np.array(lengths) <= 3) >= 0.8
    assert max(lengths) < 10
    assert not any(p.pays for patterns in shown for p in patterns)


def test_what_the_bracket_asks_for_is_said():
    b = brain(*planted())
    top = get_strongest_patterns(b, 1)[0]
    analyzer = PatternAnalyzer(SPACE)
    assert analyzer.get_strongest_patterns(b, 1, needs=top.low - 1e-6)[0].pays
    assert not analyzer.get_strongest_patterns(b, 1, needs=top.low + 1e-6)[0].pays
    assert analyzer.get_strongest_patterns(b, 1, needs=0.568)[0].asks == "0.568"
    assert analyzer.get_strongest_patterns(b, 1, needs=1.0)[0].asks == "never pays"
    assert analyzer.get_strongest_patterns(b, 1, needs=8.3)[0].asks == "never pays"
    # The other rungs have seen nothing.
    assert analyzer.get_strongest_patterns(b, 1, rung=0) == []
    assert top.rung == 1


def test_noise_is_not_significant():
    days = [
        any(p.significant for p in get_strongest_patterns(brain(*counts(s, n=60)), 500)) for s in range(100)
    ]
    assert np.mean(days) <= 0.06


def test_a_star_needs_labels_of_its_own():
    """A state that was seen twice borrows all it is from its kin: it may be likely, but is not starred."""
    p = np.where(DIGITS[:, 0] == 0, 0.65, 0.5)
    ups, downs = counts(3, p, n=300)
    ups[OVERSOLD], downs[OVERSOLD] = 1, 0
    found = {p.code: p for p in get_strongest_patterns(brain(ups, downs, mirror=False), 1000)}
    starred = [p for p in found.values() if p.significant]
    assert len(starred) > 20
    assert OVERSOLD not in {p.code for p in starred}
    told = PatternAnalyzer(SPACE).get_strongest_patterns(
        brain(ups, downs, mirror=False), 1000, stars={starred[0].code}
    )
    assert [p.code for p in told if p.significant] == [starred[0].code]


def test_discoveries_are_mostly_true():
    false, made = 0, 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        good = rng.random(SPACE.n_leaves) < 0.15
        ups, downs = counts(seed, np.where(good, 0.6, 0.5), 400)
        for p in get_strongest_patterns(brain(ups, downs, mirror=False), 500):
            made += p.significant
            false += p.significant and not good[p.code]
    assert made > 100
    assert false / made < 0.06


def test_an_empty_brain_has_no_patterns():
    b = _core.Brain(SPACE)
    assert get_strongest_patterns(b) == []
    report = generate_pattern_report(b, [])
    assert "No state is separated from a coin" in report
    contexts = analyze_by_context(b)
    assert contexts["all"].states == 0
    assert contexts["all"].mean_probability is None


def trades(leaves, sides, net, duration):
    codes = np.array([leaf_ * 4 * 2 + 1 for leaf_ in leaves], np.uint16)
    return {
        "code": codes,
        "side": np.array(sides, np.int8),
        "net": np.array(net, np.int64),
        "duration": np.array(duration, np.int32),
    }


def test_real_trades_are_counted_with_those_of_the_mirror_image():
    assert SPACE.leaf_of(OVERSOLD * 8 + 1) == OVERSOLD
    image = int(MIRROR[OVERSOLD])
    done = trades(
        [OVERSOLD, OVERSOLD, image, image, 5],
        [1, -1, -1, 1, 1],
        [5000, 90_000, -2000, 70_000, 1],
        [10, 1, 40, 1, 9],
    )
    top = PatternAnalyzer(SPACE).get_strongest_patterns(brain(*planted()), 1, trades=done)[0]
    assert (top.trades, top.net_ticks, top.duration_mean_s) == (2, 3.0, 25.0)
    none = PatternAnalyzer(SPACE).get_strongest_patterns(brain(*planted()), 1, trades=trades([], [], [], []))[
        0
    ]
    assert (none.trades, none.net_ticks, none.duration_mean_s) == (0, 0.0, None)


def test_contexts_hold_the_states_they_name():
    contexts = analyze_by_context(brain(*planted()))
    assert list(contexts) == ["all", "kill_zone", "fractal_resonance", "confirmation", "velocity_spike"]
    assert contexts["kill_zone"].strongest[0].code == OVERSOLD
    assert contexts["confirmation"].strongest[0].code == OVERSOLD
    assert contexts["kill_zone"].significant >= 1
    canonical = np.arange(SPACE.n_leaves) < MIRROR
    assert contexts["all"].states == canonical.sum()
    outer = (DIGITS[:, 0] <= 1) | (DIGITS[:, 0] >= 5)
    assert contexts["kill_zone"].states == (canonical & outer).sum()
    assert all("velocity" in c.context or c.mean_probability >= 0.5 for c in contexts.values())
    assert all("burst yes" in p.label for p in contexts["velocity_spike"].strongest)


def test_other_spaces_have_the_contexts_that_they_can():
    space = _core.StateSpace(
        [("mood", ["calm", "angry"], False), ("side", ["low", "mid", "high"], True)], [["side"]]
    )
    b = _core.Brain(space)
    assert list(PatternAnalyzer(space).analyze_by_context(b)) == ["all"]
    assert PatternAnalyzer(space).get_strongest_patterns(b) == []


class Wrapper:
    """As `BayesianBrain`: the core's brain in an attribute."""

    def __init__(self, core):
        self.core = core


def test_wrapped_brains_are_read_too():
    b = brain(*planted())
    assert get_strongest_patterns(Wrapper(b)) == get_strongest_patterns(b)
    assert analyze_by_context(Wrapper(b)) == analyze_by_context(b)


NOT_TRADED = events.PolicyDay(
    policy="panel",
    params=None,
    metrics=None,
    cumulative_net_currency=0.0,
    sharpe_so_far=None,
    next_params=None,
)


def day(date, groups, patterns):
    return events.DayResult(
        date=date,
        index=0,
        bars=1,
        valid_bars=1,
        symbol="X",
        barrier_ticks=40,
        headline="panel",
        policies={},
        decision=STAY_FLAT,
        so_far=policy_summary([NOT_TRADED], 0.5),
        in_sample=None,
        in_sample_net_currency=0.0,
        iterations=events.Iterations(
            count=0,
            defined=0,
            profitable=0,
            trades=0,
            objective_quantiles=[],
            net_histogram=[],
            net_edges=[],
            refused_learned=0,
        ),
        regret=events.RegretDay(
            events=0,
            trades=0,
            exit_efficiency=None,
            entry_efficiency=None,
            total_efficiency=None,
            optimal=0.0,
            too_early=0.0,
            too_late=0.0,
            wrong_side=0.0,
            left_on_table_ticks=None,
            given_back_ticks=None,
        ),
        patterns=patterns,
        effects=[],
        calibration=events.Calibration(
            n=0, brier=None, brier_half=None, brier_error=None, ece=None, slope=None, spread=None, bins=[]
        ),
        labels=[],
        by_pattern=groups,
        by_context=[],
        by_window=[],
        by_reason=[],
    )


def test_report_joins_odds_and_trades_of_all_days():
    b = brain(*planted())
    label = SPACE.leaf_label(OVERSOLD)
    group = events.Group(label=label, trades=3, wins=2, net_ticks=12.5, duration_mean_s=20.0)
    image = events.Group(
        label=SPACE.leaf_label(int(MIRROR[OVERSOLD])), trades=1, wins=0, net_ticks=-2.5, duration_mean_s=60.0
    )
    needs = PatternAnalyzer(SPACE).get_strongest_patterns(b, 1, needs=0.612)
    text = generate_pattern_report(
        b, [day("2026-01-02", [group], []), day("2026-01-05", [group, image], needs)]
    )
    lines = text.splitlines()
    assert "2026-01-02 to 2026-01-05" in lines[0]
    assert label in lines[1]
    assert "needs 0.612" in lines[1]
    assert "7 trades, +22.5 ticks net, 26 s on average" in lines[1]
    assert lines[1].startswith("long")
