"""Walk-forward training for intraday futures: market states, simulated brackets, Bayesian odds.

The public names are loaded when they are first used, so that ``import bayescore`` and ``bayescore --help`` are quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bayescore.batch_regret_analyzer import BatchRegretAnalyzer
    from bayescore.brain import BayesianBrain
    from bayescore.config import Config
    from bayescore.context_detector import ContextDetector
    from bayescore.control import TrainingControl
    from bayescore.doe_parameter_generator import DOEParameterGenerator
    from bayescore.orchestrator import BayesianTrainingOrchestrator
    from bayescore.pattern_analyzer import (
        PatternAnalyzer,
        analyze_by_context,
        generate_pattern_report,
        get_strongest_patterns,
    )
    from bayescore.progress_reporter import ProgressReporter
    from bayescore.state_engine import StateEngine

__version__ = "0.1.0"

_HOMES = {
    "BatchRegretAnalyzer": "batch_regret_analyzer",
    "BayesianBrain": "brain",
    "BayesianTrainingOrchestrator": "orchestrator",
    "Config": "config",
    "ContextDetector": "context_detector",
    "DOEParameterGenerator": "doe_parameter_generator",
    "PatternAnalyzer": "pattern_analyzer",
    "ProgressReporter": "progress_reporter",
    "StateEngine": "state_engine",
    "TrainingControl": "control",
    "analyze_by_context": "pattern_analyzer",
    "generate_pattern_report": "pattern_analyzer",
    "get_strongest_patterns": "pattern_analyzer",
}

__all__ = [
    "BatchRegretAnalyzer",
    "BayesianBrain",
    "BayesianTrainingOrchestrator",
    "Config",
    "ContextDetector",
    "DOEParameterGenerator",
    "PatternAnalyzer",
    "ProgressReporter",
    "StateEngine",
    "TrainingControl",
    "__version__",
    "analyze_by_context",
    "generate_pattern_report",
    "get_strongest_patterns",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"bayescore.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'bayescore' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
