"""What ``compare``, ``rename`` and ``delete`` do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bayescore.cli.printing import show, show_json
from bayescore.errors import RunError, UsageError
from bayescore.runs.listing import find_run

if TYPE_CHECKING:
    from pathlib import Path


def show_comparison(a: str, b: str, root: Path, policy: str | None, *, json: bool) -> None:
    """Print what sets two runs apart."""
    from bayescore.report.comparison import render_comparison
    from bayescore.runs.comparing import compare_runs

    found = compare_runs(find_run(a, root), find_run(b, root), policy)
    if json:
        show_json(found)
    else:
        show(*render_comparison(found))


def rename(run: str, name: str, root: Path) -> None:
    """Give a run another name."""
    from bayescore.runs.removal import rename_run

    found = find_run(run, root)
    show(f"{found.path} is now {rename_run(found, name)}")


def delete(run: str, root: Path, *, sure: bool) -> None:
    """Remove a run, after asking.

    Raises
    ------
    UsageError
        If nobody is there to be asked.
    RunError
        If the answer is no, or the run cannot be removed.
    """
    from bayescore.runs.removal import contents_of, remove_run

    found = find_run(run, root)
    holds = contents_of(found)
    days = len(found.finished_days())
    what = (
        f"{found.path}: {days} finished {'day' if days == 1 else 'days'}, {holds.files:,} files, "
        f"{holds.size / 1e6:.1f} MB"
    )
    if not sure:
        if not sys.stdin.isatty():
            raise UsageError(f"{found.path}: nobody to ask; --yes removes it")
        show(what)
        sys.stdout.write("Remove it for good? Type yes: ")
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() != "yes":
            raise RunError(f"{found.path}: left as it is")
    remove_run(found)
    show(f"removed {what}")
