"""Tell somebody that a run or a day has ended: by the terminal's bell, and by a command of the user's own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bayescore import events
from bayescore.errors import UsageError
from bayescore.escape import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONGEST_S = 60
"""Seconds that a command may take."""
_PREFIX = "BAYESCORE_"


def _words(option: str, command: str | None) -> list[str]:
    try:
        words = shlex.split(command or "")
    except ValueError as error:
        raise UsageError(f"{option} {command}: {error}") from None
    if command is not None and not words:
        raise UsageError(f"{option}: no command")
    return words


class Notice:
    """Follows a run's events and tells of its days and its end.

    Commands run one after the other on a thread of their own, without a shell, with facts in the environment. What goes
    wrong with one is said on the standard error and changes nothing.

    Parameters
    ----------
    on_finish, on_day
        Commands at the end of the run, and after each day that was trained; ``None`` for none.
    bell
        Ring the terminal at the end of the run.

    Raises
    ------
    UsageError
        For a command whose quotes do not close.
    """

    def __init__(
        self, on_finish: str | None = None, on_day: str | None = None, *, bell: bool = False
    ) -> None:
        self._on_finish, self._on_day = _words("--on-finish", on_finish), _words("--on-day", on_day)
        self._bell = bell
        self._working = ThreadPoolExecutor(1, "bayescore-notice")
        self._started: events.RunStarted | None = None
        self._in_work: str | None = None
        self._facts: dict[str, str] = {}

    def __call__(self, event: events.AnyEvent) -> None:
        """Take note of an event."""
        if isinstance(event, events.RunStarted):
            self._started = event
            self._facts |= {"RUN": event.run, "SYMBOL": event.symbol, "CURRENCY": event.currency}
        elif isinstance(event, events.DayStarted):
            self._in_work = event.date
        elif isinstance(event, events.DayFinished):
            result = event.result
            headline = result.policies[result.headline]
            day = "" if headline.metrics is None else f"{headline.metrics.net_currency:.2f}"
            self._facts |= {
                "DATE": result.date,
                "DAYS": str(result.index + 1),
                "DAY_NET": day,
                "NET": f"{headline.cumulative_net_currency:.2f}",
                "TRADE": str(int(result.decision.trade)),
            }
            # Days that a resume takes up again were told of when they were trained.
            if self._on_day and result.date == self._in_work:
                self._run("--on-day", self._on_day, {"EVENT": "day"})

    def end(self, state: str, folder: Path | None, error: str = "") -> None:
        """Tell of the end, and wait until all commands are through.

        Parameters
        ----------
        state
            finished, stopped or failed.
        folder
            Of the run, if it has begun.
        error
            Why it failed.
        """
        if folder is not None:
            self._facts["RUN_DIR"] = str(folder.absolute())
        if self._on_finish:
            self._run("--on-finish", self._on_finish, {"EVENT": state, "ERROR": error})
        self._working.shutdown()
        if self._bell:
            for stream in (sys.stdout, sys.stderr):
                if stream.isatty():
                    stream.write("\a")
                    stream.flush()
                    break

    def _run(self, option: str, words: list[str], more: Mapping[str, str]) -> None:
        facts = {f"{_PREFIX}{name}": one_line(text) for name, text in (self._facts | dict(more)).items()}
        self._working.submit(self._carry_out, option, words, facts)

    @staticmethod
    def _carry_out(option: str, words: list[str], facts: dict[str, str]) -> None:
        problem = ""
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command
                words,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                env={**os.environ, **facts},
                timeout=LONGEST_S,
                check=False,
            )
            if done.returncode:
                problem = f"ended with exit code {done.returncode}"
        except subprocess.TimeoutExpired:
            problem = f"took more than {LONGEST_S} s and was ended"
        except (OSError, ValueError) as error:
            problem = f"cannot be run ({error})"
        if problem:
            sys.stderr.write(one_line(f"bayescore: {option} {shlex.join(words)}: {problem}") + "\n")
            sys.stderr.flush()
