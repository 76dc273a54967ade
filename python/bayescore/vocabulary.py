"""Names, defaults, bounds and descriptions that help, configuration and documents share.

What the core declares is mirrored here, because ``--help`` starts without loading it; a test holds every entry equal
to ``_core.FACTS`` and ``_core.NAMES``. Imports nothing of bayescore.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar, get_args

import msgspec
from msgspec import Meta

T = TypeVar("T")

EntryRule = Literal["learned", "reversion", "drive", "any"]
Sides = Literal["both", "long", "short"]
ExitReason = Literal["stop", "trail", "target", "time", "session_end"]
Timing = Literal["optimal", "too_early", "too_late", "wrong_side"]
LabelOutcome = Literal["up", "down", "ambiguous", "unresolved"]
Objective = Literal["sharpe", "net", "profit_factor", "sharpe_per_trade"]
LimitFill = Literal["touch", "through"]
Intrabar = Literal["stop_first", "target_first", "ohlc_path"]
Policy = Literal[
    "decision",
    "panel",
    "day_best",
    "odds",
    "memory_2",
    "memory_5",
    "memory_10",
    "memory_all",
    "designs",
    "median",
    "flat",
]

ENTRY_RULES: tuple[EntryRule, ...] = get_args(EntryRule)
SIDES: tuple[Sides, ...] = get_args(Sides)
REASONS: tuple[ExitReason, ...] = get_args(ExitReason)
"""Why a trade ended."""
TIMINGS: tuple[Timing, ...] = get_args(Timing)
LABEL_OUTCOMES: tuple[LabelOutcome, ...] = get_args(LabelOutcome)
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
LIMIT_FILLS: tuple[LimitFill, ...] = get_args(LimitFill)
INTRABARS: tuple[Intrabar, ...] = get_args(Intrabar)

POLICIES: tuple[Policy, ...] = get_args(Policy)
"""All that is traded out of sample side by side: the decision, and the experts that it chooses among."""
CHARTED = POLICIES[:4]
"""Policies that every chart and table shows; the others are shown where there is room."""

POLICY_WORDS: dict[Policy, str] = {
    "decision": "what the evening decided: the leading expert's set, or to stay flat",
    "panel": "the best of the sets that are tried every day, by their mean over the days",
    "day_best": "today's best set",
    "odds": "the brain alone, a plain bracket, no search",
    "memory_2": "the best candidate by all known days, their weight halved every 2 days",
    "memory_5": "the same, halved every 5 days",
    "memory_10": "the same, halved every 10 days",
    "memory_all": "the same, all days alike",
    "designs": "the best of the designs that are the same every day, nothing searched",
    "median": "the set in the middle of the hypercube: no choice at all",
    "flat": "not trading",
}

ENTRY_RULE_WORDS: dict[EntryRule, str] = {
    "learned": "the brain alone: the side whose bracket it believes pays",
    "reversion": "against an outer band; the brain may veto",
    "drive": "with extreme momentum when volume confirms; the brain may veto",
    "any": "reversion or drive, nothing where they disagree; the brain may veto",
}
"""What makes a trade possible at a bar."""

CONTEXTS: dict[str, str] = {
    "all": "every bar with a state",
    "kill_zone": "the close lies in an outer band",
    "pattern_setup": "a breakout, wedge or compression",
    "confirmation": "volume above its recent mean",
    "velocity_spike": "a range of a few seconds far above the usual one",
    "volatility_differential": "short-term volatility far above or below that of the long window",
    "fractal_resonance": "band, momentum and trend point the same way",
    "transition": "the trend level has just changed",
}
"""Contexts that need no session window, in the order of their bits."""


class Setting(msgspec.Struct, Generic[T], frozen=True):
    """One setting that the core declares too."""

    default: T
    words: str
    """What it means, as help and documents print it."""
    low: float | None = None
    high: float | None = None
    open: bool = False
    """Whether the ends are not allowed themselves."""

    @property
    def meta(self) -> Meta:
        """The same as a constraint of a configuration field."""
        if self.open:
            return Meta(gt=self.low, lt=self.high, description=self.words)
        return Meta(ge=self.low, le=self.high, description=self.words)


def _seconds(default: int, low: int, high: int, words: str) -> Setting[int]:
    return Setting(default, words, low, high)


def _above_zero(default: float, words: str, high: float = 1e6) -> Setting[float]:
    return Setting(default, words, 0, high, open=True)


class State:
    """Windows and edges of the state features."""

    band_window = _seconds(300, 30, 3600, "regression line of the band, s")
    band_edges = Setting((1.0, 2.0, 2.5), "z-scores between the bands")
    min_bars = _seconds(30, 3, 3600, "bars the band window needs")
    warmup = _seconds(900, 0, 7200, "s after the first bar without states")
    momentum_lag = _seconds(60, 1, 900, "momentum looks back this far, s")
    momentum_edges = Setting((0.5, 1.5), "in rms of that change")
    long_window = _seconds(900, 60, 3600, "trend, momentum rms, mean range, s")
    trend_edge = _above_zero(2.0, "rise over the long window in sigmas")
    volume_window = _seconds(20, 1, 300, "recent volume, s")
    volume_factor = _above_zero(1.2, "volume confirmed above this ratio")
    burst_window = _seconds(5, 1, 60, "range window of the burst, s")
    burst_factor = _above_zero(2.0, "burst above this ratio")
    breakout_gap = _seconds(20, 1, 299, "breakout ignores the last s")
    compression_window = _seconds(60, 1, 299, "compression range, s")
    compression_factor = Setting(0.3, "compression below this ratio", 0, 1, open=True)
    volatility_window = _seconds(60, 5, 900, "short volatility of the context, s")
    volatility_bounds = Setting((0.4, 1.6), "VOLATILITY_DIFFERENTIAL outside this ratio")
    transition_window = _seconds(60, 1, 3600, "TRANSITION for so many s after a change of trend")


class Brain:
    """How posteriors are learned."""

    mirror = Setting(True, "pool a state with its mirror image")
    half_life_days = Setting(0.0, "evidence halves after so many days; 0 = never", 0, 1e6)
    root_strength = _above_zero(10.0, "the root starts as Beta(x, x)", 1e9)
    kappa_min = _above_zero(5.0, "least borrowing of a level", 1e9)
    kappa_max = _above_zero(10_000.0, "most borrowing of a level", 1e9)


class Labels:
    """How episodes are labelled."""

    label_horizon = _seconds(900, 1, 86_400, "s until a label is unresolved")


class Costs:
    """What trading costs. An instrument has its own commission and base slippage."""

    slippage_base = Setting(1, "base slippage of a market order", 0, 100_000)
    slippage_factor = Setting(0.0, "added share of the recent range", 0, 10)
    slippage_window = _seconds(5, 1, 3600, "recent range window, s")


class Fills:
    """How orders are filled."""

    limit_fill: Setting[LimitFill] = Setting("touch", "when a target fills")
    intrabar: Setting[Intrabar] = Setting("stop_first", "stop and target in one bar")
    max_entry_gap = _seconds(5, 1, 86_400, "s to the entry bar, else dropped")
    no_entry_before_close = _seconds(300, 0, 86_400, "last s of the session without entries")
    flat_before_close = _seconds(60, 0, 86_400, "s before the close when all is closed")


class Regret:
    """What exits are held against."""

    regret_bar_seconds = _seconds(120, 1, 86_400, "bars that exits are held against, s")
    regret_bars_after = _seconds(5, 0, 1000, "bars after the exit that count")


class Scores:
    """How a set's day becomes one figure."""

    objective: Setting[Objective] = Setting("sharpe", "what is optimised")
    min_trades = Setting(10, "fewer trades leave an objective undefined", 2, 1_000_000)


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """A factor of a parameter set, as the design draws it."""

    label: str
    unit: str = ""
    words: str
    kind: Literal["int", "float", "categorical"] = "int"
    low: float = 0
    high: float = 0
    """Inclusive."""
    step: float = 1
    """Distance of the levels of a float factor."""
    log: bool = False
    """Even in the logarithm: half the sets below the geometric middle."""
    barriers: bool = False
    """Whether the range is in barriers, the typical move of a minute, and the factor in ticks."""
    off: Literal["", "below", "above"] = ""
    """Whether 0 means "off", and at which end of the range: no cooldown is the shortest, no limit the largest."""


