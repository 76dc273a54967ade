"""The archived simulator and its figures: one hand-made case for each rule of a trade."""

from dataclasses import replace

import engine_bars
import engine_costs
import engine_metrics
import engine_regret
import engine_simulate
import engine_space
import pytest
from engine_simulate import SESSION_END, STOP, TARGET, TIME, TRAIL

SPACE = engine_space.StateSpace((engine_space.Field("go", 3),), (("go",),))
FLAT, BUY, SELL = 0, 1, 2
FREE = engine_costs.Costs(0, 0, 0.0, 5)
RULES = engine_costs.FillRules("touch", "stop_first", 5, 300, 60)
SET = engine_simulate.ParamSet(
    stop_loss_ticks=10,
    take_profit_ticks=20,
    trail_activation_ticks=0,
    trail_distance_ticks=5,
    max_hold_seconds=1000,
    cooldown_seconds=0,
    confidence_threshold=0.5,
    min_samples=0,
    entry_rule="any",
    contexts_allowed=1,
    max_consecutive_losses=100,
    sides="both",
)


def simulate(bars, signals, params=SET, *, costs=FREE, rules=RULES, ts=None, close_s=10_000, contexts=None):
    """Trades of bars given as (open, high, low, close) and a signal a bar (missing ones are flat)."""
    n = len(bars)
    o, h, lo, c = (list(column) for column in zip(*bars, strict=True))
    day = engine_bars.Day(ts or list(range(n)), o, h, lo, c, [1] * n, close_s)
    codes = [*signals, *[FLAT] * (n - len(signals))]
    outcome = engine_simulate.DaySimulator(day, SPACE, codes, contexts or [1] * n, costs, rules).run(
        params, [0, 1, -1]
    )
    mirrored = day.mirrored()
    other = engine_simulate.DaySimulator(mirrored, SPACE, codes, contexts or [1] * n, costs, rules).run(
        params, [0, -1, 1]
    )
    # Every case is also the case of its mirror image.
    turned = [
        replace(t, side=-t.side, entry_price=-t.entry_price, exit_price=-t.exit_price) for t in other.trades
    ]
    assert turned == outcome.trades
    assert (other.dropped, other.stopped) == (outcome.dropped, outcome.stopped)
    return outcome


def only(outcome):
    (trade,) = outcome.trades
    return trade


def still(n, price=100):
    return [(price, price, price, price)] * n


def test_entry_is_the_next_open_plus_slippage():
    bars = [(100, 100, 100, 100), (103, 103, 103, 103), *still(3, 103)]
    trade = only(simulate(bars, [BUY], costs=replace(FREE, slippage_base=2)))
    assert (trade.decision_bar, trade.entry_bar, trade.entry_price) == (0, 1, 105)


def test_stop_fills_at_the_stop_less_slippage():
    bars = [*still(2), (100, 101, 88, 95), *still(2)]
    trade = only(simulate(bars, [BUY], costs=replace(FREE, slippage_base=1)))
    assert (trade.entry_price, trade.exit_price, trade.reason) == (101, 90, STOP)
    assert (trade.gross, trade.exit_bar, trade.duration) == (-11, 2, 1)


def test_stop_gap_fills_at_the_open():
    trade = only(simulate([*still(2), (85, 86, 84, 85)], [BUY]))
    assert (trade.exit_price, trade.reason, trade.gross) == (85, STOP, -15)


def test_target_fills_at_the_target_never_better():
    bars = [*still(2), (130, 131, 129, 130)]
    trade = only(simulate(bars, [BUY], costs=replace(FREE, slippage_base=3)))
    assert (trade.exit_price, trade.reason, trade.gross) == (123, TARGET, 20)


@pytest.mark.parametrize(("limit_fill", "reason"), [("touch", TARGET), ("through", SESSION_END)])
@pytest.mark.parametrize("bar", [(100, 120, 100, 110), (120, 120, 110, 110)])
def test_through_needs_a_price_beyond_the_target(limit_fill, reason, bar):
    rules = replace(RULES, limit_fill=limit_fill)
    assert only(simulate([*still(2), bar, *still(2, 110)], [BUY], rules=rules)).reason == reason
    beyond = [*still(2), (100, 121, 100, 110)]
    assert only(simulate(beyond, [BUY], rules=rules)).exit_price == 120


