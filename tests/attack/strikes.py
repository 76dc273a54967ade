"""Failures and deaths at single system calls, and what must hold afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.attack.zygote import Ended, Zygote
from tests.run_files import contents


class Target:
    """A training to be struck, and what it gives when it is not.

    Parameters
    ----------
    zygote
        Starts the trainings.
    data
        What they train on.
    folder
        Where their runs go.
    """

    def __init__(self, zygote: Zygote, data: Path, folder: Path, iterations: int = 20) -> None:
        self.zygote, self.data = zygote, data
        self.root = folder / "struck"
        self._begin = [
            "train",
            "--data",
            str(data),
            "--iterations",
            str(iterations),
            "--history-candidates",
            "20",
            "--run",
            "r",
            "--threads",
            "1",
            "-q",
            "--checkpoint-dir",
        ]
        whole = folder / "whole"
        ended = zygote.run(self.arguments(whole), under=whole)
        assert ended.code == 0, ended.err
        self.calls = ended.calls
        """System calls that change something, in one training; heartbeats, which come by the clock, are not counted."""
        self.expected = contents(whole / "r")
        self._half = folder / "half"
        self.clear()
        self.train(at=self.calls // 2, signal=9)
        self.root.rename(self._half)

    @property
    def run_dir(self) -> Path:
        return self.root / "r"

    def arguments(self, root: Path) -> list[str]:
        """Of a training below a folder."""
        return [*self._begin, str(root)]

    def clear(self, *, half: bool = False) -> None:
        """Leave nothing, or a run that was killed half way."""
        shutil.rmtree(self.root, ignore_errors=True)
        if half:
            shutil.copytree(self._half, self.root)

    def train(self, *, resume: bool = False, **strike: object) -> Ended:
        """Train; `strike` as for `Zygote.run`."""
        arguments = [*self.arguments(self.root), *(["--resume"] if resume else [])]
        return self.zygote.run(arguments, under=self.root, **strike)  # type: ignore[arg-type]

    def recover(self) -> list[str]:
        """Go on, or begin if nothing had begun; what is wrong with the result."""
        ended = self.train(resume=True)
        if ended.code == 2 and "nothing to resume" in ended.err:
            ended = self.train()
        if ended.code:
            return [f"going on ends with {ended.code}: {ended.err.strip()[-300:]}"]
        found = contents(self.run_dir)
        differing = sorted(
            n for n in found.keys() | self.expected.keys() if found.get(n) != self.expected.get(n)
        )
        return [f"other bytes: {', '.join(differing)}"] if differing else []


def complaints(ended: Ended, allowed: set[int]) -> list[str]:
    """What is wrong with how a struck training ended."""
    wrong = []
    if ended.code not in allowed:
        wrong.append(f"exit code {ended.code}: {ended.err.strip()[-300:]}")
    if "Traceback" in ended.err:
        wrong.append("a traceback")
    if ended.code > 0 and len(ended.err.strip().splitlines()) != 1:
        wrong.append(f"not one line: {ended.err!r}")
    return wrong


def failure(
    target: Target, at: int, error: int, *, forever: bool, half: bool = False
) -> tuple[bool, list[str]]:
    """Let one call fail, or all from one on; then go on without.

    Parameters
    ----------
    half
        Strike a training that resumes one that was killed half way.

    Returns
    -------
    tuple
        Whether there was such a call, and what is wrong.
    """
    target.clear(half=half)
    ended = target.train(resume=half, at=at, error=error, forever=forever)
    # A training that resumes has fewer calls than the one that was counted.
    wrong = complaints(ended, {0, 1, 2} if half else {0, 1})
    return ended.calls >= at, wrong + target.recover()


def killed(target: Target, at: int, number: int, *, half: bool = False) -> tuple[bool, list[str]]:
    """Send a signal at a call, then go on; returns as `failure`."""
    target.clear(half=half)
    ended = target.train(resume=half, at=at, signal=number)
    wrong = (
        []
        if ended.code in {0, 2, 130, -number, 128 + number}
        else [f"exit code {ended.code}: {ended.err[-300:]}"]
    )
    wrong += ["a traceback"] if "Traceback" in ended.err else []
    return ended.code != 0, wrong + target.recover()
