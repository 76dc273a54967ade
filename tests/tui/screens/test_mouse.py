"""Everything that a key does to what is seen, a click does too."""

from __future__ import annotations

from pathlib import Path

from textual.widget import Widget
from textual.widgets import TabbedContent, Tabs

from bayescore_tui.charts.drawing import label_columns
from bayescore_tui.screens.day_screen import DayScreen
from bayescore_tui.screens.run_screen import RunScreen
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.panes import DaysPane
from tests.tui.opening import Screen, opened, shows_days
from tests.tui.waiting import rest


async def click(screen: Screen, widget: Widget, column: int, row: int) -> None:
    """Click a character of a widget."""
    await screen.settle()
    await screen.pilot.click(widget, offset=(column, row))  # type: ignore[attr-defined]
    await rest(screen.app)


def column_of(chart: Chart, value: float) -> int:
    """Where a value of the horizontal axis is drawn."""
    figure = chart._figure
    assert figure.x is not None
    assert figure.y is not None
    return label_columns(figure.y) + figure.x.scale.cell(value)


async def test_a_click_opens_a_tab_a_row_and_the_day_under_a_chart(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        run = screen.app.screen
        tab = run.query_one(Tabs).query("#--content-tab-effects").first()
        await click(screen, tab, 2, 0)
        assert run.query_one(TabbedContent).active == "effects"
        await click(screen, run.query_one(Tabs).query("#--content-tab-days").first(), 2, 0)

        table = run.query_one(DaysPane).table
        row = table.size.height - 2
        await click(screen, table, 3, row)
        picked = table.selected_key
        await click(screen, table, 3, row)  # the first click moves the cursor, the second opens
        await screen.until(lambda: isinstance(screen.app.screen, DayScreen), "the day")
        assert isinstance(screen.app.screen, DayScreen)
        assert screen.app.screen.date == picked
        await screen.press("escape")

        chart = run.query_one("#pnl", Chart)
        await screen.settle()
        await click(screen, chart, column_of(chart, 5.0), 3)
        await screen.until(lambda: isinstance(screen.app.screen, DayScreen), "the day")
        assert isinstance(screen.app.screen, DayScreen)
        assert screen.app.screen.date == screen.app.model.days[4].date


async def test_a_click_on_the_price_puts_the_crosshair_on_the_nearest_trade(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        await screen.press("end", "enter")
        day = screen.app.screen
        assert isinstance(day, DayScreen)
        await screen.until(lambda: day.view is not None, "the day's files")
        assert day.view is not None
        await screen.settle()
        chart = day.query_one("#price", Chart)
        start = day.view.times[0]
        wanted = (day.view.trades[3].entry_time - start).total_seconds()
        column = column_of(chart, wanted)
        await click(screen, chart, column, 4)
        assert day.window.trade is not None
        found = (day.view.trades[day.window.trade].entry_time - start).total_seconds()
        figure = chart._figure
        assert figure.x is not None
        clicked = figure.x.scale.value(column - label_columns(figure.y))  # type: ignore[arg-type]
        nearest = min(abs((t.entry_time - start).total_seconds() - clicked) for t in day.view.trades)
        assert abs(found - clicked) == nearest


async def test_a_click_on_a_key_of_the_footer_does_what_the_key_does(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        run = screen.app.screen
        assert isinstance(run, RunScreen)
        keys = {key.action: key for key in run.query("FooterKey")}  # type: ignore[attr-defined]
        await click(screen, keys["next_chart"], 1, 0)
        assert run.chosen == "pnl"
