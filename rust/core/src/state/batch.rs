//! The batch form: a whole day at once, several times faster than bar by bar.
//!
//! Window sums are differences of prefix sums, extremes come from a grid of seconds, and everything that is arithmetic
//! runs over blocks of columns so that the compiler can use vectors.
#![allow(clippy::inline_always)] // see `simd`
use super::block::{BLOCK, Block, Column, Inputs, Ring, Seconds};
use super::config::StateConfig;
use super::exact::Exact;
use super::features::{Coder, Edges, Features, Stretches};
use super::transition::Transition;
use super::{DayStates, INVALID};
use crate::bars::DayBars;
use crate::rolling::{Extremes, Grid, Tick, range};
use crate::simd::{Kernel, widest};
use std::ops::Range;

/// Integers up to this are exact in `f64`.
const EXACT: i64 = 1 << 53;

/// Codes and contexts of a day whose session windows are checked.
pub(super) fn run(config: &StateConfig, n_windows: usize, day: &DayBars, windows: &[u8]) -> DayStates {
    let mut out = DayStates { codes: vec![INVALID; day.len()], contexts: vec![0; day.len()] };
    widest(Batch { config, n_windows, day, windows, out: &mut out, features: None });
    Transition::new(config, n_windows).mark(&day.ts, &mut out);
    out
}

/// Features of a day.
pub(super) fn features(config: &StateConfig, day: &DayBars) -> Features {
    let mut out = DayStates { codes: vec![INVALID; day.len()], contexts: vec![0; day.len()] };
    let mut features = Features::invalid(day.len());
    let windows = vec![0; day.len()];
    widest(Batch { config, n_windows: 1, day, windows: &windows, out: &mut out, features: Some(&mut features) });
    features
}

/// All codes of a day, without the bits of transitions.
struct Batch<'a> {
    config: &'a StateConfig,
    n_windows: usize,
    day: &'a DayBars,
    windows: &'a [u8],
    out: &'a mut DayStates,
    features: Option<&'a mut Features>,
}

impl Kernel for Batch<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const AVX2: bool>(self) {
        let Self { config, n_windows, day, windows, out, features } = self;
        let seconds = Seconds::new(config);
        let first_s = day.ts.first().map_or(0, |&t| i64::from(t));
        let first_lagged = day.ts.partition_point(|&t| i64::from(t) < first_s + seconds.lag as i64);
        let reach = seconds.reach().min(day.len());
        let (mut floats, mut integers) = (Ring::<f64>::new(reach), Ring::<i64>::new(reach));
        let stretches = StretchSeconds::new(config);
        let lengths = stretches.lengths();
        let (mut narrow, mut broad) = (Extremes::<i16>::new(&lengths), Extremes::<i32>::new(&lengths));
        let mut moves = Moves::default();
        let (edges, coder) = (Edges::new(config), Coder::new(n_windows));
        let mut finish = Finish { config, day, windows, stretches, edges, coder, out, features };

        let mut grid = Grid::new(seconds.reach());
        while grid.advance(day) {
            let (base, distance) = grid.distance(day);
            let fits = distance <= i32::from(i16::MAX);
            if fits {
                narrow.load(day, &grid, base);
                moves.follow(day, &grid, &narrow, seconds.lag);
            } else {
                broad.load(day, &grid, base);
                moves.follow(day, &grid, &broad, seconds.lag);
            }
            let Moves { ranges, changes } = &moves;
            let inputs = Inputs { day, grid: &grid, seconds, base, first_lagged, ranges, changes };
            match (fits, exact_in_f64(&inputs, distance)) {
                (true, true) => finish.chunk(&inputs, &narrow, &mut floats),
                (true, false) => finish.chunk(&inputs, &narrow, &mut integers),
                (false, true) => finish.chunk(&inputs, &broad, &mut floats),
                (false, false) => finish.chunk(&inputs, &broad, &mut integers),
            }
        }
    }
}

