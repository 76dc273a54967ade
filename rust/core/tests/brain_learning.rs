//! What the brain makes of counts: the formulas, pooling, ageing, saving.
mod labels_support;

use bayescore_core::brain::{Brain, BrainConfig, same_states};
use bayescore_core::error::CoreError;
use bayescore_core::labels::{Counts, Labels, RUNGS, RungLabels};
use bayescore_core::state::{Field, StateSpace};
use labels_support::Rng;
use std::sync::Arc;

fn space() -> Arc<StateSpace> {
    Arc::new(StateSpace::standard(&["all"]).unwrap())
}

fn small() -> Arc<StateSpace> {
    let fields = vec![Field::new("side", &["down", "up"], true), Field::new("size", &["small", "big"], false)];
    Arc::new(StateSpace::new(fields, &[vec!["side".into(), "size".into()], vec!["size".into()]]).unwrap())
}

fn labels_of(space: &Arc<StateSpace>, mirror: bool, counts: [Counts; RUNGS]) -> Labels {
    let rungs = counts.map(|counts| RungLabels { outcome: vec![], end_bar: vec![], taken: vec![], counts });
    Labels { space: space.clone(), mirror, barrier: 20, decision_bar: vec![], code: vec![], gaps: vec![], rungs }
}

/// Random counts on canonical states; the levels need not agree with each other, as sequential counts do not either.
fn random_counts(space: &StateSpace, mirror: bool, rng: &mut Rng, most: u64) -> Counts {
    let mut counts = Counts::zero(space);
    for (level, states) in counts.levels.iter_mut().enumerate() {
        for (state, [ups, downs]) in states.iter_mut().enumerate() {
            let image = if mirror { space.mirror(level, state) } else { state };
            if image < state || rng.below(3) == 0 {
                continue;
            }
            let n = rng.below(most) as f64;
            let up = if mirror && image == state { n / 2.0 } else { (n * rng.uniform()).floor() };
            (*ups, *downs) = (up, n - up);
        }
    }
    counts
}

fn random_brain(seed: u64, mirror: bool) -> Brain {
    let space = space();
    let mut rng = Rng(seed);
    let counts = std::array::from_fn(|_| random_counts(&space, mirror, &mut rng, 60));
    let mut brain = Brain::new(space.clone(), BrainConfig { mirror, ..BrainConfig::default() }).unwrap();
    brain.learn(&labels_of(&space, mirror, counts)).unwrap();
    brain
}

#[test]
fn an_empty_brain_believes_in_one_half() {
    let brain = Brain::new(space(), BrainConfig::default()).unwrap();
    for rung in 0..RUNGS {
        assert_eq!(brain.posterior(rung, 0, 0), (10.0, 10.0));
        assert_eq!(brain.kappas(rung), [10_000.0; 3]);
        for &(a, b) in brain.leaf_posteriors(rung) {
            assert_eq!(a, b);
            // A level lends 1 / (1/10000 + 1/n): a little less each time.
            assert!(a + b < 20.0 && a + b > 19.8);
        }
    }
}

