"""A run knows its settings and its data; a day more each evening ends with the bytes of one run over all of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.config import CostConfig
from bayescore.data import synth
from bayescore.errors import DataError, RunError, UsageError
from bayescore.runs.origin import config_of, data_of
from bayescore.runs.reader import RunReader
from tests.run_files import assert_same_run, contents

Command = Callable[..., CompletedProcess[str]]

EVENINGS = 12
SMALL = Config(iterations=10, history_candidates=3, min_session_coverage=0.05, min_trades=2)


@pytest.fixture(scope="module")
def days(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The three dates of the sample, each in a file of its own; a name has a space in it."""
    folder = tmp_path_factory.mktemp("days")
    frame = pl.read_parquet(sample)
    found = []
    for k in range(3):
        opens = datetime(2026, 1, 4 + k, 23, tzinfo=UTC)
        inside = (pl.col("ts_event") >= opens) & (pl.col("ts_event") < opens + timedelta(days=1))
        found.append(folder / f"day {k}.parquet")
        frame.filter(inside).write_parquet(found[-1])
    return found


def test_resume_takes_settings_and_data_from_the_run(
    days: list[Path], command: Command, tmp_path: Path
) -> None:
    settings = ("--iterations", 20, "--objective", "net", "--set", "costs.slippage_ticks=2")
    first = command("train", "--data", days[0], *settings, "--run", "r", "-q")
    assert first.returncode == 0, first.stderr
    for day in days[1:]:
        done = command("resume", "r", "--data", day, "-q")
        assert done.returncode == 0, done.stderr
    whole = [word for day in days for word in ("--data", day)]
    command("train", *whole, *settings, "--run", "r", "-q", "--checkpoint-dir", "whole")
    assert_same_run(tmp_path / "checkpoints" / "r", tmp_path / "whole" / "r")
    assert config_of(RunReader(tmp_path / "checkpoints" / "r")).costs == CostConfig(slippage_ticks=2)
    # Nothing new: nothing changes, also where the data are given once more.
    before = contents(tmp_path / "checkpoints" / "r")
    assert command("resume", "r", "--data", days[1], "-q").returncode == 0
    assert contents(tmp_path / "checkpoints" / "r") == before


def test_a_run_that_was_renamed_goes_on(days: list[Path], command: Command, tmp_path: Path) -> None:
    command("train", "--data", days[0], "--iterations", 20, "--run", "old", "-q")
    (tmp_path / "checkpoints" / "old").rename(tmp_path / "checkpoints" / "new")
    done = command("resume", tmp_path / "checkpoints" / "new", "--data", days[1], "-q")
    assert done.returncode == 0, done.stderr
    assert len(RunReader(tmp_path / "checkpoints" / "new").finished_days()) == 2
    assert command("verify", "new").returncode == 0


def test_data_are_found_beside_the_runs_from_any_folder(
    days: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bars").mkdir()
    (tmp_path / "bars" / "a b.parquet").write_bytes(days[0].read_bytes())
    monkeypatch.chdir(tmp_path)
    BayesianTrainingOrchestrator(Config(iterations=10), run="r").train("bars/*.parquet")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    run = RunReader(Path("../checkpoints/r"))
    (found,) = data_of(run)
    assert [p.name for p in Path(found).parent.glob("*")] == ["a b.parquet"]
    assert data_of(run, ["more.parquet"])[1:] == ["more.parquet"]
    assert data_of(run, ["more.parquet"], instead=True) == ["more.parquet"]
    with pytest.raises(UsageError, match="--data"):
        data_of(run, instead=True)
    (tmp_path / "bars" / "a b.parquet").unlink()
    with pytest.raises(DataError, match="not there any more; say where"):
        data_of(run)


def test_a_run_over_a_table_asks_for_its_bars(days: list[Path], tmp_path: Path) -> None:
    frame = pl.read_parquet(days[0])
    BayesianTrainingOrchestrator(Config(iterations=10), checkpoint_dir=tmp_path, run="r").train(frame)
    with pytest.raises(DataError, match="a table in memory; give its bars with --data FILE --instead"):
        data_of(RunReader(tmp_path / "r"))


def test_other_data_are_refused_and_nothing_is_touched(
    days: list[Path], command: Command, tmp_path: Path
) -> None:
    command("train", "--data", days[1], "--iterations", 20, "--run", "r", "-q")
    before = contents(tmp_path / "checkpoints" / "r")
    done = command("resume", "r", "--data", days[2], "--instead")
    assert done.returncode == 2
    assert "trade date 2026-01-06 of the run is not in them" in done.stderr
    assert contents(tmp_path / "checkpoints" / "r") == before


def test_an_evening_at_a_time_ends_with_the_bytes_of_one_run(tmp_path: Path) -> None:
    """The file grows by a date; each evening it is trained on that date alone."""
    bars = synth.generate(days=EVENINGS, seed=3, start="2026-02-02")
    # Of each session its first hours, so that so many are small.
    hour = pl.col("ts_event").dt.convert_time_zone("America/Chicago").dt.hour()
    bars = bars.filter((hour >= 17) & (hour < 20))
    trade_date = pl.col("ts_event").dt.convert_time_zone("America/Chicago").dt.date()
    dates = bars.select(trade_date.unique().sort()).to_series()
    assert len(dates) == EVENINGS
    file = tmp_path / "bars.parquet"

    def evening(folder: str, upto: int, *, resume: bool) -> Path:
        bars.filter(trade_date <= dates[upto]).write_parquet(file)
        trainer = BayesianTrainingOrchestrator(SMALL, checkpoint_dir=tmp_path / folder, run="r", threads=1)
        trained: list[str] = []
        trainer.train(
            file,
            resume=resume,
            on_event=lambda e: trained.append(e.date) if type(e).__name__ == "DayStarted" else None,
        )
        assert len(trained) == (1 if folder == "grown" else EVENINGS)
        return tmp_path / folder / "r"

    for k in range(EVENINGS):
        grown = evening("grown", k, resume=k > 0)
    assert_same_run(grown, evening("whole", EVENINGS - 1, resume=False))
    traded = [r.policies["day_best"].metrics for r in RunReader(grown).results()]
    assert sum(m.trades for m in traded if m) > EVENINGS
    with pytest.raises(RunError):
        evening("grown", EVENINGS - 1, resume=False)
