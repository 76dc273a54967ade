"""What a day is while it is trained: prepared, traded, searched, finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bayescore import _core

if TYPE_CHECKING:
    from bayescore import events
    from bayescore.arrays import Columns
    from bayescore.data import TradingDay
    from bayescore.learning.states import Engine
    from bayescore.runs.records import DayFiles
    from bayescore.training.nulls import Turn


class PreparedDay:
    """A trade date with its bars in the core and a state for every bar."""

    def __init__(self, day: TradingDay, engine: Engine, lag: int) -> None:
        self.date = day.date
        self.symbol = day.symbol
        self.bars = day.to_core()
        self.windows = day.windows
        self.states = engine.run(self.bars, day.windows)
        self.next_barrier = _core.barrier_ticks(self.bars, lag)
        """Ticks; the barrier of the next trade date."""
        self.turns: list[Turn]
        """What `nulls.shuffled` turns round, once it has been asked for."""
        self.core: _core.PreparedDay
        """The day with the brain of the evening before; set when it begins."""


class Evening(NamedTuple):
    """What a day is traded with: fixed before it began."""

    chosen: dict[str, events.Params | None]
    """Set of each policy."""
    barrier: int
    """Ticks, for the day's labels; of the first date's own first hour if there is no date before."""
    first: bool
    """No date before: nothing is traded, and the first hour is not labelled."""


class Traded(NamedTuple):
    """A day traded out of sample, by policy; one that has not chosen yet is missing."""

    trades: dict[str, Columns]
    dropped: dict[str, int]
    """Orders that found no bar in time: not trades, so the columns do not show them."""


class LookedBack(NamedTuple):
    """What is found out about a day that has closed, whatever is chosen for the next."""

    labels: list[events.LabelCounts]
    regret: events.RegretDay
    refusals: events.Refusals


class Search:
    """What the iterations of a day found: every set, its totals, the trades of the best."""

    def __init__(self, table: Columns, totals: Columns, origins: list[str], event_table: Columns) -> None:
        self.table = table
        self.totals = totals
        self.origins = origins
        self.event_table = event_table
        self.best: events.BestSet | None = None
        self.best_trades: Columns | None = None
        self.all_trades: list[Columns] = []
        """Trades of every iteration, only with ``keep_trades = "all"``."""

    @property
    def objective(self) -> Any:
        return self.totals["objective"]


class DayOutcome(NamedTuple):
    """A finished day: its result, and what has to be saved of it."""

    result: events.DayResult
    bests: list[events.NewBest]
    day: PreparedDay
    space: _core.StateSpace
    traded: dict[str, Columns]
    search: Search
    brain: Columns
    state: dict[str, Any]
    horizon: tuple[int, int]
    """Seconds of a regret bar, and how many of them after an exit count."""
    pool: Columns
    """Candidates after the evening's search."""
    cells: Columns
    """What the day added to their evidence."""

    def files(self) -> DayFiles:
        """What the day's folder will hold. Encodes; meant for the writing thread."""
        from bayescore.runs.day_files import encode_day
        from bayescore.runs.records import DayFiles

        search = self.search
        trades = [*self.traded.items()]
        if search.best_trades is not None:
            trades.append(("in_sample_best", search.best_trades))
        trades += [("iteration", columns) for columns in search.all_trades]
        files = encode_day(
            result=self.result,
            bests=self.bests,
            trades=trades,
            table=search.table,
            totals=search.totals,
            origins=search.origins,
            brain=self.brain,
            state=self.state,
            bars=self.day.bars,
            space=self.space,
            horizon=self.horizon,
            pool=self.pool,
            cells=self.cells,
        )
        return DayFiles(date=self.result.date, files=files)
