"""Extreme values at the boundary of the compiled core; `make attack` makes a million such calls."""

import multiprocessing
import re

import pytest

from bayescore import _core
from bayescore.errors import UsageError
from tests.attack.boundary import Fuzz
from tests.core import days


@pytest.mark.parametrize("seed", range(4))
def test_extremes_are_refused_or_answered(seed: int) -> None:
    fuzz = Fuzz(seed)
    assert list(fuzz.run(2_000)) == []
    assert fuzz.answered > 200
    assert fuzz.refused > 200


@pytest.mark.parametrize("barrier", [-5, 0, 2**21 + 1, 2**31 - 1])
def test_rungs_of_no_barrier(barrier: int) -> None:
    with pytest.raises(UsageError, match=re.escape("is outside 1..2097152")):
        _core.rungs(barrier)


def test_a_brain_of_absurd_strength() -> None:
    with pytest.raises(UsageError, match="root_strength"):
        _core.Brain(_core.StateSpace.standard(["all"]), root_strength=1e308)


def _sweep(queue: object) -> None:
    totals = _core.sweep_day(days.day(3, bars=3_000), days.table(1, sets=50), threads=2)
    queue.put(int(totals["trades"].sum()))  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_sweeps_with_threads_of_its_own() -> None:
    """Its parent's pool has no threads there: before, it waited for ever."""
    here = _core.sweep_day(days.day(3, bars=3_000), days.table(1, sets=50), threads=2)
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    child = fork.Process(target=_sweep, args=(queue,))
    child.start()
    try:
        assert queue.get(timeout=60) == int(here["trades"].sum())
    finally:
        child.kill()
        child.join()
