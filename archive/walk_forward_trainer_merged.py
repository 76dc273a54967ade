"""The retired trainer: walk forward through trade dates in plain Python, one parameter set after the other.

Each day, in this order: trade it out of sample with yesterday's brain and yesterday's choice; run all
iterations over it against yesterday's brain; choose tomorrow's set; learn. Run it as

    python archive/walk_forward_trainer_merged.py --data data/<sample>.parquet --days 1 --iterations 3

Loading and the design of experiments are the product's own; everything in between is this folder's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from engine_bars import Day
from engine_brain import BayesianBrain
from engine_context import ContextDetector
from engine_gate import gate
from engine_labels import FIRST_DATE_SECONDS, barrier, label_day
from engine_metrics import Totals, net_ticks, objective, totals
from engine_run import Design, Settings, TradeDate
from engine_selection import select_day_best, select_panel
from engine_simulate import DayOutcome, DaySimulator, ParamSet
from engine_state import StateEngine

PANEL, DAY_BEST = "panel", "day_best"


@dataclass(frozen=True)
class Iteration:
    """One set on one day, in sample."""

    params: ParamSet
    totals: Totals
    objective: float | None


@dataclass(frozen=True)
class DayReport:
    """What a day came to."""

    date: str
    barrier: int
    traded: dict[str, DayOutcome]
    """Out of sample, by policy; empty on the first date."""
    iterations: list[Iteration]
    chosen: dict[str, ParamSet | None]
    """For tomorrow, by policy."""
    seconds: dict[str, float]


@dataclass
class WalkForwardTrainer:
    """Runs days in order and carries only what was known at each close into the next day."""

    settings: Settings
    design: Design
    on_iteration: Callable[[int, float], None] | None = None
    """Called with the number and the seconds of every finished iteration."""
    brain: BayesianBrain = field(init=False)
    chosen: dict[str, ParamSet | None] = field(init=False)

    def __post_init__(self) -> None:
        """Start without knowledge and without a choice."""
        self.engine = StateEngine(self.settings.state, self.settings.n_windows)
        self.detector = ContextDetector(self.settings.state, self.settings.n_windows)
        self.brain = BayesianBrain(self.engine.space, self.settings.brain)
        self.chosen = {PANEL: None, DAY_BEST: None}
        self._panel_days: list[list[float | None]] = []
        self._previous: Day | None = None
        self._days_done = 0

    def train_day(self, today: TradeDate) -> DayReport:
        """One day in the order that keeps tomorrow out of today."""
        clock = Clock()
        simulator = self._prepare(today)
        b = self._barrier(today.day)
        clock.lap("states")

        traded = {
            policy: self._simulate(simulator, params, b)[0]
            for policy, params in self.chosen.items()
            if params is not None
        }
        clock.lap("out of sample")

        first = self._run(today, simulator, self.design.first_stage(), b, 0)
        panel_scores = [x.objective for x in first]
        second_sets = self.design.second_stage(self._days_done, today.date, panel_scores)
        iterations = first + self._run(today, simulator, second_sets, b, len(first))
        clock.lap("iterations")

        scores = [x.objective for x in iterations]
        self.design.observe(self._days_done, [x.params for x in iterations], scores)
        self._panel_days.append(panel_scores)
        self._choose(iterations, scores)
        clock.lap("selection")

        self._learn(today.day, simulator.codes, b)
        self._previous = today.day
        self._days_done += 1
        clock.lap("learning")
        return DayReport(today.date, b, traded, iterations, dict(self.chosen), clock.seconds)

    def _prepare(self, today: TradeDate) -> DaySimulator:
        codes = self.engine.run(today.day, today.windows)
        contexts = self.detector.run(today.day, codes)
        s = self.settings
        return DaySimulator(today.day, self.engine.space, codes, contexts, s.costs, s.rules)

    def _barrier(self, day: Day) -> int:
        """Yesterday's typical move; on the first date that of its own first hour."""
        lag = self.settings.state.momentum_lag
        if self._previous is None:
            return barrier(day, lag, before=day.ts[0] + FIRST_DATE_SECONDS)
        return barrier(self._previous, lag)

    def _simulate(self, simulator: DaySimulator, params: ParamSet, b: int) -> tuple[DayOutcome, bool]:
        known = self.brain if self._days_done else None
        decisions = gate(self.engine.space, params, known, b, self.settings.costs.bracket_cost)
        return simulator.run(params, decisions.sides), decisions.refused

    def _run(
        self, today: TradeDate, simulator: DaySimulator, sets: list[ParamSet], b: int, offset: int
    ) -> list[Iteration]:
        s = self.settings
        result = []
        for k, params in enumerate(sets):
            started = perf_counter()
            outcome, refused = self._simulate(
                self._prepare(today) if s.states_per_iteration else simulator, params, b
            )
            t = totals(outcome, refused)
            x = objective(t, s.costs.commission_milliticks, s.objective, s.min_trades)
            result.append(Iteration(params, t, x))
            if self.on_iteration is not None:
                self.on_iteration(offset + k, perf_counter() - started)
        return result

    def _choose(self, iterations: list[Iteration], scores: list[float | None]) -> None:
        s = self.settings
        best = {
            PANEL: select_panel(self._panel_days, s.objective, s.half_life),
            DAY_BEST: select_day_best(scores),
        }
        for policy, k in best.items():
            if k is not None:
                self.chosen[policy] = iterations[k].params

    def _learn(self, day: Day, codes: list[int], b: int) -> None:
        s = self.settings
        first_ts = day.ts[0] + FIRST_DATE_SECONDS if self._previous is None else 0
        found = label_day(
            day, codes, b, horizon=s.label_horizon, max_entry_gap=s.rules.max_entry_gap, first_ts=first_ts
        )
        self.brain.learn(found.labels)


