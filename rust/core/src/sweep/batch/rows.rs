//! Exits of every possible entry of a block of bars, found in one right-to-left pass a side.
//!
//! The pass keeps two staircases: for every level the next bar whose low comes down to it, and the next bar whose high
//! goes up to it. At an entry bar the exits for all stop and target distances are then copies of a piece of them. A
//! trailing exit does not depend on the entry but on the bar that switched the trail on; it follows from the next
//! higher high.
//!
//! An exit is packed into a `u32`: the second of its bar in the high bits, the complement of its fill level in the low
//! ones. Of two exits the smaller number is the one that happens: the earlier bar, and within a bar the higher level,
//! which a falling price meets first. An exit by the clock, at the open, is not below the others.
use super::{
    axes::Axes,
    candidates::{Candidate, Kind},
};
use crate::{
    simd::Kernel,
    sweep::grid::{ExitWindow, LevelGrid},
};

/// "Never" among packed exits.
pub(super) const NO_EXIT: u32 = u32::MAX;

/// Exits of one side of one window; the memory is kept from block to block.
#[derive(Debug, Default)]
pub(super) struct SideRows {
    /// Per entry and stop distance.
    pub stops: Vec<u32>,
    /// Per entry and target or activation distance: the second of the bar that reaches it.
    pub marks: Vec<u16>,
    /// Per second of an activation bar and trail distance; the last row says "never". Only bars that can be the first
    /// to reach a level are filled in.
    pub trails: Vec<u32>,
    /// Per second: the exit by the clock.
    pub clock: Vec<u32>,
    falls: Vec<u32>,
    rises: Vec<u16>,
    open: Vec<i32>,
    high: Vec<i32>,
    low: Vec<i32>,
}

/// Grows without keeping what was there; rows are written before they are read.
fn ensure<T: Copy + Default>(v: &mut Vec<T>, len: usize) {
    if v.len() < len {
        v.clear();
        v.resize(len, T::default());
    }
}

/// Packs exits of a side.
#[derive(Clone, Copy)]
pub(super) struct Packing {
    pub bits: u32,
    pub mask: u32,
}

impl Packing {
    pub(super) fn new(bits: u32) -> Self {
        Self { bits, mask: (1 << bits) - 1 }
    }

    pub(super) fn exit(self, second: u32, level: i32) -> u32 {
        second << self.bits | (self.mask - level as u32)
    }
}

/// Fills one side's rows of a block.
pub(super) struct BuildRows<'a> {
    pub rows: &'a mut SideRows,
    pub grid: &'a LevelGrid<'a>,
    pub kind: Kind,
    pub window: ExitWindow,
    pub axes: &'a Axes,
    pub candidates: &'a [Candidate],
}

impl Kernel for BuildRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const AVX2: bool>(self) {
        self.rows.build(self.grid, self.kind, self.window, self.axes, self.candidates);
    }
}

