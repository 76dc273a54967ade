//! Every path finds the trades of the reference, to the last integer, whatever day, sets and rules.
mod sweep_support;

use bayescore_core::{
    bars::DayBars,
    control::Control,
    costs::Costs,
    fills::{FillRules, Intrabar, LimitFill},
    market::Market,
    params::ParamSet,
    regret::RegretRules,
    state::DayStates,
    sweep::{Sweep, SweepOptions, SweepPath, sweep_day},
};
use proptest::prelude::*;
use sweep_support::{
    Ranges, Rng, SET, Table, Walk, day, random_states, stretch_leaves, stretch_sets, stretch_states, walk,
};

const COSTS: Costs = Costs { commission_milliticks: 2480, ..Costs { slippage_base: 1, ..Costs::FREE } };

/// Everything a sweep is asked with.
struct Case<'a> {
    bars: &'a DayBars,
    states: &'a DayStates,
    table: &'a Table,
    costs: Costs,
    rules: FillRules,
}

impl Case<'_> {
    fn sweep(&self, path: SweepPath, threads: usize, events: Option<RegretRules>) -> Sweep {
        let leaves = stretch_leaves();
        let market = Market::new(self.bars, self.states, &leaves, &self.costs, &self.rules).expect("a market");
        let options = SweepOptions { threads, events, path };
        sweep_day(&market, &self.table.view(), &options, &Control::default()).expect("a sweep")
    }

    /// All ways give the same; returns the trades and what the events hold.
    fn agree(&self, events: Option<RegretRules>) -> (i64, i64) {
        let reference = self.sweep(SweepPath::Reference, 1, events);
        for (path, threads) in [
            (SweepPath::Batched, 1),
            (SweepPath::Batched, 3),
            (SweepPath::Baseline, 1),
            (SweepPath::PerSet, 1),
            (SweepPath::PerSet, 2),
            (SweepPath::Auto, 1),
            (SweepPath::Auto, 2),
            (SweepPath::Reference, 2),
        ] {
            let other = self.sweep(path, threads, events);
            if other.table != reference.table {
                for k in 0..reference.table.len() {
                    assert_eq!(
                        other.table.row(k),
                        reference.table.row(k),
                        "{path:?} on {threads}: set {k}, {:?}",
                        self.table.sets[k]
                    );
                }
            }
            if let (Some(a), Some(b)) = (&other.events, &reference.events) {
                for k in 0..a.len().min(b.len()) {
                    let of = |t: &bayescore_core::regret::EventTable| (t.entry_bar[k], t.side[k], t.code[k], t.sums[k]);
                    assert_eq!(of(a), of(b), "{path:?} on {threads}: event {k}");
                }
            }
            assert_eq!(other, reference, "{path:?} on {threads} threads");
        }
        let seen = reference.events.map_or(0, |e| e.sums.iter().map(|s| i64::from(s.trades())).sum());
        (reference.table.trades.iter().sum(), seen)
    }
}

fn intrabar() -> impl Strategy<Value = Intrabar> {
    prop_oneof![Just(Intrabar::StopFirst), Just(Intrabar::TargetFirst), Just(Intrabar::OhlcPath)]
}

fn limit() -> impl Strategy<Value = LimitFill> {
    prop_oneof![Just(LimitFill::Touch), Just(LimitFill::Through)]
}