@pytest.mark.parametrize(
    ("policy", "bar", "exit_price"),
    [
        ("stop_first", (105, 120, 88, 100), 90),
        ("target_first", (100, 125, 85, 100), 120),
        ("ohlc_path", (105, 120, 88, 100), 120),
        ("ohlc_path", (100, 120, 85, 100), 90),
        ("ohlc_path", (100, 120, 80, 100), 90),
    ],
    ids=["stop first", "target first", "nearer high", "nearer low", "tie"],
)
def test_ambiguous_bar_follows_the_policy(policy, bar, exit_price):
    trade = only(simulate([*still(2), bar], [BUY], rules=replace(RULES, intrabar=policy)))
    assert trade.exit_price == exit_price
    assert trade.reason == (STOP if exit_price == 90 else TARGET)
    assert (trade.ambiguous, trade.worst, trade.best) == (1, -10, 20)


def test_levels_hold_on_the_entry_bar():
    trade = only(simulate([(100, 100, 100, 100), (100, 101, 89, 100)], [BUY]))
    assert (trade.entry_bar, trade.exit_bar, trade.reason, trade.duration) == (1, 1, STOP, 0)


def test_trail_uses_peaks_of_earlier_bars_only():
    params = replace(SET, trail_activation_ticks=8, trail_distance_ticks=5)
    # Bar 2 reaches 108 and falls to 101 itself: the trail at 103 holds from bar 3 on.
    bars = [*still(2), (100, 108, 101, 104), (104, 105, 102, 104), *still(2, 104)]
    trade = only(simulate(bars, [BUY], params, costs=FREE))
    assert (trade.exit_bar, trade.exit_price, trade.reason, trade.gross) == (3, 103, TRAIL, 3)


def test_trail_below_its_activation_is_off():
    params = replace(SET, trail_activation_ticks=9, trail_distance_ticks=5)
    bars = [*still(2), (100, 108, 101, 104), (104, 105, 102, 104), *still(2, 104)]
    assert only(simulate(bars, [BUY], params)).reason == SESSION_END


def test_peak_starts_at_the_fill():
    # The open of the entry bar is two ticks below the fill; the high of 108 is 6 above it.
    params = replace(SET, trail_activation_ticks=6, trail_distance_ticks=5)
    bars = [*still(2), (100, 108, 101, 104), (104, 105, 102, 104)]
    trade = only(simulate(bars, [BUY], params, costs=replace(FREE, slippage_base=2)))
    assert (trade.entry_price, trade.exit_price, trade.reason) == (102, 101, TRAIL)


def test_a_trail_that_is_not_above_the_stop_is_the_stop():
    params = replace(SET, trail_activation_ticks=2, trail_distance_ticks=12)
    bars = [*still(2), (100, 102, 100, 101), (101, 101, 89, 90)]
    trade = only(simulate(bars, [BUY], params))
    assert (trade.exit_price, trade.reason) == (90, STOP)


def test_open_below_the_trail_is_a_market_order():
    params = replace(SET, trail_activation_ticks=8, trail_distance_ticks=2)
    bars = [*still(2), (100, 110, 100, 109), (105, 106, 105, 105)]
    trade = only(simulate(bars, [BUY], params))
    assert (trade.exit_price, trade.reason) == (105, TRAIL)


def test_time_runs_from_the_entry_bar():
    params = replace(SET, max_hold_seconds=3)
    trade = only(simulate(still(8), [BUY], params, costs=replace(FREE, slippage_base=1)))
    assert (trade.exit_bar, trade.reason, trade.gross, trade.duration) == (4, TIME, -2, 3)


def test_time_goes_before_the_levels_at_the_open():
    params = replace(SET, max_hold_seconds=2)
    trade = only(simulate([*still(3), (80, 80, 80, 80)], [BUY], params))
    assert (trade.exit_price, trade.reason) == (80, TIME)


def test_flat_before_the_close():
    rules = replace(RULES, no_entry_before_close=20, flat_before_close=10)
    trade = only(simulate(still(40), [BUY], rules=rules, close_s=40))
    assert (trade.exit_bar, trade.reason) == (30, SESSION_END)
    both = replace(SET, max_hold_seconds=29)
    assert only(simulate(still(40), [BUY], both, rules=rules, close_s=40)).reason == TIME


def test_end_of_data_is_out_at_the_last_close():
    bars = [*still(3), (100, 106, 98, 104)]
    trade = only(simulate(bars, [BUY], costs=replace(FREE, slippage_base=1)))
    assert (trade.exit_bar, trade.exit_price, trade.reason) == (3, 103, SESSION_END)
    # The whole last bar belongs to the trade.
    assert (trade.mae, trade.mfe) == (3, 5)


