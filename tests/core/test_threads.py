"""Long calls let other threads run, can be stopped, and give way to Ctrl-C."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bayescore import _core
from bayescore.errors import Interrupted
from tests.core import days
from tests.core.days import SETS, endless


def test_another_thread_can_watch_and_stop_a_sweep():
    day, table, states = endless()
    control = _core.Control()
    seen = []

    def watch():
        # Only if the interpreter is free during the sweep does this see some sets done but not all.
        while control.done == 0:
            pass
        seen.append(control.done)
        control.stop()

    watcher = threading.Thread(target=watch)
    watcher.start()
    with pytest.raises(Interrupted, match="stopped"):
        _core.sweep_day(day, table, states=states, control=control)
    watcher.join()
    assert 0 < seen[0] <= control.done < SETS
    assert control.stopped


def test_the_same_holds_off_the_main_thread():
    day, table, states = endless()
    control = _core.Control()
    caught = []

    def work():
        try:
            _core.sweep_day(day, table, states=states, control=control, threads=2)
        except Interrupted as error:
            caught.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    while control.done == 0:
        pass
    control.stop()
    worker.join()
    assert len(caught) == 1


SCRIPT = """
import os, signal, threading
from bayescore import _core
from tests.core.days import endless

day, table, states = endless()
control = _core.Control()

def press():
    while control.done == 0:
        pass
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=press, daemon=True).start()
try:
    _core.sweep_day(day, table, states=states, control=control)
except KeyboardInterrupt:
    print("interrupted", control.stopped, control.done < len(table["entry_rule"]))
"""


def test_ctrl_c_ends_a_sweep_on_the_main_thread():
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("interrupted True True", "")


def test_a_control_counts_and_starts_anew():
    control = _core.Control()
    day = days.day(bars=3000)
    _core.sweep_day(day, days.table(sets=70), control=control)
    assert control.done == 70
    _core.sweep_day(day, days.table(sets=30), control=control)
    assert (control.done, control.stopped) == (100, False)
    control.stop()
    with pytest.raises(Interrupted):
        _core.sweep_day(day, days.table(sets=30), control=control)
    control.reset()
    assert (control.done, control.stopped) == (0, False)


def test_a_brain_may_learn_while_others_read_it():
    """Sweeps work on the brain as it was when they began; a copy never changes."""
    day = days.day(bars=3000)
    states = _core.StateEngine(1).run(day)
    labels = _core.label_day(day, states, 20)
    brain, stop = days.brain(), threading.Event()
    frozen = brain.copy()

    def learn():
        while not stop.is_set():
            brain.learn(labels)

    thread = threading.Thread(target=learn)
    thread.start()
    try:
        for _ in range(20):
            _core.sweep_day(day, days.table(sets=20), brain, states=states, barrier=20)
    finally:
        stop.set()
        thread.join()
    again = days.brain()
    assert [*map(tuple, frozen.columns().values())] == [*map(tuple, again.columns().values())]
