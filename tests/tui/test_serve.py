"""The dashboard in a browser, by the command that docs/dashboard.md gives."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="textual-dev is not installed")
pytest.importorskip("textual_dev", reason="textual-dev is not installed")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "dashboard.md"
PATIENCE_S = 60.0


def documented(run: Path) -> list[str]:
    """The command of the page, for a run, with the programs of this environment."""
    found = re.search(
        r"^textual serve --command \"bayescore-tui --run NAME\"",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert found, "the page gives no command"
    _program, *rest = shlex.split(found[0].replace("NAME", shlex.quote(str(run))))
    return [sys.executable, "-m", "textual_dev", *rest]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_the_documented_command_answers_a_request_and_ends(finished_run: Path, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "served"
    command = [*documented(finished_run), "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with log.open("wb") as out:
        served = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        end = time.monotonic() + PATIENCE_S
        while True:
            assert served.poll() is None, log.read_text(encoding="utf-8", errors="replace")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_S) as answer:
                    page = answer.read().decode()
                    assert answer.status == 200
                break
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < end, "no answer"
                time.sleep(0.05)
        assert f'data-session-websocket-url="ws://127.0.0.1:{port}/ws"' in page
    finally:
        served.send_signal(signal.SIGINT)
        try:
            served.wait(PATIENCE_S)
        finally:
            served.kill()
