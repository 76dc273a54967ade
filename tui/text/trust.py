"""What the result can be trusted for: the verdict, and the figures of luck and search beside it."""

from __future__ import annotations

from textual.content import Content

from bayescore.report.trust import LEVEL_HEAD, LevelRow, figures, level_rows, refusal_lines
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.text.answer import LADDER, ladder, verdict_of
from bayescore_tui.text.lines import DIM, STRONG, Part, stack

NAME, LEVEL = 30, 24
LEVEL_COLUMNS = (("labels", 8), ("less ¼", 15), ("slope", 8), ("inside", 14))


def trust(model: RunModel, width: int) -> Content:
    """The verdict in words, then a figure a row, then the odds by level of the back-off."""
    verdict = verdict_of(model)
    if verdict is None or model.last is None:
        return Content.assemble(("What the result can be trusted for appears here after the first day.", DIM))
    rows: list[list[Part]] = [ladder(verdict), [verdict.sentence]]
    if verdict.missing:
        rows.append([("to the next rung: ", DIM), (verdict.missing, LADDER[verdict.rung])])
    s = model.summary
    if s is None:
        rows += [[line] for line in refusal_lines(model.last.refusals)]
        rows.append([("The figures of luck and search are made when the run ends.", DIM)])
    else:
        rows.append([])
        for name, value, source in figures(s):
            head = f"{name:<{NAME}} "
            room = width - len(head) - len(value) - 2
            rows.append([(head, DIM), (value, STRONG), (f"  {source}" if len(source) <= room else "", DIM)])
    levels = level_rows(model.last.calibration)
    if levels:
        rows += [[], _level_line(LEVEL_HEAD, width, title=True), *(_level_line(x, width) for x in levels)]
    return stack(rows)


def _level_line(row: LevelRow, width: int, *, title: bool = False) -> list[Part]:
    figures = {"labels": row.labels, "less ¼": row.difference, "slope": row.slope, "inside": row.inside}
    wide = max(width - sum(columns for _, columns in LEVEL_COLUMNS), LEVEL)
    name = row.level if len(row.level) < wide else row.level[: wide - 2] + "…"
    text = f"{name:<{wide}}" + "".join(f"{figures[key]:>{columns}}" for key, columns in LEVEL_COLUMNS)
    return [(text, DIM if title else "")]
