//! First passages: the first bar of a stretch at which the price leaves a band.
//!
//! Most trades end by the clock with nothing having happened before, so that is what is asked first, and answered without
//! a loop: sixteen bars at either end of the stretch, and between them the extremes of blocks of sixteen from a sparse table
//! (Bender and Farach-Colton, 2000). Prices are 16 bits relative to the day's lowest: half the memory, and sixteen to a vector.
use crate::{bars::DayBars, simd};
use std::ops::Range;

/// Bars of a block, and of a vector.
const LANES: usize = simd::OUTSIDE;

/// What the day's lowest price is; the highest lies below 2^14.
const BASE: i32 = -(1 << 14);

/// A level that no price of a day reaches, and its opposite.
const NEVER: i32 = 1 << 14;

/// Blocks that are gone through one by one before the table is asked for the next.
const NEAR: usize = 3;

/// Sizes of stretches that are asked for ahead: up to 2,048 bars, as long as most trades last.
const FETCHED: usize = 8;

/// Lowest and highest prices of a day, bar by bar and of stretches of blocks; the memory is kept when it is filled anew.
#[derive(Debug, Default)]
pub(super) struct Passages {
    /// Price of level 0.
    zero: i32,
    /// Levels of each bar, and of sixteen more that nothing happens at.
    low: Vec<i16>,
    high: Vec<i16>,
    /// Lowest low and highest high of the `2^k` blocks from block `b` on, at `k * blocks + b`; those that the day ends in
    /// hold what there is.
    blocks: usize,
    of_blocks: Vec<[i16; 2]>,
}

impl Passages {
    /// Takes up a day whose prices span less than 2^15 ticks.
    pub(super) fn fill(&mut self, bars: &DayBars) {
        let lowest = bars.low.iter().copied().min().unwrap_or(0);
        self.zero = lowest - BASE;
        for (levels, prices, quiet) in [(&mut self.low, &bars.low, i16::MAX), (&mut self.high, &bars.high, i16::MIN)] {
            levels.clear();
            levels.extend(prices.iter().map(|&p| (p - self.zero) as i16));
            levels.extend([quiet; LANES]);
        }
        let blocks = bars.len().div_ceil(LANES);
        self.blocks = blocks;
        self.of_blocks.clear();
        self.of_blocks.extend(self.low.chunks(LANES).zip(self.high.chunks(LANES)).take(blocks).map(|(low, high)| {
            [low.iter().fold(i16::MAX, |a, &b| a.min(b)), high.iter().fold(i16::MIN, |a, &b| a.max(b))]
        }));
        let mut half = 1;
        while 2 * half <= blocks {
            let below = self.of_blocks.len() - blocks;
            for b in 0..blocks {
                let [low, high] = self.of_blocks[below + b];
                let [l, h] = self.of_blocks[below + (b + half).min(blocks - 1)];
                self.of_blocks.push([low.min(l), high.max(h)]);
            }
            half *= 2;
        }
    }

    /// Bytes that it owns.
    pub(super) fn nbytes(&self) -> usize {
        size_of_val(&self.low[..]) + size_of_val(&self.high[..]) + size_of_val(&self.of_blocks[..])
    }

    /// Asks for the prices of some bars.
    #[inline(always)]
    pub(super) fn fetch(&self, bars: Range<usize>) {
        let (begin, end) = (bars.start / LANES, bars.end.div_ceil(LANES));
        for of_size in self.of_blocks.chunks_exact(self.blocks).take(FETCHED) {
            simd::prefetch(&of_size[begin..end]);
        }
        simd::prefetch(&self.low[bars.clone()]);
        simd::prefetch(&self.high[bars]);
    }

    /// Lowest and highest price of a bar as a trade of this side sees them.
    #[inline(always)]
    pub(super) fn range(&self, side: i8, bar: usize) -> [i32; 2] {
        let [a, b] = [self.low[bar], self.high[bar]].map(|level| i32::from(side) * (i32::from(level) + self.zero));
        [a.min(b), a.max(b)]
    }

