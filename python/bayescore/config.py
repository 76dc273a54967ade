"""Settings of a run: frozen, validated once, each with one line of documentation.

The command line's help, the TOML file of ``--config`` and ``docs/configuration.md`` are made from these fields.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bayescore.errors import UsageError

Objective = Literal["sharpe", "net", "profit_factor", "sharpe_per_trade"]
Selection = Literal["panel", "day_best", "panel_regret", "day_best_regret"]
Intrabar = Literal["stop_first", "target_first", "ohlc_path"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all sections."""


class StateConfig(Section, frozen=True, kw_only=True):
    """Windows and edges of the state features (seconds, and multiples as their names say)."""

    band_window: Annotated[int, Meta(ge=30, le=3600, description="regression line of the band, s")] = 300
    band_edges: Annotated[tuple[float, float, float], Meta(description="z-scores between the bands")] = (
        1.0,
        2.0,
        2.5,
    )
    min_bars: Annotated[int, Meta(ge=3, le=3600, description="bars the band window needs")] = 30
    warmup: Annotated[int, Meta(ge=0, le=7200, description="s after the first bar without states")] = 900
    momentum_lag: Annotated[int, Meta(ge=1, le=900, description="momentum looks back this far, s")] = 60
    momentum_edges: Annotated[tuple[float, float], Meta(description="in rms of that change")] = (0.5, 1.5)
    long_window: Annotated[int, Meta(ge=60, le=3600, description="trend, momentum rms, mean range, s")] = 900
    trend_edge: Annotated[float, Meta(gt=0, description="rise over the long window in sigmas")] = 2.0
    volume_window: Annotated[int, Meta(ge=1, le=300, description="recent volume, s")] = 20
    volume_factor: Annotated[float, Meta(gt=0, description="volume confirmed above this ratio")] = 1.2
    burst_window: Annotated[int, Meta(ge=1, le=60, description="range window of the burst, s")] = 5
    burst_factor: Annotated[float, Meta(gt=0, description="burst above this ratio")] = 2.0
    breakout_gap: Annotated[int, Meta(ge=1, le=299, description="breakout ignores the last s")] = 20
    compression_window: Annotated[int, Meta(ge=1, le=299, description="compression range, s")] = 60
    compression_factor: Annotated[float, Meta(gt=0, lt=1, description="compression below this ratio")] = 0.3
    volatility_window: Annotated[
        int, Meta(ge=5, le=900, description="short volatility of the context, s")
    ] = 60
    volatility_bounds: Annotated[
        tuple[float, float], Meta(description="VOLATILITY_DIFFERENTIAL outside this ratio")
    ] = (0.4, 1.6)
    transition_window: Annotated[
        int, Meta(ge=1, le=3600, description="TRANSITION for so many s after a change of trend")
    ] = 60


class BrainConfig(Section, frozen=True, kw_only=True):
    """How posteriors are learned."""

    mirror: Annotated[bool, Meta(description="pool a state with its mirror image")] = True
    label_horizon: Annotated[int, Meta(ge=1, le=7200, description="s until a label is unresolved")] = 900
    half_life_days: Annotated[
        float, Meta(ge=0, description="evidence halves after so many days; 0 = never")
    ] = 0.0
    root_strength: Annotated[float, Meta(gt=0, description="the root starts as Beta(x, x)")] = 10.0
    kappa_min: Annotated[float, Meta(gt=0, description="least borrowing of a level")] = 5.0
    kappa_max: Annotated[float, Meta(gt=0, description="most borrowing of a level")] = 10_000.0


class CostConfig(Section, frozen=True, kw_only=True):
    """What trading costs and how orders are filled. ``None`` takes the instrument's default."""

    commission: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(description="commission and fees per side, in the instrument's currency"),
    ] = None
    slippage_ticks: Annotated[
        Annotated[int, Meta(ge=0, le=100_000)] | None, Meta(description="base slippage of a market order")
    ] = None
    slippage_factor: Annotated[float, Meta(ge=0, le=10, description="added share of the recent range")] = 0.0
    slippage_window: Annotated[int, Meta(ge=1, le=60, description="recent range window, s")] = 5
    limit_fill: Annotated[Literal["touch", "through"], Meta(description="when a target fills")] = "touch"
    intrabar: Annotated[Intrabar, Meta(description="stop and target in one bar")] = "stop_first"
    max_entry_gap: Annotated[int, Meta(ge=1, le=600, description="s to the entry bar, else dropped")] = 5
    no_entry_before_close: Annotated[int, Meta(ge=0, description="last s of the session without entries")] = (
        300
    )
    flat_before_close: Annotated[int, Meta(ge=0, description="s before the close when all is closed")] = 60


