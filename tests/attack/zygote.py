"""Many runs of the command, each in a process of its own, at the price of a fork instead of a start.

``python -m tests.attack.zygote SHIM`` imports everything once, then reads jobs from standard input, one JSON line each,
and answers each with one line. With a shim preloaded (`tests.attack.shim`) a job says which system call is to fail.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 900.0
"""A job that is not done by then hangs; other work may have kept the machine busy."""


class Ended(NamedTuple):
    """How a job ended."""

    code: int
    """Exit code, or minus the signal."""
    out: str
    err: str
    calls: int
    """System calls below the watched folder, of a job that was not killed."""


class Zygote:
    """The parent of the jobs."""

    def __init__(self, shim: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.attack.zygote", str(shim)],
            cwd=ROOT,
            env={**os.environ, "LD_PRELOAD": str(shim), "COLUMNS": "200"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closes the pipes and waits; at the end of its input it ends.
        self._process.__exit__(kind, error, trace)

    def run(
        self,
        arguments: list[str],
        *,
        under: Path | str = "",
        at: int = -1,
        error: int = 0,
        signal: int = 0,
        forever: bool = False,
        timeout: float = PATIENCE_S,
        kill_after: float | None = None,
        heartbeats: bool = False,
        screen: bool = False,
    ) -> Ended:
        """Run ``bayescore`` with arguments.

        Parameters
        ----------
        heartbeats
            Count and strike the calls of heartbeats instead of all others.
        screen
            Run the dashboard instead, on a virtual terminal, and walk through its screens.
        under, at, error, signal, forever
            Let the `at`-th system call below a folder fail with an error number, or the process get a signal there.
        timeout
            Seconds after which it is killed and counts as hanging.
        kill_after
            Seconds after which it gets `signal` from outside instead.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {
            "arguments": arguments,
            "under": str(under),
            "at": at,
            "error": error,
            "signal": signal,
            "forever": forever,
            "timeout": timeout,
            "kill_after": kill_after,
            "heartbeats": heartbeats,
            "screen": screen,
        }
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return Ended(*json.loads(self._process.stdout.readline()))


def _child(shim: ctypes.CDLL, job: dict[str, Any], out: Path) -> None:
    for fd, name in ((1, "out"), (2, "err")):
        file = os.open(out / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, fd)
        os.close(file)
    from bayescore.cli.entry import main

    if job["screen"]:
        from tests.attack.screens import main
    sys.argv = ["bayescore", *job["arguments"]]
    at = -1 if job["kill_after"] is not None else job["at"]
    shim.shim_arm(
        os.fsencode(job["under"]),
        at,
        job["error"],
        job["signal"],
        int(job["forever"]),
        int(job["heartbeats"]),
    )
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:  # noqa: BLE001 - what would end up as a traceback is to be seen as one
        import traceback

        traceback.print_exc()
        code = 70
    (out / "calls").write_text(str(shim.shim_count()))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _wait(pid: int, job: dict[str, Any]) -> int:
    begun = time.monotonic()
    struck = False
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        passed = time.monotonic() - begun
        if job["kill_after"] is not None and not struck and passed >= job["kill_after"]:
            os.kill(pid, job["signal"])
            struck = True
        if passed > job["timeout"]:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            return -1000
        time.sleep(0.002)


def main() -> None:
    import tempfile

    import tests.attack.screens  # noqa: F401

    shim = ctypes.CDLL(sys.argv[1])
    shim.shim_arm.argtypes = [ctypes.c_char_p, ctypes.c_long, *[ctypes.c_int] * 4]
    shim.shim_count.restype = ctypes.c_long
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        for line in sys.stdin:
            job = json.loads(line)
            (out / "calls").write_text("0")
            pid = os.fork()
            if pid == 0:
                _child(shim, job, out)
            code = _wait(pid, job)
            said = [(out / name).read_text(errors="replace") for name in ("out", "err")]
            print(json.dumps([code, *said, int((out / "calls").read_text())]), flush=True)


if __name__ == "__main__":
    main()