    /// The first of the bars `from..until` whose low is at most `low` or whose high is at least `high`; `until` if
    /// there is none.
    #[inline(always)]
    pub(super) fn first<const AVX2: bool>(&self, low: i32, high: i32, from: usize, until: usize) -> usize {
        let level = |price: i32| (price - self.zero).clamp(BASE - 1, NEVER) as i16;
        let (low, high) = (level(low), level(high));
        let outside = |bar: usize| {
            let (lows, highs) = (&self.low[bar..], &self.high[bar..]);
            simd::outside::<AVX2>(lows, highs, low, high)
        };
        let head = outside(from);
        if until <= from + LANES {
            return if head == 0 { until } else { (from + simd::first_of(head)).min(until) };
        }
        let (begin, end) = (from.div_ceil(LANES), until / LANES);
        if head | outside(until - LANES) | self.between(begin, end, low, high) == 0 {
            return until;
        }
        if head != 0 {
            return from + simd::first_of(head);
        }
        // Something happens before `until`.
        let mut bar = from + LANES;
        for _ in 0..NEAR {
            let found = outside(bar);
            if found != 0 {
                return (bar + simd::first_of(found)).min(until);
            }
            bar += LANES;
        }
        let mut block = bar / LANES;
        for k in (0..=(end.saturating_sub(block) + 1).ilog2()).rev() {
            if block < end && beyond(self.of_blocks[k as usize * self.blocks + block], low, high) == 0 {
                block += 1 << k;
            }
        }
        bar = bar.max((block * LANES).min(until - LANES));
        loop {
            let found = outside(bar);
            if found != 0 {
                return (bar + simd::first_of(found)).min(until);
            }
            bar += LANES;
        }
    }

    /// Whether something happens in the blocks `begin..end`, of which there may be none.
    #[inline(always)]
    fn between(&self, begin: usize, end: usize, low: i16, high: i16) -> u32 {
        if begin >= end {
            return 0;
        }
        let k = (end - begin).ilog2() as usize;
        let of = &self.of_blocks[k * self.blocks..];
        beyond(of[begin], low, high) | beyond(of[end - (1 << k)], low, high)
    }
}

/// Whether these extremes leave the band, without a branch.
#[inline(always)]
fn beyond([lowest, highest]: [i16; 2], low: i16, high: i16) -> u32 {
    u32::from(lowest <= low) | u32::from(highest >= high)
}

#[cfg(test)]
mod tests {
    use super::Passages;
    use crate::{
        bars::DayBars,
        simd::{Kernel, widest},
    };
    use proptest::prelude::*;

    /// The first bar outside, by either form.
    struct First<'a>(&'a Passages, [i32; 2], [usize; 2]);

    impl Kernel for First<'_> {
        type Output = usize;

        #[inline(always)]
        fn run<const AVX2: bool>(self) -> usize {
            let Self(passages, [low, high], [from, until]) = self;
            passages.first::<AVX2>(low, high, from, until)
        }
    }

    /// Bars whose lows and highs lie about a walk, now and then with a long quiet stretch.
    fn bars(steps: &[(i32, i32)], base: i32) -> DayBars {
        let mut price = base;
        let mut day = DayBars {
            ts: (0..steps.len() as i32).collect(),
            open: Vec::new(),
            high: Vec::new(),
            low: Vec::new(),
            close: Vec::new(),
            volume: vec![1; steps.len()],
            open_ns: 0,
            close_s: steps.len() as i32 + 1,
            tick_size: 0.25,
        };
        for &(step, range) in steps {
            price = (price + step).clamp(base - 16_000, base + 16_000);
            day.open.push(price);
            day.low.push(price - range);
            day.high.push(price + range);
            day.close.push(price);
        }
        day
    }

    proptest! {
        #[test]
        fn finds_the_first_bar_outside_the_band(
            steps in prop::collection::vec((-3_i32..=3, 0_i32..3), 1..700),
            wild in 0..40_i32,
            base in prop_oneof![Just(0), Just(-40_000), Just(1 << 29)],
            asked in prop::collection::vec((0_usize..700, 0_usize..700, -60_i32..60, 1_i32..90), 1..60),
        ) {
            let steps: Vec<_> = steps.iter().map(|&(step, range)| (step * (1 + wild * wild), range)).collect();
            let day = bars(&steps, base);
            let n = day.low.len();
            let mut passages = Passages::default();
            passages.fill(&bars(&[(0, 0); 900], 7));
            passages.fill(&day);
            for (from, length, middle, width) in asked {
                let from = from % n;
                let until = (from + length).min(n);
                let middle = day.close[from] + middle;
                for [low, high] in [[middle - width, middle + width], [i32::MIN / 2, i32::MAX / 2], [middle, middle + 1]] {
                    let outside = |j: &usize| day.low[*j] <= low || day.high[*j] >= high;
                    let expected = (from..until).find(outside).unwrap_or(until);
                    prop_assert_eq!(First(&passages, [low, high], [from, until]).run::<false>(), expected);
                    prop_assert_eq!(widest(First(&passages, [low, high], [from, until])), expected);
                }
            }
        }
    }
}
