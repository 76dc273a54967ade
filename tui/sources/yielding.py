"""Sweeps give way to the screen, which draws in the same process.

Where every core sweeps, the thread that draws waits for one of them before it answers a key. The core's workers hold
no lock of the interpreter, so whoever has the lock is never kept from a core by this.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

PRIORITY = 10
"""Of the sweeps' threads, as `nice` counts it (measured: docs/benchmarks.md). Other programs come first then, too."""

_THREADS = "sweep-"
"""What the names of the core's workers begin with."""


class Yielding:
    """Lowers the priority of the core's workers, those that are there by now; where there is no Linux, of none."""

    def __init__(self) -> None:
        self._lowered: set[str] = set()

    def __call__(self, *, again: bool) -> None:
        """Look for them: until some are found, and where `again` says that there may be more."""
        if sys.platform != "linux" or (self._lowered and not again):
            return
        for task in Path("/proc/self/task").iterdir():
            if task.name in self._lowered:
                continue
            # A thread may end meanwhile.
            with contextlib.suppress(OSError):
                if (task / "comm").read_text().startswith(_THREADS):
                    os.setpriority(os.PRIO_PROCESS, int(task.name), PRIORITY)
                    self._lowered.add(task.name)
