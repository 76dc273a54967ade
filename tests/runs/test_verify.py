"""``bayescore verify``: what was changed is found, what was not is good, and training again gives the bytes."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bayescore import BayesianTrainingOrchestrator, Config, TrainingControl, events
from bayescore.errors import Interrupted
from bayescore.runs.reader import RunReader
from bayescore.runs.verify import verify_run
from bayescore.training.recompute import recompute

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def whole(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    BayesianTrainingOrchestrator(Config(iterations=20), checkpoint_dir=root, run="r").train(sample)
    return root / "r"


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "checkpoints" / "r")
    return tmp_path / "checkpoints" / "r"


def damaged(run: Path) -> list[str]:
    return [f.what for f in verify_run(RunReader(run)) if f.problem is not None]


def test_an_untouched_run_is_good(whole: Path, command: Command) -> None:
    done = command("verify", whole)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("good") == 4


def test_every_changed_file_is_found(run: Path) -> None:
    """A byte in each file of the run that it can be held to."""
    files = [
        p for p in run.rglob("*") if p.is_file() and p.name not in {"live.json", "timings.jsonl", ".lock"}
    ]
    assert len(files) > 30
    for file in files:
        if file.name == "report.html":  # made from the days; --recompute compares it
            continue
        content = file.read_bytes()
        at = len(content) // 2
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        try:
            wrong = damaged(run)
        except Exception as error:  # noqa: BLE001 - a header that cannot be read is named by its error
            wrong = [str(error)]
        assert wrong, file
        file.write_bytes(content)
    assert damaged(run) == []


def test_a_changed_run_fails_with_one_line_and_says_where(run: Path, command: Command) -> None:
    (run / "days" / "2026-01-06" / "brain.parquet").write_bytes(b"")
    done = command("verify", "r")
    assert done.returncode == 1
    assert "2026-01-06  DAMAGED" in done.stdout
    assert "2026-01-07  DAMAGED" in done.stdout
    assert len(done.stderr.splitlines()) == 1


def test_trained_again_it_is_the_same_bytes(
    whole: Path, sample: Path, command: Command, tmp_path: Path
) -> None:
    assert recompute(RunReader(whole), [str(sample)]) == []
    moved = tmp_path / "moved.parquet"
    shutil.copy(sample, moved)
    done = command("verify", whole, "--recompute", "--data", moved)
    assert done.returncode == 0, done.stderr
    assert "the same bytes on 3 days" in done.stdout


def test_a_forged_day_is_found_by_training_again(run: Path, sample: Path) -> None:
    """Whoever writes the manifests anew deceives the chain, not the training."""
    import hashlib

    import msgspec

    last = run / "days" / "2026-01-07"
    (last / "report").unlink(missing_ok=True)
    content = (last / "params.json").read_bytes().replace(b'"stop_loss_ticks": ', b'"stop_loss_ticks": 1')
    (last / "params.json").write_bytes(content)
    manifest = msgspec.json.decode((last / "MANIFEST.json").read_bytes())
    manifest["files"]["params.json"] = hashlib.sha256(content).hexdigest()
    (last / "MANIFEST.json").write_bytes(msgspec.json.encode(manifest))
    assert damaged(run) == []
    assert recompute(RunReader(run), [str(sample)]) == [
        "days/2026-01-07/params.json",
        "days/2026-01-07/MANIFEST.json",
    ]


def test_an_unfinished_run_is_compared_as_far_as_it_goes(sample: Path, tmp_path: Path) -> None:
    control = TrainingControl()

    def stop(event: events.AnyEvent) -> None:
        if isinstance(event, events.DayStarted) and event.index == 1:
            control.stop_after_day()

    trainer = BayesianTrainingOrchestrator(Config(iterations=20), checkpoint_dir=tmp_path, run="r")
    with pytest.raises(Interrupted):
        trainer.train(sample, control=control, on_event=stop)
    assert damaged(tmp_path / "r") == []
    assert recompute(RunReader(tmp_path / "r")) == []