/// Whether all sums and products of a chunk stay exact in `f64`.
#[inline(always)]
fn exact_in_f64(inputs: &Inputs, distance: i32) -> bool {
    let grid = inputs.grid;
    let n = grid.bars.len() as i64;
    let window = n.min(inputs.seconds.long as i64);
    let largest = i64::from(distance).max(grid.len() as i64);
    // A change can reach back to a price from before the grid.
    let change = inputs.changes.iter().fold(0, |most, &c| most.max(c.abs()));
    let change = i64::from(change);
    let volume: i64 = inputs.day.volume[grid.bars.clone()].iter().sum();
    let squares = (window * window).max(n).saturating_mul(largest * largest);
    squares <= EXACT && n * change * change <= EXACT && volume <= EXACT
}

/// What each bar of the grid did: range over the burst window, and change over the momentum lag (0 where no bar lies so
/// far back).
#[derive(Default)]
struct Moves {
    ranges: Vec<i32>,
    changes: Vec<i32>,
}

impl Moves {
    /// Adds the chunk's own bars and forgets those that the grid has left.
    #[inline(always)]
    fn follow<T: Tick>(&mut self, day: &DayBars, grid: &Grid, extremes: &Extremes<T>, lag: usize) {
        let own = grid.own();
        let kept = grid.bars.len() - own.len();
        self.ranges.drain(..self.ranges.len() - kept);
        self.changes.drain(..self.changes.len() - kept);
        let burst = extremes.window(BURST);
        self.ranges.extend(own.iter().map(|&cell| range(burst[cell as usize])));
        self.changes.extend(own.iter().zip(&day.close[grid.chunk.clone()]).map(|(&cell, &close)| {
            // All bars before the grid are older than the lag too.
            let before = grid.bars.start + grid.start(cell, lag) as usize;
            if before > 0 { close - day.close[before - 1] } else { 0 }
        }));
    }
}

const BEFORE: usize = 0;
const FIRST: usize = 1;
const LAST: usize = 2;
const RECENT: usize = 3;
const REST: usize = 4;
const BURST: usize = 5;

/// What the patterns look back on, in seconds.
#[derive(Clone, Copy)]
struct StretchSeconds {
    band: usize,
    gap: usize,
    compression: usize,
    burst: usize,
}

impl StretchSeconds {
    fn new(c: &StateConfig) -> Self {
        Self {
            band: c.band_window as usize,
            gap: c.breakout_gap as usize,
            compression: c.compression_window as usize,
            burst: c.burst_window as usize,
        }
    }

    /// Length of each stretch; those that do not end now end `gap`, two thirds or `compression` seconds ago.
    fn lengths(self) -> [usize; 6] {
        let mut lengths = [0; 6];
        lengths[BEFORE] = self.band - self.gap;
        lengths[FIRST] = self.band - self.two_thirds();
        lengths[LAST] = self.band / 3;
        lengths[RECENT] = self.compression;
        lengths[REST] = self.band - self.compression;
        lengths[BURST] = self.burst;
        lengths
    }

    fn two_thirds(self) -> usize {
        2 * self.band / 3
    }
}

/// From terms to codes.
struct Finish<'a> {
    config: &'a StateConfig,
    day: &'a DayBars,
    windows: &'a [u8],
    stretches: StretchSeconds,
    edges: Edges,
    coder: Coder,
    out: &'a mut DayStates,
    features: Option<&'a mut Features>,
}

