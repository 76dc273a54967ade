"""Every key of the run screen, on a finished run, a run in work, and a run of our own."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
from textual.widgets import TabbedContent

from bayescore_tui.screens.day_screen import DayScreen
from bayescore_tui.screens.pattern_screen import PatternScreen
from bayescore_tui.screens.run_screen import RunScreen
from bayescore_tui.screens.start_screen import StartScreen
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.chart import Chart
from bayescore_tui.widgets.panes import DaysPane, EffectsPane, PatternsPane
from bayescore_tui.widgets.table import LiveTable
from bayescore_tui.widgets.trades_pane import TradesPane
from tests.tui.opening import Screen, opened, shows_days
from tests.tui.scripted import ScriptedTraining


async def test_a_finished_run_shows_everything_at_once(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees(
            "mnq-demo",
            "MNQH6",
            "✓ finished",
            "net P&L",
            "win rate",
            "Sharpe −1.4 (−8.8 … +6.0)",
            "22/22",
            "1,000/1,000",
            "2026-01-29",
            "too early",
            "without drift",
            "leads",
            "paper",
            "hindsight, not a result",
            "needs 0.585",
            "won, needed",
            "won, lost",
            "1 decision 2 panel 3 best 4 odds",
            "tomorrow",
            "Chicago time",
        )


async def test_a_run_in_work_shows_where_it_is(running_run: Path) -> None:
    async with opened(RunSpec(run=running_run)) as screen:
        await screen.sees("▶ training", "7/22", "431/1,000", "2026-01-09 sweeping", "elapsed", "left")


TABS = (
    ("1", "days", "hindsight"),
    ("2", "patterns", "eff. n"),
    ("3", "trades", "MAE tk"),
    ("4", "effects", "share %"),
    ("5", "regret", "too early"),
    ("6", "summary", "hindsight, not a result"),
    ("7", "log", "in-sample best #"),
    ("8", "next", "Rivals"),
    ("9", "trust", "PBO by CSCV"),
)


async def test_number_keys_open_tabs(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        for key, tab, text in (*TABS[1:], TABS[0]):
            await screen.press(key)
            assert screen.app.screen.query_one(TabbedContent).active == tab
            await screen.sees(text)


async def test_enter_opens_what_the_row_stands_for_and_escape_comes_back(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("home", "down", "enter")
        assert isinstance(screen.app.screen, DayScreen)
        await screen.sees("2025-12-31", "parameter sets")
        await screen.press("escape")
        assert isinstance(screen.app.screen, RunScreen)
        await screen.press("2", "enter")
        assert isinstance(screen.app.screen, PatternScreen)
        await screen.press("escape", "3")
        await screen.sees("first 400 of")
        await screen.press("enter")
        assert isinstance(screen.app.screen, DayScreen)
        await screen.sees("2025-12-31")


async def test_jump_to_a_day_by_part_of_its_date(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("g")
        await screen.sees("Go to a day")
        await screen.type("01-1")
        await screen.press("up", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, DayScreen))
        await screen.sees("2026-01-16")


async def test_sorting_by_keys_and_back(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        pane = screen.app.screen.query_one(DaysPane)
        by_date = list(pane.table.keys)
        await screen.press("o", "o")
        await screen.sees("net▲")
        nets = {d.date: d.net_currency for d in screen.app.model.days}
        known = [k for k in pane.table.keys if nets[k] is not None]
        assert known == sorted(known, key=lambda k: nets[k])
        assert pane.table.keys[-1] == by_date[0]  # undefined comes last
        await screen.press("O")
        await screen.sees("net▼")
        assert [k for k in pane.table.keys if nets[k] is not None] == known[::-1]
        await screen.press(*["o"] * (len(pane.COLUMNS) - 1))
        await screen.until(lambda: pane.table.keys == by_date, "the order of the days")


async def test_sorting_by_a_click_on_the_head_of_a_column(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        pane = screen.app.screen.query_one(DaysPane)
        await screen.pilot.click(pane.table, offset=(18, 0))  # type: ignore[attr-defined]
        await screen.sees("net▲")
        await screen.pilot.click(pane.table, offset=(18, 0))  # type: ignore[attr-defined]
        await screen.sees("net▼")


async def test_slash_filters_the_rows_of_a_tab(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        for tab, pane, word in (
            ("1", DaysPane, "2026-01-1"),
            ("2", PatternsPane, "short"),
            ("4", EffectsPane, "trail"),
        ):
            await screen.press(tab)
            table = screen.app.screen.query_one(pane).table
            await screen.until(lambda table=table: len(table.keys) > 3)
            count = len(table.keys)
            await screen.press("slash")
            await screen.type(word)
            await screen.sees("rows match")
            assert 0 < len(table.keys) < count
            await screen.press("enter")
            assert table.has_focus
            await screen.press("slash", "escape")
            await screen.until(lambda table=table, count=count: len(table.keys) == count, "all rows again")


async def test_slash_filters_trades_on_disk(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("3", "slash")
        await screen.type("short net<0 2026-01-15")
        pane = screen.app.screen.query_one(TradesPane)
        await screen.until(
            lambda: pane.table.row_count and set(pane.table.keys) and "won 0.0%" in screen.text
        )
        assert all(t.side < 0 and t.net_ticks < 0 and t.date == "2026-01-15" for t in pane._page.rows)  # type: ignore[union-attr]
        await screen.type(" price>3")
        await screen.sees("can be compared")


async def test_slash_filters_the_log(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("7", "slash")
        await screen.type("crossover 2026-01-05")
        await screen.until(lambda: "(latin" not in screen.text and "2026-01-05 in-sample best" in screen.text)


async def test_c_shows_one_chart_after_the_other(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")

        def shown() -> list[str | None]:
            return [c.id for c in screen.app.screen.query(Chart) if c.region.area]

        for expected in (["pnl", "underwater"], ["win"], ["sharpe"], [], ["pnl", "win", "sharpe"]):
            await screen.press("c")
            assert shown() == expected
        await screen.resize(80, 24)
        for expected in (["win"], ["sharpe"], ["pnl"]):  # a small screen always shows one
            await screen.press("c")
            assert shown() == expected


async def test_i_shows_hindsight_alone_and_named_so(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("i")
        await screen.sees("hindsight: sum of each day's best set, not a result")
        assert [c.id for c in screen.app.screen.query(Chart) if c.region.area] == ["hindsight"]
        await screen.press("i")
        await screen.until(lambda: "sum of each day's best set" not in screen.text)


async def test_z_writes_all_times_in_another_zone(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("Chicago time")
        await screen.press("3")
        await screen.sees("in Chicago")
        pane = screen.app.screen.query_one(TradesPane)
        await screen.until(lambda: pane.table.row_count > 0)
        first = pane.table.get_row_at(0)[1].plain
        await screen.press("z", "z")
        await screen.sees("in UTC")
        await screen.until(lambda: pane.table.get_row_at(0)[1].plain != first)
        assert pane.table.get_row_at(0)[1].plain == f"{pane._page.rows[0].entry_time:%m-%d %H:%M:%S}"  # type: ignore[union-attr]


async def test_keys_that_only_say_or_colour_something(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.settle()
        chart = screen.app.screen.query_one("#pnl", Chart)
        drawn = chart.drawings
        await screen.press("t")
        assert screen.app.theme == "bayescore-light"
        await screen.until(lambda: chart.drawings > drawn, "a chart in the other colours")
        await screen.press("t", "t", "t")
        assert screen.app.theme == "bayescore-dark"
        await screen.press("w")
        await screen.sees("Day 2026-01-29 was saved at")
        await screen.press("6", "slash")
        await screen.sees("nothing to filter")


async def test_help_names_every_key_of_the_screen(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run), size=(120, 80)) as screen:
        await screen.sees("22/22")
        await screen.press("question_mark")
        await screen.sees(
            "Hold training",
            "End the run once",
            "Say what is saved",
            "Filter the table",
            "Open a finished day",
            "best sets: not a result",
            "The next theme",
            "Times of the exchange",
            "Sort by the next column",
            "exit efficiency",
        )
        await screen.press("end")  # the words below the edge of the box
        await screen.sees("MAE, MFE")
        await screen.press("escape")
        await screen.until(lambda: isinstance(screen.app.screen, RunScreen))


async def test_a_run_of_another_process_cannot_be_steered(running_run: Path) -> None:
    async with opened(RunSpec(run=running_run)) as screen:
        await screen.sees("▶ training")
        await screen.press("p", "s")
        await screen.sees("▶ training")
        bindings = screen.app.screen.active_bindings
        assert not bindings["p"].enabled
        assert not bindings["s"].enabled
        await screen.press("q")
    assert screen.app.return_code == 0


async def test_escape_leads_to_the_list_of_runs_and_another_run(
    finished_run: Path, running_run: Path
) -> None:
    spec = RunSpec(run=finished_run, checkpoint_dir=running_run.parent)
    async with opened(spec) as screen:
        await screen.sees("22/22")
        await screen.press("escape")
        await screen.until(lambda: isinstance(screen.app.screen, StartScreen))
        await screen.sees("mnq-live", "7/22")
        await screen.press("enter")
        await screen.sees("▶ training", "431/1,000")
        assert len(screen.app.model.days) == 7


async def test_everything_is_in_the_command_palette(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        names = {command.title for command in screen.app.get_system_commands(screen.app.screen)}
        assert {
            "Quit",
            "Filter",
            "Day",
            "Chart",
            "Hindsight",
            "Theme",
            "Help",
            "Saved?",
            "Time zone",
            "Days",
            "Patterns",
            "Trades",
            "Effects",
            "Regret",
            "Summary",
            "Log",
            "Runs",
            "Sort",
            "Reverse order",
            "Open",
        } <= names
        await screen.press("ctrl+p")
        await screen.type("effects")
        await screen.sees("which factor matters")
        await screen.press("enter")
        await screen.until(lambda: screen.app.screen.query_one(TabbedContent).active == "effects")


async def test_the_palette_offers_days_and_filters(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("ctrl+p")
        await screen.type("open 2026-01-14")
        await screen.sees("Open day 2026-01-14")
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, DayScreen))
        await screen.press("escape", "ctrl+p")
        await screen.type("losing")
        await screen.press("enter")
        await screen.sees("won 0.0%")


async def test_no_size_breaks_the_screen(finished_run: Path) -> None:
    """The window is dragged from size to size, down to one that is too small for anything."""
    async with opened(RunSpec(run=finished_run), size=(100, 30)) as screen:
        await screen.sees("finished")
        for size in ((80, 24), (200, 60), (60, 15), (20, 5), (100, 30)):
            await screen.resize(*size)
            assert screen.app.screen.size == size
            for key in "2345671":
                await screen.press(key)
            if size >= (60, 15):
                assert screen.app.screen.query_one("#progress").region.height == 1
                assert screen.app.screen.query_one(TabbedContent).region.height >= 3
            await screen.press("enter")
            await screen.until(lambda: screen.app.screen.view is not None, "a day")  # type: ignore[attr-defined]
            await screen.press("escape", "question_mark", "escape", "g", "escape")
        await screen.sees("22/22")


async def test_charts_are_drawn_once_for_each_day_and_never_for_progress(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(5)
        await shows_days(screen, 1)
        await screen.settle()
        charts = [c for c in screen.app.screen.query(Chart) if c.region.area]
        drawn = [c.drawings for c in charts]
        for done in range(0, 1000, 10):
            screen.app.model.report_progress(source.progress(1, done, "sweeping"))
            screen.app.screen.tick()  # type: ignore[attr-defined]
        await screen.sees("990/1,000")
        await screen.settle()
        assert [c.drawings for c in charts] == drawn
        source.release(5)
        await shows_days(screen, 2)
        await screen.settle()
        assert [c.drawings for c in charts] == [n + 1 for n in drawn]


async def test_e_writes_the_rows_that_the_filter_keeps(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await screen.sees("22/22")
        await screen.press("e")
        await screen.until(lambda: Path("mnq-demo-days.csv").exists(), "a file of days")
        lines = lambda: Path("mnq-demo-days.csv").read_text(encoding="utf-8").splitlines()  # noqa: E731
        await screen.until(lambda: len(lines()) == 23, "all days in the file")
        assert lines()[-1].startswith("2026-01-29,")
        await screen.press("3", "slash")
        await screen.type("short net<0")
        await screen.sees("won 0.0%")
        await screen.press("enter", "e")
        await screen.until(lambda: Path("mnq-demo-trades.csv").exists(), "a file of trades")
        pane = screen.app.screen.query_one(TradesPane)
        assert pane._page is not None
        await screen.until(
            lambda: (
                len(Path("mnq-demo-trades.csv").read_text(encoding="utf-8").splitlines())
                == 1 + pane._page.matched
            )  # type: ignore[union-attr]
        )
        await screen.press("7", "e")
        await screen.sees("There is no table here")


async def test_e_writes_what_stands_behind_the_texts(finished_run: Path) -> None:
    """Policies, exits, rivals and experts: what is in the file is what the model holds."""
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        model = screen.app.model
        assert model.summary is not None
        assert model.last is not None
        await screen.press("6", "e")
        rows = await written(screen, "mnq-demo-policies.csv")
        assert [r["name"] for r in rows] == list(model.summary.policies)
        assert [float(r["net_currency"]) for r in rows] == [
            p.net_currency for p in model.summary.policies.values()
        ]
        await screen.press("5", "e")
        rules = await written(screen, "mnq-demo-exits.csv")
        assert [float(r["delta_ticks"]) for r in rules] == [r.delta_ticks for r in model.last.regret.rules]
        await screen.press("8")
        await screen.settle()
        await screen.press("e")
        weights = await written(screen, "mnq-demo-experts.csv")
        assert [r["date"] for r in weights] == [d.date for d in model.days]
        rivals = await written(screen, "mnq-demo-rivals.csv")
        cells = pl.read_parquet(finished_run / "days" / "2026-01-29" / "evidence.parquet")
        assert [float(r["2026-01-29"]) for r in rivals] == [net / 1000 for net in cells["net"]]
        assert [r["chosen"] for r in rivals] == ["True", "False", "False"]


async def test_e_writes_days_and_trades_of_a_pattern_and_of_a_day(finished_run: Path) -> None:
    async with opened(RunSpec(run=finished_run)) as screen:
        await shows_days(screen, 22)
        await screen.press("2", "enter")
        await screen.sees("its bracket needs")
        await screen.settle()
        shown = screen.app.screen
        assert isinstance(shown, PatternScreen)
        await screen.press("e")
        name = f"pattern-{shown.pattern.code}-{shown.pattern.side}"
        trades = await written(screen, f"{name}-trades.csv")
        assert {t["pattern"] for t in trades} == {shown.pattern.label}
        assert [float(t["net_ticks"]) for t in trades] == [t.net_ticks for t in shown.trades]
        days = await written(screen, f"{name}-days.csv")
        assert [d["date"] for d in days] == shown.query_one("#days-table", LiveTable).keys
        await screen.press("escape", "1", "enter")
        await screen.sees("day 22 of 22")
        await screen.settle()
        await screen.press("e")
        view = screen.app.screen.view  # type: ignore[attr-defined]
        of_day = await written(screen, "2026-01-29-trades.csv")
        assert [float(t["net_ticks"]) for t in of_day] == [t.net_ticks for t in view.trades]


async def written(screen: Screen, name: str) -> list[dict[str, str]]:
    """Rows of a file, once it is there and told."""
    seen = [b""]

    def whole() -> bool:
        """Written on a thread: there before it is filled."""
        before, seen[0] = seen[0], Path(name).read_bytes() if Path(name).exists() else b""
        return bool(before) and before == seen[0]

    await screen.until(whole, name)
    await screen.settle()
    with Path(name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
