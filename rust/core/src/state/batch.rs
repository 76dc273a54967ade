//! The batch form: a whole day at once, several times faster than bar by bar.
//!
//! Window sums are differences of prefix sums, extremes come from a grid of seconds, and everything that is arithmetic
//! runs over blocks of columns so that the compiler can use vectors.
use super::config::StateConfig;
use super::exact::{Exact, Sums};
use super::features::{Coder, Edges, Stretches, Terms};
use super::{DayStates, INVALID};
use crate::bars::DayBars;
use crate::context;
use crate::rolling::{Extremes, Grid, Tick, range};
use std::ops::Range;

/// Bars that are finished together; their columns fit the first-level cache.
const BLOCK: usize = 64;

/// Integers up to this are exact in `f64`.
const EXACT: i64 = 1 << 53;

/// Sums over all bars before one: x, x², y, xy, y², change², range, volume.
type Row<E> = [E; 8];

/// A row for each bar of a block, column by column.
type Columns<E> = [[E; BLOCK]; 8];

/// Windows of the extremes, in this order.
const BEFORE: usize = 0;
const FIRST: usize = 1;
const LAST: usize = 2;
const RECENT: usize = 3;
const REST: usize = 4;
const BURST: usize = 5;

/// Codes and contexts of a day whose session windows are checked.
pub(super) fn run(config: &StateConfig, n_windows: usize, day: &DayBars, windows: &[u8]) -> DayStates {
    let mut out = DayStates { codes: vec![INVALID; day.len()], contexts: vec![0; day.len()] };
    let s = Seconds::new(config);
    let mut lengths = [0; 6];
    lengths[BEFORE] = s.band - s.gap;
    lengths[FIRST] = s.band - s.two_thirds;
    lengths[LAST] = s.third;
    lengths[RECENT] = s.compression;
    lengths[REST] = s.band - s.compression;
    lengths[BURST] = s.burst;
    let (mut narrow, mut wide) = (Extremes::<i16>::new(&lengths), Extremes::<i32>::new(&lengths));
    let mut rows = (Vec::new(), Vec::new());
    let mut grid = Grid::new(s.long.max(s.volatility).max(s.lag));
    let mut batch = Batch::new(config, s, n_windows, day);
    while grid.advance(day) {
        let (base, distance) = grid.distance(day);
        batch.base = base;
        let exact = batch.fits_f64(&grid, distance);
        if distance <= i32::from(i16::MAX) {
            narrow.load(day, &grid, base);
            batch.measure(&grid, &narrow);
            batch.chunk(&grid, &narrow, exact, &mut rows, windows, &mut out);
        } else {
            wide.load(day, &grid, base);
            batch.measure(&grid, &wide);
            batch.chunk(&grid, &wide, exact, &mut rows, windows, &mut out);
        }
    }
    mark_transitions(&mut out);
    out
}

/// Lengths and ages of the windows in seconds.
#[derive(Clone, Copy)]
struct Seconds {
    band: usize,
    long: usize,
    volume: usize,
    volatility: usize,
    lag: usize,
    burst: usize,
    gap: usize,
    two_thirds: usize,
    third: usize,
    compression: usize,
}

impl Seconds {
    fn new(c: &StateConfig) -> Self {
        let band = c.band_window as usize;
        Self {
            band,
            long: c.long_window as usize,
            volume: c.volume_window as usize,
            volatility: c.volatility_window as usize,
            lag: c.momentum_lag as usize,
            burst: c.burst_window as usize,
            gap: c.breakout_gap as usize,
            two_thirds: 2 * band / 3,
            third: band / 3,
            compression: c.compression_window as usize,
        }
    }
}

struct Batch<'a> {
    config: &'a StateConfig,
    s: Seconds,
    day: &'a DayBars,
    edges: Edges,
    coder: Coder,
    /// Price that the chunk counts from.
    base: i32,
    /// First bar with one at least the momentum lag before it.
    first_lagged: usize,
    /// Range over the burst window, of each bar so far.
    ranges: Vec<i32>,
    /// Change over the momentum lag, 0 where there is none, of each bar so far.
    changes: Vec<i32>,
}

/// What the values of a block of bars are computed from.
struct Block<E> {
    /// Rows up to and with the first bar of the block.
    rows: u32,
    x: [i32; BLOCK],
    y: [i32; BLOCK],
    range: [i32; BLOCK],
    change: [i32; BLOCK],
    /// Rows before the windows of each bar.
    band_start: [u32; BLOCK],
    long_start: [u32; BLOCK],
    volume_start: [u32; BLOCK],
    volatility_start: [u32; BLOCK],
    band: Columns<E>,
    long: Columns<E>,
    volume: [E; BLOCK],
    ranges_short: [E; BLOCK],
}

