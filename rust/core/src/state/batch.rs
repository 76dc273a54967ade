//! The batch form: a whole day at once, several times faster than bar by bar.
//!
//! Window sums are differences of prefix sums, extremes come from a sparse table, and the floating-point finish runs
//! over blocks of columns so that the compiler can use vectors.
use super::config::StateConfig;
use super::features::{Coder, Edges, Line, Reach, Stretches, Sums, Terms, product};
use super::{DayStates, INVALID};
use crate::bars::DayBars;
use crate::context;
use crate::rolling::{CHUNK, Clock, Extremes, Tick, fits_i16};

/// Bars whose terms are finished together; their columns fit the first-level cache.
const BLOCK: usize = 64;

/// Sums over the bars before one: x, x², y, xy, y², change², volume, range; modulo 2^64.
type Prefix = [i64; 8];

/// Codes and contexts of a day whose windows are checked.
pub(super) fn run(config: &StateConfig, n_windows: usize, day: &DayBars, windows: &[u8]) -> DayStates {
    let mut out = DayStates { codes: vec![INVALID; day.len()], contexts: vec![0; day.len()] };
    if fits_i16(day) {
        Batch::<i16>::new(config, n_windows, day).run(windows, &mut out);
    } else {
        Batch::<i32>::new(config, n_windows, day).run(windows, &mut out);
    }
    mark_transitions(&mut out);
    out
}

/// Columns of [`Terms`] for one block.
struct Columns {
    cells: [[f64; BLOCK]; 22],
}

impl Columns {
    #[inline]
    fn set(&mut self, j: usize, t: &Terms) {
        let values = [
            t.band.dof,
            t.band.d,
            t.band.nxy,
            t.band.nyy,
            t.n,
            t.y_sum,
            t.x_ahead,
            t.y,
            t.long.dof,
            t.long.d,
            t.long.nxy,
            t.long.nyy,
            t.change,
            t.changes_sq,
            t.n_changes,
            t.volume,
            t.volume_usual,
            t.range,
            t.ranges,
            t.ranges_short,
            t.n_long,
            t.n_short,
        ];
        for (column, value) in self.cells.iter_mut().zip(values) {
            column[j] = value;
        }
    }

    #[inline]
    fn get(&self, j: usize) -> Terms {
        let c = |k: usize| self.cells[k][j];
        Terms {
            band: Line { dof: c(0), d: c(1), nxy: c(2), nyy: c(3) },
            n: c(4),
            y_sum: c(5),
            x_ahead: c(6),
            y: c(7),
            long: Line { dof: c(8), d: c(9), nxy: c(10), nyy: c(11) },
            change: c(12),
            changes_sq: c(13),
            n_changes: c(14),
            volume: c(15),
            volume_usual: c(16),
            range: c(17),
            ranges: c(18),
            ranges_short: c(19),
            n_long: c(20),
            n_short: c(21),
        }
    }
}

/// Where the windows of the bars of one block start.
#[derive(Default)]
struct Starts {
    band: Column,
    long: Column,
    volume: Column,
    volatility: Column,
    lag: Column,
    burst: Column,
    gap: Column,
    two_thirds: Column,
    third: Column,
    compression: Column,
}

struct Column([u32; BLOCK]);

impl Default for Column {
    fn default() -> Self {
        Self([0; BLOCK])
    }
}

impl Column {
    #[inline]
    fn at(&self, j: usize) -> usize {
        self.0[j] as usize
    }
}

struct Batch<'a, T> {
    config: &'a StateConfig,
    day: &'a DayBars,
    edges: Edges,
    coder: Coder,
    clock: Clock<'a>,
    extremes: Extremes<T>,
    /// Prefix sums of the bars that a window can still reach, by bar number modulo its length, a power of two.
    ring: Vec<Prefix>,
    /// First bar with one at least the momentum lag before it.
    first_lagged: usize,
    starts: Starts,
    columns: Columns,
}

impl<'a, T: Tick> Batch<'a, T> {
    fn new(config: &'a StateConfig, n_windows: usize, day: &'a DayBars) -> Self {
        let longest = config.long_window.max(config.volatility_window);
        let reach = (longest as usize).min(day.len());
        Self {
            config,
            day,
            edges: Edges::new(config),
            coder: Coder::new(n_windows),
            clock: Clock::new(&day.ts, longest.max(config.momentum_lag)),
            extremes: Extremes::default(),
            ring: vec![[0; 8]; (reach + 2).next_power_of_two()],
            first_lagged: day
                .ts
                .partition_point(|&t| i64::from(t) < i64::from(day.ts[0]) + i64::from(config.momentum_lag)),
            starts: Starts::default(),
            columns: Columns { cells: [[0.0; BLOCK]; 22] },
        }
    }

    fn run(mut self, windows: &[u8], out: &mut DayStates) {
        let n = self.day.len();
        let mut start = [0];
        for from in (0..n).step_by(CHUNK) {
            let to = n.min(from + CHUNK);
            let widest = self.config.band_window.max(self.config.burst_window);
            self.clock.bars_until(&self.day.ts[from..=from], widest, &mut start);
            self.extremes.load(self.day, start[0] as usize..to, widest);
            for i in (from..to).step_by(BLOCK) {
                let m = BLOCK.min(to - i);
                self.find_starts(i, m);
                self.gather(i, m);
                self.finish(i, &windows[i..i + m], &mut out.codes[i..i + m], &mut out.contexts[i..i + m]);
            }
        }
    }

