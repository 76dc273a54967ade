"""A whole run on disk against the archived walk-forward loop: the same sets, sums, brain and choices every day."""

from dataclasses import asdict, dataclass
from math import isnan
from pathlib import Path

import engine_context
import engine_selection
import engine_simulate
import msgspec
import polars as pl
import product_bridge
import pytest
import walk_forward_trainer_merged as archived

from bayescore import BayesianTrainingOrchestrator, Config
from bayescore.config import BrainConfig, CostConfig
from bayescore.data import load
from bayescore.events import DayFinished, DayResult
from bayescore.vocabulary import ENTRY_RULES, SIDES

WORDS = {"entry_rule": ENTRY_RULES, "sides": SIDES}

SECONDS = 9_000
"""Each date is cut off after so long: the first hour of the first one is not labelled."""

CONFIGS = {
    "sharpe": Config(iterations=24, min_trades=3, min_session_coverage=0.0),
    "profit factor": Config(
        iterations=24,
        min_trades=2,
        min_session_coverage=0.0,
        objective="profit_factor",
        selection_half_life_days=1.0,
        seed=7,
        brain=BrainConfig(mirror=False, half_life_days=2.0, label_horizon=300),
        costs=CostConfig(
            commission=0.0, slippage_ticks=0, slippage_factor=0.0, intrabar="ohlc_path", limit_fill="through"
        ),
    ),
}


@pytest.fixture(scope="module")
def short_days(tmp_path_factory):
    """The beginnings of the three shipped dates."""
    (sample,) = (Path(__file__).parents[2] / "data").glob("*.parquet")
    bars = pl.read_parquet(sample)
    second = pl.col("ts_event").dt.epoch("ns")
    opens = [d.session.open_ns for d in load([str(sample)], Config()).days]
    parts = [bars.filter(second.is_between(ns, ns + SECONDS * 10**9, closed="left")) for ns in opens]
    file = tmp_path_factory.mktemp("oracle") / "mnq-short.parquet"
    pl.concat(parts).write_parquet(file)
    return file


@dataclass(frozen=True)
class Walk:
    """One configuration, walked by both."""

    results: list[DayResult]
    reports: list[archived.DayReport]
    trainer: archived.WalkForwardTrainer
    untaught: archived.DayReport
    """The last day without anything before it."""
    windows: list[str]
    folder: Path

    @property
    def days(self):
        return list(zip(self.results, self.reports, strict=True))

    def read(self, date, name):
        return pl.read_parquet(self.folder / date / name)

    def as_archived(self, params):
        """A published set as the archive holds it."""
        if params is None:
            return None
        mask = engine_context.mask_of(params.contexts_allowed, self.windows)
        return engine_simulate.ParamSet(**msgspec.structs.asdict(params) | {"contexts_allowed": mask})


@pytest.fixture(scope="module", params=CONFIGS.values(), ids=CONFIGS)
def walk(request, short_days, tmp_path_factory):
    config, root = request.param, tmp_path_factory.mktemp("walk")
    market = load([str(short_days)], config)
    inputs = [product_bridge.trade_date(day) for day in market.days]
    assert len(inputs) == 3
    settings = product_bridge.settings_of(market, config)

    def trainer():
        return archived.WalkForwardTrainer(settings, product_bridge.design_of(market, config, inputs))

    walker = trainer()
    reports = [walker.train_day(day) for day in inputs]
    results = []
    BayesianTrainingOrchestrator(config, checkpoint_dir=root, run="r").train(
        str(short_days), on_event=lambda e: results.append(e.result) if isinstance(e, DayFinished) else None
    )
    windows = list(market.instrument.window_names)
    return Walk(results, reports, walker, trainer().train_day(inputs[-1]), windows, root / "r" / "days")


def test_every_set_of_every_day_is_identical(walk):
    for result, report in walk.days:
        assert result.barrier_ticks == report.barrier
        table = walk.read(result.date, "iterations.parquet")
        assert table.height == len(report.iterations)
        for row, iteration in zip(table.iter_rows(named=True), report.iterations, strict=True):
            for name, value in asdict(iteration.params).items():
                given = row[name]
                if isinstance(given, int) and name in WORDS:
                    given = WORDS[name][given]
                assert given == value, name
            for name, value in asdict(iteration.totals).items():
                assert row[name] == value, name
            if iteration.objective is None:
                assert row["objective"] is None or isnan(row["objective"])
            else:
                assert row["objective"] == pytest.approx(iteration.objective, rel=1e-12, abs=1e-12)


def test_brain_changed_what_sets_did(walk):
    pairs = zip(walk.untaught.iterations, walk.reports[-1].iterations, strict=True)
    assert any(a.params == b.params and a.totals != b.totals for a, b in pairs)


def test_choices_are_identical(walk):
    for result, report in walk.days:
        for policy in ("panel", "day_best"):
            assert walk.as_archived(result.policies[policy].next_params) == report.chosen[policy]
        scores = [x.objective for x in report.iterations]
        best = engine_selection.select_day_best(scores)
        assert (result.in_sample is None) == (best is None)
        if best is not None:
            assert result.in_sample.iteration == best
            assert walk.as_archived(result.in_sample.params) == report.iterations[best].params


def test_out_of_sample_trades_are_identical(walk):
    same = (
        "side",
        "code",
        "decision_bar",
        "entry_bar",
        "exit_bar",
        "gross",
        "mae",
        "mfe",
        "duration",
        "worst",
        "best",
    )
    for result, report in walk.days:
        table = walk.read(result.date, "trades.parquet")
        for policy in ("panel", "day_best"):
            metrics = result.policies[policy].metrics
            assert (metrics is None) == (policy not in report.traded)
            trades = [] if metrics is None else report.traded[policy].trades
            assert metrics is None or metrics.trades == len(trades)
            rows = table.filter(pl.col("policy") == policy)
            for name in same:
                assert rows[name].to_list() == [getattr(t, name) for t in trades], name
            assert rows["context_bits"].to_list() == [t.context for t in trades]
            assert rows["net_ticks"].to_list() == [t.net / 1000 for t in trades]
            assert rows["entry_price"].to_list() == [t.entry_price * 0.25 for t in trades]
            assert rows["exit_price"].to_list() == [t.exit_price * 0.25 for t in trades]
    assert any(outcome.trades for report in walk.reports for outcome in report.traded.values())


def test_dropped_orders_are_counted_out_of_sample(walk):
    for result, report in walk.days:
        for policy, outcome in report.traded.items():
            assert result.policies[policy].metrics.dropped_orders == outcome.dropped


def test_brains_are_identical(walk):
    brain = walk.read(walk.results[-1].date, "brain.parquet")
    assert brain.height > 100
    own = walk.trainer.brain
    for rung, level, state, ups, downs in brain.select("rung", "level", "state", "ups", "downs").iter_rows():
        assert ups == pytest.approx(own.ups[rung][level][state], rel=1e-14)
        assert downs == pytest.approx(own.downs[rung][level][state], rel=1e-14)
