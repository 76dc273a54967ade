"""Run a command and say what it took: a small process of its own.

Linux counts the memory of whoever forks to the peak of its child, and the benchmark is large.

    python -S bench_spawn.py COMMAND [ARGUMENT …]

prints wall, user and system seconds, peak resident bytes and the exit code as JSON.
"""

import json
import os
import sys
import time


def main() -> None:
    """Start the command without its output, wait for it, print the figures."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, nowhere, 0), (os.POSIX_SPAWN_DUP2, nowhere, 1)]
    started = time.perf_counter()
    child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    figures = {
        "wall": wall,
        "user": usage.ru_utime,
        "system": usage.ru_stime,
        "peak": usage.ru_maxrss * 1024,
        "code": os.waitstatus_to_exitcode(status),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
