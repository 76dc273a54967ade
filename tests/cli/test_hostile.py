"""Hostile names, values and streams on the command line: one line, an exit code, no escape sequence, no traceback."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import polars as pl
import pytest

from tests.run_files import BAYESCORE

Command = Callable[..., subprocess.CompletedProcess[str]]
ESCAPE = "\x1b]0;pwned\x07"
HOSTILE = f"{ESCAPE}[/bold]\u202e<script>"


def said(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "\x1b" not in done.stderr
    return lines[0]


def train(sample: Path, *more: str | Path) -> tuple[str | Path, ...]:
    return ("train", "--data", sample, "-n", "20", "--max-days", "1", "-q", *more)


VALUES: dict[str, tuple[list[str], str]] = {
    "a long name": (["--run", "a" * 300], "at most 200 bytes"),
    "a name that is an escape sequence": (["--run", f"a{ESCAPE}"], "control characters"),
    "a name of two lines": (["--run", "a\nb"], "control characters"),
    "fewer than no threads": (["--threads", "-1"], "0 (all cores) to 1024"),
    "too many threads": (["--threads", "20000"], "0 (all cores) to 1024"),
    "deep JSON": (["--set", "iterations=" + "[" * 50_000], "nested too deeply"),
    "an endless file": (["--config", "/dev/zero"], "not a file"),
    "a number beyond 64 bits": (["--set", "min_trades=99999999999999999999"], "min_trades"),
    "the largest number of 64 bits": (["--set", "min_trades=9223372036854775807"], "min_trades"),
    "an absurd float": (["--set", "costs.commission=1e308"], "commission"),
    "a tiny tick value": (["--tick-value", "1e-308"], "--tick-value"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_cannot_be(name: str, sample: Path, tmp_path: Path, command: Command) -> None:
    arguments, says = VALUES[name]
    assert says in said(command(*train(sample, *arguments)), 2)
    assert not (tmp_path / "checkpoints").exists()


def test_a_deep_file_of_settings(sample: Path, tmp_path: Path, command: Command) -> None:
    (tmp_path / "deep.toml").write_text("iterations=" + "[" * 20_000 + "]" * 20_000)
    assert "nested too deeply" in said(command(*train(sample, "--config", "deep.toml")), 2)


@pytest.mark.parametrize("start", ["9999-12-31", "0001-01-01"])
def test_practice_data_of_no_time(start: str, command: Command) -> None:
    assert "years 1971 to 2200" in said(command("synth", "x.parquet", "--days", "1", "--start", start), 2)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_a_terminal_of_few_characters(encoding: str, sample: Path, tmp_path: Path) -> None:
    for arguments in (["train", "--data", str(sample), "-n", "20", "--run", "r"], ["runs"]):
        done = subprocess.run(
            [BAYESCORE, *arguments],
            capture_output=True,
            encoding=encoding,
            cwd=tmp_path,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["runs"], ["train", "-n", "20", "--json"], ["train", "-n", "20"]]
)
def test_an_output_that_takes_nothing(arguments: list[str], sample: Path, tmp_path: Path) -> None:
    if arguments[0] == "train":
        arguments = [*arguments, "--data", str(sample), "--max-days", "1"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [BAYESCORE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False
        )
    assert done.stderr == "bayescore: output: No space left on device\n"
    assert done.returncode == 1


def test_numbers_of_128_bits(sample: Path, tmp_path: Path, command: Command) -> None:
    bars = pl.read_parquet(sample)
    for column in ("volume", "open", "ts_event"):
        wide = pl.col(column).cast(pl.Int64).cast(pl.Int128)
        bars.with_columns(wide).write_parquet(tmp_path / "wide.parquet")
        assert f"{column} is Int128" in said(command(*train(tmp_path / "wide.parquet")), 2)


def test_a_name_that_is_no_text(sample: Path, tmp_path: Path, command: Command) -> None:
    name = os.fsdecode(b"bad\xff.parquet")
    shutil.copy(sample, tmp_path / name)
    assert "rename it" in said(command(*train(Path(name))), 2)
    assert "rename it" in said(command(*train(Path("*.parquet"))), 2)


def test_a_hostile_symbol_is_shown_as_text(sample: Path, tmp_path: Path, command: Command) -> None:
    bars = pl.read_parquet(sample)
    bars.with_columns(symbol=pl.lit(HOSTILE)).write_parquet(tmp_path / "escape.parquet")
    done = command("inspect", "escape.parquet", "-i", "MNQ")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "not text" in said(command(*train(tmp_path / "escape.parquet", "-i", "MNQ")), 2)
    bars.with_columns(symbol=pl.lit("[/bold]<script>")).write_parquet(tmp_path / "bars.parquet")
    outputs = [
        command("inspect", "bars.parquet", "-i", "MNQ"),
        command("train", "--data", "bars.parquet", "-n", "20", "-i", "MNQ", "--run", "r"),
        command("runs"),
        command("patterns", "r"),
        command("trades", "r"),
        command("trades", "r", "--csv"),
        command("verify", "r"),
    ]
    for done in outputs:
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout
    assert "[/bold]" in outputs[0].stdout
    assert "[/bold]" in outputs[2].stdout
    page = (tmp_path / "checkpoints" / "r" / "report.html").read_text()
    assert "[/bold]&lt;script&gt;" in page
    assert page.count("<script") == 3  # the page's own: data, library, and what draws them
    assert "\x1b" not in page
    assert "default-src 'none'" in page


def test_a_hostile_run_folder_is_shown_as_text(sample: Path, tmp_path: Path, command: Command) -> None:
    assert command(*train(sample, "--run", "r")).returncode == 0
    run = tmp_path / "checkpoints" / "r"
    header = msgspec.json.decode((run / "run.json").read_bytes())
    header["started"] |= {"symbol": HOSTILE, "selection": HOSTILE}
    (run / "run.json").write_bytes(msgspec.json.encode(header))
    shutil.copytree(run, run.with_name(f"x{ESCAPE}[bold]"))
    shutil.copytree(run, run.with_name(os.fsdecode(b"caf\xe9")))
    done = command("runs")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "[bol" in done.stdout
    said(command("patterns", f"no{ESCAPE}"), 2)


def test_a_script_in_a_result_does_not_get_into_the_report(
    sample: Path, tmp_path: Path, command: Command
) -> None:
    """Even if every digest fits: the date of a result must be that of its folder, and text is text in a page."""
    import hashlib

    assert command(*train(sample, "--run", "r")).returncode == 0
    day = tmp_path / "checkpoints" / "r" / "days" / "2026-01-05"
    result = msgspec.json.decode((day / "result.json").read_bytes())
    for change, says in (
        ({"symbol": "<script>alert(1)</script>"}, None),
        ({"date": "<script>"}, "not the result of"),
    ):
        content = msgspec.json.encode(result | change)
        (day / "result.json").write_bytes(content)
        manifest = msgspec.json.decode((day / "MANIFEST.json").read_bytes())
        manifest["files"]["result.json"] = hashlib.sha256(content).hexdigest()
        (day / "MANIFEST.json").write_bytes(msgspec.json.encode(manifest))
        done = command(*train(sample, "--run", "r", "--resume"))
        if says is None:
            assert done.returncode == 0, done.stderr
        else:
            assert says in said(done, 2)
        report = tmp_path / "checkpoints" / "r" / "report.html"
        assert not report.exists() or "<script>alert" not in report.read_text()
