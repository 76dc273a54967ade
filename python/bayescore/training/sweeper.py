"""The search of a day: both stages of the design, swept by the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bayescore import _core, events
from bayescore.arrays import concat_columns
from bayescore.errors import Interrupted
from bayescore.results.metrics import metrics_of
from bayescore.training.day import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bayescore.arrays import Columns
    from bayescore.config import Config
    from bayescore.data.instruments import Instrument
    from bayescore.design.generator import DOEParameterGenerator
    from bayescore.training.control import TrainingControl
    from bayescore.training.day import PreparedDay


MOST_SHOWN = 400
"""Sets of a day that are told while it is in work."""


class Sweeper:
    """Runs sets over a day that has been frozen.

    Parameters
    ----------
    config
        The run's configuration.
    instrument
        For money.
    commission
        Round trip, thousandths of a tick.
    threads
        Workers of the core, 0 for all.
    """

    def __init__(self, config: Config, instrument: Instrument, commission: int, threads: int) -> None:
        self.config, self.instrument = config, instrument
        self.commission, self.threads = commission, threads

    def search(
        self,
        design: DOEParameterGenerator,
        day: PreparedDay,
        index: int,
        control: TrainingControl,
        on_best: Callable[[events.BestSet], None] | None = None,
    ) -> Search:
        """Run both stages of the design over a day, against the brain that it was frozen with."""
        first = design.first_stage()
        swept = [self._sweep(day, first, control)]
        control.sets = self._so_far(day.date, swept)
        origins = design.origins
        best = self._announce(design, None, 0, first, swept[0], origins, on_best)
        control.wait()
        second = design.second_stage(index, day.date, swept[0]["objective"])
        swept.append(self._sweep(day, second, control))
        control.sets = self._so_far(day.date, swept)
        offset = len(swept[0]["objective"])
        best = self._announce(design, best, offset, second, swept[1], origins[offset:], on_best)
        event_tables = [s.pop("events") for s in swept]
        found = Search(
            concat_columns([first, second]),
            concat_columns(swept),
            origins,
            _core.merge_events(event_tables),
        )
        found.best = best
        if best is not None:
            ((found.best_trades, _),) = self.simulate(day, design.space.table([best.params]), iteration=0)
        if self.config.keep_trades == "all":
            found.all_trades = [trades for trades, _ in self.simulate(day, found.table)]
        return found

    def _so_far(self, date: str, swept: Sequence[Columns]) -> events.SetsSoFar:
        """Some of the sets that are finished, as many as a chart has room for."""
        net = np.concatenate([s["gross"] - s["trades"] * (self.commission / 1000) for s in swept])
        picked = np.unique(np.linspace(0, len(net) - 1, min(len(net), MOST_SHOWN)).round().astype(np.int64))
        return events.SetsSoFar(
            date=date,
            total=self.config.iterations,
            numbers=picked.tolist(),
            net_ticks=net[picked].round(1).tolist(),
        )

    def simulate(
        self, day: PreparedDay, table: Columns, iteration: int | None = None
    ) -> list[tuple[Columns, int]]:
        """Trades and dropped orders of each set of a table."""
        return _core.simulate_sets(day.core, table, iteration=iteration)

    def _sweep(self, day: PreparedDay, table: Columns, control: TrainingControl) -> dict[str, Any]:
        swept: dict[str, Any] = _core.sweep_day(
            day.core,
            table,
            threads=self.threads,
            control=control.core,
            events=(self.config.regret_bar_seconds, self.config.regret_bars_after),
            objective=self.config.objective,
            min_trades=self.config.min_trades,
        )
        if control.stopped:
            raise Interrupted("stopped; finished days are kept")
        return swept

    def _announce(
        self,
        design: DOEParameterGenerator,
        best: events.BestSet | None,
        offset: int,
        table: Columns,
        totals: Columns,
        origins: list[str],
        on_best: Callable[[events.BestSet], None] | None,
    ) -> events.BestSet | None:
        """Go through a stage in iteration order and tell each new best."""
        objective = totals["objective"]
        floor = -np.inf if best is None else best.objective
        leading = np.maximum.accumulate(np.where(np.isfinite(objective), objective, -np.inf))
        before = np.concatenate([[floor], np.maximum(leading[:-1], floor)])
        for row in np.flatnonzero(leading > before):
            best = events.BestSet(
                iteration=offset + int(row),
                origin=origins[row],
                objective=float(objective[row]),
                params=design.space.params(table, int(row)),
                metrics=metrics_of(
                    {k: v for k, v in totals.items() if k != "events"},
                    int(row),
                    self.commission,
                    self.instrument.tick_value,
                ),
            )
            if on_best is not None:
                on_best(best)
        return best
