"""What is to be done on the next trade date, in words that need no second document."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from bayescore.report.wording import (
    POLICY_NAMES,
    UNDEFINED,
    decision_sentence,
    duration,
    expectation,
    money,
    number,
    params,
    probability,
    state,
    unsigned,
)
from bayescore.vocabulary import CONTEXTS, ENTRY_RULE_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.config import CostConfig, StateConfig
    from bayescore.events import Params
    from bayescore.results.tomorrow import Amount, Plan, Tomorrow

RECORD_ROWS = 10
"""Days of the record that are shown."""


class Section(NamedTuple):
    """A heading and its sentences."""

    title: str
    lines: list[str]


class Rows(NamedTuple):
    """A table: what stands above it, the heads of its columns, its rows, what stands below it."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str


def headline(t: Tomorrow) -> str:
    """The decision in one sentence."""
    return decision_sentence(t.decision, t.currency, day_text(t.hours.date))


def sections(t: Tomorrow) -> list[Section]:
    """Everything but the tables, in the order in which it is read."""
    found = [Section("hours", _hours(t))]
    d = t.decision
    if d.trade and t.plan is not None and d.params is not None:
        found += _carried_out(t, t.plan, d.params)
    elif d.params is not None:
        found.append(
            Section("on paper", [f"{POLICY_NAMES[d.expert]} goes on without money: {params(d.params)}"])
        )
    found.append(Section("expect", _expectation(t)))
    if t.headline != "decision":
        name = POLICY_NAMES[t.headline]
        found.append(Section("headline", [f"this run's headline is {name}: {params(t.headline_params)}"]))
    return found


def states_table(t: Tomorrow, top: int) -> Rows | None:
    """States in which the set may fire, the best known first; ``None`` where nothing is traded."""
    if not t.decision.trade or t.plan is None:
        return None
    f = t.plan.firing
    rows = [
        (
            state(s.label),
            s.side,
            f"{s.probability:.3f} ({s.low:.3f}–{s.high:.3f})",
            f"{s.effective_n:,.0f}",
            probability(s.pays),
        )
        for s in f.states[:top]
    ]
    needs = "no odds are enough for this bracket" if f.needs >= 1 else f"this bracket needs {f.needs:.3f}"
    title = f"may fire in {_count(len(f.states), 'state')}; {needs}"
    more = len(f.states) - len(rows)
    notes = [
        f"odds: {f.rung_ticks} ticks its way before {f.rung_ticks} against it, with an 80% interval",
        "n: labels that speak for the state; pays: probability that its odds are enough",
    ]
    if f.vetoed:
        notes.append(f"in {_count(f.vetoed, 'more state')} the brain refuses what the rule would do")
    if more:
        notes.insert(0, f"and {more} more: --top {len(f.states)}")
    return Rows(title, ("state", "side", "odds", "n", "pays"), rows, "\n".join(notes))


def record_table(t: Tomorrow) -> Rows | None:
    """How the last decisions turned out; ``None`` before the first."""
    if not t.record:
        return None
    rows = [
        (
            r.date,
            f"{'trade' if r.trade else 'flat'} {probability(r.probability)}",
            POLICY_NAMES[r.expert],
            f"{r.trades}",
            money(r.net_currency, t.currency),
            money(r.paper_currency, t.currency),
        )
        for r in t.record[-RECORD_ROWS:]
    ]
    traded = sum(r.trade for r in t.record)
    net, paper = sum(r.net_currency for r in t.record), sum(r.paper_currency for r in t.record)
    note = (
        f"all {_count(len(t.record), 'day')}: {traded} traded, {money(net, t.currency)} out of sample; "
        f"the expert's set every day, traded or on paper, {money(paper, t.currency)}"
    )
    title = "how the last decisions turned out, net of costs"
    return Rows(title, ("date", "decided", "expert", "trades", "net", "its set"), rows, note)


# -- sentences ---------------------------------------------------------------------------------------------


