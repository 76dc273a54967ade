"""The same bars as Parquet, DBN and CSV, packed, train to the same bytes."""

import sys
from pathlib import Path

import msgspec
import polars as pl
import pytest

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.data import synth
from bayescore.runs.reader import RunReader
from tests.data.dbn_files import write_bars
from tests.run_files import contents

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DAYS = 22
CONFIG = Config(iterations=10, history_candidates=3, min_session_coverage=0.05, min_trades=2)


@pytest.fixture(scope="module")
def month() -> pl.DataFrame:
    """A month of dates, of each the first two hours."""
    bars = synth.generate(days=DAYS, seed=8, start="2026-02-02")
    hour = pl.col("ts_event").dt.convert_time_zone("America/Chicago").dt.hour()
    return bars.filter((hour >= 17) & (hour < 19))


def test_a_month_in_three_formats_is_one_run(month: pl.DataFrame, tmp_path: Path) -> None:
    month.write_parquet(tmp_path / "month.parquet")
    # The header by the encoder of the format's makers, the records as they define them.
    write_bars(month, tmp_path / "month.dbn.zst")
    text = pl.col("ts_event").dt.strftime("%Y-%m-%dT%H:%M:%S%.9fZ")
    (tmp_path / "month.csv.zst").write_bytes(zstd.compress(month.with_columns(text).write_csv().encode()))
    runs = {}
    for name in ("month.parquet", "month.dbn.zst", "month.csv.zst"):
        trainer = BayesianTrainingOrchestrator(CONFIG, checkpoint_dir=tmp_path / name[6:], run="r", threads=1)
        trainer.train(tmp_path / name)
        runs[name] = tmp_path / name[6:] / "r"
    headers = [msgspec.structs.replace(RunReader(run).header(), data=[]) for run in runs.values()]
    assert headers[0] == headers[1] == headers[2]
    assert len(headers[0].started.dates) == DAYS
    # Header and page name the file; nothing else does.
    first, *others = (
        {file: content.replace(name.encode(), b"FILE") for file, content in contents(run).items()}
        for name, run in runs.items()
    )
    assert len(first) > 12 * DAYS
    for other in others:
        assert sorted(first) == sorted(other)
        assert [name for name in first if first[name] != other[name]] == []
