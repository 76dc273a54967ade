//! Signals, slippage and fees of one's own: every path finds the trades of the reference, and the reference those that
//! the arrays ask for.
mod sweep_support;

use bayescore_core::{
    bars::DayBars,
    control::Control,
    costs::Costs,
    error::CoreError,
    fills::FillRules,
    metrics::SetTotals,
    params::{ParamSet, Sides},
    per_bar::PerBar,
    regret::RegretRules,
    state::{DayStates, Field, INVALID, StateSpace},
    sweep::{GateInput, PreparedDay, Sweep, SweepOptions, SweepPath, sweep_days},
};
use proptest::prelude::*;
use std::sync::Arc;
use sweep_support::{BINS, Ranges, Rng, SET, Walk, random_states, stretch_sets, walk};

const COSTS: Costs = Costs { commission_milliticks: 1240, ..Costs { slippage_base: 1, ..Costs::FREE } };

/// A space of one field with a level for each code of [`random_states`].
fn space() -> Arc<StateSpace> {
    let labels: Vec<String> = (0..=2 * BINS).map(|k| k.to_string()).collect();
    let field = Field::new("level", &labels, false);
    Arc::new(StateSpace::new(vec![field], &[vec!["level".into()]]).expect("a space"))
}

fn prepare(bars: &DayBars, states: &DayStates, costs: &Costs, rules: &FillRules, per_bar: &PerBar) -> PreparedDay {
    let (bars, states) = (Arc::new(bars.clone()), Arc::new(states.clone()));
    PreparedDay::with(bars, states, space(), GateInput::default(), costs, rules, per_bar.clone()).expect("a day")
}

fn sweep(day: &PreparedDay, sets: &[ParamSet], path: SweepPath, threads: usize) -> Sweep {
    let options = SweepOptions { threads, events: Some(RegretRules::default()), path };
    day.sweep(sets, &options, &Control::default()).expect("a sweep")
}

/// All paths give what the reference gives; returns it.
fn agree(day: &PreparedDay, sets: &[ParamSet]) -> Sweep {
    let reference = sweep(day, sets, SweepPath::Reference, 1);
    for (path, threads) in [
        (SweepPath::Batched, 1),
        (SweepPath::Baseline, 2),
        (SweepPath::PerSet, 1),
        (SweepPath::PerSet, 2),
        (SweepPath::Auto, 1),
        (SweepPath::Auto, 2),
    ] {
        assert_eq!(sweep(day, sets, path, threads), reference, "{path:?} on {threads} threads");
    }
    let days = sweep_days(&[day], sets, 1, &Control::default()).expect("a table");
    for k in 0..sets.len() {
        let row = reference.table.row(k);
        assert_eq!(days.net[k], row.gross * 1000 - row.trades * day.commission() - row.fees);
    }
    reference
}

