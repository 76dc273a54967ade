//! The gate: the same answers as asking the brain set by set and state by state.
mod labels_support;

use bayescore_core::brain::{Beta, Brain, BrainColumns, BrainConfig};
use bayescore_core::gate::{Gate, bracket_threshold, rule_side, rung_of, should_fire, too_far};
use bayescore_core::labels::{RUNGS, rungs};
use bayescore_core::params::{EntryRule, ParamSet, Sides};
use bayescore_core::state::StateSpace;
use labels_support::Rng;
use std::sync::Arc;

fn space() -> Arc<StateSpace> {
    Arc::new(StateSpace::standard(&["all"]).unwrap())
}

/// Evidence with an edge that grows towards the outer bands, so that some states pay and some do not.
fn brain(seed: u64, mirror: bool, most: u64) -> Brain {
    let space = space();
    let mut rng = Rng(seed);
    let mut columns = BrainColumns::default();
    for rung in 0..RUNGS as u8 {
        for level in 0..space.levels() as u8 {
            for state in 0..space.n_states(level.into()) as u16 {
                let image = space.mirror(level.into(), state.into()) as u16;
                if (mirror && image < state) || rng.below(4) == 0 {
                    continue;
                }
                let n = 1 + rng.below(most);
                let p = 0.5 + 0.35 * (rng.uniform() - 0.5);
                let ups = if mirror && image == state { n as f64 / 2.0 } else { (n as f64 * p).round() };
                columns.rung.push(rung);
                columns.level.push(level);
                columns.state.push(state);
                columns.ups.push(ups);
                columns.downs.push(n as f64 - ups);
            }
        }
    }
    Brain::from_columns(space, BrainConfig { mirror, ..BrainConfig::default() }, &columns).unwrap()
}

fn set(rng: &mut Rng) -> ParamSet {
    let mut int = |low: i32, high: i32| low + rng.below((high - low + 1) as u64) as i32;
    ParamSet {
        stop_loss_ticks: int(8, 60),
        take_profit_ticks: int(12, 160),
        trail_activation_ticks: 0,
        trail_distance_ticks: 5,
        max_hold_seconds: int(60, 3600),
        cooldown_seconds: 0,
        confidence_threshold: 0.5 + 0.05 * f64::from(int(0, 9)),
        min_samples: int(0, 50),
        entry_rule: EntryRule::from_u8(int(0, 3) as u8).unwrap(),
        contexts_allowed: 1,
        max_consecutive_losses: 5,
        sides: Sides::Both,
    }
}

/// The definition, from posterior probabilities alone.
fn by_definition(brain: &Brain, set: &ParamSet, barrier: i32, cost: f64, leaf: usize) -> i8 {
    let rung = rung_of(set.stop_loss_ticks, set.take_profit_ticks, barrier);
    let distance = f64::from(rungs(barrier)[rung]);
    let threshold = bracket_threshold(set.stop_loss_ticks, set.take_profit_ticks, cost, distance).unwrap();
    let (a, b) = brain.leaf_posteriors(rung)[leaf];
    let beta = Beta::new(a, b);
    let chance = |side: i8| if side > 0 { beta.above(threshold) } else { beta.below(1.0 - threshold) };
    let heard = brain.samples(rung, leaf) >= f64::from(set.min_samples);
    if set.entry_rule == EntryRule::Learned {
        let fires = |side: i8| heard && !too_far(set, barrier) && chance(side) >= set.confidence_threshold;
        return i8::from(fires(1)) - i8::from(fires(-1));
    }
    let side = rule_side(brain.space(), set.entry_rule, leaf);
    if side != 0 && heard && chance(side) < 1.0 - set.confidence_threshold { 0 } else { side }
}

#[test]
fn the_table_says_what_the_brain_says() {
    for (seed, mirror, most) in [(1, true, 60), (2, false, 60), (3, true, 3000), (4, false, 8), (5, true, 400)] {
        let brain = brain(seed, mirror, most);
        let mut rng = Rng(seed + 100);
        for barrier in [12, 40, 90] {
            let sets: Vec<ParamSet> = (0..60).map(|_| set(&mut rng)).collect();
            let cost = [0.0, 2.0, 2.5][rng.below(3) as usize];
            let gate = Gate::new(Some(&brain), barrier, &sets, brain.space(), cost).unwrap();
            let mut seen = [0; 3];
            for (k, set) in sets.iter().enumerate() {
                assert_eq!(gate.refused[k], set.entry_rule == EntryRule::Learned && too_far(set, barrier));
                for leaf in 0..gate.n_leaves {
                    let want = by_definition(&brain, set, barrier, cost, leaf);
                    assert_eq!(gate.side(k, leaf), want, "seed {seed}, set {k}, leaf {leaf}");
                    assert_eq!(should_fire(&brain, set, barrier, cost, leaf), Ok(want));
                    seen[(want + 1) as usize] += 1;
                }
            }
            assert!(seen.iter().all(|&n| n > 100), "both sides and none occur: {seen:?}");
        }
    }
}

