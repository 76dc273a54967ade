"""The ladder of verdicts: what moves a result from rung to rung, and how often luck does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as sps

from bayescore.results.verdict import OFTEN_LUCK, UNVALIDATED, held, held_against_nulls, of_days, verdict


def days(mean, sd=100.0, n=21):
    """Daily P&L of exactly this mean and standard deviation, without skew."""
    x = sps.norm.ppf((np.arange(n) + 0.5) / n)
    return mean + sd * (x - x.mean()) / x.std(ddof=1)


def test_a_losing_month_is_said_with_its_interval_and_its_alternative():
    v = verdict(days(-18, 60))
    low, high = sps.t.interval(0.95, 20, -18, 60 / np.sqrt(21))
    assert v.rung == "no evidence of an edge"
    assert (v.low, v.high) == pytest.approx((low, high))
    assert v.sentence == f"−$18 a day, 95% interval −${-low:.0f} to ${high:.2f}, 21 days; staying flat: $0"
    assert v.missing == "a mean above zero"
    assert v.p_value > 0.5


def test_the_rungs_in_order():
    assert verdict([]).rung == "too early to say"
    assert verdict([]).sentence == "no out-of-sample day yet"
    assert verdict(days(500, 10, 9)).rung == "too early to say"
    assert verdict(days(500, 10, 9)).missing == "1 more out-of-sample day"
    assert verdict(days(20)).rung == "no evidence of an edge"
    assert verdict(days(45)).rung == "suggestive"
    assert (verdict(days(80)).rung, verdict(days(80)).missing) == ("suggestive", UNVALIDATED)
    validated = verdict(days(80), null_p_value=0.05)
    assert (validated.rung, validated.missing) == ("evidence", "")


def test_what_is_missing_brings_the_next_rung():
    """A record as long as asked for, of days like those seen, gets there."""
    for mean, rung in ((20, "suggestive"), (45, "evidence")):
        v = verdict(days(mean))
        more = int(v.missing.split()[1])
        assert of_days(verdict(days(mean, n=21 + more + 4))) == rung
        assert of_days(verdict(days(mean, n=21 + more // 2))) == v.rung
    assert "at this pace more than 2,000 days" in verdict(days(1)).missing


def test_staying_flat_is_no_evidence_and_few_trades_are_none():
    flat = verdict(np.zeros(21))
    assert (flat.rung, flat.sentence) == ("no evidence of an edge", "stayed flat on all 21 days: $0")
    assert flat.missing == "5 more days with trades"
    some = np.zeros(21)
    some[:4] = 200, 210, 190, 205
    assert verdict(some).rung == "no evidence of an edge"
    assert verdict(some).low is None
    assert verdict(some).missing == "1 more day with trades"
    traded = np.zeros(21)
    traded[:12] = days(200, 20, 12)
    assert verdict(traded).rung == "suggestive"
    assert verdict(traded).missing == f"3 more days with trades; {UNVALIDATED}"
    assert "9 of them flat" in verdict(traded).sentence
    # A day that traded to exactly nothing is not a flat one.
    assert of_days(verdict(traded, [True] * 21)) == "evidence"


def test_no_single_figure_decides():
    good = days(80)
    assert "ambiguous" in verdict(good, worst=-1.0, null_p_value=0.01).missing
    assert verdict(good, worst=-1.0, null_p_value=0.01).rung == "suggestive"
    assert verdict(good, worst=1.0, null_p_value=0.01).rung == "evidence"
    v = verdict(good, null_p_value=0.3)
    assert (v.rung, v.null_p_value) == ("suggestive", 0.3)
    assert "p = 0.30" in v.missing
    assert verdict(good, null_p_value=0.01).rung == "evidence"
    assert "EUR 80 a day" in verdict(good, currency="EUR").sentence


def test_worlds_without_an_edge_can_be_run_later():
    """What they say is added to a verdict by its days, and it is the same as if it had been known."""
    for mean in (-18, 20, 45, 80):
        for p in (None, 0.004, 0.05, 0.3):
            asked = verdict(days(mean), null_p_value=p)
            for before in (None, 0.01, 0.7):
                assert held_against_nulls(verdict(days(mean), null_p_value=before), p) == asked
            assert of_days(asked) == of_days(verdict(days(mean)))
            assert held(of_days(asked), p) == asked.rung
    for mean in (-18, 20):
        assert verdict(days(mean), null_p_value=0.3).missing == verdict(days(mean)).missing


@pytest.mark.parametrize("p", [None, 0.051, 0.3, 1.0])
@given(mean=st.floats(-100, 1e6), n=st.integers(0, 300))
def test_no_record_is_evidence_without_the_pipeline_s_own_luck(p, mean, n):
    v = verdict(days(mean, n=n) if n > 1 else [mean] * n, null_p_value=p)
    assert v.rung != "evidence"
    if v.rung == "suggestive":
        assert v.missing.split("; ")[-1].startswith(UNVALIDATED if p is None else OFTEN_LUCK)


def test_luck_reaches_the_rungs_at_their_level():
    """Without an edge, costs included or not, in months of many shapes."""
    rng = np.random.default_rng(8)
    for draw in (
        lambda: rng.normal(0, 1, 21),
        lambda: rng.standard_t(3, 21),
        lambda: 1 - rng.exponential(1, 21),
        lambda: rng.exponential(1, 21) - 1,
    ):
        rungs = [of_days(verdict(draw())) for _ in range(1500)]
        assert np.mean([r == "evidence" for r in rungs]) <= 0.025
        assert np.mean([r in ("evidence", "suggestive") for r in rungs]) <= 0.075
