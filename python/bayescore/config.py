"""Settings of a run: frozen, validated once, each with one line of documentation.

The command line's help, the TOML file of ``--config`` and ``docs/configuration.md`` are made from these fields.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from bayescore import fields
from bayescore.errors import UsageError
from bayescore.vocabulary import (
    Brain,
    Costs,
    Fills,
    Intrabar,
    Labels,
    LimitFill,
    Objective,
    Policy,
    Regret,
    Scores,
    State,
)


class _Named(msgspec.StructMeta):
    """Refuses a name that is no field in words that help, as a file of settings does."""

    def __call__(cls, *values: Any, **named: Any) -> Any:  # noqa: N805 - of a class
        if values:
            raise UsageError(
                f"{cls.__name__} takes its fields by name, as {cls.__name__}({cls.__struct_fields__[0]}=…)"
            )
        for name in named:
            if name not in cls.__struct_fields__:
                raise UsageError(fields.unknown(name, cls))  # type: ignore[arg-type]
        return super().__call__(**named)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, metaclass=_Named):
    """Base of all sections: values are checked when one is made, from a file or in Python."""

    def __post_init__(self) -> None:
        """Check every field.

        Raises
        ------
        UsageError
            Naming the field, the value and what is allowed.
        """
        fields.check(self)


class StateConfig(Section, frozen=True, kw_only=True):
    """Windows and edges of the state features (seconds, and multiples as their names say)."""

    band_window: Annotated[int, State.band_window.meta] = State.band_window.default
    band_edges: Annotated[tuple[float, float, float], State.band_edges.meta] = State.band_edges.default
    min_bars: Annotated[int, State.min_bars.meta] = State.min_bars.default
    warmup: Annotated[int, State.warmup.meta] = State.warmup.default
    momentum_lag: Annotated[int, State.momentum_lag.meta] = State.momentum_lag.default
    momentum_edges: Annotated[tuple[float, float], State.momentum_edges.meta] = State.momentum_edges.default
    long_window: Annotated[int, State.long_window.meta] = State.long_window.default
    trend_edge: Annotated[float, State.trend_edge.meta] = State.trend_edge.default
    volume_window: Annotated[int, State.volume_window.meta] = State.volume_window.default
    volume_factor: Annotated[float, State.volume_factor.meta] = State.volume_factor.default
    burst_window: Annotated[int, State.burst_window.meta] = State.burst_window.default
    burst_factor: Annotated[float, State.burst_factor.meta] = State.burst_factor.default
    breakout_gap: Annotated[int, State.breakout_gap.meta] = State.breakout_gap.default
    compression_window: Annotated[int, State.compression_window.meta] = State.compression_window.default
    compression_factor: Annotated[float, State.compression_factor.meta] = State.compression_factor.default
    volatility_window: Annotated[int, State.volatility_window.meta] = State.volatility_window.default
    volatility_bounds: Annotated[tuple[float, float], State.volatility_bounds.meta] = (
        State.volatility_bounds.default
    )
    transition_window: Annotated[int, State.transition_window.meta] = State.transition_window.default


class BrainConfig(Section, frozen=True, kw_only=True):
    """How posteriors are learned."""

    mirror: Annotated[bool, Brain.mirror.meta] = Brain.mirror.default
    label_horizon: Annotated[int, Labels.label_horizon.meta] = Labels.label_horizon.default
    half_life_days: Annotated[float, Brain.half_life_days.meta] = Brain.half_life_days.default
    root_strength: Annotated[float, Brain.root_strength.meta] = Brain.root_strength.default
    kappa_min: Annotated[float, Brain.kappa_min.meta] = Brain.kappa_min.default
    kappa_max: Annotated[float, Brain.kappa_max.meta] = Brain.kappa_max.default


class CostConfig(Section, frozen=True, kw_only=True):
    """What trading costs and how orders are filled. ``None`` takes the instrument's default."""

    commission: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(description="commission and fees per side, in the instrument's currency"),
    ] = None
    slippage_ticks: Annotated[
        Annotated[int, Costs.slippage_base.meta] | None, Meta(description=Costs.slippage_base.words)
    ] = None
    slippage_factor: Annotated[float, Costs.slippage_factor.meta] = Costs.slippage_factor.default
    slippage_window: Annotated[int, Costs.slippage_window.meta] = Costs.slippage_window.default
    limit_fill: Annotated[LimitFill, Fills.limit_fill.meta] = Fills.limit_fill.default
    intrabar: Annotated[Intrabar, Fills.intrabar.meta] = Fills.intrabar.default
    max_entry_gap: Annotated[int, Fills.max_entry_gap.meta] = Fills.max_entry_gap.default
    no_entry_before_close: Annotated[int, Fills.no_entry_before_close.meta] = (
        Fills.no_entry_before_close.default
    )
    flat_before_close: Annotated[int, Fills.flat_before_close.meta] = Fills.flat_before_close.default


