//! Blocks of bars in columns: from prefix sums to the terms of every bar.
#![allow(clippy::inline_always)] // see `simd`
use super::config::StateConfig;
use super::exact::{Exact, Sums};
use super::features::Terms;
use crate::bars::DayBars;
use crate::rolling::Grid;
use std::ops::Range;

/// Bars that are finished together; their columns fit the first-level cache.
pub(super) const BLOCK: usize = 64;

/// One number a bar of a block.
pub(super) type Column<N> = [N; BLOCK];

/// Sums over some bars, in the order of the constants below.
type Row<E> = [E; 8];

const X: usize = 0;
const XX: usize = 1;
const Y: usize = 2;
const XY: usize = 3;
const YY: usize = 4;
const VOLUME: usize = 5;
const RANGE: usize = 6;
const CHANGE_SQ: usize = 7;

/// Lengths and ages of the windows in seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seconds {
    pub band: usize,
    pub long: usize,
    pub volume: usize,
    pub volatility: usize,
    pub lag: usize,
}

impl Seconds {
    pub fn new(c: &StateConfig) -> Self {
        Self {
            band: c.band_window as usize,
            long: c.long_window as usize,
            volume: c.volume_window as usize,
            volatility: c.volatility_window as usize,
            lag: c.momentum_lag as usize,
        }
    }

    /// How far any of them reaches back.
    pub fn reach(&self) -> usize {
        self.long.max(self.volatility).max(self.lag)
    }
}

/// What the sums of a chunk are made of.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    pub day: &'a DayBars,
    pub grid: &'a Grid,
    pub seconds: Seconds,
    /// Price that y counts from.
    pub base: i32,
    /// First bar of the day with one at least the momentum lag before it.
    pub first_lagged: usize,
    /// For each bar of the grid: range over the burst window.
    pub ranges: &'a [i32],
    /// Change over the momentum lag, 0 where there is none.
    pub changes: &'a [i32],
}

/// Prefix sums of the bars that a window can still reach; the row of a bar holds the sums before it.
pub(super) struct Ring<E> {
    /// By number of the row modulo the length, a power of two.
    rows: Vec<Row<E>>,
    sum: Row<E>,
}

impl<E: Exact> Ring<E> {
    /// For windows of up to `reach` bars.
    pub fn new(reach: usize) -> Self {
        Self { rows: vec![[E::ZERO; 8]; (reach + BLOCK + 1).next_power_of_two()], sum: [E::ZERO; 8] }
    }

    /// Starts anew before the first bar of a grid.
    pub fn restart(&mut self) {
        self.sum = [E::ZERO; 8];
        self.rows[0] = self.sum;
    }

    /// Sums on over some bars, given by their places in the grid.
    #[inline(always)]
    pub fn extend(&mut self, inputs: &Inputs, places: Range<usize>) {
        let Inputs { day, grid, base, ranges, changes, .. } = *inputs;
        let bars = grid.bars.start + places.start..grid.bars.start + places.end;
        let mask = self.rows.len() - 1;
        let rows = (places.start + 1..).map(|row| row & mask);
        let values = grid.cells[places.clone()].iter().zip(&day.close[bars.clone()]).zip(&day.volume[bars]);
        let moves = ranges[places.clone()].iter().zip(&changes[places]);
        let mut sum = self.sum;
        for (row, (((&x, &y), &volume), (&range, &change))) in rows.zip(values.zip(moves)) {
            let int = |v: i32| E::of(i64::from(v));
            let (x, y, change) = (int(x as i32), int(y - base), int(change));
            let one = [x, x.times(x), y, x.times(y), y.times(y), E::of(volume), int(range), change.times(change)];
            for (sum, value) in sum.iter_mut().zip(one) {
                *sum = sum.plus(value);
            }
            self.rows[row] = sum;
        }
        self.sum = sum;
    }
}

/// Window sums and everything else that the terms of a block of bars are made of.
pub(super) struct Block<E> {
    /// Row after the first bar.
    rows: i32,
    x: Column<i32>,
    y: Column<i32>,
    range: Column<i32>,
    change: Column<i32>,
    /// First rows of the windows.
    band_start: Column<i32>,
    long_start: Column<i32>,
    volatility_start: Column<i32>,
    band: [Column<E>; 6],
    long: [Column<E>; 8],
    volume: Column<E>,
    ranges_short: Column<E>,
}

