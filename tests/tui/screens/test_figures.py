"""No figure is cut: what stands on the screen, at three sizes, is what the model says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.columns import PADDING, Column, Row
from bayescore_tui.widgets.panes import DaysPane, EffectsPane, PatternsPane
from bayescore_tui.widgets.steady import Sheet
from bayescore_tui.widgets.table import LiveTable
from bayescore_tui.widgets.trades_pane import TradesPane
from tests.tui.opening import Screen, opened, shows_days

SIZES = ((80, 24), (100, 34), (120, 40))
CUT = re.compile(r"[\d.,%]…|…\d")
"""A figure of which a part is missing. A shortened name may end in an ellipsis."""
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
PANES = (("1", DaysPane), ("2", PatternsPane), ("3", TradesPane), ("4", EffectsPane))


def drawn(screen: Screen, table: LiveTable) -> Iterator[tuple[int, Column, str]]:
    """Number of the row, its column and the drawn text, of every cell on screen."""
    lines = screen.text.split("\n")
    region = table.content_region
    for y in range(region.y + 1, region.bottom):
        row = y - region.y - 1 + round(table.scroll_y)
        if row >= len(table.keys):
            return
        x = region.x
        for k in table.shown_columns:
            width = table.columns[table.specs[k].key].width + PADDING  # type: ignore[index]
            yield row, table.specs[k], lines[y][x : x + width].strip()
            x += width
        assert x <= region.right, "a column is cut at the edge"


def says(text: str, value: Any, spec: Column) -> bool:
    """Whether a drawn figure is the value, to the digits that are drawn."""
    if value is None:
        return text in ("–", "first day")
    if spec.key == "gap" and value <= 0:
        return text == "pays"
    if spec.key == "needs" and value >= 1:
        return text == "never"
    if spec.key == "direction" and not value:
        return text == "no order"
    found = re.search(r"([+−]?)\$?([\d,]+(?:\.(\d+))?)([smh]?)", text)
    assert found, f"no figure in {text!r}"
    sign, digits, places, unit = found.groups()
    if spec.key in ("win", "break_even", "share"):
        value *= 100
    figure = float(digits.replace(",", "")) * (-1 if sign == "−" else 1) * UNITS.get(unit, 1.0)
    half = 0.5 * 10.0 ** -len(places or "") * UNITS.get(unit, 1.0)
    return abs(figure - value) <= half + 1e-9 * abs(value)


def value_of(pane: Any, row: int, spec: Column) -> Any:
    if isinstance(pane, TradesPane):
        assert pane._page is not None
        return getattr(pane._page.rows[row], spec.key)
    known: dict[str, Row] = {r.key: r for r in pane._rows}
    return known[pane.table.keys[row]].order[[s.key for s in pane.COLUMNS].index(spec.key)]


@pytest.mark.parametrize("size", SIZES)
async def test_every_figure_of_every_table_is_drawn_whole(finished_run: Path, size: tuple[int, int]) -> None:
    async with opened(RunSpec(run=finished_run), size=size) as screen:
        await shows_days(screen, 22)
        for key, kind in PANES:
            await screen.press(key)
            await screen.settle()
            pane = screen.app.screen.query_one(kind)
            seen: set[str] = set()
            for _ in range(len(pane.COLUMNS)):
                assert not CUT.search(screen.text), screen.text
                cells = list(drawn(screen, pane.table))
                assert cells
                for row, spec, text in cells:
                    seen.add(spec.key)
                    if spec.number:
                        assert says(text, value_of(pane, row, spec), spec), (spec, text)
                before = pane.table.shown_columns
                await screen.press("right")
                await screen.settle()
                if pane.table.shown_columns == before:
                    break
            assert seen == {spec.key for spec in pane.COLUMNS}
            foot = pane.query_one(".foot").region
            assert "…" not in screen.text.split("\n")[foot.y]


@pytest.mark.parametrize("size", SIZES)
async def test_texts_are_drawn_whole(finished_run: Path, size: tuple[int, int]) -> None:
    async with opened(RunSpec(run=finished_run), size=size) as screen:
        await shows_days(screen, 22)
        for key, tab in (("5", "regret"), ("6", "summary"), ("8", "next"), ("9", "trust")):
            await screen.press(key)
            await screen.settle()
            sheet = screen.app.screen.query_one(f"#{tab}").query_one(Sheet)
            wanted = re.findall(r"[+−]?\$?\d[\d,.]*\d|\d", str(sheet.content))
            pages = [screen.text]
            for _ in range(20):
                await screen.press("pagedown")
                await screen.settle()
                pages.append(screen.text)
            text = "\n".join(pages)
            assert not CUT.search(text), text
            assert wanted
            # A figure that is broken over two lines, or stands under something, is not found.
            assert [figure for figure in wanted if figure not in text] == []


@pytest.mark.parametrize("size", SIZES)
async def test_day_and_pattern_cut_no_figure(finished_run: Path, size: tuple[int, int]) -> None:
    async with opened(RunSpec(run=finished_run), size=size) as screen:
        await shows_days(screen, 22)
        await screen.press("enter")
        await screen.sees("day 22 of 22")
        await screen.press("n", "n")
        await screen.settle()
        assert not CUT.search(screen.text), screen.text
        await screen.press("escape", "2", "enter")
        await screen.sees("its bracket needs")
        await screen.settle()
        assert not CUT.search(screen.text), screen.text
        for table in screen.app.screen.query(LiveTable):
            visible = list(drawn(screen, table)) if size[0] >= 100 else []
            assert all("…" not in text for _, spec, text in visible if spec.number)


async def test_a_longer_figure_gets_the_room_it_needs(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run), size=(80, 24)) as screen:
        await shows_days(screen, 22)
        table = screen.app.screen.query_one(DaysPane).table
        longest = "+$1,234,567,890.12"
        cells = ("2026-01-05", longest, *["1"] * (len(table.specs) - 2))
        table.show([Row("2026-01-05", cells, ("2026-01-05", *[1.0] * (len(table.specs) - 1)))])
        await screen.sees(longest)
