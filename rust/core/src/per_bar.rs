//! What a caller brings bar by bar: the sides it wants, what orders slip, what fills cost.
use crate::{
    bars::DayBars,
    error::{CoreError, Result},
    state::{DayStates, INVALID},
};

/// Most ticks an order may slip; as `slippage_base`.
const MOST_SLIPPAGE: i32 = 100_000;

/// Most a fill may cost, thousandths of a tick: the squares of a day must fit 64 bits.
const MOST_FEE: i64 = 1_000_000;

/// Arrays of one value a bar; what is left out is computed as without them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerBar {
    /// Side (+1, −1, 0) wanted on the close of each bar, in place of the gate's.
    pub sides: Option<Vec<i8>>,
    /// Slippage of a market order filled at each bar, ticks, in place of that of the costs.
    pub slippage: Option<Vec<i32>>,
    /// Cost of a fill at each bar, thousandths of a tick, besides the commission; entry and exit pay theirs.
    pub fees: Option<Vec<i64>>,
}

impl PerBar {
    /// Sides from two signals.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if their lengths differ, [`CoreError::Bars`] for a bar at which both are set.
    pub fn sides_of(long: &[bool], short: &[bool]) -> Result<Vec<i8>> {
        if long.len() != short.len() {
            return Err(CoreError::Shape(format!("long has {} values, short {}", long.len(), short.len())));
        }
        long.iter()
            .zip(short)
            .enumerate()
            .map(|(row, side)| match side {
                (true, true) => Err(CoreError::bars(row, "both long and short are set; a bar takes one side or none")),
                (true, false) => Ok(1),
                (false, true) => Ok(-1),
                (false, false) => Ok(0),
            })
            .collect()
    }

    /// Checks lengths and ranges.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for another number of values than bars, [`CoreError::Bars`] for a value out of range.
    pub fn check(&self, bars: &DayBars) -> Result<()> {
        fn column<T: Copy + std::fmt::Display>(
            name: &str,
            values: Option<&Vec<T>>,
            bars: usize,
            good: impl Fn(T) -> bool,
            range: &str,
        ) -> Result<()> {
            let Some(values) = values else { return Ok(()) };
            if values.len() != bars {
                return Err(CoreError::Shape(format!("{name}: {} values for {bars} bars", values.len())));
            }
            match values.iter().position(|&x| !good(x)) {
                Some(row) => Err(CoreError::bars(row, format!("{name} {} is outside {range}", values[row]))),
                None => Ok(()),
            }
        }
        let n = bars.len();
        column("side", self.sides.as_ref(), n, |s| (-1..=1).contains(&s), "-1..1")?;
        let (slippage, fee) = (format!("0..{MOST_SLIPPAGE}"), format!("0..{MOST_FEE}"));
        column("slippage", self.slippage.as_ref(), n, |s| (0..=MOST_SLIPPAGE).contains(&s), &slippage)?;
        column("fee", self.fees.as_ref(), n, |f| (0..=MOST_FEE).contains(&f), &fee)
    }
}

/// Largest fee of a round trip, thousandths of a tick.
pub const MOST_FEES: i64 = 2 * MOST_FEE;

/// What fills at two bars cost; nothing where there are no fees.
#[must_use]
pub(crate) fn fees_of(fees: &[i64], entry_bar: u32, exit_bar: u32) -> i64 {
    if fees.is_empty() { 0 } else { fees[entry_bar as usize] + fees[exit_bar as usize] }
}

/// Own signals as states: a sweep knows a side by the leaf of a bar, and here the leaf says the side.
pub mod signals {
    use super::{DayStates, INVALID};
    use crate::params::ParamSet;

    /// Side of each leaf.
    pub const SIDES: [i8; 3] = [-1, 0, 1];

    /// Leaf of each code.
    pub const LEAVES: [u16; 3] = [0, 1, 2];

    /// States whose code is the wanted side; a bar without a state stays without one.
    #[must_use]
    pub fn states(told: &DayStates, sides: &[i8]) -> DayStates {
        let code = |(&code, &side): (&u16, &i8)| if code == INVALID { INVALID } else { (side + 1) as u16 };
        DayStates { codes: told.codes.iter().zip(sides).map(code).collect(), contexts: told.contexts.clone() }
    }

    /// Side by set and leaf: what the signals want and the set's own `sides` allow.
    #[must_use]
    pub fn fire(sets: &[ParamSet]) -> Vec<i8> {
        let allowed = |set: &ParamSet| SIDES.map(|side| if set.sides.allow(side) { side } else { 0 });
        sets.iter().flat_map(allowed).collect()
    }
}
