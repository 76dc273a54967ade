//! Bars pushed one by one end as the simulation of the whole day, and at every bar as that of the day so far.
mod sweep_support;

use bayescore_core::{
    bars::DayBars,
    costs::Costs,
    fills::{FillRules, Intrabar, LimitFill},
    live::LiveDay,
    simulate::simulate_day,
    state::{Bar, DayStates, StateConfig, StateEngine},
    trade::Trades,
    trader::Step,
};
use proptest::prelude::*;
use sweep_support::{Ranges, Rng, Table, Walk, stretch_sets, walk};

/// Short windows, so that short days have states.
fn engine() -> StateEngine {
    let config = StateConfig {
        band_window: 30,
        min_bars: 5,
        warmup: 20,
        momentum_lag: 5,
        long_window: 60,
        volume_window: 5,
        breakout_gap: 5,
        compression_window: 8,
        volatility_window: 10,
        transition_window: 10,
        ..StateConfig::default()
    };
    StateEngine::new(config, 2).expect("an engine")
}

#[derive(Debug, Clone)]
struct Case {
    bars: DayBars,
    windows: Vec<u8>,
    table: Table,
    costs: Costs,
    rules: FillRules,
    seed: u64,
}

fn cases(bars: std::ops::Range<usize>) -> impl Strategy<Value = Case> {
    let shape = (bars, prop_oneof![0.3..3.0, 3.0..30.0], 0.0..0.7, prop_oneof![Just(0.0), Just(0.02)], 1..600);
    let costs = (0..4000i64, 0..4, prop_oneof![Just(0.0), 0.0..0.5], prop_oneof![1..30, 33..80]);
    let intrabar = prop_oneof![Just(Intrabar::StopFirst), Just(Intrabar::TargetFirst), Just(Intrabar::OhlcPath)];
    let limit = prop_oneof![Just(LimitFill::Touch), Just(LimitFill::Through)];
    let ranges = prop_oneof![Just(Ranges::Any), Just(Ranges::Design)];
    (any::<u64>(), shape, costs, intrabar, limit, ranges).prop_map(
        |(seed, (n, sigma, gap, jump, tail), (commission, base, factor, window), intrabar, limit_fill, ranges)| {
            let mut bars = walk(seed, Walk { bars: n, sigma, gap, jump: (jump, 60), tail });
            let mut rng = Rng(seed ^ 1);
            bars.volume.iter_mut().for_each(|v| *v = i64::from(rng.int(0, 40)));
            Case {
                windows: (0..n).map(|i| u8::from(i > n / 2)).collect(),
                bars,
                table: stretch_sets(seed, 4, ranges),
                costs: Costs {
                    commission_milliticks: commission,
                    slippage_base: base,
                    slippage_factor: factor,
                    slippage_window: window,
                },
                rules: FillRules {
                    intrabar,
                    limit_fill,
                    no_entry_before_close: 60,
                    flat_before_close: 20,
                    ..FillRules::default()
                },
                seed,
            }
        },
    )
}

impl Case {
    /// A side in each leaf of the engine's states.
    fn fire(&self, leaves: usize) -> Vec<i8> {
        let mut rng = Rng(self.seed ^ 2);
        (0..leaves).map(|_| rng.int(-1, 1) as i8).collect()
    }

    fn bar(&self, i: usize) -> Bar {
        let b = &self.bars;
        Bar { ts: b.ts[i], open: b.open[i], high: b.high[i], low: b.low[i], close: b.close[i], volume: b.volume[i] }
    }

    /// The first bars as a day of their own, which closes when the whole one does.
    fn until(&self, n: usize) -> DayBars {
        let b = &self.bars;
        DayBars {
            ts: b.ts[..n].to_vec(),
            open: b.open[..n].to_vec(),
            high: b.high[..n].to_vec(),
            low: b.low[..n].to_vec(),
            close: b.close[..n].to_vec(),
            volume: b.volume[..n].to_vec(),
            ..b.clone()
        }
    }

    fn live(&self, k: usize) -> LiveDay {
        let space = engine().space(&["a", "b"]).expect("a space");
        let fire = self.fire(space.n_leaves());
        LiveDay::new(
            engine(),
            space.leaves().to_vec(),
            self.costs,
            self.rules,
            self.table.sets[k],
            fire,
            (self.bars.open_ns, self.bars.close_s),
            self.bars.tick_size,
        )
        .expect("a day")
    }

