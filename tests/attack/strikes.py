"""Failures and deaths at single system calls, and what must hold afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.attack.zygote import Ended, Zygote
from tests.run_files import contents

PATIENCE_S = 120.0


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
        self.zygote = zygote
        self.root = folder / "struck"
        self._begin = [
            "train",
            "--data",
            str(data),
            "--iterations",
            str(iterations),
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
        """System calls that change something, in one training."""
        self.expected = contents(whole / "r")

    @property
    def run_dir(self) -> Path:
        return self.root / "r"

    def arguments(self, root: Path) -> list[str]:
        """Of a training below a folder."""
        return [*self._begin, str(root)]

    def clear(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

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


def failure(target: Target, at: int, error: int, *, forever: bool, resume_from: int = 0) -> list[str]:
    """Let one call fail, or all from one on; then go on without.

    Parameters
    ----------
    resume_from
        Kill a training at this call first, and strike the one that resumes it; 0 strikes a fresh one.
    """
    target.clear()
    if resume_from:
        target.train(at=resume_from, signal=9)
    ended = target.train(resume=bool(resume_from), at=at, error=error, forever=forever, timeout=PATIENCE_S)
    # Heartbeats may fail without harm, and a training may have fewer calls than the one that was counted.
    return complaints(ended, {0, 1, 2} if resume_from else {0, 1}) + target.recover()


def killed(target: Target, at: int, number: int, *, resume_from: int = 0) -> list[str]:
    """Send a signal at a call, then go on."""
    target.clear()
    if resume_from:
        target.train(at=resume_from, signal=9)
    ended = target.train(resume=bool(resume_from), at=at, signal=number, timeout=PATIENCE_S)
    wrong = (
        []
        if ended.code in {0, 2, 130, -number, 128 + number}
        else [f"exit code {ended.code}: {ended.err[-300:]}"]
    )
    return wrong + (["a traceback"] if "Traceback" in ended.err else []) + target.recover()
