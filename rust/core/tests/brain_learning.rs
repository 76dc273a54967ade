//! What the brain makes of counts: the formulas, pooling, ageing, saving.
mod labels_support;

use bayescore_core::brain::{Beta, Brain, BrainConfig, normal_quantile, same_states};
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

/// How much wider a variance is than that of the days that were labelled.
const OTHER_DAYS: f64 = 1.2;

#[test]
fn an_empty_brain_believes_in_one_half() {
    let brain = Brain::new(space(), BrainConfig::default()).unwrap();
    for rung in 0..RUNGS {
        assert_eq!(brain.posterior(rung, 0, 0), (10.0, 10.0));
        // Nothing shows that states are alike: each level lends as little as the root is believed.
        assert!(brain.kappas(rung).iter().all(|k| (k - 20.0).abs() < 1e-12));
        for &(a, b) in brain.leaf_posteriors(rung) {
            assert_eq!(a, b);
            // One to three deviations of variance 1/84, counted from the nearest ancestor that is one half for certain.
            assert!((1..=3).any(|k| (a + b - (21.0 / f64::from(k) / OTHER_DAYS - 1.0)).abs() < 1e-9), "{a} {b}");
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
    // Both sizes are one half by construction, so nothing is known of how much sizes differ: κ is the root's 20.
    let (a, b) = brain.posterior(1, 1, 0);
    assert!(
        (2.0 * a - (29.0 / OTHER_DAYS - 1.0)).abs() < 1e-9 && a == b,
        "the variance of Beta(10 + 4, 10 + 4), widened"
    );
    // Leaves: .25/(ρ + 1/8) + .64/(ρ + 1/10) = 3.3 at the largest ρ allowed, 1/6, where 2 would be believed.
    assert!((brain.kappas(1)[1] - 5.0).abs() < 1e-12);
    // Variance ¼/6 before, ¼/8 of the frequency: ¼/14 after.
    let mean = 0.5 + 8.0 / 14.0 * (0.25 - 0.5);
    let strength = mean * (1.0 - mean) * 56.0 / OTHER_DAYS - 1.0;
    let (a, b) = brain.posterior(1, 2, 0);
    assert!((a - strength * mean).abs() < 1e-9 && (b - strength * (1.0 - mean)).abs() < 1e-9, "{a} {b}");
    assert_eq!(brain.posterior(1, 2, 2), (b, a), "the mirror image sees the same, turned over");
    assert_eq!(brain.evidence(1, 2, 2), (6.0, 2.0));
    assert_eq!(brain.samples(1, 3), 10.0);
}

/// `n` sizes, each with a side that is seen from above or below: leaves without siblings.
fn sides(n: usize) -> Arc<StateSpace> {
    let names: Vec<String> = (0..n).map(|k| k.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fields = vec![Field::new("side", &["down", "up"], true), Field::new("size", &names, false)];
    Arc::new(StateSpace::new(fields, &[vec!["side".into(), "size".into()], vec!["size".into()]]).unwrap())
}

#[test]
fn kappa_explains_how_much_states_differ() {
    let space = sides(40);
    for seed in 0..10 {
        let mut rng = Rng(seed);
        let mut counts = Counts::zero(&space);
        for leaf in 0..40 {
            let n = 20.0 + rng.below(400) as f64;
            let p = 0.5 + 0.15 * (rng.uniform() - 0.5);
            let ups = (0..n as u64).filter(|_| rng.uniform() < p).count() as f64;
            counts.levels[2][leaf] = [ups, n - ups];
            counts.levels[1][leaf] = [n / 2.0; 2];
        }
        let mut brain = Brain::new(space.clone(), BrainConfig::default()).unwrap();
        brain.learn(&labels_of(&space, true, [counts.clone(), counts.clone(), counts.clone()])).unwrap();
        let rho = 1.0 / (brain.kappas(0)[1] + 1.0);
        let surprise: f64 = counts.levels[2][..40]
            .iter()
            .map(|&[ups, downs]| {
                let n = ups + downs;
                4.0 * (ups / n - 0.5).powi(2) / (rho + 1.0 / n)
            })
            .sum();
        assert!((surprise - 40.0).abs() < 1e-6, "{surprise}");
    }
}

/// What the intervals hold of known chances: a parent's labels are one an event, its states share events.
fn coverage(shared: f64, spread: f64, seed: u64) -> f64 {
    let fields = vec![
        Field::new("group", &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], false),
        Field::new("part", &["1", "2", "3", "4"], false),
    ];
    let space =
        Arc::new(StateSpace::new(fields, &[vec!["group".into(), "part".into()], vec!["group".into()]]).unwrap());
    let (mut held, mut all) = (0.0, 0.0);
    for world in 0..60 {
        let mut rng = Rng(1000 * seed + world);
        let mut counts = Counts::zero(&space);
        let mut truth = vec![0.0; space.n_leaves()];
        for group in 0..10 {
            let centre = 0.5 + spread * rng.step();
            for part in 0..4 {
                truth[4 * group + part] = centre + spread * rng.step();
            }
            for _ in 0..1500 {
                let luck = rng.uniform();
                let main = rng.below(4) as usize;
                for part in 0..4 {
                    if part == main || rng.uniform() < shared {
                        let up = luck < truth[4 * group + part];
                        counts.levels[2][4 * group + part][usize::from(!up)] += 1.0;
                    }
                }
                let up = luck < truth[4 * group + main];
                counts.levels[1][group][usize::from(!up)] += 1.0;
                counts.levels[0][0][usize::from(!up)] += 1.0;
            }
        }
        let config = BrainConfig { mirror: false, ..BrainConfig::default() };
        let mut brain = Brain::new(space.clone(), config).unwrap();
        brain.learn(&labels_of(&space, false, [counts.clone(), counts.clone(), counts])).unwrap();
        for (leaf, &p) in truth.iter().enumerate() {
            let (a, b) = brain.leaf_posteriors(0)[leaf];
            let beta = Beta::new(a, b);
            let inside = beta.quantile(0.1, normal_quantile(0.1)) <= p && p <= beta.quantile(0.9, normal_quantile(0.9));
            held += f64::from(inside);
            all += 1.0;
        }
    }
    held / all
}

#[test]
fn intervals_hold_the_truth_whether_or_not_labels_overlap() {
    for shared in [0.0, 0.3, 0.7] {
        for spread in [0.003, 0.01, 0.03] {
            let held = coverage(shared, spread, 7);
            assert!((0.76..0.99).contains(&held), "overlap {shared}, spread {spread}: {held:.3}");
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
