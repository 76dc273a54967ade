//! The order of the batched path: block by block, the candidates, the rows of both sides, then every cohort of sets.
use super::{
    axes::Axes,
    candidates::{Contexts, EntryBlock, FiringIndex, Kind},
    cohort::{COHORT, Cohort},
    kernel::{Advance, BlockInputs},
    rows::{BuildRows, SideRows},
};
use crate::{
    control::Control,
    error::Result,
    metrics::SetTotals,
    regret::{EventSums, EventTable},
    simd,
    sweep::{
        extremes::ExtremesTable,
        grid::LevelGrid,
        sets::{SetProgress, SweepSets},
        threads::split,
    },
};
use rayon::prelude::*;
use std::ops::Range;

/// What the batched path works with; the memory is kept for the next sweep.
#[derive(Default)]
pub(in crate::sweep) struct BatchWorkspace {
    contexts: Contexts,
    firing: FiringIndex,
    block: EntryBlock,
    rows: [SideRows; 2],
    cohorts: Vec<Cohort>,
}

/// One batched sweep.
#[derive(Clone, Copy)]
pub(in crate::sweep) struct BatchRequest<'a> {
    pub grid: &'a LevelGrid<'a>,
    pub sets: &'a SweepSets<'a>,
    /// What regret is held against, if market events are wanted.
    pub extremes: Option<&'a ExtremesTable>,
    /// Whether wider instructions may be used.
    pub wide: bool,
    pub threads: usize,
    pub control: &'a Control,
}

/// What a batched sweep leaves over.
#[derive(Default)]
pub(in crate::sweep) struct Batched {
    /// Market events of what the sets did together.
    pub events: EventTable,
    /// Sets that are not through their day.
    pub unfinished: Vec<SetProgress>,
}

impl BatchWorkspace {
    /// Takes the sets `members` through the day block by block. Those whose day is over go to `done`. Once `too_few`
    /// says so of the sets that are left and of their trades a bar, these are handed back.
    pub fn sweep(
        &mut self,
        request: BatchRequest,
        members: &mut [usize],
        mut done: impl FnMut(usize, &SetTotals),
        too_few: impl Fn(usize, f64) -> bool,
    ) -> Result<Batched> {
        let BatchRequest { grid, sets, extremes, wide, threads, control } = request;
        let Self { contexts, firing, block, rows: [long, short], cohorts } = self;
        contexts.fill(&grid.market.states.contexts);
        // Sets that enter together lie together, so that whole words of them can be passed over.
        let leaves = |k: usize| sets.fire(k).iter().filter(|&&side| side != 0).count();
        members.sort_by_cached_key(|&k| (sets.sets[k].entry_rule as u8, sets.sets[k].contexts_allowed, leaves(k)));
        let axes = Axes::new(grid, members.iter().map(|&k| &sets.sets[k]));
        let cooldown = members.iter().map(|&k| sets.sets[k].cooldown_seconds).max().unwrap_or(0);
        let ranges = split(members.len(), threads.max(members.len().div_ceil(COHORT)));
        cohorts.resize_with(ranges.len(), Cohort::default);
        let load = |(cohort, range): (&mut Cohort, Range<usize>)| {
            cohort.load(contexts, sets, &members[range]);
            cohort.set_axes(grid, &axes);
        };
        if threads == 1 {
            cohorts.iter_mut().zip(ranges).for_each(load);
        } else {
            cohorts.par_iter_mut().zip(ranges).for_each(load);
        }
        firing.clear(sets.n_leaves, contexts.bits.len());
        let mut out = Batched::default();
        let mut from = Some(0);
        let mut handed_over = false;
        while let Some(bar) = from {
            control.check()?;
            let alive: usize = cohorts.iter().map(|c| c.alive).sum();
            let held: usize = cohorts.iter().map(|c| c.members.len()).sum();
            if alive < held - held / 4 {
                for cohort in cohorts.iter_mut() {
                    cohort.compact(contexts, sets, &mut done);
                    cohort.set_axes(grid, &axes);
                }
                firing.clear(sets.n_leaves, contexts.bits.len());
            }
            let some_set = |leaf, kind, context| cohorts.iter().any(|c| c.any(leaf, kind, context));
            from = block.fill(grid, contexts, firing, some_set, bar);
            let (Some(head), Some(last)) = (block.list.first(), block.list.last()) else {
                break;
            };
            let window = grid.window(head.bar as usize, last.bar as usize + 1, axes.max_hold);
            block.index(grid, window.start, window.beyond as usize + cooldown as usize + 1);
            let build = |rows, kind| {
                simd::run(BuildRows { rows, grid, kind, window, axes: &axes, candidates: &block.list }, wide);
            };
            if threads == 1 {
                build(long, Kind::Long);
                build(short, Kind::Short);
            } else {
                rayon::join(|| build(long, Kind::Long), || build(short, Kind::Short));
            }
            let inputs = BlockInputs { grid, axes: &axes, window, block, rows: [long, short], extremes };
            let advance = |cohort: &mut Cohort| simd::run(Advance { cohort, inputs }, wide);
            if threads == 1 {
                cohorts.iter_mut().for_each(advance);
            } else {
                cohorts.par_iter_mut().for_each(advance);
            }
            if extremes.is_some() {
                gather(&mut out.events, grid, block, cohorts);
            }
            let bars = from.unwrap_or(grid.market.bars.len()) - bar;
            let traded: i64 = cohorts.iter().map(|c| c.traded).sum();
            let left: usize = cohorts.iter().map(|c| c.alive).sum();
            if let Some(next) = from
                && too_few(left, traded as f64 / (alive * bars) as f64)
            {
                out.unfinished.extend(cohorts.iter().flat_map(|c| c.progress(grid, next)));
                handed_over = true;
                break;
            }
        }
        for cohort in cohorts.iter() {
            cohort.finished(handed_over, &mut done);
        }
        Ok(out)
    }
}

/// Adds the events of a block, in which every cohort has its part.
fn gather(events: &mut EventTable, grid: &LevelGrid, block: &EntryBlock, cohorts: &[Cohort]) {
    let states = grid.market.states;
    for (q, c) in block.list.iter().enumerate() {
        let mut sums = EventSums::default();
        for cohort in cohorts {
            sums.merge(&cohort.events[q]);
        }
        if sums.trades() > 0 {
            let side = if c.kind == Kind::Long { 1 } else { -1 };
            events.push(c.bar + 1, side, states.at(c.bar as usize), sums);
        }
    }
}