FACTORS: dict[str, Factor] = {
    "stop_loss_ticks": Factor(
        label="stop", unit="ticks", words="distance of the protective stop from the entry fill",
        low=0.2, high=3, log=True, barriers=True,
    ),
    "take_profit_ticks": Factor(
        label="target", unit="ticks", words="distance of the target from the entry fill; beyond the stop's",
        low=0.3, high=8, log=True, barriers=True,
    ),
    "trail_activation_ticks": Factor(
        label="trail from", unit="ticks", words="gain that switches the trail on; 0 = no trail",
        low=0.15, high=5, log=True, barriers=True, off="above",
    ),
    "trail_distance_ticks": Factor(
        label="trail distance", unit="ticks", words="distance of the trail from the peak; below its activation",
        low=0.1, high=2, log=True, barriers=True,
    ),
    "max_hold_seconds": Factor(
        label="max hold", unit="s", words="longest time in a trade", low=20, high=3600, log=True,
    ),
    "cooldown_seconds": Factor(
        label="cooldown", unit="s", words="wait after an exit; 0 = none", low=1, high=300, off="below",
    ),
    "confidence_threshold": Factor(
        label="confidence", words="certainty the brain must have that the bracket pays",
        kind="float", low=0.5, high=0.95, step=0.05,
    ),
    "min_samples": Factor(
        label="min samples", words="observations a state needs before the brain speaks", low=0, high=50,
    ),
    "entry_rule": Factor(label="entry rule", words="what makes a trade possible at a bar", kind="categorical"),
    "contexts_allowed": Factor(
        label="contexts", words="of which one must hold at the decision bar", kind="categorical",
    ),
    "max_consecutive_losses": Factor(
        label="max losses", words="net losses in a row that end the day; 0 = no limit", low=2, high=10,
        off="above",
    ),
    "sides": Factor(label="sides", words="sides that may be taken", kind="categorical"),
}  # fmt: skip # a table, a factor a row
"""The factors of a parameter set, in the core's order."""