def day_text(iso: str) -> str:
    """``Wed 2026-02-04``."""
    return f"{date.fromisoformat(iso):%a} {iso}"


def _hours(t: Tomorrow) -> list[str]:
    h, s = t.hours, t.state
    if t.own_states is None:
        when = f"{s.warmup} s after the first bar, {s.min_bars} bars in {s.band_window} s"
        states = f"states from {_at(h.states_from)} ({when})"
    else:
        states = f"states are those of {t.own_states}"
    lines = [
        f"times are of {h.timezone}; session {_at(h.opens)} to {_at(h.closes)}",
        f"{states}; no entry from {_clock(h.no_entry_from)}; flat at {_clock(h.flat_at)}",
    ]
    if not h.holidays_known:
        lines.append("holidays of that year are not in the session table: check the exchange's calendar")
    return lines


def _carried_out(t: Tomorrow, plan: Plan, p: Params) -> list[Section]:
    c = t.costs
    a = Amounts(t.currency)
    exits = [
        f"stop {a(plan.stop)} from the fill, a market order",
        f"target {a(plan.target)} from the fill, a limit order"
        + ("" if c.limit_fill == "touch" else ", counted as filled beyond its price only"),
    ]
    if plan.trail_from is not None and plan.trail_distance is not None:
        exits.append(
            f"trail: once the best price is {a(plan.trail_from)} beyond the fill, the stop follows it at "
            f"{a(plan.trail_distance)}, never back"
        )
    else:
        exits.append("no trail")
    exits.append(f"out at the market after {duration(p.max_hold_seconds)}")
    wait = f"next entry {duration(p.cooldown_seconds)} after an exit" if p.cooldown_seconds else "no cooldown"
    sides = {"both": "long and short", "long": "long only", "short": "short only"}[p.sides]
    return [
        Section(
            "trade",
            [
                f"one contract of {t.symbol}, one position at a time, {sides}; 1 tick = {t.tick_size:g} = "
                f"{unsigned(t.tick_value, t.currency)}"
            ],
        ),
        Section("entry", _entry(p, c)),
        Section("contexts", _contexts(p, plan, t.state)),
        Section("exit", [*exits, wait]),
        Section("risk", _risk(t, plan)),
        *([Section("words", _definitions(t.state))] if t.own_states is None else []),
    ]


def _entry(p: Params, c: CostConfig) -> list[str]:
    confidence, n = p.confidence_threshold, p.min_samples
    if p.entry_rule == "learned":
        brain = f"the side that pays with a probability of {confidence:.2f} or more, in a state with n ≥ {n}: see below"
    else:
        brain = f"veto: no entry in a state with n ≥ {n} in which that side pays with less than {1 - confidence:.2f}"
    return [
        f"{p.entry_rule}: {ENTRY_RULE_WORDS[p.entry_rule]}",
        brain,
        "decided when a second with a trade has ended, while flat; market order at the open of the next bar, none if "
        f"that begins more than {c.max_entry_gap} s later",
    ]


def _contexts(p: Params, plan: Plan, s: StateConfig) -> list[str]:
    exact = {
        "kill_zone": f"z at or beyond ±{s.band_edges[1]:g}",
        "pattern_setup": (
            f"breakout: a close beyond the range from {s.band_window} to {s.breakout_gap} s ago; wedge: the range of "
            f"the last third of {s.band_window} s within that of the first; compression: the range of "
            f"{s.compression_window} s under {s.compression_factor:g} × that of the "
            f"{s.band_window - s.compression_window} s before"
        ),
        "confirmation": "vol +",
        "velocity_spike": "burst",
        "volatility_differential": (
            f"mean {s.burst_window} s range of {s.volatility_window} s outside {s.volatility_bounds[0]:g} to "
            f"{s.volatility_bounds[1]:g} × that of {s.long_window} s"
        ),
        "fractal_resonance": (
            f"z ≥ {s.band_edges[0]:g}, mom up, trend up; or z ≤ −{s.band_edges[0]:g}, mom down, trend down"
        ),
        "transition": f"another trend level within the last {s.transition_window} s",
    }
    names = p.contexts_allowed.split("+")
    lines = ["any one of these must hold at the decision:"] if len(names) > 1 else []
    for name in names:
        if name in CONTEXTS:
            detail = f" ({exact[name]})" if name in exact else ""
            lines.append(f"{name.replace('_', ' ')}: {CONTEXTS[name]}{detail}")
    lines += [f"session window {w.name}: {_at(w.begins)} to {_clock(w.ends)}" for w in plan.windows]
    gone = sum(name.startswith("session:") for name in names) - len(plan.windows)
    if gone:
        lines.append(f"{_count(gone, 'session window')} of the set does not take place on this date")
    return lines


