"""The real command in a real terminal: tmux types the keys and reads the screen."""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bayescore.runs.reader import RunReader
from bayescore_tui.sources.follow import process_exists
from tests.tui.fake_run import write_run

ROOT = Path(__file__).parents[2]
MAIN = "from bayescore.cli.entry import main; main()"
LONG = ("--iterations", "60000")
"""So many that a day takes a while."""
PATIENCE_S = 60.0
NUMBERS = itertools.count()
BRAILLE = {chr(c) for c in range(0x2801, 0x2900)}

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


def sample() -> Path:
    """The small data file that is shipped."""
    found = sorted((ROOT / "data").glob("*.parquet"))
    assert found, "the shipped sample is missing from data/"
    return found[0]


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of practice data: with many iterations, training that goes on while something is done to it."""
    path = tmp_path_factory.mktemp("month") / "month.parquet"
    command = [sys.executable, "-c", MAIN, "synth", str(path), "--days", "22"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


class Terminal:
    """One tmux session of its own server, 120×40, running one command."""

    def __init__(self, folder: Path, size: tuple[int, int] = (120, 40)) -> None:
        self.folder = folder
        self.socket = f"bayescore-{os.getpid()}-{next(NUMBERS)}"
        self.size = size

    def tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-L", self.socket, "-f", "/dev/null", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout

    def start(self, *arguments: str) -> None:
        """Run ``bayescore-tui`` in a shell that then tells the exit code and the terminal's settings."""
        dashboard = shlex.join([sys.executable, "-m", "bayescore_tui.app", *arguments])
        script = f"stty -g > before; {dashboard}; echo exit code $?; stty -g > after; sleep 600"
        environment = os.environ | {
            "LC_ALL": "C.UTF-8",
            "COLORTERM": "truecolor",
            "XDG_STATE_HOME": str(self.folder / "state"),
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        }
        for name in ("COLUMNS", "LINES"):  # pytest-xdist sets them; they would hide the terminal's own size
            environment.pop(name, None)
        command = ["tmux", "-u", "-L", self.socket, "-f", "/dev/null", "new-session", "-d", "-s", "t"]
        command += ["-x", str(self.size[0]), "-y", str(self.size[1]), "-c", str(self.folder), script]
        subprocess.run(command, check=True, env=environment)

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "t", *keys)

    @property
    def text(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "t")

    def flag(self, name: str) -> str:
        return self.tmux("display-message", "-p", "-t", "t", f"#{{{name}}}").strip()

    def until(self, condition: Callable[[str], object], what: str) -> str:
        """Wait until the screen's text fulfils `condition`."""
        end = time.monotonic() + PATIENCE_S
        while True:
            text = self.text
            if condition(text):
                return text
            assert time.monotonic() < end, f"{what} never came; the screen says:\n{text}"
            time.sleep(0.02)

    def sees(self, *texts: str) -> str:
        for text in texts:
            self.until(lambda screen, text=text: text in screen, repr(text))
        return self.text

    def pid(self) -> int:
        """Process of the dashboard."""
        shell = int(self.tmux("display-message", "-p", "-t", "t", "#{pane_pid}"))
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        assert len(children) == 1
        return int(children[0])

    def restored(self) -> None:
        """The terminal is as it was: settings, main screen, cursor, no mouse."""
        end = time.monotonic() + PATIENCE_S
        while not (self.folder / "after").exists() or not (self.folder / "after").read_text():
            assert time.monotonic() < end
            time.sleep(0.02)
        assert (self.folder / "after").read_text() == (self.folder / "before").read_text()
        assert self.flag("alternate_on") == "0"
        assert self.flag("cursor_flag") == "1"
        assert self.flag("mouse_any_flag") == "0"
        assert "net P&L" not in self.text

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(tmp_path)
    yield found
    found.close()


def train(terminal: Terminal, data: Path, *arguments: str) -> None:
    terminal.start("--data", str(data), "--checkpoint-dir", "runs", "--run", "t", *arguments)


def test_training_the_sample_from_start_to_end(terminal: Terminal) -> None:
    train(terminal, sample(), "--iterations", "100000")
    terminal.sees("training", "sets")
    bars = set()

    def moving(text: str) -> bool:
        bars.update(part.split("  ")[0] for line in text.splitlines() for part in line.split("sets ")[1:])
        return len(bars) >= 3

    terminal.until(moving, "a moving bar")
    terminal.until(lambda text: "1/3" in text or "2/3" in text, "the end of a day")
    terminal.keys("p")
    # Held, so that what comes is seen: a row for the day, how its exits were timed, and no end yet.
    text = terminal.sees("‖ paused", "first day", "gave back")
    assert "✓ finished" not in text
    terminal.keys("p")
    text = terminal.sees("3/3", "✓ finished", "hindsight, not a result")  # the summary comes by itself
    assert sum(c in BRAILLE for c in text) > 20, "no chart is drawn"

    days = RunReader(terminal.folder / "runs" / "t").finished_days()
    assert len(days) == 3
    terminal.keys("1")
    terminal.sees(*days)
    terminal.keys("Enter")
    terminal.sees("parameter sets", "all sets of the day", days[-1])
    terminal.keys("Escape")
    terminal.sees("net P&L")
    terminal.keys("2")
    terminal.sees("eff. n")
    terminal.keys("5")
    terminal.sees("too early")
    terminal.keys("?")
    terminal.sees("The next theme")
    terminal.keys("Escape")
    # Typed at once, escape and q would be read as alt+q.
    terminal.until(lambda text: "The next theme" not in text, "the screen without help")
    terminal.keys("q")
    terminal.sees("exit code 0")
    terminal.restored()


