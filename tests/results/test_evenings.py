"""Choices of one evening held against the next, and what was expected against what came."""

import msgspec
import pytest

from bayescore import events
from bayescore.report.trust import stability_lines
from bayescore.results.evenings import Promise, promises, stability
from tests.learning.test_patterns import day as day_result
from tests.results.test_summary import policy_day

SET = events.Params(
    stop_loss_ticks=20, take_profit_ticks=40, trail_activation_ticks=0, trail_distance_ticks=5, max_hold_seconds=600,
    cooldown_seconds=0, confidence_threshold=0.6, min_samples=5, entry_rule="reversion", contexts_allowed="all",
    max_consecutive_losses=4,
)  # fmt: skip # factors, several to a line


def evening(params, expert="panel", trade=True, expected=100.0, net=0):
    result = day_result("2026-01-05", [], [])
    decision = msgspec.structs.replace(
        result.decision, params=params, expert=expert, trade=trade, expected_currency=expected
    )
    paper = policy_day([net * 1000])
    metrics = msgspec.structs.replace(paper.metrics, net_currency=float(net))
    policies = {"panel": msgspec.structs.replace(paper, metrics=metrics)}
    return msgspec.structs.replace(result, decision=decision, policies=policies)


def test_what_changed_is_counted():
    wider = msgspec.structs.replace(SET, stop_loss_ticks=25, take_profit_ticks=80)
    other = msgspec.structs.replace(SET, entry_rule="drive", contexts_allowed="kill_zone")
    days = [
        evening(SET),
        evening(SET),
        evening(wider),
        evening(other, trade=False),
        evening(None, trade=False),
    ]
    found = stability([*days, evening(SET, expert="memory_2")])
    assert (found.pairs, found.evenings) == (5, 3)
    assert (found.same_set, found.same_entry, found.same_contexts) == (1, 2, 2)
    assert (found.same_expert, found.turned) == (4, 2)
    assert (found.stop_change, found.target_change, found.hold_change) == (pytest.approx(0.2), 0.5, 0.0)
    (line,) = stability_lines(found)
    assert "the same on 1 of 3" in line
    assert "on 2 of 5 evenings" in line


def test_a_single_evening_says_nothing():
    assert stability([evening(SET)]) is None
    alone = stability([evening(SET), evening(None)])
    assert (alone.evenings, alone.stop_change) == (0, None)
    assert stability_lines(None) == []
    assert "no two evenings in a row" in stability_lines(alone)[0]


def test_a_promise_is_held_against_the_day_after():
    days = [
        evening(SET, expected=100.0),
        evening(None, net=60),
        evening(SET, expected=None, net=-5),
        evening(SET, net=7),
    ]
    assert promises(days) == [Promise(100.0, 60.0)]
