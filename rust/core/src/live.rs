//! A day as it comes: each bar is pushed once, gets its state and is traded on, and no later bar is known.
use crate::{
    bars::{DayBars, MAX_PRICE, MAX_SESSION_S},
    costs::Costs,
    error::{CoreError, Result},
    fills::FillRules,
    market::Market,
    params::ParamSet,
    state::{Bar, DayStates, StateEngine},
    trade::Trades,
    trader::{Step, Trader},
};

/// One parameter set on the bars of one day, one bar at a time.
///
/// After the last bar and [`LiveDay::end`] its trades are those of [`Market::simulate`] over the whole day.
#[derive(Debug, Clone)]
pub struct LiveDay {
    engine: StateEngine,
    leaf_of: Vec<u16>,
    costs: Costs,
    rules: FillRules,
    set: ParamSet,
    fire: Vec<i8>,
    bars: DayBars,
    states: DayStates,
    slip: Vec<i32>,
    trader: Trader,
    trades: Trades,
    ended: bool,
}

impl LiveDay {
    /// A day that has not begun.
    ///
    /// # Arguments
    /// `engine` makes the states, `leaf_of` gives each code its leaf, `fire` the side the set takes in each leaf; the
    /// session is from `open_ns` on, `close_s` seconds long.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a set, costs, rules, session or tick out of range, [`CoreError::Shape`] when `fire`
    /// has fewer rows than leaves.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        mut engine: StateEngine,
        leaf_of: Vec<u16>,
        costs: Costs,
        rules: FillRules,
        set: ParamSet,
        fire: Vec<i8>,
        (open_ns, close_s): (i64, i32),
        tick_size: f64,
    ) -> Result<Self> {
        costs.check()?;
        rules.check()?;
        set.check()?;
        if !(1..=MAX_SESSION_S).contains(&close_s) {
            return Err(CoreError::parameter("close_s", format!("{close_s} is outside 1..{MAX_SESSION_S} s")));
        }
        if !(tick_size.is_finite() && tick_size > 0.0) {
            return Err(CoreError::parameter("tick_size", format!("{tick_size} is not a positive price")));
        }
        let n_leaves = leaf_of.iter().map(|&l| usize::from(l) + 1).max().unwrap_or(0);
        if fire.len() < n_leaves {
            return Err(CoreError::Shape(format!("{} sides for {n_leaves} leaves", fire.len())));
        }
        engine.reset();
        let (ts, open, high, low, close) = Default::default();
        let bars = DayBars { ts, open, high, low, close, volume: Vec::new(), open_ns, close_s, tick_size };
        let states = DayStates { codes: Vec::new(), contexts: Vec::new() };
        let (trader, trades) = (Trader::default(), Trades::default());
        let slip = Vec::new();
        Ok(Self { engine, leaf_of, costs, rules, set, fire, bars, states, slip, trader, trades, ended: false })
    }

    /// Takes in the next bar, which lies in session window `window`, and tells what happens at it, in order.
    ///
    /// Returns its code and context bits.
    ///
    /// # Errors
    /// [`CoreError::Bars`] with the bar's number for what [`DayBars::new`] refuses, or after the end; the day is then as
    /// before.
    pub fn push(&mut self, bar: Bar, window: u8, tell: impl FnMut(Step)) -> Result<(u16, u32)> {
        let row = self.bars.len();
        if self.ended {
            return Err(CoreError::bars(row, "the day has ended"));
        }
        if bar.ts >= self.bars.close_s {
            let what = format!("starts {} s after the open, outside the session of {} s", bar.ts, self.bars.close_s);
            return Err(CoreError::bars(row, what));
        }
        if row == 0 && bar.close.checked_abs().is_none_or(|p| p > MAX_PRICE) {
            let what = format!("close {} is more than 2^30 ticks; is the tick size right?", bar.close);
            return Err(CoreError::bars(0, what));
        }
        let (code, context) = self.engine.push(bar, window)?;
        let bars = &mut self.bars;
        bars.ts.push(bar.ts);
        bars.open.push(bar.open);
        bars.high.push(bar.high);
        bars.low.push(bar.low);
        bars.close.push(bar.close);
        bars.volume.push(bar.volume);
        self.states.codes.push(code);
        self.states.contexts.push(context);
        self.slip.push(self.costs.slippage_at(&self.bars, row));
        self.advance(tell, |trader, market, set, fire, each| trader.step(market, set, fire, row, each));
        Ok((code, context))
    }

    /// Ends the day: a position that is still open leaves at the last close.
    pub fn end(&mut self, tell: impl FnMut(Step)) {
        if !std::mem::replace(&mut self.ended, true) {
            self.advance(tell, |trader, market, set, _, each| trader.end(market, set, each));
        }
    }

    /// Lets the trader act and keeps the trades.
    fn advance(
        &mut self,
        mut tell: impl FnMut(Step),
        act: impl FnOnce(&mut Trader, &Market, &ParamSet, &[i8], &mut dyn FnMut(Step)),
    ) {
        let commission = self.costs.commission_milliticks;
        let market = Market::so_far(&self.bars, &self.states, &self.leaf_of, self.rules, commission, &self.slip);
        let trades = &mut self.trades;
        act(&mut self.trader, &market, &self.set, &self.fire, &mut |step| {
            if let Step::Left(trade) = step {
                trades.push(&market, 0, &trade);
            }
            tell(step);
        });
        trades.outcome = self.trader.outcome;
    }

    /// The bars so far.
    #[must_use]
    pub fn bars(&self) -> &DayBars {
        &self.bars
    }

    /// The trades so far; their outcome counts dropped orders so far.
    #[must_use]
    pub fn trades(&self) -> &Trades {
        &self.trades
    }
}
