"""The evening: evidence, search, experts, decision, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bayescore import _core, events
from bayescore.choosing.decision import OVERLAP, PaperDay, probability
from bayescore.choosing.evidence import CELLS, Evidence
from bayescore.choosing.expectation import after_selection
from bayescore.choosing.experts import EXPERTS, Tonight
from bayescore.choosing.hedge import Hedge
from bayescore.choosing.judgement import (
    PRIOR_TRADES,
    chance_of_luck,
    posterior,
    standing,
)
from bayescore.choosing.search import GENERATIONS, Heat, search
from bayescore.design.factors import join, size
from bayescore.design.generator import stream
from bayescore.design.studies import event_studies
from bayescore.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bayescore.config import Config
    from bayescore.design.factors import ParamTable
    from bayescore.design.generator import DOEParameterGenerator
    from bayescore.training.control import TrainingControl

JUDGED_BY = 10.0
"""Half-life of the evidence that the chance of luck and the contenders are judged by."""

CONTENDERS = 8
"""Candidates that a day's result names."""

INTERVAL = 1.2816
"""Standard deviations of an 80% interval."""

LEADING = tuple(k for k, expert in enumerate(EXPERTS) if expert.leads)


class Day(NamedTuple):
    """A finished date as the search runs over it, frozen as it was known the evening before."""

    date: str
    core: _core.PreparedDay


class Iterated(NamedTuple):
    """What the day's own iterations came to."""

    table: ParamTable
    objective: NDArray[np.float64]
    panel: Mapping[str, NDArray[Any]] | None = None
    """`CELLS` of the panel, which is swept once more without them."""


