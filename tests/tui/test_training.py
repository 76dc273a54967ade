"""A run of our own: pausing, stopping, quitting, failing, and that no finished day is ever lost."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.widgets import TabbedContent

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore import events as ev
from bayescore.errors import DataError
from bayescore.runs.reader import RunReader
from bayescore_tui.model.run_model import RunModel
from bayescore_tui.screens.dialogs import QuitDialog
from bayescore_tui.screens.run_screen import RunScreen
from bayescore_tui.sources.messages import ProgressReport
from bayescore_tui.sources.spec import RunSpec
from tests.run_files import assert_same_run
from tests.tui.opening import Screen, opened, shows_days
from tests.tui.scripted import ScriptedTraining
from tests.tui.waiting import rest


async def days(screen: Screen, count: int) -> None:
    await screen.until(lambda: len(screen.app.model.days) == count, f"{count} days")


async def test_rows_bars_and_the_best_set_follow_the_training(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        await screen.sees("▶ training", "best set of the day appears here")
        source.release(2)
        await screen.sees("120/1,000", "#120 latin hypercube", "0/4")
        source.release(3)
        await screen.sees("1/4", "first day")
        source.release(5)
        await screen.sees("2/4", "2025-12-31")
        source.release(10)
        await screen.sees("✓ finished")
        # Panels come after the line on top.
        tabs = screen.app.screen.query_one(TabbedContent)
        await screen.until(lambda: tabs.active == "summary", "the summary opened by itself")
        await screen.sees("out of sample")
        await screen.press("q")
    assert screen.app.return_code == 0


async def test_the_race_for_tomorrow_is_shown_while_it_goes_on(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    race = ev.Race(
        generation=1,
        generations=3,
        entered=420,
        left=105,
        days_run=12,
        days=22,
        leader=None,
        leader_currency=None,
    )
    async with opened(source=source) as screen:
        await screen.sees("▶ training")
        progress = source.progress(0, 1000, "choosing")
        screen.app.post_message(ProgressReport(msgspec.structs.replace(progress, race=race)))
        await screen.sees("race, generation 1/3", "105 of 420 left", "after 12 of 22 days")
        screen.app.post_message(ProgressReport(source.progress(0, 1000, "saving")))
        await screen.sees("best set of the day appears here")


async def test_progress_that_lags_behind_the_panels_catches_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bayescore_tui.screens.run_screen.PROGRESS_S", 1.0)
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        await screen.sees("▶ training")
        source.release(5)
        await shows_days(screen, 1)
        await screen.sees("1/4")


async def test_pause_and_resume(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(5)
        await days(screen, 1)
        await screen.press("p")
        await screen.sees("‖ paused", "Resume")
        source.release(20)
        done = len(screen.app.model.days)
        await screen.press("7")
        await screen.sees("paused by you")
        assert len(screen.app.model.days) == done
        await screen.press("p")
        await days(screen, 4)
        await screen.sees("✓ finished")


async def test_stop_after_this_day(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(7)
        await days(screen, 1)
        await screen.press("s")
        await screen.sees("Training ends when the day in work is saved")
        source.release(100)
        await screen.sees("■ stopped")
        assert [d.date for d in screen.app.model.days] == RunReader(tmp_path / "run").finished_days()
        assert len(screen.app.model.days) == 2
        await screen.press("q")
    assert screen.app.return_code == 0


async def test_stop_after_this_day_ends_a_pause(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(2)
        await screen.sees("120/1,000")
        await screen.press("p")
        await screen.sees("‖ paused")
        await screen.press("s")
        source.release(3)
        await screen.sees("■ stopped", "1/4")


async def test_quitting_asks_first_and_can_be_taken_back(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(6)
        await days(screen, 1)
        await screen.press("q")
        await screen.sees("Training is going on", "Day 2025-12-30 was saved at", "Finished days are kept")
        await screen.press("escape")
        await screen.until(lambda: isinstance(screen.app.screen, RunScreen))
        assert not source.control.stopped.is_set()
        source.release(100)
        await screen.sees("✓ finished")


async def test_quitting_now_keeps_finished_days_and_ends_the_thread(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(7)
        await days(screen, 1)
        await screen.press("q", "n")
        await screen.until(lambda: screen.app.return_code == 0)
    assert source.ended.wait(10)
    directory = RunReader(tmp_path / "run")
    assert directory.finished_days() == ["2025-12-30"]
    assert all(check.problem is None for check in directory.verified_days())


async def test_quitting_after_this_day(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(7)
        await days(screen, 1)
        await screen.press("q", "d")
        await screen.until(lambda: isinstance(screen.app.screen, RunScreen))
        source.release(100)
        await screen.until(lambda: screen.app.return_code == 0)
    assert RunReader(tmp_path / "run").finished_days() == ["2025-12-30", "2025-12-31"]


async def test_the_buttons_of_the_question_do_what_they_say(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source, size=(80, 24)) as screen:
        source.release(6)
        await days(screen, 1)
        await screen.press("q")
        await screen.until(lambda: isinstance(screen.app.screen, QuitDialog))
        await screen.press("enter")  # the first button keeps training
        await screen.until(lambda: isinstance(screen.app.screen, RunScreen))
        await screen.press("q", "right", "right", "enter")
        await screen.until(lambda: screen.app.return_code == 0)
    assert source.ended.wait(10)


async def test_leaving_the_run_while_it_trains_is_refused(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(1)
        await screen.sees("50/1,000")
        await screen.press("escape")
        await screen.sees("Training is going on")
        assert isinstance(screen.app.screen, RunScreen)


async def test_closing_the_terminal_stops_the_thread(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(6)
        await days(screen, 1)
    assert source.ended.wait(10)
    (check,) = RunReader(tmp_path / "run").verified_days()
    assert (check.date, check.problem) == ("2025-12-30", None)


class Panic(BaseException):
    """Like a panic of the core, which is no Exception."""


@pytest.mark.parametrize(
    ("failure", "code", "says"),
    [
        (
            DataError("bars.parquet: row 17: high 3 below low 4; --on-bad-rows drop leaves it out"),
            2,
            "row 17",
        ),
        (Panic("index out of bounds"), 1, "Panic: index out of bounds"),
        (MemoryError(), 1, "MemoryError"),
    ],
)
async def test_a_failure_shows_a_panel_with_the_log_and_all_stays_usable(
    tmp_path: Path, failure: BaseException, code: int, says: str
) -> None:
    source = ScriptedTraining(tmp_path / "run", failure=failure)
    async with opened(source=source) as screen:
        source.release(20)
        await screen.sees("Training failed", says, "tui.log")
        assert "Traceback" not in screen.text
        await screen.press("escape")
        await screen.sees("✗ failed", "Training failed:")
        await screen.press("2")
        await screen.sees("eff. n")
        await screen.press("1", "enter")
        await screen.sees("the first day only learns")
        await screen.press("escape", "q")
    assert screen.app.return_code == code
    log = tmp_path / "state" / "bayescore" / "tui.log"
    assert "Traceback" in log.read_text()


async def test_a_day_can_be_opened_while_the_next_one_trains(tmp_path: Path) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        source.release(11)
        await shows_days(screen, 2)
        await screen.press("enter")
        await screen.sees("2025-12-31", "ambiguous")
        source.release(9)
        await days(screen, 4)
        await screen.press("right_square_bracket")
        await screen.sees("2026-01-02")
        await screen.press("escape")
        await screen.sees("✓ finished")


async def test_on_screen_and_headless_give_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    config = Config(iterations=20)
    spec = RunSpec(data=(str(sample),), checkpoint_dir=tmp_path / "screen", run_name="r", config=config)
    async with opened(spec) as screen:
        await screen.sees("✓ finished")
        await screen.press("q")
    BayesianTrainingOrchestrator(config, checkpoint_dir=tmp_path / "headless", run="r").train(str(sample))
    assert_same_run(tmp_path / "screen" / "r", tmp_path / "headless" / "r")


async def test_nothing_is_written_into_the_hand_of_somebody_who_types(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        await screen.sees("▶ training")
        monkeypatch.setattr("bayescore_tui.screens.run_screen.HANDS_S", 1e9)
        monkeypatch.setattr("bayescore_tui.screens.run_screen.OVERDUE_S", 1e9)
        await screen.press("4")
        source.release(2)
        await screen.until(lambda: screen.app.model.progress and screen.app.model.progress.done, "a report")
        run = screen.app.screen
        assert isinstance(run, RunScreen)
        run.tick()
        await rest(screen.app)
        assert "120/1,000" not in screen.text
        # A key held down must not stop the clock for good.
        monkeypatch.setattr("bayescore_tui.screens.run_screen.OVERDUE_S", 0.0)
        await screen.sees("120/1,000")


async def test_messages_draw_nothing_and_a_key_behind_many_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ScriptedTraining(tmp_path / "run")
    async with opened(source=source) as screen:
        await screen.sees("▶ training")
        await rest(screen.app)  # the first layout asks for everything once more
        monkeypatch.setattr("bayescore_tui.screens.run_screen.PROGRESS_S", 1e9)
        run = screen.app.screen
        assert isinstance(run, RunScreen)
        written: list[None] = []
        own = RunScreen._show_progress

        def show_progress(screen: RunScreen, model: RunModel) -> None:
            written.append(None)
            own(screen, model)

        monkeypatch.setattr(RunScreen, "_show_progress", show_progress)
        for done in range(500):
            screen.app.post_message(ProgressReport(source.progress(0, done, "sweeping")))
        await screen.press("4")
        await screen.until(lambda: screen.app.model.progress.done == 499, "the newest report")
        assert run.query_one(TabbedContent).active == "effects"
        assert not written
