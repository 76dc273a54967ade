//! What the brain believes about generated markets: nothing where there is nothing, the truth where there is a drift.
mod labels_support;

use bayescore_core::bars::DayBars;
use bayescore_core::brain::{Beta, Brain, BrainConfig, normal_quantile};
use bayescore_core::costs::Costs;
use bayescore_core::fills::FillRules;
use bayescore_core::gate::Gate;
use bayescore_core::labels::{Counts, LabelRules, Labels, RUNGS, barrier_ticks, label_day, rungs};
use bayescore_core::market::Market;
use bayescore_core::params::{EntryRule, ParamSet, Sides};
use bayescore_core::state::{Bar, DayStates, INVALID, StateConfig, StateEngine, StateSpace};
use labels_support::{Rng, walk};
use std::sync::Arc;

const SECONDS: i32 = 6 * 3600;
const SIGMA: f64 = 5.0;

fn engine() -> (StateEngine, Arc<StateSpace>) {
    let engine = StateEngine::new(StateConfig::default(), 1).unwrap();
    let space = Arc::new(engine.space(&["all"]).unwrap());
    (engine, space)
}

fn states(engine: &StateEngine, day: &DayBars) -> DayStates {
    engine.run(day, &vec![0; day.len()]).unwrap()
}

fn label(day: &DayBars, states: &DayStates, space: &Arc<StateSpace>, barrier: i32, mirror: bool) -> Labels {
    let rules = LabelRules { mirror, ..LabelRules::default() };
    label_day(day, states, space, barrier, &rules).unwrap()
}

fn learned_set(stop: i32, target: i32, confidence: f64) -> ParamSet {
    ParamSet {
        stop_loss_ticks: stop,
        take_profit_ticks: target,
        trail_activation_ticks: 0,
        trail_distance_ticks: 5,
        max_hold_seconds: 3600,
        cooldown_seconds: 0,
        confidence_threshold: confidence,
        min_samples: 10,
        entry_rule: EntryRule::Learned,
        contexts_allowed: 1,
        max_consecutive_losses: 1000,
        sides: Sides::Both,
    }
}

/// Runs of several days each, from different seeds.
fn null_runs(runs: u64, days: u64, mirror: bool, mut each: impl FnMut(&Arc<StateSpace>, i32, Vec<Labels>)) {
    let (engine, space) = engine();
    for run in 0..runs {
        let days: Vec<DayBars> = (0..days).map(|d| walk(1000 * run + d, SECONDS, 0.73, SIGMA, 0.0)).collect();
        let barrier = barrier_ticks(&days[0], 60, None).unwrap();
        let labels = days.iter().map(|day| label(day, &states(&engine, day), &space, barrier, mirror)).collect();
        each(&space, barrier, labels);
    }
}

/// Σ (ups − downs)² / n over the states of a level, and their number: equal on average where ups and downs are fair.
fn chi_square(space: &StateSpace, counts: &Counts, level: usize, mirror: bool) -> (f64, f64) {
    let mut out = (0.0, 0.0);
    for (s, [ups, downs]) in counts.levels[level].iter().enumerate() {
        let n = ups + downs;
        if n >= 1.0 && !(mirror && space.mirror(level, s) == s) {
            out.0 += (ups - downs) * (ups - downs) / n;
            out.1 += 1.0;
        }
    }
    out
}

#[test]
fn sequential_labels_are_fair_on_random_walks() {
    for mirror in [true, false] {
        let mut sums = [[(0.0, 0.0); 4]; RUNGS];
        null_runs(80, 6, mirror, |space, _, labels| {
            for (rung, sums) in sums.iter_mut().enumerate() {
                let mut total = Counts::zero(space);
                for day in &labels {
                    for (t, d) in total.levels.iter_mut().flatten().zip(day.rungs[rung].counts.levels.iter().flatten())
                    {
                        t[0] += d[0];
                        t[1] += d[1];
                    }
                }
                for (level, sum) in sums.iter_mut().enumerate() {
                    let (chi, states) = chi_square(space, &total, level, mirror);
                    *sum = (sum.0 + chi, sum.1 + states);
                }
            }
        });
        for (rung, sums) in sums.iter().enumerate() {
            for (level, &(chi, states)) in sums.iter().enumerate().skip(1) {
                let ratio = chi / states;
                assert!(
                    (0.9..1.2).contains(&ratio),
                    "mirror {mirror}, rung {rung}, level {level}: χ²/n = {ratio:.3} over {states} states"
                );
            }
        }
    }
}

#[test]
fn nothing_is_believed_where_there_is_nothing() {
    let (mut covered, mut leaves) = ([0.0; RUNGS], 0.0);
    null_runs(20, 7, true, |space, barrier, labels| {
        let mut brain = Brain::new(space.clone(), BrainConfig::default()).unwrap();
        for day in &labels {
            brain.learn(day).unwrap();
        }
        let (low, high) = (normal_quantile(0.1), normal_quantile(0.9));
        for (rung, covered) in covered.iter_mut().enumerate() {
            for &(a, b) in brain.leaf_posteriors(rung) {
                let beta = Beta::new(a, b);
                if beta.quantile(0.1, low) <= 0.5 && 0.5 <= beta.quantile(0.9, high) {
                    *covered += 1.0;
                }
            }
        }
        leaves += space.n_leaves() as f64;
        let gate = Gate::new(Some(&brain), barrier, &[learned_set(15, 40, 0.8)], space, 2.0).unwrap();
        assert!(!gate.refused[0]);
        assert!(gate.sides.iter().all(|&s| s == 0), "fires on a random walk");
    });
    for covered in covered {
        assert!(covered / leaves >= 0.8, "80% intervals cover one half in {:.3}", covered / leaves);
    }
}

