//! The arithmetic of one bar: from exact window sums to feature values, levels and bits.
//!
//! Streaming and batch form differ only in how they come by the integers of [`Terms`]; everything after that is the
//! functions below, in one fixed order of roundings, so both give the same bits. Nothing here may be contracted into
//! fused operations or reordered.
#![allow(clippy::inline_always)] // see `simd`
use super::config::StateConfig;
use super::exact::Line;
use crate::context;

/// Number of leaf states: band × momentum × trend × volume × burst.
pub(super) const LEAVES: usize = 7 * 5 * 3 * 2 * 2;

/// Patterns of the code.
pub(super) const PATTERNS: usize = 4;

/// Everything the features of one bar are made of: exact integers, each rounded to f64 once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Line of the band window.
    pub band: Line,
    /// Bars in the band window.
    pub n: f64,
    /// Σy over the band window.
    pub y_sum: f64,
    /// n·x − Σx over the band window.
    pub x_ahead: f64,
    /// Close of the bar from the day's first close.
    pub y: f64,
    /// Line of the long window.
    pub long: Line,
    /// Change of the close over the momentum lag; 0 where there is no bar so far back.
    pub change: f64,
    /// Sum of the squares of that change over the bars of the long window that have one.
    pub changes_sq: f64,
    /// Number of those bars.
    pub n_changes: f64,
    /// Recent volume × seconds of the band window.
    pub volume: f64,
    /// Volume of the band window × seconds of the recent one.
    pub volume_usual: f64,
    /// Range × bars of the long window.
    pub range: f64,
    /// Sum of the ranges over the long window.
    pub ranges: f64,
    /// Sum of the ranges over the volatility window.
    pub ranges_short: f64,
    /// Bars in the long window.
    pub n_long: f64,
    /// Bars in the volatility window.
    pub n_short: f64,
}

/// The features of every bar of a day, for inspection; NaN where a bar is invalid or the value undefined.
///
/// Their levels are those of the codes: the values are the very ones that the codes were made from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features {
    /// Distance of the close from the band's line, in sigmas.
    pub z: Vec<f64>,
    /// Slope of the band's line, ticks per second.
    pub slope: Vec<f64>,
    /// Residual standard deviation around it, ticks, at least ½.
    pub sigma: Vec<f64>,
    /// Value of the line at the bar, ticks from the day's first close.
    pub centre: Vec<f64>,
    /// Change over the momentum lag, in rms of that change.
    pub momentum: Vec<f64>,
    /// Rise of the trend line over the long window, in its sigmas.
    pub trend: Vec<f64>,
    /// Rate of the recent volume ÷ that of the band window.
    pub volume_ratio: Vec<f64>,
    /// Range over the burst window ÷ its mean over the long window.
    pub burst_ratio: Vec<f64>,
    /// Mean range over the volatility window ÷ that over the long window.
    pub volatility_ratio: Vec<f64>,
    /// Range over the burst window, ticks; of all bars.
    pub range: Vec<i32>,
}

impl Features {
    pub(super) fn invalid(bars: usize) -> Self {
        let nan = || vec![f64::NAN; bars];
        Self {
            z: nan(),
            slope: nan(),
            sigma: nan(),
            centre: nan(),
            momentum: nan(),
            trend: nan(),
            volume_ratio: nan(),
            burst_ratio: nan(),
            volatility_ratio: nan(),
            range: vec![0; bars],
        }
    }

    pub(super) fn set(&mut self, i: usize, terms: &Terms, values: &Values) {
        self.z[i] = values.z;
        self.slope[i] = values.slope;
        self.sigma[i] = values.sigma;
        self.centre[i] = values.centre;
        self.momentum[i] = values.momentum;
        self.trend[i] = values.trend;
        self.volume_ratio[i] = terms.volume / terms.volume_usual;
        self.burst_ratio[i] = terms.range / terms.ranges;
        self.volatility_ratio[i] = values.volatility;
    }
}

/// Feature values of one bar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values {
    pub slope: f64,
    pub sigma: f64,
    pub centre: f64,
    pub z: f64,
    pub momentum: f64,
    pub trend: f64,
    pub volatility: f64,
}

/// Slope and residual standard deviation, floored at half a tick.
#[inline(always)]
fn fit(line: &Line) -> (f64, f64) {
    let slope = line.nxy / line.d;
    let sse = line.nyy - line.nxy * slope;
    let sse = if sse > 0.0 { sse } else { 0.0 };
    let sigma = (sse / line.dof).sqrt();
    (slope, if sigma > 0.5 { sigma } else { 0.5 })
}

impl Terms {
    /// Feature values of a valid bar; of others they mean nothing.
    #[inline(always)]
    pub fn values(&self, long_seconds: f64) -> Values {
        let (slope, sigma) = fit(&self.band);
        let centre = (self.y_sum + slope * self.x_ahead) / self.n;
        let z = (self.y - centre) / sigma;
        let rms = (self.changes_sq / self.n_changes).sqrt();
        let momentum = if rms > 0.0 { self.change / rms } else { 0.0 };
        let (long_slope, long_sigma) = fit(&self.long);
        let trend = long_slope * long_seconds / long_sigma;
        let volatility =
            if self.ranges > 0.0 { self.ranges_short * self.n_long / (self.ranges * self.n_short) } else { f64::NAN };
        Values { slope, sigma, centre, z, momentum, trend, volatility }
    }
}

