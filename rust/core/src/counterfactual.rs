//! The same entries under other exit rules.
//!
//! What an exit missed is hindsight: on a random walk, too, the best price comes later most of the time. What another rule
//! would have earned from the same entries is not: its difference is zero on average where nothing can be gained.
use crate::bars::DayBars;
use crate::error::{CoreError, Result};
use crate::market::Market;
use crate::params::ParamSet;
use crate::regret::{RegretRules, look};

/// Results of entries under exit rules: a row a rule, a column an entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replayed {
    /// Net results, thousandths of a tick.
    pub net: Vec<i64>,
    /// Bars of the exits.
    pub exit_bar: Vec<u32>,
}

fn check_entries(market: &Market, decision_bar: &[u32], side: &[i8]) -> Result<()> {
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
    Ok(())
}

/// Holds every entry under every set's stop, target, trail and holding time.
///
/// Each entry is taken by itself: what it would have blocked or opened is not looked at.
///
/// # Errors
/// [`CoreError::Shape`] for entries that do not lie in the day or have no side, [`CoreError::Parameter`] for a set out
/// of range.
pub fn replay(market: &Market, decision_bar: &[u32], side: &[i8], sets: &[ParamSet]) -> Result<Replayed> {
    check_entries(market, decision_bar, side)?;
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

/// How exits are timed where prices have no direction: the same entries under the same set, on the day's bars mirrored
/// by a coin, `rounds` times over.
///
/// The coins depend on `seed` and the round alone.
///
/// Returns
/// How many exits were of each [`crate::regret::Timing`], all rounds together.
///
/// # Errors
/// As [`replay`], and for rules out of range.
pub fn mirrored_timings(
    market: &Market,
    decision_bar: &[u32],
    side: &[i8],
    set: &ParamSet,
    rules: RegretRules,
    seed: u64,
    rounds: u32,
) -> Result<[u64; 4]> {
    check_entries(market, decision_bar, side)?;
    set.check()?;
    rules.check()?;
    let mut counts = [0; 4];
    let mut bars = DayBars { volume: Vec::new(), ..market.bars.clone() };
    for round in 0..rounds {
        let coins: Vec<u64> =
            (0..market.bars.len().div_ceil(64)).map(|k| coin(seed, u64::from(round), k as u64)).collect();
        market.bars.reflect_into(&mut bars, |i| coins[i / 64] >> (i % 64) & 1 == 1);
        let mirror =
            Market::so_far(&bars, market.states, market.leaf_of, market.rules, market.commission, &market.slip);
        for (&bar, &side) in decision_bar.iter().zip(side) {
            let trade = mirror.hold(set, side, bar as usize);
            let held = (trade.entry_bar() as usize, trade.exit_bar as usize);
            let found = look(&bars, side, held, (trade.entry_price, trade.exit_price), rules);
            counts[found.seen.timing as usize] += 1;
        }
    }
    Ok(counts)
}

/// 64 coins: splitmix64 (Steele, Lea and Flood 2014) at a place of its own for every seed, round and word.
fn coin(seed: u64, round: u64, word: u64) -> u64 {
    let mix = |x: u64| {
        let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let step = |x: u64, k: u64| mix(x.wrapping_add((k + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    step(step(mix(seed), round), word)
}
