//! One day as a parameter set meets it: bars, states, fill rules and what a fill costs, checked once.
#![allow(clippy::inline_always)] // see `simd`
use crate::{
    bars::DayBars,
    costs::Costs,
    error::{CoreError, Result},
    fills::FillRules,
    params::ParamSet,
    per_bar::{PerBar, fees_of},
    state::{DayStates, INVALID},
    trade::Trade,
};
use std::borrow::Cow;

/// One day with its states and market assumptions, checked once and used for any number of sets.
#[derive(Debug, Clone)]
pub struct Market<'a> {
    /// The day's bars.
    pub bars: &'a DayBars,
    /// Code and context bits of each bar.
    pub states: &'a DayStates,
    /// Leaf of each state code.
    pub leaf_of: &'a [u16],
    /// Fill assumptions and clock rules.
    pub rules: FillRules,
    /// Commission of a round trip, thousandths of a tick.
    pub commission: i64,
    /// Slippage of a market order at each bar, ticks.
    pub slip: Cow<'a, [i32]>,
    /// Cost of a fill at each bar besides the commission, thousandths of a tick; empty where there is none.
    pub fees: Cow<'a, [i64]>,
    n_leaves: usize,
}

/// What a [`Market`] owns.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub rules: FillRules,
    pub commission: i64,
    pub slip: Box<[i32]>,
    pub fees: Box<[i64]>,
    pub n_leaves: usize,
}

impl<'a> Market<'a> {
    /// Checks that day, states and assumptions fit each other.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for columns that do not match the bars or codes without a leaf, [`CoreError::Parameter`]
    /// for costs or fill rules out of range, [`CoreError::Bars`] for prices or times whose sums could overflow.
    pub fn new(
        bars: &'a DayBars,
        states: &'a DayStates,
        leaf_of: &'a [u16],
        costs: &Costs,
        rules: &FillRules,
    ) -> Result<Self> {
        Self::with(bars, states, leaf_of, costs, rules, PerBar::default())
    }

    /// [`Market::new`] with slippage and fees of the caller's own.
    ///
    /// # Errors
    /// As [`Market::new`] and [`PerBar::check`].
    pub fn with(
        bars: &'a DayBars,
        states: &'a DayStates,
        leaf_of: &'a [u16],
        costs: &Costs,
        rules: &FillRules,
        per_bar: PerBar,
    ) -> Result<Self> {
        costs.check()?;
        rules.check()?;
        per_bar.check(bars)?;
        let n = bars.len();
        if n == 0 || states.codes.len() != n || states.contexts.len() != n {
            return Err(CoreError::Shape(format!(
                "{n} bars need as many codes and contexts, got {} and {}",
                states.codes.len(),
                states.contexts.len()
            )));
        }
        if let Some(i) = states.codes.iter().position(|&c| c != INVALID && usize::from(c) >= leaf_of.len()) {
            return Err(CoreError::Shape(format!(
                "bar {i} has state code {}, but only {} codes have a leaf",
                states.codes[i],
                leaf_of.len()
            )));
        }
        if bars.close_s > 1 << 30 {
            return Err(CoreError::bars(n - 1, "the session is longer than 2^30 seconds"));
        }
        let low = i64::from(bars.low.iter().copied().min().unwrap_or(0));
        let high = i64::from(bars.high.iter().copied().max().unwrap_or(0));
        if low.abs().max(high.abs()) > (1 << 30) + (1 << 21) {
            return Err(CoreError::bars(0, "a price is beyond 2^30 ticks; is the tick size right?"));
        }
        let slip = per_bar.slippage.unwrap_or_else(|| costs.slippage(bars));
        let worst_slip = i64::from(slip.iter().copied().max().unwrap_or(0));
        let widest = (high - low + 2 * worst_slip) as f64;
        if widest * widest * n as f64 > 9e18 || worst_slip > 1 << 27 {
            return Err(CoreError::parameter(
                "slippage_factor",
                format!("an order could slip by {worst_slip} ticks, which overflows the sums of this day"),
            ));
        }
        let n_leaves = leaf_of.iter().map(|&l| usize::from(l) + 1).max().unwrap_or(0);
        let (rules, commission) = (*rules, costs.commission_milliticks);
        let fees = per_bar.fees.unwrap_or_default().into();
        Ok(Self { bars, states, leaf_of, rules, commission, slip: slip.into(), fees, n_leaves })
    }

