"""Bad input: one clear line, exit code 2, nothing lost, never a traceback."""

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def bars(sample: Path) -> pl.DataFrame:
    return pl.read_parquet(sample).head(60_000)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def set_row(bars: pl.DataFrame, row: int, **values: object) -> pl.DataFrame:
    return bars.with_columns(
        pl.when(pl.int_range(pl.len()) == row).then(pl.lit(v)).otherwise(pl.col(k)).alias(k)
        for k, v in values.items()
    ).cast(bars.schema)


DAMAGE: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], str]] = {
    "no rows": (lambda b: b.head(0), "no rows"),
    "not OHLCV": (lambda b: b.drop("high", "low").rename({"close": "price"}), "high"),
    "NaN": (lambda b: set_row(b, 777, close=float("nan")), "777"),
    "null": (lambda b: set_row(b, 778, open=None), "778"),
    "infinite": (lambda b: set_row(b, 779, high=float("inf")), "779"),
    "unsorted": (lambda b: pl.concat([b[:500], b[501:502], b[500:501], b[502:]]), "row 500"),
    "duplicate": (lambda b: pl.concat([b[:900], b[899:]]), "900"),
    "off tick": (lambda b: set_row(b, 1234, open=b["open"][1234] + 0.1, high=b["high"][1234] + 1), "1234"),
    "negative": (lambda b: set_row(b, 42, low=-1.0), "42"),
    "zero": (lambda b: set_row(b, 43, low=0.0), "43"),
    "high below low": (lambda b: set_row(b, 4321, high=b["low"][4321] - 1), "4321"),
    "close outside": (lambda b: set_row(b, 4322, close=b["high"][4322] + 1), "4322"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_bars_name_the_file_and_the_row(
    name: str, bars: pl.DataFrame, tmp_path: Path, command: Command
) -> None:
    damage, where = DAMAGE[name]
    file = tmp_path / "bars.parquet"
    damage(bars).write_parquet(file)
    line = refused(command("train", "--data", file, "--iterations", "20", "--instrument", "MNQ"))
    assert "bars.parquet" in line
    assert where in line.replace(",", "")
    assert not (tmp_path / "checkpoints").exists()


def test_minute_bars_are_refused(bars: pl.DataFrame, tmp_path: Path, command: Command) -> None:
    start = datetime(2026, 1, 5, 15)
    times = (
        pl.Series([start + timedelta(minutes=i) for i in range(300)])
        .dt.cast_time_unit("ns")
        .dt.replace_time_zone("UTC")
    )
    file = tmp_path / "minute.parquet"
    bars.head(300).with_columns(ts_event=times, rtype=pl.lit(33, pl.UInt8)).write_parquet(file)
    assert "one-second" in refused(command("train", "--data", file, "--instrument", "MNQ"))


def test_not_parquet_and_truncated(sample: Path, tmp_path: Path, command: Command) -> None:
    text = tmp_path / "notes.parquet"
    text.write_text("not a table")
    assert "notes.parquet" in refused(command("train", "--data", text, "--instrument", "MNQ"))
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(sample.read_bytes()[:100_000])
    assert "cut.parquet" in refused(command("train", "--data", cut, "--instrument", "MNQ"))
    empty = tmp_path / "empty.parquet"
    empty.touch()
    assert "empty.parquet" in refused(command("train", "--data", empty, "--instrument", "MNQ"))


def test_missing_path(tmp_path: Path, command: Command) -> None:
    assert "nowhere.parquet" in refused(command("train", "--data", tmp_path / "nowhere.parquet"))


def test_no_data_option(command: Command) -> None:
    assert "--data" in refused(command("train"))


def test_unknown_instrument_says_what_is_known(sample: Path, command: Command) -> None:
    line = refused(command("train", "--data", sample, "--instrument", "XYZ"))
    assert "XYZ" in line
    assert "MNQ" in line


def test_unwritable_checkpoint_directory(sample: Path, tmp_path: Path, command: Command) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    line = refused(
        command("train", "--data", sample, "--iterations", "20", "--checkpoint-dir", blocked / "runs")
    )
    assert "--checkpoint-dir" in line


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--iterations", "5"), "iterations"),
        (("--objective", "luck"), "objective"),
        (("--selection", "best"), "selection"),
        (("--set", "costs.slippage=1"), "costs.slippage"),
        (("--set", "costs.flat_before_close=400"), "no_entry_before_close"),
        (("--config", "nowhere.toml"), "nowhere.toml"),
        (("--run", "../x"), "--run"),
        (("--resume", "--run", "never"), "never"),
    ],
)
def test_bad_settings(arguments: tuple[str, ...], word: str, sample: Path, command: Command) -> None:
    assert word in refused(command("train", "--data", sample, *arguments))


def test_bad_toml_names_the_field(sample: Path, tmp_path: Path, command: Command) -> None:
    file = tmp_path / "c.toml"
    file.write_text("iterations = 50\n[brain]\nkappa_minimum = 3\n")
    line = refused(command("train", "--data", sample, "--config", file))
    assert "kappa_minimum" in line
    assert "c.toml" in line


def test_unknown_run(command: Command) -> None:
    assert "nothing" in refused(command("patterns", "nothing"))
    assert "nothing" in refused(command("trades", "nothing"))


def test_a_stray_quote_is_told_once_and_by_its_row(
    bars: pl.DataFrame, tmp_path: Path, command: Command
) -> None:
    lines = bars.head(3000).write_csv().splitlines()
    for row in (1, 5):
        lines[row] = lines[row][:-9] + '"' + lines[row][-9:]
    file = tmp_path / "bars.csv"
    file.write_text("\n".join(lines) + "\n")
    line = refused(command("train", "--data", file, "--iterations", "20", "--instrument", "MNQ"))
    assert "bars.csv" in line
    assert "row 0" in line
