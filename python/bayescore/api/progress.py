"""A run computed on another thread while this one shows how far it is and stays open to an interrupt."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol

from bayescore import events
from bayescore.api import pages
from bayescore.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from bayescore.training.control import TrainingControl

    Listener = Callable[[events.AnyEvent], None]

EVERY = 0.2
"""Seconds between two pictures."""


class Display(Protocol):
    """Where progress is shown."""

    def show(self, started: events.RunStarted, progress: events.Progress) -> None:
        """Replace what is shown."""

    def close(self) -> None:
        """Take it away, or leave its last state."""


class Terminal:
    """Bars on standard error."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        from bayescore.report.console import SafeConsole

        self._bars = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=SafeConsole(stderr=True),
            transient=True,
        )
        self._days = self._bars.add_task("days", total=None, note="")
        self._bars.start()

    def show(self, started: events.RunStarted, progress: events.Progress) -> None:
        """Days done, and what is in work."""
        self._bars.update(
            self._days, total=len(started.dates), completed=progress.index, note=pages.progress_note(progress)
        )

    def close(self) -> None:
        """Take the bars off the screen."""
        self._bars.stop()


class Notebook:
    """One output that is replaced: HTML for the browser, text for all that shows no HTML."""

    def __init__(self) -> None:
        from IPython.display import display

        self._handle = display(_Shown("loading"), display_id=True)  # type: ignore[no-untyped-call]

    def show(self, started: events.RunStarted, progress: events.Progress) -> None:
        """Days done, and what is in work."""
        self._say(pages.progress_line(started, progress))

    def close(self) -> None:
        """Leave nothing but what the call returns."""
        self._say("")

    def _say(self, line: str) -> None:
        if self._handle is not None:
            self._handle.update(_Shown(line))


class _Shown:
    def __init__(self, line: str) -> None:
        self._line = line

    def __repr__(self) -> str:
        return self._line

    def _repr_html_(self) -> str:
        return pages.progress_html(self._line)


def display() -> Display | None:
    """Bars in a terminal, an output in a notebook, nothing where output is piped."""
    shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None and hasattr(shell, "kernel"):
        return Notebook()
    return Terminal() if sys.stderr.isatty() else None


def run_shown(
    work: Callable[[Listener], None],
    control: TrainingControl,
    on_event: Listener | None,
    shown: Display | None,
) -> None:
    """Do some work on another thread and show its progress meanwhile.

    Parameters
    ----------
    work
        Called with what is to be told of every event; what it raises is raised here.
    control
        Stops it when this thread is interrupted (Ctrl-C, a notebook's stop button).
    on_event
        Told of every event too, on the working thread.
    shown
        Where to show it.

    Raises
    ------
    Interrupted
        If interrupted; finished days are kept.
    """
    latest: dict[str, Any] = {}
    failure: list[BaseException] = []
    ended = threading.Event()

    def tell(event: events.AnyEvent) -> None:
        if isinstance(event, events.RunStarted):
            latest["started"] = event
        elif isinstance(event, events.Progress):
            latest["progress"] = event
        if on_event is not None:
            on_event(event)

    def doing() -> None:
        try:
            work(tell)
        except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
            failure.append(error)
        finally:
            ended.set()

    threading.Thread(target=doing, name="bayescore-train", daemon=True).start()
    interrupted = False
    try:
        while True:
            try:
                if ended.wait(EVERY):
                    break
                if shown is not None and len(latest) == 2:
                    shown.show(latest["started"], latest["progress"])
            except KeyboardInterrupt:
                interrupted = True
                control.stop()
    finally:
        if shown is not None:
            shown.close()
    if failure:
        raise failure[0] from None
    if interrupted:
        raise Interrupted("interrupted when all was done; the run is whole")
