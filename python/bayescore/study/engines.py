"""Where tasks are done: one after the other, by processes of this machine, or by a Ray cluster.

Every engine is given the tasks that are left, in order, and yields each with its outcome as it is done, in any order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, get_args

from bayescore.errors import BayescoreError, UsageError
from bayescore.fields import expected
from bayescore.processes import AHEAD, Processes
from bayescore.study.plan import Task
from bayescore.study.task import Outcome, run_task

Engine = Literal["serial", "local", "ray"]
ENGINES: tuple[Engine, ...] = get_args(Engine)

Done = Iterator[tuple[Task, Outcome]]

RETRIES = 5
"""How often Ray does a task again whose machine or process was lost."""

ADVICE = "what was done is kept: run the study again, with fewer --workers if memory is short"
"""What to do where a process was killed."""


class TaskError(BayescoreError):
    """A task that cannot be done; others that were done are kept."""

    def __init__(self, task: Task, error: BaseException) -> None:
        world = f", world {task.world}" if task.world else ""
        super().__init__(f"{task.data}, {task.configuration}, seed {task.seed}{world}: {error}")
        self.exit_code = error.exit_code if isinstance(error, BayescoreError) else 1


def as_engine(name: str) -> Engine:
    """An engine by its name.

    Raises
    ------
    UsageError
        For a name that is none.
    """
    for engine in ENGINES:
        if engine == name:
            return engine
    raise UsageError(f"--engine {name}: {expected(name, ENGINES)}")


def do_tasks(tasks: Sequence[Task], engine: Engine, workers: int = 0, address: str | None = None) -> Done:
    """Do tasks and yield each when it is done.

    Parameters
    ----------
    tasks
        What is to be done.
    engine
        Where.
    workers
        Processes of this machine; 0 for one a core. Ray has as many as its cluster has CPUs.
    address
        Of a running Ray cluster; by default one of this machine is begun.

    Raises
    ------
    TaskError
        If one cannot be done.
    UsageError
        If Ray is not installed or not there.
    """
    if engine == "serial":
        return _serial(tasks)
    if engine == "local":
        return _local(tasks, workers or os.cpu_count() or 1)
    return _ray(tasks, address)


def _attempt(task: Task, get: Callable[[], Outcome]) -> Outcome:
    try:
        return get()
    except BayescoreError as error:
        raise TaskError(task, error) from None


def _serial(tasks: Sequence[Task]) -> Done:
    for task in tasks:
        yield task, _attempt(task, lambda task=task: run_task(task, threads=0))  # type: ignore[misc]


def _local(tasks: Sequence[Task], workers: int) -> Done:
    workers = min(workers, len(tasks))
    do = partial(run_task, threads=max(1, (os.cpu_count() or 1) // workers))
    with Processes(do, tasks, workers, advice=ADVICE) as processes:
        for task, future in processes.done():
            yield task, _attempt(task, future.result)


def _ray(tasks: Sequence[Task], address: str | None) -> Done:
    try:
        import ray
    except ImportError:
        raise UsageError("--engine ray: Ray is not installed; pip install 'bayescore[ray]'") from None
    begun = not ray.is_initialized()
    if begun:
        try:
            ray.init(address=address, logging_level="warning", log_to_driver=False, include_dashboard=False)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise UsageError(f"--address {address}: no Ray cluster there ({error})") from None
    try:
        # A lost machine is no error of the task: it is done again elsewhere. An error of the task is not repeated.
        remote = ray.remote(num_cpus=1, max_retries=RETRIES)(run_task)
        room = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
        waiting = iter(tasks)
        running: dict[object, Task] = {}
        while True:
            while len(running) < room and (task := next(waiting, None)) is not None:
                running[remote.remote(task, 1)] = task
            if not running:
                return
            done, _ = ray.wait(list(running), num_returns=1)
            for reference in done:
                task = running.pop(reference)
                yield task, _of_ray(task, ray, reference)
    finally:
        if begun:
            ray.shutdown()


def _of_ray(task: Task, ray: Any, reference: object) -> Outcome:
    from ray.exceptions import RayError, RayTaskError

    try:
        outcome: Outcome = ray.get(reference)
    except RayTaskError as error:
        cause = error.cause
        if isinstance(cause, BayescoreError):
            raise TaskError(task, cause) from None
        raise
    except RayError as error:
        raise TaskError(task, error) from None
    return outcome
