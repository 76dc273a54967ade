//! Rolling windows of time: where each one starts, and the extremes inside it.
//!
//! The window of `seconds` at bar `i` is the bars `j ≤ i` with `ts[j] > ts[i] − seconds`: bar `i` itself is always
//! in it, and after a gap it may be the only one.
//!
//! A day is worked on in chunks that fit the cache. Each chunk lays its bars, and those before it that its windows
//! reach, on a grid of seconds; there every window of so many seconds is a fixed number of cells, so neither the starts
//! nor the extremes need a search or a queue.
#![allow(clippy::inline_always)] // see `simd`
use crate::bars::DayBars;
use crate::simd::{Kernel, widest};
use std::ops::Range;

/// Most bars of a chunk.
const BARS: usize = 2048;

/// Most seconds of a chunk, those that its windows reach back not counted.
const SECONDS: usize = 2 * BARS;

/// Highest high minus lowest low over the last `seconds` (at least 1) at every bar, in ticks.
#[must_use]
pub fn window_range(day: &DayBars, seconds: i32) -> Vec<i32> {
    let mut out = Vec::with_capacity(day.len());
    widest(Ranges { day, seconds: seconds.max(1) as usize, out: &mut out });
    out
}

struct Ranges<'a> {
    day: &'a DayBars,
    seconds: usize,
    out: &'a mut Vec<i32>,
}

impl Kernel for Ranges<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const AVX2: bool>(self) {
        let Self { day, seconds, out } = self;
        let mut grid = Grid::new(seconds);
        let (mut narrow, mut broad) = (Extremes::<i16>::new(&[seconds]), Extremes::<i32>::new(&[seconds]));
        while grid.advance(day) {
            let (base, distance) = grid.distance(day);
            if distance <= i32::from(i16::MAX) {
                narrow.load(day, &grid, base);
                out.extend(grid.own().iter().map(|&cell| range(narrow.window(0)[cell as usize])));
            } else {
                broad.load(day, &grid, base);
                out.extend(grid.own().iter().map(|&cell| range(broad.window(0)[cell as usize])));
            }
        }
    }
}

/// High minus low of a pair of extremes; negative where there is no bar.
#[inline]
pub(crate) fn range<T: Tick>(extremes: [T; 2]) -> i32 {
    extremes[0].into() + extremes[1].into()
}

/// One chunk of a day on a grid of seconds.
///
/// Cell `reach` is the chunk's first bar. Gaps longer than `reach` are shortened to it, which no window can tell apart.
pub(crate) struct Grid {
    reach: usize,
    /// The chunk's own bars.
    pub chunk: Range<usize>,
    /// The same, with the bars before that a window can reach.
    pub bars: Range<usize>,
    /// Cell of each of `bars`.
    pub cells: Vec<u32>,
    /// How many of `bars` lie in or before each cell.
    counts: Vec<u32>,
}

impl Grid {
    /// A grid for windows of up to `reach` seconds, before the first chunk of a day.
    pub fn new(reach: usize) -> Self {
        Self { reach, chunk: 0..0, bars: 0..0, cells: Vec::new(), counts: Vec::new() }
    }

    /// Moves to the next chunk of the day; false at its end.
    #[inline(always)]
    pub fn advance(&mut self, day: &DayBars) -> bool {
        let ts = &day.ts;
        let from = self.chunk.end;
        if from >= ts.len() {
            return false;
        }
        let reach = self.reach as i64;
        let now = i64::from(ts[from]);
        let mut first = self.bars.start;
        first += ts[first..from].partition_point(|&t| i64::from(t) <= now - reach);

        self.cells.clear();
        self.cells.extend(ts[first..from].iter().map(|&t| (reach - (now - i64::from(t))) as u32));
        let mut cell = self.reach as u32;
        self.cells.push(cell);
        for pair in ts[from..ts.len().min(from + BARS)].windows(2) {
            cell += ((pair[1] - pair[0]) as u32).min(self.reach as u32);
            if cell as usize >= self.reach + SECONDS {
                break;
            }
            self.cells.push(cell);
        }
        let end = first + self.cells.len();
        self.chunk = from..end;
        self.bars = first..end;

        self.counts.clear();
        self.counts.resize(self.len(), 0);
        for &s in &self.cells {
            self.counts[s as usize] = 1;
        }
        let mut sum = 0;
        for count in &mut self.counts {
            sum += *count;
            *count = sum;
        }
        true
    }

