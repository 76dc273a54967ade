"""Event studies: a signal, a time, and a bracket that seldom binds.

An edge is first of all a drift that follows something and lasts a while. These sets ask for it without the help of a
bracket: every entry rule in every context and on either side, held for a time between half a minute and a quarter of
an hour. They are the same every day, few of them are alike, and nothing in them was searched for, so what they show is
the least flattering evidence there is.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from bayescore.design.factors import DTYPES, NAMES
from bayescore.vocabulary import ENTRY_RULES

if TYPE_CHECKING:
    from bayescore.design.factors import FactorSpace, ParamTable

HOLDS = (30, 60, 120, 240, 480, 960)
"""Seconds."""

BRACKETS = ((1.5, 4.0), (3.0, 8.0))
"""Stop and target in barriers."""

LEARNED_CONFIDENCE, RULE_CONFIDENCE = 0.8, 0.9
"""``learned`` fires where it is fairly sure; the rules give way only where the brain is nearly sure that they lose."""

MIN_SAMPLES = 20


def event_studies(space: FactorSpace) -> ParamTable:
    """The sets of one instrument, in a fixed order."""
    rows = []
    rules, masks = [ENTRY_RULES.index(rule) for rule in space.rules], space.context_masks
    for rule, mask, hold, (stop, target), side in product(rules, masks, HOLDS, BRACKETS, range(3)):
        if side and (stop, target) != BRACKETS[0]:
            continue
        rows.append(
            {
                "stop_loss_ticks": max(1, round(stop * space.barrier)),
                "take_profit_ticks": max(2, round(target * space.barrier)),
                "trail_activation_ticks": 0,
                "trail_distance_ticks": max(1, round(space.barrier / 2)),
                "max_hold_seconds": hold,
                "cooldown_seconds": 0,
                "confidence_threshold": LEARNED_CONFIDENCE if rule == 0 else RULE_CONFIDENCE,
                "min_samples": MIN_SAMPLES,
                "entry_rule": rule,
                "contexts_allowed": mask,
                "max_consecutive_losses": 0,
                "sides": side,
            }
        )
    return {name: np.array([row[name] for row in rows], dtype=DTYPES[name]) for name in NAMES}
