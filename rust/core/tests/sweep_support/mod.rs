//! Days, states and parameter sets from fixed seeds, for tests and benchmarks of the simulation.
#![allow(dead_code)] // every test file uses its own part
use bayescore_core::{
    bars::DayBars,
    context::session_bit,
    params::{EntryRule, ParamSet, Sides},
    state::{DayStates, INVALID},
    sweep::SweepSets,
};

/// `SplitMix64`: small, and the same on every platform.
pub struct Rng(pub u64);

impl Rng {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `low..=high`.
    pub fn int(&mut self, low: i32, high: i32) -> i32 {
        low + (self.bits() % (i64::from(high) - i64::from(low) + 1) as u64) as i32
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Close to a standard normal: the sum of twelve uniforms, so no libm is involved.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.bits() as usize % of.len()]
    }
}

/// A day from rows of (ts, open, high, low, close).
pub fn day(close_s: i32, rows: &[(i32, i32, i32, i32, i32)]) -> DayBars {
    let col = |f: fn(&(i32, i32, i32, i32, i32)) -> i32| rows.iter().map(f).collect::<Vec<_>>();
    DayBars {
        ts: col(|r| r.0),
        open: col(|r| r.1),
        high: col(|r| r.2),
        low: col(|r| r.3),
        close: col(|r| r.4),
        volume: vec![1; rows.len()],
        open_ns: 0,
        close_s,
        tick_size: 0.25,
    }
    .new()
    .expect("a valid day")
}

/// Shape of a random day.
#[derive(Debug, Clone, Copy)]
pub struct Walk {
    pub bars: usize,
    /// Volatility of a bar, ticks, at the open and close of the session; a third of it at noon.
    pub sigma: f64,
    /// Chance that the next second has no bar.
    pub gap: f64,
    /// Chance of a jump between bars, and its size in ticks.
    pub jump: (f64, i32),
    /// Seconds from the last bar to the close.
    pub tail: i32,
}

impl Walk {
    pub const PINNED: Self = Self { bars: 60_000, sigma: 8.8, gap: 0.275, jump: (0.0, 0), tail: 1 };
}

/// A random walk of trades, eight a bar.
pub fn walk(seed: u64, shape: Walk) -> DayBars {
    let mut rng = Rng(seed);
    let mut ts = 0;
    let mut price = 84_000.0;
    let mut rows = Vec::with_capacity(shape.bars);
    for k in 0..shape.bars {
        let x = 2.0 * k as f64 / shape.bars as f64 - 1.0;
        let step = shape.sigma * (0.36 + 0.64 * x * x) / 8f64.sqrt();
        if rng.chance(shape.jump.0) {
            price += f64::from(rng.int(-shape.jump.1, shape.jump.1));
        }
        let mut bar = [0; 4];
        for j in 0..8 {
            price += step * rng.normal();
            let p = price.round() as i32;
            bar = if j == 0 { [p; 4] } else { [bar[0], bar[1].max(p), bar[2].min(p), p] };
        }
        rows.push((ts, bar[0], bar[1], bar[2], bar[3]));
        ts += 1;
        while rng.chance(shape.gap) {
            ts += 1;
        }
    }
    let close_s = rows.last().map_or(0, |r| r.0) + shape.tail;
    day(close_s, &rows)
}

/// Bins of |z| a side; codes are `2 * bin + (z > 0)`.
pub const BINS: usize = 30;

/// Codes from how far the close lies from the mean of the last 21, in standard deviations: bin b holds
/// 1.5 + b/20 ≤ |z| < 1.5 + (b + 1)/20, the last one all above; smaller |z| is a code of its own.
pub fn stretch_states(bars: &DayBars) -> DayStates {
    let n = bars.len();
    let (mut codes, mut contexts) = (vec![INVALID; n], vec![0; n]);
    let mut rng = Rng(11);
    let mut session = 0;
    for i in 21..n {
        let window = &bars.close[i - 20..=i];
        let mean = window.iter().map(|&c| f64::from(c)).sum::<f64>() / 21.0;
        let var = window.iter().map(|&c| (f64::from(c) - mean).powi(2)).sum::<f64>() / 21.0;
        let z = if var > 0.0 { (f64::from(bars.close[i]) - mean) / var.sqrt() } else { 0.0 };
        let bin = ((z.abs() - 1.5) * 20.0).floor();
        codes[i] = if bin < 0.0 { 2 * BINS as u16 } else { 2 * (bin as u16).min(BINS as u16 - 1) + u16::from(z > 0.0) };
        if rng.chance(0.002) {
            session = rng.int(0, 3);
        }
        contexts[i] = 1 | u32::from(z.abs() >= 2.0) << 1 | u32::from(rng.chance(0.3)) << 4 | session_bit(session as u8);
    }
    DayStates { codes, contexts }
}

