"""Ending when told to: by ``kill``, or because the terminal has been closed."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

GRACE_S = 5.0
"""Time to close files after the terminal has gone, until the process ends in any case."""


def end_by_signal(end: Callable[[int], object]) -> None:
    """Call `end` on the loop's thread with the exit code when the process is told to end.

    Once the terminal is gone nothing can be written to it: Textual's thread that writes dies of that, and whoever
    hands it more text waits for ever. So the process ends after a while whatever its threads do; finished days
    are on disk, each whole.
    """
    loop = asyncio.get_running_loop()

    def told(number: int, _frame: FrameType | None) -> None:
        code = 128 + number
        if number == signal.SIGHUP:
            threading.Thread(target=_end_at_last, args=(code,), daemon=True, name="hang-up").start()
        loop.call_soon_threadsafe(end, code)

    # Not `loop.add_signal_handler`: that waits for a loop that may be stuck already.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, told)


def _end_at_last(code: int) -> None:
    time.sleep(GRACE_S)
    os._exit(code)
