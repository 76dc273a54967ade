//! Exact sums of a set's trades and the figures that follow from them.
use crate::{
    facts::Bounds,
    trade::{DayOutcome, Trade, Trades},
};

/// Exact integer sums over the trades of one set and one day. Ticks, seconds, and thousandths of a tick for `max_drawdown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetTotals {
    /// Number of trades.
    pub trades: i64,
    /// Trades with a net gain.
    pub wins: i64,
    /// Trades with a net loss.
    pub losses: i64,
    /// Sum of gross results.
    pub gross: i64,
    /// Sum of their squares.
    pub gross_sq: i64,
    /// Sum of gross results of wins.
    pub gross_win: i64,
    /// Sum of gross results of losses.
    pub gross_loss: i64,
    /// Seconds in trades.
    pub duration: i64,
    /// Seconds in wins.
    pub duration_win: i64,
    /// Seconds in losses.
    pub duration_loss: i64,
    /// Trades whose exit bar reached both the protective level and the target.
    pub ambiguous: i64,
    /// Sum of gross results had every ambiguous bar hit the protective level first.
    pub worst: i64,
    /// Sum of gross results had every ambiguous bar hit the target first.
    pub best: i64,
    /// Orders dropped because the next bar came too late.
    pub dropped: i64,
    /// Deepest fall of the cumulative net result below its running peak (0 at the start), thousandths of a tick.
    pub max_drawdown: i64,
    /// Sum of the fees by bar, thousandths of a tick, of all trades, of wins and of losses; 0 where there are none.
    pub fees: i64,
    #[allow(missing_docs)]
    pub fees_win: i64,
    #[allow(missing_docs)]
    pub fees_loss: i64,
    /// Sum of their squares, and of their products with the gross results.
    pub fees_sq: i64,
    #[allow(missing_docs)]
    pub gross_fees: i64,
    /// Whether losses in a row ended the day.
    pub stopped: bool,
    /// Whether the gate refused the set's bracket (see `gate`); such a set never fires by itself.
    pub refused: bool,
}

/// Adds trades up in order, which the drawdown needs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// The sums so far.
    pub totals: SetTotals,
    pub(crate) below_peak: i64,
}

impl Tally {
    /// Adds one trade of `net` thousandths of a tick that lasted `duration` seconds.
    pub fn add(&mut self, trade: &Trade, net: i64, duration: i32) {
        self.add_parts(trade.gross(), net, duration, trade.ambiguous, trade.worst, trade.best);
    }

    /// Adds the fees by bar of a trade that was added.
    pub fn add_fee(&mut self, gross: i32, net: i64, fee: i64) {
        let t = &mut self.totals;
        t.fees += fee;
        t.fees_sq += fee * fee;
        t.gross_fees += i64::from(gross) * fee;
        if net > 0 {
            t.fees_win += fee;
        } else if net < 0 {
            t.fees_loss += fee;
        }
    }

    fn add_parts(&mut self, gross: i32, net: i64, duration: i32, ambiguous: bool, worst: i32, best: i32) {
        let t = &mut self.totals;
        let (gross, duration) = (i64::from(gross), i64::from(duration));
        t.trades += 1;
        t.gross += gross;
        t.gross_sq += gross * gross;
        t.duration += duration;
        // Without a branch: which trades win cannot be foreseen.
        let (win, loss) = (i64::from(net > 0), i64::from(net < 0));
        t.wins += win;
        t.gross_win += gross & -win;
        t.duration_win += duration & -win;
        t.losses += loss;
        t.gross_loss += gross & -loss;
        t.duration_loss += duration & -loss;
        t.ambiguous += i64::from(ambiguous);
        t.worst += i64::from(worst);
        t.best += i64::from(best);
        self.below_peak = (self.below_peak - net).max(0);
        t.max_drawdown = t.max_drawdown.max(self.below_peak);
    }

    /// The sums with what the day came to besides its trades.
    #[must_use]
    pub fn finish(mut self, outcome: DayOutcome, refused: bool) -> SetTotals {
        self.totals.dropped = outcome.dropped;
        self.totals.stopped = outcome.stopped;
        self.totals.refused = refused;
        self.totals
    }
}

impl From<&Trades> for SetTotals {
    /// The sums of one iteration's trades.
    fn from(trades: &Trades) -> Self {
        let mut tally = Tally::default();
        for k in 0..trades.len() {
            tally.add_parts(
                trades.gross[k],
                trades.net[k],
                trades.duration[k],
                trades.ambiguous[k] != 0,
                trades.worst[k],
                trades.best[k],
            );
            if let Some(fee) = &trades.fee {
                tally.add_fee(trades.gross[k], trades.net[k], fee[k]);
            }
        }
        tally.finish(trades.outcome, false)
    }
}

/// Figures of one set; undefined ones are NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metrics {
    /// Net result, ticks.
    pub net: f64,
    /// Mean net result of a trade, ticks.
    pub mean: f64,
    /// Standard deviation of a trade (n − 1), ticks.
    pub sd: f64,
    /// `mean / sd`.
    pub sharpe_per_trade: f64,
    /// `mean / max(sd, 1 tick) · √n`.
    pub sharpe_of_day: f64,
    /// Net gains over net losses; undefined without a loss.
    pub profit_factor: f64,
    /// Share of trades with a net gain.
    pub win_rate: f64,
    /// Mean seconds in a trade.
    pub mean_duration: f64,
    /// Mean seconds in a win.
    pub mean_duration_win: f64,
    /// Mean seconds in a loss.
    pub mean_duration_loss: f64,
}

