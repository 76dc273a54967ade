//! Labels against the definition read aloud, on small random days.
mod labels_support;

use bayescore_core::bars::DayBars;
use bayescore_core::error::CoreError;
use bayescore_core::labels::{Counts, LabelRules, Labels, Outcome, RUNGS, RungLabels, barrier_ticks, label_day, rungs};
use bayescore_core::state::{DayStates, Field, INVALID, StateSpace};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::sync::Arc;

/// Two mirrored fields, one that is not, and a chain of three levels below the root.
fn space() -> Arc<StateSpace> {
    let fields = vec![
        Field::new("band", &["low", "middle", "high"], true),
        Field::new("trend", &["down", "up"], true),
        Field::new("volume", &["thin", "thick"], false),
        Field::new("window", &["early", "late"], false),
    ];
    let names = |list: &[&str]| list.iter().map(|&s| s.to_owned()).collect::<Vec<_>>();
    let chain = [names(&["band", "trend", "volume"]), names(&["band", "volume"]), names(&["band"])];
    Arc::new(StateSpace::new(fields, &chain).unwrap())
}

#[derive(Debug, Clone)]
struct Case {
    day: DayBars,
    states: DayStates,
    barrier: i32,
    rules: LabelRules,
}

fn cases() -> impl Strategy<Value = Case> {
    let bar = (0..20_i32, -6..7_i32, -2..3_i32, 0..4_i32, 0..4_i32, 0..12_usize);
    (prop::collection::vec(bar, 1..120), 1..14_i32, 1..40_i32, 1..8_i32, any::<bool>()).prop_map(
        |(bars, barrier, horizon, max_entry_gap, mirror)| {
            let codes = [0_u16, 1, 1, 5, 5, 5, 9, 14, 20, 23, INVALID, 23];
            let mut day = empty();
            let mut states = DayStates { codes: vec![], contexts: vec![] };
            let (mut t, mut price) = (0, 1000);
            for (gap, jump, gap_up, above, below, code) in bars {
                t += [1, 1, 1, 2, 3, 9][gap as usize % 6];
                let open = price + gap_up;
                price = open + jump;
                day.ts.push(t);
                day.open.push(open);
                day.high.push(open.max(price) + above);
                day.low.push(open.min(price) - below);
                day.close.push(price);
                day.volume.push(1);
                states.codes.push(codes[code]);
                states.contexts.push(u32::from(codes[code] != INVALID));
            }
            day.close_s = t + 1;
            let rules = LabelRules { horizon, max_entry_gap, mirror, first_day: false };
            Case { day: day.new().unwrap(), states, barrier, rules }
        },
    )
}

fn empty() -> DayBars {
    DayBars {
        ts: vec![],
        open: vec![],
        high: vec![],
        low: vec![],
        close: vec![],
        volume: vec![],
        open_ns: 0,
        close_s: 0,
        tick_size: 0.25,
    }
}

/// Outcome and end of one label, bar by bar.
fn first_touch(day: &DayBars, start: usize, b: i32, horizon: i32) -> (Outcome, usize) {
    let price = day.open[start];
    for j in start..day.len() {
        if day.ts[j] >= day.ts[start] + horizon {
            return (Outcome::Unresolved, j);
        }
        match (day.high[j] >= price + b, day.low[j] <= price - b) {
            (true, true) => return (Outcome::Ambiguous, j),
            (true, false) => return (Outcome::Up, j),
            (false, true) => return (Outcome::Down, j),
            (false, false) => {}
        }
    }
    (Outcome::Unresolved, day.len())
}

fn brute(case: &Case, space: &Arc<StateSpace>) -> Labels {
    let Case { day, states, barrier, rules } = case;
    let (mut decision_bar, mut code, mut gaps) = (vec![], vec![], vec![]);
    for i in 0..day.len() {
        let c = states.codes[i];
        if c == INVALID || (i > 0 && states.codes[i - 1] == c) {
            continue;
        }
        if i + 1 == day.len() || day.ts[i + 1] - day.ts[i] > rules.max_entry_gap {
            gaps.push(c);
        } else {
            decision_bar.push(i as u32);
            code.push(c);
        }
    }
    let made = rungs(*barrier).map(|b| {
        let found: Vec<_> = decision_bar.iter().map(|&i| first_touch(day, i as usize + 1, b, rules.horizon)).collect();
        let mut labels = RungLabels {
            outcome: found.iter().map(|f| f.0).collect(),
            end_bar: found.iter().map(|f| f.1 as u32).collect(),
            taken: vec![false; code.len()],
            counts: Counts::zero(space),
        };
        for level in 0..space.levels() {
            let mut until: Vec<u32> = vec![0; space.n_states(level)];
            for k in 0..code.len() {
                let state = space.project(level, space.leaf_of(code[k]));
                let image = space.mirror(level, state);
                let home = if rules.mirror { state.min(image) } else { state };
                if decision_bar[k] < until[home] {
                    continue;
                }
                until[home] = labels.end_bar[k];
                if level == space.levels() - 1 {
                    labels.taken[k] = true;
                }
                let up = match labels.outcome[k] {
                    Outcome::Up => true,
                    Outcome::Down => false,
                    _ => continue,
                };
                let count = &mut labels.counts.levels[level][home];
                if rules.mirror && image == state {
                    count[0] += 0.5;
                    count[1] += 0.5;
                } else {
                    count[usize::from(up != (home == state))] += 1.0;
                }
            }
        }
        labels
    });
    Labels { space: space.clone(), mirror: rules.mirror, barrier: *barrier, decision_bar, code, gaps, rungs: made }
}

