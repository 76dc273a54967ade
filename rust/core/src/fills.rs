//! How orders fill inside a bar, and when the clock forbids them.
use crate::error::{CoreError, Result};
use crate::facts::{Bounds, Settings};

crate::names! {
    /// What a resting limit order (the target) needs to fill.
    pub enum LimitFill {
        /// A trade at its price.
        Touch = "touch",
        /// A trade beyond its price: as if last in the queue.
        Through = "through",
    }
}

crate::names! {
    /// Which exit a bar gives that reaches both the protective level and the target after its open.
    pub enum Intrabar {
        /// The protective level: the lower bound of the result.
        StopFirst = "stop_first",
        /// The target: the upper bound.
        TargetFirst = "target_first",
        /// The extreme nearer to the open, the adverse one at a tie.
        OhlcPath = "ohlc_path",
    }
}

const SECONDS_OF_A_DAY: f64 = 86_400.0;

crate::settings! {
    /// Fill assumptions and the clock rules of a day.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct FillRules("") {
        /// What a target needs to fill.
        limit_fill: LimitFill = LimitFill::Touch, Bounds::ANY;
        /// What an ambiguous bar gives.
        intrabar: Intrabar = Intrabar::StopFirst, Bounds::ANY;
        /// Longest wait, seconds, from the decision bar to the next bar; a later one drops the order.
        max_entry_gap: i32 = 5, Bounds::Closed(1.0, SECONDS_OF_A_DAY);
        /// No decision from this many seconds before the close on.
        no_entry_before_close: i32 = 300, Bounds::Closed(0.0, SECONDS_OF_A_DAY);
        /// Every position is closed at the first bar from this many seconds before the close on.
        flat_before_close: i32 = 60, Bounds::Closed(0.0, SECONDS_OF_A_DAY);
    }
}

impl FillRules {
    /// Checks every range.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a value out of range, or when an order could still fill in the time in which
    /// every position must be closed.
    pub fn check(&self) -> Result<()> {
        self.check_bounds()?;
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
