"""What the attacks came to so far: kept in a file that a later run goes on from and that the documentation shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRESS = ROOT / "target" / "attack" / "progress.json"
RECORD = ROOT / "docs" / "reliability.json"
PAGE = ROOT / "docs" / "reliability.md"
_TABLE = re.compile(r"(<!-- tally -->\n).*?(<!-- end of tally -->)", re.DOTALL)
MOST_FINDS = 20

State = dict[str, Any]
"""Of one attack: ``tried`` cases, ``counted`` in its unit, ``failed`` cases, ``finds``, ``seconds``."""


class Tally:
    """Figures of all attacks, saved as they grow.

    Parameters
    ----------
    path
        Where they are kept.
    fresh
        Begin at nothing.
    """

    def __init__(self, path: Path = PROGRESS, *, fresh: bool = False) -> None:
        self._path = path
        self.states: dict[str, State] = {} if fresh or not path.exists() else json.loads(path.read_text())

    def of(self, name: str) -> State:
        empty: State = {"tried": 0, "counted": 0, "failed": 0, "finds": [], "seconds": 0.0}
        return self.states.setdefault(name, empty)

    def add(self, name: str, counted: int, wrong: list[str], seconds: float) -> None:
        """Take one case in and save."""
        state = self.of(name)
        state["tried"] += 1
        state["counted"] += counted
        state["seconds"] = round(state["seconds"] + seconds, 1)
        if wrong:
            state["failed"] += 1
            state["finds"] = [*state["finds"], wrong[:3]][:MOST_FINDS]
        self.save()

    def save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        half = self._path.with_suffix(".tmp")
        half.write_text(json.dumps(self.states, indent=2) + "\n")
        half.replace(self._path)


def table(states: dict[str, State], units: dict[str, str]) -> str:
    """The figures as a table of the documentation.

    Parameters
    ----------
    units
        What each attack counts, by its name and in the table's order.
    """
    lines = ["| attack | cases | of these | failed |", "|---|---:|---:|---:|"]
    for name, unit in units.items():
        state = states.get(name)
        if state is None:
            continue
        lines.append(f"| {name} | {state['tried']:,} | {state['counted']:,} {unit} | {state['failed']:,} |")
    return "\n".join(lines) + "\n"


def shown(page: str) -> str:
    """The table that a page holds."""
    found = _TABLE.search(page)
    assert found, "the page has no place for the table"
    return found.group(0).removeprefix("<!-- tally -->\n").removesuffix("<!-- end of tally -->")


def record(tally: Tally, units: dict[str, str]) -> None:
    """Put the figures, without what was found on the way, into the documentation."""
    RECORD.write_text(
        json.dumps(
            {
                name: {key: state[key] for key in ("tried", "counted", "failed")}
                for name, state in tally.states.items()
            },
            indent=2,
        )
        + "\n"
    )
    new = table(tally.states, units)
    PAGE.write_text(_TABLE.sub(lambda m: m.group(1) + new + m.group(2), PAGE.read_text()))
