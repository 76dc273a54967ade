"""What is known of a run, folded from its events. Knows nothing of the screen; one thread owns it.

A finished day keeps one small row, only the newest day its whole result: memory stays flat over a long run, and
older days are read from disk when they are opened.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence

import msgspec

from bayescore.events import (
    BestSet,
    DayFinished,
    DayResult,
    DayStarted,
    Event,
    NewBest,
    Progress,
    RunFinished,
    RunStarted,
    SetsSoFar,
    Summary,
)
from bayescore.report.wording import POLICY_NAMES, UNDEFINED, money, number
from bayescore.results.statistics import Interval, sharpe_interval
from bayescore.vocabulary import CHARTED
from bayescore_tui.sources.messages import Status

LOG_LINES = 1_000
RATE_WINDOW_S = 3.0


class DayRow(msgspec.Struct, frozen=True, gc=False):
    """One finished day in brief. Figures are of the headline policy out of sample unless named otherwise."""

    index: int
    date: str
    bars: int
    trades: int | None
    net_ticks: float | None
    mean_ticks: float | None
    net_currency: float | None
    win_rate: float | None
    win_rate_so_far: float | None
    break_even: float | None
    """Win rate at which the day's average win and loss would have cancelled."""
    profit_factor: float | None
    drawdown_ticks: float | None
    duration_mean_s: float | None
    duration_wins_s: float | None
    duration_losses_s: float | None
    cumulative: tuple[float, ...]
    """Net currency so far, one per policy in the order of `CHARTED`."""
    sharpe: tuple[float | None, ...]
    weights: tuple[tuple[str, float], ...]
    """Of the experts that evening."""
    in_sample_net: float | None
    in_sample_cumulative: float
    """Net currency of the in-sample bests so far: hindsight."""
    exit_efficiency: float | None
    too_early: float
    too_late: float


class LogLine(msgspec.Struct, frozen=True, gc=False):
    """One line of the log; `time` is Unix seconds, ``None`` for what happened before the screen was there."""

    time: float | None
    kind: str
    text: str


def day_row(result: DayResult) -> DayRow:
    """Reduce a day's result to one row."""
    head = result.policies.get(result.headline)
    m = head.metrics if head else None
    known = [result.policies.get(p) for p in CHARTED]
    best, regret = result.in_sample, result.regret
    return DayRow(
        index=result.index,
        date=result.date,
        bars=result.bars,
        trades=m.trades if m else None,
        net_ticks=m.net_ticks if m else None,
        mean_ticks=m.mean_ticks if m else None,
        net_currency=m.net_currency if m else None,
        win_rate=m.win_rate if m else None,
        win_rate_so_far=result.so_far.win_rate,
        break_even=m.break_even_win_rate if m else None,
        profit_factor=m.profit_factor if m else None,
        drawdown_ticks=m.max_drawdown_ticks if m else None,
        duration_mean_s=m.duration_mean_s if m else None,
        duration_wins_s=m.duration_wins_s if m else None,
        duration_losses_s=m.duration_losses_s if m else None,
        cumulative=tuple(p.cumulative_net_currency if p else 0.0 for p in known),
        sharpe=tuple(p.sharpe_so_far if p else None for p in known),
        weights=tuple(result.decision.weights.items()),
        in_sample_net=best.metrics.net_currency if best else None,
        in_sample_cumulative=result.in_sample_net_currency,
        exit_efficiency=regret.exit_efficiency,
        too_early=regret.too_early,
        too_late=regret.too_late,
    )


def below_highest(closes: Sequence[float]) -> list[float]:
    """How far each daily close lies below the highest one so far, the start at zero included."""
    highest = itertools.islice(itertools.accumulate([0.0, *closes], max), 1, None)
    return [close - top for top, close in zip(highest, closes, strict=True)]


