"""How well a day's exits were timed, what stands out, and what tomorrow's set should do about it.

Every exit of the day was held against the best price until some bars after it (``rust/core/src/regret.rs``);
this module counts. One *market event* (an entry bar and side) has one vote, however many parameter sets took
it, and events whose horizons overlap in time share their future: a share of n events is only as certain as
that of the events among them that do not overlap. A statement is made where such a share differs from the
day's, or exceeds one half, beyond what chance does to all the shares looked at together.

Regret is hindsight. On a random walk, too, most targets look too near, because the best of ten later minutes
is rarely the price of this one. That is why adjustments are traded out of sample beside the unadjusted
policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from bayescore import _core
from bayescore.config import Config
from bayescore.errors import UsageError
from bayescore.events import Finding, RegretDay
from bayescore.results.statistics import benjamini_hochberg, normal_cdf, wilson
from bayescore.vocabulary import REASONS, TIMINGS

Columns = Mapping[str, npt.NDArray[Any]]

"""In the core's numbering."""

SIDES = ("long", "short")
SUMS = ("realised", "potential", "left", "given_back", "range")
"""Columns of the event table that are sums over an event's trades, ticks."""

FALSE_DISCOVERY_RATE = 0.05
MIN_EFFECTIVE = 10
"""Groups with fewer events that do not overlap are not looked at."""

MIN_EXPECTED = 2.0
"""Least n·p·(1 − p) for a comparison with a share p: with less the normal distribution is no approximation."""

SLOTS_PER_SPAN = 60
"""Overlap is counted on a grid so fine; rounding costs at most this part of the effective number."""

FIELDS_IN_CONTEXT = ("momentum", "volume", "burst")
"""State fields without findings of their own: momentum is in the trend, the others are contexts."""

VERBS: dict[str, str] = {
    "optimal": "were well timed",
    "too_early": "were too early",
    "too_late": "were too late",
    "wrong_side": "never moved in favour",
}

PROPOSALS: dict[tuple[str, str], tuple[str, int]] = {
    ("target", "too_early"): ("take_profit_ticks", +1),
    ("stop", "too_early"): ("stop_loss_ticks", +1),
    ("stop", "wrong_side"): ("stop_loss_ticks", -1),
    ("stop", "too_late"): ("take_profit_ticks", -1),
    ("trail", "too_early"): ("trail_distance_ticks", +1),
    ("trail", "too_late"): ("trail_distance_ticks", -1),
    ("time", "too_early"): ("max_hold_seconds", +1),
    ("time", "too_late"): ("max_hold_seconds", -1),
    ("session_end", "too_late"): ("max_hold_seconds", -1),
}
"""What a majority of one exit reason's exits asks for: factor and direction."""

MAX_STEP = 0.2
"""Largest change a finding can ask for: where all exits of a reason are of one kind."""


class Space(Protocol):
    """What is needed of a state space."""

    @property
    def fields(self) -> Sequence[tuple[str, Sequence[str], bool]]:
        """Name, labels and mirroring of each field, most significant first."""
        ...


class Proposal(NamedTuple):
    """A relative change of a factor that the findings ask for."""

    factor: str
    change: float
    reason: str


class _Groups(NamedTuple):
    """A partition of the events by one property."""

    name: str
    labels: tuple[str, ...]
    """One a value; empty for a value that is not looked at."""
    value: npt.NDArray[np.uint8]


class _Events(NamedTuple):
    """The event table, one vote an event; arrays of shape (events,)."""

    start: npt.NDArray[np.int64]
    """Second of the entry bar."""
    short: npt.NDArray[np.int64]
    """0 long, 1 short."""
    kind: npt.NDArray[np.int64]
    reason: npt.NDArray[np.int64]
    code: npt.NDArray[np.integer[Any]]
    context: npt.NDArray[np.integer[Any]]
    trades: npt.NDArray[np.int64]
    realised: npt.NDArray[np.float64]
    potential: npt.NDArray[np.float64]
    left: npt.NDArray[np.float64]
    given_back: npt.NDArray[np.float64]
    range: npt.NDArray[np.float64]
    """Best minus worst price until the horizon."""


