"""Walk-forward training for intraday futures: market states, simulated brackets, Bayesian odds.

The public names are loaded when they are first used, so that ``import bayescore`` and ``bayescore --help`` are quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bayescore.api.market import load
    from bayescore.api.runs import Run, list_runs, open_run, train
    from bayescore.api.simulation import Trades, costs_of, simulate_day, sweep_day
    from bayescore.config import Config
    from bayescore.data import MarketData, TradingDay
    from bayescore.design.generator import DOEParameterGenerator
    from bayescore.events import Params
    from bayescore.learning.brain import BayesianBrain
    from bayescore.learning.contexts import ContextDetector
    from bayescore.learning.patterns import (
        PatternAnalyzer,
        analyze_by_context,
        generate_pattern_report,
        get_strongest_patterns,
    )
    from bayescore.learning.states import StateEngine
    from bayescore.regret.analyzer import BatchRegretAnalyzer
    from bayescore.report.progress_reporter import ProgressReporter
    from bayescore.training.control import TrainingControl
    from bayescore.training.orchestrator import BayesianTrainingOrchestrator

__version__ = "0.1.0"

_HOMES = {
    "BatchRegretAnalyzer": "regret.analyzer",
    "BayesianBrain": "learning.brain",
    "BayesianTrainingOrchestrator": "training.orchestrator",
    "Config": "config",
    "ContextDetector": "learning.contexts",
    "DOEParameterGenerator": "design.generator",
    "PatternAnalyzer": "learning.patterns",
    "ProgressReporter": "report.progress_reporter",
    "StateEngine": "learning.states",
    "MarketData": "data",
    "Params": "events",
    "Run": "api.runs",
    "Trades": "api.simulation",
    "TradingDay": "data",
    "TrainingControl": "training.control",
    "analyze_by_context": "learning.patterns",
    "costs_of": "api.simulation",
    "generate_pattern_report": "learning.patterns",
    "get_strongest_patterns": "learning.patterns",
    "list_runs": "api.runs",
    "load": "api.market",
    "open_run": "api.runs",
    "simulate_day": "api.simulation",
    "sweep_day": "api.simulation",
    "train": "api.runs",
}

__all__ = [
    "BatchRegretAnalyzer",
    "BayesianBrain",
    "BayesianTrainingOrchestrator",
    "Config",
    "ContextDetector",
    "DOEParameterGenerator",
    "MarketData",
    "Params",
    "PatternAnalyzer",
    "ProgressReporter",
    "Run",
    "StateEngine",
    "Trades",
    "TradingDay",
    "TrainingControl",
    "__version__",
    "analyze_by_context",
    "costs_of",
    "generate_pattern_report",
    "get_strongest_patterns",
    "list_runs",
    "load",
    "open_run",
    "simulate_day",
    "sweep_day",
    "train",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"bayescore.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'bayescore' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