/// `a / b`, undefined for `b = 0`. Both are rounded to the nearest double first.
fn ratio(a: i128, b: i128) -> f64 {
    if b == 0 { f64::NAN } else { a as f64 / b as f64 }
}

impl SetTotals {
    /// The figures, all undefined with fewer than `min_trades` trades; `commission` in thousandths of a tick a trade.
    #[must_use]
    pub fn metrics(&self, commission: i64, min_trades: i64) -> Metrics {
        let enough = self.trades >= min_trades.max(1);
        let n = i128::from(if enough { self.trades } else { 0 });
        let (gross, c) = (i128::from(self.gross), i128::from(commission));
        let fees = i128::from(self.fees);
        let net = 1000 * gross - n * c - if enough { fees } else { 0 };
        let mean = ratio(net, 1000 * n);
        let sd = if self.fees == 0 {
            ratio(n * i128::from(self.gross_sq) - gross * gross, n * (n - 1)).sqrt()
        } else {
            let squares =
                1_000_000 * i128::from(self.gross_sq) - 2000 * i128::from(self.gross_fees) + i128::from(self.fees_sq);
            let sum = 1000 * gross - fees;
            ratio(n * squares - sum * sum, 1_000_000 * n * (n - 1)).sqrt()
        };
        let per_trade = if sd == 0.0 { f64::NAN } else { mean / sd };
        let of_day = if sd.is_nan() { f64::NAN } else { mean / sd.max(1.0) * (n as f64).sqrt() };
        let gain = 1000 * i128::from(self.gross_win) - i128::from(self.wins) * c - i128::from(self.fees_win);
        let loss = i128::from(self.losses) * c + i128::from(self.fees_loss) - 1000 * i128::from(self.gross_loss);
        let where_enough = |x: f64| if enough { x } else { f64::NAN };
        let duration = |sum: i64, count: i64| where_enough(ratio(i128::from(sum), i128::from(count)));
        Metrics {
            net: where_enough(ratio(net, 1000)),
            mean,
            sd,
            sharpe_per_trade: per_trade,
            sharpe_of_day: of_day,
            profit_factor: where_enough(ratio(gain, loss)),
            win_rate: ratio(i128::from(self.wins), n),
            mean_duration: duration(self.duration, self.trades),
            mean_duration_win: duration(self.duration_win, self.wins),
            mean_duration_loss: duration(self.duration_loss, self.losses),
        }
    }
}

crate::names! {
    /// Which figure is optimised.
    pub enum Objective {
        /// Sharpe of the day.
        Sharpe = "sharpe",
        /// Net result.
        Net = "net",
        /// Profit factor.
        ProfitFactor = "profit_factor",
        /// Sharpe per trade: favours the noisiest sets.
        SharpePerTrade = "sharpe_per_trade",
    }
}

crate::settings! {
    /// How a set's day becomes the one figure that is optimised.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Scoring("") {
        /// Which figure it is.
        objective: Objective = Objective::Sharpe, Bounds::ANY;
        /// With fewer trades all figures are undefined.
        min_trades: i64 = 10, Bounds::Closed(2.0, 1e6);
    }
}

impl Objective {
    /// This figure of `metrics`.
    #[must_use]
    pub fn of(self, metrics: &Metrics) -> f64 {
        match self {
            Self::Sharpe => metrics.sharpe_of_day,
            Self::Net => metrics.net,
            Self::ProfitFactor => metrics.profit_factor,
            Self::SharpePerTrade => metrics.sharpe_per_trade,
        }
    }
}

macro_rules! sweep_table {
    ($($column:ident),*; $($flag:ident),*) => {
        /// [`SetTotals`] of many sets as columns, in set order.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        #[allow(missing_docs)] // the names are those of `SetTotals`
        pub struct SweepTable {
            $(pub $column: Vec<i64>,)*
            $(pub $flag: Vec<u8>,)*
        }

        impl SweepTable {
            /// Appends a row.
            pub fn push(&mut self, totals: &SetTotals) {
                $(self.$column.push(totals.$column);)*
                $(self.$flag.push(u8::from(totals.$flag));)*
            }

            /// Row `k`.
            ///
            /// # Panics
            /// If there is no such row.
            #[must_use]
            pub fn row(&self, k: usize) -> SetTotals {
                SetTotals { $($column: self.$column[k],)* $($flag: self.$flag[k] != 0,)* }
            }
        }
    };
}

sweep_table!(
    trades, wins, losses, gross, gross_sq, gross_win, gross_loss, duration, duration_win, duration_loss, ambiguous,
    worst, best, dropped, max_drawdown, fees, fees_win, fees_loss, fees_sq, gross_fees; stopped, refused
);

impl SweepTable {
    /// Number of sets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.trades.len()
    }

    /// Whether there is no set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.trades.is_empty()
    }

    /// Figures of every set, as [`SetTotals::metrics`].
    #[must_use]
    pub fn metrics(&self, commission: i64, min_trades: i64) -> Vec<Metrics> {
        (0..self.len()).map(|k| self.row(k).metrics(commission, min_trades)).collect()
    }

    /// What is optimised, of every set; NaN where undefined, which never wins.
    #[must_use]
    pub fn objective(&self, objective: Objective, commission: i64, min_trades: i64) -> Vec<f64> {
        self.metrics(commission, min_trades).iter().map(|m| objective.of(m)).collect()
    }
}

impl FromIterator<SetTotals> for SweepTable {
    fn from_iter<I: IntoIterator<Item = SetTotals>>(rows: I) -> Self {
        let mut table = Self::default();
        for row in rows {
            table.push(&row);
        }
        table
    }
}