class Clock:
    """Seconds of the parts of a day."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, name: str) -> None:
        """Note what has passed since the part before."""
        now = perf_counter()
        self.seconds[name] = now - self._last
        self._last = now


def main(arguments: Sequence[str] | None = None) -> None:
    """Train a few iterations and say how long each took."""
    from product_bridge import load_days, sample_of_the_design, settings_of

    parser = argparse.ArgumentParser(description="The retired pure-Python trainer, for reference.")
    parser.add_argument("--data", required=True, action="append", help="file, directory or glob")
    parser.add_argument("--days", type=int, default=1, help="stop after so many trade dates")
    parser.add_argument("--iterations", type=int, default=3, help="parameter sets a day")
    parser.add_argument("--design", type=int, default=1000, help="size of the design they are drawn from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--states-per-iteration",
        action="store_true",
        help="work the states out anew in every iteration, as the predecessor did",
    )
    options = parser.parse_args(arguments)

    started = perf_counter()
    market, config, days = load_days(options.data, options.days, options.design, options.seed)
    print(
        f"loaded {sum(len(d.day) for d in days)} bars, {len(days)} days in {perf_counter() - started:.2f} s"
    )
    design = sample_of_the_design(market, config, days, options.iterations)
    settings = settings_of(market, config, states_per_iteration=options.states_per_iteration)
    trainer = WalkForwardTrainer(
        settings, design, lambda k, s: print(f"  iteration {k + 1}: {s:.3f} s", flush=True)
    )
    for today in days:
        print(f"{today.date}: {len(today.day)} bars")
        print_report(trainer.train_day(today), settings, len(today.day))


def print_report(report: DayReport, settings: Settings, bars: int) -> None:
    """Print one day: results, then times and what they mean for a month."""
    c = settings.costs.commission_milliticks
    for policy, outcome in report.traded.items():
        t = totals(outcome, refused=False)
        print(f"  out of sample, {policy}: {t.trades} trades, net {net_ticks(t, c):.1f} ticks")
    best = select_day_best([x.objective for x in report.iterations])
    if best is not None:
        t = report.iterations[best].totals
        print(f"  in-sample best: iteration {best + 1}, {t.trades} trades, net {net_ticks(t, c):.1f} ticks")
    n = len(report.iterations)
    each = report.seconds["iterations"] / n
    once = sum(report.seconds.values()) - report.seconds["iterations"]
    print("  " + ", ".join(f"{name} {s:.3f} s" for name, s in report.seconds.items()))
    print(
        f"  {each:.3f} s an iteration (mean of {n}, {bars} bars), {once:.2f} s once a day; "
        f"22 such days of 1,000 iterations: {22 * (1000 * each + once) / 60:.1f} min"
    )


if __name__ == "__main__":
    main()