def test_excursions_leave_out_what_the_exit_bar_did_after_the_exit():
    bars = [*still(2), (100, 104, 97, 100), (100, 119, 80, 110)]
    trade = only(simulate(bars, [BUY]))
    assert (trade.reason, trade.mae, trade.mfe) == (STOP, 10, 4)


def test_excursions_are_not_negative():
    trade = only(simulate([(100, 100, 100, 100), (100, 130, 100, 100)], [BUY]))
    assert (trade.mae, trade.mfe) == (0, 20)


def test_late_entry_bar_drops_the_order():
    outcome = simulate(still(4), [BUY], ts=[0, 6, 7, 8])
    assert (outcome.trades, outcome.dropped) == ([], 1)
    outcome = simulate(still(4), [BUY], ts=[0, 5, 7, 8])
    assert (len(outcome.trades), outcome.dropped) == (1, 0)
    # The next bar decides again.
    outcome = simulate(still(4), [BUY, BUY], ts=[0, 6, 7, 8])
    assert (only(outcome).decision_bar, outcome.dropped) == (1, 1)


def test_no_decision_late_in_the_session_or_on_the_last_bar():
    rules = replace(RULES, no_entry_before_close=20, flat_before_close=10)
    assert simulate(still(40), [FLAT] * 20 + [BUY], rules=rules, close_s=40).trades == []
    assert len(simulate(still(40), [FLAT] * 19 + [BUY], rules=rules, close_s=40).trades) == 1
    assert simulate(still(3), [FLAT, FLAT, BUY]).trades == []


def test_no_decision_without_state_or_allowed_context():
    assert simulate(still(4), [engine_space.INVALID, FLAT, FLAT, FLAT]).trades == []
    params = replace(SET, contexts_allowed=0b110)
    trades = simulate(still(9), [BUY] * 9, params, contexts=[1, 1, 8, 3, 1, 1, 1, 1, 1]).trades
    assert [t.decision_bar for t in trades] == [3]


def test_exit_bar_may_decide_and_cooldown_counts_from_its_time():
    bars = [*still(2), (85, 85, 85, 85), *still(7, 85)]
    assert [t.decision_bar for t in simulate(bars, [BUY] * 10).trades] == [0, 2]
    waiting = replace(SET, cooldown_seconds=3)
    assert [t.decision_bar for t in simulate(bars, [BUY] * 10, waiting).trades] == [0, 5]


def test_losses_in_a_row_stop_the_day():
    falling = [(p, p, p, p) for p in range(1000, 0, -20)]
    outcome = simulate(falling, [BUY] * 50, replace(SET, max_consecutive_losses=3))
    assert len(outcome.trades) == 3
    assert outcome.stopped
    # A trade that nets nothing ends the row, and commission makes a gross zero a loss.
    params = replace(SET, max_hold_seconds=1, max_consecutive_losses=2)
    assert len(simulate(still(20), [BUY] * 20, params).trades) == 10
    outcome = simulate(still(20), [BUY] * 20, params, costs=replace(FREE, commission_milliticks=1))
    assert len(outcome.trades) == 2
    assert outcome.trades[0].net == -1


def test_shorts_mirror_longs():
    bars = [*still(2), (100, 111, 100, 100)]
    trade = only(simulate(bars, [SELL], costs=replace(FREE, slippage_base=1)))
    assert (trade.side, trade.entry_price, trade.exit_price, trade.gross) == (-1, 99, 110, -11)


def test_slippage_grows_with_the_range_before_the_fill():
    bars = [(100, 103, 100, 100), (100, 100, 96, 100), (100, 150, 50, 100), *still(8)]
    n = len(bars)
    o, h, lo, c = (list(column) for column in zip(*bars, strict=True))
    day = engine_bars.Day(list(range(n)), o, h, lo, c, [1] * n, 10_000)
    slips = engine_costs.Costs(0, 1, 0.25, 3).slippage(day)
    assert slips[:5] == [0, 2, 3, 26, 26]
    assert slips[-1] == 1


def trade_of(gross, net, duration=1, ambiguous=0):
    return engine_simulate.Trade(
        1,
        0,
        1,
        0,
        1,
        2,
        1,
        1 + duration,
        100,
        100 + gross,
        0,
        gross,
        net,
        0,
        0,
        duration,
        ambiguous,
        gross,
        gross,
    )


def totals_of(*trades):
    return engine_metrics.totals(engine_simulate.DayOutcome(list(trades)), refused=False)