    fn simulated(&self, k: usize, bars: &DayBars) -> (DayStates, Trades) {
        let space = engine().space(&["a", "b"]).expect("a space");
        let states = engine().run(bars, &self.windows[..bars.len()]).expect("states");
        let fire = self.fire(space.n_leaves());
        let trades = simulate_day(bars, &states, &self.table.sets[k], &fire, space.leaves(), &self.costs, &self.rules);
        (states, trades.expect("trades"))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bars_one_by_one_end_as_the_whole_day(case in cases(1..2500)) {
        for k in 0..case.table.sets.len() {
            let (states, trades) = case.simulated(k, &case.bars);
            let mut live = case.live(k);
            let mut steps = Vec::new();
            for i in 0..case.bars.len() {
                let state = live.push(case.bar(i), case.windows[i], |s| steps.push((i, s))).expect("a bar");
                prop_assert_eq!(state, states.at(i));
            }
            live.end(|s| steps.push((case.bars.len() - 1, s)));
            prop_assert_eq!(live.trades(), &trades);
            // What was told on the way is what the columns say.
            let mut left = 0;
            let mut decided = None;
            for (i, step) in steps {
                match step {
                    Step::Decided { side } => decided = Some((i, side)),
                    Step::Entered { side, price } => {
                        prop_assert_eq!(decided, Some((i - 1, side)));
                        prop_assert_eq!((trades.entry_bar[left], trades.entry_price[left]), (i as u32, price));
                    }
                    Step::Left(trade) => {
                        prop_assert_eq!((trade.exit_bar, trade.exit_price), (trades.exit_bar[left], trades.exit_price[left]));
                        prop_assert_eq!(trade.exit_bar as usize, i);
                        left += 1;
                    }
                    Step::Dropped { side } => prop_assert_eq!(decided, Some((i - 1, side))),
                    Step::Stopped => prop_assert!(trades.outcome.stopped && left == trades.len()),
                }
            }
            prop_assert_eq!(left, trades.len());
        }
    }

    #[test]
    fn cut_at_any_bar_it_is_the_day_so_far(case in cases(1..160)) {
        let mut live = case.live(0);
        for i in 0..case.bars.len() {
            live.push(case.bar(i), case.windows[i], |_| ()).expect("a bar");
            let mut cut = live.clone();
            cut.end(|_| ());
            prop_assert_eq!(cut.trades(), &case.simulated(0, &case.until(i + 1)).1);
        }
    }
}

#[test]
fn bars_that_cannot_follow_are_refused_and_change_nothing() {
    let bars = walk(3, Walk { bars: 400, sigma: 3.0, gap: 0.1, jump: (0.0, 0), tail: 100 });
    let case = Case {
        windows: vec![0; bars.len()],
        bars,
        table: stretch_sets(3, 1, Ranges::Design),
        costs: Costs::default(),
        rules: FillRules::default(),
        seed: 3,
    };
    let (mut bothered, mut plain) = (case.live(0), case.live(0));
    for i in 0..case.bars.len() {
        let good = case.bar(i);
        let bad = [
            Bar { ts: good.ts - 1 - case.bars.ts[0], ..good },
            Bar { ts: case.bars.close_s, ..good },
            Bar { ts: i32::MAX, ..good },
            Bar { high: good.low - 1, ..good },
            Bar { close: i32::MIN, low: i32::MIN, ..good },
            Bar { volume: -1, ..good },
        ];
        for (n, bar) in bad.into_iter().enumerate() {
            if n > 0 || i > 0 && case.bars.ts[i - 1] >= bar.ts {
                assert!(bothered.push(bar, 0, |_| ()).is_err(), "bar {i}, fault {n}");
            }
        }
        assert!(bothered.push(good, 9, |_| ()).is_err());
        assert_eq!(bothered.push(good, 0, |_| ()), plain.push(good, 0, |_| ()));
    }
    bothered.end(|_| ());
    plain.end(|_| ());
    assert_eq!(bothered.trades(), plain.trades());
    assert!(bothered.push(case.bar(0), 0, |_| ()).is_err());
}
