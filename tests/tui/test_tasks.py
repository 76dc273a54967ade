"""What a stranger wants of the dashboard, done by keys alone; docs/dashboard.md states how many."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.data import synth
from bayescore.runs.reader import RunReader
from bayescore_tui.screens.day_screen import DayScreen
from bayescore_tui.screens.pattern_screen import PatternScreen
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.table import LiveTable
from tests.tui.opening import opened, shows_days

WORST_TRADE = ("3", "o", "o", "o", "o", "enter")
WHY_FLAT = ("8",)
ONE_PATTERN = ("2", "enter", "e")
GO_ON = ("r", "slash", "ctrl+u")
"""Then the path of today's file, and enter."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "dashboard.md"


def stated(task: str) -> int:
    """Keys that the page states for a task."""
    found = re.search(rf"\| {re.escape(task)} \|[^\n]*\| (\d+) \|", PAGE.read_text(encoding="utf-8"))
    assert found, f"{task} is not in the table"
    return int(found[1])


async def test_the_worst_trade_of_the_month_on_the_price(finished_run: Path) -> None:
    assert stated("the worst trade of the month, on its price") == len(WORST_TRADE)
    nets = pl.concat(
        pl.read_parquet(p).filter(policy="decision") for p in finished_run.glob("days/*/trades.parquet")
    )
    worst = float(nets["net_ticks"].min())  # type: ignore[arg-type]
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        for key in WORST_TRADE:
            await screen.press(key)
            await screen.settle()
        shown = screen.app.screen
        assert isinstance(shown, DayScreen)
        assert shown.view is not None
        assert shown.window.trade is not None
        trade = shown.view.trades[shown.window.trade]
        assert trade.net_ticks == worst
        figure = f"{trade.net_ticks:.1f} tk".replace("-", "−")
        await screen.sees(figure, trade.reason)


async def test_why_tomorrow_is_flat(finished_run: Path) -> None:
    assert stated("why tomorrow is flat") == len(WHY_FLAT)
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        await screen.press(*WHY_FLAT)
        await screen.settle()
        model = screen.app.model
        assert model.last is not None
        d = model.last.decision
        assert not d.trade
        await screen.sees(f"chance of an edge {d.probability:.2f}, needs {d.bar:.2f}", "could be luck")


async def test_the_trades_of_one_pattern_in_a_file(finished_run: Path) -> None:
    assert stated("the trades of one pattern, in a file") == len(ONE_PATTERN)
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        await screen.press(*ONE_PATTERN[:2])
        shown = screen.app.screen
        assert isinstance(shown, PatternScreen)
        await screen.settle()
        await screen.press(*ONE_PATTERN[2:])
        name = Path(f"pattern-{shown.pattern.code}-{shown.pattern.side}-trades.csv")
        await screen.until(name.exists, "the file")
        await screen.settle()
        with name.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows
        assert {r["pattern"] for r in rows} == {shown.pattern.label}
        assert len(rows) == len(shown.trades)


async def test_yesterdays_run_with_todays_file() -> None:
    assert stated("yesterday's run with today's file") == len(GO_ON) + 1
    for days, name in ((2, "yesterday.parquet"), (3, "today.parquet")):
        synth.write(synth.generate(start="2026-01-05", days=days, seed=4), Path(name))
    config = Config(iterations=20, history_candidates=60)
    BayesianTrainingOrchestrator(config, checkpoint_dir=Path("runs"), run="evening").train(
        "yesterday.parquet"
    )
    before = RunReader(Path("runs/evening")).finished_days()
    async with opened(RunSpec(checkpoint_dir=Path("runs"))) as screen:
        table = screen.app.screen.query_one("#runs", LiveTable)
        await screen.until(lambda: table.keys, "the run")
        await screen.press(*GO_ON)
        await screen.type("today.parquet")
        await screen.press("enter")
        await screen.sees("3/3", "✓ finished")
        await screen.press("q")
    assert RunReader(Path("runs/evening")).finished_days() == [*before, "2026-01-07"]
