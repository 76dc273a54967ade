"""Charts as they stand on the screen: the characters are read back and compared with the data."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bayescore_tui.charts.run_charts import SIGNS
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.chart import Chart
from tests.tui.opening import Screen, opened, shows_days

SIZES = ((80, 24), (120, 40), (200, 60))
DOT_OF_BIT = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row from the top of each bit of a Braille character."""


def amount_of(text: str) -> float:
    """Read a label of an axis."""
    text = text.strip().replace("−", "-").replace(",", "")
    factor = {"k": 1e3, "M": 1e6, "%": 0.01}.get(text[-1], 1.0)
    return float(text.rstrip("kM%")) * factor


def rows_of(chart: Chart) -> list[str]:
    return chart._text.plain.split("\n")


def labels_of(rows: list[str]) -> list[tuple[int, float]]:
    """Row and value of every tick."""
    found = [(k, re.match(r"\s*([−\d.,]+[kM%]?)┤", row)) for k, row in enumerate(rows)]
    return [(k, amount_of(m[1])) for k, m in found if m]


def dots_of(rows: list[str]) -> Iterator[tuple[int, int]]:
    """Column and row, counted in dots from the top left, of every dot of Braille."""
    for r, row in enumerate(rows):
        for c, character in enumerate(row):
            bits = ord(character) - 0x2800
            if 0 < bits < 256:
                for bit, (x, y) in enumerate(DOT_OF_BIT):
                    if bits >> bit & 1:
                        yield 2 * c + x, 4 * r + y


def plot_of(rows: list[str]) -> list[str]:
    """The rows right of the vertical axis, without the horizontal one."""
    return [re.split("[│┤]", row, maxsplit=1)[1] for row in rows if re.search("[│┤]", row)]


def value_at(labels: list[tuple[int, float]]) -> Callable[[float], float]:
    """Value of a dot row, by the first and the last label alone; a tick is the third dot from the bottom of its row."""
    (r0, v0), (r1, v1) = labels[0], labels[-1]
    d0, d1 = 4 * r0 + 1, 4 * r1 + 1
    return lambda dot: v0 + (v1 - v0) * (dot - d0) / (d1 - d0)


async def chart_of(screen: Screen, name: str) -> tuple[Chart, RunModel]:
    await shows_days(screen, 22)
    while screen.app.screen.query_one(f"#{name}", Chart).region.area == 0:
        await screen.press("c")
    await screen.settle()
    return screen.app.screen.query_one(f"#{name}", Chart), screen.app.model


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["pnl", "sharpe"])
async def test_dots_stand_at_the_height_that_the_axis_says(
    finished_run: Path, size: tuple[int, int], name: str
) -> None:
    async with opened(RunSpec(run=finished_run), size=size) as screen:
        chart, model = await chart_of(screen, name)
        rows = rows_of(chart)
        labels = labels_of(rows)
        assert len(labels) >= 2
        steps = {b - a for (a, _), (b, _) in itertools.pairwise(labels)}
        assert len(steps) == 1, "ticks are evenly spaced"
        value, dot = value_at(labels), abs(value_at(labels)(1) - value_at(labels)(0))
        last = model.days[-1]
        ends = last.cumulative if name == "pnl" else last.sharpe
        for sign, end in zip(SIGNS, ends, strict=True):
            at = [r for r, row in enumerate(plot_of(rows)) if sign in row]
            if not at:
                continue  # another policy ends in the same cell
            assert end is not None
            assert abs(value(4 * at[0] + 1.5) - end) <= 2.01 * dot
        drawn = [value(y) for _, y in dots_of(rows)]
        known = [
            v for d in model.days for v in (d.cumulative if name == "pnl" else d.sharpe) if v is not None
        ]
        if name == "pnl":  # the first Sharpe ratios may lie outside of the axis
            assert abs(max(drawn) - max(known)) <= 1.01 * dot or any(s in "".join(rows[:3]) for s in SIGNS)
            assert abs(min(drawn) - min(known)) <= 1.01 * dot


@pytest.mark.parametrize("size", SIZES)
async def test_zero_is_drawn_at_zero(finished_run: Path, size: tuple[int, int]) -> None:
    """The first day trades nothing, so every policy's line begins at zero: in the row of the tick of zero."""
    async with opened(RunSpec(run=finished_run), size=size) as screen:
        chart, _ = await chart_of(screen, "pnl")
        rows = rows_of(chart)
        zero = [r for r, v in labels_of(rows) if v == 0]
        assert len(zero) == 1
        first = min(x for x, _ in dots_of(rows))
        assert {y // 4 for x, y in dots_of(rows) if x == first} == {zero[0]}


async def test_a_chart_says_what_will_come_and_survives_every_size(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.mkdir()
    async with opened(RunSpec(run=path)) as screen:
        await screen.sees("Net P&L so far appears here when the")
        for size in ((20, 5), (11, 30), (120, 40)):
            await screen.resize(*size)
