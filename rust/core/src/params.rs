//! Parameter sets: one struct per set, and the ranges they must keep.
use crate::error::{CoreError, Result};

/// What makes a trade possible at a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EntryRule {
    /// The brain alone: the side whose bracket it believes pays.
    Learned = 0,
    /// Against an outer band.
    Reversion = 1,
    /// With extreme momentum when volume confirms.
    Drive = 2,
    /// Reversion or drive; none when both hold and disagree.
    Any = 3,
}

impl EntryRule {
    /// The rule with this number, as parameter tables hold it.
    #[must_use]
    pub fn from_u8(x: u8) -> Option<Self> {
        [Self::Learned, Self::Reversion, Self::Drive, Self::Any].get(usize::from(x)).copied()
    }
}

/// One parameter set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParamSet {
    /// Distance of the protective stop from the entry fill, ticks, at least 1.
    pub stop_loss_ticks: i32,
    /// Distance of the target from the entry fill, ticks, at least 1.
    pub take_profit_ticks: i32,
    /// Favourable excursion that switches the trail on, ticks; 0 = no trail.
    pub trail_activation_ticks: i32,
    /// Distance of the trail from the peak, ticks, at least 1.
    pub trail_distance_ticks: i32,
    /// Longest time in a trade, seconds, at least 1.
    pub max_hold_seconds: i32,
    /// Wait after an exit, seconds.
    pub cooldown_seconds: i32,
    /// Probability the brain must reach, in (0, 1).
    pub confidence_threshold: f64,
    /// Observations a state needs before the brain speaks.
    pub min_samples: i32,
    /// Entry rule.
    pub entry_rule: EntryRule,
    /// Context bits of which one must be set at the decision bar (see `context`); bit 0 (`all`) allows all valid bars.
    pub contexts_allowed: u32,
    /// Net losses in a row that end the day, at least 1.
    pub max_consecutive_losses: i32,
}

/// Largest value of any tick distance in a parameter set.
pub const MAX_DISTANCE: i32 = 1 << 18;

impl ParamSet {
    /// Checks every range.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] naming the first value that is out of range.
    pub fn check(&self) -> Result<()> {
        let int = |name: &str, x: i32, lo: i32, hi: i32| {
            if (lo..=hi).contains(&x) {
                Ok(())
            } else {
                Err(CoreError::parameter(name, format!("{x} is outside {lo}..{hi}")))
            }
        };
        int("stop_loss_ticks", self.stop_loss_ticks, 1, MAX_DISTANCE)?;
        int("take_profit_ticks", self.take_profit_ticks, 1, MAX_DISTANCE)?;
        int("trail_activation_ticks", self.trail_activation_ticks, 0, MAX_DISTANCE)?;
        int("trail_distance_ticks", self.trail_distance_ticks, 1, MAX_DISTANCE)?;
        int("max_hold_seconds", self.max_hold_seconds, 1, 86_400)?;
        int("cooldown_seconds", self.cooldown_seconds, 0, 86_400)?;
        int("min_samples", self.min_samples, 0, i32::MAX)?;
        int("max_consecutive_losses", self.max_consecutive_losses, 1, i32::MAX)?;
        if self.contexts_allowed == 0 {
            return Err(CoreError::parameter("contexts_allowed", "no bit is set, so no trade could ever happen"));
        }
        if self.confidence_threshold > 0.0 && self.confidence_threshold < 1.0 {
            Ok(())
        } else {
            Err(CoreError::parameter(
                "confidence_threshold",
                format!("{} is outside (0, 1)", self.confidence_threshold),
            ))
        }
    }
}
