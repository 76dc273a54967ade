//! One trade date of bars as columns of integer ticks.
use crate::error::{CoreError, Result};

/// Nanoseconds in a second.
pub const NS: i64 = 1_000_000_000;

/// Largest distance in ticks of any price from the first close of the day.
///
/// Rolling regressions multiply window sums; below this bound every product fits an `i64`.
pub const MAX_DAY_RANGE: i32 = 1 << 20;

/// Prices lie within so many ticks of 0: sums of a price and any distance fit into 32 bits.
pub const MAX_PRICE: i32 = 1 << 30;

/// Seconds a session may have, about twelve days: sums of a time and any duration fit into 32 bits.
pub const MAX_SESSION_S: i32 = 1 << 20;

/// One-second bars of one contract on one trade date, sorted by time, gaps left as they are.
///
/// Prices are integer ticks. Times are whole seconds after `open_ns`, the start of the session; a
/// bar is stamped with the *start* of its second and known one second later.
#[derive(Debug, Clone, PartialEq)]
pub struct DayBars {
    /// Seconds after the session's open, strictly increasing.
    pub ts: Vec<i32>,
    /// First price of the second, in ticks.
    pub open: Vec<i32>,
    /// Highest price, in ticks.
    pub high: Vec<i32>,
    /// Lowest price, in ticks.
    pub low: Vec<i32>,
    /// Last price, in ticks.
    pub close: Vec<i32>,
    /// Traded volume.
    pub volume: Vec<i64>,
    /// Start of the session, nanoseconds since the epoch.
    pub open_ns: i64,
    /// End of the session, seconds after its open; no bar starts at or after it.
    pub close_s: i32,
    /// Price of one tick.
    pub tick_size: f64,
}

