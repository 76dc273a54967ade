//! Days for the state tests, from fixed seeds.
#![allow(dead_code)]
use bayescore_core::bars::{DayBars, MAX_SESSION_S};
use bayescore_core::state::{Bar, DayStates, StateConfig, StateEngine};
use proptest::test_runner::{Config as ProptestConfig, RngSeed};

/// A small generator of reproducible numbers (`SplitMix64`).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `0..n`.
    pub fn below(&mut self, n: u64) -> i64 {
        (self.next() % n) as i64
    }

    /// Roughly normal, variance one.
    pub fn normal(&mut self) -> f64 {
        let sum: f64 = (0..12).map(|_| (self.next() >> 11) as f64 / (1_u64 << 53) as f64).sum();
        sum - 6.0
    }
}

/// A random walk whose volatility changes through the day, with bars missing here and there.
pub fn walk(seed: u64, n: usize, ticks_a_second: f64) -> DayBars {
    let mut r = Numbers::new(seed);
    let mut day = DayBars {
        ts: vec![],
        open: vec![],
        high: vec![],
        low: vec![],
        close: vec![],
        volume: vec![],
        open_ns: 0,
        close_s: MAX_SESSION_S,
        tick_size: 0.25,
    };
    let (mut ts, mut price) = (r.below(600) as i32, 84_000.0);
    let mut regime = 1.0;
    for i in 0..n {
        let phase = i as f64 / n as f64 * 2.0 - 1.0;
        if r.below(300) == 0 {
            regime = [0.3, 0.6, 1.0, 1.7, 3.0][r.below(5) as usize];
        }
        let jump = if r.below(900) == 0 { 4.0 } else { 1.0 };
        let sigma = ticks_a_second * (0.6 + 1.2 * phase * phase) * regime * jump;
        let path: Vec<i32> = (0..6)
            .map(|_| {
                price += r.normal() * sigma / 6.0_f64.sqrt();
                price.round() as i32
            })
            .collect();
        day.ts.push(ts);
        day.open.push(path[0]);
        day.high.push(path.iter().copied().max().unwrap());
        day.low.push(path.iter().copied().min().unwrap());
        day.close.push(path[5]);
        day.volume.push(1 + r.below(40) * r.below(10) * (if r.below(30) == 0 { 7 } else { 1 }));
        ts += match r.below(4000) {
            0 => 30 + r.below(400) as i32,
            1..1000 => 2 + r.below(2) as i32,
            _ => 1,
        };
    }
    day.new().unwrap()
}

/// Session windows, a few hours each.
pub fn windows(day: &DayBars, n: u8) -> Vec<u8> {
    day.ts.iter().map(|&t| (t / 9_000 % i32::from(n)) as u8).collect()
}

pub fn bar(day: &DayBars, i: usize) -> Bar {
    Bar {
        ts: day.ts[i],
        open: day.open[i],
        high: day.high[i],
        low: day.low[i],
        close: day.close[i],
        volume: day.volume[i],
    }
}

/// The first `n` bars.
pub fn head(day: &DayBars, n: usize) -> DayBars {
    let mut d = day.clone();
    d.ts.truncate(n);
    d.open.truncate(n);
    d.high.truncate(n);
    d.low.truncate(n);
    d.close.truncate(n);
    d.volume.truncate(n);
    d
}

/// Bars at chosen times with chosen open, high, low, close and volume.
pub fn day_of(bars: &[(i32, [i32; 4], i64)]) -> DayBars {
    let column = |k: usize| bars.iter().map(|b| b.1[k]).collect();
    DayBars {
        ts: bars.iter().map(|b| b.0).collect(),
        open: column(0),
        high: column(1),
        low: column(2),
        close: column(3),
        volume: bars.iter().map(|b| b.2).collect(),
        open_ns: 0,
        close_s: MAX_SESSION_S,
        tick_size: 0.25,
    }
    .new()
    .unwrap()
}