    fn find_starts(&mut self, i: usize, m: usize) {
        let c = self.config;
        let times = &self.day.ts[i..i + m];
        let s = &mut self.starts;
        for (column, age) in [
            (&mut s.band, c.band_window),
            (&mut s.long, c.long_window),
            (&mut s.volume, c.volume_window),
            (&mut s.volatility, c.volatility_window),
            (&mut s.lag, c.momentum_lag),
            (&mut s.burst, c.burst_window),
            (&mut s.gap, c.breakout_gap),
            (&mut s.two_thirds, 2 * c.band_window / 3),
            (&mut s.third, c.band_window / 3),
            (&mut s.compression, c.compression_window),
        ] {
            self.clock.bars_until(times, age, &mut column.0[..m]);
        }
    }

    /// Exact sums of the bars `i..i + m`, into the columns.
    fn gather(&mut self, i: usize, m: usize) {
        let day = self.day;
        let base = day.close[0];
        let mask = self.ring.len() - 1;
        let (band_s, volume_s) = (i64::from(self.config.band_window), i64::from(self.config.volume_window));
        let mut last = self.ring[i & mask];
        for j in 0..m {
            let (at, s) = (i + j, &self.starts);
            let x = i64::from(day.ts[at] - day.ts[0]);
            let y = i64::from(day.close[at] - base);
            let [up, down] = self.extremes.over(s.burst.at(j), at + 1);
            let range = i64::from(up + down);
            let lag = s.lag.at(j);
            let change = if lag > 0 { i64::from(day.close[at] - day.close[lag - 1]) } else { 0 };
            let row = [x, x * x, y, x * y, y * y, change * change, day.volume[at], range];
            for (sum, value) in last.iter_mut().zip(row) {
                *sum = sum.wrapping_add(value);
            }
            self.ring[(at + 1) & mask] = last;

            let since = |start: usize| {
                let then = &self.ring[start & mask];
                let mut sums = last;
                for (sum, then) in sums.iter_mut().zip(then) {
                    *sum = sum.wrapping_sub(*then);
                }
                sums
            };
            let sums = |start: usize, p: &Prefix| Sums {
                n: (at + 1 - start) as i64,
                x: p[0],
                xx: p[1],
                y: p[2],
                xy: p[3],
                yy: p[4],
            };
            let (band_start, long_start) = (s.band.at(j), s.long.at(j));
            let (band, long) = (since(band_start), since(long_start));
            let band_sums = sums(band_start, &band);
            let long_sums = sums(long_start, &long);
            let volume = last[6].wrapping_sub(self.ring[s.volume.at(j) & mask][6]);
            let ranges_short = last[7].wrapping_sub(self.ring[s.volatility.at(j) & mask][7]);
            let terms = Terms {
                band: band_sums.line(),
                n: band_sums.n as f64,
                y_sum: band_sums.y as f64,
                x_ahead: (band_sums.n * x - band_sums.x) as f64,
                y: y as f64,
                long: long_sums.line(),
                change: change as f64,
                changes_sq: long[5] as f64,
                n_changes: (at + 1).saturating_sub(long_start.max(self.first_lagged)) as f64,
                volume: product(volume, band_s),
                volume_usual: product(band[6], volume_s),
                range: (range * long_sums.n) as f64,
                ranges: long[7] as f64,
                ranges_short: ranges_short as f64,
                n_long: long_sums.n as f64,
                n_short: (at + 1 - s.volatility.at(j)) as f64,
            };
            self.columns.set(j, &terms);
        }
    }

    /// Codes of the bars from `i` on, whose terms are in the columns.
    fn finish(&self, i: usize, windows: &[u8], codes: &mut [u16], contexts: &mut [u16]) {
        let day = self.day;
        let base = day.close[0];
        let long_s = f64::from(self.config.long_window);
        let mut leaves = [0.0; BLOCK];
        for (j, leaf) in leaves.iter_mut().enumerate() {
            let terms = self.columns.get(j);
            *leaf = self.edges.leaf_and_volatility(&terms, &terms.values(long_s));
        }
        let reach = |from: usize, to: usize| {
            (from < to).then(|| {
                let [up, down] = self.extremes.over(from, to);
                Reach { up, down }
            })
        };
        for j in 0..windows.len() {
            let (at, s) = (i + j, &self.starts);
            let end = at + 1;
            let band = s.band.at(j);
            let warm = day.ts[at] - day.ts[0] >= self.config.warmup;
            if !warm || end - band < self.config.min_bars as usize {
                continue;
            }
            let y = day.close[at] - base;
            let here = Reach { up: y, down: -y };
            let stretches = Stretches {
                before: reach(band, s.gap.at(j)),
                first: reach(band, s.two_thirds.at(j)),
                last: reach(s.third.at(j), end).unwrap_or(here),
                recent: reach(s.compression.at(j), end).unwrap_or(here),
                rest: reach(band, s.compression.at(j)),
            };
            let pattern = stretches.pattern(y, self.config.compression_factor);
            (codes[j], contexts[j]) = self.coder.code(leaves[j] as u16, windows[j], pattern);
        }
    }
}

/// Sets the transition bit where the last five episodes have three or more different codes.
fn mark_transitions(day: &mut DayStates) {
    let mut last = [INVALID; 5];
    let mut previous = INVALID;
    let mut bit = 0;
    for (&code, bits) in day.codes.iter().zip(&mut day.contexts) {
        if code != INVALID {
            if code != previous {
                last.copy_within(1.., 0);
                last[4] = code;
                let different = (0..5).filter(|&k| last[k] != INVALID && !last[..k].contains(&last[k])).count();
                bit = if different >= 3 { context::TRANSITION } else { 0 };
            }
            *bits |= bit;
        }
        previous = code;
    }
}
