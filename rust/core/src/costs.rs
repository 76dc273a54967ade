//! What a trade costs: commission per round trip and slippage of market orders.
use crate::{
    bars::DayBars,
    error::Result,
    facts::{Bounds, Settings},
};

crate::settings! {
    /// Commission and slippage of one contract.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Costs("") {
        /// Commission and fees of a round trip, thousandths of a tick.
        commission_milliticks: i64 = 0, Bounds::Closed(0.0, 1e9);
        /// Slippage of every market order, ticks.
        slippage_base: i32 = 1, Bounds::Closed(0.0, 100_000.0);
        /// Further slippage per tick of recent range.
        slippage_factor: f64 = 0.0, Bounds::Closed(0.0, 10.0);
        /// Seconds over which the recent range is taken; it ends at the bar before the fill.
        slippage_window: i32 = 5, Bounds::Closed(1.0, 3600.0);
    }
}

impl Costs {
    /// No commission and no slippage: for tests and for upper bounds.
    pub const FREE: Self =
        Self { commission_milliticks: 0, slippage_base: 0, slippage_factor: 0.0, slippage_window: 5 };

    /// Checks every range.
    ///
    /// # Errors
    /// [`CoreError::Parameter`](crate::error::CoreError::Parameter) naming the first value that is out of range.
    pub fn check(&self) -> Result<()> {
        self.check_bounds()
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
            out.extend((1..bars.len()).map(|f| of_range(self.range_before(bars, f))));
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

    /// Slippage of a market order filled at bar `f`, ticks; later bars are not looked at.
    #[must_use]
    pub fn slippage_at(&self, bars: &DayBars, f: usize) -> i32 {
        if f == 0 || self.slippage_factor == 0.0 {
            self.slippage_base
        } else {
            self.of_range(self.range_before(bars, f))
        }
    }

    /// Range of the window that ends at the bar before `f`, ticks.
    fn range_before(&self, bars: &DayBars, f: usize) -> i32 {
        let first = bars.ts[f - 1] - self.slippage_window;
        let (mut high, mut low) = (bars.high[f - 1], bars.low[f - 1]);
        for j in (0..f - 1).rev().take_while(|&j| bars.ts[j] > first) {
            high = high.max(bars.high[j]);
            low = low.min(bars.low[j]);
        }
        high - low
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
