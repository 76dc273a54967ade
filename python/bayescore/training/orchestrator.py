"""The walk through the days: the one order in which anything is decided.

A day goes trade → optimise → regret → select → learn → save; selecting and learning read nothing of each other and may
run beside each other (`ahead`). What is decided for a day uses the days before it only;
`BayesianTrainingOrchestrator.train_day` is that order, read top to bottom.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bayescore import events
from bayescore.config import MOST_THREADS, Config
from bayescore.errors import BayescoreError, DamagedError, DataError, Interrupted, RunError, UsageError
from bayescore.runs.opening import open_for_training
from bayescore.runs.origin import TABLE
from bayescore.training.ahead import Ahead, Beside, at_once
from bayescore.training.control import Ticker, TrainingControl, unbroken
from bayescore.training.forks import note_training
from bayescore.training.memory import give_back
from bayescore.training.walk import walk_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from types import TracebackType
    from typing import Self

    from bayescore._core import Labels
    from bayescore.arrays import Columns
    from bayescore.data import MarketData, TradingDay
    from bayescore.runs.reader import RunReader
    from bayescore.runs.writer import RunWriter
    from bayescore.training.ahead import Searched
    from bayescore.training.day import DayOutcome, LookedBack, PreparedDay, Search
    from bayescore.training.learner import Learner

__all__ = ["BayesianTrainingOrchestrator", "TrainingControl"]


def _several(data: object) -> list[object]:
    """What was given as data, one or several."""
    return list(data) if isinstance(data, (list, tuple)) else [data]


def _names(data: Sequence[object], market: MarketData) -> list[str]:
    """Data as a run's header names them; a table in memory has no path."""
    if any(each is market for each in data):
        return [label for label, _ in market.report.files]
    return [str(each) if isinstance(each, (str, Path)) else TABLE for each in data]