fn horizon() -> impl Strategy<Value = Option<RegretRules>> {
    prop_oneof![
        Just(None),
        Just(Some(RegretRules::default())),
        (1..4000, 0..20).prop_map(|(bar_seconds, bars_after)| Some(RegretRules { bar_seconds, bars_after })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_random_days(
        seed in 0..u64::MAX,
        bars in prop_oneof![1..60usize, 60..3000usize, 3000..9000usize],
        sigma in prop_oneof![Just(0.3), 0.5..12.0, 12.0..200.0],
        gap in 0.0..0.8,
        jump in (prop_oneof![Just(0.0), Just(0.01)], 1..400),
        tail in 1..9000,
        sets in 1..90usize,
        ranges in prop_oneof![Just(Ranges::Pinned), Just(Ranges::Design), Just(Ranges::Wide), Just(Ranges::Any)],
        stretched in any::<bool>(),
        costs in (0..5000i64, 0..4, prop_oneof![Just(0.0), 0.0..0.6], 1..60),
        fills in (intrabar(), limit(), 1..9i32, 10..400i32, 0..9i32),
        events in horizon(),
    ) {
        let bars = walk(seed, Walk { bars, sigma, gap, jump, tail });
        let states = if stretched { stretch_states(&bars) } else { random_states(seed, &bars) };
        let table = stretch_sets(seed, sets, ranges);
        let (commission_milliticks, slippage_base, slippage_factor, slippage_window) = costs;
        let costs = Costs { commission_milliticks, slippage_base, slippage_factor, slippage_window };
        let (intrabar, limit_fill, max_entry_gap, no_entry_before_close, flat) = fills;
        let flat_before_close: i32 = (no_entry_before_close - max_entry_gap - 1).min(flat * 40).max(0);
        let rules = FillRules { intrabar, limit_fill, max_entry_gap, no_entry_before_close, flat_before_close };
        Case { bars: &bars, states: &states, table: &table, costs, rules }.agree(events);
    }
}

/// A whole day and the market it is traded in.
fn whole(bars: &DayBars, table: &Table, events: Option<RegretRules>) -> (i64, i64) {
    let states = stretch_states(bars);
    Case { bars, states: &states, table, costs: COSTS, rules: FillRules::default() }.agree(events)
}

#[test]
fn on_the_pinned_day() {
    let bars = walk(1, Walk::PINNED);
    for (ranges, least) in [(Ranges::Pinned, 100_000), (Ranges::Design, 3000), (Ranges::Wide, 3000)] {
        let (trades, seen) = whole(&bars, &stretch_sets(2, 300, ranges), Some(RegretRules::default()));
        assert!(trades > least && seen == trades, "{ranges:?}: {trades} trades, {seen} in events");
    }
}

#[test]
fn on_the_longest_day() {
    let bars = walk(3, Walk { bars: 80_000, gap: 0.02, ..Walk::PINNED });
    let (trades, _) = whole(&bars, &stretch_sets(4, 70, Ranges::Pinned), Some(RegretRules::default()));
    assert!(trades > 30_000, "{trades}");
}

#[test]
fn with_more_sets_than_a_chunk_holds() {
    let bars = walk(5, Walk { bars: 4000, ..Walk::PINNED });
    let (trades, _) = whole(&bars, &stretch_sets(6, 2500, Ranges::Pinned), Some(RegretRules::default()));
    assert!(trades > 30_000, "{trades}");
}

#[test]
fn on_one_bar_and_on_two() {
    for n in 1..3 {
        let rows: Vec<_> = (0..n).map(|k| (k, 100, 101, 99, 100)).collect();
        assert_eq!(whole(&day(1000, &rows), &stretch_sets(7, 10, Ranges::Any), Some(RegretRules::default())), (0, 0));
    }
}

#[test]
fn when_all_fire_and_when_none_does() {
    let bars = walk(8, Walk { bars: 20_000, ..Walk::PINNED });
    let states = random_states(9, &bars);
    for (side, many) in [(1, true), (-1, true), (0, false)] {
        let mut table = stretch_sets(10, 80, Ranges::Pinned);
        table.sides.fill(side);
        for set in &mut table.sets {
            set.contexts_allowed = 1;
        }
        let case = Case { bars: &bars, states: &states, table: &table, costs: COSTS, rules: FillRules::default() };
        let (trades, _) = case.agree(Some(RegretRules::default()));
        assert_eq!(trades > 50_000, many, "{trades} trades on side {side}");
    }
}

#[test]
fn where_the_packing_does_not_fit() {
    // A range of more levels than fit, and a session longer than the packed seconds.
    let mut rng = Rng(12);
    let huge: Vec<_> = (0..5000)
        .map(|k| {
            let p = rng.int(0, 900_000);
            (k, p, p + 3, p - 3, p + 1)
        })
        .collect();
    let slow: Vec<_> = (0..5000)
        .map(|k| {
            let p = rng.int(1000, 1100);
            (40 * k, p, p + 9, p - 9, p + 1)
        })
        .collect();
    for (rows, gap) in [(huge, 5), (slow, 60)] {
        let bars = day(300_000, &rows);
        let (states, table) = (random_states(13, &bars), stretch_sets(14, 60, Ranges::Any));
        let rules = FillRules { max_entry_gap: gap, ..FillRules::default() };
        let (trades, _) = Case { bars: &bars, states: &states, table: &table, costs: COSTS, rules }
            .agree(Some(RegretRules::default()));
        assert!(trades > 1000, "{trades}");
    }
}

#[test]
fn with_sets_that_the_tables_do_not_hold() {
    let bars = walk(15, Walk { bars: 9000, ..Walk::PINNED });
    // Trails below the stop, distances beyond the day's range, times beyond 16 bits: alone, and among ordinary sets.
    let odd = [
        ParamSet { trail_activation_ticks: 5, trail_distance_ticks: 40, ..SET },
        ParamSet { stop_loss_ticks: 1 << 18, take_profit_ticks: 1 << 18, ..SET },
        ParamSet { trail_activation_ticks: 1 << 18, trail_distance_ticks: 1 << 18, ..SET },
        ParamSet { max_hold_seconds: 80_000, stop_loss_ticks: 5000, take_profit_ticks: 5000, ..SET },
        ParamSet { cooldown_seconds: 70_000, ..SET },
        ParamSet { max_hold_seconds: 1, ..SET },
        ParamSet { max_consecutive_losses: i32::MAX, ..SET },
        ParamSet { max_consecutive_losses: 1, ..SET },
    ];
    for ordinary in [0, 40] {
        let mut table = stretch_sets(16, odd.len() + ordinary, Ranges::Design);
        table.sets[..odd.len()].copy_from_slice(&odd);
        let (trades, _) = whole(&bars, &table, Some(RegretRules::default()));
        assert!(trades > 100, "{trades}");
    }
}

#[test]
fn a_stop_is_noticed_on_every_path() {
    let bars = walk(17, Walk { bars: 2000, ..Walk::PINNED });
    let (states, leaves) = (stretch_states(&bars), stretch_leaves());
    let market = Market::new(&bars, &states, &leaves, &COSTS, &FillRules::default()).expect("a market");
    let table = stretch_sets(18, 50, Ranges::Pinned);
    for path in [SweepPath::Reference, SweepPath::PerSet, SweepPath::Batched, SweepPath::Baseline, SweepPath::Auto] {
        for threads in [1, 2] {
            let control = Control::default();
            let options = SweepOptions { threads, path, events: None };
            sweep_day(&market, &table.view(), &options, &control).expect("a sweep");
            assert_eq!(control.done(), 50, "{path:?}: every set is counted once");
            control.stop();
            let stopped = sweep_day(&market, &table.view(), &options, &control);
            assert_eq!(stopped, Err(bayescore_core::error::CoreError::Stopped), "{path:?} on {threads}");
        }
    }
}