/// Any code and contexts anywhere, a tenth of the bars without a state.
pub fn random_states(seed: u64, bars: &DayBars) -> DayStates {
    let mut rng = Rng(seed ^ 0x5eed);
    let code = |rng: &mut Rng| if rng.chance(0.1) { INVALID } else { rng.int(0, 2 * BINS as i32) as u16 };
    let codes = (0..bars.len()).map(|_| code(&mut rng)).collect();
    let contexts = (0..bars.len()).map(|_| 1 | rng.int(0, 0x000f_0fff) as u32).collect();
    DayStates { codes, contexts }
}

/// Leaves of [`stretch_states`]: each code its own.
pub fn stretch_leaves() -> Vec<u16> {
    (0..=2 * BINS as u16).collect()
}

/// Sets with their sides.
#[derive(Debug, Clone)]
pub struct Table {
    pub sets: Vec<ParamSet>,
    pub sides: Vec<i8>,
    pub n_leaves: usize,
    pub refused: Vec<bool>,
}

impl Table {
    pub fn view(&self) -> SweepSets<'_> {
        SweepSets { sets: &self.sets, sides: &self.sides, n_leaves: self.n_leaves, refused: &self.refused }
    }

    pub fn fire(&self, k: usize) -> &[i8] {
        &self.sides[k * self.n_leaves..][..self.n_leaves]
    }
}

/// A plain set, to change in one place.
pub const SET: ParamSet = ParamSet {
    stop_loss_ticks: 10,
    take_profit_ticks: 20,
    trail_activation_ticks: 0,
    trail_distance_ticks: 5,
    max_hold_seconds: 600,
    cooldown_seconds: 0,
    confidence_threshold: 0.6,
    min_samples: 0,
    entry_rule: EntryRule::Reversion,
    contexts_allowed: 1,
    max_consecutive_losses: 1000,
    sides: Sides::Both,
};

/// Which ranges the sets of a table come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranges {
    /// Tight brackets that trade often and are never stopped: the pinned benchmark.
    Pinned,
    /// The design's own factor ranges, stopped after 2 to 10 losses in a row.
    Design,
    /// The design's ranges ten times as wide.
    Wide,
    /// Anything small: one tick and up, trails above and below the stop, a loss in a row and up.
    Any,
}

/// `m` sets that trade against stretched prices, a fifth of them with.
pub fn stretch_sets(seed: u64, m: usize, ranges: Ranges) -> Table {
    let mut rng = Rng(seed);
    let n_leaves = 2 * BINS + 1;
    let mut out = Table { sets: Vec::new(), sides: vec![0; m * n_leaves], n_leaves, refused: vec![false; m] };
    for k in 0..m {
        let mut set = SET;
        let scale = if ranges == Ranges::Wide { 10 } else { 1 };
        if ranges == Ranges::Any {
            set.stop_loss_ticks = rng.int(1, 90);
            set.take_profit_ticks = rng.int(1, 90);
            set.trail_activation_ticks = rng.int(0, 60);
            set.trail_distance_ticks = rng.int(1, 60);
            set.max_hold_seconds = rng.int(1, 900);
            set.cooldown_seconds = rng.int(0, 40);
            set.max_consecutive_losses = rng.int(1, 40);
        } else if ranges == Ranges::Pinned {
            set.stop_loss_ticks = rng.int(8, 40);
            set.take_profit_ticks = rng.int(10, 80);
            set.trail_activation_ticks = if rng.chance(0.1) { 0 } else { rng.int(6, 40) };
            set.trail_distance_ticks = rng.int(4, 24).min(set.trail_activation_ticks.max(4));
            set.max_hold_seconds = rng.int(60, 1800);
            set.cooldown_seconds = if rng.chance(0.6) { 0 } else { rng.int(1, 30) };
        } else {
            set.stop_loss_ticks = rng.int(8 * scale, 60 * scale);
            set.take_profit_ticks = rng.int((set.stop_loss_ticks + 1).max(12 * scale), 160 * scale);
            set.trail_activation_ticks = if rng.chance(0.2) { 0 } else { rng.int(4 * scale, 100 * scale) };
            let most = (40 * scale).min(set.trail_activation_ticks.max(4 * scale) - 1);
            set.trail_distance_ticks = rng.int(3 * scale, most.max(3 * scale));
            set.max_hold_seconds = rng.int(60, 3600);
            set.cooldown_seconds = rng.int(0, 300);
            if ranges == Ranges::Design {
                set.max_consecutive_losses = rng.int(2, 10);
            }
        }
        set.contexts_allowed =
            if rng.chance(0.7) { 1 } else { rng.pick(&[2, 2 | 16, session_bit(0) | session_bit(1), 16]) };
        let from = rng.int(0, BINS as i32 - 1) as usize;
        let with = rng.chance(0.2);
        for bin in from..BINS {
            for up in 0..2 {
                let side = if (up == 1) == with { 1 } else { -1 };
                out.sides[k * n_leaves + 2 * bin + up] = side;
            }
        }
        out.sets.push(set);
    }
    out
}