impl<E: Exact> Block<E> {
    fn new() -> Self {
        Self {
            rows: 0,
            x: [0; BLOCK],
            y: [0; BLOCK],
            range: [0; BLOCK],
            change: [0; BLOCK],
            band_start: [0; BLOCK],
            long_start: [0; BLOCK],
            volume_start: [0; BLOCK],
            volatility_start: [0; BLOCK],
            band: [[E::ZERO; BLOCK]; 8],
            long: [[E::ZERO; BLOCK]; 8],
            volume: [E::ZERO; BLOCK],
            ranges_short: [E::ZERO; BLOCK],
        }
    }
}

impl<'a> Batch<'a> {
    fn new(config: &'a StateConfig, s: Seconds, n_windows: usize, day: &'a DayBars) -> Self {
        let first = i64::from(day.ts.first().copied().unwrap_or(0));
        Self {
            config,
            s,
            day,
            edges: Edges::new(config),
            coder: Coder::new(n_windows),
            base: 0,
            first_lagged: day.ts.partition_point(|&t| i64::from(t) < first + s.lag as i64),
            ranges: vec![0; day.len()],
            changes: vec![0; day.len()],
        }
    }

    /// Whether all sums and products of a chunk stay exact in `f64`.
    fn fits_f64(&self, grid: &Grid, distance: i32) -> bool {
        let n = grid.bars.len() as i64;
        let window = n.min(self.s.long as i64);
        let largest = i64::from(distance).max(grid.len() as i64);
        // Squared changes span up to twice the distance.
        let count = (window * window).max(4 * n);
        let volume = self.day.volume[grid.bars.clone()].iter().fold(0_i64, |sum, &v| sum.saturating_add(v));
        count.saturating_mul(largest * largest) <= EXACT && volume <= EXACT
    }

    /// Ranges and changes of the chunk's own bars.
    fn measure<T: Tick>(&mut self, grid: &Grid, extremes: &Extremes<T>) {
        let own = grid.own();
        for (r, &second) in self.ranges[grid.chunk.clone()].iter_mut().zip(own) {
            *r = range(extremes.at(BURST, second as usize));
        }
        let mut old = [0; BLOCK];
        let closes = &self.day.close;
        for (k, seconds) in own.chunks(BLOCK).enumerate() {
            grid.starts(seconds, self.s.lag, &mut old);
            let from = grid.chunk.start + k * BLOCK;
            for (j, &old) in old[..seconds.len()].iter().enumerate() {
                // All bars before the grid are older than the lag too.
                let before = grid.bars.start + old as usize;
                self.changes[from + j] = if before > 0 { closes[from + j] - closes[before - 1] } else { 0 };
            }
        }
    }

    fn chunk<T: Tick>(
        &self,
        grid: &Grid,
        extremes: &Extremes<T>,
        exact: bool,
        rows: &mut (Vec<Row<f64>>, Vec<Row<i64>>),
        windows: &[u8],
        out: &mut DayStates,
    ) {
        let mut leaves = [0; BLOCK];
        if exact {
            self.sum_up(grid, &mut rows.0);
            let mut block = Block::new();
            for from in grid.chunk.clone().step_by(BLOCK) {
                let bars = from..grid.chunk.end.min(from + BLOCK);
                self.gather(grid, bars.clone(), &rows.0, &mut block);
                self.leaves(&block, grid, &mut leaves);
                self.codes(grid, bars, extremes, &block.band_start, &leaves, windows, out);
            }
        } else {
            self.sum_up(grid, &mut rows.1);
            let mut block = Block::new();
            for from in grid.chunk.clone().step_by(BLOCK) {
                let bars = from..grid.chunk.end.min(from + BLOCK);
                self.gather(grid, bars.clone(), &rows.1, &mut block);
                self.leaves(&block, grid, &mut leaves);
                self.codes(grid, bars, extremes, &block.band_start, &leaves, windows, out);
            }
        }
    }

