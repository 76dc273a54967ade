"""What is to be done on the next trade date, put together from a run: figures and times, no words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import msgspec

from bayescore import events
from bayescore.config import CostConfig, StateConfig, split_states
from bayescore.data.instruments import resolve
from bayescore.data.sessions import NS, sessions, table_range
from bayescore.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bayescore.config import Config
    from bayescore.data.instruments import Instrument
    from bayescore.data.sessions import Session

SEARCHED_DAYS = 21
"""Days after the last trade date within which the next one is looked for."""

SESSION_PREFIX = "session:"
"""What the names of session windows begin with among contexts."""


class Amount(events.Frozen, frozen=True, kw_only=True):
    """A distance of one contract's price, and its worth."""

    ticks: float
    currency: float


class Window(events.Frozen, frozen=True, kw_only=True):
    """A session window of the next trade date; local times as in `Hours`."""

    name: str
    begins: str
    ends: str


class Hours(events.Frozen, frozen=True, kw_only=True):
    """The next trade date; all times are local to the exchange, ``YYYY-MM-DD HH:MM:SS``."""

    date: str
    timezone: str
    opens: str
    states_from: str
    """Earliest end of the warm-up; later if the first bar comes later."""
    no_entry_from: str
    flat_at: str
    closes: str
    holidays_known: bool
    """Whether the date lies within the table of holidays."""


class FiringState(events.Frozen, frozen=True, kw_only=True):
    """A state in which a set takes a side."""

    leaf: int
    label: str
    side: Literal["long", "short"]
    probability: float
    """Odds of the side: its barrier is touched before the other."""
    low: float
    high: float
    """80% interval."""
    effective_n: float
    pays: float
    """Probability that the odds exceed what the bracket needs."""


class Firing(events.Frozen, frozen=True, kw_only=True):
    """Where a set may fire, by the brain of the last evening."""

    needs: float
    """Odds at which the bracket pays, costs included; 1 if it never does."""
    rung_ticks: int
    """Distance of the barriers that the odds are of."""
    states: list[FiringState]
    """The best known first."""
    vetoed: int
    """States in which the entry rule would take a side and the brain refuses it."""


class Risk(events.Frozen, frozen=True, kw_only=True):
    """What can be lost, one contract."""

    trade: Amount
    """A full stop: its distance and the costs of the round trip, without a jump through it."""
    losses_in_a_row: int
    """Net losses in a row that end the day; 0 = no limit."""
    run_of_losses: Amount | None
    """So many full stops; ``None`` without a limit."""
    worst_day_currency: float | None
    """Worst day of what was decided so far, traded or on paper; ``None`` before the first."""


class Plan(events.Frozen, frozen=True, kw_only=True):
    """A set in ticks and money."""

    stop: Amount
    target: Amount
    trail_from: Amount | None
    """Gain that switches the trail on; ``None`` = no trail."""
    trail_distance: Amount | None
    costs: Amount
    """Round trip: commission and the base slippage of two market orders."""
    slippage_ticks: int
    """Base slippage of a market order, in the costs."""
    windows: list[Window]
    """Session windows that its contexts name."""
    risk: Risk
    firing: Firing


class PastDecision(events.Frozen, frozen=True, kw_only=True):
    """What was decided the evening before a date, and what became of it."""

    date: str
    trade: bool
    expert: str
    probability: float
    bar: float
    trades: int
    net_currency: float
    """Out of sample; 0 where it stayed flat."""
    paper_currency: float
    """The leading expert's set, traded or on paper."""


class Tomorrow(events.Frozen, frozen=True, kw_only=True):
    """The next trade date: what to do, and what that rests on."""

    run: str
    instrument: str
    symbol: str
    """Contract of the last date."""
    currency: str
    tick_size: float
    tick_value: float
    after: str
    """Last date that is known."""
    headline: str
    headline_params: events.Params | None
    """What the run's headline policy does, where that is not the decision."""
    hours: Hours
    decision: events.Decision
    plan: Plan | None
    """The leading expert's set; ``None`` where it has none. Traded only if `decision` says so."""
    record: list[PastDecision]
    """A row a day, the oldest first."""
    state: StateConfig
    own_states: str | None
    """File of the states, if they are the user's own."""
    costs: CostConfig


def instrument_of(started: events.RunStarted, config: Config) -> Instrument:
    """The instrument of a run, as its configuration resolves it without the data."""
    return resolve(msgspec.structs.replace(config, instrument=started.instrument), [], "")


def next_session(instrument: Instrument, after: str) -> Session:
    """The trade date that follows another.

    Raises
    ------
    DataError
        If there is none within three weeks.
    """
    last = date.fromisoformat(after)
    found = sessions(instrument, last + timedelta(days=1), last + timedelta(days=SEARCHED_DAYS))
    if not found:
        raise DataError(f"no session of {instrument.session} within {SEARCHED_DAYS} days after {after}")
    return found[0]


