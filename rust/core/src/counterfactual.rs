//! The same entries under other exit rules.
//!
//! What an exit missed is hindsight: on a random walk, too, the best price comes later most of the time. What another rule
//! would have earned from the same entries is not: its difference is zero on average where nothing can be gained.
use crate::error::{CoreError, Result};
use crate::market::Market;
use crate::params::ParamSet;

/// Results of entries under exit rules: a row a rule, a column an entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replayed {
    /// Net results, thousandths of a tick.
    pub net: Vec<i64>,
    /// Bars of the exits.
    pub exit_bar: Vec<u32>,
}

/// Holds every entry under every set's stop, target, trail and holding time.
///
/// Each entry is taken by itself: what it would have blocked or opened is not looked at.
///
/// # Errors
/// [`CoreError::Shape`] for entries that do not lie in the day or have no side, [`CoreError::Parameter`] for a set out
/// of range.
pub fn replay(market: &Market, decision_bar: &[u32], side: &[i8], sets: &[ParamSet]) -> Result<Replayed> {
    if decision_bar.len() != side.len() {
        return Err(CoreError::Shape(format!("{} entries with {} sides", decision_bar.len(), side.len())));
    }
    let last = market.bars.len();
    for (k, (&bar, &side)) in decision_bar.iter().zip(side).enumerate() {
        if bar as usize + 1 >= last || side.abs() != 1 {
            return Err(CoreError::Shape(format!(
                "entry {k} is decided at bar {bar} of {last} on side {side}; a next bar and a side of ±1 are needed"
            )));
        }
    }
    let mut out = Replayed::default();
    for set in sets {
        set.check()?;
        for (&bar, &side) in decision_bar.iter().zip(side) {
            let trade = market.hold(set, side, bar as usize);
            out.net.push(market.net_of(&trade));
            out.exit_bar.push(trade.exit_bar);
        }
    }
    Ok(out)
}
