//! The fast path: blocks of bars, rows of exits once for all sets, then every chunk of sets through the block. Sets
//! that are too few for that, or that the tables do not hold, walk through the day by themselves.
use super::{
    Path, Sweep, SweepOptions, SweepSets,
    axes::{self, Axes},
    candidates::{Any, Block, Contexts, Kind},
    chunk::{CHUNK, Chunk},
    direct::{self, Walker},
    grid::Grid,
    hot::Ground,
    offered::Offered,
    rows::SideRows,
    threads::split,
    wide,
};
use crate::{
    control::Control,
    error::Result,
    metrics::SetTotals,
    regret::{EventSums, EventTable},
};
use rayon::prelude::*;
use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

/// What a bar costs all sets together, and each set by itself and for each of its trades, nanoseconds: where they meet,
/// a set is better off alone. Measured by `make bench`, on one machine; the result does not depend on them.
const TOGETHER: f64 = 100.0;
const ALONE: f64 = 0.4;
const ALONE_TRADE: f64 = 70.0;

/// Sets that walk alone first where the others could, to see how often sets trade.
const SCOUTS: usize = 8;

/// Workspaces kept for later sweeps; more than run at a time are not.
static SPARE: Mutex<Vec<Workspace>> = Mutex::new(Vec::new());
const MOST_SPARE: usize = 2;

/// What a sweep works with; the memory is kept for the next one.
#[derive(Default)]
struct Workspace {
    contexts: Contexts,
    any: Any,
    block: Block,
    rows: [SideRows; 2],
    offered: Offered,
    day: direct::Day,
    chunks: Vec<Chunk>,
}

/// Whether so few sets are better off alone.
fn few(sets: usize, trades_per_bar: f64) -> bool {
    sets as f64 * (ALONE + ALONE_TRADE * trades_per_bar) < TOGETHER
}

/// One sweep that is asked for.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub grid: &'a Grid<'a>,
    pub sets: &'a SweepSets<'a>,
    pub options: &'a SweepOptions,
    pub threads: usize,
    pub control: &'a Control,
}

pub(super) fn sweep(job: Job) -> Result<Sweep> {
    let spare = || SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut workspace = spare().pop().unwrap_or_default();
    let found = workspace.sweep(job);
    let mut kept = spare();
    if kept.len() < MOST_SPARE {
        kept.push(workspace);
    }
    found
}

impl Workspace {
    fn sweep(&mut self, job: Job) -> Result<Sweep> {
        let Job { grid, sets, options, control, .. } = job;
        let all = 0..sets.sets.len();
        let (mut members, others): (Vec<usize>, Vec<usize>) = match options.path {
            Path::Direct => (Vec::new(), all.collect()),
            _ => all.partition(|&k| axes::fits(&sets.sets[k])),
        };
        let mut walkers: Vec<Walker> = others.into_iter().map(Walker::new).collect();
        self.contexts.fill(&grid.market.states.contexts);
        if let Some(rules) = options.events {
            let max_hold = sets.sets.iter().map(|s| s.max_hold_seconds).max().unwrap_or(0);
            self.offered.fill(grid, rules, max_hold);
        }
        let mut rows = vec![SetTotals::default(); sets.sets.len()];
        let mut events = EventTable::default();
        let scouting = options.path == Path::Auto && few(members.len(), 0.0);
        if scouting {
            self.day.fill(grid);
            let every = members.len().div_ceil(SCOUTS).max(1);
            let scouts: Vec<Walker> = members.iter().step_by(every).map(|&k| Walker::new(k)).collect();
            self.alone(job, &scouts, &mut rows, &mut events)?;
            let trades: i64 = scouts.iter().map(|w| rows[w.set].trades).sum();
            let mut place = 0..members.len();
            members.retain(|_| place.next().is_some_and(|k| !k.is_multiple_of(every)));
            if few(members.len(), trades as f64 / (scouts.len().max(1) * grid.market.bars.len()) as f64) {
                walkers.extend(members.drain(..).map(Walker::new));
            }
        }
        if !members.is_empty() {
            let done = |k: usize, totals: &SetTotals| {
                rows[k] = *totals;
                control.add(1);
            };
            let seen = self.together(job, &mut members, done, &mut walkers)?;
            events = events.merged(&seen);
        }
        if !scouting && !walkers.is_empty() {
            self.day.fill(grid);
        }
        self.alone(job, &walkers, &mut rows, &mut events)?;
        Ok(Sweep { table: rows.into_iter().collect(), events: options.events.map(|_| events) })
    }

    /// Takes sets to the end of the day that is laid out, one by one.
    fn alone(&self, job: Job, walkers: &[Walker], rows: &mut [SetTotals], events: &mut EventTable) -> Result<()> {
        let Job { grid, sets, options, threads, control } = job;
        if walkers.is_empty() {
            return Ok(());
        }
        let offered = options.events.map(|_| &self.offered);
        let path = direct::Path { grid, sets, day: &self.day, offered };
        let (totals, seen) = path.walk_all(walkers, threads, control)?;
        for (walker, totals) in walkers.iter().zip(totals) {
            rows[walker.set] = totals;
        }
        *events = events.merged(&seen);
        Ok(())
    }