def _risk(t: Tomorrow, plan: Plan) -> list[str]:
    r = plan.risk
    a = Amounts(t.currency)
    range_too = ""
    if t.costs.slippage_factor:
        range_too = f" and {t.costs.slippage_factor:g} × the range of {t.costs.slippage_window} s"
    lines = [
        f"a trade: {a(r.trade)} = the stop and {a(plan.costs)} of costs (commission, "
        f"{_count(plan.slippage_ticks, 'tick')} of slippage a market order); more in a jump through the stop{range_too}"
    ]
    if r.run_of_losses is not None:
        lines.append(
            f"a day: with a loss limit, {r.losses_in_a_row} net losses in a row end it, {a(r.run_of_losses)} if all "
            "are full stops; a win starts the count anew, so this is no ceiling"
        )
    else:
        lines.append("a day: without a loss limit, so there is no ceiling to what it can lose")
    if r.worst_day_currency is not None:
        lines.append(
            f"worst day of what was chosen so far, traded or on paper: {money(r.worst_day_currency, t.currency)}"
        )
    return lines


def _expectation(t: Tomorrow) -> list[str]:
    d = t.decision
    if d.params is None:
        return ["nothing: no candidate is expected to earn more than it costs"]
    lines = [] if d.trade else ["flat earns nothing and risks nothing"]
    if d.evidence_currency is None:
        return [*lines, "no figure: the set is none of the candidates that the days were judged by"]
    who = "it" if d.trade else "the set by itself"
    lines.append(f"{who} {expectation(d, t.currency)}")
    known = f"{d.known_days} {'day' if d.known_days == 1 else 'days'}"
    lines.append(
        f"the {known} it was chosen by show {money(d.evidence_currency, t.currency)} a day, and more than that is "
        f"never expected: it is the best of {d.tried:,} tried, and the best of many looks better than it is"
    )
    return lines


def _definitions(s: StateConfig) -> list[str]:
    outer = f"{s.band_edges[1]:g}"
    return [
        f"band: z = distance of the close from a line fitted to the closes of {s.band_window} s, in standard "
        f"deviations around it; outer bands |z| ≥ {outer}",
        f"mom: change over {s.momentum_lag} s ÷ its root mean square over {s.long_window} s; up or down from "
        f"{s.momentum_edges[0]:g}, strong (extreme) from {s.momentum_edges[1]:g}",
        f"trend: rise of a line fitted to {s.long_window} s in standard deviations around it; up or down from "
        f"{s.trend_edge:g}",
        f"vol +: volume of {s.volume_window} s above {s.volume_factor:g} × its mean rate over {s.band_window} s "
        "(volume confirms)",
        f"burst: range of {s.burst_window} s above {s.burst_factor:g} × its mean over {s.long_window} s",
    ]


class Amounts:
    """Writes amounts in one currency: ``162 ticks ($81.00)``."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def __call__(self, x: Amount | None) -> str:
        if x is None:
            return UNDEFINED
        digits = 0 if float(x.ticks).is_integer() else 2
        return f"{number(x.ticks, digits)} ticks ({unsigned(x.currency, self._currency)})"


def _at(local: str) -> str:
    return f"{date.fromisoformat(local[:10]):%a} {local}"


def _clock(local: str) -> str:
    return local[11:]


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")
