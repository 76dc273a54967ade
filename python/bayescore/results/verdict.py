"""The ladder of verdicts: what the headline's out-of-sample days say, and what the next rung needs.

Staying flat earns nothing and risks nothing, so that is what a result is held against. The error rates of the ladder
on markets without an edge are measured in ``docs/validation.md``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bayescore import events
from bayescore.results.deflation import minimum_track_record
from bayescore.results.statistics import MIN_DAYS, chance_of_mean, mean_interval, moments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.results.statistics import Floats, Interval

EARLY_DAYS = 10
"""Out-of-sample days below which nothing is said."""

SUGGESTIVE, EVIDENCE = 0.05, 0.01
"""Largest one-sided p-values of the two upper rungs."""

EVIDENCE_DAYS = 15
"""Traded days that evidence needs at least: a short lucky streak is none, whatever its t."""

NULL_LEVEL = 0.05
"""Largest p-value of the whole pipeline's null worlds that evidence allows."""

UNVALIDATED = "worlds without an edge to hold it against: run bayescore validate RUN"
OFTEN_LUCK = "a result that worlds without an edge reach less often"

HORIZON = 2000
"""Days beyond which a longer record is called out of reach."""


def verdict(
    daily: Sequence[float] | Floats,
    traded: Sequence[bool] | None = None,
    *,
    currency: str = "USD",
    worst: float | None = None,
    null_p_value: float | None = None,
) -> events.Verdict:
    """Judge daily out-of-sample P&L.

    Days alone are *suggestive* at most.

    Parameters
    ----------
    daily
        Net P&L in currency, one entry an out-of-sample day; 0 for a day without a trade.
    traded
        Which of the days had a trade; by default those with a P&L other than 0.
    currency
        For the sentence.
    worst
        Net P&L of all days had every ambiguous trade met its stop first; evidence needs it above zero.
    null_p_value
        Of the whole pipeline on worlds without an edge, if they have been run; evidence needs it.
    """
    x = np.asarray(daily, np.float64)
    days = len(x)
    active = int(np.count_nonzero(x if traded is None else np.asarray(traded)))
    enough = active >= MIN_DAYS
    interval, p = (mean_interval(x), chance_of_mean(x)) if enough else (None, None)
    rung, missing = _rung(x, active, p, worst)
    mean = float(x.mean()) if days else None
    judged = events.Verdict(
        rung=rung,
        days=days,
        traded_days=active,
        mean_day_currency=mean,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        p_value=p,
        sentence=_sentence(days, active, mean, interval, currency),
        missing=missing,
    )
    return held_against_nulls(judged, null_p_value)


def held_against_nulls(verdict: events.Verdict, p: float | None) -> events.Verdict:
    """A verdict by the days, and what worlds without an edge say of it.

    The days are those of one search among many, so they alone are never evidence: it takes the whole pipeline's
    failure to earn as much where there is nothing to find.

    Parameters
    ----------
    verdict
        Of the days, whether worlds have been run or not.
    p
        Share of the worlds in which the whole pipeline earned as much; ``None`` if they have not been run.
    """
    days = of_days(verdict)
    missing = _of_days(verdict.missing)
    if days in ("suggestive", "evidence"):
        if p is None:
            missing.append(UNVALIDATED)
        elif p > NULL_LEVEL:
            missing.append(f"{OFTEN_LUCK} (p = {p:.2f}, {NULL_LEVEL} needed)")
    return msgspec.structs.replace(verdict, rung=held(days, p), null_p_value=p, missing="; ".join(missing))


def of_days(verdict: events.Verdict) -> events.Rung:
    """The rung that the days would reach if worlds without an edge did not matter."""
    if verdict.rung == "suggestive" and not _of_days(verdict.missing):
        return "evidence"
    return verdict.rung


def held(rung: events.Rung, p: float | None) -> events.Rung:
    """The rung that is left of the days' when worlds without an edge are asked; ``None`` if they have not been."""
    return "suggestive" if rung == "evidence" and (p is None or p > NULL_LEVEL) else rung


def _of_days(missing: str) -> list[str]:
    """What is missing of the days themselves."""
    return [part for part in missing.split("; ") if part and not part.startswith((UNVALIDATED, OFTEN_LUCK))]


def _rung(x: Floats, active: int, p: float | None, worst: float | None) -> tuple[events.Rung, str]:
    if len(x) < EARLY_DAYS:
        return "too early to say", _count(EARLY_DAYS - len(x), "more out-of-sample day")
    if p is None:
        need = _count(MIN_DAYS - active, "more day") + " with trades"
        return "no evidence of an edge", need if active < MIN_DAYS else "days that differ"
    if p > SUGGESTIVE:
        return "no evidence of an edge", _longer(x, SUGGESTIVE)
    missing = []
    if active < EVIDENCE_DAYS:
        missing.append(_count(EVIDENCE_DAYS - active, "more day") + " with trades")
    if p > EVIDENCE:
        missing.append(_longer(x, EVIDENCE))
    if worst is not None and worst <= 0:
        missing.append("a gain even if every ambiguous trade had met its stop first")
    return ("suggestive", "; ".join(missing)) if missing else ("evidence", "")


def _longer(x: Floats, level: float) -> str:
    """How long a record would have to be if the coming days were like those seen."""
    if x.mean() <= 0:
        return "a mean above zero"
    sr, skew, kurtosis = moments(x)
    days = minimum_track_record(sr, 0.0, skew, kurtosis, 1 - level)
    if not days < HORIZON:
        return f"a steadier gain: at this pace more than {HORIZON:,} days"
    more = max(1, math.ceil(days) - len(x))
    return f"about {_count(more, 'more day')} like these"


def _sentence(days: int, active: int, mean: float | None, interval: Interval | None, currency: str) -> str:
    if mean is None:
        return "no out-of-sample day yet"
    if active == 0:
        return f"stayed flat on {'all ' if days > 1 else ''}{_count(days, 'day')}: {_amount(0, currency)}"
    span = "no interval under five days with trades"
    if interval is not None:
        span = f"95% interval {_amount(interval.low, currency)} to {_amount(interval.high, currency)}"
    flat = f", {days - active} of them flat" if active < days else ""
    return (
        f"{_amount(mean, currency)} a day, {span}, {_count(days, 'day')}{flat}; "
        f"staying flat: {_amount(0, currency)}"
    )


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def _amount(x: float, currency: str) -> str:
    """``−$18``; under ten with cents."""
    text = f"{abs(x):,.0f}" if abs(x) >= 9.5 or x == 0 else f"{abs(x):,.2f}"
    sign = "−" if x < 0 and float(text.replace(",", "")) else ""
    return f"{sign}{'$' if currency == 'USD' else currency + ' '}{text}"
