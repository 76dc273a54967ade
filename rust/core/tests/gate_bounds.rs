//! The gate's quick bounds: quantiles within their margins, and the same sides as asking state by state.
mod labels_support;

use bayescore_core::brain::{Beta, Brain, BrainColumns, BrainConfig, normal_quantile};
use bayescore_core::gate::{Gate, Logit, deviate, should_fire};
use bayescore_core::labels::RUNGS;
use bayescore_core::params::{EntryRule, ParamSet, Sides};
use bayescore_core::state::StateSpace;
use labels_support::Rng;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::sync::Arc;

#[test]
fn deviates_are_known() {
    // Quantiles to twelve digits.
    let known = [
        (0.5, 0.0),
        (0.6, 0.253_347_103_136),
        (0.8, 0.841_621_233_573),
        (0.95, 1.644_853_626_951),
        (0.975, 1.959_963_984_540),
        (0.99, 2.326_347_874_041),
        (0.995, 2.575_829_303_549),
    ];
    for (p, z) in known {
        assert!((deviate(p) - z).abs() < 5e-9, "{p}: {}", deviate(p));
        assert!((deviate(1.0 - p) + z).abs() < 5e-9, "{p}: {}", deviate(1.0 - p));
    }
}

#[test]
fn quantiles_keep_their_margin() {
    let logit = |x: f64| (x / (1.0 - x)).ln();
    for least in [1.0, 1.5, 2.5, 5.0, 5.99, 6.0, 12.0, 20.0, 80.0, 300.0, 2000.0, 40_000.0] {
        for ratio in [1.0, 1.05, 1.2, 2.0, 6.0, 40.0, 900.0] {
            for (a, b) in [(least, least * ratio), (least * ratio, least)] {
                let (beta, bounds) = (Beta::new(a, b), Logit::new(a, b));
                for k in 0..=200 {
                    let p = (f64::from(k) / 200.0).clamp(0.005, 0.995);
                    let (low, high, margin) = bounds.quantiles(deviate(p));
                    let exact = |p: f64| logit(beta.quantile(p, normal_quantile(p)));
                    let off = (high - exact(p)).abs().max((low - exact(1.0 - p)).abs());
                    // A quantile of a chance near 1 is itself only known to its rounding.
                    assert!(off < margin / 3.0 + 1e-12, "Beta({a}, {b}) at {p}: off by {off}, margin {margin}");
                }
                assert_eq!(Logit::new(b, a).quantiles(1.0).2, bounds.mirrored().quantiles(1.0).2);
            }
        }
    }
    assert!(Logit::new(0.9, 30.0).quantiles(1.0).2.is_infinite(), "nothing is claimed below 1");
}

/// Evidence of any strength, on any part of the states.
fn brain(seed: u64, mirror: bool, most: u64, edge: f64, half: bool) -> Brain {
    let space = Arc::new(StateSpace::standard(&["all"]).unwrap());
    let mut rng = Rng(seed);
    let mut columns = BrainColumns::default();
    for rung in 0..RUNGS as u8 {
        for level in 0..space.levels() as u8 {
            for state in 0..space.n_states(level.into()) as u16 {
                let image = space.mirror(level.into(), state.into()) as u16;
                if (mirror && image < state) || rng.below(3) == 0 {
                    continue;
                }
                let n = (1 + rng.below(most)) as f64 * if half { 0.37 } else { 1.0 };
                let up = if mirror && image == state { 0.5 } else { 0.5 + edge * (rng.uniform() - 0.5) };
                columns.rung.push(rung);
                columns.level.push(level);
                columns.state.push(state);
                columns.ups.push(n * up);
                columns.downs.push(n - n * up);
            }
        }
    }
    let kappa_min = [0.5, 5.0, 300.0][rng.below(3) as usize];
    let config = BrainConfig { mirror, kappa_min, root_strength: 1.0 + rng.uniform() * 20.0, ..BrainConfig::default() };
    Brain::from_columns(space, config, &columns).unwrap()
}

fn set(rng: &mut Rng) -> ParamSet {
    let mut int = |low: i32, high: i32| low + rng.below((high - low + 1) as u64) as i32;
    ParamSet {
        stop_loss_ticks: int(1, 60),
        take_profit_ticks: int(1, 160),
        trail_activation_ticks: 0,
        trail_distance_ticks: 5,
        max_hold_seconds: int(600, 7200),
        cooldown_seconds: 0,
        confidence_threshold: [0.5, 0.001, 0.999, 0.05 * f64::from(int(1, 19)), f64::from(int(1, 999)) / 1000.0]
            [int(0, 4) as usize],
        min_samples: [0, int(0, 50), 1 << 30][int(0, 2) as usize],
        entry_rule: EntryRule::from_u8(int(0, 3) as u8).unwrap(),
        contexts_allowed: 1,
        max_consecutive_losses: 5,
        sides: Sides::Both,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_side_is_that_of_should_fire(
        seed in any::<u64>(), mirror in any::<bool>(), half in any::<bool>(), size in 0..5_usize, edge in 0.0..0.9_f64,
        barrier in 1..120_i32, cost in prop_oneof![Just(0.0), 0.01..6.0_f64],
    ) {
        let brain = brain(seed, mirror, [1, 8, 60, 900, 40_000][size], edge, half);
        let mut rng = Rng(seed ^ 5);
        let sets: Vec<ParamSet> = (0..24).map(|_| set(&mut rng)).collect();
        let gate = Gate::new(Some(&brain), barrier, &sets, brain.space(), cost).unwrap();
        for (k, set) in sets.iter().enumerate() {
            for leaf in 0..gate.n_leaves {
                let want = should_fire(&brain, set, barrier, cost, leaf).unwrap();
                prop_assert_eq!(gate.side(k, leaf), want, "{:?} in leaf {}", set, leaf);
            }
        }
    }

    #[test]
    fn what_is_symmetric_has_no_side(root in 0.5..3e4_f64, rungs in 1..90_i32, cost in prop_oneof![Just(0.0), 0.0..2.0_f64]) {
        let space = Arc::new(StateSpace::standard(&["all"]).unwrap());
        let config = BrainConfig { root_strength: root, ..BrainConfig::default() };
        let brain = Brain::new(Arc::clone(&space), config).unwrap();
        let mut rng = Rng(3);
        let sets: Vec<ParamSet> = (1..100)
            .map(|k| ParamSet {
                entry_rule: EntryRule::Learned,
                min_samples: 0,
                confidence_threshold: f64::from(k) / 100.0,
                ..set(&mut rng)
            })
            .collect();
        let gate = Gate::new(Some(&brain), rungs, &sets, &space, cost).unwrap();
        prop_assert!(gate.sides.iter().all(|&side| side == 0));
    }
}