/// The day with all its prices turned upside down.
fn upside_down(day: &DayBars) -> DayBars {
    let flip = |v: &[i32]| v.iter().map(|&p| 2000 - p).collect::<Vec<_>>();
    DayBars {
        open: flip(&day.open),
        high: flip(&day.low),
        low: flip(&day.high),
        close: flip(&day.close),
        ..day.clone()
    }
}

fn mirrored(space: &StateSpace, code: u16) -> u16 {
    let Some(mut levels) = space.decode(code) else { return code };
    for (level, field) in levels.iter_mut().zip(space.fields()) {
        if field.mirrored {
            *level = field.labels.len() - 1 - *level;
        }
    }
    space.encode(&levels).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn labels_are_what_the_definition_says(case in cases()) {
        let space = space();
        let got = label_day(&case.day, &case.states, &space, case.barrier, &case.rules).unwrap();
        prop_assert_eq!(got, brute(&case, &space));
    }

    /// What comes after a label has ended does not change it.
    #[test]
    fn the_future_of_a_label_does_not_matter(case in cases(), cut in 1..119_usize, moved in -50..50_i32) {
        let space = space();
        let n = case.day.len();
        let cut = cut.min(n);
        let mut other = case.clone();
        for j in cut..n {
            for column in [&mut other.day.open, &mut other.day.high, &mut other.day.low, &mut other.day.close] {
                column[j] += moved;
            }
            other.states.codes[j] = 5;
        }
        let a = label_day(&case.day, &case.states, &space, case.barrier, &case.rules).unwrap();
        let b = label_day(&other.day, &other.states, &space, case.barrier, &case.rules).unwrap();
        for rung in 0..RUNGS {
            for k in 0..a.len() {
                let end = a.rungs[rung].end_bar[k] as usize;
                if end < cut && a.decision_bar[k] as usize + 1 < cut {
                    prop_assert_eq!(b.decision_bar[k], a.decision_bar[k]);
                    prop_assert_eq!(b.rungs[rung].outcome[k], a.rungs[rung].outcome[k]);
                    prop_assert_eq!(b.rungs[rung].end_bar[k] as usize, end);
                    prop_assert_eq!(b.rungs[rung].taken[k], a.rungs[rung].taken[k]);
                }
            }
        }
    }

    /// A day turned upside down teaches the same: evidence does not know which way is up.
    #[test]
    fn upside_down_days_teach_the_same(case in cases()) {
        let space = space();
        let rules = LabelRules { mirror: true, ..case.rules };
        let turned = DayStates {
            codes: case.states.codes.iter().map(|&c| mirrored(&space, c)).collect(),
            contexts: case.states.contexts.clone(),
        };
        let a = label_day(&case.day, &case.states, &space, case.barrier, &rules).unwrap();
        let b = label_day(&upside_down(&case.day), &turned, &space, case.barrier, &rules).unwrap();
        for rung in 0..RUNGS {
            prop_assert_eq!(&a.rungs[rung].counts, &b.rungs[rung].counts);
        }
    }

    #[test]
    fn every_episode_is_accounted_for(case in cases()) {
        let space = space();
        let labels = label_day(&case.day, &case.states, &space, case.barrier, &case.rules).unwrap();
        for field in [None, Some(0), Some(3)] {
            let rows = labels.counts(field, 1).unwrap();
            let episodes: u32 = rows.iter().map(|r| r.episodes).sum();
            prop_assert_eq!(episodes as usize, labels.len() + labels.gaps.len());
            for r in rows {
                prop_assert_eq!(r.episodes, r.ups + r.downs + r.ambiguous + r.unresolved + r.gap);
            }
        }
        let leaves = labels.leaf_counts(1).unwrap();
        let counted: f64 = leaves.ups.iter().chain(&leaves.downs).sum();
        let taken = (0..labels.len())
            .filter(|&k| labels.rungs[1].taken[k] && (labels.rungs[1].outcome[k] as u8) < 2)
            .count();
        prop_assert_eq!(counted, taken as f64);
    }
}

