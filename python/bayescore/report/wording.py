"""How figures read: one place for units, signs and the words of a parameter set."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.events import (
        DataNote,
        Decision,
        Metrics,
        Params,
        Pattern,
        PolicySummary,
        RegretDay,
        Robustness,
        Verdict,
    )

POLICY_NAMES = {
    "decision": "decision",
    "panel": "panel",
    "day_best": "day best",
    "odds": "odds alone",
    "memory_2": "memory 2 days",
    "memory_5": "memory 5 days",
    "memory_10": "memory 10 days",
    "memory_all": "memory all days",
    "designs": "fixed designs",
    "median": "median set",
    "flat": "flat",
}
IN_SAMPLE = "in-sample (hindsight, not a result)"
UNDEFINED = "–"


MOST_NOTES = 12
"""Notes on the data that are shown before the rest is counted."""


def data_note_lines(notes: Sequence[DataNote]) -> list[str]:
    """What was done to the data, a sentence a line."""
    lines = [note.text for note in notes[:MOST_NOTES]]
    if len(notes) > MOST_NOTES:
        lines.append(f"and {len(notes) - MOST_NOTES:,} more; run.json and bayescore inspect have them all")
    return lines


def money(x: float | None, currency: str = "USD") -> str:
    """Signed amount: ``+$1,234.50``; other currencies by their code; zero has no sign."""
    if x is None:
        return UNDEFINED
    cents = round(x, 2)
    sign = "−" if cents < 0 else "+" if cents > 0 else ""
    symbol = "$" if currency == "USD" else f"{currency} "
    return f"{sign}{symbol}{abs(x):,.2f}"


def unsigned(x: float | None, currency: str = "USD") -> str:
    """Amount of something that has no sign, such as a fee or a fall: ``$497.84``."""
    return money(x, currency).lstrip("+−")


def counted(n: int, what: str) -> str:
    """``1 trade``, ``1,234 trades``."""
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def between(worst: float, best: float, digits: int = 0) -> str:
    """The range that ambiguous trades leave open."""
    return f"{number(worst, digits, signed=True)} to {number(best, digits, signed=True)}"


def number(x: float | None, digits: int = 2, *, signed: bool = False) -> str:
    """A figure with thousands separators; what shows as zero has no sign."""
    if x is None:
        return UNDEFINED
    text = f"{abs(x):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return ("−" if x < 0 else "+" if signed else "") + text


def price_text(value: float | None, tick: float) -> str:
    """A price with as many decimals as a tick has; all that the number needs if the tick is not known."""
    if value is None:
        return UNDEFINED
    text = f"{value:,.{decimals(tick)}f}" if tick > 0 else f"{value:,.10g}"
    return text.replace("-", "−", 1) if value < 0 else text


@cache
def decimals(tick: float) -> int:
    """Decimals of prices on a grid: 2 for 0.25, 5 for 0.00001."""
    exponent = Decimal(repr(tick)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def percent(x: float | None, digits: int = 1) -> str:
    return UNDEFINED if x is None else f"{number(100 * x, digits)}%"


def duration(seconds: float | None) -> str:
    """``42 s``, ``7m 05s``, ``1h 02m``."""
    if seconds is None:
        return UNDEFINED
    s = round(seconds)
    if s < 60:
        return f"{s} s"
    if s < 3600:
        return f"{s // 60}m {s % 60:02d}s"
    return f"{s // 3600}h {s % 3600 // 60:02d}m"


def durations_of(mean: float | None, wins: float | None, losses: float | None) -> str:
    return f"{duration(mean)} / {duration(wins)} / {duration(losses)}"


def durations(m: Metrics) -> str:
    """Mean time in a trade: all, wins, losses."""
    return durations_of(m.duration_mean_s, m.duration_wins_s, m.duration_losses_s)


def win_rate(m: Metrics | None) -> str:
    return UNDEFINED if m is None else percent(m.win_rate)


def won(p: PolicySummary) -> str:
    """Win rate beside the one at which the average win and the average loss would cancel."""
    needed = "" if p.break_even_win_rate is None else f" (break-even {percent(p.break_even_win_rate)})"
    return f"{percent(p.win_rate)} won{needed}"


ALL_SETS = "exits of all sets tried; their shares without drift are not known"
"""Said of shares that stand alone."""


def timings(g: RegretDay) -> list[tuple[str, float, float | None]]:
    """How exits were timed, each share with the one of a market without drift.

    Of the headline's own exits. On a day on which it stayed flat they are of all sets (`ALL_SETS`), which would take
    a second sweep, over mirrored bars, to compare.
    """
    own, null = g.headline or g, g.headline_driftless
    return [
        ("optimal", own.optimal, None if null is None else null.optimal),
        ("too early", own.too_early, None if null is None else null.too_early),
        ("too late", own.too_late, None if null is None else null.too_late),
        ("wrong side", own.wrong_side, None if null is None else null.wrong_side),
    ]


def params(p: Params | None) -> str:
    """One line that says everything about a set."""
    if p is None:
        return "flat"
    trail = (
        f"trail {p.trail_distance_ticks} after {p.trail_activation_ticks}"
        if p.trail_activation_ticks
        else "no trail"
    )
    parts = [
        p.entry_rule,
        f"stop {p.stop_loss_ticks}",
        f"target {p.take_profit_ticks}",
        trail,
        f"hold ≤ {duration(p.max_hold_seconds)}",
        f"cooldown {duration(p.cooldown_seconds)}" if p.cooldown_seconds else "",
        f"confidence {p.confidence_threshold:.2f}",
        f"n ≥ {p.min_samples}",
        f"in {p.contexts_allowed.replace('_', ' ')}",
        f"stops after {p.max_consecutive_losses} losses" if p.max_consecutive_losses else "",
        f"{p.sides} only" if p.sides != "both" else "",
    ]
    return ", ".join(part for part in parts if part)


SHORTER = (
    ("volume unconfirmed", "vol −"),
    ("volume confirmed", "vol +"),
    (" · burst no", ""),
    ("burst yes", "burst"),
    ("momentum ", "mom "),
)


def state(label: str) -> str:
    """A state's label short enough for a table."""
    for long, short in SHORTER:
        label = label.replace(long, short)
    return label


