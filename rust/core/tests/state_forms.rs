//! What holds for any bars: both forms agree, nothing looks ahead, mirror images have mirrored codes.
use bayescore_core::state::{INVALID, StateConfig, StateEngine, StateSpace};
use proptest::prelude::*;
mod state_support;
use state_support::{assert_same, batch, cases, config, head, mirrored, stream, walk, wild, windows};

#[test]
fn both_forms_agree_on_long_days() {
    for (seed, ticks) in [(0, 2.0), (1, 0.3), (2, 60.0)] {
        let day = walk(seed, 20_000, ticks);
        let windows = windows(&day, 5);
        let settings = StateConfig::default();
        assert_same(&batch(settings, 5, &day, &windows), &stream(settings, 5, &day, &windows), "walk");
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn both_forms_agree(seed: u64, n in 1..6_000_usize, step in 0..5_usize, gaps in 0..4_u64, defaults: bool) {
        let day = wild(seed, n, [0, 1, 8, 900, 200_000][step], gaps);
        let windows = windows(&day, 3);
        let settings = if defaults { StateConfig::default() } else { config(seed) };
        assert_same(&batch(settings, 3, &day, &windows), &stream(settings, 3, &day, &windows), "wild");
    }

    #[test]
    fn later_bars_change_nothing(seed: u64, n in 2..3_000_usize, step in 0..4_usize, gaps in 0..4_u64, share in 0.0..1.0) {
        let day = wild(seed, n, [1, 8, 900, 200_000][step], gaps);
        let settings = if seed % 2 == 0 { StateConfig::default() } else { config(seed) };
        let known = 1 + (share * (n - 1) as f64) as usize;
        let mut other = day.clone();
        let tail = wild(seed ^ 1, n, 5_000, 2);
        let (from, shift) = (day.ts[known - 1] + 1, tail.ts[0]);
        for i in known..n {
            let j = i - known;
            other.ts[i] = from + tail.ts[j] - shift;
            other.open[i] = tail.open[j];
            other.high[i] = tail.high[j];
            other.low[i] = tail.low[j];
            other.close[i] = tail.close[j];
            other.volume[i] = tail.volume[j];
        }
        // Codes of the same bars, whatever follows them and whether anything does.
        let windows = windows(&day, 2);
        let mut whole = batch(settings, 2, &day, &windows);
        let mut changed = batch(settings, 2, &other.new().unwrap(), &windows);
        for states in [&mut whole, &mut changed] {
            states.codes.truncate(known);
            states.contexts.truncate(known);
        }
        assert_same(&whole, &changed, "other tail");
        assert_same(&whole, &batch(settings, 2, &head(&day, known), &windows[..known]), "no tail");
    }

    #[test]
    fn mirrored_prices_have_mirrored_codes(seed: u64, n in 1..4_000_usize, step in 0..4_usize, gaps in 0..4_u64) {
        let day = wild(seed, n, [1, 8, 900, 200_000][step], gaps);
        let settings = if seed % 2 == 0 { StateConfig::default() } else { config(seed) };
        let windows = windows(&day, 2);
        let space = StateSpace::standard(&["first", "second"]).unwrap();
        let states = batch(settings, 2, &day, &windows);
        let seen = batch(settings, 2, &mirrored(&day), &windows);
        prop_assert_eq!(&seen.contexts, &states.contexts);
        for (&code, &other) in states.codes.iter().zip(&seen.codes) {
            prop_assert_eq!(code == INVALID, other == INVALID);
            if code != INVALID {
                let mut levels = space.decode(code).unwrap();
                for (level, field) in levels.iter_mut().zip(space.fields()) {
                    if field.mirrored {
                        *level = field.labels.len() - 1 - *level;
                    }
                }
                prop_assert_eq!(space.encode(&levels), Some(other));
                let leaf = space.levels() - 1;
                prop_assert_eq!(space.mirror(leaf, space.leaf_of(code)), space.leaf_of(other));
            }
        }
    }
}

#[test]
fn reset_forgets_the_day() {
    let (first, second) = (walk(3, 2_000, 2.0), walk(4, 2_000, 2.0));
    let mut engine = StateEngine::new(StateConfig::default(), 1).unwrap();
    for i in 0..first.len() {
        engine.push(state_support::bar(&first, i), 0).unwrap();
    }
    engine.reset();
    let zeros = vec![0; second.len()];
    let (codes, contexts) = (0..second.len()).map(|i| engine.push(state_support::bar(&second, i), 0).unwrap()).unzip();
    let pushed = bayescore_core::state::DayStates { codes, contexts };
    assert_same(&pushed, &batch(StateConfig::default(), 1, &second, &zeros), "after a reset");
}
