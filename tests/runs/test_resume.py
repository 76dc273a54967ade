"""A run that was killed, stopped or moved to other threads is the same bytes as one that was not."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bayescore import BayesianTrainingOrchestrator, Config, TrainingControl, events
from bayescore.errors import Interrupted, RunError
from tests.attack.shim import compiler
from tests.attack.year import year
from tests.run_files import BAYESCORE, assert_same_run, contents

CONFIG = Config(iterations=60, history_candidates=20)


def train(sample: Path, root: Path, *, threads: int = 2, config: Config = CONFIG, **kwargs: object) -> Path:
    orchestrator = BayesianTrainingOrchestrator(config, checkpoint_dir=root, run="r", threads=threads)
    orchestrator.train(sample, **kwargs)  # type: ignore[arg-type]
    return root / "r"


@pytest.fixture(scope="module")
def uninterrupted(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(sample, tmp_path_factory.mktemp("whole"))


def test_one_thread_gives_the_bytes_of_two(sample: Path, tmp_path: Path, uninterrupted: Path) -> None:
    assert_same_run(train(sample, tmp_path, threads=1), uninterrupted)


def test_sigkill_then_resume_gives_the_bytes_of_an_uninterrupted_run(
    sample: Path, tmp_path: Path, uninterrupted: Path
) -> None:
    arguments = [
        BAYESCORE,
        "train",
        "--data",
        str(sample),
        "--iterations",
        "60",
        "--history-candidates",
        "20",
        "--run",
        "r",
        "--checkpoint-dir",
    ]
    arguments.append(str(tmp_path))
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "r" / "days").glob("2*")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    killed = contents(tmp_path / "r")
    assert any(name.startswith("days/2") for name in killed)
    done = subprocess.run([*arguments, "--resume"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert_same_run(tmp_path / "r", uninterrupted)


@pytest.mark.parametrize("after", [1, 2])
def test_stop_after_day_then_resume(sample: Path, tmp_path: Path, uninterrupted: Path, after: int) -> None:
    control = TrainingControl()

    def stop(event: events.AnyEvent) -> None:
        if isinstance(event, events.DayStarted) and event.index == after - 1:
            control.stop_after_day()

    with pytest.raises(Interrupted):
        train(sample, tmp_path, on_event=stop, control=control)
    assert len(list((tmp_path / "r" / "days").glob("2*"))) == after
    assert_same_run(train(sample, tmp_path, resume=True), uninterrupted)


def test_half_written_day_and_torn_event_line_are_cut_back(
    sample: Path, tmp_path: Path, uninterrupted: Path
) -> None:
    control = TrainingControl()

    def stop(event: events.AnyEvent) -> None:
        if isinstance(event, events.DayFinished):
            control.stop()

    with pytest.raises(Interrupted):
        train(sample, tmp_path, on_event=stop, control=control)
    run = tmp_path / "r"
    (run / "days" / ".2099-01-01.tmp").mkdir()
    (run / "days" / ".2099-01-01.tmp" / "result.json").write_text("{")
    with (run / "events.jsonl").open("ab") as f:
        f.write(b'{"event":"day_st')
    assert_same_run(train(sample, tmp_path, resume=True), uninterrupted)


def test_damaged_day_is_trained_again(sample: Path, tmp_path: Path, uninterrupted: Path) -> None:
    run = train(sample, tmp_path)
    last = sorted((run / "days").iterdir())[-1]
    (last / "brain.parquet").write_bytes(b"damage")
    assert_same_run(train(sample, tmp_path, resume=True), uninterrupted)


def test_resuming_a_finished_run_changes_nothing(sample: Path, tmp_path: Path, uninterrupted: Path) -> None:
    train(sample, tmp_path)
    assert_same_run(train(sample, tmp_path, resume=True), uninterrupted)


@pytest.mark.parametrize("change", [{"seed": 1}, {"iterations": 61}, {"objective": "net"}])
def test_resume_with_other_settings_is_refused(
    sample: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    import msgspec

    train(sample, tmp_path, config=msgspec.structs.replace(CONFIG, max_days=1))
    before = contents(tmp_path / "r")
    with pytest.raises(RunError, match="differs from the run's"):
        train(sample, tmp_path, config=msgspec.structs.replace(CONFIG, max_days=1, **change), resume=True)
    assert contents(tmp_path / "r") == before


def test_existing_run_is_not_overwritten(sample: Path, tmp_path: Path) -> None:
    import msgspec

    config = msgspec.structs.replace(CONFIG, max_days=1)
    train(sample, tmp_path, config=config)
    before = contents(tmp_path / "r")
    with pytest.raises(RunError, match="--resume"):
        train(sample, tmp_path, config=config)
    assert contents(tmp_path / "r") == before


def test_one_writer_at_a_time(sample: Path, tmp_path: Path) -> None:
    from bayescore.runs.writer import RunWriter

    first, second = RunWriter(tmp_path / "r"), RunWriter(tmp_path / "r")
    first.lock()
    with pytest.raises(RunError, match="another process"):
        second.lock()
    first.close()
    second.lock()
    second.close()


def test_ctrl_c_keeps_finished_days_and_exits_130(
    sample: Path,
    tmp_path: Path,
    uninterrupted: Path,
    command: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    arguments = [
        BAYESCORE,
        "train",
        "--data",
        str(sample),
        "--iterations",
        "60",
        "--history-candidates",
        "20",
        "--run",
        "r",
        "--checkpoint-dir",
    ]
    process = subprocess.Popen(
        [*arguments, str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    while not list((tmp_path / "r" / "days").glob("2*")) and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    if process.returncode != 0:  # it may have finished in between
        assert process.returncode == 130
        assert "kept" in errors
        # What it says can be typed as it stands.
        program, *rest = shlex.split(errors.strip().partition("go on with: ")[2])
        assert program == "bayescore"
        done = command(*rest)
    else:
        done = command("resume", tmp_path / "r")
    assert done.returncode == 0, done.stderr
    assert_same_run(tmp_path / "r", uninterrupted)


def test_a_file_one_date_longer_every_evening_gives_the_bytes_of_one_run(tmp_path: Path) -> None:
    """A few evenings of `python -m tests.attack.year`, which has 250."""
    if compiler() is None:
        pytest.skip("no C compiler to build the shim with")
    assert year(tmp_path, dates=5, kills=3) == []
