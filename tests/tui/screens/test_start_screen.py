"""The start screen: what it lists, what its form refuses, and where it leads."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Checkbox, Input, Select, Static

from bayescore.config import Config
from bayescore.report.wording import money
from bayescore_tui.dashboard import Dashboard
from bayescore_tui.screens.start_screen import StartScreen
from bayescore_tui.sources.spec import RunSpec
from bayescore_tui.widgets.table import LiveTable
from tests.tui.fake_run import write_run
from tests.tui.opening import opened


async def test_lists_runs_with_their_state_and_opens_one(finished_run: Path, dead_run: Path) -> None:
    async with opened(RunSpec(checkpoint_dir=finished_run.parent)) as screen:
        await screen.sees("mnq-demo", "22/22", "✓ finished")
        await screen.press("enter")
        await screen.sees("net P&L", "22/22")
    async with opened(RunSpec(checkpoint_dir=dead_run.parent)) as screen:
        await screen.sees("mnq-dead", "7/22", "died")


async def test_a_stopped_run_shows_its_net_and_r_puts_it_into_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[RunSpec] = []
    monkeypatch.setattr(Dashboard, "train", lambda _self, spec: asked.append(spec))
    fake = write_run(tmp_path / "runs" / "mnq-stopped", days=9, finished=5, live="stopped")
    async with opened(RunSpec(checkpoint_dir=tmp_path / "runs")) as screen:
        await screen.sees("mnq-stopped", "5/9", "■ stopped", money(fake.cumulative[fake.last.headline]))
        assert "died" not in screen.text
        await screen.press("r")
        await screen.sees("go on with mnq-stopped")
        assert screen.app.screen.query_one("#resume", Checkbox).value
        screen.app.screen.query_one("#data", Input).value = "today.parquet"
        await screen.press("enter")
        await screen.until(lambda: asked)
    assert (asked[0].data, asked[0].run_name, asked[0].resume) == (("today.parquet",), "mnq-stopped", True)
    assert asked[0].config == Config()


async def test_r_takes_the_data_of_a_run_over_also_where_names_have_spaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[RunSpec] = []
    monkeypatch.setattr(Dashboard, "train", lambda _self, spec: asked.append(spec))
    write_run(tmp_path / "runs" / "mnq-stopped", days=9, finished=5, live="stopped")
    header = tmp_path / "runs" / "mnq-stopped" / "run.json"
    known = [str(tmp_path / "day one.parquet"), str(tmp_path / "day two.parquet")]
    for path in known:
        Path(path).touch()
    header.write_text(json.dumps({**json.loads(header.read_text()), "data": known}))
    async with opened(RunSpec(checkpoint_dir=tmp_path / "runs")) as screen:
        await screen.sees("mnq-stopped")
        await screen.press("r")
        await screen.sees("go on with mnq-stopped")
        await screen.press("enter")
        await screen.until(lambda: asked)
    assert asked[0].data == tuple(known)


async def test_without_runs_and_files_it_says_what_will_appear() -> None:
    async with opened() as screen:
        await screen.sees("No runs yet", "No Parquet files here")


async def test_a_damaged_run_is_listed_and_explained(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    (runs / "odd").mkdir(parents=True)
    (runs / "odd" / "run.json").write_text("{}")
    async with opened(RunSpec(checkpoint_dir=runs)) as screen:
        await screen.sees("odd", "✗ damaged")
        await screen.press("enter")
        await screen.sees("This run cannot be read", "schema")
        await screen.press("escape")
        await screen.until(lambda: isinstance(screen.app.screen, StartScreen))


async def test_a_file_goes_into_the_form(tmp_path: Path) -> None:
    Path("data").mkdir()
    Path("data/es.parquet").write_bytes(b"x" * 2048)
    Path("notes.txt").write_text("no data")
    async with opened() as screen:
        await screen.sees("data/es.parquet", "2.0 kB")
        assert "notes.txt" not in screen.text
        screen.app.screen.query_one("#files", LiveTable).focus()
        await screen.press("enter")
        await screen.until(lambda: screen.app.screen.query_one("#data", Input).value == "data/es.parquet")


async def test_f5_looks_again(tmp_path: Path) -> None:
    async with opened() as screen:
        await screen.sees("No Parquet files here")
        Path("late.parquet").write_bytes(b"")
        await screen.press("f5")
        await screen.sees("late.parquet")


async def test_the_form_refuses_in_words() -> None:
    async with opened() as screen:
        form = screen.app.screen
        for name, value, says in (
            ("data", "", "data: choose a file"),
            ("iterations", "many", "--iterations many"),
            ("iterations", "3", "iterations"),
            ("threads", "x", "threads x"),
            ("config", "nowhere.toml", "nowhere.toml"),
        ):
            form.query_one("#data", Input).value = "a"
            box = form.query_one(f"#{name}", Input)
            before, box.value = box.value, value
            await screen.press("ctrl+s")
            await screen.sees(f"✗ {says}" if name == "data" else says)
            assert str(form.query_one("#form-error", Static).content).startswith("✗")
            assert screen.app.screen is form
            box.value = before


async def test_the_form_becomes_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[RunSpec] = []
    monkeypatch.setattr(Dashboard, "train", lambda _self, spec: asked.append(spec))
    async with opened() as screen:
        form = screen.app.screen
        await screen.press("slash")
        await screen.type("bars.parquet")
        for name, value in {
            "run_name": "mine",
            "iterations": "200",
            "max_days": "2",
            "seed": "9",
            "threads": "1",
        }.items():
            form.query_one(f"#{name}", Input).value = value
        form.query_one("#objective", Select).value = "net"
        form.query_one("#resume", Checkbox).value = True
        await screen.press("enter")
        await screen.until(lambda: asked)
    spec = asked[0]
    c = spec.config
    assert (spec.data, spec.run_name, spec.resume, spec.threads) == (("bars.parquet",), "mine", True, 1)
    assert (c.iterations, c.max_days, c.seed, c.objective, c.selection) == (200, 2, 9, "net", "decision")


async def test_a_file_that_is_no_data_ends_in_a_panel_and_back_on_the_start_screen(tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"this is not parquet")
    async with opened(RunSpec(data=(str(bad),), checkpoint_dir=tmp_path / "runs")) as screen:
        await screen.sees("Training failed", "bad.parquet", "tui.log")
        await screen.press("escape")
        await screen.sees("✗ failed")
        await screen.press("escape")
        await screen.until(lambda: isinstance(screen.app.screen, StartScreen))
        await screen.press("q")
    assert screen.app.return_code == 2


async def test_every_field_can_be_reached_with_tab() -> None:
    async with opened(size=(80, 24)) as screen:
        await screen.sees("No runs yet")
        seen = set()
        for _ in range(30):
            await screen.press("tab")
            focused = screen.app.focused
            if focused is not None:
                seen.add(focused.id)
                if focused.id not in ("runs", "files"):
                    # The form scrolls a moment after the focus has moved.
                    await screen.until(partial(screen.app.screen.can_view_entire, focused))
        assert {
            "runs",
            "files",
            "data",
            "iterations",
            "objective",
            "threads",
            "config",
            "resume",
            "start-button",
        } <= seen