#[test]
fn more_doubt_fires_less() {
    let brain = brain(8, true, 200);
    let base = ParamSet { entry_rule: EntryRule::Learned, min_samples: 0, ..set(&mut Rng(1)) };
    let base = ParamSet { stop_loss_ticks: 20, take_profit_ticks: 40, max_hold_seconds: 3600, ..base };
    let fires = |set: ParamSet, cost: f64| {
        let gate = Gate::new(Some(&brain), 30, &[set], brain.space(), cost).unwrap();
        gate.sides.iter().map(|&s| s != 0).collect::<Vec<_>>()
    };
    let fewer = |less: &[bool], more: &[bool]| {
        assert!(less.iter().zip(more).all(|(l, m)| !l || *m), "what fires under doubt fires without");
        assert!(less.iter().filter(|&&f| f).count() < more.iter().filter(|&&f| f).count());
    };
    for (low, high) in [(0.55, 0.7), (0.7, 0.95)] {
        let at = |confidence_threshold| fires(ParamSet { confidence_threshold, ..base }, 2.0);
        fewer(&at(high), &at(low));
    }
    let certain = ParamSet { confidence_threshold: 0.6, ..base };
    fewer(&fires(certain, 3.0), &fires(certain, 1.0));
    fewer(&fires(ParamSet { min_samples: 50, ..certain }, 1.0), &fires(certain, 1.0));
}

#[test]
fn mirrored_states_fire_mirrored_sides() {
    let brain = brain(6, true, 100);
    let space = brain.space().clone();
    let sets: Vec<ParamSet> = {
        let mut rng = Rng(3);
        (0..80).map(|_| set(&mut rng)).collect()
    };
    let gate = Gate::new(Some(&brain), 35, &sets, &space, 2.0).unwrap();
    for k in 0..sets.len() {
        for leaf in 0..gate.n_leaves {
            assert_eq!(gate.side(k, space.mirror(space.levels() - 1, leaf)), -gate.side(k, leaf));
        }
    }
}

#[test]
fn without_a_brain_only_rules_act() {
    let space = space();
    let mut rng = Rng(12);
    let sets: Vec<ParamSet> = (0..40).map(|_| set(&mut rng)).collect();
    let gate = Gate::new(None, 1, &sets, &space, 2.0).unwrap();
    assert!(gate.refused.iter().all(|r| !r));
    for (k, set) in sets.iter().enumerate() {
        for leaf in 0..gate.n_leaves {
            assert_eq!(gate.side(k, leaf), rule_side(&space, set.entry_rule, leaf));
        }
    }
}

#[test]
fn rules_take_their_own_sides() {
    let space = space();
    let leaf = |band: usize, momentum: usize, volume: usize| (((band * 5 + momentum) * 3 + 1) * 2 + volume) * 2;
    let cases = [
        (leaf(0, 2, 0), [0, 1, 0, 1]),
        (leaf(5, 2, 1), [0, -1, 0, -1]),
        (leaf(3, 4, 1), [0, 0, 1, 1]),
        (leaf(3, 4, 0), [0, 0, 0, 0]),
        (leaf(3, 0, 1), [0, 0, -1, -1]),
        (leaf(6, 4, 1), [0, -1, 1, 0]),
        (leaf(6, 0, 1), [0, -1, -1, -1]),
    ];
    for (leaf, sides) in cases {
        for (rule, side) in (0..4).zip(sides) {
            let rule = EntryRule::from_u8(rule).unwrap();
            assert_eq!(rule_side(&space, rule, leaf), side, "{rule:?} in {}", space.leaf_label(leaf));
        }
    }
}

#[test]
fn rungs_and_refusals_follow_the_bracket() {
    assert_eq!([rung_of(10, 19, 20), rung_of(10, 20, 20), rung_of(20, 39, 20), rung_of(20, 40, 20)], [0, 1, 1, 2]);
    let base = ParamSet { max_hold_seconds: 3600, ..set(&mut Rng(1)) };
    let far = |stop_loss_ticks, take_profit_ticks, max_hold_seconds| {
        too_far(&ParamSet { stop_loss_ticks, take_profit_ticks, max_hold_seconds, ..base }, 20)
    };
    // √(50 · 50) = 2.5 B exactly; its expected life is 6.25 minutes.
    assert!(!far(50, 50, 3600) && far(50, 51, 3600));
    assert!(!far(50, 50, 750) && far(50, 50, 749));
}

#[test]
fn what_does_not_fit_is_refused() {
    let brain = brain(1, true, 10);
    let good = set(&mut Rng(1));
    let other = StateSpace::standard(&["a", "b"]).unwrap();
    assert!(Gate::new(Some(&brain), 20, &[good], &other, 2.0).is_err());
    assert!(Gate::new(Some(&brain), 0, &[good], brain.space(), 2.0).is_err());
    assert!(Gate::new(Some(&brain), 20, &[good], brain.space(), -1.0).is_err());
    let bad = ParamSet { confidence_threshold: 1.0, ..good };
    assert!(Gate::new(None, 20, &[good, bad], &other, 2.0).is_err());
    assert!(should_fire(&brain, &bad, 20, 2.0, 0).is_err());
}
