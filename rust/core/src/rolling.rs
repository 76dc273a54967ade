//! Rolling windows of time: where each one starts, and the extremes inside it.
//!
//! The window of `seconds` at bar `i` is the bars `j ≤ i` with `ts[j] > ts[i] − seconds`: bar `i` itself is always
//! in it, and after a gap it may be the only one.
//!
//! A day is worked on in chunks that fit the cache. Each chunk lays its bars, and those before it that its windows
//! reach, on a grid of seconds; there every window of so many seconds is a fixed number of cells, so neither the starts
//! nor the extremes need a search or a queue.
use crate::bars::DayBars;
use std::ops::Range;

/// Most bars of a chunk.
const BARS: usize = 2048;

/// Most seconds of a chunk, those that its windows reach back not counted.
const SECONDS: usize = 2 * BARS;

/// Highest high minus lowest low over the last `seconds` (at least 1) at every bar, in ticks.
#[must_use]
pub fn window_range(day: &DayBars, seconds: i32) -> Vec<i32> {
    let seconds = seconds.max(1) as usize;
    let mut out = Vec::with_capacity(day.len());
    let mut grid = Grid::new(seconds);
    let (mut narrow, mut wide) = (Extremes::<i16>::new(&[seconds]), Extremes::<i32>::new(&[seconds]));
    while grid.advance(day) {
        let (base, distance) = grid.distance(day);
        let times = grid.own();
        if distance <= i32::from(i16::MAX) {
            narrow.load(day, &grid, base);
            out.extend(times.iter().map(|&s| range(narrow.at(0, s as usize))));
        } else {
            wide.load(day, &grid, base);
            out.extend(times.iter().map(|&s| range(wide.at(0, s as usize))));
        }
    }
    out
}

/// High minus low of a pair of extremes; negative where there is no bar.
#[inline]
pub(crate) fn range(extremes: [i32; 2]) -> i32 {
    extremes[0] + extremes[1]
}

/// One chunk of a day on a grid of seconds.
///
/// Cell `reach` is the chunk's first bar. Gaps longer than `reach` are shortened to just beyond it, which no window can
/// tell apart.
pub(crate) struct Grid {
    reach: usize,
    /// The chunk's own bars.
    pub chunk: Range<usize>,
    /// The same, with the bars before that a window can reach.
    pub bars: Range<usize>,
    /// Cell of each of `bars`.
    pub seconds: Vec<u32>,
    /// How many of `bars` lie in or before each cell.
    counts: Vec<u32>,
}

impl Grid {
    /// A grid for windows of up to `reach` seconds, before the first chunk of a day.
    pub fn new(reach: usize) -> Self {
        Self { reach, chunk: 0..0, bars: 0..0, seconds: Vec::new(), counts: Vec::new() }
    }

    /// Moves to the next chunk of the day; false at its end.
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

        self.seconds.clear();
        self.seconds.extend(ts[first..from].iter().map(|&t| (reach - (now - i64::from(t))) as u32));
        let mut second = self.reach as u32;
        self.seconds.push(second);
        let longest = self.reach as u32 + 1;
        for pair in ts[from..ts.len().min(from + BARS)].windows(2) {
            second += ((pair[1] - pair[0]) as u32).min(longest);
            if second as usize >= self.reach + SECONDS {
                break;
            }
            self.seconds.push(second);
        }
        let end = first + self.seconds.len();
        self.chunk = from..end;
        self.bars = first..end;

        self.counts.clear();
        self.counts.resize(self.len(), 0);
        for &s in &self.seconds {
            self.counts[s as usize] = 1;
        }
        let mut sum = 0;
        for count in &mut self.counts {
            sum += *count;
            *count = sum;
        }
        true
    }

    /// Cells of the chunk's own bars.
    pub fn own(&self) -> &[u32] {
        &self.seconds[self.chunk.start - self.bars.start..]
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.seconds.last().map_or(0, |&s| s as usize + 1)
    }

    /// How many of `bars` are at least `age` seconds older than each of some cells of the chunk: the start of their
    /// windows of `age` seconds, counted from `bars.start`.
    pub fn starts(&self, seconds: &[u32], age: usize, out: &mut [u32]) {
        // The cells of the chunk begin at `reach`, so this never reaches back beyond the grid.
        let counts = &self.counts[self.reach - age..];
        for (start, &s) in out.iter_mut().zip(seconds) {
            *start = counts[s as usize - self.reach];
        }
    }

    /// Close of the first of `bars`, and how far any of them goes from it.
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
    pub fn load(&mut self, day: &DayBars, grid: &Grid, base: i32) {
        let cells = grid.len();
        self.power.clear();
        self.power.resize(cells, [T::NONE; 2]);
        self.doubled.resize(cells, [T::NONE; 2]);
        let bars = grid.bars.clone();
        for ((&second, &high), &low) in grid.seconds.iter().zip(&day.high[bars.clone()]).zip(&day.low[bars]) {
            self.power[second as usize] = [T::of(high - base), T::of(base - low)];
        }
        let mut power = 1;
        for &(length, at) in &self.lengths {
            while 2 * power <= length {
                later_maximum(&self.power, power, &mut self.doubled);
                std::mem::swap(&mut self.power, &mut self.doubled);
                power *= 2;
            }
            let window = &mut self.windows[at];
            window.resize(cells, [T::NONE; 2]);
            later_maximum(&self.power, length - power, window);
        }
    }

    /// Highest high and negated lowest low over window `at` that ends in a cell; [`Tick::NONE`] if it has no bar.
    #[inline]
    pub fn at(&self, at: usize, second: usize) -> [i32; 2] {
        let [up, down] = self.windows[at][second];
        [up.into(), down.into()]
    }
}

/// The maximum of each cell and the one `by` cells before it.
fn later_maximum<T: Tick>(cells: &[[T; 2]], by: usize, out: &mut [[T; 2]]) {
    let by = by.min(cells.len());
    out[..by].copy_from_slice(&cells[..by]);
    let (late, early) = (cells[by..].as_flattened(), cells.as_flattened());
    for ((o, &a), &b) in out[by..].as_flattened_mut().iter_mut().zip(late).zip(early) {
        *o = a.max(b);
    }
}