impl Finish<'_> {
    #[inline(always)]
    fn chunk<T: Tick, E: Exact>(&mut self, inputs: &Inputs, extremes: &Extremes<T>, ring: &mut Ring<E>) {
        let grid = inputs.grid;
        let own = grid.bars.len() - grid.chunk.len();
        ring.restart();
        ring.extend(inputs, 0..own);
        let mut block = Block::new();
        let mut leaves = [0; BLOCK];
        for from in (own..grid.bars.len()).step_by(BLOCK) {
            let places = from..grid.bars.len().min(from + BLOCK);
            ring.extend(inputs, places.clone());
            block.gather(inputs, ring, places.clone());
            self.leaves(inputs, &block, &mut leaves);
            self.codes(grid, inputs.base, places.clone(), extremes, &block, &leaves);
            if self.features.is_some() {
                self.record(inputs, &block, places);
            }
        }
    }

    /// Keeps the features of the bars of a block.
    fn record<E: Exact>(&mut self, inputs: &Inputs, block: &Block<E>, places: Range<usize>) {
        let Some(features) = &mut self.features else { return };
        for (j, place) in places.enumerate() {
            let bar = inputs.grid.bars.start + place;
            features.range[bar] = inputs.ranges[place];
            if self.out.codes[bar] != INVALID {
                let terms = block.terms(inputs, j);
                features.set(bar, &terms, &terms.values(f64::from(self.config.long_window)));
            }
        }
    }

    /// Leaf and bit of volatility of each bar of a block; beyond the block's bars they mean nothing.
    #[inline(always)]
    fn leaves<E: Exact>(&self, inputs: &Inputs, block: &Block<E>, leaves: &mut Column<u16>) {
        let long_seconds = f64::from(self.config.long_window);
        // Adding 2^52 leaves a small integer in the low bits of a float.
        let magic = (1_u64 << 52) as f64;
        for (j, leaf) in leaves.iter_mut().enumerate() {
            let terms = block.terms(inputs, j);
            let index = self.edges.leaf_and_volatility(&terms, &terms.values(long_seconds));
            *leaf = (index + magic).to_bits() as u16;
        }
    }

    /// Codes and bits of the bars of a block whose leaves are known.
    #[inline(always)]
    fn codes<T: Tick, E: Exact>(
        &mut self,
        grid: &Grid,
        base: i32,
        places: Range<usize>,
        extremes: &Extremes<T>,
        block: &Block<E>,
        leaves: &Column<u16>,
    ) {
        let s = self.stretches;
        let before = extremes.window(BEFORE);
        let first = extremes.window(FIRST);
        let last = extremes.window(LAST);
        let recent = extremes.window(RECENT);
        let rest = extremes.window(REST);
        let bars = grid.bars.start + places.start..grid.bars.start + places.end;
        let (warmup, min_bars, factor) = (self.config.warmup, self.config.min_bars, self.config.compression_factor);
        let start = self.day.ts[0];
        let times = self.day.ts[bars.clone()].iter().zip(&grid.cells[places]);
        let inputs = times.zip(&self.day.close[bars.clone()]).zip(&self.windows[bars.clone()]).zip(leaves);
        let outputs = self.out.codes[bars.clone()].iter_mut().zip(&mut self.out.contexts[bars]);
        for (j, (((((&ts, &cell), &close), &window), &leaf), (code, bits))) in inputs.zip(outputs).enumerate() {
            if ts - start < warmup || block.count(j) < min_bars {
                continue;
            }
            let cell = cell as usize;
            let stretches = Stretches {
                before: before[cell - s.gap].into(),
                first: first[cell - s.two_thirds()].into(),
                last: last[cell].into(),
                recent: recent[cell].into(),
                rest: rest[cell - s.compression].into(),
            };
            (*code, *bits) = self.coder.code(leaf, window, stretches.pattern(close - base, factor));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars a second apart whose prices jump about by up to `step` ticks.
    fn day(step: i32) -> DayBars {
        let n = 5_000;
        let mut state = 1_u32;
        let mut price = 0;
        let close: Vec<i32> = (0..n)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                price = (price + (state >> 8) as i32 % (2 * step + 1) - step).clamp(-500_000, 500_000);
                price
            })
            .collect();
        DayBars {
            ts: (0..n).collect(),
            open: close.clone(),
            high: close.iter().map(|c| c + 2).collect(),
            low: close.iter().map(|c| c - 1).collect(),
            volume: close.iter().map(|c| i64::from(c & 15)).collect(),
            close,
            open_ns: 0,
            close_s: n,
            tick_size: 1.0,
        }
    }

    #[test]
    fn wider_instructions_change_nothing() {
        let config = StateConfig::default();
        for step in [1, 20, 5_000, 100_000] {
            let day = day(step).new().unwrap();
            let windows = vec![0; day.len()];
            let blank = || DayStates { codes: vec![INVALID; day.len()], contexts: vec![0; day.len()] };
            let (mut plain, mut wide) = (blank(), blank());
            let batch =
                |out| Batch { config: &config, n_windows: 1, day: &day, windows: &windows, out, features: None };
            batch(&mut plain).run::<false>();
            widest(batch(&mut wide));
            assert_eq!(plain, wide);
        }
    }
}
