"""Two runs side by side, by keys alone, from the start screen and from a run."""

from __future__ import annotations

import csv
from pathlib import Path

from bayescore.report.comparison import figures_of
from bayescore.runs.comparing import compare_runs
from bayescore.runs.reader import RunReader
from bayescore_tui.screens.compare_screen import CompareScreen
from bayescore_tui.screens.run_screen import RunScreen
from bayescore_tui.screens.start_screen import StartScreen
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.table import LiveTable
from tests.tui.fake_run import write_run
from tests.tui.opening import opened, shows_days

RUNS = Path("runs")


def two_runs() -> tuple[Path, Path]:
    write_run(RUNS / "one", days=9, seed=3)
    write_run(RUNS / "two", days=7, seed=4, iterations=500)
    return RUNS / "one", RUNS / "two"


async def test_the_screen_shows_what_the_comparison_says() -> None:
    one, two = two_runs()
    wanted = compare_runs(RunReader(one), RunReader(two))
    async with opened(RunSpec(run=one, checkpoint_dir=RUNS)) as screen:
        await shows_days(screen, 9)
        await screen.press("v")
        await screen.sees("Compare one with", "7 finished days")
        await screen.press("enter")
        await screen.sees("a one", "b two", "a day")
        await screen.settle()
        for side in wanted.sides:
            await screen.sees(*(text for _, text in figures_of(side)))
        shown = screen.app.screen
        assert isinstance(shown, CompareScreen)
        assert shown.versus is not None
        courses = shown.versus.cumulative
        assert [round(c[-1], 6) for c in courses] == [round(s.summary.net_currency, 6) for s in wanted.sides]
        assert len(courses[0]) == len(wanted.days) == 6
        assert shown.query_one("#courses", Chart).drawings > 0
        await screen.press("e")
        await screen.until(lambda: Path("one-two-settings.csv").exists(), "the files")
        with Path("one-two-settings.csv").open(newline="", encoding="utf-8") as file:
            fields = [row["field"] for row in csv.DictReader(file)]
        assert fields == [d.field for d in wanted.differences]
        await screen.press("escape")
        assert isinstance(screen.app.screen, RunScreen)


async def test_from_the_start_screen_and_on_a_small_terminal() -> None:
    two_runs()
    async with opened(RunSpec(checkpoint_dir=RUNS), size=(80, 24)) as screen:
        table = screen.app.screen.query_one("#runs", LiveTable)
        await screen.until(lambda: len(table.keys) == 2, "both runs")
        under = Path(table.selected_key or "").name
        await screen.press("v")
        await screen.sees(f"Compare {under} with")
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, CompareScreen), "the comparison")
        await screen.sees("days won")
        await screen.press("escape")
        await screen.until(lambda: isinstance(screen.app.screen, StartScreen), "the start screen")


async def test_without_another_run_it_says_so(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        await screen.press("v")
        await screen.sees("There is no other run in")
