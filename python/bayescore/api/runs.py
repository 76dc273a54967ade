"""Runs for scripts and notebooks: train one, open one, list them; each shows itself as text and as HTML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayescore.api import pages
from bayescore.api.market import configured
from bayescore.api.progress import display, run_shown
from bayescore.errors import RunError, UsageError
from bayescore.runs import layout, listing
from bayescore.runs.reader import RunReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import polars as pl

    from bayescore import events
    from bayescore.config import Config
    from bayescore.training.control import TrainingControl

ROOT = "checkpoints"
"""Where runs are kept unless another folder is named."""


class Patterns(tuple["events.Pattern", ...]):
    """Strongest states of a run, the strongest first."""

    __slots__ = ()

    def to_polars(self) -> pl.DataFrame:
        """One row a pattern."""
        from bayescore.runs.exporting import patterns_frame

        return patterns_frame(self)

    def __repr__(self) -> str:
        return pages.text(pages.patterns_sheet(self))

    def _repr_html_(self) -> str:
        return pages.patterns_html(self)


class Run:
    """A run on disk, finished or not.

    Parameters
    ----------
    reader
        Its folder.
    """

    def __init__(self, reader: RunReader) -> None:
        self._reader = reader

    @property
    def name(self) -> str:
        """Its name below the folder of runs."""
        return self._reader.name

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._reader.path

    @property
    def config(self) -> Config:
        """What it was trained with."""
        from bayescore.runs.origin import config_of

        return config_of(self._reader)

    @property
    def summary(self) -> events.Summary:
        """Its end.

        Raises
        ------
        RunError
            If it is not finished.
        """
        found = self._reader.judged_summary()
        if found is None:
            raise RunError(f"{self.path}: is not finished; bayescore.train(…, resume=True) goes on with it")
        return found

    @property
    def days(self) -> list[events.DayResult]:
        """Results of its finished days, in order."""
        return self._reader.results()

    @property
    def net_currency(self) -> float | None:
        """What the headline earned out of sample, in the instrument's currency; `None` if it has traded no day."""
        dates = self._reader.finished_days()
        if len(dates) < 2:
            return None
        last = self._reader.result(dates[-1])
        return last.policies[last.headline].cumulative_net_currency

    def patterns(self, top: int = 20) -> Patterns:
        """Its strongest patterns as of the last finished day."""
        from bayescore.runs.day_files import patterns_of_run

        return Patterns(patterns_of_run(self._reader, top))

    def trades(self, policy: str | None = None) -> pl.DataFrame:
        """Out-of-sample trades, one row a trade, the trade date in front.

        Parameters
        ----------
        policy
            Whose; the headline's if not given.

        Raises
        ------
        UsageError
            For a policy that no trade is of.
        """
        import polars as pl

        table = self._table(layout.TRADES)
        known = table["policy"].unique().sort().to_list()
        wanted = policy or self._reader.header().started.selection
        if wanted not in known and policy is not None:
            raise UsageError(f"policy {policy}: the run has trades of {', '.join(known) or 'none'}")
        return table.filter(pl.col("policy") == wanted)

    def iterations(self) -> pl.DataFrame:
        """Every parameter set of every day with its in-sample figures; hindsight, not a result."""
        return self._table(layout.ITERATIONS)

    def _table(self, name: str) -> pl.DataFrame:
        import polars as pl

        from bayescore.runs.tables import read_table

        dates = self._reader.finished_days()
        if not dates:
            raise RunError(f"{self.path}: no finished day yet")
        parts = [
            read_table(self._reader, date, name).select(pl.lit(date).alias("date"), pl.all())
            for date in dates
        ]
        return pl.concat(parts)

    def __repr__(self) -> str:
        return pages.run_text(self)

    def _repr_html_(self) -> str:
        return pages.run_html(self)


class Runs(tuple[Run, ...]):
    """Runs of a folder, the newest first."""

    __slots__ = ()

    def to_polars(self) -> pl.DataFrame:
        """One row a run."""
        import polars as pl

        return pl.DataFrame([pages.run_row(run) for run in self])

    def __repr__(self) -> str:
        return pages.text(pages.runs_sheet(self))

    def _repr_html_(self) -> str:
        return pages.runs_html(self)


def list_runs(checkpoint_dir: str | Path = ROOT) -> Runs:
    """Runs of a folder, the newest first."""
    return Runs(Run(reader) for reader in listing.list_runs(Path(checkpoint_dir)))


def open_run(run: str | Path, checkpoint_dir: str | Path = ROOT) -> Run:
    """A run by its name, or by its folder.

    Raises
    ------
    RunError
        If there is none, naming the nearest.
    """
    return Run(listing.find_run(str(run), Path(checkpoint_dir)))


def train(
    data: object,
    config: Config | None = None,
    *,
    run: str | None = None,
    checkpoint_dir: str | Path = ROOT,
    resume: bool = False,
    threads: int = 0,
    progress: bool = True,
    on_event: Callable[[events.AnyEvent], None] | None = None,
    control: TrainingControl | None = None,
    states: str | Path | ModuleType | None = None,
    **settings: Any,
) -> Run:
    """Walk through every trade date of some data, save everything, and return the run.

    Parameters
    ----------
    data
        A path, a directory or a glob of Parquet, Arrow, CSV or DBN files, a Polars or pandas frame, a list of these, or
        what `load` gave.
    config
        Settings; defaults if not given.
    run
        Its name; made from instrument, first date and seed if not given.
    checkpoint_dir
        Where runs are kept.
    resume
        Go on after the last finished day of the run.
    threads
        Workers, 0 for all cores; results do not depend on it.
    progress
        Show how far it is: bars in a terminal, one line that is replaced in a notebook, nothing where output is piped.
    on_event
        Called with every event, see `bayescore.events`.
    control
        To pause or stop it from another thread.
    states
        File of your own states, or the module that it was imported as; see docs/own-states.md.
    **settings
        Fields of `Config` that override `config`: ``iterations=200``, ``costs={"slippage_ticks": 2}``.

    Returns
    -------
    Run

    Raises
    ------
    DataError, UsageError
        For data or settings that cannot be used.
    RunError
        If the run cannot be written, exists already, or does not fit the data and settings.
    Interrupted
        If stopped; finished days are kept.

    Examples
    --------
    >>> run = bayescore.train("data/sample.parquet", iterations=200)  # doctest: +SKIP
    >>> run.trades()  # doctest: +SKIP
    """
    from bayescore.training.orchestrator import BayesianTrainingOrchestrator, TrainingControl

    if states is not None:
        settings["states"] = str(getattr(states, "__file__", states))
    chosen, steering = configured(config, settings), control or TrainingControl()
    trainer = BayesianTrainingOrchestrator(chosen, checkpoint_dir=checkpoint_dir, run=run, threads=threads)

    def work(tell: Callable[[events.AnyEvent], None]) -> None:
        trainer.train(data, on_event=tell, control=steering, resume=resume)

    run_shown(work, steering, on_event, display() if progress else None)
    assert trainer.directory is not None
    return Run(RunReader(trainer.directory.path))
