//! The streaming form: one bar in, one code out, in amortised constant time.
//!
//! Running sums that forget what leaves their window and monotonic queues for the extremes. Nothing is shared with the
//! batch form but the arithmetic of [`super::features`].
use super::INVALID;
use super::config::StateConfig;
use super::exact::{Exact, Sums};
use super::features::{Coder, Edges, Reach, Stretches, Terms};
use super::transition::Transition;
use crate::bars::MAX_DAY_RANGE;
use crate::error::{CoreError, Result};
use std::collections::VecDeque;

/// One bar, prices in ticks, `ts` in whole seconds after the session's open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Start of the bar's second.
    pub ts: i32,
    /// First price.
    pub open: i32,
    /// Highest price.
    pub high: i32,
    /// Lowest price.
    pub low: i32,
    /// Last price.
    pub close: i32,
    /// Traded volume.
    pub volume: i64,
}

/// What is kept of a bar while a window can still see it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    ts: i32,
    y: i32,
    reach: Reach,
    volume: i64,
    range: i64,
    /// Change over the momentum lag, if a bar lies so far back.
    change: Option<i64>,
}

/// Bars seen, addressed by their number in the day.
#[derive(Debug, Clone, Default)]
struct History {
    bars: VecDeque<Seen>,
    first: usize,
}

impl History {
    fn end(&self) -> usize {
        self.first + self.bars.len()
    }

    fn at(&self, i: usize) -> &Seen {
        &self.bars[i - self.first]
    }

    fn forget_before(&mut self, i: usize) {
        while self.first < i {
            self.bars.pop_front();
            self.first += 1;
        }
    }
}

/// Sums over the bars of one window.
#[derive(Debug, Clone)]
struct Window {
    seconds: i32,
    start: usize,
    sums: Sums<i64>,
    volume: i64,
    ranges: i64,
    changes_sq: i64,
    n_changes: i64,
}

impl Window {
    fn new(seconds: i32) -> Self {
        let sums = Sums { n: 0, x: 0, xx: 0, y: 0, xy: 0, yy: 0 };
        Self { seconds, start: 0, sums, volume: 0, ranges: 0, changes_sq: 0, n_changes: 0 }
    }

    fn add(&mut self, bar: &Seen, sign: i64) {
        let (x, y) = (i64::from(bar.ts), i64::from(bar.y));
        let s = &mut self.sums;
        s.n += sign;
        s.x += sign * x;
        // x² of a bar years after the open would not fit; see `Sums`.
        s.xx = s.xx.wrapping_add(sign * x * x);
        s.y += sign * y;
        s.xy = s.xy.wrapping_add(sign * x * y);
        s.yy += sign * y * y;
        self.volume += sign * bar.volume;
        self.ranges += sign * bar.range;
        if let Some(d) = bar.change {
            self.changes_sq += sign * d * d;
            self.n_changes += sign;
        }
    }

    /// Takes in the newest bar of the history and lets go what is too old.
    fn advance(&mut self, history: &History) {
        let newest = history.at(history.end() - 1);
        self.add(newest, 1);
        while history.at(self.start).ts <= newest.ts - self.seconds {
            self.add(history.at(self.start), -1);
            self.start += 1;
        }
    }
}

/// Extremes over the bars older than `newest` seconds and not older than `oldest`.
#[derive(Debug, Clone, Default)]
struct Stretch {
    newest: i32,
    oldest: i32,
    next: usize,
    up: VecDeque<(i32, i32)>,
    down: VecDeque<(i32, i32)>,
}

impl Stretch {
    fn new(newest: i32, oldest: i32) -> Self {
        Self { newest, oldest, ..Self::default() }
    }

    fn advance(&mut self, history: &History) {
        let now = history.at(history.end() - 1).ts;
        while self.next < history.end() && history.at(self.next).ts <= now - self.newest {
            let bar = history.at(self.next);
            for (queue, value) in [(&mut self.up, bar.reach.up), (&mut self.down, bar.reach.down)] {
                while queue.back().is_some_and(|&(_, v)| v <= value) {
                    queue.pop_back();
                }
                queue.push_back((bar.ts, value));
            }
            self.next += 1;
        }
        for queue in [&mut self.up, &mut self.down] {
            while queue.front().is_some_and(|&(ts, _)| ts <= now - self.oldest) {
                queue.pop_front();
            }
        }
    }

    fn reach(&self) -> Reach {
        match (self.up.front(), self.down.front()) {
            (Some(&(_, up)), Some(&(_, down))) => Reach { up, down },
            _ => Reach::NONE,
        }
    }
}

/// The engine's memory of the day so far.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    config: StateConfig,
    n_windows: usize,
    edges: Edges,
    coder: Coder,
    history: History,
    /// First time and first close of the day.
    origin: Option<(i32, i32)>,
    band: Window,
    long: Window,
    volume: Window,
    volatility: Window,
    /// Number of bars at least the momentum lag old.
    lagged: usize,
    burst: Stretch,
    before: Stretch,
    first_third: Stretch,
    last_third: Stretch,
    recent: Stretch,
    rest: Stretch,
    transition: Transition,
}

