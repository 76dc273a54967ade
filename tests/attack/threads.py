"""Use from many threads at once: equal arguments give equal answers, and a reader never sees half a day."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from bayescore import BayesianTrainingOrchestrator, Config, _core
from bayescore.errors import RunError
from bayescore.runs.reader import RunReader
from bayescore.runs.verify import verify_run
from tests.core import days
from tests.run_files import contents

THREADS = 8
ROUNDS = 6
CALLS = THREADS * ROUNDS


def at_once(seed: int, sample: Path, folder: Path, expected: dict[str, bytes]) -> list[str]:
    """One case: calls of the core from `THREADS` threads, then two trainings and a reader beside each other."""
    return _calls(seed) + _trainings(sample, folder, expected)


def _calls(seed: int) -> list[str]:
    rng = random.Random(seed)
    day, table = days.day(seed, bars=2_000), days.table(seed, sets=40)
    engine = _core.StateEngine(1)
    states = engine.run(day)
    brain = _core.Brain(states.space)
    prepared = _core.PreparedDay(day)
    calls: list[Callable[[], Any]] = [
        lambda: _core.sweep_day(day, table, threads=2),
        lambda: _core.sweep_day(prepared, table, threads=1),
        lambda: _core.sweep_days([prepared, prepared], table, threads=3),
        lambda: engine.run(day).codes,
        lambda: _learnt(states, _core.label_day(day, states, 40)),
        brain.columns,
    ]
    alone = [_flat(call()) for call in calls]
    order = [rng.randrange(len(calls)) for _ in range(CALLS)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda k: _flat(calls[k]()), order))
    return [
        f"call {k} differs between threads" for k, got in zip(order, found, strict=True) if got != alone[k]
    ]


def _learnt(states: Any, labels: Any) -> Any:
    brain = _core.Brain(states.space)
    brain.learn(labels)
    return brain.columns()


def _flat(answer: Any) -> list[bytes]:
    if isinstance(answer, dict):
        return [np.asarray(answer[name]).tobytes() for name in sorted(answer)]
    return [np.asarray(answer).tobytes()]


def _trainings(sample: Path, folder: Path, expected: dict[str, bytes]) -> list[str]:
    shutil.rmtree(folder, ignore_errors=True)
    wrong: list[str] = []
    ended = threading.Event()

    def train(name: str) -> None:
        try:
            root = folder / name
            BayesianTrainingOrchestrator(
                Config(iterations=20), checkpoint_dir=root, run="r", threads=1
            ).train(str(sample))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
            wrong.append(f"training {name}: {type(error).__name__}: {error}")

    def read() -> None:
        run = RunReader(folder / "a" / "r")
        while not ended.is_set():
            try:
                found = [f for f in verify_run(run) if f.problem is not None and f.what.startswith("2")]
                wrong.extend(f"half a day was seen: {f.problem}" for f in found)
                run.results()
                run.live()
            except RunError:
                pass  # not begun yet
            except Exception as error:  # noqa: BLE001
                wrong.append(f"reading: {type(error).__name__}: {error}")
                return

    reader = threading.Thread(target=read)
    reader.start()
    trainers = [threading.Thread(target=train, args=(name,)) for name in "ab"]
    for each in trainers:
        each.start()
    for each in trainers:
        each.join()
    ended.set()
    reader.join()
    for name in "ab":
        if not wrong and contents(folder / name / "r") != expected:
            wrong.append(f"training {name} beside others gives other bytes")
    return wrong
