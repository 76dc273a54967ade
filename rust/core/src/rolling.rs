//! Rolling windows of time: where each one starts, and the extremes inside it.
//!
//! The window of `seconds` at bar `i` is the bars `j ≤ i` with `ts[j] > ts[i] − seconds`: bar `i` itself is always
//! in it, and after a gap it may be the only one.
use crate::bars::DayBars;
use std::ops::Range;

/// Bars that are worked on together: few enough for their tables to stay in the cache.
pub(crate) const CHUNK: usize = 4096;

/// Highest high minus lowest low over the last `seconds` (at least 1) at every bar, in ticks.
#[must_use]
pub fn window_range(day: &DayBars, seconds: i32) -> Vec<i32> {
    let seconds = seconds.max(1);
    if fits_i16(day) { ranges::<i16>(day, seconds) } else { ranges::<i32>(day, seconds) }
}

fn ranges<T: Tick>(day: &DayBars, seconds: i32) -> Vec<i32> {
    let n = day.len();
    let clock = Clock::new(&day.ts, seconds);
    let mut out = vec![0; n];
    let mut extremes = Extremes::<T>::default();
    let mut starts = vec![0; CHUNK.min(n)];
    for from in (0..n).step_by(CHUNK) {
        let to = n.min(from + CHUNK);
        let starts = &mut starts[..to - from];
        clock.bars_until(&day.ts[from..to], seconds, starts);
        extremes.load(day, starts[0] as usize..to, seconds);
        for (i, (range, &start)) in out[from..to].iter_mut().zip(starts.iter()).enumerate() {
            let [up, down] = extremes.over(start as usize, from + i + 1);
            *range = up + down;
        }
    }
    out
}

/// Whether all prices lie so near to the first close that their distances fit an `i16`.
pub(crate) fn fits_i16(day: &DayBars) -> bool {
    let base = day.close.first().copied().unwrap_or(0);
    let far = |p: i32| (i64::from(p) - i64::from(base)).abs() > i64::from(i16::MAX);
    !day.high.iter().copied().any(far) && !day.low.iter().copied().any(far)
}

/// Answers "how many bars are at least so many seconds old" for every bar.
pub(crate) struct Clock<'a> {
    ts: &'a [i32],
    /// Number of bars up to each second, from `longest` seconds before the first bar on; empty if the bars are too
    /// far apart for such a table.
    counts: Vec<u32>,
    longest: i32,
}

impl<'a> Clock<'a> {
    /// A clock of rising times for ages up to `longest` seconds.
    pub fn new(ts: &'a [i32], longest: i32) -> Self {
        let mut counts = Vec::new();
        if let (Some(&first), Some(&last)) = (ts.first(), ts.last()) {
            let span = (i64::from(last) - i64::from(first) + 1) as usize + longest as usize;
            if span <= 16 * ts.len() + (1 << 18) {
                counts = vec![0; span];
                for &t in ts {
                    counts[(t - first) as usize + longest as usize] = 1;
                }
                let mut sum = 0;
                for c in &mut counts {
                    sum += *c;
                    *c = sum;
                }
            }
        }
        Self { ts, counts, longest }
    }

    /// For each of `times`, the number of bars of the day with `ts ≤ time − age`: the start of the window of `age`
    /// seconds, and one past the last bar that is so old.
    pub fn bars_until(&self, times: &[i32], age: i32, out: &mut [u32]) {
        if self.counts.is_empty() {
            for (o, &t) in out.iter_mut().zip(times) {
                *o = self.ts.partition_point(|&u| i64::from(u) <= i64::from(t) - i64::from(age)) as u32;
            }
        } else {
            let first = self.ts[0];
            let counts = &self.counts[(self.longest - age) as usize..];
            for (o, &t) in out.iter_mut().zip(times) {
                *o = counts[(t - first) as usize];
            }
        }
    }
}

/// Ticks from the day's first close, as narrow as the day allows.
pub(crate) trait Tick: Copy + Ord + Default + Into<i32> {
    /// The value, which the caller has checked to fit.
    fn of(x: i32) -> Self;
}

impl Tick for i16 {
    #[inline]
    fn of(x: i32) -> Self {
        x as Self
    }
}

impl Tick for i32 {
    #[inline]
    fn of(x: i32) -> Self {
        x
    }
}

/// Extremes over any short run of a stretch of bars: a sparse table.
///
/// Row `k` holds the extremes of the `2^k` bars from each bar on, so two overlapping entries of one row cover any run.
/// Highs and negated lows are kept side by side, both relative to the day's first close, both as maxima.
#[derive(Default)]
pub(crate) struct Extremes<T> {
    cells: Vec<[T; 2]>,
    first: usize,
    len: usize,
}

impl<T: Tick> Extremes<T> {
    /// Takes a stretch of bars for runs of up to `longest` bars.
    pub fn load(&mut self, day: &DayBars, bars: Range<usize>, longest: i32) {
        let base = day.close[0];
        self.first = bars.start;
        self.len = bars.len();
        let rows = (longest as usize).min(self.len).ilog2() as usize + 1;
        self.cells.resize(self.cells.len().max(rows * self.len), [T::default(); 2]);
        for ((cell, &high), &low) in self.cells.iter_mut().zip(&day.high[bars.clone()]).zip(&day.low[bars]) {
            *cell = [T::of(high - base), T::of(base - low)];
        }
        for k in 1..rows {
            let (done, rest) = self.cells.split_at_mut(k * self.len);
            let half = &done[(k - 1) * self.len..];
            let count = self.len + 1 - (1 << k);
            let (a, b) = (half[..count].as_flattened(), half[1 << (k - 1)..][..count].as_flattened());
            for ((o, &a), &b) in rest[..count].as_flattened_mut().iter_mut().zip(a).zip(b) {
                *o = a.max(b);
            }
        }
    }

    /// Highest high and negated lowest low over the bars `from..to`, of which there must be one.
    #[inline]
    pub fn over(&self, from: usize, to: usize) -> [i32; 2] {
        let k = (to - from).ilog2() as usize;
        let at = (k * self.len).wrapping_sub(self.first);
        let (a, b) = (self.cells[at.wrapping_add(from)], self.cells[at.wrapping_add(to) - (1 << k)]);
        [a[0].max(b[0]).into(), a[1].max(b[1]).into()]
    }
}