impl Stream {
    pub fn new(config: StateConfig, n_windows: usize) -> Self {
        let band = config.band_window;
        Self {
            config,
            n_windows,
            edges: Edges::new(&config),
            coder: Coder::new(n_windows),
            history: History::default(),
            origin: None,
            band: Window::new(band),
            long: Window::new(config.long_window),
            volume: Window::new(config.volume_window),
            volatility: Window::new(config.volatility_window),
            lagged: 0,
            burst: Stretch::new(0, config.burst_window),
            before: Stretch::new(config.breakout_gap, band),
            first_third: Stretch::new(2 * band / 3, band),
            last_third: Stretch::new(0, band / 3),
            recent: Stretch::new(0, config.compression_window),
            rest: Stretch::new(config.compression_window, band),
            transition: Transition::new(&config, n_windows),
        }
    }

    /// # Errors
    /// As [`super::StateEngine::push`]; the stream is then as before.
    pub fn push(&mut self, bar: Bar, window: u8) -> Result<(u16, u32)> {
        self.check(&bar, window)?;
        let (ts_0, close_0) = *self.origin.get_or_insert((bar.ts, bar.close));
        let y = bar.close - close_0;
        let reach = Reach { up: bar.high - close_0, down: close_0 - bar.low };
        let (volume, range, change) = (bar.volume, 0, None);
        self.history.bars.push_back(Seen { ts: bar.ts, y, reach, volume, range, change });
        self.burst.advance(&self.history);
        while self.history.at(self.lagged).ts <= bar.ts - self.config.momentum_lag {
            self.lagged += 1;
        }
        let range = i64::from(self.burst.reach().range());
        let change = (self.lagged > 0).then(|| i64::from(y - self.history.at(self.lagged - 1).y));
        if let Some(newest) = self.history.bars.back_mut() {
            newest.range = range;
            newest.change = change;
        }
        for w in [&mut self.band, &mut self.long, &mut self.volume, &mut self.volatility] {
            w.advance(&self.history);
        }
        let stretches =
            [&mut self.before, &mut self.first_third, &mut self.last_third, &mut self.recent, &mut self.rest];
        let mut oldest = self.long.start.min(self.volatility.start).min(self.lagged.saturating_sub(1));
        for s in stretches {
            s.advance(&self.history);
            oldest = oldest.min(s.next);
        }
        self.history.forget_before(oldest);

        let warm = i64::from(bar.ts) - i64::from(ts_0) >= i64::from(self.config.warmup);
        if !warm || self.band.sums.n < i64::from(self.config.min_bars) {
            return Ok((INVALID, 0));
        }
        Ok(self.code(bar.ts, y, range, change.unwrap_or(0), window))
    }

    fn code(&mut self, ts: i32, y: i32, range: i64, change: i64, window: u8) -> (u16, u32) {
        let (band, long) = (&self.band, &self.long);
        let terms = Terms {
            band: band.sums.line(),
            n: band.sums.n as f64,
            y_sum: band.sums.y as f64,
            x_ahead: (band.sums.n * i64::from(ts) - band.sums.x) as f64,
            y: f64::from(y),
            long: long.sums.line(),
            change: change as f64,
            changes_sq: long.changes_sq as f64,
            n_changes: long.n_changes as f64,
            volume: self.volume.volume.scaled(band.seconds),
            volume_usual: band.volume.scaled(self.volume.seconds),
            range: (range * long.sums.n) as f64,
            ranges: long.ranges as f64,
            ranges_short: self.volatility.ranges as f64,
            n_long: long.sums.n as f64,
            n_short: self.volatility.sums.n as f64,
        };
        let values = terms.values(f64::from(self.config.long_window));
        let leaf = self.edges.leaf_and_volatility(&terms, &values) as u16;
        let stretches = Stretches {
            before: self.before.reach(),
            first: self.first_third.reach(),
            last: self.last_third.reach(),
            recent: self.recent.reach(),
            rest: self.rest.reach(),
        };
        let pattern = stretches.pattern(y, self.config.compression_factor);
        let (code, bits) = self.coder.code(leaf, window, pattern);
        (code, bits | self.transition.push(ts, code))
    }

    fn check(&self, bar: &Bar, window: u8) -> Result<()> {
        let row = self.history.end();
        let bad = |what: String| Err(CoreError::bars(row, what));
        if bar.ts < 0 {
            return bad(format!("starts {} s before the session's open", -i64::from(bar.ts)));
        }
        if self.history.bars.back().is_some_and(|last| bar.ts <= last.ts) {
            return bad("is not later than the bar before; reset the engine for a new day".into());
        }
        let Bar { open, high, low, close, .. } = *bar;
        if high < low || open < low || open > high || close < low || close > high {
            return bad(format!(
                "open, high, low, close {open}, {high}, {low}, {close} ticks: open and close must lie between low and \
                 high"
            ));
        }
        let base = i64::from(self.origin.map_or(close, |(_, first)| first));
        if [high, low].iter().any(|&p| (i64::from(p) - base).abs() > i64::from(MAX_DAY_RANGE)) {
            return bad(format!("price is more than {MAX_DAY_RANGE} ticks from the day's first close"));
        }
        if !(0..=1 << 48).contains(&bar.volume) {
            return bad(format!("volume {} is negative or too large", bar.volume));
        }
        if usize::from(window) >= self.n_windows {
            return bad(format!("session window {window}, but there are only {}", self.n_windows));
        }
        Ok(())
    }
}
