//! One day, one parameter set: every trade, bar by bar, by the rules as written.
//!
//! This is the reference of the market model. [`crate::sweep`] finds the same trades for many sets at once; whatever
//! its fast path does not hold comes back here. A short is a long on mirrored prices (`-price`, high and low swapped),
//! so the rules are written once, with up as the favourable direction.
#![allow(clippy::inline_always)] // see `simd`
use crate::{
    bars::DayBars,
    costs::Costs,
    error::Result,
    fills::{FillRules, Intrabar},
    market::Market,
    params::ParamSet,
    state::DayStates,
    trade::{Reason, Trade, Trades},
};

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

impl Trades {
    /// Adds a trade of a set on this day.
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

impl Market<'_> {
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
        let [open, high, low, _] = self.mirrored(position.side, j);
        self.exit_within(position, j, [open, high, low])
    }

    /// [`Market::exit_in`] for those who have the bar's open, high and low at hand, as the position sees them.
    #[inline(always)]
    pub(crate) fn exit_within(&self, position: &Position, j: usize, [open, high, low]: [i32; 3]) -> Option<Trade> {
        let ts = &self.bars.ts;
        let (set, e) = (position.set, position.decided + 1);
        if j > e && ts[j] - ts[e] >= set.max_hold_seconds {
            return Some(self.exit_at(position, j, Reason::Time));
        }
        if ts[j] >= self.flat_from() {
            return Some(self.exit_at(position, j, Reason::SessionEnd));
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

    /// The trade when a market order at the open of bar `j` ends it.
    #[inline(always)]
    pub(crate) fn exit_at(&self, position: &Position, j: usize, reason: Reason) -> Trade {
        position.trade(j, self.mirrored(position.side, j)[0] - self.slip[j], reason)
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
