"""The tab of trades: read from disk on a thread, filtered and sorted there, a few hundred rows on screen."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from textual.message import Message
from textual.worker import get_current_worker

from bayescore.errors import BayescoreError, UsageError
from bayescore.report.clock import Clock
from bayescore.runs.market import Market
from bayescore_tui.model.export import write_csv
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.model.trade_filter import HINT, TradeFilter, parse_filter
from bayescore_tui.model.trades import TradePage, TradeRow, query
from bayescore_tui.text import formats
from bayescore_tui.widgets.columns import Cell, Column, Row
from bayescore_tui.widgets.panes import signed
from bayescore_tui.widgets.table import LiveTable
from bayescore_tui.widgets.table_pane import TablePane

MOST_EXPORTED = 1_000_000
"""Most trades that go into one file."""
RETRY_S = 0.3
ATTEMPTS = 20


def trade_cells(t: TradeRow, clock: Clock, tick: float) -> tuple[Cell, ...]:
    """A trade as the cells of `TradesPane.COLUMNS`."""
    return (
        t.date,
        clock.seconds(t.entry_time),
        "long" if t.side > 0 else "short",
        signed(formats.ticks(t.net_ticks, unit=False), t.net_ticks),
        formats.reason(t.reason) + ("?" if t.ambiguous else ""),
        formats.short_duration(t.duration),
        formats.count(t.mae),
        formats.count(t.mfe),
        formats.number(t.entry_efficiency),
        formats.number(t.exit_efficiency),
        formats.price_text(t.entry_price, tick),
        formats.price_text(t.exit_price, tick),
        formats.state(t.pattern),
        formats.words(t.context),
    )


class TradesPane(TablePane):
    """Trades of the whole run or of what the filter asks for."""

    COLUMNS = (
        Column("date", "trade date", 10, number=False),
        Column("entry_time", "entered", 14, number=False),
        Column("side", "side", 5, number=False),
        Column("net_ticks", "net tk", 7),
        Column("reason", "exit", 8, number=False),
        Column("duration", "held", 5),
        Column("mae", "MAE tk", 6),
        Column("mfe", "MFE tk", 6),
        Column("entry_efficiency", "in eff", 6),
        Column("exit_efficiency", "out eff", 7),
        Column("entry_price", "entry", 10),
        Column("exit_price", "exit at", 10),
        Column("pattern", "state", 38, number=False),
        Column("context", "context", 24, number=False),
    )
    ANCHORS = 2
    EMPTY = "The trades of the headline policy appear here when the first day traded is on disk."
    HINT = HINT

    class PageRead(Message):
        """What the thread has read, or why it could not."""

        def __init__(self, page: TradePage | str) -> None:
            super().__init__()
            self.page = page

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._wanted = TradeFilter()
        self._run_dir: Path | None = None
        self._dates: list[str] = []
        self._headline = ""
        self._clock = Clock()
        self._market = Market()
        self._page: TradePage | None = None
        self._attempts = 0

    @property
    def selected(self) -> TradeRow | None:
        """The trade under the cursor."""
        at = self.table.cursor_row
        return self._page.rows[at] if self._page and 0 <= at < len(self._page.rows) else None

    def update_from(self, model: RunModel, run_dir: Path | None, market: Market, clock: Clock) -> None:
        """Read again if there are new days, or other times are wanted."""
        dates = [d.date for d in model.days]
        now = (run_dir, dates, model.headline, market, clock.name)
        if now != (self._run_dir, self._dates, self._headline, self._market, self._clock.name):
            self._run_dir, self._dates, self._headline = run_dir, dates, model.headline
            self._market, self._clock = market, clock
            self.table.retitle("entry_time", f"in {clock.name}")
            self._attempts = 0
            self._read()

    def write_csv(self, folder: Path, name: str) -> Path:
        """Write all trades that the filter keeps, also those that the table has no room for."""
        if self._run_dir is None:
            return super().write_csv(folder, name)
        page = query(self._run_dir, self._dates, self._wanted, self._headline, limit=MOST_EXPORTED)
        rows = [[getattr(t, field) for field in TradeRow.__struct_fields__] for t in page.rows]
        return write_csv(folder, name, TradeRow.__struct_fields__, rows)

    def refilter(self) -> None:
        try:
            self._wanted = parse_filter(self.filter_text)
        except UsageError as error:
            self.foot(f"! {error}")
            return
        self._read()

    def _read(self) -> None:
        if self._run_dir is None:
            return
        table = self.query_one(LiveTable)
        sort = self.COLUMNS[table.sort_column].key if table.sort_column is not None else "entry_time"
        job = partial(
            query,
            self._run_dir,
            list(self._dates),
            self._wanted,
            self._headline,
            sort=sort,
            descending=table.descending,
        )
        self.run_worker(
            partial(self._work, job), thread=True, exclusive=True, group="trades", exit_on_error=False
        )

    def _work(self, job: partial[TradePage]) -> None:
        worker = get_current_worker()
        try:
            page: TradePage | str = job()
        except BayescoreError as error:
            page = str(error)
        if not worker.is_cancelled:
            self.post_message(self.PageRead(page))

    def on_trades_pane_page_read(self, event: PageRead) -> None:
        event.stop()
        page = event.page
        if isinstance(page, str):
            # The header names the run: its folder would take the room of what is wrong.
            self.foot(f"! {page.replace(f'{self._run_dir}{os.sep}', '')}")
            return
        self._page = page
        # A day is told as finished a moment before its files are in place.
        if page.missing and self._attempts < ATTEMPTS:
            self._attempts += 1
            self.set_timer(RETRY_S, self._read)
        # The file's order is the chosen one already.
        clock, tick = self._clock, self._market.tick_size
        rows = [Row(str(k), trade_cells(t, clock, tick), ()) for k, t in enumerate(page.rows)]
        self.table.show(rows, sort=False)
        if page.matched:
            shown = f"first {len(page.rows):,} of " if page.matched > len(page.rows) else ""
            policy = formats.policy(self._wanted.policy or self._headline)
            self.foot(
                f"{shown}{page.matched:,} trades ({policy})",
                f"won {formats.percent(page.wins / page.matched)}"
                + ("" if page.needed is None else f", needed {formats.percent(page.needed)}"),
                f"net {formats.ticks(page.net_ticks)}",
                f"mean {formats.ticks(page.mean_ticks, 2)}",
                f"held {formats.duration(page.mean_duration)}",
                f"MAE {formats.number(page.mean_mae, 1)}",
                f"MFE {formats.number(page.mean_mfe, 1)}",
            )
        else:
            self.foot("no trade matches the filter" if self.filter_text else self.EMPTY)
