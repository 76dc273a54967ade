"""Event studies: the same sets every day, every rule in every context, nothing that throttles them."""

from collections import Counter
from itertools import product

import pytest

from bayescore.choosing.evidence import keys
from bayescore.design import studies
from bayescore.design.factors import DTYPES, FactorSpace, size
from bayescore.vocabulary import ENTRY_RULES, SIDES

WINDOWS = ["asia", "london"]


@pytest.mark.parametrize("barrier", [2, 40, 333])
def test_every_rule_context_hold_and_side_is_asked_once(barrier):
    space = FactorSpace(barrier, WINDOWS)
    table = studies.event_studies(space)
    assert {name: column.dtype for name, column in table.items()} == DTYPES
    assert len(set(keys(table))) == size(table)
    asked = Counter(
        (p.entry_rule, p.contexts_allowed, p.max_hold_seconds, p.sides)
        for p in (space.params(table, k) for k in range(size(table)))
    )
    assert set(asked) == set(product(ENTRY_RULES, space.context_names, studies.HOLDS, SIDES))
    # Both sides with a near and a far bracket, one side with the near one.
    assert all(n == (2 if side == "both" else 1) for (*_, side), n in asked.items())


def test_nothing_throttles_them_and_the_bracket_is_in_barriers():
    space = FactorSpace(40, WINDOWS)
    table = studies.event_studies(space)
    for name in ("cooldown_seconds", "max_consecutive_losses", "trail_activation_ticks"):
        assert not table[name].any()
    brackets = set(zip(table["stop_loss_ticks"].tolist(), table["take_profit_ticks"].tolist(), strict=True))
    assert brackets == {(round(40 * s), round(40 * t)) for s, t in studies.BRACKETS}
    coarse = studies.event_studies(FactorSpace(0.2, WINDOWS))
    assert (coarse["take_profit_ticks"] > coarse["stop_loss_ticks"]).all()


def test_they_lie_within_the_ranges_of_the_design():
    for barrier in (2, 40, 333):
        space = FactorSpace(barrier, WINDOWS)
        table = studies.event_studies(space)
        bound = space.bound(table)
        assert all((bound[name] == table[name]).all() for name in table)
