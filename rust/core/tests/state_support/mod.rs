//! Days for the state tests, from fixed seeds.
#![allow(dead_code)]
use bayescore_core::bars::DayBars;
use bayescore_core::state::Bar;

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

/// A random walk whose volatility, volume and density of bars change through the day.
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
        close_s: i32::MAX,
        tick_size: 0.25,
    };
    let (mut ts, mut price) = (r.below(600) as i32, 84_000.0);
    for i in 0..n {
        let phase = i as f64 / n as f64 * 2.0 - 1.0;
        let calm = if r.below(900) == 0 { 4.0 } else { 1.0 };
        let sigma = ticks_a_second * (0.6 + 1.2 * phase * phase) * calm;
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