def hours_of(session: Session, instrument: Instrument, config: Config) -> Hours:
    """When a session can be traded."""
    c, zone = config.costs, ZoneInfo(instrument.timezone)
    return Hours(
        date=session.date,
        timezone=instrument.timezone,
        opens=_local(session.open_ns, zone),
        states_from=_local(session.open_ns + config.state.warmup * NS, zone),
        no_entry_from=_local(session.close_ns - c.no_entry_before_close * NS, zone),
        flat_at=_local(session.close_ns - c.flat_before_close * NS, zone),
        closes=_local(session.close_ns, zone),
        holidays_known=table_range()[0] <= session.date <= table_range()[1],
    )


def record_of(results: Sequence[events.DayResult]) -> list[PastDecision]:
    """How each evening's decision turned out on the next date."""
    rows = []
    for evening, day in pairwise(results):
        d = evening.decision
        traded, paper = day.policies["decision"].metrics, day.policies[d.expert].metrics
        rows.append(
            PastDecision(
                date=day.date,
                trade=d.trade,
                expert=d.expert,
                probability=d.probability,
                bar=d.bar,
                trades=traded.trades if traded else 0,
                net_currency=traded.net_currency if traded else 0.0,
                paper_currency=paper.net_currency if paper else 0.0,
            )
        )
    return rows


def tomorrow_of(
    started: events.RunStarted,
    config: Config,
    results: Sequence[events.DayResult],
    firing: Firing | None,
) -> Tomorrow:
    """Put the next trade date together.

    Parameters
    ----------
    started, config
        Of the run.
    results
        Its finished days in order, at least one.
    firing
        Where the leading expert's set may fire; ``None`` where it has none.
    """
    last, instrument = results[-1], instrument_of(started, config)
    session, record = next_session(instrument, last.date), record_of(results)
    params = last.decision.params
    plan = None
    if params is not None and firing is not None:
        plan = _plan(params, last.decision, firing, record, session, started, config)
    return Tomorrow(
        run=started.run,
        instrument=started.instrument,
        symbol=last.symbol,
        currency=started.currency,
        tick_size=started.tick_size,
        tick_value=started.tick_value,
        after=last.date,
        headline=last.headline,
        headline_params=None if last.headline == "decision" else last.policies[last.headline].next_params,
        hours=hours_of(session, instrument, config),
        decision=last.decision,
        plan=plan,
        record=record,
        state=config.state,
        own_states=None if config.states is None else split_states(config.states)[0],
        costs=config.costs,
    )


def _plan(
    params: events.Params,
    decision: events.Decision,
    firing: Firing,
    record: Sequence[PastDecision],
    session: Session,
    started: events.RunStarted,
    config: Config,
) -> Plan:
    instrument = instrument_of(started, config)

    def amount(ticks: float) -> Amount:
        return Amount(ticks=ticks, currency=ticks * started.tick_value)

    trade = params.stop_loss_ticks + decision.cost_ticks
    limit, trailing = params.max_consecutive_losses, params.trail_activation_ticks > 0
    slippage = config.costs.slippage_ticks
    return Plan(
        stop=amount(params.stop_loss_ticks),
        target=amount(params.take_profit_ticks),
        trail_from=amount(params.trail_activation_ticks) if trailing else None,
        trail_distance=amount(params.trail_distance_ticks) if trailing else None,
        costs=amount(decision.cost_ticks),
        slippage_ticks=instrument.slippage_ticks if slippage is None else slippage,
        windows=_windows(params, session, instrument),
        risk=Risk(
            trade=amount(trade),
            losses_in_a_row=limit,
            run_of_losses=amount(limit * trade) if limit else None,
            worst_day_currency=min((day.paper_currency for day in record), default=None),
        ),
        firing=firing,
    )


def _windows(params: events.Params, session: Session, instrument: Instrument) -> list[Window]:
    named = {
        name.removeprefix(SESSION_PREFIX)
        for name in params.contexts_allowed.split("+")
        if name.startswith(SESSION_PREFIX)
    }
    zone = ZoneInfo(instrument.timezone)
    # Half-days and late opens cut windows off.
    edges = [min(max(ns, session.open_ns), session.close_ns) for ns in session.window_starts_ns]
    ends = [*edges[1:], session.close_ns]
    return [
        Window(name=name, begins=_local(begins, zone), ends=_local(ends, zone))
        for name, begins, ends in zip(instrument.window_names, edges, ends, strict=True)
        if name in named and begins < ends
    ]


def _local(ns: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(ns // NS, tz=UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
