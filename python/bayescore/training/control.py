"""How a screen or a signal handler steers a run that another thread computes."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Literal, TypeVar

from bayescore import _core
from bayescore.errors import Interrupted
from bayescore.events import Progress, Race, SetsSoFar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

_T = TypeVar("_T")

Phase = Literal[
    "loading", "states", "trading", "sweeping", "regret", "choosing", "learning", "saving", "paused"
]


def unbroken(job: Callable[[], _T]) -> _T:
    """Do a job to its end, though Polars breaks off whatever it runs on any thread when Ctrl-C arrives.

    Python tells the main thread of Ctrl-C, which decides what ends; a finished day is written all the same. On the
    main thread nothing is done again.
    """
    while True:
        try:
            return job()
        except KeyboardInterrupt:
            if threading.current_thread() is threading.main_thread():
                raise


class TrainingControl:
    """Pause, resume and stop a run. Every method may be called from any thread."""

    def __init__(self) -> None:
        self.core = _core.Control()
        """Stop flag and iteration counter shared with the compiled core."""
        self._go = threading.Event()
        self._go.set()
        self._after_day = threading.Event()
        self._ahead: TrainingControl | None = None
        self.race: Race | None = None
        """Where the search for tomorrow's set is, while it goes on; told by the chooser, read by the ticker."""
        self.sets: SetsSoFar | None = None
        """What the newest sets came to; told by the sweeper."""

    @property
    def paused(self) -> bool:
        return not self._go.is_set()

    @property
    def stopped(self) -> bool:
        return self.core.stopped

    @property
    def stopping_after_day(self) -> bool:
        return self._after_day.is_set()

    def pause(self) -> None:
        """Hold the run at the next step of the day."""
        self._go.clear()

    def resume(self) -> None:
        self._go.set()

    def stop_after_day(self) -> None:
        """End the run once the day in work is saved."""
        self._after_day.set()

    def stop(self) -> None:
        """End the run now; the day in work is dropped, finished days are kept."""
        self.core.stop()
        if self._ahead is not None:
            self._ahead.core.stop()
        self._go.set()

    def ahead(self) -> TrainingControl:
        """A control for what runs ahead of the day in work: it pauses and stops with this one, and counts by itself."""
        ahead = TrainingControl()
        ahead._go = self._go
        self._ahead = ahead
        if self.stopped:
            ahead.core.stop()
        return ahead

    def wait(self) -> None:
        """Block while paused.

        Raises
        ------
        Interrupted
            If the run is to stop.
        """
        while not self._go.wait(0.2) and not self.core.stopped:
            pass
        if self.core.stopped:
            raise Interrupted("stopped; finished days are kept")


class Ticker:
    """Turns the core's counters into `Progress`, about ten times a second, on a thread of its own.

    Parameters
    ----------
    control
        Whose counter to read.
    publish
        Called with each `Progress`; also called for the last one on exit.
    """

    interval = 0.1

    def __init__(self, control: TrainingControl, publish: Callable[[Progress], None]) -> None:
        self._control = control
        self._publish = publish
        self._began = time.monotonic()
        self._quit = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="bayescore-progress", daemon=True)
        self.phase: Phase = "loading"
        self._sets: SetsSoFar | None = None
        self.date, self.index, self.days, self.total = "", 0, 0, 0
        self._first_index = 0
        self._offset = 0
        self._ahead: TrainingControl | None = None
        self._since, self._times = self._began, dict[str, float]()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._quit.set()
        self._thread.join()
        self._publish(self.snapshot())

    def begin(self, days: int, first_index: int, total: int) -> None:
        self.days, self._first_index, self.total = days, first_index, total

    def begin_day(self, date: str, index: int, ahead: TrainingControl | None = None) -> None:
        """Begin a date; `ahead` has counted what was run of it before."""
        self._offset, self._ahead = self._control.core.done, ahead
        self.date, self.index = date, index

    def enter(self, phase: Phase) -> None:
        """Begin a phase; its time ends when the next begins."""
        now = time.monotonic()
        self._times[self.phase] = self._times.get(self.phase, 0.0) + now - self._since
        self.phase, self._since = phase, now

    def take_times(self) -> dict[str, float]:
        """Seconds spent in each phase since the last call."""
        self.enter(self.phase)
        times, self._times = self._times, {}
        return {phase: round(seconds, 6) for phase, seconds in times.items()}

    def snapshot(self) -> Progress:
        elapsed = time.monotonic() - self._began
        ahead = self._ahead.core.done if self._ahead is not None else 0
        done = min(self._control.core.done - self._offset + ahead, self.total)
        finished = self.index - self._first_index + (done / self.total if self.total else 0.0)
        left = self.days - self.index - (done / self.total if self.total else 0.0)
        eta = elapsed * left / finished if finished > 0.2 else None
        phase: Phase = "paused" if self._control.paused else self.phase
        self._sets = (self._ahead or self._control).sets or self._sets
        return Progress(
            date=self.date,
            index=self.index,
            days=self.days,
            phase=phase,
            done=done,
            total=self.total,
            elapsed_s=round(elapsed, 3),
            eta_s=None if eta is None else round(eta, 3),
            race=self._control.race,
            sets=self._sets,
        )

    def _loop(self) -> None:
        while not self._quit.wait(self.interval):
            self._publish(self.snapshot())
