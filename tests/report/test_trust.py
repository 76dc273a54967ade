"""What stands beside a verdict reads as it should: every figure there is, none that is not, none cut."""

import msgspec
import pytest

from bayescore import events
from bayescore.report.trust import LEVEL_HEAD, figures, level_rows, refusal_lines, trust_lines
from bayescore.report.wording import equals, expectation, p_value, verdict_lines
from bayescore.results.verdict import verdict
from tests.tui.fake_run import FakeRun


@pytest.fixture(scope="module")
def summary() -> events.Summary:
    fake = FakeRun(12)
    for index in range(12):
        fake.day(index)
    return fake.summary().summary


def test_every_figure_of_a_run_is_named_with_its_source(summary: events.Summary) -> None:
    rows = {f.name: f for f in figures(summary)}
    r, x = summary.robustness, summary.stability
    assert r is not None
    assert x is not None
    assert rows["candidates looked at"].value == f"{r.trials:,}"
    assert (
        rows["same set, entry, contexts"].value
        == f"{x.same_set}, {x.same_entry}, {x.same_contexts} of {x.evenings}"
    )
    assert rows["learned sets refused"].value == "1,980 of 5,400"
    assert rows["stop first, target first"].value == "+$5,120.00, +$5,344.00"
    assert rows["the pipeline earns so by luck"].value == "not known"
    assert all(len(f.name) <= 30 and len(f.name) + len(f.value) + 2 <= 77 for f in rows.values())
    text = " ".join(trust_lines(summary))
    for part in (
        "4 trades met stop and target in one bar",
        "evenings expected +$180.00 a day",
        "The brain refused 1,980",
    ):
        assert part in text


def test_what_is_not_known_is_left_out(summary: events.Summary) -> None:
    bare = msgspec.structs.replace(summary, robustness=None, stability=None, refusals=None, verdict=None)
    assert figures(bare) == []
    assert trust_lines(bare) == []
    assert refusal_lines(events.Refusals()) == []
    only_rules = refusal_lines(events.Refusals(signals=200, vetoed=50))
    assert only_rules == [
        "The brain vetoed 25% of the bars at which the other sets' rules would have entered."
    ]


def test_levels_are_told_in_thousandths_with_both_shares(summary: events.Summary) -> None:
    rows = level_rows(summary.calibration)
    assert len(rows) == len(summary.calibration.levels) == 3
    last = rows[-1]
    assert len(last) == len(LEVEL_HEAD)
    assert (last.brier, last.difference, last.reliability) == ("249.60", "−0.40 ± 1.10", "0.20")
    assert last.inside == "83% / 81%"


def test_a_verdict_that_was_not_validated_says_so() -> None:
    daily = [80.0 + 10 * (k % 5) for k in range(21)]
    said = verdict_lines(verdict(daily))
    assert said[0].startswith("Suggestive: ")
    assert said[-1].startswith("Missing to the next rung: worlds without an edge")
    assert said[-1].endswith("run bayescore validate RUN.")
    assert "missing" not in " ".join(verdict_lines(verdict(daily, null_p_value=0.01)))
    assert "0.010" in " ".join(verdict_lines(verdict(daily, null_p_value=0.01)))
    # Also of a run too short for a chance by its days.
    assert "with probability 0.200." in " ".join(verdict_lines(verdict(daily[:2], null_p_value=0.2)))


def test_an_expectation_names_the_days_it_rests_on(summary: events.Summary) -> None:
    d = summary.decision
    assert d is not None
    known = msgspec.structs.replace(d, expected_days=1)
    assert expectation(known, "USD").endswith(
        "(−$20.00 to +$380.00 at 80%), by 1 day that came after a choice"
    )
    none = msgspec.structs.replace(d, expected_currency=None, low_currency=None, high_currency=None)
    assert "cannot say yet" in expectation(none, "USD")
    assert "$" not in expectation(none, "USD")


@pytest.mark.parametrize(
    ("p", "text"), [(0.0, "< 0.001"), (0.0004, "< 0.001"), (0.0006, "0.001"), (0.5, "0.500"), (None, "–")]
)
def test_no_chance_is_zero(p: float | None, text: str) -> None:
    assert p_value(p) == text
    assert equals(p) == (text if text.startswith("<") else f"= {text}")
