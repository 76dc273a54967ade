"""Costs and fill rules as the core takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bayescore import _core
from bayescore.errors import UsageError

if TYPE_CHECKING:
    from bayescore.config import Config


def costs_of(config: Config, instrument: Any) -> dict[str, Any]:
    """Costs and fill rules for the core, the instrument's defaults filled in.

    Raises
    ------
    UsageError
        If the commission is beyond any sense for this tick value.
    """
    c = config.costs
    commission = instrument.commission if c.commission is None else c.commission
    milliticks = round(2 * commission / instrument.tick_value * 1000)
    if milliticks > 1_000_000_000:
        raise UsageError(f"commission {commission} is over a million ticks of {instrument.tick_value}")
    return {
        "commission_milliticks": milliticks,
        "slippage_base": instrument.slippage_ticks if c.slippage_ticks is None else c.slippage_ticks,
        **{
            name: getattr(c, name)
            for name in (*_core.FACTS["costs"], *_core.FACTS["fills"])
            if name in c.__struct_fields__
        },
    }