#[test]
fn a_small_brain_is_computed_by_hand() {
    let space = small();
    let mut counts = Counts::zero(&space);
    // Codes are side · 2 + size; the mirror image of (down, x) is (up, x). Level 1 has the sizes, both self-mirrored.
    counts.levels[0][0] = [15.0, 15.0];
    counts.levels[1] = vec![[4.0, 4.0], [6.0, 6.0]];
    counts.levels[2] = vec![[2.0, 6.0], [9.0, 1.0], [0.0, 0.0], [0.0, 0.0]];
    let mut brain = Brain::new(space.clone(), BrainConfig::default()).unwrap();
    brain.learn(&labels_of(&space, true, [counts.clone(), counts.clone(), counts])).unwrap();
    assert_eq!(brain.posterior(1, 0, 0), (25.0, 25.0));
    let lent = 1.0 / (1.0 / 10_000.0 + 1.0 / 50.0);
    assert_eq!(brain.posterior(1, 1, 0), (lent * 0.5 + 4.0, lent * 0.5 + 4.0));
    // Leaves: m = ½; excess = Σ 4n(q − ½)² − 1 = (8·4·0.0625 − 1) + (10·4·0.16 − 1), weight = 7 + 9.
    let rho: f64 = (1.0 + 5.4) / 16.0;
    let kappa = brain.kappas(1)[1];
    assert!((kappa - 5.0).abs() < 1e-12, "1/ρ − 1 = {} lies below the least", 1.0 / rho - 1.0);
    let parent = 2.0 * (lent * 0.5 + 4.0);
    let lent = 1.0 / (1.0 / kappa + 1.0 / parent);
    let (a, b) = brain.posterior(1, 2, 0);
    assert!((a - (lent * 0.5 + 2.0)).abs() < 1e-12 && (b - (lent * 0.5 + 6.0)).abs() < 1e-12);
    assert_eq!(brain.posterior(1, 2, 2), (b, a), "the mirror image sees the same, turned over");
    assert_eq!(brain.evidence(1, 2, 2), (6.0, 2.0));
    assert_eq!(brain.samples(1, 3), 10.0);
}