class BatchRegretAnalyzer:
    """End-of-day analysis of all exits at once.

    Parameters
    ----------
    config
        ``regret_bar_seconds`` and ``regret_bars_after`` are read.
    space
        What the state codes mean.
    """

    def __init__(self, config: Config, space: Space) -> None:
        self._bar_seconds, self._bars_after = config.regret_bar_seconds, config.regret_bars_after
        self._fields = [(name, tuple(labels)) for name, labels, _ in space.fields]
        radix = [len(labels) for _, labels in self._fields]
        digits = np.unravel_index(np.arange(int(np.prod(radix))), radix)
        self._digit = {name: d.astype(np.uint8) for (name, _), d in zip(self._fields, digits, strict=True)}

    def batch_analyze_day(self, all_trades_today: Any, full_day_data: Any) -> RegretDay:
        """Regret of a whole day.

        Parameters
        ----------
        all_trades_today
            The day's event table (``_core.sweep_day`` with events, ``_core.regret_events``), or trade records
            as a mapping of columns or a Polars frame, of one set or of many.
        full_day_data
            The day: what has its ``bars`` (``_core.DayBars``) and, for trade records, its ``states``
            (``_core.DayStates``). For an event table bars alone will do, or any mapping with their times as
            ``ts`` (int32, seconds after the session's open).

        Returns
        -------
        RegretDay
            Without adjustments: those belong to a parameter set (`bayescore.choosing.policies.adjusted`).
            Efficiencies are ratios of sums over events: entry (Hi − E)/(Hi − Lo), exit (X − Lo)/(Hi − Lo) and
            total (X − E)/(Hi − Lo) = entry + exit − 1; undefined where the price never moved.

        Raises
        ------
        UsageError
            If columns are missing.
        """
        bars = getattr(full_day_data, "bars", full_day_data)
        columns = _columns(all_trades_today)
        if "exit_price" in columns:
            from bayescore import _core

            columns = _core.regret_events(
                bars, full_day_data.states, dict(columns), self._bar_seconds, self._bars_after
            )
        ts = np.asarray(bars["ts"] if isinstance(bars, Mapping) else bars.ts)
        return self._day(_events(columns, ts))

    def _day(self, e: _Events) -> RegretDay:
        n = len(e.start)
        shares = np.bincount(e.kind, minlength=4) / max(n, 1)
        entry, exit_, total = _efficiencies(e)
        return RegretDay(
            events=n,
            trades=int(e.trades.sum()),
            exit_efficiency=exit_,
            entry_efficiency=entry,
            total_efficiency=total,
            optimal=float(shares[0]),
            too_early=float(shares[1]),
            too_late=float(shares[2]),
            wrong_side=float(shares[3]),
            left_on_table_ticks=float(e.left.mean()) if n else None,
            given_back_ticks=float(e.given_back.mean()) if n else None,
            findings=self._findings(e, shares),
            adjustments=[],
        )

    def _groups(self, e: _Events) -> Iterable[_Groups]:
        yield _Groups("side", ("all",), np.zeros(len(e.start), np.uint8))
        yield _Groups("exit_reason", REASONS, e.reason.astype(np.uint8))
        for name, labels in self._fields:
            if name not in FIELDS_IN_CONTEXT and 1 < len(labels) < 100:
                yield _Groups(name, labels, self._digit[name][e.code])
        for bit, name in enumerate(_core.CONTEXTS[1:], 1):
            yield _Groups("context", ("", name), (e.context >> bit & 1).astype(np.uint8))

    def _findings(self, e: _Events, overall: npt.NDArray[np.float64]) -> list[Finding]:
        if not len(e.start):
            return []
        cells = _Cells(e, self._groups(e), (self._bars_after + 1) * self._bar_seconds)
        share = cells.counts / np.maximum(cells.events, 1)[:, None]
        looked_at = (cells.effective >= MIN_EFFECTIVE) & np.array([v != "" for v in cells.value])
        n = np.where(looked_at, cells.effective, np.nan)[:, None]
        # Score tests: their p-values and Wilson intervals say the same.
        differs = _p_value(share, overall[None, :], n)
        majority = np.where(
            share > 0.5, _p_value(share, np.array(0.5), n), np.where(np.isnan(n), np.nan, 1.0)
        )
        tests = np.stack([differs, majority]).ravel()
        rejected = benjamini_hochberg(tests, FALSE_DISCOVERY_RATE)
        odd, most = rejected.reshape(2, *share.shape)
        if not rejected.any():
            return []
        # Intervals widened so that, of those shown, the same share may miss (Benjamini and Yekutieli 2005).
        shown = rejected.sum() / np.count_nonzero(~np.isnan(tests))
        low, high = wilson(share, np.nan_to_num(n), 1 - FALSE_DISCOVERY_RATE * shown)
        # Where a whole side has a majority already, that its parts have it too is no news; an exit reason's
        # majority is, because it names the factor to change.
        known = most[cells.side_cell]
        told = odd | (most & (~known | cells.always[:, None]))
        found = [
            _finding(e, cells, cell, kind, (low[cell, kind], high[cell, kind]), usual)
            for cell, kind in np.argwhere(told).tolist()
            for usual in [float(overall[kind]) if odd[cell, kind] else None]
        ]
        return [f for _, f in sorted(found, key=lambda x: -x[0])]


