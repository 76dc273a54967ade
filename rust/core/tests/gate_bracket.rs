//! From a chance to a bracket: the formula against walks, and what must hold for any bracket.
mod labels_support;

use bayescore_core::gate::{bracket_threshold, break_even};
use labels_support::Rng;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Chance that a walk of ±1 steps, up with `up`, reaches +target before −stop: solved step by step.
fn ruin(up: f64, stop: i32, target: i32) -> f64 {
    // h(x) = up·h(x + 1) + (1 − up)·h(x − 1), h(−stop) = 0, h(target) = 1; forward elimination h(x) = c(x)·h(x + 1).
    let mut c = 0.0;
    let mut chance = 1.0;
    for x in (1 - stop)..target {
        c = up / (1.0 - (1.0 - up) * c);
        if x >= 0 {
            chance *= c;
        }
    }
    chance
}

#[test]
fn at_the_threshold_a_walk_breaks_even() {
    for (stop, target) in [(8, 12), (16, 42), (15, 40), (40, 15), (60, 160), (1, 2), (3, 1)] {
        for cost in [0.3, 1.0, 2.5] {
            for barrier in [1, 4, 20, 45] {
                let p = bracket_threshold(stop, target, cost, f64::from(barrier)).unwrap();
                if f64::from(target) <= cost {
                    assert_eq!(p, 1.0);
                    continue;
                }
                if p > 1.0 - 1e-6 {
                    continue; // too near certainty to get the drift back out of p
                }
                // The step odds of the walk whose chance at ±barrier is p.
                let odds = (p / (1.0 - p)).powf(1.0 / f64::from(barrier));
                let up = odds / (1.0 + odds);
                assert!((ruin(up, barrier, barrier) - p).abs() < 1e-9);
                let chance = ruin(up, stop, target);
                let earned = chance * f64::from(target) - (1.0 - chance) * f64::from(stop);
                assert!((earned - cost).abs() < 1e-7, "{stop}/{target} at ±{barrier}: {earned} for {cost}");
            }
        }
    }
}

#[test]
fn walks_that_are_walked_agree() {
    let (stop, target, cost, barrier) = (8, 20, 1.5, 10);
    let p = bracket_threshold(stop, target, cost, f64::from(barrier)).unwrap();
    let odds = (p / (1.0 - p)).powf(1.0 / f64::from(barrier));
    let up = odds / (1.0 + odds);
    let mut rng = Rng(20);
    let n = 100_000;
    let mut walk = |low: i32, high: i32| {
        let mut x = 0;
        while x > -low && x < high {
            x += if rng.uniform() < up { 1 } else { -1 };
        }
        x == high
    };
    let touched = (0..n).filter(|_| walk(barrier, barrier)).count() as f64 / f64::from(n);
    let won = (0..n).filter(|_| walk(stop, target)).count() as f64 / f64::from(n);
    // Three standard errors of a share are below 0.0048.
    assert!((touched - p).abs() < 0.0048, "{touched} {p}");
    let needed = break_even(stop, target, cost).unwrap();
    assert!((won - needed).abs() < 0.0048, "{won} {needed}");
}

#[test]
fn limits_are_exact() {
    assert_eq!(bracket_threshold(15, 40, 0.0, 30.0), Ok(0.5));
    assert_eq!(bracket_threshold(15, 2, 2.0, 30.0), Ok(1.0));
    assert_eq!(bracket_threshold(15, 2, 9.0, 30.0), Ok(1.0));
    assert_eq!(break_even(10, 30, 2.0), Ok(0.3));
    // A symmetric bracket at its own distance: p itself has to pay.
    let p = bracket_threshold(20, 20, 1.0, 20.0).unwrap();
    assert!((p - break_even(20, 20, 1.0).unwrap()).abs() < 1e-14);
    for bad in [
        bracket_threshold(0, 5, 1.0, 5.0),
        bracket_threshold(5, 0, 1.0, 5.0),
        bracket_threshold(5, 5, -1.0, 5.0),
        bracket_threshold(5, 5, f64::NAN, 5.0),
        bracket_threshold(5, 5, 1.0, 0.0),
        break_even(5, 5, f64::INFINITY),
    ] {
        assert!(bad.is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn dearer_brackets_ask_for_more(stop in 1..200, target in 1..300, cost in 0.0..10.0_f64, barrier in 1.0..200.0_f64) {
        let p = bracket_threshold(stop, target, cost, barrier).unwrap();
        prop_assert!((0.5..=1.0).contains(&p));
        prop_assert!(bracket_threshold(stop, target, cost + 0.5, barrier).unwrap() >= p);
        // A drift is easier to see over a longer way: the same bracket asks for more on a higher rung.
        prop_assert!(bracket_threshold(stop, target, cost, barrier * 1.5).unwrap() >= p - 1e-15);
        // A longer bracket gives the same drift more room: the cost is spread over more ticks.
        prop_assert!(bracket_threshold(stop + 1, target + 1, cost, barrier).unwrap() <= p + 1e-12);
    }

    #[test]
    fn the_threshold_solves_its_equation(stop in 1..300, target in 1..600, cost in 0.01..8.0_f64, barrier in 1..120) {
        prop_assume!(f64::from(target) > cost + 0.01);
        let b = f64::from(barrier);
        let p = bracket_threshold(stop, target, cost, b).unwrap();
        prop_assume!(p < 1.0 - 1e-9);
        let theta = (p / (1.0 - p)).ln() / b;
        let chance = (-theta * f64::from(stop)).exp_m1() / (-theta * f64::from(stop + target)).exp_m1();
        let needed = break_even(stop, target, cost).unwrap().min(1.0 - 1e-12);
        // p near 1 knows θ only to the digits of 1 − p.
        let tolerance = 1e-12 + 1e-15 / (1.0 - p);
        prop_assert!((chance - needed).abs() < tolerance, "{} {}", chance, needed);
    }
}
