"""What the dashboard costs: the same training with it on a terminal and without it.

    python bench_dashboard.py FILE DIRECTORY RESULT screen|bare ITERATIONS

trains in this process and writes to RESULT the seconds of training, without imports, and the CPU seconds of the main
thread, which draws the screen.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

LINES, COLUMNS = 40, 120


def main() -> None:
    """Train once."""
    import bayescore.data
    import bayescore.orchestrator
    from bayescore.config import Config
    from bayescore_tui import dashboard
    from bayescore_tui.options import RunSpec
    from bayescore_tui.training import LiveTraining

    data, directory, result, mode, iterations = sys.argv[1:6]
    assert bayescore.orchestrator is not None
    assert bayescore.data is not None

    class Timed(LiveTraining):
        """Training that notes how long it took and closes the screen."""

        done: ClassVar[Callable[[], Any]] = lambda: None
        seconds: ClassVar[float] = 0.0

        def run(self, post: Callable[[Any], Any]) -> None:
            started = time.perf_counter()
            super().run(post)
            type(self).seconds = time.perf_counter() - started
            type(self).done()

    config = Config(iterations=int(iterations))
    spec = RunSpec(data=(data,), checkpoint_dir=Path(directory), run_name="bench", threads=2, config=config)
    drawn = 0.0
    if mode == "bare":
        Timed(spec).run(lambda message: None)
    else:
        dashboard.LiveTraining = Timed
        app = dashboard.Dashboard(spec)
        Timed.done = lambda: app.call_from_thread(app.exit)
        begun = time.thread_time()
        app.run()
        drawn = time.thread_time() - begun
    Path(result).write_text(json.dumps({"seconds": Timed.seconds, "drawing": drawn}), encoding="ascii")


def on_a_terminal(command: list[str]) -> None:
    """Run a command on a pseudo-terminal and throw away what it draws.

    Raises
    ------
    RuntimeError
        If it fails or takes more than ten minutes.
    """
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=subprocess.PIPE, env=environment)
    os.close(slave)

    def drain() -> None:
        try:
            while os.read(master, 65_536):
                pass
        except OSError:  # the other end is closed
            return

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    try:
        _, errors = child.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        child.kill()
        raise RuntimeError("the dashboard did not end") from None
    finally:
        os.close(master)
    if child.returncode:
        raise RuntimeError(f"the dashboard ended with {child.returncode}\n{errors.decode()[-2000:]}")


def training(data: Path, mode: str, iterations: int, folder: str) -> dict[str, float]:
    """Seconds of one training and of drawing meanwhile, with the screen or bare."""
    result = Path(folder) / "result.json"
    command = [
        sys.executable,
        __file__,
        str(data),
        str(Path(folder) / "runs"),
        str(result),
        mode,
        str(iterations),
    ]
    if mode == "screen":
        on_a_terminal(command)
    else:
        subprocess.run(command, check=True, capture_output=True)
    found: dict[str, float] = json.loads(result.read_text(encoding="ascii"))
    return found


if __name__ == "__main__":
    main()
