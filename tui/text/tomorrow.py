"""The panel beside the charts: what is traded tomorrow, what changes, and how today's exits were timed."""

from __future__ import annotations

from textual.content import Content

from bayescore_tui.model.run_model import RunModel
from bayescore_tui.text import sets
from bayescore_tui.text.blocks import regret_in_brief
from bayescore_tui.text.decision import decision, decision_of
from bayescore_tui.text.lines import DIM, Part, stack


def tomorrow(model: RunModel, width: int) -> Content:
    """Everything, from the top down."""
    result = model.last
    if result is None:
        return Content.assemble(("What was chosen for tomorrow appears here after each day.", DIM))
    d = decision_of(model)
    rows: list[list[Part]] = []
    if d is not None:
        rows = [*decision(d, model.currency), [("8 shows rivals and experts", DIM)], []]
    rows += [
        [("Exits of ", "bold $primary"), (result.date, "bold $primary"), ("  5 shows all", DIM)],
        *regret_in_brief(result.regret),
        [],
    ]
    return Content("\n").join([stack(rows), sets.table(result, width, hindsight=False)])
