"""The public names, used as the documentation says."""

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from bayescore import (
    BayesianTrainingOrchestrator,
    Config,
    ContextDetector,
    PatternAnalyzer,
    ProgressReporter,
    TrainingControl,
    _core,
    analyze_by_context,
    events,
    generate_pattern_report,
    get_strongest_patterns,
)
from bayescore.errors import RunError
from bayescore.training.day import Traded

CONFIG = Config(iterations=60)


def test_single_steps_are_those_of_a_whole_run(sample: Path, tmp_path: Path) -> None:
    """Calling the steps by hand gives what `train` saves."""
    whole = BayesianTrainingOrchestrator(CONFIG, checkpoint_dir=tmp_path, run="whole")
    whole.train(sample)
    assert whole.directory is not None
    first, second, *_ = whole.directory.results()

    steps = BayesianTrainingOrchestrator(CONFIG)
    market = steps.open(sample)
    days = steps.split_into_trading_days(sample)
    assert [d.date for d in days] == [d.date for d in market.days] == [first.date, second.date, "2026-01-07"]
    learner = steps.learner
    assert learner is not None
    day = steps.prepare_day(days[0])
    assert steps.simulate_trading_day(day) == {}
    search = steps.optimize_day(day, 0)
    assert search.best == first.in_sample
    learner.observe(0, search)
    learner.select(day, Traded({}, {}), search, TrainingControl())
    learner.learn(day)
    tomorrow = steps.prepare_day(days[1])
    traded = steps.simulate_trading_day(tomorrow)
    for name, policy in second.policies.items():
        assert policy.metrics is not None
        assert len(traded[name]["net"]) == policy.metrics.trades
        assert traded[name]["net"].sum() / 1000 == pytest.approx(policy.metrics.net_ticks)


def test_steps_before_data_say_what_to_do() -> None:
    with pytest.raises(RunError, match="open"):
        BayesianTrainingOrchestrator(CONFIG).prepare_day(None)  # type: ignore[arg-type]


def test_brain_patterns_and_contexts_of_a_trained_run(sample: Path, tmp_path: Path) -> None:
    orchestrator = BayesianTrainingOrchestrator(CONFIG, checkpoint_dir=tmp_path, run="r")
    summary = orchestrator.train(sample)
    learner, directory = orchestrator.learner, orchestrator.directory
    assert learner is not None and directory is not None
    brain = learner.brain
    best = get_strongest_patterns(brain, top_n=5)
    # A run's patterns are those of tomorrow's bracket: on its rung, with the stars of all evenings.
    told = summary.patterns[0]
    of_the_bracket = PatternAnalyzer(learner.space).get_strongest_patterns(
        brain, 5, needs=told.needs, rung=told.rung, stars=learner.stars.stars
    )
    assert [(p.code, p.probability, p.significant) for p in of_the_bracket] == [
        (p.code, p.probability, p.significant) for p in summary.patterns[:5]
    ]
    assert set(analyze_by_context(brain)) & {"kill_zone", "confirmation"}
    report = generate_pattern_report(brain, directory.results())
    assert best[0].label in report
    assert (
        PatternAnalyzer(learner.space).get_strongest_patterns(brain, 5)[0].probability == best[0].probability
    )

    # A state's code, not its leaf: any session window and pattern of the leaf will do.
    code = next(c for c in range(learner.space.n_codes) if learner.space.leaf_of(c) == best[0].code)
    p = brain.get_probability(code)
    low, high = brain.credible_interval(code)
    assert low < p < high
    assert max(p, 1 - p) == pytest.approx(best[0].probability)
    assert 0.8 < brain.get_confidence(code) <= 1
    brain.barrier, brain.cost = learner.barrier or 0, 0.0
    params = events.Params(
        stop_loss_ticks=30,
        take_profit_ticks=31,
        trail_activation_ticks=0,
        trail_distance_ticks=5,
        max_hold_seconds=3600,
        cooldown_seconds=0,
        confidence_threshold=0.8,
        min_samples=10,
        entry_rule="learned",
        contexts_allowed="all",
        max_consecutive_losses=5,
    )
    assert brain.should_fire(code, params) == best[0].side

    detector = ContextDetector(learner.space)
    day = learner.prepare(orchestrator.split_into_trading_days(sample)[0])
    masks = detector.detect(day.states)
    assert masks["all"].sum() == (day.states.codes != _core.INVALID).sum()
    for name, share in detector.summarise(day.states).items():
        assert share == pytest.approx(masks[name].sum() / masks["all"].sum())
    assert detector.text(0b110) == "kill_zone+pattern_setup"


def test_reporter_prints_days_trades_and_the_end(sample: Path, tmp_path: Path) -> None:
    import polars as pl

    console = Console(record=True, width=160, file=io.StringIO())
    reporter = ProgressReporter(console)
    orchestrator = BayesianTrainingOrchestrator(CONFIG, checkpoint_dir=tmp_path, run="r")
    summary = orchestrator.train(sample)
    assert orchestrator.directory is not None
    result = orchestrator.directory.results()[1]
    reporter.update(result)
    trades = pl.read_parquet(tmp_path / "r" / "days" / result.date / "trades.parquet")
    reporter.print_trade_summary(trades.row(0, named=True))
    reporter.print_summary(summary)
    text = console.export_text()
    for words in (result.date, "out of sample", trades["reason"][0], "exit efficiency", "Final summary"):
        assert words in text
    orchestrator.print_day_summary(result)
    orchestrator.print_final_summary(summary)


def test_core_is_callable_on_its_own() -> None:
    """The call of the design document: arrays in, trades out."""
    rng = np.random.default_rng(3)
    n = 4000
    close = 20_000 + np.cumsum(rng.integers(-3, 4, n))
    open_ = np.concatenate([[close[0]], close[:-1]])
    high, low = np.maximum(open_, close) + 1, np.minimum(open_, close) - 1
    ts = (1_767_600_000 + np.arange(n, dtype=np.int64)) * 1_000_000_000
    day = _core.DayBars(ts, *(x * 0.25 for x in (open_, high, low, close)), np.full(n, 5), tick_size=0.25)
    params = {
        "stop_loss_ticks": 10,
        "take_profit_ticks": 20,
        "trail_activation_ticks": 0,
        "trail_distance_ticks": 4,
        "max_hold_seconds": 300,
        "cooldown_seconds": 0,
        "confidence_threshold": 0.5,
        "min_samples": 0,
        "entry_rule": "reversion",
        "contexts_allowed": "all",
        "max_consecutive_losses": 10,
    }
    trades = _core.simulate_day(day, params, brain=None, states=None, costs=None)
    assert len(trades["net"]) > 0
    assert (trades["entry_bar"] > trades["decision_bar"]).all()
    numbers = {**params, "entry_rule": np.uint8(1), "contexts_allowed": np.uint32(1)}
    sweep = _core.sweep_day(day, {k: np.array([v, v]) for k, v in numbers.items()}, None)
    assert sweep["trades"].tolist() == [len(trades["net"])] * 2
