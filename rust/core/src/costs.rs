//! What a trade costs: commission per round trip and slippage of market orders.
use crate::{
    bars::DayBars,
    error::{CoreError, Result},
};

/// Commission and slippage of one contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Commission and fees of a round trip, thousandths of a tick.
    pub commission_milliticks: i64,
    /// Slippage of every market order, ticks.
    pub slippage_base: i32,
    /// Further slippage per tick of recent range.
    pub slippage_factor: f64,
    /// Seconds over which the recent range is taken; it ends at the bar before the fill.
    pub slippage_window: i32,
}

impl Default for Costs {
    fn default() -> Self {
        Self { commission_milliticks: 0, slippage_base: 1, slippage_factor: 0.1, slippage_window: 5 }
    }
}

impl Costs {
    /// No commission and no slippage: for tests and for upper bounds.
    pub const FREE: Self =
        Self { commission_milliticks: 0, slippage_base: 0, slippage_factor: 0.0, slippage_window: 5 };

    /// Checks every range.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] naming the first value that is out of range.
    pub fn check(&self) -> Result<()> {
        let bad =
            |name: &str, x: String, range: &str| Err(CoreError::parameter(name, format!("{x} is outside {range}")));
        if !(0..=1_000_000_000).contains(&self.commission_milliticks) {
            return bad("commission_milliticks", self.commission_milliticks.to_string(), "0..1000000000");
        }
        if !(0..=100_000).contains(&self.slippage_base) {
            return bad("slippage_base", self.slippage_base.to_string(), "0..100000");
        }
        if !(0.0..=16.0).contains(&self.slippage_factor) {
            return bad("slippage_factor", self.slippage_factor.to_string(), "0..16");
        }
        if !(1..=3600).contains(&self.slippage_window) {
            return bad("slippage_window", self.slippage_window.to_string(), "1..3600");
        }
        Ok(())
    }

    /// What a bracket must earn back, in ticks: commission and the base slippage of two market orders.
    #[must_use]
    pub fn round_trip_ticks(&self) -> f64 {
        self.commission_milliticks as f64 / 1000.0 + 2.0 * f64::from(self.slippage_base)
    }

    /// Slippage of a market order filled at each bar, ticks. No order fills at the first bar; its entry is the base.
    #[must_use]
    pub fn slippage(&self, bars: &DayBars) -> Vec<i32> {
        let mut out = Vec::with_capacity(bars.len());
        out.push(self.slippage_base);
        // Orders of one range cost the same, and ranges repeat: the float product is taken once for each.
        let table: Vec<i32> = (0..1024).map(|r| self.of_range(r)).collect();
        let of_range = |r: i32| table.get(r as usize).copied().unwrap_or_else(|| self.of_range(r));
        if self.slippage_factor == 0.0 {
            out.resize(bars.len(), self.slippage_base);
        } else if self.slippage_window <= 32 {
            for f in 1..bars.len() {
                let first = bars.ts[f - 1] - self.slippage_window;
                let (mut high, mut low) = (bars.high[f - 1], bars.low[f - 1]);
                for j in (0..f - 1).rev().take_while(|&j| bars.ts[j] > first) {
                    high = high.max(bars.high[j]);
                    low = low.min(bars.low[j]);
                }
                out.push(of_range(high - low));
            }
        } else {
            let (mut highs, mut lows) = (Extreme::default(), Extreme::default());
            for f in 1..bars.len() {
                let first = bars.ts[f - 1] - self.slippage_window;
                let high = highs.push(bars.ts[f - 1], bars.high[f - 1], first);
                let low = -lows.push(bars.ts[f - 1], -bars.low[f - 1], first);
                out.push(of_range(high - low));
            }
        }
        out
    }

    fn of_range(&self, range: i32) -> i32 {
        self.slippage_base + (self.slippage_factor * f64::from(range)).ceil() as i32
    }
}

/// Running maximum over a time window: values that a later, higher one has not overtaken.
#[derive(Default)]
struct Extreme(std::collections::VecDeque<(i32, i32)>);

impl Extreme {
    /// Takes in `value` at `ts` and gives the maximum over times after `first`.
    fn push(&mut self, ts: i32, value: i32, first: i32) -> i32 {
        while self.0.back().is_some_and(|&(_, v)| v <= value) {
            self.0.pop_back();
        }
        self.0.push_back((ts, value));
        while self.0[0].0 <= first {
            self.0.pop_front();
        }
        self.0[0].1
    }
}
