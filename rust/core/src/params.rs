//! Parameter sets: one declaration of every factor, and the rules that entries may follow.
use crate::error::Result;
use crate::facts::{Bounds, Setting, Settings, Value};

crate::names! {
    /// What makes a trade possible at a bar.
    pub enum EntryRule {
        /// The brain alone: the side whose bracket it believes pays.
        Learned = "learned",
        /// Against an outer band.
        Reversion = "reversion",
        /// With extreme momentum when volume confirms.
        Drive = "drive",
        /// Reversion or drive; none when both hold and disagree.
        Any = "any",
    }
}

crate::names! {
    /// Which sides a set may take.
    pub enum Sides {
        /// Both.
        Both = "both",
        /// Long entries only.
        Long = "long",
        /// Short entries only.
        Short = "short",
    }
}

impl Sides {
    /// Whether an entry on this side (+1 or −1; 0 is none) may be taken.
    #[must_use]
    pub fn allow(self, side: i8) -> bool {
        match self {
            Self::Both => true,
            Self::Long => side >= 0,
            Self::Short => side <= 0,
        }
    }
}

/// Largest value of any tick distance in a parameter set.
pub const MAX_DISTANCE: i32 = 1 << 18;

const DISTANCE: Bounds = Bounds::Closed(1.0, MAX_DISTANCE as f64);
const DISTANCE_OR_OFF: Bounds = Bounds::Closed(0.0, MAX_DISTANCE as f64);
const COUNT: f64 = 2_147_483_647.0;
const ALL_BITS: f64 = 4_294_967_295.0;

crate::settings! {
    /// One parameter set.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct ParamSet("") {
        /// Distance of the protective stop from the entry fill, ticks.
        stop_loss_ticks: i32, DISTANCE;
        /// Distance of the target from the entry fill, ticks.
        take_profit_ticks: i32, DISTANCE;
        /// Favourable excursion that switches the trail on, ticks; 0 = no trail.
        trail_activation_ticks: i32, DISTANCE_OR_OFF;
        /// Distance of the trail from the peak, ticks.
        trail_distance_ticks: i32, DISTANCE;
        /// Longest time in a trade, seconds.
        max_hold_seconds: i32, Bounds::Closed(1.0, 86_400.0);
        /// Wait after an exit, seconds.
        cooldown_seconds: i32, Bounds::Closed(0.0, 86_400.0);
        /// Probability the brain must reach.
        confidence_threshold: f64, Bounds::Open(0.0, 1.0);
        /// Observations a state needs before the brain speaks.
        min_samples: i32, Bounds::Closed(0.0, COUNT);
        /// Entry rule.
        entry_rule: EntryRule, Bounds::ANY;
        /// Context bits of which one must be set at the decision bar (see `context`); bit 0 (`all`) allows all valid bars.
        contexts_allowed: u32, Bounds::Closed(1.0, ALL_BITS);
        /// Net losses in a row that end the day; 0 = no limit.
        max_consecutive_losses: i32, Bounds::Closed(0.0, COUNT);
        /// Sides that may be taken.
        sides: Sides, Bounds::ANY;
    }
}

impl ParamSet {
    /// What a factor is that a caller leaves out: those that came later stand for the rules of before them.
    #[must_use]
    pub fn left_out(name: &str) -> Option<Value> {
        (name == "sides").then(|| Sides::Both.to_value())
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`CoreError::Parameter`](crate::error::CoreError::Parameter) naming the first value that is out of range.
    pub fn check(&self) -> Result<()> {
        self.check_bounds()
    }

    /// Whether so many net losses in a row end the day.
    #[must_use]
    pub fn stops_after(&self, losses_in_a_row: i32) -> bool {
        self.max_consecutive_losses > 0 && losses_in_a_row >= self.max_consecutive_losses
    }
}
