"""Figures of a set from exact sums over its trades."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from engine_simulate import DayOutcome

SHARPE, NET, PROFIT_FACTOR, SHARPE_PER_TRADE = "sharpe", "net", "profit_factor", "sharpe_per_trade"


@dataclass(frozen=True)
class Totals:
    """Integer sums of a set's day: ticks, seconds, counts; the drawdown in thousandths of a tick."""

    trades: int
    wins: int
    losses: int
    gross: int
    gross_sq: int
    gross_win: int
    gross_loss: int
    duration: int
    duration_win: int
    duration_loss: int
    ambiguous: int
    worst: int
    best: int
    dropped: int
    max_drawdown: int
    stopped: int
    refused: int


def totals(outcome: DayOutcome, refused: bool) -> Totals:
    """Add up a set's day. A win is a net gain, a loss a net loss; a trade that nets nothing is neither."""
    trades = outcome.trades
    wins = [t for t in trades if t.net > 0]
    losses = [t for t in trades if t.net < 0]
    equity = peak = drawdown = 0
    for trade in trades:
        equity += trade.net
        peak = max(peak, equity)
        drawdown = max(drawdown, peak - equity)
    return Totals(
        trades=len(trades),
        wins=len(wins),
        losses=len(losses),
        gross=sum(t.gross for t in trades),
        gross_sq=sum(t.gross**2 for t in trades),
        gross_win=sum(t.gross for t in wins),
        gross_loss=sum(t.gross for t in losses),
        duration=sum(t.duration for t in trades),
        duration_win=sum(t.duration for t in wins),
        duration_loss=sum(t.duration for t in losses),
        ambiguous=sum(t.ambiguous for t in trades),
        worst=sum(t.worst for t in trades),
        best=sum(t.best for t in trades),
        dropped=outcome.dropped,
        max_drawdown=drawdown,
        stopped=int(outcome.stopped),
        refused=int(refused),
    )


def net_ticks(t: Totals, commission_milliticks: int) -> float:
    """Net profit in ticks."""
    return float(1000 * t.gross - t.trades * commission_milliticks) / 1000.0


def mean_ticks(t: Totals, commission_milliticks: int) -> float:
    """Mean net ticks a trade."""
    return float(1000 * t.gross - t.trades * commission_milliticks) / float(1000 * t.trades)


def sd_ticks(t: Totals) -> float:
    """Standard deviation of ticks a trade (n − 1)."""
    return sqrt(float(t.trades * t.gross_sq - t.gross**2) / float(t.trades * (t.trades - 1)))


def objective(t: Totals, commission_milliticks: int, name: str, min_trades: int) -> float | None:
    """What is optimised; None where it is undefined (too few trades, division by nothing)."""
    if t.trades < min_trades:
        return None
    if name == NET:
        return net_ticks(t, commission_milliticks)
    if name == PROFIT_FACTOR:
        won = 1000 * t.gross_win - t.wins * commission_milliticks
        lost = 1000 * t.gross_loss - t.losses * commission_milliticks
        return float(won) / float(abs(lost)) if t.losses else None
    if t.trades < 2:
        return None
    mean, sd = mean_ticks(t, commission_milliticks), sd_ticks(t)
    if name == SHARPE:
        # A day of equal trades has no spread; one tick is the least that prices can differ by.
        return mean / max(sd, 1.0) * sqrt(float(t.trades))
    if name == SHARPE_PER_TRADE:
        return mean / sd if sd > 0.0 else None
    raise ValueError(f"unknown objective {name!r}")
