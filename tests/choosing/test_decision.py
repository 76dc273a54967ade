"""To trade or to stay flat: what the odds do with no, good and bad evidence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.choosing import decision
from bayescore.choosing.decision import PaperDay
from bayescore.config import Config

BAR = Config().trade_probability
lucks = st.floats(0, 1)
records = st.lists(
    st.tuples(st.floats(-1e4, 1e4), st.just(0.0) | st.floats(1, 1e3)).map(lambda d: PaperDay(*d)), max_size=30
)
"""Days without a trade, or with a noise of at least a tick: a trade's bracket has one."""


def test_without_evidence_and_record_it_stays_flat():
    for luck in (0.3, 0.5, 0.9, 1.0):
        assert decision.probability(luck, []) < BAR


def test_strong_evidence_trades_before_there_is_a_record():
    assert decision.probability(1e-4, []) > BAR


def test_a_bad_record_overrules_the_best_evidence_there_can_be():
    assert decision.probability(0.0, []) > 0.99
    lost = [PaperDay(-100.0, 50.0)] * 8
    assert decision.record_log_odds(lost) < -3
    assert decision.probability(1e-3, lost) < BAR


def test_a_good_record_trades_where_the_evidence_says_little():
    won = [PaperDay(100.0, 50.0)] * 8
    assert decision.probability(0.3, []) < BAR < decision.probability(0.3, won)


def test_the_record_forgets():
    lost_then_won = [PaperDay(-100.0, 50.0)] * 10 + [PaperDay(100.0, 50.0)] * 10
    assert decision.record_log_odds(lost_then_won) > 2
    assert decision.record_log_odds(lost_then_won[::-1]) < -2


def test_days_without_trades_say_nothing():
    record = [PaperDay(40.0, 50.0), PaperDay(10.0, 20.0)]
    flat = PaperDay(0.0, 0.0)
    odds = decision.record_log_odds(record)
    assert decision.record_log_odds([flat, record[0], flat, flat, record[1], flat]) == odds
    assert decision.record_log_odds([flat] * 5) == 0


@given(lucks, lucks)
def test_more_luck_is_never_better(a, b):
    low, high = sorted((a, b))
    assert decision.evidence_log_odds(low) >= decision.evidence_log_odds(high)


@given(lucks, records)
def test_odds_are_bounded_and_finite(luck, record):
    assert decision.evidence_log_odds(luck) <= decision.MOST_EVIDENCE
    assert abs(decision.record_log_odds(record)) <= decision.MOST_RECORD
    p = decision.probability(luck, record)
    assert math.isfinite(p)
    assert 0 <= p < 1


@given(records, st.floats(1, 1e4), st.floats(0.1, 1e3))
def test_a_better_day_never_hurts_and_the_record_is_symmetric(record, more, noise):
    worse, better = [*record, PaperDay(-more, noise)], [*record, PaperDay(more, noise)]
    assert decision.record_log_odds(worse) <= decision.record_log_odds(better)
    turned = [PaperDay(-d.net, d.noise) for d in better]
    assert decision.record_log_odds(turned) == pytest.approx(-decision.record_log_odds(better), abs=1e-12)


def test_evidence_says_nothing_at_one_in_e():
    assert decision.evidence_log_odds(math.exp(-1)) == pytest.approx(0, abs=1e-12)
    assert decision.evidence_log_odds(0.05) == pytest.approx(-math.log(-math.e * 0.05 * math.log(0.05)))
