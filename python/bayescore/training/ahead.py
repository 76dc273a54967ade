"""What runs beside the choice for tomorrow: looking back on the day, then the next date's iterations.

Neither reads what is chosen, and the choice reads neither: the next date is searched against the brain that has learned
the day, with sets that the day's iterations decide. The order in which anything is told and saved stays as it is.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Self

    from bayescore import events
    from bayescore.training.control import TrainingControl
    from bayescore.training.day import LookedBack, PreparedDay, Search
    from bayescore.training.learner import Learner

_T = TypeVar("_T")


def at_once(job: Callable[[], _T]) -> Callable[[], _T]:
    """Do a job now; gives what gives its result."""
    done = job()
    return lambda: done


class Searched(NamedTuple):
    """A search that was begun before its date."""

    job: Future[tuple[Search, list[events.BestSet]]]
    control: TrainingControl
    """What counts its iterations."""

    def result(self, on_best: Callable[[events.BestSet], None]) -> Search:
        """What was found, once it is; its bests are told first, in order."""
        search, bests = self.job.result()
        for best in bests:
            on_best(best)
        return search


class Ahead:
    """One thread beside the trainer's.

    Parameters
    ----------
    learner
        What is known.
    control
        The run's.
    """

    def __init__(self, learner: Learner, control: TrainingControl) -> None:
        self._learner, self._control = learner, control
        self._pool = ThreadPoolExecutor(1, "bayescore-ahead")
        self._begun: TrainingControl | None = None

    def submit(self, job: Callable[[], _T]) -> Callable[[], _T]:
        """Begin a job once those before it are done; gives what waits for its result."""
        return self._pool.submit(job).result

    def search(self, upcoming: Future[PreparedDay], index: int) -> Searched:
        """Begin a date's iterations once the jobs before, the day's learning among them, are done."""
        control = self._begun = self._control.ahead()
        bests: list[events.BestSet] = []

        def found() -> tuple[Search, list[events.BestSet]]:
            return self._learner.search(upcoming.result(), index, control, bests.append), bests

        return Searched(self._pool.submit(found), control)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._begun is not None:
            # Nobody will ask for it any more.
            self._begun.core.stop()
        self._pool.shutdown(cancel_futures=kind is not None)


class Beside:
    """What runs while the choice is made: the look back on the day, then the search of the next, if there is one."""

    def __init__(self, ahead: Ahead, upcoming: Future[PreparedDay] | None, index: int) -> None:
        self._ahead, self._upcoming, self._index = ahead, upcoming, index
        self.searched: Searched | None = None

    def __call__(self, look_back: Callable[[], LookedBack]) -> Callable[[], LookedBack]:
        looked_back = self._ahead.submit(look_back)
        if self._upcoming is not None:
            self.searched = self._ahead.search(self._upcoming, self._index)
        return looked_back
