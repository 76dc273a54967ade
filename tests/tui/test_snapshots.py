"""Pictures of every screen at 80×24 and 120×40 with frozen data and time; `--snapshot-update` accepts new ones."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from conftest import NOW, PATIENCE_S, settled
from textual.pilot import Pilot
from textual.widgets import Input

from bayescore_tui.dashboard import Dashboard
from bayescore_tui.options import RunSpec
from bayescore_tui.screens.dialogs import ErrorDialog

SIZES = ((80, 24), (120, 40))
Compare = Callable[..., bool]


def size_name(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.fixture(params=SIZES, ids=size_name)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


async def calm(pilot: Pilot[None], ready: Callable[[], object] = lambda: True) -> None:
    """Wait until the screen says what it will go on saying."""
    app = pilot.app
    assert isinstance(app, Dashboard)
    end = time.monotonic() + PATIENCE_S
    still = 0
    while still < 3:
        await pilot.pause(0.05)
        still = still + 1 if ready() and settled(app) else 0
        assert time.monotonic() < end


def picture(
    compare: Compare, spec: RunSpec, size: tuple[int, int], *keys: str, theme: str = "dark", days: int = 22,
    then: Callable[[Pilot[None]], Awaitable[None]] | None = None,
) -> bool:  # fmt: skip
    app = Dashboard(spec, theme=theme, now=lambda: NOW)

    async def before(pilot: Pilot[None]) -> None:
        await calm(
            pilot,
            lambda: spec.run is None or (len(app.model.days) == days and app.model.progress is not None),
        )
        for key in keys:
            await pilot.press(key)
            for box in app.screen.query(Input):
                box.cursor_blink = False
            await calm(pilot)
        if then is not None:
            await then(pilot)
            await calm(pilot)

    return compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_run(snap_compare: Compare, finished_run: Path, size: tuple[int, int], theme: str) -> None:
    assert picture(snap_compare, RunSpec(run=finished_run), size, theme=theme)


def test_run_at_200x60(snap_compare: Compare, finished_run: Path) -> None:
    assert picture(snap_compare, RunSpec(run=finished_run), (200, 60), "2")


def test_run_in_work(snap_compare: Compare, running_run: Path, size: tuple[int, int]) -> None:
    assert picture(snap_compare, RunSpec(run=running_run), size, days=7)


def test_run_whose_process_died(snap_compare: Compare, dead_run: Path, size: tuple[int, int]) -> None:
    async def quiet(pilot: Pilot[None]) -> None:
        pilot.app.clear_notifications()

    assert picture(snap_compare, RunSpec(run=dead_run), size, days=7, then=quiet)


def test_run_before_its_first_event(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "mnq-empty"
    path.mkdir()
    app = Dashboard(RunSpec(run=path), now=lambda: NOW)
    assert snap_compare(app, terminal_size=size, run_before=calm)


@pytest.mark.parametrize("tab", ["2", "3", "4", "5", "6", "7"])
def test_tabs(snap_compare: Compare, finished_run: Path, size: tuple[int, int], tab: str) -> None:
    assert picture(snap_compare, RunSpec(run=finished_run), size, tab)


def test_filtered_trades(snap_compare: Compare, finished_run: Path, size: tuple[int, int]) -> None:
    keys = ["3", "slash", *["space" if c == " " else c for c in "short net<0"], "enter"]
    assert picture(snap_compare, RunSpec(run=finished_run), size, *keys)


def test_one_chart_large(snap_compare: Compare, finished_run: Path, size: tuple[int, int]) -> None:
    assert picture(snap_compare, RunSpec(run=finished_run), size, "c", "c")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_day(snap_compare: Compare, finished_run: Path, size: tuple[int, int], theme: str) -> None:
    assert picture(snap_compare, RunSpec(run=finished_run), size, "enter", theme=theme)


def test_pattern(snap_compare: Compare, finished_run: Path, size: tuple[int, int]) -> None:
    assert picture(snap_compare, RunSpec(run=finished_run), size, "2", "enter")


def test_jump(snap_compare: Compare, finished_run: Path, size: tuple[int, int]) -> None:
    assert picture(snap_compare, RunSpec(run=finished_run), size, "g")


def test_help(snap_compare: Compare, finished_run: Path, size: tuple[int, int]) -> None:
    assert picture(snap_compare, RunSpec(run=finished_run), size, "question_mark")


def test_error(snap_compare: Compare, finished_run: Path, size: tuple[int, int]) -> None:
    async def fail(pilot: Pilot[None]) -> None:
        text = "bars.parquet: row 17: high 3.25 is below low 4.00; --on-bad-rows drop leaves such rows out and counts them"
        await pilot.app.push_screen(
            ErrorDialog("Training failed", text, Path("~/.local/state/bayescore/tui.log"))
        )

    assert picture(snap_compare, RunSpec(run=finished_run), size, then=fail)


def test_start(snap_compare: Compare, finished_run: Path, dead_run: Path, size: tuple[int, int]) -> None:
    runs = Path("checkpoints")
    for run in (finished_run, dead_run):
        shutil.copytree(run, runs / run.name)
    Path("data").mkdir()
    Path("data/mnq-sample.ohlcv-1s.parquet").write_bytes(b"x" * 1_234_567)
    for k, path in enumerate([*sorted(runs.glob("*/*.json*")), Path("data/mnq-sample.ohlcv-1s.parquet")]):
        os.utime(path, (NOW - 7200 - 60 * k, NOW - 7200 - 60 * k))
    assert picture(snap_compare, RunSpec(checkpoint_dir=runs), size)


def test_start_with_nothing_there(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert picture(snap_compare, RunSpec(checkpoint_dir=Path("checkpoints")), size)
