"""What ``bayescore verify`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.cli.printing import show_json
from bayescore.errors import VerificationError
from bayescore.runs.verify import verify_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from bayescore.runs.reader import RunReader


def verify(
    run: RunReader,
    say: Callable[[str], None],
    *,
    again: bool,
    data: list[str],
    threads: int,
    json: bool = False,
) -> None:
    """Check a run's files, and with `again` train it once more and compare; sentences, or one object as JSON.

    Raises
    ------
    VerificationError
        If something is not what it should be; all of it has been said.
    """
    parts: list[dict[str, str | None]] = []
    found: dict[str, object] = {"run": run.name, "parts": parts, "strays": [], "differing": None}

    def tell(line: str) -> None:
        if not json:
            say(line)

    try:
        _verify(run, tell, parts, found, again=again, data=data, threads=threads)
    finally:
        if json:
            show_json(found)


def _verify(
    run: RunReader,
    say: Callable[[str], None],
    parts: list[dict[str, str | None]],
    found: dict[str, object],
    *,
    again: bool,
    data: list[str],
    threads: int,
) -> None:
    for finding in verify_run(run):
        parts.append(
            {"part": finding.what, "problem": None if finding.problem is None else str(finding.problem)}
        )
        say(f"{finding.what}  " + ("good" if finding.problem is None else f"DAMAGED  {finding.problem}"))
    found["strays"] = run.strays()
    for name in run.strays():
        say(f"{name}  none of the run's, left alone")
    problems = sum(part["problem"] is not None for part in parts)
    if problems:
        raise VerificationError(f"{run.path}: {problems} of its parts are not what the run says")
    if again:
        from bayescore.training.recompute import recompute

        differing = recompute(run, data, threads=threads)
        found["differing"] = differing
        for name in differing:
            say(f"{name}  DIFFERS when trained again")
        if differing:
            raise VerificationError(
                f"{run.path}: trained again, {len(differing)} files are not the same bytes"
            )
        say(f"trained again: the same bytes on {len(run.finished_days())} days")