class _Cells:
    """Events counted by group, value and side.

    Parameters
    ----------
    e
        The events.
    groups
        Partitions of them.
    span
        Seconds from an event's entry to the end of its horizon.
    """

    def __init__(self, e: _Events, groups: Iterable[_Groups], span: int) -> None:
        self._groups = list(groups)
        self._short = e.short.astype(np.uint8)
        self.group = [g.name for g in self._groups for _ in g.labels for _ in SIDES]
        self.value = [label for g in self._groups for label in g.labels for _ in SIDES]
        self.short = [short for g in self._groups for _ in g.labels for short in range(2)]
        self.side_cell = np.array(self.short)
        """Cell of all events of the same side: the first group has no other property."""
        self.always = np.array([name in ("side", "exit_reason") for name in self.group])
        """Cells whose majorities are told even if the whole side has them."""
        slot = max(1, span // SLOTS_PER_SPAN)
        when = e.start // slot
        slots = int(when.max(initial=0)) + 1
        counts = []
        busy = np.zeros((len(self.group), slots), np.bool_)
        first = 0
        for g in self._groups:
            cell = (2 * g.value + self._short).astype(np.intp)
            n = 2 * len(g.labels)
            counts.append(np.bincount(4 * cell + e.kind, minlength=4 * n).reshape(n, 4))
            busy[first : first + n].reshape(-1)[cell * slots + when] = True
            first += n
        self.counts = np.concatenate(counts)
        self.events = self.counts.sum(axis=1)
        self.effective = _not_overlapping(busy, -(-span // slot) + (slot > 1))

    def members(self, cell: int) -> npt.NDArray[np.bool_]:
        """Which events are in a cell."""
        for g in self._groups:
            if cell < 2 * len(g.labels):
                return np.asarray((g.value == cell // 2) & (self._short == cell % 2))
            cell -= 2 * len(g.labels)
        raise IndexError(cell)


def _not_overlapping(busy: npt.NDArray[np.bool_], span: int) -> npt.NDArray[np.int64]:
    """How many events of each row can be taken one after the other, each after the horizon of the last.

    Parameters
    ----------
    busy
        Shape (rows, slots): whether an event begins in a slot of time.
    span
        Slots that an event takes.
    """
    rows, slots = busy.shape
    start = np.flatnonzero(busy)
    end = np.searchsorted(start, np.arange(1, rows + 1) * slots)
    at = np.concatenate([[0], end[:-1]])
    count = np.zeros(rows, np.int64)
    after = start.searchsorted(start + span)
    alive = np.flatnonzero(at < end)
    while len(alive):
        count[alive] += 1
        at[alive] = after[at[alive]]
        alive = alive[at[alive] < end[alive]]
    return count


def _finding(
    e: _Events, cells: _Cells, cell: int, kind: int, interval: tuple[float, float], usual: float | None
) -> tuple[float, Finding]:
    """A finding, and how far its interval lies from what it is compared with.

    Parameters
    ----------
    usual
        Share of all events of the day, if the group's differs from it.
    """
    low, high = map(float, interval)
    n, of_kind = int(cells.events[cell]), np.flatnonzero(cells.members(cell) & (e.kind == kind))
    share = len(of_kind) / n
    missed, verb = (e.given_back, "given back") if TIMINGS[kind] == "too_late" else (e.left, "left")
    median = float(np.median(missed[of_kind])) if len(of_kind) else 0.0
    side, where = SIDES[cells.short[cell]], _where(cells.group[cell], cells.value[cell])
    text = f"{share:.0%} of {side} exits{where} {VERBS[TIMINGS[kind]]} (n = {n}"
    text += ")" if TIMINGS[kind] in ("optimal", "wrong_side") else f", median {median:.0f} ticks {verb})"
    distance = low - 0.5
    if usual is not None:
        text += f"; {usual:.0%} of all exits"
        distance = max(distance, low - usual, usual - high)
    return distance, Finding(
        group=cells.group[cell],
        value=cells.value[cell],
        side=side,
        kind=TIMINGS[kind],
        share=share,
        low=low,
        high=high,
        events=n,
        effective_events=float(cells.effective[cell]),
        median_left_ticks=median,
        text=text,
    )


def _p_value(
    share: npt.NDArray[np.float64], expected: npt.NDArray[np.float64], n: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Two-sided score test of binomial shares; NaN, not tested, where n is NaN or too small for it."""
    variance = expected * (1 - expected)
    enough = np.broadcast_to(n * variance >= MIN_EXPECTED, share.shape)
    z = np.divide(share - expected, np.sqrt(variance / n), out=np.zeros_like(share), where=enough)
    p = np.full(share.shape, np.nan)
    p[enough] = 2 * normal_cdf(-np.abs(z[enough]))
    return p


def _columns(table: Any) -> Columns:
    if isinstance(table, Mapping):
        return table
    try:
        return {name: table[name].to_numpy() for name in table.columns}
    except AttributeError:
        raise UsageError(f"trades must be columns or a Polars frame, not {type(table).__name__}") from None


def _events(table: Columns, ts: npt.NDArray[Any]) -> _Events:
    try:
        trades = table["trades"].astype(np.int64)
        sums = {name: table[name] / trades for name in SUMS}
        return _Events(
            start=ts[table["entry_bar"]].astype(np.int64),
            short=(table["side"] < 0).astype(np.int64),
            kind=table["vote"].astype(np.int64),
            reason=_most_frequent([table[name] for name in REASONS]),
            code=table["code"],
            context=table["context"],
            trades=trades,
            **sums,
        )
    except KeyError as missing:
        raise UsageError(f"the event table has no column {missing}") from None


def _efficiencies(e: _Events) -> tuple[float | None, float | None, float | None]:
    """Entry, exit and total efficiency of all events together."""
    realised, potential, span = (float(x.sum()) for x in (e.realised, e.potential, e.range))
    if span <= 0:
        return None, None, None
    return potential / span, 1 + (realised - potential) / span, realised / span


def _most_frequent(counts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.int64]:
    """Which of the columns is largest in each row, the first of equals."""
    winner = np.zeros(len(counts[0]), np.int64)
    most = counts[0].copy()
    for k, column in enumerate(counts[1:], 1):
        winner[column > most] = k
        np.maximum(most, column, out=most)
    return winner


def _where(group: str, value: str) -> str:
    """The words that place a group in a sentence, with a leading blank."""
    match group:
        case "side":
            return ""
        case "exit_reason":
            return {"time": " by time", "session_end": " at the session's end"}.get(value, f" by {value}")
        case "trend":
            return " in flat trends" if value == "flat" else f" in {value}-trends"
        case "context":
            return f" in context {value.replace('_', ' ')}"
        case "window":
            return f" in session {value}"
        case "pattern":
            return " without a pattern" if value == "none" else f" in pattern {value}"
    return f" in {group} {value}"


def proposals(findings: Sequence[Finding]) -> list[Proposal]:
    """What majorities among the exits of a reason ask of tomorrow's set, one entry a factor.

    The step grows from 0 to `MAX_STEP` as the lower bound of the share goes from one half to 1; long and
    short, and reasons that ask for the same factor, are averaged by their effective numbers of events.

    Parameters
    ----------
    findings
        Of a day; those of other groups than the exit reason, or without a majority, name no factor.
    """
    asked: dict[str, list[tuple[float, float, str]]] = {}
    for f in findings:
        change = PROPOSALS.get((f.value, f.kind)) if f.group == "exit_reason" and f.low > 0.5 else None
        if change is not None:
            factor, sign = change
            asked.setdefault(factor, []).append(
                (f.effective_events, sign * MAX_STEP * (2 * f.low - 1), f.text)
            )
    return [
        Proposal(
            factor=factor,
            change=sum(n * step for n, step, _ in asks) / sum(n for n, _, _ in asks),
            reason="; ".join(text for _, _, text in asks),
        )
        for factor, asks in sorted(asked.items())
    ]
