//! One day, one parameter set: every trade, bar by bar, by the rules as written.
//!
//! This is the reference of the market model. [`crate::sweep`] finds the same trades for many sets at once; whatever
//! its fast path does not hold comes back here. A short is a long on mirrored prices (`-price`, high and low swapped),
//! so the rules are written once, with up as the favourable direction.
#![allow(clippy::inline_always)] // see `simd`
use crate::{
    bars::DayBars,
    costs::Costs,
    error::{CoreError, Result},
    fills::{FillRules, Intrabar},
    params::ParamSet,
    per_bar::{PerBar, fees_of},
    state::{DayStates, INVALID},
};
use std::borrow::Cow;

crate::names! {
    /// Why a trade ended.
    pub enum Reason {
        /// The stop.
        Stop = "stop",
        /// The trail, above the stop.
        Trail = "trail",
        /// The target.
        Target = "target",
        /// The longest holding time.
        Time = "time",
        /// The close of the session, or the end of the data.
        SessionEnd = "session_end",
    }
}

/// One round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// +1 long, −1 short.
    pub side: i8,
    /// Bar on whose close the trade was decided; the entry bar is the next.
    pub decision_bar: u32,
    /// Bar of the exit.
    pub exit_bar: u32,
    /// Entry fill, ticks.
    pub entry_price: i32,
    /// Exit fill, ticks.
    pub exit_price: i32,
    /// Why it ended.
    pub reason: Reason,
    /// The last price of the day closed it: the whole exit bar was lived through.
    pub at_data_end: bool,
    /// Protective level and target lay in one bar.
    pub ambiguous: bool,
    /// Gross under stop first, ticks.
    pub worst: i32,
    /// Gross under target first, ticks.
    pub best: i32,
}

impl Trade {
    /// Bar of the entry.
    #[must_use]
    pub fn entry_bar(&self) -> u32 {
        self.decision_bar + 1
    }

    /// Price difference in favour, slippage included, ticks.
    #[must_use]
    pub fn gross(&self) -> i32 {
        i32::from(self.side) * (self.exit_price - self.entry_price)
    }
}

/// What a set's day came to besides its trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayOutcome {
    /// Orders dropped because the next bar came too late.
    pub dropped: i64,
    /// Whether losses in a row ended the day.
    pub stopped: bool,
}

/// An open position, prices as its side sees them: up is in its favour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position<'s> {
    pub set: &'s ParamSet,
    pub side: i8,
    /// Bar of the decision; the entry is at the next one.
    pub decided: usize,
    /// Entry fill.
    pub entry: i32,
    /// Highest price of the bars so far, at least the entry.
    pub peak: i32,
}

impl Position<'_> {
    /// The stop, as its side sees prices.
    pub(crate) fn stop(&self) -> i32 {
        self.entry - self.set.stop_loss_ticks
    }

    /// The price that protects it in the bar after the peak, and for which reason it would end there.
    pub(crate) fn protective(&self) -> (i32, Reason) {
        let set = self.set;
        let stop = self.stop();
        let active = set.trail_activation_ticks > 0 && self.peak - self.entry >= set.trail_activation_ticks;
        let trail = self.peak - set.trail_distance_ticks;
        if active && trail > stop { (trail, Reason::Trail) } else { (stop, Reason::Stop) }
    }

    /// The peak that switches a trail on, if there is one.
    pub(crate) fn activates(&self) -> Option<i32> {
        (self.set.trail_activation_ticks > 0).then(|| self.entry + self.set.trail_activation_ticks)
    }

    fn target(&self) -> i32 {
        self.entry + self.set.take_profit_ticks
    }

    /// The trade when bar `j` ends it at `fill`.
    fn trade(&self, j: usize, fill: i32, reason: Reason) -> Trade {
        let side = i32::from(self.side);
        Trade {
            side: self.side,
            decision_bar: self.decided as u32,
            exit_bar: j as u32,
            entry_price: side * self.entry,
            exit_price: side * fill,
            reason,
            at_data_end: false,
            ambiguous: false,
            worst: fill - self.entry,
            best: fill - self.entry,
        }
    }
}

/// Trades as columns, in order of entry within an iteration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)] // the names are those of `Trade`
pub struct Trades {
    pub iteration: Vec<u32>,
    pub side: Vec<i8>,
    pub code: Vec<u16>,
    pub context: Vec<u32>,
    pub decision_bar: Vec<u32>,
    pub entry_bar: Vec<u32>,
    pub exit_bar: Vec<u32>,
    pub entry_ts: Vec<i32>,
    pub exit_ts: Vec<i32>,
    pub entry_price: Vec<i32>,
    pub exit_price: Vec<i32>,
    pub reason: Vec<u8>,
    pub gross: Vec<i32>,
    pub net: Vec<i64>,
    pub mae: Vec<i32>,
    pub mfe: Vec<i32>,
    pub duration: Vec<i32>,
    pub ambiguous: Vec<u8>,
    pub worst: Vec<i32>,
    pub best: Vec<i32>,
    /// Only on a day with fees by bar.
    pub fee: Option<Vec<i64>>,
    /// Of the last set that was simulated into these columns.
    pub outcome: DayOutcome,
}

impl Trades {
    /// Number of trades.
    #[must_use]
    pub fn len(&self) -> usize {
        self.side.len()
    }

