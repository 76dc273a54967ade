//! The fast path: blocks of bars, rows of exits once for all sets, then every chunk of sets through the block.
use super::{
    Sweep, SweepOptions, SweepSets,
    axes::{self, Axes},
    candidates::{Any, Block, Contexts, Kind},
    chunk::{CHUNK, Chunk},
    grid::Grid,
    hot::Ground,
    offered::Offered,
    plain,
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

pub(super) fn sweep(
    grid: &Grid,
    sets: &SweepSets,
    options: &SweepOptions,
    threads: usize,
    control: &Control,
) -> Result<Sweep> {
    let m = sets.sets.len();
    let (members, others): (Vec<usize>, Vec<usize>) = (0..m).partition(|&k| axes::fits(&sets.sets[k]));
    let mut members = members;
    // Sets that enter together lie together, so that whole words of them can be passed over.
    members.sort_by_cached_key(|&k| (sets.fire(k).to_vec(), sets.sets[k].contexts_allowed));
    let parts = threads.max(members.len().div_ceil(CHUNK));
    let contexts = Contexts::new(&grid.market.states.contexts);
    let mut chunks: Vec<Chunk> =
        split(members.len(), parts).into_iter().map(|r| Chunk::new(&contexts, sets, members[r].to_vec())).collect();
    let axes = Axes::new(grid, members.iter().map(|&k| &sets.sets[k]));
    for chunk in &mut chunks {
        chunk.set_axes(grid, &axes);
    }
    let mut any = Any::new(sets.n_leaves, contexts.bits.len());
    let cooldown = members.iter().map(|&k| sets.sets[k].cooldown_seconds).max().unwrap_or(0);
    let mut block = Block::default();
    let [mut long, mut short] = [SideRows::default(), SideRows::default()];
    let mut offered = Offered::default();
    if let Some(rules) = options.events {
        offered.fill(grid, rules, axes.max_hold);
    }
    let offered = options.events.map(|_| &offered);
    let mut events = EventTable::default();
    let mut from = Some(0);
    while let Some(bar) = from {
        control.check()?;
        from = block.fill(grid, &contexts, &mut any, &chunks, bar);
        let (Some(head), Some(last)) = (block.list.first(), block.list.last()) else {
            break;
        };
        let window = grid.window(head.bar as usize, last.bar as usize + 1, axes.max_hold);
        block.index(grid, window.start, window.beyond as usize + cooldown as usize + 1);
        let build_long = |rows: &mut SideRows| wide::build(rows, grid, Kind::Long, window, &axes, &block.list);
        let build_short = |rows: &mut SideRows| wide::build(rows, grid, Kind::Short, window, &axes, &block.list);
        if threads == 1 {
            build_long(&mut long);
            build_short(&mut short);
        } else {
            rayon::join(|| build_long(&mut long), || build_short(&mut short));
        }
        let ground = Ground { grid, axes: &axes, window, block: &block, rows: [&long, &short], offered };
        let go = |c: &mut Chunk| {
            if c.alive > 0 {
                wide::advance(c, ground);
            } else {
                c.events.clear();
            }
        };
        if threads == 1 {
            chunks.iter_mut().for_each(go);
        } else {
            chunks.par_iter_mut().for_each(go);
        }
        if offered.is_some() {
            gather(&mut events, grid, &block, &chunks);
        }
        if chunks.iter().all(|c| c.alive == 0) {
            break;
        }
    }
    let mut rows = vec![SetTotals::default(); m];
    for chunk in &chunks {
        for (&k, t) in chunk.members.iter().zip(&chunk.totals) {
            rows[k] = *t;
        }
    }
    control.add(members.len() as u64);
    if !others.is_empty() {
        let (some, slots) = plain::some(grid.market, sets, options, &others, threads, control)?;
        for (k, row) in others.into_iter().zip(some) {
            rows[k] = row;
        }
        if let Some(slots) = slots {
            events = events.merged(&slots.finish(|i| grid.market.states.at(i)));
        }
    }
    Ok(Sweep { table: rows.into_iter().collect(), events: offered.map(|_| events) })
}

/// Adds the events of a block, in which every chunk has its part.
fn gather(events: &mut EventTable, grid: &Grid, block: &Block, chunks: &[Chunk]) {
    let states = grid.market.states;
    for (q, c) in block.list.iter().enumerate() {
        let mut sums = EventSums::default();
        for chunk in chunks {
            // A chunk whose sets are all done has no part in later blocks.
            if let Some(part) = chunk.events.get(q) {
                sums.merge(part);
            }
        }
        if sums.trades() > 0 {
            let side = if c.kind == Kind::Long { 1 } else { -1 };
            events.push(c.bar + 1, side, states.at(c.bar as usize), sums);
        }
    }
}