class Config(Section, frozen=True, kw_only=True):
    """One run. Two runs with equal configuration, data and version give equal bytes."""

    iterations: Annotated[int, Meta(ge=10, le=1_000_000, description="parameter sets per day")] = 1000
    max_days: Annotated[
        Annotated[int, Meta(ge=1, le=100_000)] | None, Meta(description="stop after so many trade dates")
    ] = None
    seed: Annotated[int, Meta(ge=0, le=2**53, description="seed of the design of experiments")] = 0
    objective: Annotated[Objective, Scores.objective.meta] = Scores.objective.default
    selection: Annotated[Policy, Meta(description="which policy is the headline")] = "decision"
    min_trades: Annotated[int, Scores.min_trades.meta] = Scores.min_trades.default
    selection_half_life_days: Annotated[
        float, Meta(gt=0, le=1e6, description="weight of past days in the panel")
    ] = 10.0
    history_days: Annotated[
        int,
        Meta(ge=2, le=1000, description="past days that candidates are tried on; older ones are forgotten"),
    ] = 60
    history_candidates: Annotated[
        int, Meta(ge=3, le=100_000, description="new sets an evening that are tried on the past days")
    ] = 1000
    trade_probability: Annotated[
        float, Meta(ge=0, lt=1, description="probability of an edge above which tomorrow is traded")
    ] = 0.5
    regret_bar_seconds: Annotated[int, Regret.regret_bar_seconds.meta] = Regret.regret_bar_seconds.default
    regret_bars_after: Annotated[int, Regret.regret_bars_after.meta] = Regret.regret_bars_after.default
    instrument: Annotated[
        str | None, Meta(description="root in instruments.toml; else from symbol or file")
    ] = None
    symbol: Annotated[str | None, Meta(description="contract to use when a file holds several")] = None
    tick_size: Annotated[
        Annotated[float, Meta(ge=1e-9, le=1e9)] | None, Meta(description="overrides the instrument's")
    ] = None
    tick_value: Annotated[
        Annotated[float, Meta(ge=1e-9, le=1e9)] | None, Meta(description="overrides the instrument's")
    ] = None
    session: Annotated[str | None, Meta(description="overrides the instrument's session")] = None
    states: Annotated[
        str | None,
        Meta(description="Python file of your own states (docs/own-states.md); else the usual ones"),
    ] = None
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
            If a value cannot be used, or values contradict each other.
        """
        fields.check(self)
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


STATES_MARK = "@sha256:"
"""Stands between the file of own states and its fingerprint, where a run's configuration names both."""


def split_states(text: str) -> tuple[str, str | None]:
    """File and fingerprint of what ``states`` names."""
    file, mark, fingerprint = text.rpartition(STATES_MARK)
    return (file, fingerprint) if mark else (text, None)


MOST_THREADS = 1024
"""More workers than any machine this runs on has cores; each costs memory."""


def from_toml(text: str, source: str = "configuration") -> Config:
    """Parse a configuration file.

    Raises
    ------
    UsageError
        Naming the field that is unknown or out of range.
    """
    try:
        values = msgspec.toml.decode(text)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{source}: {error}") from None
    except RecursionError:
        raise UsageError(f"{source}: nested too deeply") from None
    return from_values(values, source)


def from_values(values: dict[str, Any], source: str = "configuration") -> Config:
    """Make a configuration of plain values, sections as dictionaries.

    Raises
    ------
    UsageError
        Naming the field that is unknown or out of range.
    """
    problem = fields.explain(values, Config)
    if problem is not None:
        raise UsageError(f"{source}: {problem}")
    try:
        return msgspec.convert(values, Config)
    except msgspec.ValidationError as error:
        raise UsageError(f"{source}: {error}") from None
