//! The edges of what a day can be.
use bayescore_core::bars::{DayBars, MAX_DAY_RANGE, MAX_SESSION_S};
use bayescore_core::error::CoreError;
use bayescore_core::rolling::window_range;
use bayescore_core::state::{Bar, INVALID, StateConfig, StateEngine, StateSpace};
mod state_support;
use state_support::{Numbers, assert_same, batch, day_of, stream, walk, wild};

fn both(config: StateConfig, day: &DayBars, what: &str) -> Vec<u16> {
    let windows = vec![0; day.len()];
    let states = batch(config, 1, day, &windows);
    assert_same(&states, &stream(config, 1, day, &windows), what);
    states.codes
}

/// Valid from the first bar that a line can be drawn at.
fn eager() -> StateConfig {
    StateConfig { warmup: 0, min_bars: 3, ..StateConfig::default() }
}

#[test]
fn one_bar() {
    let day = day_of(&[(7, [5, 6, 4, 5], 1)]);
    assert_eq!(both(eager(), &day, "one bar"), [INVALID]);
    assert_eq!(window_range(&day, 5), [2]);
    let three = day_of(&[(7, [5, 6, 4, 5], 1), (8, [5, 5, 5, 5], 0), (9, [5, 5, 5, 5], 0)]);
    let codes = both(eager(), &three, "three bars");
    assert_eq!(codes[..2], [INVALID, INVALID]);
    assert_ne!(codes[2], INVALID);
}

#[test]
fn a_constant_price_is_in_the_middle_of_everything() {
    let bars: Vec<_> = (0..2_000).map(|t| (t, [-3; 4], 0)).collect();
    let space = StateSpace::standard(&["all"]).unwrap();
    let codes = both(StateConfig::default(), &day_of(&bars), "constant");
    for &code in &codes[900..] {
        // The last third lies on the edges of the first: a wedge.
        assert_eq!(space.decode(code), Some(vec![3, 2, 1, 0, 0, 0, 2]));
    }
    let values = StateEngine::new(StateConfig::default(), 1).unwrap().features(&day_of(&bars));
    assert_eq!((values.z[1_500], values.sigma[1_500], values.momentum[1_500]), (0.0, 0.5, 0.0));
    assert!(values.volatility_ratio[1_500].is_nan());
}

#[test]
fn prices_as_far_apart_as_a_day_allows() {
    let far = MAX_DAY_RANGE;
    let mut r = Numbers::new(9);
    // The longest windows, so that the sums are as large as they get.
    let longest = StateConfig { band_window: 3_600, long_window: 3_600, ..eager() };
    for late in [0, MAX_SESSION_S - 90_000] {
        let bars: Vec<_> = (0..9_000)
            .map(|t| {
                let close = if t == 0 { 0 } else { [-far, far, 0, 17][r.below(4) as usize] };
                (late + t, [close, far, -far, close], 1 << 48)
            })
            .collect();
        both(longest, &day_of(&bars), "far apart");
        both(StateConfig::default(), &day_of(&bars), "far apart, default windows");
        let steady: Vec<_> =
            bars.iter().map(|b| if b.0 % 2 == 0 { (b.0, [far; 4], 1) } else { (b.0, [-far; 4], 1) }).collect();
        let mut steady = steady;
        steady[0] = (late, [0; 4], 1);
        both(longest, &day_of(&steady), "one side, then the other");
    }
}

#[test]
fn every_width_of_arithmetic_agrees() {
    // Distances that fit 16 bits, do not; sums that are exact in f64, are not; volumes beyond 2^53.
    for (k, step) in [30, 3_000, 30_000, 120_000].into_iter().enumerate() {
        for gaps in 0..3 {
            let mut day = wild(k as u64, 5_000, step, gaps);
            both(StateConfig::default(), &day, "ordinary volume");
            day.volume.iter_mut().for_each(|v| *v = *v * 131_071 + (1 << 47));
            both(StateConfig::default(), &day, "large volume");
        }
    }
    let longest = StateConfig { long_window: 3_600, ..StateConfig::default() };
    both(longest, &wild(5, 9_000, 3_000, 0), "long window");
}

#[test]
fn a_jump_over_a_gap_is_measured_whole() {
    let jump = 1_000_000;
    let flat = |t: i32, p: i32| (t, [p; 4], 3);
    let bars: Vec<_> =
        (0..3_000).map(|t| flat(t, t % 3)).chain((5_000..9_000).map(|t| flat(t, jump + t % 5))).collect();
    both(StateConfig::default(), &day_of(&bars), "jump");
    both(eager(), &day_of(&bars), "jump, no warm-up");
    let early: Vec<_> = (0..40).map(|t| flat(t, 0)).chain((4_000..4_400).map(|t| flat(t, -jump))).collect();
    both(eager(), &day_of(&early), "jump soon");
}

#[test]
fn bars_minutes_apart_as_far_as_a_session_goes() {
    let far = MAX_SESSION_S / 3_000;
    let bars: Vec<_> = (0..3_000).map(|k| (k * far, [k % 7; 4], 1)).collect();
    assert!(both(eager(), &day_of(&bars), "far apart").iter().all(|&c| c == INVALID));
    assert!(window_range(&day_of(&bars), 60).iter().all(|&r| r == 0));
}

#[test]
fn a_day_of_80_000_bars() {
    let day = walk(8, 80_000, 2.0);
    let codes = both(StateConfig::default(), &day, "80,000 bars");
    assert!(codes.iter().filter(|&&c| c != INVALID).count() > 75_000);
}

#[test]
fn a_window_longer_than_the_day_sees_all_of_it() {
    let day = walk(2, 3_000, 2.0);
    let ranges = window_range(&day, 1_000_000);
    let (high, low) = (day.high.iter().max().unwrap(), day.low.iter().min().unwrap());
    assert_eq!(ranges[2_999], high - low);
    assert_eq!(window_range(&day, 0), window_range(&day, 1));
}

#[test]
fn unusable_bars_are_refused_and_change_nothing() {
    let day = walk(1, 1_500, 2.0);
    let bar = |i: usize| state_support::bar(&day, i);
    let mut engine = StateEngine::new(StateConfig::default(), 2).unwrap();
    let mut codes = vec![];
    for i in 0..day.len() {
        let good = bar(i);
        let bad = [
            (Bar { high: good.low - 1, ..good }, 0),
            (Bar { close: good.high + 1, ..good }, 0),
            (Bar { volume: -1, ..good }, 0),
            (Bar { ts: -5, ..good }, 0),
            (good, 2),
        ];
        for (bad, window) in bad {
            assert!(matches!(engine.push(bad, window), Err(CoreError::Bars { row, .. }) if row == i));
        }
        if i > 0 {
            assert!(engine.push(bar(i - 1), 0).is_err());
            let high = day.close[0] + MAX_DAY_RANGE + 1;
            assert!(engine.push(Bar { high, ..good }, 0).is_err());
        }
        codes.push(engine.push(good, 1).unwrap().0);
    }
    let windows = vec![1; day.len()];
    assert_eq!(codes, batch(StateConfig::default(), 2, &day, &windows).codes);
    assert!(matches!(engine.run(&day, &windows[1..]), Err(CoreError::Shape(_))));
    assert!(matches!(engine.run(&day, &vec![2; day.len()]), Err(CoreError::Bars { row: 0, .. })));
    assert!(StateEngine::new(StateConfig::default(), 0).is_err());
    assert!(StateEngine::new(StateConfig::default(), 9).is_err());
    assert!(StateEngine::new(StateConfig { warmup: -1, ..StateConfig::default() }, 1).is_err());
}
