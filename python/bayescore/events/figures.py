"""A parameter set, and the figures of trades and days."""

from __future__ import annotations

import msgspec

from bayescore.vocabulary import EntryRule, Sides


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Base: immutable, keyword-only."""


class Params(Frozen, frozen=True, kw_only=True):
    """One parameter set, in the units of the factors."""

    stop_loss_ticks: int
    take_profit_ticks: int
    trail_activation_ticks: int
    trail_distance_ticks: int
    max_hold_seconds: int
    cooldown_seconds: int
    confidence_threshold: float
    min_samples: int
    entry_rule: EntryRule
    contexts_allowed: str
    """``"all"`` or names joined by ``+``, for example ``"kill_zone+confirmation"``: any of them allows."""
    max_consecutive_losses: int
    sides: Sides = "both"


class Metrics(Frozen, frozen=True, kw_only=True):
    """Figures of a list of trades. Undefined figures are ``None``."""

    trades: int
    wins: int
    losses: int
    gross_ticks: int
    net_ticks: float
    net_currency: float
    win_rate: float | None
    break_even_win_rate: float | None
    """Win rate at which the average win and the average loss would cancel; ``None`` without both."""
    mean_ticks: float | None
    sd_ticks: float | None
    sharpe_per_trade: float | None
    sharpe_of_day: float | None
    profit_factor: float | None
    max_drawdown_ticks: float
    duration_mean_s: float | None
    duration_wins_s: float | None
    duration_losses_s: float | None
    ambiguous: int
    net_worst_ticks: float
    """Net if every ambiguous trade had met its stop first."""
    net_best_ticks: float
    """Net if every ambiguous trade had met its target first."""
    dropped_orders: int


class Group(Frozen, frozen=True, kw_only=True):
    """Trades of the out-of-sample headline policy that share a label (a pattern, a context, a session window)."""

    label: str
    trades: int
    wins: int
    net_ticks: float
    duration_mean_s: float | None


class Equity(Frozen, frozen=True, kw_only=True):
    """The path of a day's net P&L trade by trade, in ticks; what days are joined by."""

    gains_ticks: float
    losses_ticks: float
    """Sum of the losing trades, as a positive number."""
    high_ticks: float
    """Highest point of the day's cumulative P&L, the start (0) included."""
    low_ticks: float
    """Lowest point, the start included."""


class PolicyDay(Frozen, frozen=True, kw_only=True):
    """One policy's out-of-sample day."""

    policy: str
    params: Params | None
    """What it traded today (chosen before today); ``None`` on the first date."""
    metrics: Metrics | None
    equity: Equity | None = None
    """Path of the day's trades; ``None`` where it did not trade out of sample."""
    cumulative_net_currency: float
    sharpe_so_far: float | None
    """Annualised Sharpe ratio of the daily net P&L so far; ``None`` under five days."""
    next_params: Params | None
    """Chosen tonight for tomorrow."""


class PolicySummary(Frozen, frozen=True, kw_only=True):
    """One policy over all its out-of-sample days."""

    policy: str
    days: int
    winning_days: int
    trades: int
    wins: int
    win_rate: float | None
    break_even_win_rate: float | None = None
    """Win rate at which the average win and the average loss would cancel; ``None`` without both."""
    net_ticks: float
    net_currency: float
    mean_ticks: float | None
    mean_error_ticks: float | None
    """Standard error of the mean per trade, from the days; ``None`` under five days."""
    sharpe: float | None
    """Annualised, from daily net P&L; ``None`` under five days."""
    sharpe_error: float | None = None
    """Its standard error."""
    max_drawdown_currency: float
    """Deepest fall of the equity, trade by trade."""
    profit_factor: float | None
    """Net gains over net losses of the trades."""
    ambiguous: int
    net_worst_ticks: float
    net_best_ticks: float
    duration_mean_s: float | None
    duration_wins_s: float | None
    duration_losses_s: float | None
