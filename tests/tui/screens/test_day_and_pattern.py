"""The screens of a day and of a pattern."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual.widgets import TabbedContent

from bayescore_tui.screens.day_screen import DayScreen
from bayescore_tui.screens.pattern_screen import PatternScreen
from bayescore_tui.screens.run_screen import RunScreen
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.table import LiveTable
from bayescore_tui.widgets.trades_pane import TradesPane
from tests.tui.opening import opened


async def test_a_day_shows_prices_trades_sets_and_regret(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("enter")
        await screen.sees(
            "2026-01-29",
            "day 22 of 22",
            "price, Chicago time",
            "net ticks of the day",
            "all sets of the day",
            "of 1,000 in profit",
            "hindsight",
            "traded",
            "tomorrow",
            "stop  ",
            "max hold",
            "contexts",
            "exit efficiency",
            "Other exits from the same entries",
        )
        await screen.settle()
        assert "×" in screen.text
        assert "▼" in screen.text
        view = screen.app.screen.view  # type: ignore[attr-defined]
        assert view is not None
        assert view.trades


async def test_steps_to_the_days_around_and_stops_at_the_ends(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("enter")
        await screen.sees("day 22 of 22")
        await screen.press("right_square_bracket")
        await screen.sees("last finished day")
        await screen.press("left_square_bracket", "left_square_bracket")
        await screen.sees("day 20 of 22", "2026-01-27")
        await screen.press("]")
        await screen.sees("day 21 of 22")
        await screen.press("g")
        await screen.type("12-30")
        await screen.press("enter")
        await screen.sees("day 1 of 22", "the first day only learns")
        await screen.press("[")
        await screen.sees("That is the first day")
        assert sum(isinstance(s, DayScreen) for s in screen.app.screen_stack) == 1


async def test_the_crosshair_steps_through_the_trades_and_zoom_and_pan_keep_it_in_sight(
    finished_run: Path,
) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("enter")
        await screen.sees("day 22 of 22")
        day = screen.app.screen
        assert isinstance(day, DayScreen)
        assert day.view is not None
        trades, whole = day.view.trades, day.window
        await screen.press("n", "n")
        await screen.sees(f"2/{len(trades)} {'long' if trades[1].side > 0 else 'short'}")
        await screen.press("plus", "plus", "plus")
        start = day.view.times[0]
        at = (trades[1].entry_time - start).total_seconds()
        assert day.window.last - day.window.first == pytest.approx((whole.last - whole.first) / 8)
        assert day.window.first <= at <= day.window.last
        await screen.press("N", "N")
        last = (trades[-1].entry_time - start).total_seconds()
        assert day.window.trade == len(trades) - 1
        assert day.window.first <= last <= day.window.last
        before = day.window
        await screen.press("left")
        assert day.window.first < before.first
        await screen.press("minus", "minus", "minus", "minus", "minus")
        assert (day.window.first, day.window.last) == (whole.first, whole.last)
        await screen.press("plus", "0")
        assert day.window == whole


async def test_enter_on_a_trade_opens_its_day_with_the_crosshair_on_it(finished_run: Path) -> None:
    """The worst trade of the run, by keys alone, on the price."""
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("3")
        pane = screen.app.screen.query_one(TradesPane)
        await screen.until(lambda: pane.table.row_count > 0)
        await screen.press("o", "o", "o", "o")
        await screen.sees("net tk▲")
        await screen.until(
            lambda: (
                pane.selected is not None
                and pane.selected.net_ticks == min(t.net_ticks for t in pane._page.rows)
            )
        )  # type: ignore[union-attr]
        worst = pane.selected
        assert worst is not None
        await screen.press("enter")
        day = screen.app.screen
        assert isinstance(day, DayScreen)
        await screen.until(lambda: day.view is not None)
        assert day.view is not None
        assert day.window.trade is not None
        assert day.view.trades[day.window.trade].entry_time == worst.entry_time


async def test_x_lists_the_trades_of_the_day(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("enter")
        await screen.sees("day 22 of 22")
        trades = screen.app.model.days[-1].trades
        await screen.press("x")
        await screen.until(lambda: isinstance(screen.app.screen, RunScreen))
        assert screen.app.screen.query_one(TabbedContent).active == "trades"
        await screen.sees(f"{trades} trades (decision)")


async def test_a_day_whose_files_are_gone_says_so(
    finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bayescore_tui.screens.day_screen.RETRY_S", 0.01)
    run = tmp_path / "run"
    shutil.copytree(finished_run, run)
    shutil.rmtree(run / "days" / "2026-01-29")
    (run / "days" / "2026-01-28" / "price.parquet").unlink()
    (run / "days" / "2026-01-27" / "trades.parquet").write_bytes(b"broken")
    async with opened(RunSpec(run=run)) as screen:
        await screen.sees("22/22")
        await screen.press("enter")
        await screen.sees("day 2026-01-29 is not on disk")
        await screen.press("[")
        await screen.sees("day 21 of 22", "No price line is saved")
        await screen.press("[")
        await screen.sees("trades.parquet: damaged")
        await screen.press("[")
        await screen.sees("day 19 of 22")


async def test_files_that_come_a_moment_later_are_found(finished_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(finished_run, run)
    aside = tmp_path / "aside"
    (run / "days" / "2026-01-29").rename(aside)
    async with opened(RunSpec(run=run)) as screen:
        await screen.sees("22/22")
        await screen.press("enter")
        await screen.sees("reading")
        aside.rename(run / "days" / "2026-01-29")
        await screen.sees("day 22 of 22")


async def test_small_and_large_days(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run), size=(80, 24)) as screen:
        await screen.sees("22/22")
        await screen.press("enter")
        await screen.sees("day 22 of 22")
        for size in ((80, 24), (60, 16), (200, 60)):
            await screen.resize(*size)
            await screen.press("tab", "end")
            await screen.sees("the same 412 entries")


async def test_a_pattern_shows_its_odds_its_days_and_its_trades(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("2")
        await screen.sees("eff. n")
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, PatternScreen))
        await screen.sees(
            "band ", "its bracket needs", "0.585", "short by", "its days", "its trades", "posterior"
        )
        await screen.settle()
        current = screen.app.screen
        days, trades = (
            current.query_one("#days-table", LiveTable),
            current.query_one("#trades-table", LiveTable),
        )
        await screen.until(lambda: days.keys and trades.keys)
        assert {key.partition("#")[0] for key in trades.keys} <= set(days.keys)
        assert all(c.drawings for c in current.query(Chart))
        first = days.keys[0]
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, DayScreen))
        await screen.sees(first)


async def test_x_lists_all_trades_of_the_pattern(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("2", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, PatternScreen))
        current = screen.app.screen
        table = current.query_one("#trades-table", LiveTable)
        await screen.until(lambda: table.keys)
        count = len(table.keys)
        await screen.press("x")
        await screen.sees(f"{count} trades (decision)")
