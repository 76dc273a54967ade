"""Limits on memory: whatever the limit, an answer or a sentence, and exit code 0 or 1."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run_files import BAYESCORE

MB = 1 << 20


def limited(megabytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * MB, megabytes * MB))

    return subprocess.run(
        [BAYESCORE, *arguments], capture_output=True, text=True, check=False, preexec_fn=limit, timeout=300
    )


@pytest.mark.parametrize("megabytes", [300, 900, 1_799])
def test_too_little_is_refused_in_one_line(sample: Path, tmp_path: Path, megabytes: int) -> None:
    arguments = ("train", "--data", str(sample), "-n", "20", "--run", "r", "--checkpoint-dir", str(tmp_path))
    done = limited(megabytes, *arguments)
    assert done.returncode == 1
    assert f"the limit of {megabytes:,} MB" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", ["inspect", "validate", "warmup", "lookahead", "study", "bars -", "signals r -f"]
)
def test_whatever_reads_bars_is_refused_the_same_way(sample: Path, command: str) -> None:
    done = limited(900, *command.split(), str(sample))
    assert done.returncode == 1
    assert "the limit of 900 MB" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_enough_is_enough(sample: Path, tmp_path: Path) -> None:
    """As many as the refusal asks for."""
    done = limited(
        1_800, "train", "--data", str(sample), "-n", "20", "--run", "r", "--checkpoint-dir", str(tmp_path)
    )
    assert done.returncode == 0, done.stderr
    assert limited(300, "runs", "--checkpoint-dir", str(tmp_path)).returncode == 0


def test_sets_beyond_the_memory_end_in_words(sample: Path, tmp_path: Path) -> None:
    """Refused in the middle, by whoever asks first: the core, a library, a thread. The run can be gone on with."""
    arguments = ("train", "--data", str(sample), "--run", "r", "--checkpoint-dir", str(tmp_path), "-q")
    done = limited(1_800, *arguments, "-n", "1000000")
    assert done.returncode == 1, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("bayescore: ")
    assert "the memory does not suffice" in last
    assert "Traceback" not in done.stderr


def test_memory_stays_flat_with_many_sets(sample: Path, tmp_path: Path) -> None:
    """Without its settings and what gives freed memory back, 40,000 sets keep half as much again."""
    # The most that this process itself held: what the system counts of a child includes its parent's, at the fork.
    program = (
        "import re, sys\n"
        "from bayescore.cli.entry import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])\n"
    )
    arguments = ["train", "--data", str(sample), "--run", "r", "-q", "-n", "40000", "--threads", "1"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments, "--checkpoint-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout.splitlines()[-1]) < 340 * 1024
