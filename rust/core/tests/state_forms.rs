//! The streaming and the batch form give the same bits.
use bayescore_core::bars::DayBars;
use bayescore_core::state::{DayStates, StateConfig, StateEngine};
mod state_support;
use state_support::{bar, walk, windows};

fn stream(engine: &mut StateEngine, day: &DayBars, windows: &[u8]) -> DayStates {
    engine.reset();
    let (codes, contexts) = (0..day.len()).map(|i| engine.push(bar(day, i), windows[i]).unwrap()).unzip();
    DayStates { codes, contexts }
}

#[test]
fn both_forms_agree_on_a_long_day() {
    for seed in 0..3 {
        let day = walk(seed, 20_000, 2.0);
        let windows = windows(&day, 5);
        let mut engine = StateEngine::new(StateConfig::default(), 5).unwrap();
        let whole = engine.run(&day, &windows).unwrap();
        let pushed = stream(&mut engine, &day, &windows);
        for i in 0..day.len() {
            assert_eq!((whole.codes[i], whole.contexts[i]), (pushed.codes[i], pushed.contexts[i]), "bar {i}");
        }
    }
}