#[test]
fn a_drift_that_is_always_there_is_recovered() {
    let (engine, space) = engine();
    // θ = 2µ/σ² a tick; the walk moves in steps of a few ticks, which touch a little beyond the barrier.
    let drift = 0.10;
    let theta = 2.0 * drift / (SIGMA * SIGMA);
    let barrier = 33;
    let mut brain = Brain::new(space.clone(), BrainConfig { mirror: false, ..BrainConfig::default() }).unwrap();
    for seed in 0..24 {
        let day = walk(70_000 + seed, SECONDS, 0.73, SIGMA, drift);
        brain.learn(&label(&day, &states(&engine, &day), &space, barrier, false)).unwrap();
    }
    for (rung, b) in rungs(barrier).into_iter().enumerate() {
        let (a, c) = brain.posterior(rung, 0, 0);
        let (mean, n) = (a / (a + c), a + c);
        let truth = 1.0 / (1.0 + (-theta * f64::from(b)).exp());
        let error = (truth * (1.0 - truth) / n).sqrt();
        assert!((mean - truth).abs() < 3.0 * error + 0.01, "rung {rung}: {mean:.4} for {truth:.4} ± {error:.4}");
    }
}

/// A day that drifts back to the middle for two minutes after an outer band with confirmed volume.
fn planted(seed: u64, engine: &mut StateEngine, space: &StateSpace) -> (DayBars, DayStates) {
    let mut rng = Rng(seed);
    let mut day = DayBars {
        ts: vec![],
        open: vec![],
        high: vec![],
        low: vec![],
        close: vec![],
        volume: vec![],
        open_ns: 0,
        close_s: SECONDS,
        tick_size: 0.25,
    };
    let mut states = DayStates { codes: vec![], contexts: vec![] };
    let (mut price, mut pull, mut until) = (80_000.0_f64, 0.0, 0);
    let volume_field = space.fields().iter().position(|f| f.name == "volume").unwrap();
    engine.reset();
    for t in (0..SECONDS).filter(|_| rng.uniform() < 0.73).collect::<Vec<_>>() {
        let drift = if t < until { pull } else { 0.0 };
        let mut ticks = [0_i32; 8];
        for tick in &mut ticks {
            price += rng.step() * SIGMA / 8.0_f64.sqrt() + drift / 8.0;
            *tick = price.round() as i32;
        }
        let (high, low) = (*ticks.iter().max().unwrap(), *ticks.iter().min().unwrap());
        let volume = 1 + (rng.uniform() * 4.0).exp() as i64;
        let bar = Bar { ts: t, open: ticks[0], high, low, close: ticks[7], volume };
        let (code, context) = engine.push(bar, 0).unwrap();
        day.ts.push(t);
        day.open.push(bar.open);
        day.high.push(high);
        day.low.push(low);
        day.close.push(bar.close);
        day.volume.push(volume);
        states.codes.push(code);
        states.contexts.push(context);
        if code != INVALID && space.decode(code).unwrap()[volume_field] == 1 {
            let side = space.reversion_side(space.leaf_of(code));
            if side != 0 {
                (pull, until) = (f64::from(side) * 0.12 * SIGMA, t + 120);
            }
        }
    }
    (day.new().unwrap(), states)
}

#[test]
fn a_planted_edge_is_found_and_pays_out_of_sample() {
    let (mut engine, space) = engine();
    let mut brain = Brain::new(space.clone(), BrainConfig::default()).unwrap();
    let barrier = 33;
    for seed in 0..8 {
        let (day, states) = planted(seed, &mut engine, &space);
        brain.learn(&label(&day, &states, &space, barrier, true)).unwrap();
    }
    let set = learned_set(20, 30, 0.8);
    let costs = Costs { commission_milliticks: 1000, slippage_base: 1, slippage_factor: 0.0, slippage_window: 5 };
    let gate = Gate::new(Some(&brain), barrier, &[set], &space, costs.round_trip_ticks()).unwrap();
    let (mut trades, mut net) = (0, 0);
    for seed in 100..104 {
        let (day, states) = planted(seed, &mut engine, &space);
        let market = Market::new(&day, &states, space.leaves(), &costs, &FillRules::default()).unwrap();
        let made = market.simulate(0, &set, &gate.sides).unwrap();
        trades += made.len();
        net += made.net.iter().sum::<i64>();
    }
    assert!(trades > 200, "{trades} trades");
    let mean = net as f64 / 1000.0 / trades as f64;
    assert!(mean > 1.0, "{mean:.2} ticks a trade over {trades} trades");
}

#[test]
fn learning_twice_gives_the_same_bits() {
    let build = || {
        let (engine, space) = engine();
        let mut brain =
            Brain::new(space.clone(), BrainConfig { half_life_days: 3.0, ..BrainConfig::default() }).unwrap();
        for seed in 0..3 {
            let day = walk(seed, SECONDS, 0.73, SIGMA, 0.0);
            brain.learn(&label(&day, &states(&engine, &day), &space, 30, true)).unwrap();
        }
        brain
    };
    let (one, two) = (build(), build());
    for rung in 0..RUNGS {
        for (x, y) in one.leaf_posteriors(rung).iter().zip(two.leaf_posteriors(rung)) {
            assert_eq!((x.0.to_bits(), x.1.to_bits()), (y.0.to_bits(), y.1.to_bits()));
        }
    }
}
