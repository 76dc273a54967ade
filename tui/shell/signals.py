"""Signals: ending when told to, by ``kill`` or a closed terminal, and going on after a stop."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

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


def go_on_after_a_stop(app: App[Any]) -> None:
    """Make keys work again when the process was stopped by another than the terminal's own key, and continued.

    Textual (8.2) starts its reading of keys anew at every SIGCONT. That is right after its own Ctrl-Z, which ended it
    before; after a plain SIGSTOP two threads then read the keys and the terminal's former modes are forgotten.
    """
    import termios

    driver: Any = app._driver
    textual_handler = signal.getsignal(signal.SIGCONT)
    loop = asyncio.get_running_loop()
    try:
        modes = termios.tcgetattr(driver.fileno)
    except (termios.error, AttributeError):
        return

    def continued(number: int, frame: FrameType | None) -> None:
        if getattr(driver, "_must_signal_resume", False) and callable(textual_handler):
            textual_handler(number, frame)
            return
        # The shell may have taken its own modes in the meantime. In the background this stops the process again.
        termios.tcsetattr(driver.fileno, termios.TCSANOW, modes)
        loop.call_soon_threadsafe(app.refresh)

    signal.signal(signal.SIGCONT, continued)