def test_pause_stop_after_the_day_and_resume(terminal: Terminal, month: Path, tmp_path: Path) -> None:
    train(terminal, month, *LONG, "--max-days", "4")
    terminal.sees("▶ training", "sweeping")
    terminal.keys("p")
    terminal.sees("‖ paused")
    terminal.keys("p")
    terminal.sees("▶ training")
    terminal.keys("s")
    text = terminal.sees("■ stopped")
    days = len(RunReader(terminal.folder / "runs" / "t").finished_days())
    assert 0 < days < 4
    assert f"{days}/4" in text
    terminal.keys("q")
    terminal.sees("exit code 0")
    terminal.restored()
    again = tmp_path / "again"
    again.mkdir()
    second = Terminal(again)
    try:
        runs = str(tmp_path / "runs")
        second.start(
            "--data",
            str(month),
            "--checkpoint-dir",
            runs,
            "--run",
            "t",
            "--resume",
            *LONG,
            "--max-days",
            "4",
        )
        second.sees("4/4", "✓ finished")
        second.keys("1")
        second.sees("first day")  # what was done before is shown
        second.keys("q")
        second.sees("exit code 0")
    finally:
        second.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_restores_the_terminal_and_keeps_finished_days(
    terminal: Terminal, month: Path, number: signal.Signals
) -> None:
    train(terminal, month, *LONG)
    terminal.until(lambda text: "/22" in text and "0/22" not in text, "the end of a day")
    os.kill(terminal.pid(), number)
    terminal.sees(f"exit code {128 + number}")
    terminal.restored()
    directory = RunReader(terminal.folder / "runs" / "t")
    assert 0 < len(directory.finished_days()) < 22
    assert [c.date for c in directory.verified_days() if c.problem is None] == directory.finished_days()


def test_closing_the_window_ends_the_process(terminal: Terminal, month: Path) -> None:
    train(terminal, month, *LONG)
    terminal.sees("▶ training")
    pid = terminal.pid()
    terminal.tmux("kill-session", "-t", "t")
    end = time.monotonic() + PATIENCE_S
    while process_exists(pid):
        assert time.monotonic() < end, "the process goes on without its terminal"
        time.sleep(0.05)


def test_quitting_in_the_middle_asks_and_stops(terminal: Terminal, month: Path) -> None:
    train(terminal, month, *LONG)
    terminal.sees("▶ training", "sweeping")
    terminal.keys("q")
    terminal.sees("Training is going on")
    terminal.keys("n")
    terminal.sees("exit code 0")
    terminal.restored()


def test_an_error_is_a_panel_and_an_exit_code(terminal: Terminal) -> None:
    terminal.start("--data", "nowhere.parquet")
    terminal.sees("Training failed", "nowhere.parquet", "tui.log")
    terminal.keys("Escape")
    terminal.until(lambda text: "tui.log" not in text, "the screen without the panel")
    terminal.sees("✗ failed")
    terminal.keys("q")
    terminal.sees("exit code 2")
    terminal.restored()


def test_keys_work_after_a_stop_and_a_continue(terminal: Terminal, tmp_path: Path) -> None:
    write_run(tmp_path / "run", days=3)
    terminal.start("--run", str(tmp_path / "run"))
    terminal.sees("✓ finished")
    for key, text in (("2", "eff. n"), ("4", "share %"), ("1", "hindsight")):
        os.kill(terminal.pid(), signal.SIGSTOP)
        os.kill(terminal.pid(), signal.SIGCONT)
        terminal.keys(key)
        terminal.sees(text)
    terminal.keys("q")
    terminal.sees("exit code 0")
    terminal.restored()


def test_following_and_resizing(terminal: Terminal) -> None:
    write_run(terminal.folder / "run")
    terminal.start("--run", "run")
    terminal.sees("✓ finished", "22/22", "Exits of 2026")
    terminal.tmux("resize-window", "-t", "t", "-x", "80", "-y", "24")
    terminal.until(lambda text: "Exits of 2026" not in text and "22/22" in text, "the small layout")
    terminal.tmux("resize-window", "-t", "t", "-x", "200", "-y", "60")
    terminal.sees("3 day best 4 odds alone")
    # tmux 3.3 leaves lines of the alternate screen behind if that was larger than the first one.
    terminal.tmux("resize-window", "-t", "t", "-x", "120", "-y", "40")
    terminal.until(lambda text: "Exits of 2026" in text and len(text.splitlines()) == 40, "the first layout")
    terminal.keys("q")
    terminal.sees("exit code 0")
    terminal.restored()


def test_a_headless_run_is_followed_until_it_is_killed(terminal: Terminal, month: Path) -> None:
    """Another process trains; the dashboard attaches; the other one is killed; the screen says so and works on."""
    command = [
        sys.executable,
        "-c",
        MAIN,
        "train",
        "--data",
        str(month),
        "--iterations",
        "200000",
        "--quiet",
        "--checkpoint-dir",
        str(terminal.folder / "runs"),
        "--run",
        "other",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as trainer:
        try:
            run = terminal.folder / "runs" / "other"
            end = time.monotonic() + PATIENCE_S
            while not (run / "live.json").exists():
                assert time.monotonic() < end
                assert trainer.poll() is None
                time.sleep(0.05)
            terminal.start("--run", str(run))
            terminal.sees("▶ training", "other")
            trainer.kill()
            trainer.wait()
            terminal.sees("the training process is gone")
            terminal.keys("7")
            terminal.sees("gone")
            terminal.keys("q")
            terminal.sees("exit code 0")
            terminal.restored()
        finally:
            trainer.kill()