    /// Takes the market apart, for those who keep bars, states and leaves by themselves.
    pub(crate) fn into_terms(self) -> Terms {
        let Self { rules, commission, slip, fees, n_leaves, .. } = self;
        Terms { rules, commission, slip: slip.into_owned().into(), fees: fees.into_owned().into(), n_leaves }
    }

    /// The market of the bars, states and leaves from which these terms were made.
    pub(crate) fn from_terms(bars: &'a DayBars, states: &'a DayStates, leaf_of: &'a [u16], terms: &'a Terms) -> Self {
        let &Terms { rules, commission, ref slip, ref fees, n_leaves } = terms;
        let (slip, fees) = (Cow::Borrowed(&**slip), Cow::Borrowed(&**fees));
        Self { bars, states, leaf_of, rules, commission, slip, fees, n_leaves }
    }

    /// The market of a day so far, whose bars, states and slippage grow as they come; all have been checked.
    pub(crate) fn so_far(
        bars: &'a DayBars,
        states: &'a DayStates,
        leaf_of: &'a [u16],
        rules: FillRules,
        commission: i64,
        slip: &'a [i32],
    ) -> Self {
        let (slip, fees) = (Cow::Borrowed(slip), Cow::Borrowed([].as_slice()));
        Self { bars, states, leaf_of, rules, commission, slip, fees, n_leaves: 0 }
    }

    /// Number of leaves that `leaf_of` names: the least length of a row of sides.
    #[must_use]
    pub fn n_leaves(&self) -> usize {
        self.n_leaves
    }

    /// First second at which no decision is made any more.
    #[must_use]
    pub fn last_decision(&self) -> i32 {
        self.bars.close_s - self.rules.no_entry_before_close
    }

    /// First second at which every position is closed.
    #[must_use]
    pub fn flat_from(&self) -> i32 {
        self.bars.close_s - self.rules.flat_before_close
    }

    /// Net result of a gross one, thousandths of a tick.
    #[must_use]
    #[inline]
    pub fn net(&self, gross: i32) -> i64 {
        i64::from(gross) * 1000 - self.commission
    }

    /// Net result of a trade, its fees by bar included, thousandths of a tick.
    #[must_use]
    #[inline]
    pub fn net_of(&self, trade: &Trade) -> i64 {
        self.net(trade.gross()) - self.fees_of(trade)
    }

    /// Fees by bar of a trade, thousandths of a tick.
    #[must_use]
    #[inline]
    pub fn fees_of(&self, trade: &Trade) -> i64 {
        fees_of(&self.fees, trade.entry_bar(), trade.exit_bar)
    }

    /// The side to take on the close of bar `i`, 0 for none.
    pub(crate) fn decide(&self, i: usize, set: &ParamSet, fire: &[i8]) -> i8 {
        let code = self.states.codes[i];
        if code == INVALID || self.states.contexts[i] & set.contexts_allowed == 0 {
            return 0;
        }
        fire[usize::from(self.leaf_of[usize::from(code)])]
    }

    /// Open, high, low and close of bar `j` as a trade of this side sees them: up is in its favour.
    #[inline(always)]
    pub(crate) fn mirrored(&self, side: i8, j: usize) -> [i32; 4] {
        // Without a branch: which side comes next cannot be foreseen.
        let (b, side) = (self.bars, i32::from(side));
        let (high, low) = (side * b.high[j], side * b.low[j]);
        [side * b.open[j], high.max(low), high.min(low), side * b.close[j]]
    }
}
