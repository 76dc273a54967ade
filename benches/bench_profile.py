"""Where the time of a training run goes: the steps of a day, timed inside the real thing.

    python bench_profile.py FILE DIRECTORY THREADS

prints JSON: for every step its lane (the thread it runs on) and its seconds. Files are loaded on a thread of their own,
for which the main one waits.
"""

from __future__ import annotations

import functools
import json
import sys
import threading
import time
from collections import defaultdict
from typing import Any

STARTED = time.perf_counter()

STEPS = {
    "Learner": {
        "prepare": "bars and states of tomorrow",
        "trade": "trade out of sample",
        "search": "iterations (design and sweep)",
        "label": "labels of the day",
        "analyse_regret": "regret",
        "look_back": "look back and learn",
        "select": "choose for tomorrow",
        "conclude": "patterns, effects, figures of the day",
    },
    "BayesianTrainingOrchestrator": {
        "_load": "load the file",
        "_finish": "summary and report",
        "save_checkpoint": "encode and write checkpoints",
    },
}
LANES = {
    "bayescore-load": "before it",
    "bayescore-read": "ahead of it",
    "bayescore-ahead": "beside choosing",
    "bayescore-write": "behind it",
}
"""What the threads of a run are called here, by how their names begin; any other is the main one."""
MAIN = "main"


class Clock:
    """Seconds by step and lane."""

    def __init__(self) -> None:
        self.seconds: dict[tuple[str, str], float] = defaultdict(float)

    def wrap(self, owner: Any, name: str, label: str) -> None:
        """Time every call of a function or method."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[lane(), label] += time.perf_counter() - begun

        setattr(owner, name, timed)


def lane() -> str:
    """Which of the threads of a run this is."""
    name = threading.current_thread().name
    return next((called for begins, called in LANES.items() if name.startswith(begins)), MAIN)


def main() -> None:
    """Train once and print the steps."""
    from bayescore import Config, _core
    from bayescore.training import learner, orchestrator

    clock = Clock()
    clock.seconds[MAIN, "imports"] = time.perf_counter() - STARTED
    for owner in (learner.Learner, orchestrator.BayesianTrainingOrchestrator):
        for name, label in STEPS[owner.__name__].items():
            clock.wrap(owner, name, label)
    clock.wrap(orchestrator, "open_for_training", "open the run's folder")
    clock.wrap(_core, "sweep_day", "of which sweep, with gate and market events")
    clock.wrap(_core, "sweep_days", "of which sweeps over known days")
    data, directory, threads = sys.argv[1:4]
    trainer = orchestrator.BayesianTrainingOrchestrator(
        Config(), checkpoint_dir=directory, run="profile", threads=int(threads)
    )
    trainer.train([data])
    total = time.perf_counter() - STARTED
    steps = [[lane_, step, seconds] for (lane_, step), seconds in clock.seconds.items()]
    print(json.dumps({"total": total, "steps": steps}))


if __name__ == "__main__":
    main()
