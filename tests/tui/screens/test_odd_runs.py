"""Runs that are not as they should be: every screen still opens, and nothing is read as markup or as a pattern."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import polars as pl
import pytest

from bayescore import events as ev
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.screens.day_screen import DayScreen
from bayescore_tui.screens.run_screen import RunScreen
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.trades_pane import TradesPane
from tests.tui.fake_run import FakeRun, write_run
from tests.tui.opening import opened, walk


@pytest.mark.parametrize("name", ["[red] a[1]b", "[/x]"])
async def test_brackets_in_the_name_of_a_run(name: str) -> None:
    run = Path("[/y]") / name  # a slash makes folders; the run is called what stands behind the last one
    write_run(run, days=3)
    async with opened(RunSpec(run=run, checkpoint_dir=run.parent)) as screen:
        await screen.sees("3/3", run.name)
        await walk(screen)
        await screen.press("3")
        pane = screen.app.screen.query_one(TradesPane)
        await screen.until(lambda: pane._page is not None and pane._page.matched > 0, "trades of that folder")
        await screen.press("e")
        await screen.until(lambda: list(Path().glob("*.csv")), "a file")
        await screen.press("escape")
        await screen.sees(str(run.parent), run.name)


def changed(event: ev.DayFinished, **fields: object) -> ev.DayFinished:
    return ev.DayFinished(result=msgspec.structs.replace(event.result, **fields))


def huge(event: ev.DayFinished) -> ev.DayFinished:
    """A day of figures at the end of what a number can hold."""
    policies = {
        name: msgspec.structs.replace(
            p,
            cumulative_net_currency=1e308,
            sharpe_so_far=-1e308,
            metrics=p.metrics
            and msgspec.structs.replace(
                p.metrics,
                net_currency=-1e308,
                net_ticks=1e308,
                win_rate=1e308,
                profit_factor=1e308,
                duration_mean_s=1e308,
            ),
        )
        for name, p in event.result.policies.items()
    }
    return changed(event, policies=policies, in_sample_net_currency=-1e308, symbol="[/red]\\[b]")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: changed(event, headline="nobody"),
        lambda event: changed(event, policies={}),
        lambda event: changed(event, patterns=[], effects=[], headline="[/x]"),
        huge,
    ],
    ids=["unknown headline", "no policies", "markup", "1e308"],
)
async def test_a_day_that_no_trainer_writes(tmp_path: Path, spoil: object) -> None:
    run = tmp_path / "run"
    write_run(run, days=3, finished=3, end=False, live="stopped")
    lines = []
    for line in (run / "events.jsonl").read_bytes().splitlines():
        event = ev.decode(line)
        if isinstance(event, ev.DayFinished) and event.result.index > 0:
            event = spoil(event)  # type: ignore[operator]
        lines.append(ev.encode(event))
    (run / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    async with opened(RunSpec(run=run)) as screen:
        await screen.sees("3/3")
        await walk(screen)
        await screen.resize(80, 24)
        await walk(screen, "1234567")
        assert isinstance(screen.app.screen, RunScreen)


def test_the_model_takes_a_day_without_its_headline() -> None:
    fake, model = FakeRun(2), RunModel()
    model.apply(fake.started)
    for index in range(2):
        model.apply(changed(fake.day(index)[2], headline="nobody", policies={}))
    assert [d.trades for d in model.days] == [None, None]
    assert set(model.days[-1].cumulative) == {0.0}


async def test_tables_with_other_types_are_named_not_fatal(finished_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(finished_run, run)
    day = run / "days" / "2026-01-29"
    pl.DataFrame({"ts": ["noon", "later"], "price": ["a", "b"]}).write_parquet(day / "price.parquet")
    trades = pl.read_parquet(day / "trades.parquet")
    before = run / "days" / "2026-01-28" / "trades.parquet"
    trades.with_columns(pl.lit("much").alias("net_ticks")).write_parquet(before)
    async with opened(RunSpec(run=run)) as screen:
        await screen.sees("22/22")
        await screen.press("enter")
        await screen.sees("day 22 of 22", "No price line is saved")
        await screen.press("n", "plus", "left", "[")
        await screen.sees("cannot be read")
        await screen.press("escape", "3")
        await screen.sees("cannot be read")


HOSTILE = "[/x]\x1b]0;owned\x07\u202e"


async def test_texts_of_a_run_are_neither_markup_nor_commands(tmp_path: Path) -> None:
    """A currency stands in a frame, a pattern in tables, a path in a dialog, a run's name in the list of runs."""
    run = tmp_path / f"r{HOSTILE.replace('/', '')}"
    write_run(run, days=3)
    lines = []
    for line in (run / "events.jsonl").read_bytes().splitlines():
        event = ev.decode(line)
        if isinstance(event, ev.RunStarted):
            event = msgspec.structs.replace(event, currency=HOSTILE, symbol=HOSTILE, instrument=HOSTILE)
        lines.append(ev.encode(event))
    (run / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    for file in (run / "days").glob("*/trades.parquet"):
        trades = pl.read_parquet(file, glob=False)
        spoilt = {name: pl.lit(HOSTILE) for name in ("pattern", "context", "reason")}
        trades.with_columns(**spoilt).write_parquet(file)
    async with opened(RunSpec(run=run, checkpoint_dir=tmp_path)) as screen:
        await screen.sees("3/3", "[/x]")
        await walk(screen)
        await screen.press("3")
        pane = screen.app.screen.query_one(TradesPane)
        await screen.until(lambda: pane._page is not None and pane._page.matched > 0, "trades")
        await screen.sees("P&L so far, [/x]")
        assert not {"\x1b", "\x07", "\u202e"} & set(screen.text)
    async with opened(RunSpec(checkpoint_dir=tmp_path)) as screen:
        await screen.sees("]0;owned")
        assert not {"\x1b", "\x07", "\u202e"} & set(screen.text)


async def test_a_pipe_in_place_of_a_table_is_not_waited_for(tmp_path: Path) -> None:
    """Of every day another table is a pipe, and every day is opened."""
    run = tmp_path / "run"
    tables = dict(zip(write_run(run, days=3).dates, ("evidence", "price", "trades"), strict=True))
    for date, name in tables.items():
        file = run / "days" / date / f"{name}.parquet"
        file.unlink()
        os.mkfifo(file)
    async with opened(RunSpec(run=run)) as screen:
        await screen.sees("3/3")
        await walk(screen)
        for date, name in tables.items():
            await screen.press("g")
            await screen.type(date)
            await screen.press("enter")
            if name == "trades":
                await screen.sees("not a file")
            else:
                day = screen.app.screen
                assert isinstance(day, DayScreen)
                await screen.until(lambda day=day: day.view is not None, f"the day without its {name}")
            await screen.press("escape")
        await screen.press("3")
        await screen.settle()


async def test_a_pipe_in_place_of_the_events_is_named(tmp_path: Path) -> None:
    run = tmp_path / "run"
    write_run(run, days=3)
    (run / "events.jsonl").unlink()
    os.mkfifo(run / "events.jsonl")
    async with opened(RunSpec(run=run)) as screen:
        await screen.sees("not a file")
