"""What ``bayescore verify`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.errors import VerificationError
from bayescore.runs.verify import verify_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from bayescore.runs.reader import RunReader


def verify(run: RunReader, say: Callable[[str], None], *, again: bool, data: list[str], threads: int) -> None:
    """Check a run's files, and with `again` train it once more and compare.

    Raises
    ------
    VerificationError
        If something is not what it should be; all of it has been said.
    """
    problems = 0
    for finding in verify_run(run):
        problems += finding.problem is not None
        say(f"{finding.what}  " + ("good" if finding.problem is None else f"DAMAGED  {finding.problem}"))
    for name in run.strays():
        say(f"{name}  none of the run's, left alone")
    if problems:
        raise VerificationError(f"{run.path}: {problems} of its parts are not what the run says")
    if again:
        from bayescore.training.recompute import recompute

        differing = recompute(run, data, threads=threads)
        for name in differing:
            say(f"{name}  DIFFERS when trained again")
        if differing:
            raise VerificationError(
                f"{run.path}: trained again, {len(differing)} files are not the same bytes"
            )
        say(f"trained again: the same bytes on {len(run.finished_days())} days")
