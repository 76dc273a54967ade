"""System calls that fail, and deaths at system calls: one line, exit code 1, and a resume gives the same bytes.

`make attack` does this at every call; here are a few of each kind.
"""

import errno
import resource
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.errors import WriteError
from bayescore.runs.reader import RunReader
from tests.attack.shim import build, compiler
from tests.attack.strikes import Target, failure, killed
from tests.attack.zygote import Zygote
from tests.run_files import assert_same_run


@pytest.fixture(scope="module")
def target(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    if compiler() is None:
        pytest.skip("no C compiler to build the shim with")
    folder = tmp_path_factory.mktemp("strikes")
    with Zygote(build(folder)) as zygote:
        yield Target(zygote, sample, folder)


@pytest.mark.parametrize("part", [0.0, 0.05, 0.3, 0.7, 0.97])
@pytest.mark.parametrize(("error", "forever"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_a_refusal_of_the_disk_is_one_line_and_can_be_resumed(
    target: Target, error: int, forever: bool, part: float
) -> None:
    at = 1 + int(part * (target.calls - 1))
    assert failure(target, at, error, forever=forever) == (True, [])


@pytest.mark.parametrize("at", [8, 9])
def test_days_that_cannot_be_read_for_now_are_not_trained_again(target: Target, at: int) -> None:
    assert failure(target, at, errno.ENOSPC, forever=True, half=True) == (True, [])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("part", [0.02, 0.2, 0.5, 0.9])
def test_a_death_at_a_call_leaves_a_run_that_can_be_resumed(target: Target, number: int, part: float) -> None:
    assert killed(target, 1 + int(part * (target.calls - 1)), number) == (True, [])


def test_heartbeats_that_fail_harm_nothing(target: Target) -> None:
    target.clear()
    ended = target.train(at=1, error=errno.EIO, forever=True, heartbeats=True)
    assert ended.calls > 0
    assert ended.code == 0, ended.err
    assert target.recover() == []


def test_the_same_process_can_resume_once_there_is_room(sample: Path, tmp_path: Path) -> None:
    def train(root: Path, *, resume: bool = False) -> None:
        config = Config(iterations=20, history_candidates=20)
        trainer = BayesianTrainingOrchestrator(config, checkpoint_dir=root, run="r")
        trainer.train(sample, resume=resume)

    train(tmp_path / "whole")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, hard))
    try:
        with pytest.raises(WriteError, match="cannot be written"):
            train(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    live = RunReader(tmp_path / "r").live()
    assert live is not None
    assert live.state == "failed"
    assert RunReader(tmp_path / "r").being_written() is False
    train(tmp_path, resume=True)
    shutil.rmtree(tmp_path / "r" / "set-aside", ignore_errors=True)
    assert_same_run(tmp_path / "r", tmp_path / "whole" / "r")