impl DayBars {
    /// Number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ts.len()
    }

    /// Whether there is no bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ts.is_empty()
    }

    /// Checks columns that are in ticks already and takes them over.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for columns of different lengths or no rows; [`CoreError::Bars`] with the row for
    /// unsorted or repeated times, times outside the session, open or close outside low..high, negative or
    /// excessive volume, or a price further than [`MAX_DAY_RANGE`] from the first close.
    pub fn new(self) -> Result<Self> {
        let n = self.ts.len();
        let lens = [self.open.len(), self.high.len(), self.low.len(), self.close.len(), self.volume.len()];
        if lens.iter().any(|&l| l != n) {
            return Err(CoreError::Shape(format!(
                "columns differ in length: ts {n}, open/high/low/close/volume {lens:?}"
            )));
        }
        if n == 0 {
            return Err(CoreError::Shape("no bars: a day needs at least one row".into()));
        }
        if !(self.tick_size.is_finite() && self.tick_size > 0.0) {
            return Err(CoreError::parameter("tick_size", format!("{} is not a positive price", self.tick_size)));
        }
        if !(1..=MAX_SESSION_S).contains(&self.close_s) {
            return Err(CoreError::parameter("close_s", format!("{} is outside 1..{MAX_SESSION_S} s", self.close_s)));
        }
        let base = i64::from(self.close[0]);
        if base.abs() > i64::from(MAX_PRICE) {
            return Err(CoreError::bars(0, format!("close {base} is more than 2^30 ticks; is the tick size right?")));
        }
        let near = |p: i32| (i64::from(p) - base).abs() <= i64::from(MAX_DAY_RANGE);
        for i in 0..n {
            if self.ts[i] < 0 || self.ts[i] >= self.close_s {
                return Err(CoreError::bars(
                    i,
                    format!("starts {} s after the open, outside the session of {} s", self.ts[i], self.close_s),
                ));
            }
            if i > 0 && self.ts[i] <= self.ts[i - 1] {
                let what = if self.ts[i] == self.ts[i - 1] {
                    "has the same time as the bar before"
                } else {
                    "is earlier than the bar before"
                };
                return Err(CoreError::bars(i, format!("{what}; sort the rows and remove repeats")));
            }
            let (o, h, l, c) = (self.open[i], self.high[i], self.low[i], self.close[i]);
            if h < l || o < l || o > h || c < l || c > h {
                return Err(CoreError::bars(
                    i,
                    format!(
                        "open, high, low, close {o}, {h}, {l}, {c} ticks: open and close must lie between low and high"
                    ),
                ));
            }
            if !near(h) || !near(l) {
                return Err(CoreError::bars(
                    i,
                    format!(
                        "price is more than {MAX_DAY_RANGE} ticks from the day's first close; is the tick size right?"
                    ),
                ));
            }
            if !(0..=1 << 48).contains(&self.volume[i]) {
                return Err(CoreError::bars(i, format!("volume {} is negative or too large", self.volume[i])));
            }
        }
        Ok(self)
    }

    /// The day with some of its bars reflected about the close before them: volatility, volume and times stay, and where
    /// a coin turned each bar, the direction of prices is the coin's.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for another number of bars, [`CoreError::Bars`] if prices then lie too far apart.
    pub fn mirrored(&self, turned: &[bool]) -> Result<Self> {
        if turned.len() != self.len() {
            return Err(CoreError::Shape(format!("{} bars need as many turns, got {}", self.len(), turned.len())));
        }
        let mut out = self.clone();
        self.reflect_into(&mut out, |i| turned[i]);
        out.new()
    }

    /// The prices of [`DayBars::mirrored`], written over those of a day of as many bars; their range is not checked.
    pub(crate) fn reflect_into(&self, out: &mut Self, turned: impl Fn(usize) -> bool) {
        let n = self.len();
        let (open, high, low, close) = (&mut out.open[..n], &mut out.high[..n], &mut out.low[..n], &mut out.close[..n]);
        let (from_open, from_high, from_low, from_close) =
            (&self.open[..n], &self.high[..n], &self.low[..n], &self.close[..n]);
        let (mut before, mut base) = (from_open[0], from_open[0]);
        for i in 0..n {
            // A coin cannot be predicted: no branch. With the mask set, x becomes −x, and high and low change places.
            let mask = -i32::from(turned(i));
            let away = |p: i32| ((p - before) ^ mask) - mask;
            let (h, l) = (away(from_high[i]), away(from_low[i]));
            let swap = (h ^ l) & mask;
            let c = away(from_close[i]);
            open[i] = base + away(from_open[i]);
            high[i] = base + (h ^ swap);
            low[i] = base + (l ^ swap);
            close[i] = base + c;
            before = from_close[i];
            // Moves that all go one way could add up past 32 bits.
            base = (base + c).clamp(-MAX_PRICE, MAX_PRICE);
        }
    }

    /// Bars from nanosecond times and float prices, as files hold them.
    ///
    /// `session` is the open and close in nanoseconds; without it the day runs from its first bar to one second
    /// after its last.
    ///
    /// # Errors
    /// As [`DayBars::new`], and [`CoreError::Bars`] for times not on a whole second after the open, prices that are
    /// not finite or not on the tick grid (further than 0.001 tick from it).
    #[allow(clippy::too_many_arguments)]
    pub fn from_prices(
        ts_ns: &[i64],
        prices: [&[f64]; 4],
        volume: Vec<i64>,
        tick_size: f64,
        session: Option<(i64, i64)>,
    ) -> Result<Self> {
        let n = ts_ns.len();
        if n == 0 {
            return Err(CoreError::Shape("no bars: a day needs at least one row".into()));
        }
        if !(tick_size.is_finite() && tick_size > 0.0) {
            return Err(CoreError::parameter("tick_size", format!("{tick_size} is not a positive price")));
        }
        let (open_ns, close_ns) = session.unwrap_or((ts_ns[0], ts_ns[n - 1].saturating_add(NS)));
        let close_s = i32::try_from((close_ns.saturating_sub(open_ns)) / NS)
            .map_err(|_| CoreError::Shape("the session is longer than an i32 of seconds".into()))?;
        let mut ts = Vec::with_capacity(n);
        for (i, &t) in ts_ns.iter().enumerate() {
            let d = t.saturating_sub(open_ns);
            if d % NS != 0 {
                return Err(CoreError::bars(i, "time is not a whole second after the session's open"));
            }
            ts.push(i32::try_from(d / NS).map_err(|_| CoreError::bars(i, "time is too far from the session's open"))?);
        }
        let grid = |name: &str, p: &[f64]| -> Result<Vec<i32>> {
            p.iter()
                .enumerate()
                .map(|(i, &x)| {
                    let t = x / tick_size;
                    let r = t.round_ties_even();
                    if !x.is_finite() {
                        Err(CoreError::bars(i, format!("{name} is not a number")))
                    } else if (t - r).abs() > 1e-3 {
                        Err(CoreError::bars(i, format!("{name} {x} is not a multiple of the tick size {tick_size}")))
                    } else if r.abs() > f64::from(MAX_PRICE) {
                        Err(CoreError::bars(i, format!("{name} {x} is more than 2^30 ticks; is the tick size right?")))
                    } else {
                        Ok(r as i32)
                    }
                })
                .collect()
        };
        Self {
            ts,
            open: grid("open", prices[0])?,
            high: grid("high", prices[1])?,
            low: grid("low", prices[2])?,
            close: grid("close", prices[3])?,
            volume,
            open_ns,
            close_s,
            tick_size,
        }
        .new()
    }
}
