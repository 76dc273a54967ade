"""Tasks done by processes of this machine: begun with the first task, gone when the last is done or one has failed.

May import errors only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Generic, TypeVar

from bayescore.errors import BayescoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from multiprocessing.process import BaseProcess
    from types import TracebackType
    from typing import Self

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

AHEAD = 4
"""Tasks for each worker that are handed out at a time: enough that none waits, few enough that all fit."""

LOOK_S = 0.1
"""How often it is asked whether to go on."""

_BEGINNING = threading.Lock()
"""Held while worker processes begin: what they inherit is the whole process's."""


class Processes(Generic[_Task, _Result]):
    """Worker processes that do tasks; to be used as a context, which none of them outlives.

    They answer no Ctrl-C, which reaches the whole terminal: their parent does. They end when it is killed. They do not
    run the parent's script again, so a script needs no ``if __name__ == "__main__"``; what they are given must be of
    modules that they can import.

    Parameters
    ----------
    do
        What is done with a task.
    tasks
        Handed out in order, a few ahead.
    workers
        Processes at most.
    advice
        What to do where a worker was killed: the end of a sentence.

    Raises
    ------
    BayescoreError
        On leaving the context, if a worker ended before its task was done.
    """

    def __init__(
        self, do: Callable[[_Task], _Result], tasks: Iterable[_Task], workers: int, *, advice: str
    ) -> None:
        self._do, self._waiting, self._workers, self._advice = do, iter(tasks), workers, advice
        self._running: dict[Future[_Result], _Task] = {}
        self._begun: set[BaseProcess] = set()

    def __enter__(self) -> Self:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        # Spawned, not forked: the core's threads and a lock of the parent would not live on in a copy.
        self._pool = ProcessPoolExecutor(self._workers, get_context("spawn"), _begin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from concurrent.futures.process import BrokenProcessPool

        # What is in work is dropped: it is done again next time. The pool's own thread is waited for: one that ends
        # while the interpreter does may print an error of its own.
        if kind is not None or self._running:
            for worker in self._begun:
                worker.terminate()
        self._pool.shutdown(cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise BayescoreError(
                f"a worker process ended before its task was done (killed, or out of memory?); {self._advice}"
            ) from None

    def hand_out(self) -> None:
        """Give the workers as much as they may have; the first call lets them begin."""
        for task in self._next():
            if len(self._begun) < self._workers:
                with self._beginning():
                    future = self._pool.submit(self._do, task)
            else:
                future = self._pool.submit(self._do, task)
            self._running[future] = task

    def done(self, look: Callable[[], None] | None = None) -> Iterator[tuple[_Task, Future[_Result]]]:
        """Each task when it is done, in any order, until all are.

        Parameters
        ----------
        look
            Called before anything is handed out, and `LOOK_S` later again: holds it up or ends it by an error.
        """
        from concurrent.futures import FIRST_COMPLETED, wait

        while True:
            if look is not None:
                look()
            self.hand_out()
            if not self._running:
                return
            done, _ = wait(self._running, LOOK_S if look is not None else None, FIRST_COMPLETED)
            for future in done:
                yield self._running.pop(future), future

    def _next(self) -> Iterator[_Task]:
        while len(self._running) < self._workers * AHEAD:
            try:
                yield next(self._waiting)
            except StopIteration:
                return

    @contextlib.contextmanager
    def _beginning(self) -> Iterator[None]:
        """Let a worker begin without the parent's script and deaf to Ctrl-C, and note it."""
        from multiprocessing import active_children

        with _BEGINNING:
            others, main = set(active_children()), sys.modules["__main__"]
            # The new process runs the file that is named there, under another name.
            sys.modules["__main__"] = ModuleType("__main__")
            mask = _block_interrupts()
            try:
                yield
            finally:
                sys.modules["__main__"] = main
                self._begun |= set(active_children()) - others
                if mask is not None:
                    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _block_interrupts() -> set[signal.Signals] | None:
    """Hold Ctrl-C back from processes that this thread begins, and give what was held back before."""
    if sys.platform == "win32":
        return None
    return signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # type: ignore[return-value]


def _begin() -> None:
    """What a worker does first."""
    from multiprocessing import parent_process

    # Ignored before it is let through: what came while Python started is dropped.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent = parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    # The pool's pipes do not end with the parent: every worker holds both ends.
    threading.Thread(target=end_with_parent, name="bayescore-parent", daemon=True).start()
