"""Ways of choosing tomorrow's set, each in a file of its own and each traded on paper every day.

May import choosing's evidence and judgement, design and results; knows nothing of days or files. `EXPERTS` is the list
that everything else reads: an expert is added by its file and its line here.
"""

from __future__ import annotations

from bayescore.choosing.experts._base import Expert, Tonight
from bayescore.choosing.experts.day_best import DayBest
from bayescore.choosing.experts.flat import Flat
from bayescore.choosing.experts.median import Median
from bayescore.choosing.experts.memory import Memory
from bayescore.choosing.experts.odds import Odds
from bayescore.choosing.experts.panel import Panel

__all__ = ["EXPERTS", "OF_ITERATIONS", "Expert", "Tonight"]

EXPERTS: tuple[Expert, ...] = (
    Memory("memory_2", 2.0),
    Memory("memory_5", 5.0),
    Memory("memory_10", 10.0),
    Memory("memory_all", 1e6),
    Memory("designs", 10.0, designs_only=True),
    Odds(),
    Panel(),
    DayBest(),
    Median(),
    Flat(),
)
"""In the order in which they are shown; the first wins a tie."""

OF_ITERATIONS = frozenset({"panel", "day_best"})
"""Experts that read what the day's own iterations came to; none of them leads."""