#[test]
fn kappa_is_the_method_of_moments() {
    for seed in 0..20 {
        let brain = random_brain(seed, true);
        let space = brain.space().clone();
        for level in 1..space.levels() {
            let (mut num, mut den) = (0.0, 0.0);
            for s in 0..space.n_states(level) {
                let (ups, downs) = brain.evidence(0, level, s);
                let n = ups + downs;
                if s >= space.mirror(level, s) || n < 2.0 {
                    continue;
                }
                let (a, b) = brain.posterior(0, level - 1, space.parent(level, s));
                let m = a / (a + b);
                num += n * (ups / n - m).powi(2) / (m * (1.0 - m)) - 1.0;
                den += n - 1.0;
            }
            let rho: f64 = num / den;
            let want = if rho <= 0.0 { 10_000.0 } else { (1.0 / rho - 1.0).clamp(5.0, 10_000.0) };
            assert!((brain.kappas(0)[level - 1] / want - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn a_child_is_never_surer_than_what_it_borrows_from() {
    for seed in 0..20 {
        for mirror in [true, false] {
            let brain = random_brain(seed, mirror);
            let space = brain.space().clone();
            for level in 1..space.levels() {
                for s in 0..space.n_states(level) {
                    let (a, b) = brain.posterior(2, level, s);
                    let (pa, pb) = brain.posterior(2, level - 1, space.parent(level, s));
                    let (ups, downs) = brain.evidence(2, level, s);
                    let borrowed = a + b - ups - downs;
                    assert!(borrowed < (pa + pb).min(brain.kappas(2)[level - 1]) && borrowed > 0.0);
                }
            }
        }
    }
}

#[test]
fn mirror_images_are_one_state_seen_from_two_sides() {
    let brain = random_brain(4, true);
    let space = brain.space().clone();
    for rung in 0..RUNGS {
        for level in 0..space.levels() {
            for s in 0..space.n_states(level) {
                let (a, b) = brain.posterior(rung, level, s);
                assert_eq!(brain.posterior(rung, level, space.mirror(level, s)), (b, a));
                if space.mirror(level, s) == s {
                    assert_eq!(a, b, "what is its own mirror image knows no direction");
                }
            }
        }
    }
}

#[test]
fn evidence_adds_up_and_ages() {
    let space = space();
    let mut rng = Rng(9);
    let days: Vec<Labels> = (0..3)
        .map(|_| labels_of(&space, true, std::array::from_fn(|_| random_counts(&space, true, &mut rng, 30))))
        .collect();
    let learned = |half_life_days: f64| {
        let mut brain = Brain::new(space.clone(), BrainConfig { half_life_days, ..BrainConfig::default() }).unwrap();
        for day in &days {
            brain.learn(day).unwrap();
        }
        brain
    };
    let (kept, halved) = (learned(0.0), learned(1.0));
    for level in 0..space.levels() {
        for s in 0..space.n_states(level) {
            if space.canonical(level, s) != s {
                continue;
            }
            let day = |d: usize| days[d].rungs[0].counts.levels[level][s];
            assert_eq!(kept.evidence(0, level, s).0, day(0)[0] + day(1)[0] + day(2)[0]);
            assert_eq!(halved.evidence(0, level, s).0, day(0)[0] / 4.0 + day(1)[0] / 2.0 + day(2)[0]);
        }
    }
}

#[test]
fn a_saved_brain_comes_back_bit_for_bit() {
    for mirror in [true, false] {
        let brain = random_brain(11, mirror);
        let columns = brain.columns();
        let back = Brain::from_columns(brain.space().clone(), *brain.config(), &columns).unwrap();
        assert!(back == brain);
        for rung in 0..RUNGS {
            for (x, y) in brain.leaf_posteriors(rung).iter().zip(back.leaf_posteriors(rung)) {
                assert_eq!((x.0.to_bits(), x.1.to_bits()), (y.0.to_bits(), y.1.to_bits()));
            }
        }
    }
}

#[test]
fn damaged_columns_are_refused() {
    let brain = random_brain(2, true);
    let (space, config, good) = (brain.space().clone(), *brain.config(), brain.columns());
    let refused = |change: &dyn Fn(&mut bayescore_core::brain::BrainColumns)| {
        let mut columns = good.clone();
        change(&mut columns);
        Brain::from_columns(space.clone(), config, &columns).is_err()
    };
    assert!(!refused(&|_| {}));
    assert!(refused(&|c| c.rung[0] = 3));
    assert!(refused(&|c| c.level[0] = 4));
    assert!(refused(&|c| *c.state.last_mut().unwrap() = 60_000));
    assert!(refused(&|c| c.ups[3] = -1.0));
    assert!(refused(&|c| c.downs[3] = f64::NAN));
    assert!(refused(&|c| c.state.swap(5, 6)), "rows out of order");
    assert!(refused(&|c| {
        c.ups.pop();
    }));
    let last = space.n_leaves() as u16 - 1;
    assert!(refused(&|c| *c.state.last_mut().unwrap() = last), "a state that is not canonical");
}

#[test]
fn labels_must_be_the_brains_own() {
    let mut brain = Brain::new(space(), BrainConfig::default()).unwrap();
    let zero = |space: &Arc<StateSpace>| std::array::from_fn(|_| Counts::zero(space));
    let other = small();
    assert!(matches!(brain.learn(&labels_of(&other, true, zero(&other))), Err(CoreError::Shape(_))));
    let own = space();
    assert!(matches!(brain.learn(&labels_of(&own, false, zero(&own))), Err(CoreError::Parameter { .. })));
    // What the levels are called makes no difference.
    let renamed = Arc::new(StateSpace::standard(&["night"]).unwrap());
    assert!(same_states(&own, &renamed) && *own != *renamed);
    assert_eq!(brain.learn(&labels_of(&renamed, true, zero(&renamed))), Ok(()));
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let d = BrainConfig::default();
    for (config, field) in [
        (BrainConfig { root_strength: 0.0, ..d }, "root_strength"),
        (BrainConfig { kappa_min: -1.0, ..d }, "kappa_min"),
        (BrainConfig { kappa_min: 20.0, kappa_max: 10.0, ..d }, "kappa_min"),
        (BrainConfig { kappa_max: f64::INFINITY, ..d }, "kappa_max"),
        (BrainConfig { half_life_days: -1.0, ..d }, "half_life_days"),
        (BrainConfig { half_life_days: f64::NAN, ..d }, "half_life_days"),
    ] {
        match Brain::new(space(), config) {
            Err(CoreError::Parameter { name, .. }) => assert_eq!(name, field),
            other => panic!("{field}: {other:?}"),
        }
    }
}
