"""A study from its file to its tables; what was done before is not done again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bayescore.study.engines import Engine, do_tasks
from bayescore.study.store import Store, tables
from bayescore.study.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bayescore.study.plan import Study, Task
    from bayescore.study.task import Outcome


class Finished(NamedTuple):
    """A study that is done."""

    summary: list[dict[str, Any]]
    done: int
    """Tasks that were done now."""
    kept: int
    """Tasks that were there already."""


def run_study(
    study: Study,
    folder: Path,
    *,
    engine: Engine = "local",
    workers: int = 0,
    address: str | None = None,
    on_task: Callable[[int, int], None] | None = None,
) -> Finished:
    """Do what is left of a study, then write its tables.

    The tables are the same bytes whatever the engine, the number of workers, and however often it was stopped.

    Parameters
    ----------
    study
        What is to be done.
    folder
        Where it is kept.
    engine, workers, address
        As in `bayescore.study.engines.do_tasks`.
    on_task
        Told how many tasks are done, and of how many.

    Raises
    ------
    BayescoreError
        If a task cannot be done; those that were are kept.
    """
    store = Store(folder)
    # Tasks that are the same have one key and are done once.
    keys = [task.key() for task in study.tasks]
    found: dict[str, Outcome] = {}
    left: list[tuple[Task, str]] = []
    for task, key in zip(study.tasks, keys, strict=True):
        if key in found:
            continue
        outcome = store.get(key)
        if outcome is not None:
            found[key] = outcome
        elif all(key != other for _, other in left):
            left.append((task, key))
    kept = len(found)
    total = kept + len(left)
    if on_task is not None:
        on_task(kept, total)
    key_of = {id(task): key for task, key in left}
    for task, outcome in do_tasks([task for task, _ in left], engine, workers, address) if left else ():
        key = key_of[id(task)]
        store.put(key, outcome)
        found[key] = outcome
        if on_task is not None:
            on_task(len(found), total)
    outcomes = [found[key] for key in keys]
    summary = summarise(study, outcomes)
    store.finish(*tables(study, outcomes), summary)
    return Finished(summary, len(left), kept)