def pattern(p: Pattern) -> str:
    """How far a state is from paying, the useful answer when nothing pays."""
    verdict = "pays" if p.pays else "never pays" if p.needs >= 1 else f"needs {p.asks}"
    interval = f"[{p.low:.3f}, {p.high:.3f}]"
    return f"{p.side:<5} {state(p.label)}  {p.probability:.3f} {interval}  n {p.effective_n:.0f}  {verdict}"


STARRED = "* its own labels differ from a coin's, five evenings in a row, with false-discovery control"
UNSTARRED = "No state is separated from a coin by the evidence of these days; those shown are the nearest."


def with_error(x: float | None, error: float | None, digits: int, *, signed: bool = False) -> str:
    """A figure with its standard error; without one under five days."""
    text = number(x, digits, signed=signed)
    return text if error is None else f"{text} ± {number(error, digits)}"


def verdict_lines(v: Verdict) -> list[str]:
    """The rung of the ladder, the figures, what the next rung needs."""
    rung = v.rung[0].upper() + v.rung[1:]
    if v.rung == "no evidence of an edge":
        rung = "No evidence that it covers its costs"
    lines = [f"{rung}: {v.sentence}."]
    if v.p_value is not None:
        chance = f"a market without an edge does as well with probability {p_value(v.p_value)}"
        if v.null_p_value is not None:
            chance += f", the whole pipeline on null worlds with {p_value(v.null_p_value)}"
        lines.append(f"By the spread of its days {chance}.")
    elif v.null_p_value is not None:
        lines.append(
            f"On null worlds the whole pipeline does as well with probability {p_value(v.null_p_value)}."
        )
    if v.missing:
        lines.append(f"Missing to the next rung: {v.missing}.")
    return lines


def p_value(p: float | None) -> str:
    """Three digits; no chance is zero."""
    return "< 0.001" if p is not None and p < 0.0005 else number(p, 3)


def equals(p: float | None) -> str:
    """A p-value behind its name: ``= 0.012``, ``< 0.001``."""
    text = p_value(p)
    return text if text.startswith("<") else f"= {text}"


