"""One parameter set over one day: at most one position of one contract at a time.

Shorts are longs on mirrored prices. A position is followed bar by bar in the order in which things can be
known: first what happens at the bar's open, then what happens inside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine_bars import Day
from engine_costs import OHLC_PATH, STOP_FIRST, TARGET_FIRST, THROUGH, Costs, FillRules
from engine_space import INVALID, StateSpace

LEARNED, REVERSION, DRIVE, ANY = "learned", "reversion", "drive", "any"
STOP, TRAIL, TARGET, TIME, SESSION_END = range(5)
LONG, SHORT = 1, -1


@dataclass(frozen=True)
class ParamSet:
    """One parameter set, in ticks and seconds."""

    stop_loss_ticks: int
    take_profit_ticks: int
    trail_activation_ticks: int
    trail_distance_ticks: int
    max_hold_seconds: int
    cooldown_seconds: int
    confidence_threshold: float
    min_samples: int
    entry_rule: str
    contexts_allowed: int
    """Context bits of which one must be set."""
    max_consecutive_losses: int
    """0 = no limit."""
    sides: str
    """``both``, ``long`` or ``short``."""


@dataclass(frozen=True)
class Trade:
    """One round trip; prices are fills in ticks, times seconds after the session's open."""

    side: int
    code: int
    context: int
    decision_bar: int
    entry_bar: int
    exit_bar: int
    entry_ts: int
    exit_ts: int
    entry_price: int
    exit_price: int
    reason: int
    gross: int
    net: int
    """Thousandths of a tick."""
    mae: int
    mfe: int
    duration: int
    ambiguous: int
    worst: int
    """Gross if the protective level had been met first."""
    best: int
    """Gross if the target had been met first."""


@dataclass
class DayOutcome:
    """All trades of a set on a day, and what did not become one."""

    trades: list[Trade] = field(default_factory=list)
    dropped: int = 0
    """Orders whose entry bar came too late."""
    stopped: bool = False
    """Whether losses in a row ended the day."""


@dataclass(frozen=True)
class Exit:
    """How a long on (possibly mirrored) prices ended."""

    bar: int
    price: int
    reason: int
    ambiguous: bool = False
    worst: int | None = None
    """Fill under the policy that is worst for an ambiguous bar; None where nothing is ambiguous."""
    best: int | None = None
    whole_bar: bool = False
    """Whether the position was still open at the close of the exit bar."""


@dataclass(frozen=True)
class PerBar:
    """What a caller brings with a value a bar; None leaves the usual in place."""

    sides: list[int] | None = None
    """Side wanted on the close of each bar, in place of the gate's."""
    slippage: list[int] | None = None
    """Ticks lost by a market order filled in each bar."""
    fees: list[int] | None = None
    """Thousandths of a tick that a fill in each bar costs besides the commission."""