class Chooser:
    """What is traded tomorrow, and all that it rests on.

    Parameters
    ----------
    config
        ``history_days``, ``history_candidates``, ``trade_probability``, ``seed`` and what the experts read.
    design
        Factor space, panel and random streams.
    root
        Root symbol: part of the key of every random stream.
    cost_ticks
        Round trip of a trade: commission and the base slippage of two market orders.
    tick_value
        Currency of a tick.
    threads
        Workers of the core, 0 for all.
    rounds
        Generations of an evening's search.
    """

    def __init__(
        self,
        config: Config,
        design: DOEParameterGenerator,
        root: str,
        cost_ticks: float,
        tick_value: float,
        threads: int,
        rounds: int = GENERATIONS,
    ) -> None:
        self._rounds = rounds
        self._config, self._design, self._root = config, design, root
        self._cost, self._tick_value, self._threads = cost_ticks, tick_value, threads
        fixed = join([design.first_stage(), event_studies(design.space)])
        self.evidence = Evidence(fixed, size(fixed))
        self.days: list[Day] = []
        """The last ``history_days`` dates, oldest first."""
        self.chosen: dict[str, events.Params | None] = {}
        """Tomorrow's set by expert, ``None`` for flat; empty before the first evening."""
        self.decision: events.Decision | None = None
        self._hedge = Hedge(len(LEADING))
        self._record: list[PaperDay] = []
        self._panel: list[NDArray[np.float64]] = []
        self._saved: list[tuple[str, Mapping[str, NDArray[Any]]]] = []

    # -- the day after --------------------------------------------------------------------------------------

    def observe_paper(self, trades: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
        """Take in what yesterday's choices came to today: trade columns by expert, missing where flat."""
        if self.decision is None:
            return
        paper = {e.name: self._paper_day(trades.get(e.name), self.chosen[e.name]) for e in EXPERTS}
        if self.decision.expert in paper:
            self._record.append(paper[self.decision.expert])
            self._record = self._record[-self._config.history_days :]
        self._hedge.observe([paper[EXPERTS[k].name].net for k in LEADING])

    @staticmethod
    def _paper_day(trades: Mapping[str, NDArray[Any]] | None, params: events.Params | None) -> PaperDay:
        if params is None or trades is None or not len(trades["net"]):
            return PaperDay(0.0, 0.0)
        squares = float((trades["gross"].astype(np.int64) ** 2).sum())
        bracket = float(params.stop_loss_ticks) * params.take_profit_ticks
        noise = float(np.sqrt(squares + PRIOR_TRADES * bracket))
        return PaperDay(float(trades["net"].sum()) / 1000, noise, len(trades["net"]))

    # -- the evening ----------------------------------------------------------------------------------------

    def choose(self, day: Day, iterated: Iterated, barrier: int, control: TrainingControl) -> events.Decision:
        """Add the day to the evidence, search, and choose for tomorrow.

        Parameters
        ----------
        day
            The day that has closed.
        iterated
            Its iterations, the panel first.
        barrier
            Tomorrow's barrier, ticks.
        control
            Can stop the search.

        Raises
        ------
        Interrupted
            If stopped.
        """
        config = self._config
        self.days = [*self.days, day][-config.history_days :]
        rows = self._design.first_stage_rows
        self.evidence.add_day(day.date, self._column(day, iterated.panel, control))
        self.evidence.forget(config.history_days)
        self._panel = [*self._panel, iterated.objective[rows].copy()][-config.history_days :]

        def over(which: Sequence[int], table: ParamTable) -> dict[str, NDArray[Any]]:
            control.wait()
            return self._sweep([self.days[k] for k in which], table, control)

        def randoms(generation: int) -> np.random.Generator:
            return stream(config.seed, self._root, day.date, "history", str(generation))

        space, days = self._design.space, len(self.days)

        def tell(generation: int, generations: int, new: ParamTable, heat: Heat) -> None:
            control.race = self._told(generation, generations, new, heat)

        try:
            search(self.evidence, space, days, config.history_candidates, over, randoms, self._rounds, tell)
        finally:
            control.race = None
        self.decision = self._decide(self._tonight(iterated, barrier))
        return self.decision

    def _column(
        self, day: Day, panel: Mapping[str, NDArray[Any]] | None, control: TrainingControl
    ) -> Mapping[str, NDArray[Any]]:
        """What every candidate came to on the day; the panel comes first, and is known where it was iterated."""
        table = self.evidence.table
        if panel is None:
            return self._sweep([day], table, control)
        others = slice(len(panel["net"]), None)
        found = self._sweep([day], {name: column[others] for name, column in table.items()}, control)
        return {name: np.concatenate([panel[name], found[name][0]]) for name in CELLS}

    def _told(self, generation: int, generations: int, new: ParamTable, heat: Heat) -> events.Race:
        mean = heat.leader_ticks
        return events.Race(
            generation=generation + 1,
            generations=generations,
            entered=size(new),
            left=heat.left,
            days_run=heat.days_run,
            days=len(self.days),
            leader=None if heat.leader is None else self._design.space.params(new, heat.leader),
            leader_currency=None if mean is None else mean * self._tick_value,
        )

    def _tonight(self, iterated: Iterated, barrier: int) -> Tonight:
        return Tonight(
            evidence=self.evidence,
            space=self._design.space,
            config=self._config,
            cost_ticks=self._cost,
            barrier=barrier,
            hypercube=self._design.lhs_rows,
            panel=self._design.first_stage_rows,
            panel_history=np.array(self._panel, np.float64).reshape(len(self._panel), -1),
            today=iterated.table,
            objective=iterated.objective,
            previous=None,
        )

    def _decide(self, tonight: Tonight) -> events.Decision:
        self.chosen = {e.name: e.choose(tonight._replace(previous=self.chosen.get(e.name))) for e in EXPERTS}
        leader = EXPERTS[LEADING[self._hedge.leader]]
        params = self.chosen[leader.name]
        s = standing(self.evidence, JUDGED_BY, self._cost)
        judged = posterior(s)
        luck = chance_of_luck(s, slice(0, self.evidence.fixed), OVERLAP)
        chance = probability(luck, self._record)
        bar = self._config.trade_probability
        row = None if params is None else self.evidence.row_of(self._design.space.table([params]))
        evidence = None if row is None else (float(judged.mean[row]), float(judged.sd[row]))
        expected = None
        if row is not None and evidence is not None:
            noise, cost = float(s.noise[row]), float(s.cost[row])
            expected = after_selection(self._record, self._cost, noise, cost, evidence[0])
        trade = params is not None and chance > bar
        days = [d for d in self._record if d.noise > 0]
        return events.Decision(
            trade=trade,
            expert=leader.name,
            params=params,
            barrier_ticks=tonight.barrier,
            cost_ticks=tonight.cost_ticks,
            probability=chance,
            bar=bar,
            luck=luck,
            **self._interval("", None if expected is None else expected[:2]),
            expected_days=0 if expected is None else expected.days,
            **self._interval("evidence_", evidence),
            paper_days=len(days),
            paper_net_currency=sum(d.net for d in days) * self._tick_value,
            weights={EXPERTS[k].name: float(w) for k, w in zip(LEADING, self._hedge.weights, strict=True)},
            candidates=len(self.evidence),
            tried=self.evidence.tried,
            known_days=len(self.evidence.dates),
            contenders=self._contenders(judged.cautious, judged.mean, judged.sd, s.z),
        )

    def _interval(self, prefix: str, found: tuple[float, float] | None) -> dict[str, float | None]:
        """Fields of a decision for a mean and its standard deviation in ticks."""
        names = [f"{prefix or 'expected_'}currency", f"{prefix}low_currency", f"{prefix}high_currency"]
        if found is None:
            return dict.fromkeys(names)
        mean, sd = found
        ends = (mean, mean - INTERVAL * sd, mean + INTERVAL * sd)
        return {name: x * self._tick_value for name, x in zip(names, ends, strict=True)}

    def _contenders(
        self,
        score: NDArray[np.float64],
        mean: NDArray[np.float64],
        sd: NDArray[np.float64],
        z: NDArray[np.float64],
    ) -> list[events.Contender]:
        value = self._tick_value
        return [
            events.Contender(
                candidate=int(self.evidence.ids[row]),
                params=self._design.space.params(self.evidence.table, int(row)),
                expected_currency=float(mean[row]) * value,
                sd_currency=float(sd[row]) * value,
                z=float(z[row]),
            )
            for row in np.argsort(-score, kind="stable")[:CONTENDERS]
        ]

    def _sweep(
        self, days: Sequence[Day], table: ParamTable, control: TrainingControl
    ) -> dict[str, NDArray[Any]]:
        found = _core.sweep_days([d.core for d in days], table, threads=self._threads, control=control.core)
        if control.stopped:
            raise Interrupted("stopped; finished days are kept")
        return {name: found[name] for name in CELLS}

    # -- saving --------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What coming evenings depend on besides the evidence and the choices, as plain data."""
        return {
            "hedge": self._hedge.state(),
            "record": [list(day) for day in self._record],
            "tried": self.evidence.tried,
            "next_candidate": self.evidence.next_id,
        }

    def restore_day(
        self, day: Day, cells: Mapping[str, NDArray[Any]], panel_objective: NDArray[np.float64]
    ) -> None:
        """Take up one of the last days of a run, the oldest first."""
        keep = self._config.history_days
        self.days = [*self.days, day][-keep:]
        self._saved = [*self._saved, (day.date, cells)][-keep:]
        self._panel = [*self._panel, panel_objective][-keep:]

    def restore(
        self,
        pool: ParamTable,
        state: Mapping[str, Any],
        decision: events.Decision,
        chosen: Mapping[str, events.Params | None],
    ) -> None:
        """Take up the last day of a run, after its days."""
        self.evidence.restore(pool, self._saved, state["tried"], state["next_candidate"])
        self._saved = []
        self._hedge.restore(state["hedge"])
        self._record = [PaperDay(*day) for day in state["record"]]
        self.decision, self.chosen = decision, dict(chosen)