def chance(p: float) -> str:
    """A probability in percent; what is not certain does not look so."""
    return "< 1%" if 0 < p < 0.005 else "> 99%" if 0.995 <= p < 1 else percent(p, 0)


def probability(p: float) -> str:
    """Two digits; what is not certain does not look so."""
    return "> 0.99" if 0.995 <= p < 1 else "< 0.01" if 0 < p < 0.005 else f"{p:.2f}"


def expectation(d: Decision, currency: str) -> str:
    """What the choice is expected to bring, and by what."""
    if d.expected_currency is None:
        return "cannot say yet what to expect: no choice has traded on a day after it was made"
    days = f"{d.expected_days} day" + ("" if d.expected_days == 1 else "s")
    return (
        f"expects {money(d.expected_currency, currency)} a day ({money(d.low_currency, currency)} to "
        f"{money(d.high_currency, currency)} at 80%), by {days} that came after a choice"
    )


def decision_sentence(d: Decision, currency: str, day: str = "") -> str:
    """Trade or stay flat, and why."""
    expert, on = POLICY_NAMES[d.expert], f" on {day}" if day else ""
    chance = f"chance of an edge {probability(d.probability)}, needs {d.bar:.2f}"
    if d.trade:
        return f"Trade{on}: {chance}; {expert} leads and {expectation(d, currency)}."
    why = f"best fixed design could be luck with probability {probability(d.luck)}"
    if d.params is None:
        why = f"{expert} leads and expects no candidate to earn more than it costs; {why}"
    if d.paper_days:
        days = f"{d.paper_days} day" + ("" if d.paper_days == 1 else "s")
        why += f", choices so far {money(d.paper_net_currency, currency)} on {days} of paper"
    return f"Stay flat{on}: {chance}; {why}."


def tomorrow_lines(d: Decision, currency: str) -> list[str]:
    """The decision, and the set that it is about."""
    lines = [f"tomorrow: {decision_sentence(d, currency)}"]
    if d.params is not None:
        who = "with" if d.trade else "on paper only"
        lines.append(f"  {who}: {params(d.params)}")
    return lines


def robustness_lines(r: Robustness | None, currency: str) -> list[str]:
    """What luck and search would give, each figure with what it is the chance of."""
    if r is None:
        return []
    lines = []
    if r.probabilistic_sharpe is not None:
        text = f"The true Sharpe ratio is above 0 with probability {percent(r.probabilistic_sharpe, 0)}"
        if r.bootstrap_low is not None:
            low, high = money(r.bootstrap_low, currency), money(r.bootstrap_high, currency)
            text += f"; the mean day lies between {low} and {high} by resampling days"
        lines.append(text + ".")
    if r.trials and r.deflated_sharpe is not None:
        lines.append(
            f"Of the best of {r.trials:,} candidates ({r.effective_trials:.1f} independent ones): better than the "
            f"luckiest of as many without skill with probability {percent(r.deflated_sharpe, 0)} "
            f"({percent(r.deflated_sharpe_effective, 0)} by independent ones, which flatters); a winner is no better "
            f"than the median afterwards in {percent(r.overfitting_probability, 0)}, loses in "
            f"{percent(r.overfitting_loss, 0)}; none better than staying flat: p {equals(r.superior_p_value)}."
        )
    kept = []
    if r.kept_of_in_sample is not None:
        kept.append(f"out of sample came {percent(r.kept_of_in_sample, 0)} of the in-sample bests")
    if r.promised_currency is not None:
        kept.append(
            f"evenings expected {money(r.promised_currency, currency)} a day of their sets, "
            f"{money(r.kept_currency, currency)} came"
        )
    if r.break_even_slippage_ticks is not None:
        kept.append(f"the gain bears {number(r.break_even_slippage_ticks)} more ticks of slippage an order")
    if r.ambiguous:
        kept.append(
            f"{r.ambiguous:,} {'trade' if r.ambiguous == 1 else 'trades'} met stop and target in one bar: net "
            f"{money(r.stop_first_currency, currency)} with the stop first, "
            f"{money(r.target_first_currency, currency)} with the target first"
        )
    if kept:
        text = "; ".join(kept)
        lines.append(text[0].upper() + text[1:] + ".")
    return lines
