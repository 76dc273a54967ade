"""Everything that the page shows, read from a run's folder, finished or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from bayescore.design.effects import EffectTracker
from bayescore.design.generator import DOEParameterGenerator
from bayescore.errors import DamagedError, RunError
from bayescore.results.breakdown import COLUMNS
from bayescore.results.summary import summarise
from bayescore.results.tomorrow import instrument_of
from bayescore.runs import layout
from bayescore.runs.origin import config_of
from bayescore.runs.tables import read_table
from bayescore.runs.tomorrow import tomorrow_of_run
from bayescore.vocabulary import POLICIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore import events
    from bayescore.config import Config
    from bayescore.data.instruments import Instrument
    from bayescore.design.effects import LevelMean
    from bayescore.results.tomorrow import Tomorrow
    from bayescore.runs.reader import RunReader


class PageData(NamedTuple):
    """What the page is made of."""

    summary: events.Summary
    results: Sequence[events.DayResult]
    tomorrow: Tomorrow
    config: Config
    instrument: Instrument
    planned: int
    """Trade dates of the data; as many as there are results where the run is finished."""
    files: Sequence[str]
    version: str
    seed: int
    trader: str
    """Policy whose trades are shown: the headline, or the first that traded where that stayed flat."""
    trades: pl.DataFrame
    """Of that policy: `COLUMNS` of ``trades.parquet`` and ``date``."""
    levels: Sequence[LevelMean]
    validation: events.Validation | None
    """Null worlds of this run, where they have been trained."""


def gather(
    run: RunReader,
    summary: events.Summary | None = None,
    results: Sequence[events.DayResult] | None = None,
    tomorrow: Tomorrow | None = None,
) -> PageData:
    """Read a run for its page.

    Parameters
    ----------
    run
        Its folder.
    summary, results, tomorrow
        What is in memory already; read, or made of the finished days, where it is not.

    Raises
    ------
    RunError
        If no day is finished, or files are damaged or of another version.
    """
    header = run.header()
    results = run.results() if results is None else results
    if not results:
        raise RunError(f"{run.path}: no finished day yet, so there is nothing to report")
    config = config_of(run, header)
    summary = run.judged(summary or run.summary() or summarise(header.started, results, results[-1].patterns))
    trader = _trader(summary)
    instrument = instrument_of(header.started, config)
    try:
        trades = _trades(run, [r.date for r in results], trader)
        levels = _levels(run, config, instrument, results)
    except pl.exceptions.PolarsError as error:
        raise DamagedError(
            f"{run.path}: a table of its days is damaged ({str(error).splitlines()[0]}); bayescore verify says which"
        ) from None
    return PageData(
        summary=summary,
        results=results,
        tomorrow=tomorrow or tomorrow_of_run(run),
        config=config,
        instrument=instrument,
        planned=len(header.started.dates),
        files=header.data,
        version=header.version,
        seed=header.started.seed,
        trader=trader,
        trades=trades,
        levels=levels,
        validation=run.validation(),
    )


def _trader(summary: events.Summary) -> str:
    """The headline; where it never traded, the first policy that did, so that there is something to look at."""
    others = [name for name in POLICIES if name in summary.policies]
    return next((n for n in (summary.headline, *others) if summary.policies[n].trades), summary.headline)


def _trades(run: RunReader, dates: Sequence[str], policy: str) -> pl.DataFrame:
    parts = []
    for date in dates:
        table = read_table(run, date, layout.TRADES, ["policy", *COLUMNS])
        parts.append(table.filter(pl.col("policy") == policy).select(pl.lit(date).alias("date"), *COLUMNS))
    return pl.concat(parts)


def _levels(
    run: RunReader, config: Config, instrument: Instrument, results: Sequence[events.DayResult]
) -> list[LevelMean]:
    """How the fixed designs did at each level of each factor, over the days; empty where they are undefined."""
    dates = [r.date for r in results]
    # The design is laid out in units of the barrier that the first date left behind.
    barrier = results[0].decision.barrier_ticks
    effects = EffectTracker(
        DOEParameterGenerator(config, instrument, instrument.window_names, dates, barrier)
    )
    for date in dates:
        table = read_table(run, date, layout.ITERATIONS, ["objective"])
        effects.observe(table["objective"].to_numpy())
    return effects.level_means() if effects.effects() else []