class BayesianTrainingOrchestrator:
    """The single entry point that runs the days, saves them and tells whoever listens.

    Parameters
    ----------
    config
        What to run; equal configuration, data and version give equal bytes.
    checkpoint_dir
        Where runs are kept.
    run
        Name of the run; made from instrument, first date and seed if not given.
    threads
        Workers of the core, 0 for all cores. Results do not depend on it.

    Examples
    --------
    >>> from bayescore import BayesianTrainingOrchestrator, Config
    >>> summary = BayesianTrainingOrchestrator(Config(iterations=100)).train("data/sample.parquet")  # doctest: +SKIP
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        checkpoint_dir: str | Path = "checkpoints",
        run: str | None = None,
        threads: int = 0,
    ) -> None:
        self.config = config or Config()
        self.root = Path(checkpoint_dir)
        self.run = run
        if not 0 <= threads <= MOST_THREADS:
            raise UsageError(f"threads: {threads} is outside 0..{MOST_THREADS} (0 = all cores)")
        self.threads = threads
        self.directory: RunWriter | None = None
        """The run's folder, once training has begun."""
        self.learner: Learner | None = None
        """Everything learned so far, once training has begun."""

    # -- the run -------------------------------------------------------------------------------------------

    def train(
        self,
        data: object,
        *,
        on_event: Callable[[events.AnyEvent], None] | None = None,
        control: TrainingControl | None = None,
        resume: bool = False,
    ) -> events.Summary:
        """Walk through every trade date of the data.

        Parameters
        ----------
        data
            A path, a directory or a glob of Parquet, Arrow, CSV or DBN files, a Polars or pandas frame, or several of
            them; or what `bayescore.data.load` gave.
        on_event
            Called with every event, and with `events.Progress` about ten times a second; never by two threads
            at once.
        control
            To pause or stop from another thread.
        resume
            Go on after the last finished day of the run instead of beginning it.

        Raises
        ------
        DataError, UsageError
            For data or settings that cannot be used.
        RunError
            If the run cannot be written, exists already, or does not fit the data and settings.
        Interrupted
            If stopped; finished days are kept.
        """
        note_training()
        control = control or TrainingControl()
        given = _several(data)
        one_at_a_time = threading.Lock()

        def publish(event: events.AnyEvent) -> None:
            if isinstance(event, events.Progress) and self.directory is not None:
                state = "stopped" if control.stopped else "paused" if control.paused else "running"
                self.directory.write_live(state, event)
            if on_event is not None:
                with one_at_a_time:
                    on_event(event)

        self.directory = None
        state, message = "failed", None
        ticker = Ticker(control, publish)
        try:
            with ticker:
                summary = self._run(given, publish, control, ticker, resume=resume)
            state = "finished"
        except (Interrupted, KeyboardInterrupt):
            state = "stopped"
            raise
        except BaseException as error:
            message = str(error) if isinstance(error, BayescoreError) else f"{type(error).__name__}: {error}"
            raise
        finally:
            if self.directory is not None:
                # Said before the lock is released: whoever finds it free finds the end as well.
                self.directory.write_live(state, ticker.snapshot(), message)
                self.directory.close()
        return summary

    def _run(
        self,
        data: list[object],
        publish: Callable[[events.AnyEvent], None],
        control: TrainingControl,
        ticker: Ticker,
        *,
        resume: bool,
    ) -> events.Summary:
        import bayescore.data

        with ThreadPoolExecutor(1, "bayescore-load") as loader:
            loading = loader.submit(self._load, data)
            # Reading and decoding leave the interpreter to others: meanwhile the rest of the program is imported.
            import bayescore.report.saving
            import bayescore.report.summary_text  # noqa: F401
            from bayescore.training.learner import Learner
            from bayescore.training.states import checked_states

            market = loading.result()
        learner = self.learner = Learner(self.config, market, self.threads)
        config = checked_states(learner, market)
        directory, header, done = open_for_training(
            self.root, self.run, _names(data, market), config, market, resume=resume
        )
        self.directory = directory
        history = self.config.history_days
        results = [_restored(learner, directory, date, market, done, history) for date in done]
        publish(header.started)
        for result in results:
            publish(events.DayFinished(result=result))
        days = market.days
        ticker.begin(len(days), len(done), self.config.iterations)
        with (
            ThreadPoolExecutor(1, "bayescore-write") as writer,
            ThreadPoolExecutor(1, "bayescore-read") as reader,
            _Writes(writer) as writes,
            Ahead(learner, control) as ahead,
        ):
            upcoming = self._submit_preparation(reader, learner, days, len(done))
            searched: Searched | None = None
            for index in range(len(done), len(days)):
                assert upcoming is not None
                ticker.begin_day(market.dates[index], index, searched.control if searched else None)
                ticker.enter("states")
                prepared = upcoming.result()
                # Labels are looked at after the day, but need nothing that the day decides.
                labels = reader.submit(learner.label, prepared)
                upcoming = self._submit_preparation(reader, learner, days, index + 1)
                last = upcoming is None or control.stopping_after_day
                beside = Beside(ahead, None if last else upcoming, index + 1)
                outcome = self.train_day(
                    prepared,
                    labels,
                    index,
                    len(days),
                    control,
                    ticker,
                    publish,
                    writes.submit,
                    searched,
                    at_once if self.threads == 1 else beside,
                )
                searched = beside.searched
                results.append(outcome.result)
                ticker.enter("saving")
                # At most one day waits to be written, so memory does not grow when the disk is slow.
                writes.wait()
                writes.submit(self.save_checkpoint, outcome)
                writes.submit(directory.log_timing, {"date": outcome.result.date, **ticker.take_times()})
                publish(events.DayFinished(result=outcome.result))
                del prepared, labels, outcome
                give_back(self.config.iterations)
                if control.stopping_after_day and index + 1 < len(days):
                    raise Interrupted("stopped after the day, as asked")
            writes.wait()
        return self._finish(header.started, results, learner, publish)

    def train_day(
        self,
        day: PreparedDay,
        labelling: Future[Labels],
        index: int,
        days: int,
        control: TrainingControl,
        ticker: Ticker,
        publish: Callable[[events.AnyEvent], None],
        submit_write: Callable[..., None],
        searched: Searched | None = None,
        beside: Callable[[Callable[[], LookedBack]], Callable[[], LookedBack]] = at_once,
    ) -> DayOutcome:
        """One day in the order that is the guarantee against lookahead."""
        learner, directory = self.learner, self.directory
        assert learner is not None and directory is not None

        def record(event: events.Event) -> None:
            submit_write(directory.append, event)
            publish(event)

        record(events.DayStarted(date=day.date, index=index, days=days, bars=len(day.bars)))
        return walk_day(
            learner,
            day,
            index,
            control,
            labels=labelling.result,
            searched=searched,
            beside=beside,
            enter=ticker.enter,
            on_best=record,
        )

    # -- the steps, callable on their own ------------------------------------------------------------------

    def split_into_trading_days(self, data: object) -> list[TradingDay]:
        """Trade dates of the data, by the instrument's session, checked and in order.

        Raises
        ------
        DataError, UsageError
            For data that cannot be used.
        """
        return list(self._load(_several(data)).days)

    def prepare_day(self, day: TradingDay) -> PreparedDay:
        """Bars in the core and a state for every bar of a trade date."""
        return self._require_learner().prepare(day)

    def simulate_trading_day(self, day: PreparedDay) -> dict[str, Columns]:
        """Trade a day out of sample: every policy with the set it chose and the brain it had before the day.

        Returns
        -------
        dict
            Trade columns by policy; a policy that has not chosen yet is missing.
        """
        return self._require_learner().trade(day).trades

    def optimize_day(
        self,
        day: PreparedDay,
        index: int,
        control: TrainingControl | None = None,
        on_best: Callable[[events.BestSet], None] | None = None,
    ) -> Search:
        """Run every iteration over a day against the brain of the day before.

        Raises
        ------
        Interrupted
            If stopped meanwhile.
        """
        return self._require_learner().search(day, index, control or TrainingControl(), on_best)

    def save_checkpoint(self, outcome: DayOutcome) -> None:
        """Write a finished day so that it is there whole or not at all, then its event.

        Raises
        ------
        RunError
            If the disk refuses.
        """
        directory = self.directory
        assert directory is not None
        directory.write_day(unbroken(outcome.files))
        directory.append(events.DayFinished(result=outcome.result))

    def print_day_summary(self, result: events.DayResult) -> None:
        """Print one finished day."""
        from bayescore.report.progress_reporter import ProgressReporter

        ProgressReporter().update(result)

    def print_final_summary(self, summary: events.Summary) -> None:
        """Print the end of a run."""
        from bayescore.report.progress_reporter import ProgressReporter

        ProgressReporter().print_summary(summary)

    # -- private -------------------------------------------------------------------------------------------

    def _require_learner(self) -> Learner:
        if self.learner is None:
            raise RunError("no data loaded yet; call train(), or open(data) first")
        return self.learner

    def open(self, data: object) -> MarketData:
        """Load data without training, so that single steps can be called."""
        market = self._load(_several(data))
        from bayescore.training.learner import Learner

        self.learner = Learner(self.config, market, self.threads)
        return market

    def _load(self, data: list[object]) -> MarketData:
        from bayescore.data import MarketData, load

        if not data:
            raise DataError("no data: give --data FILE")
        if isinstance(data[0], MarketData):
            if len(data) > 1:
                raise UsageError("data: loaded data cannot be joined with others; load all of them together")
            data[0].check(self.config)
            return data[0]
        return load(data, self.config)

    @staticmethod
    def _submit_preparation(
        reader: ThreadPoolExecutor, learner: Learner, days: Sequence[TradingDay], index: int
    ) -> Future[PreparedDay] | None:
        # The date is read on that thread too.
        return reader.submit(lambda: learner.prepare(days[index])) if index < len(days) else None

    def _finish(
        self,
        started: events.RunStarted,
        results: Sequence[events.DayResult],
        learner: Learner,
        publish: Callable[[events.AnyEvent], None],
    ) -> events.Summary:
        from bayescore.report.saving import save_report
        from bayescore.results.summary import summarise

        directory = self.directory
        assert directory is not None
        summary = summarise(started, results, learner.strongest_patterns(20), *learner.evidence_currency())
        directory.append(events.RunFinished(summary=summary))
        save_report(directory, summary, results, learner.tomorrow(started, results))
        publish(events.RunFinished(summary=summary))
        return summary


