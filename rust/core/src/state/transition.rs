//! How long ago the trend level changed: what the transition context tells.
use super::config::StateConfig;
use super::features::PATTERNS;
use super::{DayStates, INVALID};
use crate::context;

/// Trend levels of the valid bars of a day, taken in one by one.
#[derive(Debug, Clone)]
pub(super) struct Transition {
    window: i32,
    /// Codes of one leaf.
    per_leaf: usize,
    trend: Option<usize>,
    /// When a valid bar's level last differed from that of the valid bar before it.
    changed: Option<i32>,
}

impl Transition {
    pub fn new(config: &StateConfig, n_windows: usize) -> Self {
        Self { window: config.transition_window, per_leaf: n_windows * PATTERNS, trend: None, changed: None }
    }

    /// The transition bit if the level changed within the window that ends at this valid bar, else 0.
    pub fn push(&mut self, ts: i32, code: u16) -> u32 {
        let trend = Some(usize::from(code) / self.per_leaf / 4 % 3);
        if self.trend.is_some() && self.trend != trend {
            self.changed = Some(ts);
        }
        self.trend = trend;
        if self.changed.is_some_and(|t| t > ts - self.window) { context::TRANSITION } else { 0 }
    }

    /// Sets the bit at every bar of a day whose codes are known.
    pub fn mark(mut self, ts: &[i32], day: &mut DayStates) {
        for ((&ts, &code), context) in ts.iter().zip(&day.codes).zip(&mut day.contexts) {
            if code != INVALID {
                *context |= self.push(ts, code);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars with these times and trend levels; level 9 is a bar without a state.
    fn transitions(bars: &[(i32, u16)]) -> Vec<bool> {
        let code = |&(_, trend): &(i32, u16)| if trend == 9 { INVALID } else { (trend * 4 + 1) * 8 + 3 };
        let ts: Vec<i32> = bars.iter().map(|b| b.0).collect();
        let mut day = DayStates { codes: bars.iter().map(code).collect(), contexts: vec![0; bars.len()] };
        Transition::new(&StateConfig { transition_window: 10, ..StateConfig::default() }, 2).mark(&ts, &mut day);
        day.contexts.iter().map(|c| c & context::TRANSITION != 0).collect()
    }

    #[test]
    fn holds_for_the_window_after_a_change() {
        assert_eq!(transitions(&[(0, 1), (1, 1), (2, 2), (11, 2), (12, 2)]), [false, false, true, true, false]);
        assert_eq!(transitions(&[(0, 1), (5, 0), (6, 1), (15, 1), (16, 1)]), [false, true, true, true, false]);
    }

    #[test]
    fn a_day_begins_without_one_and_bars_without_a_state_are_passed_over() {
        assert_eq!(transitions(&[(0, 9), (1, 2), (2, 2)]), [false; 3]);
        assert_eq!(transitions(&[(0, 2), (1, 9), (50, 0), (51, 9), (52, 0)]), [false, false, true, false, true]);
        assert_eq!(transitions(&[]), [false; 0]);
    }
}