impl SideRows {
    /// Fills the rows of those candidates of the block that belong to the side.
    #[inline(always)]
    fn build(&mut self, grid: &LevelGrid, kind: Kind, window: ExitWindow, axes: &Axes, candidates: &[Candidate]) {
        let side = kind as usize;
        self.mirror(grid, side, window);
        let never = window.beyond as usize;
        let pack = Packing::new(grid.price_bits);
        let slip = &grid.market.slip[window.first..window.end];
        let ts = &grid.market.bars.ts[window.first..window.end];
        let second = |b: usize| (ts[b] - window.start) as u32;
        let levels = (2 * grid.range + 2 * grid.max_slip + 3) as usize + 2 * STEP;
        self.falls.clear();
        self.falls.resize(levels, NO_EXIT);
        self.rises.clear();
        self.rises.resize(levels, never as u16);
        let (wide, tall, trailing) = (axes.stops.stride, axes.marks.stride, axes.trails.stride);
        let mut row = candidates.iter().filter(|c| c.kind == kind).count();
        let mut own = candidates.iter().rev().filter(|c| c.kind == kind).peekable();
        ensure(&mut self.stops, row * wide);
        ensure(&mut self.marks, row * tall);
        ensure(&mut self.trails, (never + 1) * trailing);
        self.trails[never * trailing..(never + 1) * trailing].fill(NO_EXIT);
        let (open, high, low) = (&self.open[..], &self.high[..], &self.low[..]);
        let (falls, rises) = (&mut self.falls[..], &mut self.rises[..]);
        // Levels below 0 are asked for, as deep as the range.
        let bottom = grid.range;
        let nearest_stop = axes.stops.offsets.last().copied().unwrap_or(i32::MIN / 2);
        let nearest_mark = axes.marks.offsets.first().copied().unwrap_or(i32::MAX / 2);
        let nearest_trail = axes.trails.offsets.last().copied().unwrap_or(i32::MIN / 2);
        let trails = !axes.trails.offsets.is_empty();
        for b in (1..open.len()).rev() {
            // Staircases over the bars after b. Levels from its low up belong to b itself and are not kept right, nor
            // are those up to its high.
            if b + 1 < open.len() {
                let to = low[b].max(high[b] + nearest_trail + 1);
                let fill = mask_fill(pack, open[b + 1], slip[b + 1]);
                fall(falls, low[b + 1] + bottom, to + bottom, bottom, second(b + 1) << pack.bits, fill);
                rise(rises, high[b] + 1, high[b + 1] + 1, second(b + 1));
            }
            let entry = own.next_if(|c| c.bar as usize + 1 == window.first + b);
            // Only an entry bar, or a bar higher than the one before, can be the first to reach a level.
            if trails && (entry.is_some() || high[b] > high[b - 1]) {
                let higher = usize::from(rises[high[b] as usize + 1 + STEP]);
                let at = second(b) as usize;
                let (head, tail) = self.trails.split_at_mut((at + 1) * trailing);
                let after = &tail[(higher - at - 1) * trailing..][..trailing];
                axes.trails.earlier(falls, high[b] + bottom, after, &mut head[at * trailing..]);
            }
            if let Some(c) = entry {
                row -= 1;
                let fill = mask_fill(pack, open[b], slip[b]);
                fall(falls, low[b] + bottom, c.entry + nearest_stop + 1 + bottom, bottom, second(b) << pack.bits, fill);
                rise(rises, c.entry + nearest_mark, high[b] + 1, second(b));
                axes.stops.copy(falls, c.entry + bottom, &mut self.stops[row * wide..][..wide], NO_EXIT);
                axes.marks.copy(rises, c.entry + STEP as i32, &mut self.marks[row * tall..][..tall], never as u16);
            }
        }
        self.build_clock(grid, window, axes.max_hold);
    }

    /// The window's prices as the side sees them.
    #[inline(always)]
    fn mirror(&mut self, grid: &LevelGrid, side: usize, window: ExitWindow) {
        let bars = grid.market.bars;
        let (high, low) = if side == 0 { (&bars.high, &bars.low) } else { (&bars.low, &bars.high) };
        for (to, from) in [(&mut self.open, &bars.open), (&mut self.high, high), (&mut self.low, low)] {
            to.clear();
            to.extend(from[window.first..window.end].iter().map(|&p| grid.level(side, p)));
        }
    }

    fn build_clock(&mut self, grid: &LevelGrid, window: ExitWindow, max_hold: i32) {
        let pack = Packing::new(grid.price_bits);
        let ts = &grid.market.bars.ts;
        let seconds = (ts[window.last_entry] - window.start + max_hold + 1) as usize;
        self.clock.clear();
        for (&open, b) in self.open.iter().zip(window.first..) {
            let second = (ts[b] - window.start) as u32;
            // From the flat bar on, the clock always says "now".
            let until = if b == grid.flat_bar { seconds } else { seconds.min(second as usize + 1) };
            if until > self.clock.len() {
                self.clock.resize(until, pack.exit(second, open - grid.market.slip[b]));
            }
        }
        self.clock.resize(seconds, pack.exit(window.beyond, 0));
    }
}

/// Levels written at a time. What is too much lies among the levels that are not kept right.
const STEP: usize = 16;

/// The complement of a fill is the larger of this less the level, and the second number: a fill at the open.
fn mask_fill(pack: Packing, open: i32, slip: i32) -> [i32; 2] {
    let mask = pack.mask as i32 + slip;
    [mask, mask - open]
}

/// Marks the bar of a packed second as the next whose low comes down to the levels of places `from..to`.
#[inline(always)]
fn fall(falls: &mut [u32], from: i32, to: i32, bottom: i32, second: u32, [mask, at_open]: [i32; 2]) {
    let mut at = from;
    while at < to {
        let first = mask + bottom - at;
        for (x, j) in falls[at as usize..][..STEP].iter_mut().zip(0..) {
            *x = second | (first - j).max(at_open) as u32;
        }
        at += STEP as i32;
    }
}

/// Marks the bar at `second` as the next whose high goes up to the levels `from..to`, which lie [`STEP`] places higher.
#[inline(always)]
fn rise(rises: &mut [u16], from: i32, to: i32, second: u32) {
    let mut end = to;
    while from < end {
        rises[end as usize..][..STEP].fill(second as u16);
        end -= STEP as i32;
    }
}
