"""The answer above the charts and the tab of tomorrow, as text."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from bayescore_tui.model.evidence import EvidenceGrid
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.text import formats, sets
from bayescore_tui.text.answer import RUNGS, answer
from bayescore_tui.text.decision import decision_of, page, rivals
from tests.tui.folding import fold


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_answer_fits_its_width_and_cuts_no_figure(width: int) -> None:
    model, _ = fold(9)
    whole = answer(model, 1000).plain.split("\n")
    for full, line in zip(whole, answer(model, width).plain.split("\n"), strict=True):
        groups, kept = full.split("  ·  "), line.split("  ·  ")
        assert len(line) <= width or len(kept) == 1
        assert all(group in groups or group.startswith("odds") for group in kept)


def test_the_decision_says_what_is_done_and_how_sure_it_is() -> None:
    model, _ = fold(5)
    d = decision_of(model)
    assert d is not None
    text = answer(model, 200).plain
    assert ("trade" if d.trade else "stay flat") in text
    assert f"{100 * d.probability:.0f}%" in text


def test_candidates_that_never_traded_are_counted_not_listed() -> None:
    model, _ = fold(5)
    d = decision_of(model)
    assert d is not None
    first, *others = d.contenders
    idle = [msgspec.structs.replace(c, expected_currency=0.0, sd_currency=0.0) for c in others]
    some = msgspec.structs.replace(d, contenders=[first, *idle])
    rows = ["".join(x if isinstance(x, str) else x[0] for x in row) for row in rivals(some, None, "USD", 120)]
    assert len(rows) == 3
    assert rows[2].strip() == f"{len(idle)} more candidates, which traded on none of these days"
    assert len(rivals(d, None, "USD", 120)) == 1 + len(d.contenders)


def test_sets_of_a_run_that_stays_flat_are_one_line() -> None:
    model, _ = fold(5)
    assert model.last is not None
    none = {
        name: msgspec.structs.replace(p, params=None, next_params=None)
        for name, p in model.last.policies.items()
    }
    flat = msgspec.structs.replace(model.last, policies=none)
    assert sets.table(flat, 40, hindsight=False).plain == "traded and tomorrow: flat, no set"
    with_hindsight = sets.table(flat, 60).plain
    assert with_hindsight.endswith("traded and tomorrow: flat, no set")
    assert formats.UNDEFINED not in with_hindsight
    assert len(sets.table(model.last, 40, hindsight=False).plain.split("\n")) > 10


def test_a_rung_is_drawn_as_so_many_dots() -> None:
    model, _ = fold(3, finish=False)
    assert model.last is not None
    for k, rung in enumerate(RUNGS, 1):
        verdict = msgspec.structs.replace(_verdict(model), rung=rung)
        model.last = msgspec.structs.replace(model.last, verdict=verdict)
        assert answer(model, 120).plain.startswith("●" * k + "○" * (len(RUNGS) - k) + f" {rung}")


def _verdict(model: RunModel):  # type: ignore[no-untyped-def]
    from bayescore.events import Verdict

    return Verdict(
        rung="suggestive",
        days=3,
        traded_days=2,
        mean_day_currency=1.0,
        low=-2.0,
        high=4.0,
        p_value=0.2,
        sentence="x",
        missing="more days",
    )


def test_the_page_shows_experts_and_the_days_of_the_rivals() -> None:
    model, _ = fold(6)
    d = decision_of(model)
    assert d is not None
    assert d.contenders
    dates = tuple(r.date for r in model.days)
    first = d.contenders[0].candidate
    net = np.array([[math.nan, 12.0, -30.0, 0.0, 30.0, 1.0], [-9.0, -9.0, -9.0, -9.0, -9.0, -9.0]])
    grid = EvidenceGrid(dates, (first, 77), net, first)
    text = page(model, grid, 120).plain
    assert "memory 10 days" in text
    row = next(line for line in text.split("\n") if line.startswith("▸ "))
    assert row.endswith("+  −  ·  +  + ")
    narrow = page(model, grid, 50).plain
    assert next(line for line in narrow.split("\n") if line.startswith("▸ ")).endswith(" +−·++")
    assert "▸ chosen, rank 1" in text
    assert "2 candidates" in text
    assert any(line.startswith("  2 ") and line.endswith("−  −  −  −  −  − ") for line in text.split("\n"))


def test_before_the_first_day_it_says_what_will_appear() -> None:
    assert "appears here" in page(RunModel(), None, 80).plain
    assert "tomorrow –" in answer(RunModel(), 80).plain