impl<E: Exact> Block<E> {
    pub fn new() -> Self {
        Self {
            rows: 0,
            x: [0; BLOCK],
            y: [0; BLOCK],
            range: [0; BLOCK],
            change: [0; BLOCK],
            band_start: [0; BLOCK],
            long_start: [0; BLOCK],
            volatility_start: [0; BLOCK],
            band: [[E::ZERO; BLOCK]; 6],
            long: [[E::ZERO; BLOCK]; 8],
            volume: [E::ZERO; BLOCK],
            ranges_short: [E::ZERO; BLOCK],
        }
    }

    /// Takes some bars, given by their places in the grid, whose rows the ring has.
    #[inline(always)]
    pub fn gather(&mut self, inputs: &Inputs, ring: &Ring<E>, places: Range<usize>) {
        let Inputs { day, grid, seconds, base, ranges, changes, .. } = *inputs;
        let bars = grid.bars.start + places.start..grid.bars.start + places.end;
        let m = places.len();
        let cells = &grid.cells[places.clone()];
        self.rows = places.start as i32 + 1;
        for (x, &cell) in self.x.iter_mut().zip(cells) {
            *x = cell as i32;
        }
        for (y, &close) in self.y.iter_mut().zip(&day.close[bars]) {
            *y = close - base;
        }
        self.range[..m].copy_from_slice(&ranges[places.clone()]);
        self.change[..m].copy_from_slice(&changes[places.clone()]);

        let rows = &ring.rows[..];
        let mask = rows.len() - 1;
        for (j, &cell) in cells.iter().enumerate().take(BLOCK) {
            let now = &rows[(places.start + j + 1) & mask];
            let band_start = grid.start(cell, seconds.band);
            let long_start = grid.start(cell, seconds.long);
            let volatility_start = grid.start(cell, seconds.volatility);
            let volume_start = grid.start(cell, seconds.volume);
            self.band_start[j] = band_start as i32;
            self.long_start[j] = long_start as i32;
            self.volatility_start[j] = volatility_start as i32;
            let then = &rows[band_start as usize & mask];
            for k in [X, XX, Y, XY, YY, VOLUME] {
                self.band[k][j] = now[k].minus(then[k]);
            }
            let then = &rows[long_start as usize & mask];
            for k in [X, XX, Y, XY, YY, RANGE, CHANGE_SQ] {
                self.long[k][j] = now[k].minus(then[k]);
            }
            self.ranges_short[j] = now[RANGE].minus(rows[volatility_start as usize & mask][RANGE]);
            self.volume[j] = now[VOLUME].minus(rows[volume_start as usize & mask][VOLUME]);
        }
    }

    /// Bars in the band window of bar `j`.
    #[inline(always)]
    pub fn count(&self, j: usize) -> i32 {
        self.rows + j as i32 - self.band_start[j]
    }

    /// Terms of bar `j`.
    #[inline(always)]
    pub fn terms(&self, inputs: &Inputs, j: usize) -> Terms {
        let Inputs { day, grid, seconds, base, first_lagged, .. } = *inputs;
        let int = |v: i32| E::of(i64::from(v));
        let end = self.rows + j as i32;
        // z is rounded, so it must be computed from the origin that the streaming form has.
        let from_first = base - day.close[0];
        let lagged = first_lagged.saturating_sub(grid.bars.start) as i32;
        let (b, l) = (&self.band, &self.long);
        let n = int(end - self.band_start[j]);
        let n_long = int(end - self.long_start[j]);
        let band = Sums { n, x: b[X][j], xx: b[XX][j], y: b[Y][j], xy: b[XY][j], yy: b[YY][j] };
        let long = Sums { n: n_long, x: l[X][j], xx: l[XX][j], y: l[Y][j], xy: l[XY][j], yy: l[YY][j] };
        Terms {
            band: band.line(),
            n: n.rounded(),
            y_sum: band.y.plus(n.times(int(from_first))).rounded(),
            x_ahead: n.times(int(self.x[j])).minus(band.x).rounded(),
            y: f64::from(self.y[j] + from_first),
            long: long.line(),
            change: f64::from(self.change[j]),
            changes_sq: l[CHANGE_SQ][j].rounded(),
            n_changes: f64::from((end - self.long_start[j].max(lagged)).max(0)),
            volume: self.volume[j].scaled(seconds.band as i32),
            volume_usual: b[VOLUME][j].scaled(seconds.volume as i32),
            range: int(self.range[j]).times(n_long).rounded(),
            ranges: l[RANGE][j].rounded(),
            ranges_short: self.ranges_short[j].rounded(),
            n_long: n_long.rounded(),
            n_short: f64::from(end - self.volatility_start[j]),
        }
    }
}
