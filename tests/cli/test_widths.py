"""What the commands print at the widths of real terminals, and where there is none."""

import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import typer
from rich.cells import cell_len

from bayescore.cli.app import app
from bayescore.runs.reader import RunReader
from tests.run_files import BAYESCORE

WIDTHS = (80, 100, 120)
SMALL = ("--history-candidates", "20")
FIGURE = re.compile(r"[+−]?\$?\d[\d,]*(?:\.\d+)?[%*]?")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    root = tmp_path_factory.mktemp("widths")
    done = subprocess.run(
        [BAYESCORE, "train", "--data", str(sample), "--iterations", "200", *SMALL, "--run", "w", "--json"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    other = [BAYESCORE, "train", "--data", str(sample), "--iterations", "50", *SMALL, "--run", "other", "-q"]
    subprocess.run([*other, "--set", "costs.slippage_ticks=2"], cwd=root, capture_output=True, check=True)
    return root


def piped(folder: Path, *arguments: str) -> str:
    done = subprocess.run([BAYESCORE, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def written_to_terminal(folder: Path, width: int, *arguments: str) -> str:
    """All that a command writes to a terminal of a width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [BAYESCORE, *arguments],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color"},
    ) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            written += part
        os.close(ours)
    assert process.returncode == 0, written.decode()
    return written.decode()


def on_terminal(folder: Path, width: int, *arguments: str) -> list[str]:
    """Lines that a command leaves on a terminal of a width, without colours."""
    written = written_to_terminal(folder, width, *arguments)
    # A bar rewrites its line: what stands in the end is what follows the last return.
    text = CONTROL.sub("", written)
    return [line.rsplit("\r", 1)[-1] for line in text.replace("\r\n", "\n").split("\n")]


def shown(sample: Path) -> list[tuple[str, ...]]:
    small = ("--iterations", "50", *SMALL)
    train = ("train", "--data", str(sample), *small, "--threads", "1", "--checkpoint-dir")
    return [
        ("runs",),
        ("patterns", "w"),
        ("trades", "w"),
        ("trades", "w", "--policy", "in_sample_best"),
        ("verify", "w"),
        ("compare", "w", "other"),
        ("tomorrow", "w"),
        ("tomorrow", "w", "--time-zone", "utc"),
        ("synth", "practice.parquet", "--days", "1", "--force"),
        ("inspect", str(sample)),
        (*train, "loud"),
        (*train, "brief", "--quiet"),
    ]


@pytest.mark.parametrize("which", range(12))
def test_no_figure_is_cut_at_any_width(folder: Path, sample: Path, which: int) -> None:
    arguments = shown(sample)[which]

    def call(where: str, run: Callable[..., object]) -> object:
        training = arguments[0] == "train"
        words = list(arguments)
        if training:
            words[words.index("--checkpoint-dir") + 1] += where
        return run(*words)

    whole = str(call("piped", lambda *a: piped(folder, *a)))
    known = set(FIGURE.findall(whole))
    assert "…" not in whole
    for width in WIDTHS:
        lines = call(str(width), lambda *a, w=width: on_terminal(folder, w, *a))
        assert isinstance(lines, list)
        kept = [line for line in lines if "━" not in line and "╸" not in line and "╺" not in line]
        assert max(map(cell_len, kept)) <= width
        assert not [line for line in kept if "…" in line]
        figures = {f for line in kept for f in FIGURE.findall(line)}
        assert len(figures) > 3
        assert figures <= known, (width, figures - known)


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_has_the_whole_name_of_every_option(tmp_path: Path, name: str, width: int) -> None:
    lines = on_terminal(tmp_path, width, name, "--help")
    assert max(map(cell_len, lines)) <= width
    words = {word.strip(",") for line in lines for word in line.split()}
    options = [p for p in COMMANDS[name].params if p.param_type_name == "option"]
    names = {flag for p in options for flag in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
    assert names <= words, names - words


def test_piped_rows_are_whole_and_unpadded(folder: Path) -> None:
    rows = [line.split("\t") for line in piped(folder, "trades", "w").splitlines()]
    assert len({len(row) for row in rows}) == 1
    assert all(cell == cell.strip() for row in rows for cell in row)
    assert "  " not in piped(folder, "patterns", "w").splitlines()[1]


def test_prices_have_the_decimals_of_the_tick(folder: Path) -> None:
    rows = [line.split("\t") for line in piped(folder, "trades", "w").splitlines()]
    price = rows[0].index("entered at")
    assert all(re.fullmatch(r"[\d,]+\.\d\d", row[price]) for row in rows[1:])
    saved = json.loads(piped(folder, "trades", "w", "--json"))
    assert [float(row[price].replace(",", "")) for row in rows[1:]] == [t["entry_price"] for t in saved]


def test_times_are_in_the_zone_that_is_asked_for(folder: Path) -> None:
    by_zone = {
        zone: [line.split("\t")[0] for line in piped(folder, "trades", "w", "--time-zone", zone).splitlines()]
        for zone in ("exchange", "utc")
    }
    assert by_zone["exchange"][0] == "entry, Chicago"
    assert by_zone["utc"][0] == "entry, UTC"
    chicago, utc = (int(by_zone[z][1][11:13]) for z in ("exchange", "utc"))
    assert (utc - chicago) % 24 == 6


def test_hours_of_tomorrow_are_in_the_zone_that_is_asked_for(folder: Path) -> None:
    hours = {}
    for zone in ("exchange", "utc"):
        found = json.loads(piped(folder, "tomorrow", "w", "--json", "--time-zone", zone))
        hours[zone] = found["hours"]
        assert f"times are of {found['hours']['timezone']}" in piped(
            folder, "tomorrow", "w", "--time-zone", zone
        )
    assert (hours["exchange"]["timezone"], hours["utc"]["timezone"]) == ("America/Chicago", "UTC")
    for name in ("opens", "states_from", "no_entry_from", "flat_at", "closes"):
        here = datetime.fromisoformat(hours["exchange"][name]).replace(tzinfo=ZoneInfo("America/Chicago"))
        assert datetime.fromisoformat(hours["utc"][name]).replace(tzinfo=UTC) == here


def test_json_of_what_is_made_and_checked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "practice.parquet"
    made = json.loads(piped(folder, "synth", str(out), "--days", "1", "--seed", "4", "--json"))
    assert (made["bars"], made["bytes"], made["seed"]) == (len(pl.read_parquet(out)), out.stat().st_size, 4)
    sound = json.loads(piped(folder, "verify", "other", "--json"))
    assert [part["problem"] for part in sound["parts"]] == [None] * 4
    copy = tmp_path / "checkpoints" / "bad"
    shutil.copytree(folder / "checkpoints" / "other", copy)
    (copy / "days" / "2026-01-06" / "trades.parquet").write_bytes(b"damage")
    done = subprocess.run(
        [BAYESCORE, "verify", str(copy), "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    problems = [(part["part"], part["problem"]) for part in json.loads(done.stdout)["parts"]]
    assert ("2026-01-05", None) in problems
    assert any(part == "2026-01-06" and "trades.parquet" in str(problem) for part, problem in problems)


def test_json_is_everything(folder: Path) -> None:
    run = RunReader(folder / "checkpoints" / "w")
    (listed,) = [r for r in json.loads(piped(folder, "runs", "--json")) if r["run"] == "w"]
    last = run.results()[-1]
    assert listed["net_currency"] == last.policies[last.headline].cumulative_net_currency
    assert json.loads(piped(folder, "patterns", "w", "--json"))[0]["a"] == last.patterns[0].a


def test_one_time_is_left_while_it_trains(folder: Path, sample: Path) -> None:
    """Every picture of the bars, whatever stands in the end: none has two times."""
    arguments = ("train", "--data", str(sample), "--iterations", "2000", "--checkpoint-dir", "left")
    pictures = (
        CONTROL.sub("\n", written_to_terminal(folder, 100, *arguments)).replace("\r", "\n").split("days  ")
    )
    times = [len(re.findall(r"about .* left", picture)) for picture in pictures]
    assert max(times) == 1


def test_quiet_is_at_most_ten_lines(folder: Path, sample: Path) -> None:
    text = piped(
        folder, "train", "--data", str(sample), "--iterations", "50", "--quiet", "--checkpoint-dir", "q"
    )
    assert 4 <= len(text.splitlines()) <= 10


def test_policies_that_did_the_same_are_one_row(folder: Path) -> None:
    run = RunReader(folder / "checkpoints" / "w")
    text = piped(
        folder, "train", "--resume", "--data", *run.header().data, "--iterations", "200", *SMALL, "--run", "w"
    )
    for day in text.split("  day ")[1:]:
        rows = [line.split("\t")[1:] for line in day.splitlines() if "\t" in line][:4]
        assert len({tuple(r) for r in rows}) == len(rows)
