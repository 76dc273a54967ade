//! Generated days for the tests of labels, brain and gate.
#![allow(dead_code, missing_docs)]
use bayescore_core::bars::DayBars;

/// `SplitMix64`: small, seeded, the same everywhere.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// Symmetric, variance 1, nearly normal: the sum of four uniforms.
    pub fn step(&mut self) -> f64 {
        let bits = self.next();
        let sum: u64 = (0..4).map(|k| bits >> (16 * k) & 0xFFFF).sum();
        (sum as f64 - 2.0 * 65_535.0) / 65_536.0 * 3.0_f64.sqrt()
    }
}

/// A random walk: `seconds` long, a bar in a share `density` of them, `sigma` ticks a second, eight steps a
/// bar so that highs and lows stand out, drift in ticks a second.
pub fn walk(seed: u64, seconds: i32, density: f64, sigma: f64, drift: f64) -> DayBars {
    let mut rng = Rng(seed);
    let mut day = DayBars {
        ts: vec![],
        open: vec![],
        high: vec![],
        low: vec![],
        close: vec![],
        volume: vec![],
        open_ns: 0,
        close_s: seconds,
        tick_size: 0.25,
    };
    let mut price = 80_000.0_f64;
    for t in 0..seconds {
        if rng.uniform() >= density {
            continue;
        }
        let mut ticks = [0_i32; 8];
        for tick in &mut ticks {
            price += rng.step() * sigma / 8.0_f64.sqrt() + drift / 8.0;
            *tick = price.round() as i32;
        }
        day.ts.push(t);
        day.open.push(ticks[0]);
        day.high.push(*ticks.iter().max().unwrap());
        day.low.push(*ticks.iter().min().unwrap());
        day.close.push(ticks[7]);
        day.volume.push(1 + (rng.uniform() * 3.0).exp() as i64);
    }
    day.new().unwrap()
}
