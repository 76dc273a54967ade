//! How orders fill inside a bar, and when the clock forbids them.
use crate::error::{CoreError, Result};

/// What a resting limit order (the target) needs to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum LimitFill {
    /// A trade at its price.
    #[default]
    Touch = 0,
    /// A trade beyond its price: as if last in the queue.
    Through = 1,
}

/// Which exit a bar gives that reaches both the protective level and the target after its open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Intrabar {
    /// The protective level: the lower bound of the result.
    #[default]
    StopFirst = 0,
    /// The target: the upper bound.
    TargetFirst = 1,
    /// The extreme nearer to the open, the adverse one at a tie.
    OhlcPath = 2,
}

/// Fill assumptions and the clock rules of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillRules {
    /// What a target needs to fill.
    pub limit_fill: LimitFill,
    /// What an ambiguous bar gives.
    pub intrabar: Intrabar,
    /// Longest wait, seconds, from the decision bar to the next bar; a later one drops the order.
    pub max_entry_gap: i32,
    /// No decision from this many seconds before the close on.
    pub no_entry_before_close: i32,
    /// Every position is closed at the first bar from this many seconds before the close on.
    pub flat_before_close: i32,
}

impl Default for FillRules {
    fn default() -> Self {
        Self {
            limit_fill: LimitFill::Touch,
            intrabar: Intrabar::StopFirst,
            max_entry_gap: 5,
            no_entry_before_close: 300,
            flat_before_close: 60,
        }
    }
}

impl FillRules {
    /// Checks every range.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a value out of range, or when an order could still fill in the time in which
    /// every position must be closed.
    pub fn check(&self) -> Result<()> {
        for (name, x, low) in [
            ("max_entry_gap", self.max_entry_gap, 1),
            ("no_entry_before_close", self.no_entry_before_close, 0),
            ("flat_before_close", self.flat_before_close, 0),
        ] {
            if !(low..=86_400).contains(&x) {
                return Err(CoreError::parameter(name, format!("{x} is outside {low}..86400 seconds")));
            }
        }
        if self.no_entry_before_close > self.flat_before_close + self.max_entry_gap {
            return Ok(());
        }
        Err(CoreError::parameter(
            "no_entry_before_close",
            format!(
                "{} must exceed flat_before_close {} + max_entry_gap {}, or a position could open when all must be closed",
                self.no_entry_before_close, self.flat_before_close, self.max_entry_gap
            ),
        ))
    }

    /// Distance beyond the target that a price must reach, ticks.
    #[must_use]
    pub fn limit_offset(&self) -> i32 {
        self.limit_fill as i32
    }
}