/// A day without any regularity: `step` is the usual move in ticks, `gaps` in 0..4 how often bars are missing.
pub fn wild(seed: u64, n: usize, step: i64, gaps: u64) -> DayBars {
    let mut r = Numbers::new(seed);
    let mut ts = r.below(5_000) as i32;
    let mut price = 0_i64;
    let bound = 500_000;
    let bars: Vec<_> = (0..n)
        .map(|_| {
            let quiet = r.below(4) == 0;
            let mut ticks = || if quiet { 0 } else { r.below(2 * step as u64 + 1) - step };
            let path = [price, price + ticks(), price + ticks(), price + ticks()].map(|p| p.clamp(-bound, bound));
            price = path[3];
            let [open, _, _, close] = path.map(|p| p as i32);
            let (high, low) = (*path.iter().max().unwrap() as i32, *path.iter().min().unwrap() as i32);
            let volume = r.below(50) * r.below(20);
            let now = ts;
            ts += match (gaps, r.below(1000)) {
                (0, _) => 1,
                (_, 0) => 1 + r.below(6_000) as i32,
                (1, _) => 1 + i32::from(r.below(4) == 0),
                (2, x) if x < 20 => 1 + r.below(1_200) as i32,
                (2, _) => 1 + r.below(6) as i32,
                _ => 1 + r.below(60) as i32,
            };
            (now, [open, high, low, close], volume)
        })
        .collect();
    day_of(&bars)
}

/// The day with prices reflected about its first close.
pub fn mirrored(day: &DayBars) -> DayBars {
    let twice = 2 * day.close[0];
    let mut m = day.clone();
    m.high = day.low.iter().map(|p| twice - p).collect();
    m.low = day.high.iter().map(|p| twice - p).collect();
    m.open = day.open.iter().map(|p| twice - p).collect();
    m.close = day.close.iter().map(|p| twice - p).collect();
    m.new().unwrap()
}

/// Codes and contexts bar by bar.
pub fn stream(config: StateConfig, n_windows: usize, day: &DayBars, windows: &[u8]) -> DayStates {
    let mut engine = StateEngine::new(config, n_windows).unwrap();
    let (codes, contexts) = (0..day.len()).map(|i| engine.push(bar(day, i), windows[i]).unwrap()).unzip();
    DayStates { codes, contexts }
}

/// Codes and contexts at once.
pub fn batch(config: StateConfig, n_windows: usize, day: &DayBars, windows: &[u8]) -> DayStates {
    StateEngine::new(config, n_windows).unwrap().run(day, windows).unwrap()
}

/// Panics at the first bar where two days of states differ.
pub fn assert_same(a: &DayStates, b: &DayStates, what: &str) {
    assert_eq!(a.codes.len(), b.codes.len(), "{what}");
    for i in 0..a.codes.len() {
        assert_eq!((a.codes[i], a.contexts[i]), (b.codes[i], b.contexts[i]), "{what}: bar {i}");
    }
}

/// Allowed configurations far from the defaults.
pub fn config(seed: u64) -> StateConfig {
    let mut r = Numbers::new(seed);
    let mut within = |lo: i32, hi: i32| lo + r.below((hi - lo + 1) as u64) as i32;
    let band = within(30, 400);
    let below = band - 1;
    let config = StateConfig {
        band_window: band,
        band_edges: [0.8, 1.3, 1.9],
        min_bars: within(3, 20),
        warmup: within(0, 200),
        momentum_lag: within(1, 200),
        momentum_edges: [0.4, 1.1],
        long_window: within(band.max(60), 1_200),
        trend_edge: 1.5,
        volume_window: within(1, below.min(300)),
        volume_factor: 1.1,
        burst_window: within(1, 60),
        burst_factor: 1.4,
        breakout_gap: within(1, below.min(299)),
        compression_window: within(1, below.min(299)),
        compression_factor: 0.6,
        volatility_window: within(5, 900),
        volatility_bounds: [0.8, 1.25],
        transition_window: within(1, 600),
    };
    config.check().unwrap();
    config
}

/// The same random cases in every run.
pub fn cases(n: u32) -> ProptestConfig {
    ProptestConfig { cases: n, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}