class DaySimulator:
    """Holds what all sets of a day share: bars, states, contexts, market assumptions."""

    def __init__(
        self,
        day: Day,
        space: StateSpace,
        codes: list[int],
        contexts: list[int],
        costs: Costs,
        rules: FillRules,
        own: PerBar | None = None,
    ) -> None:
        self.day = day
        self.own = own or PerBar()
        self.contexts = contexts
        self.codes = codes
        self.costs = costs
        self.rules = rules
        self.slippage = costs.slippage(day) if self.own.slippage is None else self.own.slippage
        self.prices = {LONG: day, SHORT: day.mirrored()}
        leaf_of = {c: space.state_of_code(space.leaf_level, c) for c in set(codes) if c != INVALID}
        self.leaves = [leaf_of.get(c, -1) for c in codes]

    def run(self, params: ParamSet, sides: list[int]) -> DayOutcome:
        """All trades of a set.

        Parameters
        ----------
        params
            The set.
        sides
            Side the set takes in each leaf state: +1, −1 or 0 (see `engine_gate`).
        """
        ts, rules = self.day.ts, self.rules
        last_entry = self.day.close_s - rules.no_entry_before_close
        outcome = DayOutcome()
        losses = 0
        earliest = ts[0]
        i = 0
        while i + 1 < len(self.day) and ts[i] < last_entry:
            side = self._side(i, params, sides) if self._may_decide(i, earliest, params) else 0
            if side == 0:
                i += 1
                continue
            if ts[i + 1] - ts[i] > rules.max_entry_gap:
                outcome.dropped += 1
                i += 1
                continue
            trade = self._trade(i, side, params)
            outcome.trades.append(trade)
            losses = losses + 1 if trade.net < 0 else 0
            if 0 < params.max_consecutive_losses <= losses:
                outcome.stopped = True
                break
            i = trade.exit_bar
            earliest = trade.exit_ts + params.cooldown_seconds
        return outcome

    def _may_decide(self, i: int, earliest: int, params: ParamSet) -> bool:
        return (
            self.codes[i] != INVALID
            and self.day.ts[i] >= earliest
            and self.contexts[i] & params.contexts_allowed != 0
        )

    def _side(self, i: int, params: ParamSet, sides: list[int]) -> int:
        if self.own.sides is None:
            return sides[self.leaves[i]]
        refused = {"both": 0, "long": SHORT, "short": LONG}[params.sides]
        return 0 if self.own.sides[i] == refused else self.own.sides[i]

    def _trade(self, decision: int, side: int, params: ParamSet) -> Trade:
        day, prices, e = self.day, self.prices[side], decision + 1
        entry = prices.open[e] + self.slippage[e]
        out = self._exit(prices, e, entry, params)

        # The exit bar counts only as far as the exit: what it did afterwards is not this trade's excursion.
        end = out.bar + 1 if out.whole_bar else out.bar
        lowest = min([*prices.low[e:end], out.price])
        highest = max([*prices.high[e:end], out.price])

        gross = out.price - entry
        fees = 0 if self.own.fees is None else self.own.fees[e] + self.own.fees[out.bar]
        return Trade(
            side=side,
            code=self.codes[decision],
            context=self.contexts[decision],
            decision_bar=decision,
            entry_bar=e,
            exit_bar=out.bar,
            entry_ts=day.ts[e],
            exit_ts=day.ts[out.bar],
            entry_price=side * entry,
            exit_price=side * out.price,
            reason=out.reason,
            gross=gross,
            net=1000 * gross - self.costs.commission_milliticks - fees,
            mae=max(0, entry - lowest),
            mfe=max(0, highest - entry),
            duration=day.ts[out.bar] - day.ts[e],
            ambiguous=int(out.ambiguous),
            worst=gross if out.worst is None else out.worst - entry,
            best=gross if out.best is None else out.best - entry,
        )

    def _exit(self, prices: Day, e: int, entry: int, params: ParamSet) -> Exit:
        """Follow a long from its entry bar to its exit."""
        ts = self.day.ts
        stop, target = entry - params.stop_loss_ticks, entry + params.take_profit_ticks
        flat_from = self.day.close_s - self.rules.flat_before_close
        peak = entry
        for j in range(e, len(ts)):
            slip = self.slippage[j]
            if j > e and ts[j] - ts[e] >= params.max_hold_seconds:
                return Exit(j, prices.open[j] - slip, TIME)
            if ts[j] >= flat_from:
                return Exit(j, prices.open[j] - slip, SESSION_END)

            protective, why = stop, STOP
            if params.trail_activation_ticks > 0 and peak - entry >= params.trail_activation_ticks:
                trail = peak - params.trail_distance_ticks
                if trail > stop:
                    protective, why = trail, TRAIL

            if prices.open[j] <= protective:
                return Exit(j, prices.open[j] - slip, why)
            if self._reaches(prices.open[j], target):
                return Exit(j, target, TARGET)

            hit_protective = prices.low[j] <= protective
            hit_target = self._reaches(prices.high[j], target)
            if hit_protective and hit_target:
                return self._ambiguous(prices, j, protective - slip, target, why)
            if hit_protective:
                return Exit(j, protective - slip, why)
            if hit_target:
                return Exit(j, target, TARGET)
            peak = max(peak, prices.high[j])
        last = len(ts) - 1
        return Exit(last, prices.close[last] - self.slippage[last], SESSION_END, whole_bar=True)

    def _reaches(self, price: int, target: int) -> bool:
        return price > target if self.rules.limit_fill == THROUGH else price >= target

    def _ambiguous(self, prices: Day, j: int, protective_fill: int, target: int, why: int) -> Exit:
        """One bar met both levels, and bars do not say which came first."""
        policy = self.rules.intrabar
        down, up = prices.open[j] - prices.low[j], prices.high[j] - prices.open[j]
        protective_first = policy == STOP_FIRST or (policy == OHLC_PATH and down <= up)
        assert policy in (STOP_FIRST, TARGET_FIRST, OHLC_PATH)
        price, reason = (protective_fill, why) if protective_first else (target, TARGET)
        return Exit(j, price, reason, ambiguous=True, worst=protective_fill, best=target)
