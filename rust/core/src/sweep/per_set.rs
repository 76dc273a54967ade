//! Every set for itself, from entry to exit: the work is in proportion to what the set does.
//!
//! The rules stay those of `Market::exit_in`; here only bars are skipped at which nothing can happen: those at which a
//! set decides no entry, found in bitmaps of bars, and those that touch neither the protective level nor the target, nor
//! switch a trail on, many at a time.
use super::{
    day_index::{BLOCK, BLOCK_WORDS, DayIndex, SHARE, WORD},
    extremes::ExtremesTable,
    firing::Firing,
    grid::LevelGrid,
    sets::{SetProgress, SweepSets},
    threads::split,
};
use crate::{
    control::Control,
    error::Result,
    market::Market,
    metrics::SetTotals,
    params::ParamSet,
    regret::{EventSums, EventTable, Hindsight},
    simd::{self, Kernel},
    simulate::Position,
    trade::{Reason, Trade},
};
use rayon::prelude::*;
use std::ops::Range;

/// A trade's part in a market event: entry bar and side (longs first) as a number, exit reason, and hindsight.
type Timed = (u32, u8, Hindsight);

/// Sets that go through the day together.
const TOGETHER: usize = 256;

/// From so many sets on a block is worth reading as a whole before any of them jumps about in it.
const MANY: usize = 16;

/// A set on its way, and where it may enter.
struct Runner {
    progress: SetProgress,
    /// Its leaves among those listed, if it looks at its own bars only.
    own: Option<Range<usize>>,
    over: bool,
}

/// What all sets share.
#[derive(Clone, Copy)]
pub(super) struct PerSet<'a> {
    pub grid: &'a LevelGrid<'a>,
    pub sets: &'a SweepSets<'a>,
    pub day: &'a DayIndex,
    pub firing: &'a Firing,
    pub extremes: Option<&'a ExtremesTable>,
    /// Whether wider instructions may be used.
    pub wide: bool,
}

/// Some sets of one worker.
struct Work<'a> {
    path: PerSet<'a>,
    sets: &'a [SetProgress],
    control: &'a Control,
}

impl Kernel for Work<'_> {
    type Output = Result<(Vec<SetTotals>, Vec<Timed>)>;

    #[inline(always)]
    fn run<const AVX2: bool>(self) -> Self::Output {
        let Self { path, sets, control } = self;
        let (mut leaves, mut timed) = (Vec::new(), Vec::new());
        let mut runners: Vec<Runner> = sets.iter().map(|&set| path.runner(set, &mut leaves)).collect();
        control.add(runners.iter().filter(|runner| runner.over).count() as u64);
        if runners.len() >= MANY {
            path.fetch(0);
        }
        for block in 0..path.day.blocks() {
            control.check()?;
            if runners.len() >= MANY {
                path.fetch(block + 1);
            }
            for runner in &mut runners {
                if !runner.over && runner.progress.bar < (block + 1) * BLOCK {
                    path.advance::<AVX2>(runner, &leaves, block, &mut timed);
                    control.add(u64::from(runner.over));
                }
            }
        }
        let mut left = 0;
        let rows = runners.iter().map(|runner| {
            left += u64::from(!runner.over);
            let SetProgress { set, tally, .. } = runner.progress;
            SetTotals { refused: path.sets.refused[set], ..tally.totals }
        });
        let rows = rows.collect();
        control.add(left);
        Ok((rows, timed))
    }
}

