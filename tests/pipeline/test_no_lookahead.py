"""Change the future; nothing decided before may change."""

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from bayescore import BayesianTrainingOrchestrator, Config
from tests.run_files import contents

CONFIG = Config(iterations=60)
PRICES = ("open", "high", "low", "close")


def train(data: Path, root: Path) -> Path:
    BayesianTrainingOrchestrator(CONFIG, checkpoint_dir=root, run="r").train(data)
    return root / "r"


def stretched_after(bars: pl.DataFrame, moment: object) -> pl.DataFrame:
    """All moves from ``moment`` on three times as large: valid bars, another future.

    (Mirroring the prices would not do: the rules are symmetric, so a mirrored day has the same totals.)
    """
    pivot = bars.filter(pl.col("ts_event") < moment)["close"][-1]
    later = pl.col("ts_event") >= moment
    return bars.with_columns(
        pl.when(later).then(pivot + 3 * (pl.col(name) - pivot)).otherwise(pl.col(name)).alias(name)
        for name in PRICES
    )


@pytest.fixture(scope="module")
def original(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(sample, tmp_path_factory.mktemp("original"))


def test_a_changed_day_leaves_the_days_before_as_they_were(
    sample: Path, tmp_path: Path, original: Path
) -> None:
    bars = pl.read_parquet(sample)
    first, second, third = sorted(p.name for p in (original / "days").iterdir())
    opening = bars["ts_event"].to_frame().filter(pl.col("ts_event").dt.date() >= pl.lit(second).str.to_date())
    # The third trade date opens on the evening of the second calendar date; 22:30 UTC is within its first half hour.
    moment = opening["ts_event"][0].replace(hour=22, minute=0, second=0)
    changed = tmp_path / "changed.parquet"
    stretched_after(bars, moment).write_parquet(changed)
    before, after = contents(original), contents(train(changed, tmp_path))
    same = [n for n in before if n.startswith((f"days/{first}/", f"days/{second}/"))]
    assert len(same) > 10
    for name in same:
        assert before[name] == after[name], name
    assert before[f"days/{third}/iterations.parquet"] != after[f"days/{third}/iterations.parquet"]


def test_trades_closed_before_a_change_within_the_day_stay(
    sample: Path, tmp_path: Path, original: Path
) -> None:
    bars = pl.read_parquet(sample)
    second = sorted(p.name for p in (original / "days").iterdir())[1]
    moment = bars.filter(pl.col("ts_event").dt.date() == pl.lit(second).str.to_date())["ts_event"][0].replace(
        hour=15, minute=0, second=0
    )
    changed = tmp_path / "changed.parquet"
    stretched_after(bars, moment).write_parquet(changed)
    run = train(changed, tmp_path)
    columns = [
        "policy",
        "entry_time",
        "exit_time",
        "entry_price",
        "exit_price",
        "side",
        "reason",
        "code",
        "context_bits",
    ]

    def closed(folder: Path) -> pl.DataFrame:
        trades = pl.read_parquet(folder / "days" / second / "trades.parquet")
        # The in-sample best is chosen with the whole day in view: hindsight, and labelled so.
        out_of_sample = trades.filter(pl.col("policy") != "in_sample_best")
        return out_of_sample.filter(pl.col("exit_time") < moment).select(columns)

    mine, theirs = closed(original), closed(run)
    assert len(mine) > 0
    assert mine.equals(theirs)
    whole = pl.read_parquet(original / "days" / second / "trades.parquet")
    other = pl.read_parquet(run / "days" / second / "trades.parquet")
    assert not whole.equals(other)


def test_the_chosen_set_of_a_day_is_the_one_chosen_the_evening_before(original: Path) -> None:
    from bayescore.runs.reader import RunReader

    results = RunReader(original).results()
    assert all(p.metrics is None for p in results[0].policies.values())
    for yesterday, today in pairwise(results):
        for name, policy in today.policies.items():
            assert policy.params == yesterday.policies[name].next_params
