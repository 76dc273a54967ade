//! What a day's simulation gives: trades, one by one and as columns.

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
}
