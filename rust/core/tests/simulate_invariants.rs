//! What holds for every day, set and rule: random days, random sets.
mod sweep_support;

use bayescore_core::{
    bars::DayBars,
    control::Control,
    costs::Costs,
    fills::{FillRules, Intrabar, LimitFill},
    market::Market,
    metrics::SetTotals,
    state::DayStates,
    sweep::{SweepOptions, sweep_day},
    trade::Trades,
};
use proptest::prelude::*;
use sweep_support::{Ranges, Table, Walk, random_states, stretch_leaves, stretch_sets, walk};

/// A day with its states, sets and market assumptions.
#[derive(Debug, Clone)]
struct Case {
    bars: DayBars,
    states: DayStates,
    table: Table,
    costs: Costs,
    rules: FillRules,
}

impl Case {
    /// Trades of every set.
    fn trades(&self) -> Vec<Trades> {
        let leaves = stretch_leaves();
        let market = Market::new(&self.bars, &self.states, &leaves, &self.costs, &self.rules).expect("a market");
        let sets = 0..self.table.sets.len();
        sets.map(|k| market.simulate(k as u32, &self.table.sets[k], self.table.fire(k)).expect("trades")).collect()
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let shape = (1..2500usize, prop_oneof![0.3..3.0, 3.0..30.0], 0.0..0.7, prop_oneof![Just(0.0), Just(0.02)], 1..600);
    let costs = (0..4000i64, 0..4, prop_oneof![Just(0.0), 0.0..0.5]);
    let intrabar = prop_oneof![Just(Intrabar::StopFirst), Just(Intrabar::TargetFirst), Just(Intrabar::OhlcPath)];
    let limit = prop_oneof![Just(LimitFill::Touch), Just(LimitFill::Through)];
    (any::<u64>(), shape, costs, intrabar, limit, prop_oneof![Just(Ranges::Any), Just(Ranges::Design)]).prop_map(
        |(
            seed,
            (bars, sigma, gap, jump, tail),
            (commission_milliticks, base, factor),
            intrabar,
            limit_fill,
            ranges,
        )| {
            let bars = walk(seed, Walk { bars, sigma, gap, jump: (jump, 60), tail });
            Case {
                states: random_states(seed, &bars),
                bars,
                table: stretch_sets(seed, 6, ranges),
                costs: Costs {
                    commission_milliticks,
                    slippage_base: base,
                    slippage_factor: factor,
                    slippage_window: 5,
                },
                rules: FillRules {
                    intrabar,
                    limit_fill,
                    no_entry_before_close: 60,
                    flat_before_close: 20,
                    ..FillRules::default()
                },
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_position_at_a_time_and_none_at_the_close(case in cases()) {
        let (ts, rules) = (&case.bars.ts, &case.rules);
        let flat = ts.partition_point(|&t| t < case.bars.close_s - rules.flat_before_close).min(ts.len() - 1);
        for (trades, set) in case.trades().iter().zip(&case.table.sets) {
            let mut free = 0;
            for k in 0..trades.len() {
                let (i, e, x) = (trades.decision_bar[k] as usize, trades.entry_bar[k] as usize, trades.exit_bar[k] as usize);
                prop_assert!(e == i + 1 && e <= x && x <= flat);
                prop_assert!(ts[i] >= free && ts[i] < case.bars.close_s - rules.no_entry_before_close);
                prop_assert!(ts[e] - ts[i] <= rules.max_entry_gap);
                prop_assert!(case.states.contexts[i] & set.contexts_allowed != 0);
                prop_assert_eq!(trades.duration[k], ts[x] - ts[e]);
                // Only a bar that comes late makes a trade longer than it may be.
                prop_assert!(x == e || ts[x - 1] - ts[e] < set.max_hold_seconds);
                free = ts[x] + set.cooldown_seconds;
            }
        }
    }

    #[test]
    fn results_lie_in_their_bounds(case in cases()) {
        for (trades, set) in case.trades().iter().zip(&case.table.sets) {
            for k in 0..trades.len() {
                let gross = trades.gross[k];
                prop_assert_eq!(gross, i32::from(trades.side[k]) * (trades.exit_price[k] - trades.entry_price[k]));
                prop_assert_eq!(trades.net[k], i64::from(gross) * 1000 - case.costs.commission_milliticks);
                let by_clock = trades.reason[k] >= 3;
                prop_assert!(by_clock || gross <= set.take_profit_ticks, "never better than the target");
                prop_assert!(trades.reason[k] != 0 || gross <= -set.stop_loss_ticks, "never better than the stop");
                prop_assert!(trades.reason[k] != 2 || gross == set.take_profit_ticks);
                prop_assert!(trades.worst[k] <= gross && gross <= trades.best[k]);
                prop_assert!(trades.ambiguous[k] == 1 || trades.worst[k] == trades.best[k]);
                prop_assert!(trades.mae[k] >= 0.max(-gross) && trades.mfe[k] >= 0.max(gross));
            }
            let losses = trades.net.iter().rev().take_while(|&&n| n < 0).count() as i32;
            prop_assert_eq!(trades.outcome.stopped, losses >= set.max_consecutive_losses);
        }
    }

    #[test]
    fn commission_only_costs(mut case in cases(), more in 1..3000i64) {
        for set in &mut case.table.sets {
            set.max_consecutive_losses = i32::MAX;
        }
        let before = case.trades();
        case.costs.commission_milliticks += more;
        for (a, b) in before.iter().zip(&case.trades()) {
            prop_assert_eq!(&a.gross, &b.gross);
            prop_assert!(a.net.iter().zip(&b.net).all(|(a, b)| a - b == more));
        }
    }

    #[test]
    fn totals_are_the_sums_of_the_trades(case in cases()) {
        let leaves = stretch_leaves();
        let market = Market::new(&case.bars, &case.states, &leaves, &case.costs, &case.rules).expect("a market");
        let swept = sweep_day(&market, &case.table.view(), &SweepOptions::default(), &Control::default()).expect("a sweep");
        for (k, trades) in case.trades().iter().enumerate() {
            let row = swept.table.row(k);
            prop_assert_eq!(row, SetTotals::from(trades));
            prop_assert_eq!(row.gross, trades.gross.iter().map(|&g| i64::from(g)).sum::<i64>());
            prop_assert_eq!(row.wins, trades.net.iter().filter(|&&n| n > 0).count() as i64);
            let mut depth = (0i64, 0i64, 0i64);
            for net in &trades.net {
                let now = depth.0 + net;
                let peak = depth.1.max(now);
                depth = (now, peak, depth.2.max(peak - now));
            }
            prop_assert_eq!(row.max_drawdown, depth.2);
        }
    }

    #[test]
    fn the_future_changes_nothing_that_was_decided(case in cases(), at in 0.0..1.0, seed in any::<u64>()) {
        let n = case.bars.len();
        let cut = (at * n as f64) as usize;
        let mut other = case.clone();
        let new = walk(seed, Walk { bars: n, sigma: 20.0, gap: 0.0, jump: (0.01, 200), tail: 1 });
        let drawn = random_states(seed, &new);
        for j in cut..n {
            (other.bars.open[j], other.bars.high[j]) = (new.open[j], new.high[j]);
            (other.bars.low[j], other.bars.close[j]) = (new.low[j], new.close[j]);
            (other.states.codes[j], other.states.contexts[j]) = drawn.at(j);
        }
        for (a, b) in case.trades().iter().zip(&other.trades()) {
            let known = |t: &Trades| {
                let ended = (0..t.len()).filter(|&k| (t.exit_bar[k] as usize) < cut);
                let ended = ended.map(|k| (t.entry_bar[k], t.exit_bar[k], t.gross[k], t.mae[k], t.mfe[k])).collect::<Vec<_>>();
                let open = (0..t.len()).filter(|&k| (t.entry_bar[k] as usize) < cut);
                (ended, open.map(|k| (t.side[k], t.entry_bar[k], t.entry_price[k])).collect::<Vec<_>>())
            };
            prop_assert_eq!(known(a), known(b));
        }
    }
}