    /// Whether there is no trade.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.side.is_empty()
    }

    pub(crate) fn push(&mut self, market: &Market, iteration: u32, trade: &Trade) {
        let (i, e, x) = (trade.decision_bar as usize, trade.entry_bar() as usize, trade.exit_bar as usize);
        let bars = market.bars;
        let (mae, mfe) = market.excursions(trade);
        self.iteration.push(iteration);
        self.side.push(trade.side);
        self.code.push(market.states.codes[i]);
        self.context.push(market.states.contexts[i]);
        self.decision_bar.push(trade.decision_bar);
        self.entry_bar.push(trade.entry_bar());
        self.exit_bar.push(trade.exit_bar);
        self.entry_ts.push(bars.ts[e]);
        self.exit_ts.push(bars.ts[x]);
        self.entry_price.push(trade.entry_price);
        self.exit_price.push(trade.exit_price);
        self.reason.push(trade.reason as u8);
        self.gross.push(trade.gross());
        self.net.push(market.net_of(trade));
        if let Some(fee) = &mut self.fee {
            fee.push(market.fees_of(trade));
        }
        self.mae.push(mae);
        self.mfe.push(mfe);
        self.duration.push(bars.ts[x] - bars.ts[e]);
        self.ambiguous.push(u8::from(trade.ambiguous));
        self.worst.push(trade.worst);
        self.best.push(trade.best);
    }
}

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
    fn mirrored(&self, side: i8, j: usize) -> [i32; 4] {
        let b = self.bars;
        if side > 0 {
            [b.open[j], b.high[j], b.low[j], b.close[j]]
        } else {
            [-b.open[j], -b.low[j], -b.high[j], -b.close[j]]
        }
    }

    /// Holds a position decided at bar `i` until one of its exits.
    pub(crate) fn hold(&self, set: &ParamSet, side: i8, i: usize) -> Trade {
        let mut position = self.enter(set, side, i);
        for j in i + 1..self.bars.len() {
            if let Some(trade) = self.exit_in(&position, j) {
                return trade;
            }
            self.live_through(&mut position, j);
        }
        self.exit_at_end(&position)
    }

    /// Takes in bar `j`, at the end of which the position is still open.
    #[inline(always)]
    pub(crate) fn live_through(&self, position: &mut Position, j: usize) {
        position.peak = position.peak.max(self.mirrored(position.side, j)[1]);
    }

    /// The position decided at bar `i`, opened at the next one.
    #[inline(always)]
    pub(crate) fn enter<'s>(&self, set: &'s ParamSet, side: i8, i: usize) -> Position<'s> {
        let entry = self.mirrored(side, i + 1)[0] + self.slip[i + 1];
        Position { set, side, decided: i, entry, peak: entry }
    }

    /// The price that a bar must reach for the target to fill.
    #[inline(always)]
    pub(crate) fn reaches(&self, position: &Position) -> i32 {
        position.target() + self.rules.limit_offset()
    }

    /// The trade, if bar `j` ends it; the peak is that of the bars before.
    #[inline(always)]
    pub(crate) fn exit_in(&self, position: &Position, j: usize) -> Option<Trade> {
        let ts = &self.bars.ts;
        let (set, e) = (position.set, position.decided + 1);
        let [open, high, low, _] = self.mirrored(position.side, j);
        if j > e && ts[j] - ts[e] >= set.max_hold_seconds {
            return Some(position.trade(j, open - self.slip[j], Reason::Time));
        }
        if ts[j] >= self.flat_from() {
            return Some(position.trade(j, open - self.slip[j], Reason::SessionEnd));
        }
        let (level, why) = position.protective();
        let (target, reaches) = (position.target(), self.reaches(position));
        if open <= level {
            return Some(position.trade(j, open - self.slip[j], why));
        }
        if open >= reaches {
            return Some(position.trade(j, target, Reason::Target));
        }
        let protected = position.trade(j, level - self.slip[j], why);
        let reached = position.trade(j, target, Reason::Target);
        match (low <= level, high >= reaches) {
            (true, true) => {
                let stop_first = match self.rules.intrabar {
                    Intrabar::StopFirst => true,
                    Intrabar::TargetFirst => false,
                    Intrabar::OhlcPath => open - low <= high - open,
                };
                let chosen = if stop_first { protected } else { reached };
                Some(Trade { ambiguous: true, worst: protected.worst, best: reached.best, ..chosen })
            }
            (true, false) => Some(protected),
            (false, true) => Some(reached),
            (false, false) => None,
        }
    }

    /// The trade that the last price of the day closes.
    pub(crate) fn exit_at_end(&self, position: &Position) -> Trade {
        let last = self.bars.len() - 1;
        let close = self.mirrored(position.side, last)[3];
        Trade { at_data_end: true, ..position.trade(last, close - self.slip[last], Reason::SessionEnd) }
    }

    /// Largest adverse and favourable excursion of a trade, ticks: bars before the exit bar whole, then the exit fill.
    fn excursions(&self, trade: &Trade) -> (i32, i32) {
        let sign = i32::from(trade.side);
        let (entry, fill) = (sign * trade.entry_price, sign * trade.exit_price);
        let end = trade.exit_bar as usize + usize::from(trade.at_data_end);
        let (mut low, mut high) = (fill.min(entry), fill.max(entry));
        for j in trade.entry_bar() as usize..end {
            let [_, h, l, _] = self.mirrored(trade.side, j);
            low = low.min(l);
            high = high.max(h);
        }
        (entry - low, high - entry)
    }
}

/// All trades of one parameter set over one day.
///
/// `fire` holds the side (+1, −1, 0) the set takes in each leaf, `leaf_of` the leaf of each state code.
///
/// # Errors
/// As [`Market::new`] and [`Market::simulate`].
pub fn simulate_day(
    bars: &DayBars,
    states: &DayStates,
    set: &ParamSet,
    fire: &[i8],
    leaf_of: &[u16],
    costs: &Costs,
    rules: &FillRules,
) -> Result<Trades> {
    Market::new(bars, states, leaf_of, costs, rules)?.simulate(0, set, fire)
}