def test_totals_add_up():
    t = totals_of(
        *(trade_of(g, 1000 * g - 1000, d) for g, d in ((5, 10), (-3, 20), (1, 30), (-4, 40), (9, 50)))
    )
    assert (t.trades, t.wins, t.losses) == (5, 2, 2)
    assert (t.gross, t.gross_sq, t.gross_win, t.gross_loss) == (8, 132, 14, -7)
    assert (t.duration, t.duration_win, t.duration_loss) == (150, 60, 60)
    # Net equity: 4, 0, 0, −5, 3.
    assert t.max_drawdown == 9000


def test_drawdown_counts_from_the_start():
    assert totals_of(trade_of(-3, -3000), trade_of(5, 5000)).max_drawdown == 3000


def test_objectives():
    t = totals_of(trade_of(6, 5000), trade_of(-2, -3000), trade_of(2, 1000))
    assert engine_metrics.objective(t, 1000, "net", 3) == 3.0
    assert engine_metrics.objective(t, 1000, "profit_factor", 3) == 2.0
    assert engine_metrics.objective(t, 1000, "sharpe_per_trade", 3) == pytest.approx(0.25)
    assert engine_metrics.objective(t, 1000, "sharpe", 3) == pytest.approx(0.25 * 3**0.5)
    assert engine_metrics.objective(t, 1000, "net", 4) is None


def test_objectives_that_are_undefined():
    same = totals_of(trade_of(2, 2000), trade_of(2, 2000))
    assert engine_metrics.objective(same, 0, "profit_factor", 2) is None
    assert engine_metrics.objective(same, 0, "sharpe_per_trade", 2) is None
    # The Sharpe ratio of the day floors the spread at one tick.
    assert engine_metrics.objective(same, 0, "sharpe", 2) == pytest.approx(2 * 2**0.5)


def regret(bars, trade, **kwargs):
    o, h, lo, c = (list(column) for column in zip(*bars, strict=True))
    n = len(bars)
    day = engine_bars.Day(list(range(n)), o, h, lo, c, [1] * n, 10_000)
    return day, engine_regret.hindsight(day, trade, kwargs.get("bar_seconds", 2), kwargs.get("bars_after", 1))


def test_regret_looks_until_some_bars_after_the_exit():
    # Exit at 3 s lies in the bar 2–4; one bar after it ends at 6.
    bars = [
        *still(2),
        (100, 104, 98, 100),
        (100, 102, 100, 102),
        *still(1),
        (100, 110, 100, 100),
        (100, 200, 1, 9),
    ]
    trade = engine_simulate.Trade(1, 0, 1, 0, 1, 3, 1, 3, 100, 102, 3, 2, 2000, 2, 4, 2, 0, 2, 2)
    _, r = regret(bars, trade)
    assert (r.potential, r.realised, r.left, r.given_back) == (10, 2, 8, 2)
    assert r.kind == engine_regret.TOO_EARLY
    assert r.entry_efficiency + r.exit_efficiency - 1 == pytest.approx(r.total_efficiency)
    assert r.exit_efficiency == pytest.approx(4 / 12)


@pytest.mark.parametrize(
    ("high_before", "high_after", "exit_price", "kind"),
    [
        (110, 100, 109, "OPTIMAL"),
        (110, 100, 108, "TOO_LATE"),
        (104, 110, 104, "TOO_EARLY"),
        (100, 100, 98, "WRONG_SIDE"),
    ],
)
def test_regret_kinds(high_before, high_after, exit_price, kind):
    bars = [*still(1), (100, high_before, 98, 100), *still(2), (100, high_after, 99, 100)]
    gross = exit_price - 100
    trade = engine_simulate.Trade(
        1, 0, 1, 0, 1, 2, 1, 2, 100, exit_price, 3, gross, 0, 0, 0, 1, 0, gross, gross
    )
    assert regret(bars, trade)[1].kind == getattr(engine_regret, kind)


def test_events_gather_sets_and_vote_once():
    day, _ = regret([*still(1), (100, 110, 98, 100), *still(3)], trade_of(0, 0))
    trades = [trade_of(9, 0), trade_of(1, 0), trade_of(2, 0)]
    (event,) = engine_regret.events_of_trades(day, trades, 2, 1)
    assert (event.trades, event.kinds, event.vote) == (3, [1, 0, 2, 0], engine_regret.TOO_LATE)
    assert (event.realised, event.potential) == (12, 30)
    (tie,) = engine_regret.events_of_trades(day, trades[:2], 2, 1)
    assert tie.vote == engine_regret.OPTIMAL
