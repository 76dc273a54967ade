"""The table by itself, before anything has been shown in it."""

from textual.app import App, ComposeResult

from bayescore_tui.widgets.columns import Column
from bayescore_tui.widgets.table import LiveTable


class Host(App[None]):
    """Counts how often the table asks for another order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def compose(self) -> ComposeResult:
        yield LiveTable([Column("date", "date", 10, number=False), Column("net", "net", 7)])

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
