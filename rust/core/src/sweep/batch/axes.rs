//! Which distances a group of sets uses, and where a row of exits holds each.
use crate::{params::ParamSet, sweep::grid::LevelGrid};

/// Offsets of one kind of level, ascending. A row has one entry for each and one more that means "never".
#[derive(Debug, Default)]
pub(super) struct Axis {
    pub offsets: Vec<i32>,
    dense: bool,
    /// Length of a row in memory.
    pub stride: usize,
}

impl Axis {
    fn new(mut offsets: Vec<i32>) -> Self {
        offsets.sort_unstable();
        offsets.dedup();
        let mut dense = true;
        if let (Some(&a), Some(&b)) = (offsets.first(), offsets.last()) {
            // A plain copy of all levels beats picking some, unless they are few among many.
            dense = (b - a) as usize <= 3 * offsets.len() + 16;
            if dense {
                offsets = (a..=b).collect();
            }
        }
        let stride = (offsets.len() + 1).next_multiple_of(8);
        Self { offsets, dense, stride }
    }

    /// The earlier of each entry of levels `at + offset` and of a later row.
    #[inline(always)]
    pub(super) fn earlier(&self, levels: &[u32], at: i32, later: &[u32], row: &mut [u32]) {
        if let (true, Some(&first)) = (self.dense, self.offsets.first()) {
            let n = self.stride;
            let levels = &levels[(at + first) as usize..][..n];
            for ((x, &own), &later) in row[..n].iter_mut().zip(levels).zip(&later[..n]) {
                *x = own.min(later);
            }
        } else {
            for ((x, offset), &later) in row.iter_mut().zip(&self.offsets).zip(later) {
                *x = levels[(at + offset) as usize].min(later);
            }
        }
    }

    fn slot(&self, offset: i32) -> u16 {
        self.offsets.binary_search(&offset).unwrap_or(self.offsets.len()) as u16
    }

    #[inline(always)]
    /// Copies the entries of levels `at + offset` into a row and ends it with `never`.
    pub(super) fn copy<T: Copy>(&self, levels: &[T], at: i32, row: &mut [T], never: T) {
        let n = self.offsets.len();
        if let (true, Some(&first)) = (self.dense, self.offsets.first()) {
            row[..n].copy_from_slice(&levels[(at + first) as usize..][..n]);
        } else {
            for (x, offset) in row.iter_mut().zip(&self.offsets) {
                *x = levels[(at + offset) as usize];
            }
        }
        row[n] = never;
    }
}

/// The axes of a group of sets.
#[derive(Debug, Default)]
pub(super) struct Axes {
    /// Minus the stop distances, against the entry fill.
    pub stops: Axis,
    /// Target distances (with the limit offset) and trail activations, against the entry fill.
    pub marks: Axis,
    /// Minus the trail distances, against the peak.
    pub trails: Axis,
    /// Longest holding time, seconds.
    pub max_hold: i32,
}

/// Where a set finds its exits in a row, and what it adds to a trade.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ExitSlots {
    pub stop: u16,
    pub target: u16,
    pub activation: u16,
    pub trail: u16,
    pub hold: u16,
    pub cooldown: u16,
    /// Target distance, or one tick more than any price travels.
    pub take_profit: u16,
}

/// Whether the tables hold a set: its times fit 16 bits, and its trail lies above the stop from the start, as the
/// recursion of trailing exits needs.
pub(in crate::sweep) fn fits(set: &ParamSet) -> bool {
    let times = set.max_hold_seconds.max(set.cooldown_seconds) <= i32::from(u16::MAX);
    let trail = set.trail_distance_ticks < set.trail_activation_ticks + set.stop_loss_ticks;
    times && (set.trail_activation_ticks == 0 || trail)
}

impl Axes {
    pub(super) fn new<'s>(grid: &LevelGrid, sets: impl Iterator<Item = &'s ParamSet>) -> Self {
        let (mut stops, mut marks, mut trails, mut max_hold) = (Vec::new(), Vec::new(), Vec::new(), 1);
        let limit = grid.market.rules.limit_offset();
        // Distances that no price of this day can travel have no place in a row: their slot is "never".
        let (reach_down, reach_up) = (grid.range + grid.max_slip, grid.range);
        for set in sets {
            max_hold = max_hold.max(set.max_hold_seconds);
            if set.stop_loss_ticks <= reach_down {
                stops.push(-set.stop_loss_ticks);
            }
            if set.take_profit_ticks + limit <= reach_up {
                marks.push(set.take_profit_ticks + limit);
            }
            if set.trail_activation_ticks > 0
                && set.trail_activation_ticks <= reach_up
                && set.trail_distance_ticks <= grid.range
            {
                marks.push(set.trail_activation_ticks);
                trails.push(-set.trail_distance_ticks);
            }
        }
        Self { stops: Axis::new(stops), marks: Axis::new(marks), trails: Axis::new(trails), max_hold }
    }

    pub(super) fn slots(&self, set: &ParamSet, limit: i32, reach: i32) -> ExitSlots {
        // Distances out of reach are on no axis; an activation whose trail is on none must not be found either.
        let trail = self.trails.slot(-set.trail_distance_ticks);
        let off = set.trail_activation_ticks == 0 || usize::from(trail) == self.trails.offsets.len();
        ExitSlots {
            stop: self.stops.slot(-set.stop_loss_ticks),
            target: self.marks.slot(set.take_profit_ticks + limit),
            activation: if off { self.marks.offsets.len() as u16 } else { self.marks.slot(set.trail_activation_ticks) },
            trail,
            hold: set.max_hold_seconds as u16,
            cooldown: set.cooldown_seconds as u16,
            take_profit: set.take_profit_ticks.min(reach + 1) as u16,
        }
    }
}