class RunModel:
    """The state of a run. `revision` grows when its days change, `best_revision` and `progress_revision` likewise."""

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.days: list[DayRow] = []
        self.last: DayResult | None = None
        self.summary: Summary | None = None
        self.best: BestSet | None = None
        self.best_date = ""
        self.improvements = 0
        """How often the best set of the day in work has changed."""
        self.progress: Progress | None = None
        self.sets: SetsSoFar | None = None
        """What the newest sets came to that have been told of."""
        self.sets_revision = 0
        self.status = Status("waiting")
        self.log: deque[LogLine] = deque(maxlen=LOG_LINES)
        self.log_count = 0
        self.revision = 0
        self.best_revision = 0
        self.progress_revision = 0
        self._rates: deque[tuple[float, int]] = deque(maxlen=64)

    @property
    def headline(self) -> str:
        if self.last is not None:
            return self.last.headline
        return self.started.selection if self.started else CHARTED[0]

    @property
    def headline_index(self) -> int:
        return CHARTED.index(self.headline) if self.headline in CHARTED else 0

    @property
    def sharpe_interval(self) -> Interval | None:
        """Sharpe ratio so far of the headline with its 95% interval; ``None`` under five days."""
        return sharpe_interval([row.net_currency for row in self.days if row.net_currency is not None])

    @property
    def currency(self) -> str:
        return self.started.currency if self.started else "USD"

    @property
    def day_count(self) -> int:
        """Days the run will have."""
        if self.started:
            return len(self.started.dates)
        return self.progress.days if self.progress else 0

    @property
    def done(self) -> bool:
        """Whether nothing more is to come."""
        return self.summary is not None

    def apply(self, event: Event, time: float | None = None) -> None:
        """Fold one event; `time` (Unix seconds) goes to the log."""
        match event:
            case RunStarted():
                self.started = event
                self.revision += 1
                n = len(event.dates)
                self._note(
                    time,
                    "run",
                    f"{event.run}: {event.symbol}, {n} days, {event.iterations:,} iterations a day",
                )
                for note in event.data_notes:
                    self._note(time, "data", note.text)
            case DayStarted():
                self.best, self.improvements = None, 0
                self.best_revision += 1
                self._note(time, "day", f"{event.date} begins: {event.bars:,} bars")
            case NewBest():
                self.best, self.best_date = event.best, event.date
                self.improvements += 1
                self.best_revision += 1
                b = event.best
                self._note(
                    time,
                    "best",
                    f"{event.date} in-sample best #{b.iteration} ({b.origin}): {number(b.objective, 3)}",
                )
            case DayFinished():
                self._finish_day(event.result, time)
                self.revision += 1
            case RunFinished():
                self.summary = event.summary
                self.revision += 1
                head = event.summary.policies.get(event.summary.headline)
                net = money(head.net_currency if head else None, event.summary.currency)
                trades = f"{head.trades:,}" if head else UNDEFINED
                self._note(time, "run", f"finished: {net} net out of sample in {trades} trades")

    def report_progress(self, progress: Progress) -> None:
        """Take the newest progress."""
        self.progress = progress
        if progress.sets is not None and (self.sets is None or progress.sets != self.sets):
            self.sets = progress.sets
            self.sets_revision += 1
        self.progress_revision += 1
        position = (progress.elapsed_s, progress.index * progress.total + progress.done)
        if self._rates and position[0] <= self._rates[-1][0]:
            if position[0] < self._rates[-1][0]:
                self._rates.clear()
            return
        self._rates.append(position)
        while len(self._rates) > 2 and self._rates[0][0] < progress.elapsed_s - RATE_WINDOW_S:
            self._rates.popleft()

    def report_status(self, status: Status, time: float | None = None) -> None:
        """Take how the writing process is doing; a change of state goes to the log."""
        if status.state != self.status.state:
            self._note(time, "status", f"{status.state}" + (f": {status.error}" if status.error else ""))
        self.status = status
        self.progress_revision += 1

    def note(self, text: str, time: float | None = None) -> None:
        """Add a line of the dashboard's own to the log."""
        self._note(time, "note", text)

    @property
    def rate(self) -> float | None:
        """Iterations a second over the last seconds."""
        if len(self._rates) < 2:
            return None
        (t0, n0), (t1, n1) = self._rates[0], self._rates[-1]
        return max(n1 - n0, 0) / (t1 - t0) if t1 > t0 else None

    def _finish_day(self, result: DayResult, time: float | None) -> None:
        row = day_row(result)
        self.days.append(row)
        self.last = result
        if result.in_sample is not None:
            self.best, self.best_date = result.in_sample, result.date
            self.best_revision += 1
        head = result.policies.get(result.headline)
        m = head.metrics if head else None
        if m is None:
            self._note(time, "day", f"{row.date} done: nothing traded yet, sets chosen for the next day")
            return
        net = money(m.net_currency, self.currency)
        self._note(
            time,
            "day",
            f"{row.date} done: {net} net, {m.trades} trades ({POLICY_NAMES.get(result.headline, result.headline)})",
        )

    def _note(self, time: float | None, kind: str, text: str) -> None:
        self.log.append(LogLine(time, kind, text))
        self.log_count += 1