impl PerSet<'_> {
    /// Takes all sets to the end of their day; gives the totals in their order, and their market events.
    pub(super) fn finish(
        self,
        sets: &[SetProgress],
        threads: usize,
        control: &Control,
    ) -> Result<(Vec<SetTotals>, EventTable)> {
        let work = |range: Range<usize>| simd::run(Work { path: self, sets: &sets[range], control }, self.wide);
        let parts = sets.len().div_ceil(TOGETHER).max(if threads == 1 { 1 } else { 4 * threads });
        let parts = split(sets.len(), parts);
        let done: Vec<(Vec<SetTotals>, Vec<Timed>)> = if threads == 1 {
            parts.into_iter().map(work).collect::<Result<_>>()?
        } else {
            parts.into_par_iter().map(work).collect::<Result<_>>()?
        };
        let (rows, timed): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        Ok((rows.concat(), self.events(timed.concat())))
    }

    /// Brings what trades of a block read near the processor, which would wait for each of it by itself.
    #[inline(always)]
    fn fetch(self, block: usize) {
        let market = self.grid.market;
        let n = market.bars.len();
        let range = (block * BLOCK).min(n)..((block + 1) * BLOCK).min(n);
        for column in [&market.bars.ts[..], &market.bars.open[..], &market.slip[..]] {
            simd::prefetch(&column[range.clone()]);
        }
        self.day.fetch(range);
    }

    /// A set, and the leaves that it fires in where that is worth looking at its own bars only.
    #[inline(always)]
    fn runner(self, progress: SetProgress, leaves: &mut Vec<u16>) -> Runner {
        let (set, fire) = (&self.sets.sets[progress.set], self.sets.fire(progress.set));
        let counts = self.day.counts();
        let count: u32 = counts.iter().zip(fire).map(|(&count, &side)| if side == 0 { 0 } else { count }).sum();
        let others = self.firing.count(set) - count as usize;
        let sparse = (count as usize) < others * self.day.share(set.contexts_allowed) / SHARE;
        let from = leaves.len();
        if sparse {
            leaves.extend((0..).zip(&fire[..counts.len()]).filter(|&(_, &side)| side != 0).map(|(leaf, _)| leaf));
        }
        Runner { progress, own: sparse.then_some(from..leaves.len()), over: count == 0 }
    }

    /// Takes a set through its entries of a block.
    #[inline(always)]
    fn advance<const AVX2: bool>(self, runner: &mut Runner, leaves: &[u16], block: usize, timed: &mut Vec<Timed>) {
        let market = self.grid.market;
        let (ts, max_gap) = (&market.bars.ts[..], market.rules.max_entry_gap);
        let Runner { progress: SetProgress { set: k, tally, losses_in_a_row, bar }, own, over } = runner;
        let (set, fire) = (&self.sets.sets[*k], self.sets.fire(*k));
        let (mut of_leaves, mut of_contexts) = ([0; BLOCK_WORDS], [0; BLOCK_WORDS]);
        let firing = match own {
            None => self.firing.bars(set, block),
            Some(own) => {
                leaves[own.clone()].iter().for_each(|&leaf| self.day.mark(block, usize::from(leaf), &mut of_leaves));
                &of_leaves
            }
        };
        let allowed = self.day.context(block, set.contexts_allowed, &mut of_contexts);
        let entries = Entries::new::<AVX2>(firing, allowed);
        let exits = Exits::new(market, set);
        let first = block * BLOCK;
        let mut from = (*bar).max(first);
        while let Some(place) = entries.next(from - first) {
            let i = first + place;
            from = i + 1;
            let side = fire[self.day.leaf(i)];
            if side == 0 {
                continue;
            }
            if ts[from] - ts[i] > max_gap {
                tally.totals.dropped += 1;
                continue;
            }
            let timed_out = self.day.bar_from(ts[from].saturating_add(set.max_hold_seconds)).max(from + 1);
            let until = timed_out.min(self.grid.flat_bar.max(from));
            let position = market.enter(set, side, i);
            let (low, high) = exits.band(i32::from(side), position.entry);
            let j = self.day.passages().first::<AVX2>(low, high, from, until);
            // Held as long as it may be, as most trades are.
            let trade = if j == timed_out && j < market.bars.len() {
                market.exit_at(&position, j, Reason::Time)
            } else {
                self.finish_trade(position, j, until)
            };
            let (net, exit) = (market.net_of(&trade), trade.exit_bar as usize);
            tally.add(&trade, net, ts[exit] - ts[from]);
            if !market.fees.is_empty() {
                tally.add_fee(trade.gross(), net, market.fees_of(&trade));
            }
            if let Some(extremes) = self.extremes {
                timed.push(self.hindsight(extremes, &trade));
            }
            *losses_in_a_row = if net < 0 { *losses_in_a_row + 1 } else { 0 };
            if set.stops_after(*losses_in_a_row) {
                tally.totals.stopped = true;
                *over = true;
                return;
            }
            from = exit.max(self.day.bar_from(ts[exit] + set.cooldown_seconds));
        }
        *bar = from.max(first + BLOCK);
    }

    /// As `Market::hold`, of a position to which nothing happens before bar `j` of those until `until`.
    #[inline(always)]
    fn finish_trade(self, mut position: Position, mut j: usize, until: usize) -> Trade {
        let (market, reaches) = (self.grid.market, self.grid.market.reaches(&position));
        if position.activates().is_some() {
            // The peak of the bars before where it switches the trail on.
            while j < until {
                let [low, high] = self.day.passages().range(position.side, j);
                if low <= position.protective().0 || high >= reaches {
                    break;
                }
                position.peak = position.peak.max(high);
                j += 1;
            }
        }
        let trade = market.bars.open.get(j).and_then(|open| {
            // The range is near: it was looked at just now.
            let [low, high] = self.day.passages().range(position.side, j);
            market.exit_within(&position, j, [i32::from(position.side) * open, high, low])
        });
        trade.unwrap_or_else(|| market.exit_at_end(&position))
    }

    fn hindsight(self, extremes: &ExtremesTable, trade: &Trade) -> Timed {
        let (ts, side) = (&self.grid.market.bars.ts, usize::from(trade.side < 0));
        let at = |bar: u32, price: i32| ((ts[bar as usize] - ts[0]) as usize, self.grid.level(side, price));
        let entry = at(trade.entry_bar(), trade.entry_price);
        let hindsight = extremes.hindsight(side, entry, at(trade.exit_bar, trade.exit_price));
        (2 * trade.entry_bar() + side as u32, trade.reason as u8, hindsight)
    }

    fn events(self, mut timed: Vec<Timed>) -> EventTable {
        timed.sort_unstable_by_key(|t| t.0);
        let mut events = EventTable::default();
        for same in timed.chunk_by(|a, b| a.0 == b.0) {
            let mut sums = EventSums::default();
            for (_, reason, hindsight) in same {
                sums.add(usize::from(*reason), hindsight);
            }
            let (entry_bar, side) = (same[0].0 / 2, if same[0].0 % 2 == 0 { 1 } else { -1 });
            events.push(entry_bar, side, self.grid.market.states.at(entry_bar as usize - 1), sums);
        }
        events
    }
}

