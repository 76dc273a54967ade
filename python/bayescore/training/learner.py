"""What a run knows, and how one day changes it. No files, no threads, no screen.

`Learner` holds the brain, the design, the choices and the running figures. Each of its methods is one
step of a day; `orchestrator` calls them in order.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bayescore import _core, events
from bayescore.choosing.chooser import Chooser, Day, Iterated
from bayescore.choosing.search import GENERATIONS
from bayescore.design.effects import EffectTracker
from bayescore.design.factors import size
from bayescore.design.generator import DOEParameterGenerator
from bayescore.learning.brain import BayesianBrain
from bayescore.learning.calibration import CalibrationTracker
from bayescore.learning.firing import firing_of
from bayescore.learning.own_states import engine_of
from bayescore.learning.patterns import PatternAnalyzer
from bayescore.learning.stars import StarTracker
from bayescore.learning.states import rules_of
from bayescore.regret.analyzer import BatchRegretAnalyzer
from bayescore.regret.counterfactuals import CounterfactualTracker
from bayescore.regret.driftless import exit_times
from bayescore.results.metrics import iterations_of
from bayescore.results.tomorrow import tomorrow_of
from bayescore.training.costs import costs_of
from bayescore.training.day import DayOutcome, Evening, LookedBack, PreparedDay, Search, Traded
from bayescore.training.record import Record
from bayescore.training.sweeper import Sweeper
from bayescore.vocabulary import ENTRY_RULES, POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bayescore.arrays import Columns
    from bayescore.config import Config
    from bayescore.data import MarketData, TradingDay
    from bayescore.results.tomorrow import Tomorrow
    from bayescore.runs.day_files import SavedDay
    from bayescore.training.control import TrainingControl

PATTERNS_PER_DAY = 20
FIRST_HOUR = 3600
LEARNED = ENTRY_RULES.index("learned")


class Learner:
    """Everything a run has learned up to a close.

    Parameters
    ----------
    config
        The run's configuration.
    market
        Loaded data; only the instrument and the trade dates are read here.
    threads
        Workers of the core, 0 for all.
    rounds
        Generations of an evening's search; fewer make null worlds cheap.
    """

    def __init__(self, config: Config, market: MarketData, threads: int, rounds: int = GENERATIONS) -> None:
        self._rounds = rounds
        self.config, self.instrument, self.threads = config, market.instrument, threads
        windows = self.instrument.window_names
        self.engine = engine_of(config, windows)
        self.space = self.engine.space
        self.brain = BayesianBrain(self.space, config.brain)
        self.stars = StarTracker(self.space, pooled=config.brain.mirror)
        self._dates = market.dates
        self.design: DOEParameterGenerator
        self.effects: EffectTracker
        self.chooser: Chooser
        self.calibration = CalibrationTracker()
        self.regret = BatchRegretAnalyzer(config)
        self.counterfactuals: CounterfactualTracker
        self.costs = costs_of(config, self.instrument)
        self.sweeper = Sweeper(config, self.instrument, self.commission, threads)
        self.context_names = self.space.contexts
        self.barrier: int | None = None
        """Ticks, from the trade date before; ``None`` before the first."""
        self.chosen: dict[str, events.Params | None] = dict.fromkeys(POLICIES)
        """Tomorrow's set by policy, ``None`` for flat."""
        self.ready = False
        """Whether a first evening has chosen."""
        self.record = Record(config, self.instrument, self.costs)
        # A date is frozen by whoever needs it first: its trades, or its search, which may be begun the evening before.
        self._freezing = threading.Lock()

    def begin(self, barrier: int) -> None:
        """Lay out the design in units of the first trade date's barrier.

        No set of the first date is traded out of sample, so nothing is decided by what its close tells.
        """
        config, windows = self.config, self.instrument.window_names
        rules = rules_of(self.space)
        self.design = DOEParameterGenerator(config, self.instrument, windows, self._dates, barrier, rules)
        self.effects = EffectTracker(self.design)
        self.counterfactuals = CounterfactualTracker(self.design.space)
        self.chooser = Chooser(
            config,
            self.design,
            self.instrument.root,
            self._round_trip_ticks(),
            self.instrument.tick_value,
            self.threads,
            self._rounds,
        )

    @property
    def commission(self) -> int:
        """Round trip, thousandths of a tick."""
        return int(self.costs["commission_milliticks"])

    @property
    def horizon(self) -> tuple[int, int]:
        """What exits are held against: seconds of a bar, and how many bars after the exit."""
        return self.config.regret_bar_seconds, self.config.regret_bars_after

    def prepare(self, day: TradingDay) -> PreparedDay:
        """Bars and states of a date; depends on that date alone, so it can run ahead on another thread."""
        return PreparedDay(day, self.engine, self.config.state.momentum_lag)

    # -- the steps of a day, in order ----------------------------------------------------------------------

    def evening_before(self, day: PreparedDay) -> Evening:
        """What was known when the day began; the day is frozen with it for all that will run over it later."""
        self._freeze(day)
        return Evening(dict(self.chosen), self._barrier(day), self.barrier is None)

    def trade(self, day: PreparedDay) -> Traded:
        """Trade a day with the brain and the sets of the evening before; a policy that is flat has no trades."""
        self._freeze(day)
        if not self.ready:
            return Traded({}, {})
        sets = list(dict.fromkeys(params for params in self.chosen.values() if params is not None))
        found: dict[events.Params | None, tuple[Columns, int]] = {None: (_core.empty_trades(), 0)}
        if sets:
            traded = self.sweeper.simulate(day, self.design.space.table(sets), iteration=0)
            found.update(zip(sets, traded, strict=True))
        return Traded(
            {policy: found[params][0] for policy, params in self.chosen.items()},
            {policy: found[params][1] for policy, params in self.chosen.items()},
        )

    def search(
        self,
        day: PreparedDay,
        index: int,
        control: TrainingControl,
        on_best: Callable[[events.BestSet], None] | None = None,
    ) -> Search:
        """Run both stages of the design over a day, against the brain of the evening before."""
        self._freeze(day)
        return self.sweeper.search(self.design, day, index, control, on_best)

    def label(self, day: PreparedDay) -> _core.Labels:
        """What the day's episodes were followed by; depends on the day and the barrier of the evening before."""
        return _core.label_day(
            day.bars,
            day.states,
            self._barrier(day),
            first_day=self.barrier is None,
            horizon=self.config.brain.label_horizon,
            max_entry_gap=self.config.costs.max_entry_gap,
            mirror=self.config.brain.mirror,
        )

    def learn(self, day: PreparedDay, labels: _core.Labels | None = None) -> list[events.LabelCounts]:
        """Score yesterday's odds on the day's labels (`label`), then take them up."""
        labels = labels or self.label(day)
        if self.barrier is not None:
            self.calibration.observe(self.brain.core, labels)
        self.learn_odds(day, labels)
        self.stars.observe(self.brain)
        return [events.LabelCounts(window=w, **counts) for w, counts in labels.counts_by_window().items()]

    def learn_odds(self, day: PreparedDay, labels: _core.Labels | None = None) -> None:
        """Take up the day's labels and its barrier, without a look at how good the odds were."""
        self.brain.learn(labels or self.label(day))
        self.barrier = day.next_barrier

    def analyse_regret(self, day: PreparedDay, search: Search) -> events.RegretDay:
        """How well the day's exits were timed."""
        return self.regret.batch_analyze_day(search.event_table, day)

    def observe(self, index: int, search: Search) -> None:
        """Take up what the day's iterations came to: the next date's sets and the effects rest on it."""
        self.design.observe(index, search.table, search.objective)
        self.effects.observe(search.objective)

    def look_back(
        self,
        day: PreparedDay,
        evening: Evening,
        traded: Traded,
        search: Search,
        regret: events.RegretDay,
        labels: _core.Labels | None = None,
    ) -> LookedBack:
        """Learn the day, and find out what else it tells.

        It and `select` touch nothing in common, so they may run beside each other.
        """
        counts = self.learn(day, labels)
        headline = self.config.selection
        trades = traded.trades.get(headline)
        self.counterfactuals.observe(day, evening.chosen[headline], trades, self.costs)
        used = evening.chosen[headline]
        times = exit_times(day, used, trades, self.design.space, self.horizon, self.config.seed)
        if times is not None:
            regret = msgspec.structs.replace(regret, headline=times.seen, headline_driftless=times.expected)
        return LookedBack(counts, regret, self._refusals(day, evening, search))

    def select(
        self, day: PreparedDay, traded: Traded, search: Search, control: TrainingControl
    ) -> events.Decision:
        """Choose every policy's set for tomorrow from what is known tonight. It does not ask the brain."""
        self.chooser.observe_paper(traded.trades)
        panel = self.design.first_stage_rows
        cells = {name: search.totals[name][panel] for name in ("gross", "trades", "gross_sq")}
        net = cells["gross"] * 1000 - cells["trades"] * self.commission
        iterated = Iterated(search.table, search.objective, {**cells, "net": net})
        decision = self.chooser.choose(Day(day.date, day.core), iterated, day.next_barrier, control)
        self._take_up(decision)
        return decision

    def select_unsearched(
        self, day: PreparedDay, traded: Traded, control: TrainingControl
    ) -> events.Decision:
        """`select` on a day whose iterations were not run: the same decision, since no expert that leads reads them."""
        self.chooser.observe_paper(traded.trades)
        first = self.design.first_stage()
        none = Iterated(first, np.full(size(first), np.nan))
        decision = self.chooser.choose(Day(day.date, day.core), none, day.next_barrier, control)
        self._take_up(decision)
        return decision

    def _take_up(self, decision: events.Decision) -> None:
        """Tomorrow's sets: those of the experts, and the decision's where it trades."""
        sets = {"decision": decision.params if decision.trade else None, **self.chooser.chosen}
        self.chosen = {policy: sets[policy] for policy in POLICIES}
        self.ready = True

    def conclude(
        self,
        day: PreparedDay,
        index: int,
        evening: Evening,
        traded: Traded,
        search: Search,
        looked_back: LookedBack,
        decision: events.Decision,
        bests: list[events.NewBest],
    ) -> DayOutcome:
        """Put the day's result together."""
        record = self.record
        policies = record.add(traded.trades, traded.dropped, evening.chosen, self.chosen, search.best)
        headline = self.config.selection
        rules = self.counterfactuals.rules(self.chosen[headline])
        result = events.DayResult(
            date=day.date,
            index=index,
            bars=len(day.bars),
            valid_bars=int((day.states.codes != _core.INVALID).sum()),
            symbol=day.symbol,
            barrier_ticks=evening.barrier,
            headline=headline,
            verdict=record.verdict(),
            policies=policies,
            so_far=record.so_far(),
            decision=decision,
            in_sample=search.best,
            in_sample_net_currency=math.fsum(record.in_sample_nets),
            iterations=iterations_of(search.totals, self.commission),
            refusals=looked_back.refusals,
            # Other exits are named as changes of tomorrow's set.
            regret=msgspec.structs.replace(looked_back.regret, rules=rules),
            patterns=self.strongest_patterns(PATTERNS_PER_DAY),
            effects=self.effects.effects(),
            calibration=self.calibration.result(),
            labels=looked_back.labels,
            **record.groups(traded.trades.get(headline), self.space, self.context_names),
        )
        state = {
            "calibration": self.calibration.state(),
            "design": self.design.state(),
            "barrier": self.barrier,
            "stars": self.stars.state(),
            "counterfactuals": self.counterfactuals.state(),
            "chooser": self.chooser.state(),
        }
        evidence = self.chooser.evidence
        return DayOutcome(
            result,
            bests,
            day,
            self.space,
            traded.trades,
            search,
            self.brain.columns(),
            state,
            self.horizon,
            evidence.pool(),
            evidence.new_cells(),
        )

    def _refusals(self, day: PreparedDay, evening: Evening, search: Search) -> events.Refusals:
        """What the brain of the evening before refused on the day."""
        seen = day.core.vetoes(search.table)
        used = evening.chosen[self.config.selection]
        own = None if used is None else day.core.vetoes(self.design.space.table([used]))
        return events.Refusals(
            learned=int((search.table["entry_rule"] == LEARNED).sum()),
            refused=int(search.totals["refused"].sum()),
            signals=int(seen["signals"].sum()),
            vetoed=int(seen["vetoed"].sum()),
            headline_signals=0 if own is None else int(own["signals"][0]),
            headline_vetoed=0 if own is None else int(own["vetoed"][0]),
        )

    def evidence_currency(self) -> tuple[NDArray[np.float64], int]:
        """What every candidate would have earned on every known day, and how many were ever looked at.

        Returns
        -------
        evidence : float64, shape (days, candidates)
            Net in currency; candidates that a day is not known of are left out.
        tried : int
        """
        known = self.chooser.evidence
        whole = known.known.all(axis=0)
        net = np.asarray(known.net[:, whole], np.float64)
        return net * np.float64(self.instrument.tick_value / 1000), known.tried

    def strongest_patterns(self, top: int) -> list[events.Pattern]:
        """States that differ from a coin, the odds at which the headline's bracket pays in them, what was traded.

        The bracket is that of tomorrow's set, judged on the rung whose odds speak for it; while there is none it is of
        one barrier each way.
        """
        barrier = self.barrier or 2
        chosen = self.chosen[self.config.selection]
        stop, target = (chosen.stop_loss_ticks, chosen.take_profit_ticks) if chosen else (barrier, barrier)
        rung = _core.rung_of(stop, target, barrier)
        needs = _core.bracket_threshold(
            stop, target, self._round_trip_ticks(), float(_core.rungs(barrier)[rung])
        )
        return PatternAnalyzer(self.space).get_strongest_patterns(
            self.brain,
            top,
            needs=needs,
            rung=rung,
            stars=self.stars.stars,
            trades=self.record.trades(),
        )

    def tomorrow(self, started: events.RunStarted, results: Sequence[events.DayResult]) -> Tomorrow:
        """The date after the last, put together from the run's first event and its days."""
        return tomorrow_of(started, self.config, results, firing_of(self.brain.core, results[-1].decision))

    # -- resuming ------------------------------------------------------------------------------------------

    def restore(self, saved: SavedDay, day: PreparedDay | None, *, last: bool) -> events.DayResult:
        """Take up a finished day, as if it had just been trained.

        Parameters
        ----------
        saved
            What its folder holds.
        day
            Its bars and states, of the last ``history_days`` dates: new candidates will run over them.
        last
            Whether training goes on after it.
        """
        if not hasattr(self, "design"):
            self.begin(saved.state["barrier"])
        objective = saved.iterations["objective"]
        self.design.restore(saved.state["design"])
        self.effects.observe(objective)
        if day is not None:
            self._freeze(day)
            panel = objective[self.design.first_stage_rows]
            self.chooser.restore_day(Day(day.date, day.core), saved.cells, panel)
        if last:
            experts = {name: p.next_params for name, p in saved.result.policies.items() if name != "decision"}
            self.chooser.restore(saved.pool, saved.state["chooser"], saved.result.decision, experts)
            self._take_up(saved.result.decision)
        self.calibration.restore(saved.state["calibration"])
        self.barrier = saved.state["barrier"]
        self.brain.restore(saved.brain)
        self.stars.restore(saved.state["stars"])
        self.counterfactuals.restore(saved.state["counterfactuals"])
        self.record.restore(saved)
        return saved.result

    # -- private -------------------------------------------------------------------------------------------

    def _barrier(self, day: PreparedDay) -> int:
        """Ticks, from the date before; on the first date from its own first hour."""
        if self.barrier is not None:
            return self.barrier
        return _core.barrier_ticks(day.bars, self.config.state.momentum_lag, FIRST_HOUR)

    def _round_trip_ticks(self) -> float:
        return self.commission / 1000 + 2 * int(self.costs["slippage_base"])

    def _freeze(self, day: PreparedDay) -> None:
        """Join a day with the brain as of the evening before, once; on the first date there is none."""
        with self._freezing:
            if hasattr(day, "core"):
                return
            if not hasattr(self, "design"):
                self.begin(day.next_barrier)
            known = self.barrier is not None
            day.core = _core.PreparedDay(
                day.bars, day.states, self.brain.core if known else None, self.barrier, self.costs
            )
