//! The pinned day and parameter sets that the parts of the core are measured on.
#![allow(dead_code, missing_docs)]
use bayescore_core::bars::DayBars;
use bayescore_core::brain::{Brain, BrainConfig};
use bayescore_core::labels::{LabelRules, barrier_ticks, label_day};
use bayescore_core::params::{EntryRule, ParamSet, Sides};
use bayescore_core::state::{DayStates, StateConfig, StateEngine, StateSpace};
use std::sync::Arc;

#[path = "../../tests/state_support/mod.rs"]
mod state_support;
use state_support::Numbers;
pub use state_support::{walk, windows};

pub const BARS: usize = 60_000;
const WINDOWS: u8 = 6;

/// A day with its states.
pub struct Day {
    pub bars: DayBars,
    pub states: DayStates,
    pub space: Arc<StateSpace>,
    pub barrier: i32,
}

pub fn day(seed: u64) -> Day {
    let mut bars = walk(seed, BARS, 2.0);
    bars.close_s = bars.ts[BARS - 1] + 1_800;
    let engine = StateEngine::new(StateConfig::default(), usize::from(WINDOWS)).expect("default configuration");
    let states = engine.run(&bars, &windows(&bars, WINDOWS)).expect("windows of this day");
    let names: Vec<String> = (0..WINDOWS).map(|w| format!("window {w}")).collect();
    let space = Arc::new(StateSpace::standard(&names).expect("six windows"));
    let barrier = barrier_ticks(&bars, 60, None).expect("a lag of a minute");
    Day { bars, states, space, barrier }
}

/// What `days` days of random walks have taught.
pub fn brain(days: u64) -> (Brain, i32) {
    let first = day(1);
    let mut brain = Brain::new(Arc::clone(&first.space), BrainConfig::default()).expect("default configuration");
    for seed in 1..=days {
        let day = day(seed);
        let labels = label_day(&day.bars, &day.states, brain.space(), first.barrier, &LabelRules::default());
        brain.learn(&labels.expect("a good day")).expect("labels of the same space");
    }
    (brain, first.barrier)
}

/// Sets spread over the usual ranges, all entry rules in turn.
pub fn sets(n: usize) -> Vec<ParamSet> {
    let mut r = Numbers::new(7);
    let mut within = |low: i64, high: i64| (low + r.below((high - low + 1) as u64)) as i32;
    let rules = [EntryRule::Learned, EntryRule::Reversion, EntryRule::Drive, EntryRule::Any];
    (0..n)
        .map(|k| {
            let stop = within(8, 60);
            let activation = within(-40, 100).max(0);
            ParamSet {
                stop_loss_ticks: stop,
                take_profit_ticks: within(i64::from(stop.max(11)) + 1, 160),
                trail_activation_ticks: activation,
                trail_distance_ticks: within(3, 40),
                max_hold_seconds: within(60, 3600),
                cooldown_seconds: within(0, 300),
                confidence_threshold: f64::from(within(10, 19)) / 20.0,
                min_samples: within(0, 50),
                entry_rule: rules[k % 4],
                contexts_allowed: if k % 3 == 0 { 1 << within(1, 4) } else { 1 },
                max_consecutive_losses: within(2, 10),
                sides: Sides::Both,
            }
        })
        .collect()
}
