//! The Beta distribution against closed forms and itself.
use bayescore_core::brain::{Beta, normal_quantile};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn close(x: f64, y: f64, error: f64) -> bool {
    (x - y).abs() <= error * y.abs().max(1e-300)
}

#[test]
fn one_sided_power_laws() {
    for k in [0.01, 0.5, 1.0, 2.0, 17.5, 300.0, 9000.0] {
        for x in [1e-9_f64, 1e-3, 0.2, 0.5, 0.77, 0.999, 1.0 - 1e-9] {
            let rise = Beta::new(k, 1.0);
            let fall = Beta::new(1.0, k);
            let want = x.powf(k);
            let want_above = (k * (-x).ln_1p()).exp();
            assert!((rise.below(x) - want).abs() < 2e-14, "{k} {x}: {} {want}", rise.below(x));
            assert!((fall.above(x) - want_above).abs() < 2e-14, "{k} {x}: {} {want_above}", fall.above(x));
        }
    }
}

#[test]
fn whole_parameters_are_binomial_sums() {
    // P(X ≤ x) = P(at least a successes of a + b − 1).
    for (a, b) in [(1_u32, 1_u32), (3, 2), (10, 10), (7, 19), (24, 31)] {
        for x in [0.05, 0.3, 0.5, 0.61, 0.95] {
            let n = a + b - 1;
            let (mut choose, mut sum) = (1.0_f64, 0.0_f64);
            for k in 0..=n {
                if k >= a {
                    sum += choose * f64::powi(x, k as i32) * f64::powi(1.0 - x, (n - k) as i32);
                }
                choose = choose * f64::from(n - k) / f64::from(k + 1);
            }
            let got = Beta::new(f64::from(a), f64::from(b)).below(x);
            assert!(close(got, sum, 1e-13), "{a} {b} {x}: {got} {sum}");
        }
    }
}

#[test]
fn half_is_the_median_of_what_is_symmetric() {
    for a in [0.3, 1.0, 10.0, 1234.5, 1e5, 1e7] {
        let beta = Beta::new(a, a);
        assert!((beta.below(0.5) - 0.5).abs() < 1e-12, "{a}: {}", beta.below(0.5));
        assert!((beta.quantile(0.5, 0.0) - 0.5).abs() < 1e-14);
    }
}

#[test]
fn ends_are_certain() {
    let beta = Beta::new(12.0, 30.0);
    assert_eq!((beta.below(0.0), beta.above(0.0)), (0.0, 1.0));
    assert_eq!((beta.below(1.0), beta.above(1.0)), (1.0, 0.0));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn mirrored_parameters_swap_the_tails(a in 0.2_f64..2e4, b in 0.2_f64..2e4, x in 0.001_f64..0.999) {
        let y = 1.0 - x;
        let x = 1.0 - y;
        prop_assert!((Beta::new(a, b).below(x) - Beta::new(b, a).above(y)).abs() < 1e-12);
    }

    #[test]
    fn quantile_inverts_the_probability(a in 0.2_f64..2e4, b in 0.2_f64..2e4, p in 0.001_f64..0.999) {
        let beta = Beta::new(a, b);
        let x = beta.quantile(p, normal_quantile(p));
        prop_assert!((0.0..=1.0).contains(&x));
        // For a, b < 1 the density has poles: there x itself cannot be known well enough.
        if a > 1.0 && b > 1.0 {
            prop_assert!((beta.below(x) - p).abs() < 1e-12, "{} {}", beta.below(x), p);
        }
    }

    #[test]
    fn probability_rises(a in 0.2_f64..2e4, b in 0.2_f64..2e4, x in 0.001_f64..0.998) {
        let beta = Beta::new(a, b);
        prop_assert!(beta.below(x + 1e-3) >= beta.below(x) - 1e-14);
        prop_assert!((beta.below(x) + beta.above(x) - 1.0).abs() < 1e-15);
    }
}
