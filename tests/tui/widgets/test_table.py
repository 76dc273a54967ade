"""The table by itself, before anything has been shown in it."""

from textual.app import App, ComposeResult

from bayescore_tui.widgets.columns import Column, Row
from bayescore_tui.widgets.table import LiveTable


class Host(App[None]):
    """Counts how often the table asks for another order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def compose(self) -> ComposeResult:
        yield LiveTable([Column("date", "trade date", 10, number=False), Column("net", "net", 7)])

    def on_live_table_sort_changed(self) -> None:
        self.asked += 1


async def test_an_order_chosen_before_the_first_rows_is_asked_for() -> None:
    """Rows that are read in an order of their own would come in another than the head of the table says."""
    host = Host()
    async with host.run_test() as pilot:
        table = host.query_one(LiveTable)
        await pilot.press("o", "o")
        await pilot.pause()
        assert table.sort_column == 1
        assert host.asked == 2


def titles(table: LiveTable) -> list[str]:
    return [str(column.label) for column in table.ordered_columns]


async def test_a_title_that_fills_its_column_has_an_arrow_too() -> None:
    host = Host()
    async with host.run_test() as pilot:
        table = host.query_one(LiveTable)
        rows = [Row(d, (d, n), (d, int(n))) for d, n in (("2026-01-05", "7"), ("2026-01-06", "5"))]
        table.show(rows)
        await pilot.press("o")
        assert titles(table) == ["trade date▲", "net"]
        await pilot.press("O")
        assert titles(table) == ["trade date▼", "net"]
        assert table.keys == ["2026-01-06", "2026-01-05"]
        widths = [column.width for column in table.ordered_columns]
        assert all(len(title) <= width for title, width in zip(titles(table), widths, strict=True))
        await pilot.press("o")
        assert titles(table) == ["trade date", "net▲"]
        table.retitle("net", "net money")
        assert titles(table) == ["trade date", "net money▲"]