#[test]
fn counts_by_field_follow_the_code() {
    let space = space();
    let code = |levels: [usize; 4]| space.encode(&levels).unwrap();
    let mut day = empty();
    let mut states = DayStates { codes: vec![], contexts: vec![] };
    // Two rising steps in the early window, a fall in the late one, and an episode without a next bar.
    for (t, price, levels) in
        [(0, 100, [0, 0, 0, 0]), (1, 105, [1, 0, 0, 0]), (2, 110, [2, 0, 0, 1]), (3, 100, [2, 1, 0, 1])]
    {
        day.ts.push(t);
        for column in [&mut day.open, &mut day.high, &mut day.low, &mut day.close] {
            column.push(price);
        }
        day.volume.push(1);
        states.codes.push(code(levels));
        states.contexts.push(1);
    }
    day.close_s = 4;
    let day = day.new().unwrap();
    let labels = label_day(&day, &states, &space, 2, &LabelRules::default()).unwrap();
    let rows = labels.counts(Some(3), 1).unwrap();
    assert_eq!((rows[0].episodes, rows[0].ups, rows[0].downs), (2, 1, 1));
    assert_eq!((rows[1].episodes, rows[1].unresolved, rows[1].gap), (2, 1, 1));
    assert!(matches!(labels.counts(Some(4), 1), Err(CoreError::Parameter { .. })));
    assert!(matches!(labels.counts(None, 3), Err(CoreError::Parameter { .. })));
}

#[test]
fn the_first_hour_of_the_first_day_has_no_labels() {
    let day = labels_support::walk(7, 9000, 0.8, 3.0, 0.0);
    let space = space();
    let codes: Vec<u16> = (0..day.len()).map(|i| if i / 7 % 2 == 0 { 3 } else { 20 }).collect();
    let states = DayStates { contexts: vec![1; codes.len()], codes };
    let all = label_day(&day, &states, &space, 10, &LabelRules::default()).unwrap();
    let rules = LabelRules { first_day: true, ..LabelRules::default() };
    let late = label_day(&day, &states, &space, 10, &rules).unwrap();
    let from = all.decision_bar.iter().position(|&i| day.ts[i as usize] >= day.ts[0] + 3600).unwrap();
    assert!(from > 0);
    assert_eq!(late.decision_bar, all.decision_bar[from..]);
    assert_eq!(late.rungs[2].outcome, all.rungs[2].outcome[from..]);
}

#[test]
fn barriers_are_the_rms_of_the_change() {
    let mut day = empty();
    // ±9 ticks every other second: over 2 s nothing changes, over 1 s every change is 9.
    for t in 0..100 {
        day.ts.push(t);
        for column in [&mut day.open, &mut day.high, &mut day.low, &mut day.close] {
            column.push(1000 + 9 * (t % 2));
        }
        day.volume.push(1);
    }
    day.close_s = 100;
    let day = day.new().unwrap();
    assert_eq!(barrier_ticks(&day, 1, None), Ok(9));
    assert_eq!(barrier_ticks(&day, 2, None), Ok(2), "never below 2");
    assert_eq!(barrier_ticks(&day, 100, None), Ok(2), "no bar lies so far back");
    assert_eq!(barrier_ticks(&day, 1, Some(1)), Ok(2), "only the first bar is used");
    assert!(barrier_ticks(&day, 0, None).is_err());
    assert_eq!(rungs(9), [5, 9, 18]);
    assert_eq!(rungs(2), [1, 2, 4]);
}

#[test]
fn barriers_match_their_definition_on_a_walk() {
    let day = labels_support::walk(3, 20_000, 0.6, 4.0, 0.0);
    for (lag, until) in [(60, None), (7, None), (60, Some(3600))] {
        let (mut sum, mut n) = (0.0, 0.0);
        for i in 0..day.len() {
            if until.is_some_and(|s| day.ts[i] >= day.ts[0] + s) {
                continue;
            }
            if let Some(back) = (0..=i).rev().find(|&k| day.ts[k] <= day.ts[i] - lag) {
                let change = f64::from(day.close[i] - day.close[back]);
                sum += change * change;
                n += 1.0;
            }
        }
        let want = ((sum / n).sqrt() + 0.5).floor().max(2.0) as i32;
        assert_eq!(barrier_ticks(&day, lag, until), Ok(want));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let day = labels_support::walk(1, 500, 1.0, 2.0, 0.0);
    let space = space();
    let states = DayStates { codes: vec![3; day.len()], contexts: vec![1; day.len()] };
    let rules = LabelRules::default();
    let short = DayStates { codes: vec![3; 5], contexts: vec![1; 5] };
    assert!(matches!(label_day(&day, &short, &space, 5, &rules), Err(CoreError::Shape(_))));
    let mut foreign = states.clone();
    foreign.codes[17] = 24;
    assert!(matches!(label_day(&day, &foreign, &space, 5, &rules), Err(CoreError::Bars { row: 17, .. })));
    assert!(label_day(&day, &states, &space, 0, &rules).is_err());
    assert!(label_day(&day, &states, &space, 5, &LabelRules { horizon: 0, ..rules }).is_err());
    assert!(label_day(&day, &states, &space, 5, &LabelRules { max_entry_gap: 0, ..rules }).is_err());
}
