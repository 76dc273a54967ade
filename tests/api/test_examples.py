"""Every example runs as it is, and says what it is about."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAID = {
    "simulate_one_day.py": ["MNQH6, 2026-01-05", "stop_loss_ticks", "hindsight"],
    "train_and_read.py": ["verdict: too early to say", "decision", "out of sample"],
    "own_states.py": ["bars have a state", "place ", "it looks ahead"],
    "own_signals.py": ["2026-01-07", "crosses", "with the wider night"],
    "compare_configurations.py": ["2 ticks of slippage", "another seed"],
}


def test_there_is_a_test_of_each() -> None:
    assert {f.name for f in (ROOT / "examples").glob("*.py")} == {*SAID, "my_states.py"}


@pytest.mark.parametrize("name", SAID)
def test_an_example_runs(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", f"examples/{name}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    for words in SAID[name]:
        assert words in done.stdout
