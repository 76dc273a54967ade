"""The table of docs/reliability.md is what was counted, and nothing that failed is passed over."""

import json
from pathlib import Path

from tests.attack.cases import ATTACKS
from tests.attack.tally import PAGE, RECORD, Tally, shown, table

UNITS = {name: attack.unit for name, attack in ATTACKS.items()}


def test_the_page_shows_what_was_counted() -> None:
    recorded = json.loads(RECORD.read_text())
    assert set(recorded) <= set(ATTACKS)
    assert shown(PAGE.read_text()) == table(recorded, UNITS)
    assert [name for name, state in recorded.items() if state["failed"]] == []


def test_a_tally_goes_on_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "progress.json"
    first = Tally(path)
    first.add("threads", 48, [], 1.0)
    first.add("threads", 48, ["something", "else"], 1.0)
    again = Tally(path)
    again.add("threads", 48, [], 1.0)
    state = again.of("threads")
    assert (state["tried"], state["counted"], state["failed"]) == (3, 144, 1)
    assert state["finds"] == [["something", "else"]]
    assert Tally(path, fresh=True).states == {}
