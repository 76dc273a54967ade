"""The brain alone: its odds and a plain bracket, no search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayescore.events import Params

if TYPE_CHECKING:
    from bayescore.choosing.experts._base import Tonight

BRACKET = 1.5
"""Stop and target in barriers."""


class Odds:
    """Trades every state in which the odds of a plain bracket pay with a probability of 0.9."""

    name, leads = "odds", False

    def choose(self, tonight: Tonight) -> Params | None:
        """Always the same set in units of the barrier; in how many states it fires is the brain's business."""
        distance = max(1, round(BRACKET * tonight.barrier))
        return Params(
            stop_loss_ticks=distance,
            take_profit_ticks=distance + 1,
            trail_activation_ticks=0,
            trail_distance_ticks=distance,
            max_hold_seconds=900,
            cooldown_seconds=0,
            confidence_threshold=0.9,
            min_samples=20,
            entry_rule="learned",
            contexts_allowed="all",
            max_consecutive_losses=0,
        )