    /// Takes the sets through the day block by block. Those whose day is over go to `done`; once few are left, they
    /// become walkers. Gives the market events of what the sets did together.
    fn together(
        &mut self,
        job: Job,
        members: &mut [usize],
        mut done: impl FnMut(usize, &SetTotals),
        walkers: &mut Vec<Walker>,
    ) -> Result<EventTable> {
        let Job { grid, sets, options, threads, control } = job;
        let Self { contexts, any, block, rows: [long, short], offered, chunks, .. } = self;
        let offered = options.events.map(|_| &*offered);
        let wide = options.path != Path::Narrow && wide::available();
        // Sets that enter together lie together, so that whole words of them can be passed over.
        let firing = |k: usize| sets.fire(k).iter().filter(|&&side| side != 0).count();
        members.sort_by_cached_key(|&k| (sets.sets[k].entry_rule as u8, sets.sets[k].contexts_allowed, firing(k)));
        let axes = Axes::new(grid, members.iter().map(|&k| &sets.sets[k]));
        let cooldown = members.iter().map(|&k| sets.sets[k].cooldown_seconds).max().unwrap_or(0);
        let ranges = split(members.len(), threads.max(members.len().div_ceil(CHUNK)));
        chunks.resize_with(ranges.len(), Chunk::default);
        let load = |(chunk, range): (&mut Chunk, Range<usize>)| {
            chunk.load(contexts, sets, &members[range]);
            chunk.set_axes(grid, &axes);
        };
        if threads == 1 {
            chunks.iter_mut().zip(ranges).for_each(load);
        } else {
            chunks.par_iter_mut().zip(ranges).for_each(load);
        }
        any.clear(sets.n_leaves, contexts.bits.len());
        let mut events = EventTable::default();
        let mut from = Some(0);
        let mut handed_over = false;
        while let Some(bar) = from {
            control.check()?;
            let alive: usize = chunks.iter().map(|c| c.alive).sum();
            let held: usize = chunks.iter().map(|c| c.members.len()).sum();
            if alive < held - held / 4 {
                for chunk in chunks.iter_mut() {
                    chunk.compact(contexts, sets, &mut done);
                    chunk.set_axes(grid, &axes);
                }
                any.clear(sets.n_leaves, contexts.bits.len());
            }
            from = block.fill(grid, contexts, any, chunks, bar);
            let (Some(head), Some(last)) = (block.list.first(), block.list.last()) else {
                break;
            };
            let window = grid.window(head.bar as usize, last.bar as usize + 1, axes.max_hold);
            block.index(grid, window.start, window.beyond as usize + cooldown as usize + 1);
            let build_long =
                |rows: &mut SideRows| wide::build(wide, rows, grid, Kind::Long, window, &axes, &block.list);
            let build_short =
                |rows: &mut SideRows| wide::build(wide, rows, grid, Kind::Short, window, &axes, &block.list);
            if threads == 1 {
                build_long(long);
                build_short(short);
            } else {
                rayon::join(|| build_long(long), || build_short(short));
            }
            let ground = Ground { grid, axes: &axes, window, block, rows: [long, short], offered };
            let go = |c: &mut Chunk| wide::advance(wide, c, ground);
            if threads == 1 {
                chunks.iter_mut().for_each(go);
            } else {
                chunks.par_iter_mut().for_each(go);
            }
            if offered.is_some() {
                gather(&mut events, grid, block, chunks);
            }
            let bars = from.unwrap_or(grid.market.bars.len()) - bar;
            let traded: i64 = chunks.iter().map(|c| c.traded).sum();
            let left: usize = chunks.iter().map(|c| c.alive).sum();
            if let Some(next) = from
                && options.path == Path::Auto
                && few(left, traded as f64 / (alive * bars) as f64)
            {
                walkers.extend(chunks.iter().flat_map(|c| c.walkers(grid, next)));
                handed_over = true;
                break;
            }
        }
        for chunk in chunks.iter() {
            chunk.finished(handed_over, &mut done);
        }
        Ok(events)
    }
}

/// Adds the events of a block, in which every chunk has its part.
fn gather(events: &mut EventTable, grid: &Grid, block: &Block, chunks: &[Chunk]) {
    let states = grid.market.states;
    for (q, c) in block.list.iter().enumerate() {
        let mut sums = EventSums::default();
        for chunk in chunks {
            sums.merge(&chunk.events[q]);
        }
        if sums.trades() > 0 {
            let side = if c.kind == Kind::Long { 1 } else { -1 };
            events.push(c.bar + 1, side, states.at(c.bar as usize), sums);
        }
    }
}
