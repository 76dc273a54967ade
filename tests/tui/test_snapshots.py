"""Pictures of every screen at 80×24 and 120×40 with frozen data and time; `--snapshot-update` accepts new ones.

One application walks through all screens of a run: starting it anew for each picture would take most of the time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from bayescore_tui.screens.dialogs import ErrorDialog
from bayescore_tui.sources.spec import RunSpec
from tests.tui.opening import NOW, Screen, opened

SIZES = ((80, 24), (120, 40))


def size_name(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.fixture(params=SIZES, ids=size_name)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


class Album:
    """Takes pictures of a screen and compares them with those on disk."""

    def __init__(self, screen: Screen, snapshot: SnapshotAssertion, folder: Path) -> None:
        self.screen = screen
        self.known = snapshot.use_extension(SVGImageExtension)
        self.folder = folder
        self.different: list[str] = []

    async def take(self, name: str) -> None:
        """Compare the screen with the picture of this name, once it stands still."""
        app = self.screen.app
        app.clear_notifications()
        for box in app.screen.query(Input):
            box.cursor_blink = False
        await self.screen.settle()
        picture = app.export_screenshot()
        if not (picture == self.known(name=name)):  # noqa: SIM201 - syrupy knows no other comparison
            path = self.folder / f"{name}.svg"
            path.write_text(picture, encoding="utf-8")
            self.different.append(f"{path}\n{self.screen.text}")

    async def press(self, *keys: str) -> None:
        await self.screen.press(*keys)


@asynccontextmanager
async def album(
    snapshot: SnapshotAssertion, folder: Path, spec: RunSpec, size: tuple[int, int], days: int = 0
) -> AsyncIterator[Album]:
    """Open the dashboard, hand out an album, and fail at the end if pictures are not as they were."""
    async with opened(spec, size=size) as screen:
        model = screen.app.model
        if days:
            await screen.until(lambda: len(model.days) == days and model.progress is not None)
        book = Album(screen, snapshot, folder)
        yield book
    assert not book.different, "not as it was:\n" + "\n\n".join(book.different)


async def test_finished_run(
    snapshot: SnapshotAssertion, tmp_path: Path, finished_run: Path, size: tuple[int, int]
) -> None:
    async with album(snapshot, tmp_path, RunSpec(run=finished_run), size, days=22) as book:
        await book.take("run")
        await book.press("t")
        await book.take("run-light")
        await book.press("enter")
        await book.take("day-light")
        await book.press("t")
        await book.take("day")
        await book.press("escape", "2")
        await book.take("patterns")
        await book.press("enter")
        await book.take("pattern")
        await book.press("escape", "3")
        await book.take("trades")
        await book.press("slash")
        await book.screen.type("short net<0")
        await book.press("enter")
        await book.screen.until(lambda: "won 0.0%" in book.screen.text)
        await book.take("trades-filtered")
        for key, name in (("4", "effects"), ("5", "regret"), ("6", "summary"), ("7", "log")):
            await book.press(key)
            await book.take(name)
        await book.press("1", "g")
        await book.take("jump")
        await book.press("escape", "question_mark")
        await book.take("help")
        await book.press("escape")
        text = "bars.parquet: row 17: high 3.25 is below low 4.00; --on-bad-rows drop leaves such rows out and counts them"
        error = ErrorDialog("Training failed", text, Path("~/.local/state/bayescore/tui.log"))
        await book.screen.app.push_screen(error)
        await book.take("error")
        await book.press("escape", "c", "c")
        await book.take("one-chart")


async def test_large_screen(snapshot: SnapshotAssertion, tmp_path: Path, finished_run: Path) -> None:
    async with album(snapshot, tmp_path, RunSpec(run=finished_run), (200, 60), days=22) as book:
        await book.press("2")
        await book.take("run")


async def test_run_in_work(
    snapshot: SnapshotAssertion, tmp_path: Path, running_run: Path, size: tuple[int, int]
) -> None:
    async with album(snapshot, tmp_path, RunSpec(run=running_run), size, days=7) as book:
        await book.take("run")


async def test_run_whose_process_died(
    snapshot: SnapshotAssertion, tmp_path: Path, dead_run: Path, size: tuple[int, int]
) -> None:
    async with album(snapshot, tmp_path, RunSpec(run=dead_run), size, days=7) as book:
        await book.screen.sees("is gone")
        await book.take("run")


async def test_run_before_its_first_event(
    snapshot: SnapshotAssertion, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "mnq-empty"
    path.mkdir()
    async with album(snapshot, tmp_path, RunSpec(run=path), size) as book:
        await book.screen.sees("waiting for events")
        await book.take("run")


async def test_start(
    snapshot: SnapshotAssertion, tmp_path: Path, finished_run: Path, dead_run: Path, size: tuple[int, int]
) -> None:
    runs = Path("checkpoints")
    for run in (finished_run, dead_run):
        shutil.copytree(run, runs / run.name)
    Path("data").mkdir()
    Path("data/mnq-sample.ohlcv-1s.parquet").write_bytes(b"x" * 1_234_567)
    for k, path in enumerate([*sorted(runs.glob("*/*.json*")), Path("data/mnq-sample.ohlcv-1s.parquet")]):
        os.utime(path, (NOW - 7200 - 60 * k, NOW - 7200 - 60 * k))
    async with album(snapshot, tmp_path, RunSpec(checkpoint_dir=runs), size) as book:
        await book.screen.sees("mnq-dead")
        await book.take("start")


async def test_start_with_nothing_there(
    snapshot: SnapshotAssertion, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with album(snapshot, tmp_path, RunSpec(checkpoint_dir=Path("checkpoints")), size) as book:
        await book.screen.sees("No runs yet")
        await book.take("start")
