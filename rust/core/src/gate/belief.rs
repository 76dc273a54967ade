//! The exact comparisons of one set in one state: the rule's side, and what the posterior says of it.
use crate::{brain::Beta, params::EntryRule, state::StateSpace};

/// Side that a rule takes in a leaf, before the brain is queried; 0 for `learned`.
#[must_use]
pub fn rule_side(space: &StateSpace, rule: EntryRule, leaf: usize) -> i8 {
    let (reversion, drive) = (space.reversion_side(leaf), space.drive_side(leaf));
    match rule {
        EntryRule::Reversion => reversion,
        EntryRule::Drive => drive,
        EntryRule::Any if reversion == 0 => drive,
        EntryRule::Any if drive == 0 || drive == reversion => reversion,
        EntryRule::Learned | EntryRule::Any => 0,
    }
}

/// With both or neither there is no side.
pub(super) fn one_side(long: bool, short: bool) -> i8 {
    i8::from(long) - i8::from(short)
}

/// The exact comparisons.
pub(super) struct Belief {
    pub beta: Beta,
    pub threshold: f64,
    pub confidence: f64,
}

impl Belief {
    /// Chance that a side's probability exceeds the threshold.
    fn chance(&self, side: i8) -> f64 {
        if side > 0 { self.beta.above(self.threshold) } else { self.beta.below(1.0 - self.threshold) }
    }

    /// Whether it is likely enough that the bracket pays.
    pub fn pays(&self, side: i8) -> bool {
        self.chance(side) >= self.confidence
    }

    /// Whether it is as likely that the bracket loses.
    pub fn loses(&self, side: i8) -> bool {
        self.chance(side) < 1.0 - self.confidence
    }
}