/// Edges of the levels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edges {
    band: [f64; 3],
    momentum: [f64; 2],
    trend: f64,
    volume: f64,
    burst: f64,
    volatility: [f64; 2],
}

impl Edges {
    pub fn new(config: &StateConfig) -> Self {
        Self {
            band: config.band_edges,
            momentum: config.momentum_edges,
            trend: config.trend_edge,
            volume: config.volume_factor,
            burst: config.burst_factor,
            volatility: config.volatility_bounds,
        }
    }

    /// Twice the leaf plus the bit of differing volatility, as a float so that a loop over it stays in vectors.
    #[inline(always)]
    pub fn leaf_and_volatility(&self, t: &Terms, v: &Values) -> f64 {
        let one = |yes: bool| if yes { 1.0 } else { 0.0 };
        let signed = |x: f64, k: f64, middle: f64| if x < 0.0 { middle - k } else { middle + k };
        let a = v.z.abs();
        let outer = one(a >= self.band[0]) + one(a >= self.band[1]) + one(a >= self.band[2]);
        let band = signed(v.z, outer, 3.0);
        let m = v.momentum.abs();
        let outer = one(m >= self.momentum[0]) + one(m >= self.momentum[1]);
        let momentum = signed(v.momentum, outer, 2.0);
        let trend = 1.0 + one(v.trend >= self.trend) - one(v.trend <= -self.trend);
        let volume = one(t.volume > self.volume * t.volume_usual);
        let burst = one(t.range > self.burst * t.ranges);
        let differs = one(v.volatility <= self.volatility[0]) + one(v.volatility >= self.volatility[1]);
        let leaf = (((band * 5.0 + momentum) * 3.0 + trend) * 2.0 + volume) * 2.0 + burst;
        leaf * 2.0 + differs
    }
}

/// Highest high and negated lowest low of some bars, both from the same price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    pub up: i32,
    pub down: i32,
}

impl Reach {
    /// Of no bars: the only one with a negative range.
    pub const NONE: Self = Self { up: i32::MIN / 2, down: i32::MIN / 2 };

    #[inline]
    pub fn range(self) -> i32 {
        self.up + self.down
    }
}

impl<T: Into<i32>> From<[T; 2]> for Reach {
    #[inline]
    fn from([up, down]: [T; 2]) -> Self {
        Self { up: up.into(), down: down.into() }
    }
}

/// What the pattern of one bar is read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretches {
    /// The band window without its last `breakout_gap` seconds.
    pub before: Reach,
    /// First third of the band window.
    pub first: Reach,
    /// Last third.
    pub last: Reach,
    /// The compression window.
    pub recent: Reach,
    /// The band window without it.
    pub rest: Reach,
}

impl Stretches {
    /// 1 breakout, 2 wedge, 3 compression, the first that holds, or 0. A stretch without bars makes none of them.
    #[inline]
    pub fn pattern(&self, y: i32, compression_factor: f64) -> u16 {
        let Self { before, first, last, recent, rest } = *self;
        let breakout = (y > before.up || -y > before.down) && before.range() >= 0;
        let wedge = last.up <= first.up && last.down <= first.down;
        let compression = f64::from(recent.range()) < compression_factor * f64::from(rest.range());
        // Which of them holds is hard to predict, and a look-up costs less than a wrong guess.
        let held = usize::from(breakout) + 2 * usize::from(wedge) + 4 * usize::from(compression);
        [0, 1, 2, 1, 3, 1, 2, 1][held]
    }
}

/// How leaf, window and pattern become a code and context bits.
#[derive(Debug, Clone)]
pub(super) struct Coder {
    /// By twice the leaf plus the bit of differing volatility: first code of the leaf, bits.
    parts: [(u16, u32); 2 * LEAVES],
}

impl Coder {
    pub fn new(n_windows: usize) -> Self {
        let mut parts = [(0, 0); 2 * LEAVES];
        for (k, part) in parts.iter_mut().enumerate() {
            let leaf = k / 2;
            let (burst, volume, trend) = (leaf % 2, leaf / 2 % 2, leaf / 4 % 3);
            let (momentum, band) = (leaf / 12 % 5, leaf / 60);
            let up = band >= 4 && momentum >= 3 && trend == 2;
            let down = band <= 2 && momentum <= 1 && trend == 0;
            let bits = [
                (context::ALL, true),
                (context::KILL_ZONE, band <= 1 || band >= 5),
                (context::CONFIRMATION, volume == 1),
                (context::VELOCITY_SPIKE, burst == 1),
                (context::VOLATILITY_DIFFERENTIAL, k % 2 == 1),
                (context::FRACTAL_RESONANCE, up || down),
            ];
            let bits = bits.iter().filter(|(_, set)| *set).fold(0, |all, (bit, _)| all | bit);
            *part = ((leaf * n_windows * PATTERNS) as u16, bits);
        }
        Self { parts }
    }

    /// Code and context bits (all but `TRANSITION`) of a valid bar.
    #[inline]
    pub fn code(&self, leaf_and_volatility: u16, window: u8, pattern: u16) -> (u16, u32) {
        let (first, bits) = self.parts[usize::from(leaf_and_volatility)];
        let setup = if pattern == 0 { 0 } else { context::PATTERN_SETUP };
        (first + u16::from(window) * PATTERNS as u16 + pattern, bits | setup | context::session_bit(window))
    }
}