class _Writes:
    """What waits for the writing thread, in order; left by an interruption it is still written."""

    def __init__(self, writer: ThreadPoolExecutor) -> None:
        self._writer = writer
        self._waiting: list[Future[None]] = []

    def submit(self, job: Callable[..., None], *arguments: object) -> None:
        self._waiting.append(self._writer.submit(job, *arguments))

    def wait(self) -> None:
        """Until all is written; a refused write surfaces here."""
        while self._waiting:
            self._waiting.pop(0).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # That a day could not be saved is worse news than that somebody stopped the run.
        if isinstance(error, (Interrupted, KeyboardInterrupt)):
            self.wait()


def _restored(
    learner: Learner, directory: RunReader, date: str, market: MarketData, done: list[str], history: int
) -> events.DayResult:
    """Take up a finished day. Its bytes are those of its manifest, but whoever wrote that may have meant harm."""
    from bayescore.runs.day_files import read_day

    index = done.index(date)
    day = learner.prepare(market.days[index]) if index >= len(done) - history else None
    try:
        return learner.restore(read_day(directory, date), day, last=index == len(done) - 1)
    except BayescoreError:
        raise
    except Exception as error:  # noqa: BLE001 - columns, keys and types of any kind may be missing or wrong
        raise DamagedError(
            f"{directory.path}: day {date} cannot be gone on from ({type(error).__name__}: {error}); "
            "move it out of days/, then --resume trains it again"
        ) from None
