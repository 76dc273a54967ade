"""A process that is refused memory ends with the words it was given; without them nothing of it is changed."""

import signal
import subprocess
import sys

import pytest

WORDS = "_core.end_in_words(b'no memory\\n', b'a library gave up\\n'); "


def end_of(code: str) -> tuple[int, str]:
    program = f"import os, resource; from bayescore import _core; {code}"
    environment = {"PATH": "/usr/bin:/bin", "RUST_BACKTRACE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment
    )
    return done.returncode, done.stderr


def test_the_core_ends_in_one_line() -> None:
    assert end_of(f"{WORDS}_core._exhaust()") == (1, "no memory\n")


def test_a_library_that_aborts_is_spoken_for() -> None:
    assert end_of(f"{WORDS}os.abort()") == (1, "a library gave up\n")


def test_the_first_words_hold() -> None:
    assert end_of(f"{WORDS}_core.end_in_words(b'x', b'y'); _core._exhaust()") == (1, "no memory\n")


@pytest.mark.parametrize("call", ["_core._exhaust()", "os.abort()"])
def test_a_process_of_somebody_else_aborts_as_ever(call: str) -> None:
    code, said = end_of(call)
    assert code == -signal.SIGABRT
    assert "no memory" not in said