    /// Cells of the chunk's own bars, from `reach` on.
    pub fn own(&self) -> &[u32] {
        &self.cells[self.chunk.start - self.bars.start..]
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.last().map_or(0, |&s| s as usize + 1)
    }

    /// How many of `bars` are at least `age` seconds older than one of the chunk's own cells: where its window of `age`
    /// seconds starts, counted from `bars.start`.
    #[inline(always)]
    pub fn start(&self, cell: u32, age: usize) -> u32 {
        self.counts[cell as usize - age]
    }

    /// Close of the first of `bars`, and how far any of them goes from it.
    #[inline(always)]
    pub fn distance(&self, day: &DayBars) -> (i32, i32) {
        let base = day.close[self.bars.start];
        let high = day.high[self.bars.clone()].iter().fold(base, |m, &p| m.max(p));
        let low = day.low[self.bars.clone()].iter().fold(base, |m, &p| m.min(p));
        (base, (high - base).max(base - low))
    }
}

/// Ticks from a near price, as narrow as the bars allow.
pub(crate) trait Tick: Copy + Ord + Into<i32> {
    /// Below all prices.
    const NONE: Self;
    /// The value, which the caller has checked to fit.
    fn of(x: i32) -> Self;
}

impl Tick for i16 {
    const NONE: Self = Self::MIN;

    #[inline]
    fn of(x: i32) -> Self {
        x as Self
    }
}

impl Tick for i32 {
    // The sum of two must not overflow.
    const NONE: Self = Self::MIN / 2;

    #[inline]
    fn of(x: i32) -> Self {
        x
    }
}

/// Highest highs and negated lowest lows over windows of some lengths that end at each cell of a grid.
///
/// Windows of 1, 2, 4, … seconds come from the maximum of two half as long, those of other lengths from two of the next
/// shorter power of two that overlap. All passes are straight loops over neighbouring cells.
pub(crate) struct Extremes<T> {
    /// Length in seconds and index for the caller, by rising length.
    lengths: Vec<(usize, usize)>,
    power: Vec<[T; 2]>,
    doubled: Vec<[T; 2]>,
    windows: Vec<Vec<[T; 2]>>,
}

impl<T: Tick> Extremes<T> {
    /// For windows of these lengths, each at least 1.
    pub fn new(lengths: &[usize]) -> Self {
        let mut order: Vec<_> = lengths.iter().copied().enumerate().map(|(at, length)| (length, at)).collect();
        order.sort_unstable();
        Self {
            lengths: order,
            power: Vec::new(),
            doubled: Vec::new(),
            windows: lengths.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Takes the bars of a grid, whose distances from `base` must fit.
    #[inline(always)]
    pub fn load(&mut self, day: &DayBars, grid: &Grid, base: i32) {
        let cells = grid.len();
        self.power.clear();
        self.power.resize(cells, [T::NONE; 2]);
        self.doubled.resize(cells, [T::NONE; 2]);
        let bars = grid.bars.clone();
        for ((&cell, &high), &low) in grid.cells.iter().zip(&day.high[bars.clone()]).zip(&day.low[bars]) {
            self.power[cell as usize] = [T::of(high - base), T::of(base - low)];
        }
        let Self { lengths, power, doubled, windows } = self;
        let mut seconds = 1;
        for &(length, at) in lengths.iter() {
            while 2 * seconds <= length {
                later_maximum(power, seconds, doubled);
                std::mem::swap(power, doubled);
                seconds *= 2;
            }
            let window = &mut windows[at];
            window.resize(cells, [T::NONE; 2]);
            later_maximum(power, length - seconds, window);
        }
    }

    /// Highest high and negated lowest low over window `at` ending in each cell, [`Tick::NONE`] where it has no bar.
    #[inline]
    pub fn window(&self, at: usize) -> &[[T; 2]] {
        &self.windows[at]
    }
}

/// The maximum of each cell and the one `by` cells before it.
#[inline(always)]
fn later_maximum<T: Tick>(cells: &[[T; 2]], by: usize, out: &mut [[T; 2]]) {
    let by = by.min(cells.len());
    out[..by].copy_from_slice(&cells[..by]);
    let (late, early) = (cells[by..].as_flattened(), cells.as_flattened());
    for ((o, &a), &b) in out[by..].as_flattened_mut().iter_mut().zip(late).zip(early) {
        *o = a.max(b);
    }
}
