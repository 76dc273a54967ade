//! One parameter set at work, a bar at a time: when it decides, enters, drops an order, leaves and stops.
//!
//! What a fill costs and which exit a bar gives is in [`crate::simulate`]; here is the order of things. A whole day
//! ([`Market::run`]) and bars as they come ([`crate::live`]) are walked through by the same steps.
#![allow(clippy::inline_always)] // see `simd`
use crate::{
    error::{CoreError, Result},
    market::Market,
    params::ParamSet,
    simulate::Position,
    trade::{DayOutcome, Trade, Trades},
};

/// What happened at a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The position ended.
    Left(Trade),
    /// The order of the bar before was dropped: this bar came too late.
    Dropped {
        /// Side of the order.
        side: i8,
    },
    /// The order of the bar before was filled at this bar's open.
    Entered {
        /// +1 long, −1 short.
        side: i8,
        /// Fill, ticks.
        price: i32,
    },
    /// On the close of this bar an order was given; it fills at the open of the next.
    Decided {
        /// +1 long, −1 short.
        side: i8,
    },
    /// Losses in a row ended the day.
    Stopped,
}

/// What is in the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    side: i8,
    decided: usize,
    entry: i32,
    peak: i32,
}

impl Held {
    fn position<'s>(&self, set: &'s ParamSet) -> Position<'s> {
        Position { set, side: self.side, decided: self.decided, entry: self.entry, peak: self.peak }
    }

    fn of(position: &Position) -> Self {
        Self { side: position.side, decided: position.decided, entry: position.entry, peak: position.peak }
    }
}

/// Memory of a set between two bars. Set, sides and market are given with each step, always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trader {
    /// Side of the order that waits for the next bar, 0 for none.
    waiting: i8,
    held: Option<Held>,
    free_at: i32,
    losses_in_a_row: i32,
    /// Dropped orders so far, and whether the day was ended.
    pub outcome: DayOutcome,
}

impl Default for Trader {
    fn default() -> Self {
        let outcome = DayOutcome::default();
        Self { waiting: 0, held: None, free_at: i32::MIN, losses_in_a_row: 0, outcome }
    }
}

impl Trader {
    /// Takes in bar `j`, the next of the day, and tells what happens at it, in order.
    #[inline(always)]
    pub fn step(&mut self, market: &Market, set: &ParamSet, fire: &[i8], j: usize, mut tell: impl FnMut(Step)) {
        let ts = &market.bars.ts;
        if self.waiting != 0 {
            let side = std::mem::take(&mut self.waiting);
            if ts[j] - ts[j - 1] > market.rules.max_entry_gap {
                self.outcome.dropped += 1;
                tell(Step::Dropped { side });
            } else {
                let position = market.enter(set, side, j - 1);
                self.held = Some(Held::of(&position));
                tell(Step::Entered { side, price: i32::from(side) * position.entry });
            }
        }
        if let Some(held) = &mut self.held {
            let mut position = held.position(set);
            let Some(trade) = market.exit_in(&position, j) else {
                market.live_through(&mut position, j);
                held.peak = position.peak;
                return;
            };
            self.leave(market, set, trade, &mut tell);
        }
        if !self.outcome.stopped && ts[j] >= self.free_at && ts[j] < market.last_decision() {
            self.waiting = market.decide(j, set, fire);
            if self.waiting != 0 {
                tell(Step::Decided { side: self.waiting });
            }
        }
    }

    /// Ends the day after its last bar: an open position leaves at the last close, a waiting order was never filled.
    pub fn end(&mut self, market: &Market, set: &ParamSet, mut tell: impl FnMut(Step)) {
        self.waiting = 0;
        if let Some(held) = self.held {
            self.leave(market, set, market.exit_at_end(&held.position(set)), &mut tell);
        }
    }

    /// Whether nothing more can happen after bar `j`.
    #[must_use]
    #[inline(always)]
    pub fn is_done(&self, market: &Market, j: usize) -> bool {
        self.held.is_none()
            && self.waiting == 0
            && (self.outcome.stopped || market.bars.ts[j] >= market.last_decision())
    }

    fn leave(&mut self, market: &Market, set: &ParamSet, trade: Trade, tell: &mut impl FnMut(Step)) {
        self.held = None;
        self.free_at = market.bars.ts[trade.exit_bar as usize] + set.cooldown_seconds;
        self.losses_in_a_row = if market.net_of(&trade) < 0 { self.losses_in_a_row + 1 } else { 0 };
        tell(Step::Left(trade));
        if set.stops_after(self.losses_in_a_row) {
            self.outcome.stopped = true;
            tell(Step::Stopped);
        }
    }
}

/// A whole day at once.
impl Market<'_> {
    /// All trades of one set, whose side in each leaf is `fire`.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a set out of range, [`CoreError::Shape`] when `fire` has fewer rows than leaves.
    pub fn simulate(&self, iteration: u32, set: &ParamSet, fire: &[i8]) -> Result<Trades> {
        set.check()?;
        if fire.len() < self.n_leaves() {
            return Err(CoreError::Shape(format!("{} sides for {} leaves", fire.len(), self.n_leaves())));
        }
        let mut out = Trades { fee: (!self.fees.is_empty()).then(Vec::new), ..Trades::default() };
        out.outcome = self.run(set, fire, |trade| out.push(self, iteration, trade));
        Ok(out)
    }

    /// Walks through the day and hands every trade to `take`. The set and `fire` have been checked.
    pub(crate) fn run(&self, set: &ParamSet, fire: &[i8], mut take: impl FnMut(&Trade)) -> DayOutcome {
        let mut trader = Trader::default();
        let mut left = |step| {
            if let Step::Left(trade) = step {
                take(&trade);
            }
        };
        for j in 0..self.bars.len() {
            trader.step(self, set, fire, j, &mut left);
            if trader.is_done(self, j) {
                break;
            }
        }
        trader.end(self, set, &mut left);
        trader.outcome
    }
}
