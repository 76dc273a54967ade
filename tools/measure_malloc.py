"""What the settings of the C library's memory cost: a month with and without them, in turn, in processor seconds.

``python tools/measure_malloc.py [--rounds 10] [--days 22] [--iterations 1000] [--threads 1] [--data FILE]``
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

OFF = "from bayescore.cli import process; process.keep_memory_flat = lambda: None; "


def month(data: Path, arguments: argparse.Namespace, settings: bool) -> tuple[float, float]:
    """Processor seconds and most resident MB of a training."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{'' if settings else OFF}from bayescore.cli.entry import main; main()"
        asked = ["train", "--data", data, "-n", arguments.iterations, "--threads", arguments.threads]
        child = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, asked), "--run", "r", "-q", "--checkpoint-dir", folder],
            stdout=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"the training ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Measure and print the rounds, the medians and the ratio of each pair."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, usual in (("rounds", 10), ("days", 22), ("iterations", 1000), ("threads", 1)):
        parser.add_argument(f"--{name}", type=int, default=usual, help="default %(default)s")
    parser.add_argument("--data", type=Path, help="instead of practice data")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = asked.data or Path(folder) / "month.parquet"
        if asked.data is None:
            from bayescore.data import synth

            synth.generate(days=asked.days, seed=1).write_parquet(data)
        pairs = []
        for k in range(asked.rounds):
            # Whoever comes first changes from round to round.
            order = (True, False) if k % 2 else (False, True)
            found = {settings: month(data, asked, settings) for settings in order}
            pairs.append((found[True], found[False]))
            told = (
                f"{name} {s:.2f} s, {mb:.0f} MB"
                for name, (s, mb) in zip(("with", "without"), pairs[-1], strict=True)
            )
            print(f"{k + 1:2}  {'   '.join(told)}", flush=True)
    ratios = [100 * (one[0] / other[0] - 1) for one, other in pairs]
    on, off = (statistics.median(pair[k][0] for pair in pairs) for k in (0, 1))
    print(
        f"medians: with {on:.2f} s, without {off:.2f} s; with against without "
        f"{statistics.median(ratios):+.1f}% ({min(ratios):+.1f} to {max(ratios):+.1f})"
    )


if __name__ == "__main__":
    main()