fn per_bar(seed: u64, bars: usize, which: (bool, bool, bool), share: f64) -> PerBar {
    let mut rng = Rng(seed ^ 0x00b5);
    let side = |rng: &mut Rng| if rng.chance(share) { rng.pick(&[-1, 1]) } else { 0 };
    PerBar {
        sides: which.0.then(|| (0..bars).map(|_| side(&mut rng)).collect()),
        slippage: which.1.then(|| (0..bars).map(|_| rng.int(0, 9)).collect()),
        fees: which.2.then(|| (0..bars).map(|_| i64::from(rng.int(0, 4000))).collect()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_path_agrees(
        seed in 0..u64::MAX,
        bars in prop_oneof![2..60usize, 60..3000usize, 3000..9000usize],
        sigma in prop_oneof![Just(0.3), 0.5..12.0, 12.0..200.0],
        gap in 0.0..0.8,
        sets in 1..40usize,
        ranges in prop_oneof![Just(Ranges::Pinned), Just(Ranges::Design), Just(Ranges::Any)],
        which in any::<(bool, bool, bool)>(),
        share in prop_oneof![Just(0.0), 0.0..0.05, 0.05..1.0],
    ) {
        let bars = walk(seed, Walk { bars, sigma, gap, jump: (0.0, 0), tail: 400 });
        let states = random_states(seed, &bars);
        let mut table = stretch_sets(seed, sets, ranges).sets;
        for (k, set) in table.iter_mut().enumerate() {
            set.sides = [Sides::Both, Sides::Long, Sides::Short, Sides::Both][k % 4];
        }
        let per_bar = per_bar(seed, bars.len(), which, share);
        agree(&prepare(&bars, &states, &COSTS, &FillRules::default(), &per_bar), &table);
    }
}

fn plain_day(bars: usize) -> (DayBars, DayStates) {
    let bars = walk(21, Walk { bars, tail: 400, ..Walk::PINNED });
    let states = random_states(22, &bars);
    (bars, states)
}

#[test]
fn a_side_is_taken_where_the_signal_asks_for_it_and_rules_allow_it() {
    let (bars, states) = plain_day(9000);
    let own = per_bar(23, bars.len(), (true, false, false), 0.3);
    let sides = own.sides.clone().expect("sides");
    let day = prepare(&bars, &states, &COSTS, &FillRules::default(), &own);
    let sets =
        [SET, ParamSet { sides: Sides::Long, ..SET }, ParamSet { contexts_allowed: 2, cooldown_seconds: 30, ..SET }];
    let gate = day.gate(&sets).expect("a gate");
    for (k, set) in sets.iter().enumerate() {
        let trades = day.simulate(0, set, &gate.sides[k * gate.n_leaves..][..gate.n_leaves]).expect("trades");
        assert!(trades.len() > 100, "{}", trades.len());
        let mut next = 0;
        let mut free = i32::MIN;
        for t in 0..trades.len() {
            let i = trades.decision_bar[t] as usize;
            let wanted = |i: usize| if set.sides.allow(sides[i]) { sides[i] } else { 0 };
            let may = |i: usize| {
                states.codes[i] != INVALID && states.contexts[i] & set.contexts_allowed != 0 && bars.ts[i] >= free
            };
            assert_eq!(trades.side[t], wanted(i));
            assert!(may(i));
            for earlier in next..i {
                let in_time = bars.ts[earlier + 1] - bars.ts[earlier] <= FillRules::default().max_entry_gap;
                assert!(wanted(earlier) == 0 || !may(earlier) || !in_time, "bar {earlier} was passed over");
            }
            assert_eq!((trades.code[t], trades.context[t]), states.at(i), "what is told is the state, not the signal");
            next = trades.exit_bar[t] as usize;
            free = trades.exit_ts[t] + set.cooldown_seconds;
        }
    }
    let events = agree(&day, &sets).events.expect("events");
    assert!(!events.is_empty());
    for k in 0..events.len() {
        assert_eq!((events.code[k], events.context[k]), states.at(events.entry_bar[k] as usize - 1));
    }
}

#[test]
fn constant_arrays_are_the_costs() {
    let (bars, states) = plain_day(9000);
    let sets = stretch_sets(24, 30, Ranges::Pinned).sets;
    let own = per_bar(25, bars.len(), (true, false, false), 0.1);
    let n = bars.len();
    let dear = Costs { commission_milliticks: 1240 + 2 * 700, slippage_base: 3, ..Costs::FREE };
    let arrays = PerBar { slippage: Some(vec![3; n]), fees: Some(vec![700; n]), ..own.clone() };
    let rules = FillRules::default();
    let by_costs = prepare(&bars, &states, &dear, &rules, &own);
    let by_arrays = prepare(&bars, &states, &COSTS, &rules, &arrays);
    let (a, b) = (agree(&by_costs, &sets), agree(&by_arrays, &sets));
    for k in 0..sets.len() {
        let (one, other) = (a.table.row(k), b.table.row(k));
        assert!(one.trades > 50);
        assert_eq!(other.fees, 1400 * other.trades);
        let without = SetTotals { fees: 0, fees_win: 0, fees_loss: 0, fees_sq: 0, gross_fees: 0, ..other };
        assert_eq!(without, one);
        let (one, other) =
            (one.metrics(dear.commission_milliticks, 10), other.metrics(COSTS.commission_milliticks, 10));
        for (x, y) in [(one.net, other.net), (one.mean, other.mean), (one.sd, other.sd), (one.win_rate, other.win_rate)]
        {
            assert!((x - y).abs() < 1e-9 * x.abs().max(1.0), "{x} {y}");
        }
        assert!((one.profit_factor - other.profit_factor).abs() < 1e-9 * one.profit_factor);
    }
}

#[test]
fn fees_are_those_of_the_bars_of_both_fills() {
    let (bars, states) = plain_day(4000);
    let own = per_bar(26, bars.len(), (true, true, true), 0.2);
    let (fees, slippage) = (own.fees.clone().expect("fees"), own.slippage.clone().expect("slippage"));
    let day = prepare(&bars, &states, &COSTS, &FillRules::default(), &own);
    let trades = day.simulate(0, &SET, &day.gate(&[SET]).expect("a gate").sides).expect("trades");
    assert!(trades.len() > 100);
    for t in 0..trades.len() {
        let (e, x) = (trades.entry_bar[t] as usize, trades.exit_bar[t] as usize);
        assert_eq!(trades.fee.as_ref().expect("fees")[t], fees[e] + fees[x]);
        assert_eq!(trades.net[t], 1000 * i64::from(trades.gross[t]) - 1240 - fees[e] - fees[x]);
        assert_eq!(trades.entry_price[t], bars.open[e] + i32::from(trades.side[t]) * slippage[e]);
    }
    let totals = SetTotals::from(&trades);
    let nets: Vec<f64> = trades.net.iter().map(|&net| net as f64 / 1000.0).collect();
    let n = nets.len() as f64;
    let mean = nets.iter().sum::<f64>() / n;
    let sd = (nets.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let gains: f64 = nets.iter().filter(|x| **x > 0.0).sum();
    let losses: f64 = -nets.iter().filter(|x| **x < 0.0).sum::<f64>();
    let figures = totals.metrics(1240, 10);
    let pairs = [(figures.mean, mean), (figures.sd, sd), (figures.profit_factor, gains / losses)];
    assert!(pairs.iter().all(|(x, y)| (x - y).abs() < 1e-9 * y.abs()), "{pairs:?}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let (bars, states) = plain_day(50);
    let make = |per_bar: PerBar| {
        let (bars, states) = (Arc::new(bars.clone()), Arc::new(states.clone()));
        let gate = GateInput::default();
        PreparedDay::with(bars, states, space(), gate, &COSTS, &FillRules::default(), per_bar).map(|_| ())
    };
    let row = |error: Result<(), CoreError>| match error {
        Err(CoreError::Bars { row, .. }) => row,
        other => panic!("{other:?}"),
    };
    assert!(matches!(make(PerBar { sides: Some(vec![0; 49]), ..PerBar::default() }), Err(CoreError::Shape(_))));
    let with = |row: usize, value: i64| (0..50).map(|k| if k == row { value } else { 0 }).collect::<Vec<_>>();
    let narrow = |row, value| with(row, value).into_iter().map(|x| x as i32).collect::<Vec<_>>();
    assert_eq!(
        row(make(PerBar { sides: Some(narrow(7, 2).iter().map(|&x| x as i8).collect()), ..PerBar::default() })),
        7
    );
    assert_eq!(row(make(PerBar { slippage: Some(narrow(8, -1)), ..PerBar::default() })), 8);
    assert_eq!(row(make(PerBar { slippage: Some(narrow(9, 100_001)), ..PerBar::default() })), 9);
    assert_eq!(row(make(PerBar { fees: Some(with(10, -1)), ..PerBar::default() })), 10);
    assert_eq!(row(make(PerBar { fees: Some(with(11, 1_000_001)), ..PerBar::default() })), 11);
    let both = PerBar::sides_of(&[false, true, true], &[true, false, true]);
    assert!(matches!(both, Err(CoreError::Bars { row: 2, .. })), "{both:?}");
    assert_eq!(PerBar::sides_of(&[false, true, false], &[true, false, false]), Ok(vec![-1, 1, 0]));
}
