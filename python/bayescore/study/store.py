"""The folder of a study: an outcome a finished task, and the tables made of all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bayescore.errors import RunError, WriteError
from bayescore.study.task import Outcome
from bayescore.whole_files import put_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from bayescore.study.plan import Study, Task

TASKS, RESULTS, DAYS, SUMMARY = "tasks", "results.parquet", "days.parquet", "summary.json"


class Store:
    """Finished tasks of a study on disk.

    Parameters
    ----------
    folder
        Of the study; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            (folder / TASKS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{folder}: cannot be written ({error.strerror})") from None

    def get(self, key: str) -> Outcome | None:
        """What a task came to; `None` if it is not done, or what is there cannot be read and is to be done again."""
        try:
            return msgspec.json.decode((self.folder / TASKS / f"{key}.json").read_bytes(), type=Outcome)
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep what a task came to; there whole or not at all."""
        self._write(f"{TASKS}/{key}.json", msgspec.json.encode(outcome))

    def finish(self, results: pl.DataFrame, days: pl.DataFrame, summary: list[dict[str, Any]]) -> None:
        """Write the tables of all tasks."""
        from bayescore.runs.tables import to_parquet

        self._write(RESULTS, to_parquet(results))
        self._write(DAYS, to_parquet(days))
        self._write(SUMMARY, msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        try:
            put_whole(path, content)
        except OSError as error:
            raise WriteError(
                f"{path}: not written ({error.strerror}); make room and run the study again: what is done is kept"
            ) from None


def tables(study: Study, outcomes: Sequence[Outcome]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row a task and policy, and one row a task and out-of-sample day of the headline, in the study's order."""
    import polars as pl

    names: dict[str, Any] = {
        "data": pl.String,
        "configuration": pl.String,
        "seed": pl.Int64,
        "world": pl.Int64,
    }
    results, days = [], []
    for task, outcome in zip(study.tasks, outcomes, strict=True):
        of = _names(task)
        facts = {"instrument": outcome.instrument, "symbol": outcome.symbol, "currency": outcome.currency}
        results += [
            {**of, **facts, "headline": p.policy == outcome.headline, **msgspec.structs.asdict(p)}
            for p in outcome.policies
        ]
        days += [{**of, **msgspec.structs.asdict(day)} for day in outcome.days]
    facts_schema: dict[str, Any] = {
        "instrument": pl.String,
        "symbol": pl.String,
        "currency": pl.String,
        "headline": pl.Boolean,
        "policy": pl.String,
        "days": pl.Int64,
        "trades": pl.Int64,
        "net_currency": pl.Float64,
        "net_ticks": pl.Float64,
        "wins": pl.Int64,
    }
    day_schema = {"date": pl.String, "trades": pl.Int64, "net_currency": pl.Float64}
    return (
        pl.DataFrame(results, schema={**names, **facts_schema}),
        pl.DataFrame(days, schema={**names, **day_schema}),
    )


def _names(task: Task) -> dict[str, Any]:
    return {"data": task.data, "configuration": task.configuration, "seed": task.seed, "world": task.world}