/// Distances from the fill at which something happens to a position.
struct Exits {
    stop: i32,
    /// The target, or where the trail is switched on if that is nearer.
    up: i32,
}

impl Exits {
    #[inline(always)]
    fn new(market: &Market, set: &ParamSet) -> Self {
        let target = set.take_profit_ticks + market.rules.limit_offset();
        let up = if set.trail_activation_ticks > 0 { target.min(set.trail_activation_ticks) } else { target };
        Self { stop: set.stop_loss_ticks, up }
    }

    /// The band of prices in which nothing happens, for a fill as its side sees prices.
    #[inline(always)]
    fn band(&self, side: i32, fill: i32) -> (i32, i32) {
        let (a, b) = (side * (fill - self.stop), side * (fill + self.up));
        (a.min(b), a.max(b))
    }
}

/// The bars of a block at which a set may enter.
struct Entries {
    marks: [u64; BLOCK_WORDS],
    /// Which words have a mark, as bits.
    some: u64,
}

impl Entries {
    /// The bars that are marked in both.
    #[inline(always)]
    fn new<const AVX2: bool>(a: &[u64; BLOCK_WORDS], b: &[u64; BLOCK_WORDS]) -> Self {
        let mut marks = [0; BLOCK_WORDS];
        let some = simd::both::<AVX2>(a, b, &mut marks);
        Self { marks, some }
    }

    /// First place from `from` on that is marked. Where it lies, in the same word or a later one, cannot be foreseen, so
    /// there is no branch on it.
    #[inline(always)]
    fn next(&self, from: usize) -> Option<usize> {
        if from >= BLOCK {
            return None;
        }
        let word = from / WORD;
        let here = self.marks[word] & (u64::MAX << (from % WORD));
        let later = self.some & (u64::MAX - 1) << word;
        let next = later.trailing_zeros() as usize % BLOCK_WORDS;
        let (word, marks) = if here == 0 { (next, self.marks[next]) } else { (word, here) };
        (here | later != 0).then(|| word * WORD + marks.trailing_zeros() as usize)
    }
}