class Config(Section, frozen=True, kw_only=True):
    """One run. Two runs with equal configuration, data and version give equal bytes."""

    iterations: Annotated[int, Meta(ge=10, le=1_000_000, description="parameter sets per day")] = 1000
    max_days: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="stop after so many trade dates")
    ] = None
    seed: Annotated[int, Meta(ge=0, le=2**53, description="seed of the design of experiments")] = 0
    objective: Annotated[Objective, Meta(description="what is optimised")] = "sharpe"
    selection: Annotated[Selection, Meta(description="which policy is the headline")] = "panel"
    min_trades: Annotated[int, Meta(ge=2, description="fewer trades leave an objective undefined")] = 10
    selection_half_life_days: Annotated[float, Meta(gt=0, description="weight of past days in the panel")] = (
        10.0
    )
    regret_bar_seconds: Annotated[
        int, Meta(ge=1, le=3600, description="bars that exits are held against, s")
    ] = 120
    regret_bars_after: Annotated[int, Meta(ge=0, le=100, description="bars after the exit that count")] = 5
    instrument: Annotated[
        str | None, Meta(description="root in instruments.toml; else from symbol or file")
    ] = None
    symbol: Annotated[str | None, Meta(description="contract to use when a file holds several")] = None
    tick_size: Annotated[
        Annotated[float, Meta(gt=0)] | None, Meta(description="overrides the instrument's")
    ] = None
    tick_value: Annotated[
        Annotated[float, Meta(gt=0)] | None, Meta(description="overrides the instrument's")
    ] = None
    session: Annotated[str | None, Meta(description="overrides the instrument's session")] = None
    extended_hours: Annotated[bool, Meta(description="US equities: trade pre-market and after-hours too")] = (
        False
    )
    min_session_coverage: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="a date that begins with less of its session left, or a cut-off last one, is left out",
        ),
    ] = 0.25
    on_bad_rows: Annotated[Literal["refuse", "drop"], Meta(description="what to do with unusable rows")] = (
        "refuse"
    )
    keep_trades: Annotated[Literal["best", "all"], Meta(description="which trades are saved")] = "best"
    state: StateConfig = StateConfig()
    brain: BrainConfig = BrainConfig()
    costs: CostConfig = CostConfig()

    def __post_init__(self) -> None:
        """Check what no single field can know.

        Raises
        ------
        UsageError
            If values contradict each other.
        """
        c, s = self.costs, self.state
        if c.no_entry_before_close <= c.flat_before_close + c.max_entry_gap:
            raise UsageError(
                f"costs.no_entry_before_close ({c.no_entry_before_close} s) must exceed flat_before_close "
                f"({c.flat_before_close} s) + max_entry_gap ({c.max_entry_gap} s)"
            )
        if not s.band_edges[0] < s.band_edges[1] < s.band_edges[2] or s.band_edges[0] <= 0:
            raise UsageError(f"state.band_edges {s.band_edges} must rise from above 0")
        if not 0 < s.momentum_edges[0] < s.momentum_edges[1]:
            raise UsageError(f"state.momentum_edges {s.momentum_edges} must rise from above 0")
        if not 0 < s.volatility_bounds[0] < s.volatility_bounds[1]:
            raise UsageError(f"state.volatility_bounds {s.volatility_bounds} must rise from above 0")
        if s.band_window > s.long_window:
            raise UsageError("state.band_window must not exceed state.long_window")
        for name in ("volume_window", "breakout_gap", "compression_window"):
            if getattr(s, name) >= s.band_window:
                raise UsageError(f"state.{name} must be shorter than state.band_window")
        if self.brain.kappa_min > self.brain.kappa_max:
            raise UsageError("brain.kappa_min must not exceed brain.kappa_max")


def from_toml(text: str, source: str = "configuration") -> Config:
    """Parse a configuration file.

    Raises
    ------
    UsageError
        Naming the field that is unknown or out of range.
    """
    try:
        return msgspec.toml.decode(text, type=Config)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{source}: {error}") from None
