"""``bayescore report`` as a user runs it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def trained(sample: Path, command: Command) -> None:
    done = command(
        "train", "--data", sample, "--iterations", "20", "--run", "r", "--max-days", "2", "--quiet"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("trained")
def test_the_page_is_written_anew_or_elsewhere(command: Command, tmp_path: Path) -> None:
    page = tmp_path / "checkpoints" / "r" / "report.html"
    content = page.read_bytes()
    page.unlink()
    done = command("report", "r")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "checkpoints/r/report.html: 0.5 MB\n"
    assert page.read_bytes() == content
    done = command("report", "r", "--out", "to-my-partner.html")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "to-my-partner.html").read_bytes() == content
    assert command("verify", "r", "--recompute").returncode == 0


@pytest.mark.usefixtures("trained")
def test_a_page_that_was_changed_is_found(command: Command, tmp_path: Path) -> None:
    page = tmp_path / "checkpoints" / "r" / "report.html"
    page.write_bytes(page.read_bytes().replace(b"+$", b"+$9", 1) + b" ")
    done = command("verify", "r", "--recompute")
    assert done.returncode == 1
    assert "report.html" in done.stdout + done.stderr


@pytest.mark.usefixtures("trained")
def test_open_shows_it_in_the_browser(command: Command, tmp_path: Path) -> None:
    done = command("report", "r", "--open", BROWSER="/bin/echo shown %s")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "checkpoints" / "r" / "report.html").resolve()
    assert f"shown {page.as_uri()}" in done.stdout


@pytest.mark.usefixtures("trained")
def test_what_cannot_be_is_one_line(command: Command, tmp_path: Path) -> None:
    for arguments, says in (
        (("q",), "no run q"),
        (("r", "--out", "nowhere/page.html"), "cannot be written"),
        (("r", "--out", "."), "cannot be written"),
    ):
        done = command("report", *arguments)
        assert done.returncode == 2
        assert says in done.stderr
        assert len(done.stderr.splitlines()) == 1
    trades = sorted((tmp_path / "checkpoints" / "r" / "days").iterdir())[0] / "trades.parquet"
    trades.write_bytes(b"no table")
    done = command("report", "r")
    assert done.returncode == 2
    assert "damaged" in done.stderr
    assert len(done.stderr.splitlines()) == 1