    /// Prefix sums over the bars of the grid.
    fn sum_up<E: Exact>(&self, grid: &Grid, rows: &mut Vec<Row<E>>) {
        let bars = grid.bars.clone();
        let mut sum = [E::ZERO; 8];
        rows.clear();
        rows.reserve(bars.len() + 1);
        rows.push(sum);
        let (day, base) = (self.day, self.base);
        let inputs = grid.seconds.iter().zip(&day.close[bars.clone()]).zip(&day.volume[bars.clone()]);
        let moves = self.changes[bars.clone()].iter().zip(&self.ranges[bars]);
        for (((&x, &y), &volume), (&change, &range)) in inputs.zip(moves) {
            let int = |v: i32| E::of(i64::from(v));
            let (x, y, change) = (int(x as i32), int(y - base), int(change));
            let row = [x, x.times(x), y, x.times(y), y.times(y), change.times(change), int(range), E::of(volume)];
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum = sum.plus(value);
            }
            rows.push(sum);
        }
    }

    /// Window sums of a block of bars.
    fn gather<E: Exact>(&self, grid: &Grid, bars: Range<usize>, rows: &[Row<E>], block: &mut Block<E>) {
        let m = bars.len();
        let first = bars.start - grid.bars.start;
        let seconds = &grid.seconds[first..first + m];
        block.rows = first as u32 + 1;
        for (x, &second) in block.x.iter_mut().zip(seconds) {
            *x = second as i32;
        }
        for (y, &close) in block.y.iter_mut().zip(&self.day.close[bars.clone()]) {
            *y = close - self.base;
        }
        block.range[..m].copy_from_slice(&self.ranges[bars.clone()]);
        block.change[..m].copy_from_slice(&self.changes[bars]);
        grid.starts(seconds, self.s.band, &mut block.band_start);
        grid.starts(seconds, self.s.long, &mut block.long_start);
        grid.starts(seconds, self.s.volume, &mut block.volume_start);
        grid.starts(seconds, self.s.volatility, &mut block.volatility_start);
        for (j, now) in rows[first + 1..=first + m].iter().enumerate() {
            let band = &rows[block.band_start[j] as usize];
            let long = &rows[block.long_start[j] as usize];
            for k in 0..8 {
                block.band[k][j] = now[k].minus(band[k]);
                block.long[k][j] = now[k].minus(long[k]);
            }
            block.ranges_short[j] = now[6].minus(rows[block.volatility_start[j] as usize][6]);
            block.volume[j] = now[7].minus(rows[block.volume_start[j] as usize][7]);
        }
    }

    /// Leaf and bit of volatility of each bar of a block; beyond the block's bars they mean nothing.
    fn leaves<E: Exact>(&self, block: &Block<E>, grid: &Grid, leaves: &mut [u16; BLOCK]) {
        let long_seconds = f64::from(self.config.long_window);
        // Adding 2^52 leaves a small integer in the low bits of a float.
        let magic = (1_u64 << 52) as f64;
        for (j, leaf) in leaves.iter_mut().enumerate() {
            let terms = self.terms(block, grid, j);
            let index = self.edges.leaf_and_volatility(&terms, &terms.values(long_seconds));
            *leaf = (index + magic).to_bits() as u16;
        }
    }

    #[inline]
    fn terms<E: Exact>(&self, block: &Block<E>, grid: &Grid, j: usize) -> Terms {
        let int = |v: i32| E::of(i64::from(v));
        let end = block.rows as i32 + j as i32;
        let from_first = self.base - self.day.close[0];
        let lagged = self.first_lagged.saturating_sub(grid.bars.start) as i32;
        let sums = |columns: &Columns<E>, start: u32| Sums {
            n: int(end - start as i32),
            x: columns[0][j],
            xx: columns[1][j],
            y: columns[2][j],
            xy: columns[3][j],
            yy: columns[4][j],
        };
        let band = sums(&block.band, block.band_start[j]);
        let long = sums(&block.long, block.long_start[j]);
        Terms {
            band: band.line(),
            n: band.n.rounded(),
            y_sum: band.y.plus(band.n.times(int(from_first))).rounded(),
            x_ahead: band.n.times(int(block.x[j])).minus(band.x).rounded(),
            y: f64::from(block.y[j] + from_first),
            long: long.line(),
            change: f64::from(block.change[j]),
            changes_sq: block.long[5][j].rounded(),
            n_changes: f64::from((end - (block.long_start[j] as i32).max(lagged)).max(0)),
            volume: block.volume[j].scaled(self.config.band_window),
            volume_usual: block.band[7][j].scaled(self.config.volume_window),
            range: int(block.range[j]).times(long.n).rounded(),
            ranges: block.long[6][j].rounded(),
            ranges_short: block.ranges_short[j].rounded(),
            n_long: long.n.rounded(),
            n_short: f64::from(end - block.volatility_start[j] as i32),
        }
    }

    /// Codes and bits of the bars of a block whose leaves are known.
    #[allow(clippy::too_many_arguments)]
    fn codes<T: Tick>(
        &self,
        grid: &Grid,
        bars: Range<usize>,
        extremes: &Extremes<T>,
        band_start: &[u32; BLOCK],
        leaves: &[u16; BLOCK],
        windows: &[u8],
        out: &mut DayStates,
    ) {
        let (day, s) = (self.day, &self.s);
        let first = bars.start - grid.bars.start;
        for (j, i) in bars.enumerate() {
            let row = first + j;
            let n = (row + 1) as u32 - band_start[j];
            if day.ts[i] - day.ts[0] < self.config.warmup || n < self.config.min_bars as u32 {
                continue;
            }
            let second = grid.seconds[row] as usize;
            let stretches = Stretches {
                before: extremes.at(BEFORE, second - s.gap).into(),
                first: extremes.at(FIRST, second - s.two_thirds).into(),
                last: extremes.at(LAST, second).into(),
                recent: extremes.at(RECENT, second).into(),
                rest: extremes.at(REST, second - s.compression).into(),
            };
            let pattern = stretches.pattern(day.close[i] - self.base, self.config.compression_factor);
            (out.codes[i], out.contexts[i]) = self.coder.code(leaves[j], windows[i], pattern);
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
