//! Every set for itself, from entry to exit: the work is in proportion to what the set does.
//!
//! The rules stay those of `Market::exit_in`; here only bars are skipped at which nothing can happen: those at which a
//! set decides no entry, found in bitmaps of bars, and those that touch neither the protective level nor the target, nor
//! switch a trail on, many at a time.
use super::{
    day_index::{BLOCK, BLOCK_WORDS, DayIndex, GROUP, SHARE},
    extremes::ExtremesTable,
    grid::LevelGrid,
    sets::{SetProgress, SweepSets},
    threads::split,
};
use crate::{
    control::Control,
    error::Result,
    metrics::SetTotals,
    params::{EntryRule, ParamSet, Sides},
    regret::{EventSums, EventTable, Hindsight},
    simd::{self, Kernel},
    simulate::Position,
    trade::Trade,
};
use rayon::prelude::*;
use std::ops::Range;

/// Entry rules and sides: sets that share both fire on much the same bars.
const GROUPS: usize = EntryRule::NAMES.len() * Sides::NAMES.len();

/// A trade's part in a market event: entry bar and side (longs first) as a number, exit reason, and hindsight.
type Timed = (u32, u8, Hindsight);

/// Sets that go through the day together.
const TOGETHER: usize = 256;

/// The leaves in which some set of a group takes a side; the memory is kept from day to day.
#[derive(Debug, Default)]
struct Group {
    leaves: Vec<bool>,
    /// How many bars have one of them.
    count: usize,
    /// These bars, block by block.
    bars: Vec<[u64; BLOCK_WORDS]>,
}

/// Where sets may enter, by entry rule and sides; the memory is kept from day to day.
#[derive(Debug, Default)]
pub(super) struct Firing {
    groups: [Group; GROUPS],
}

impl Firing {
    fn of(set: &ParamSet) -> usize {
        set.entry_rule as usize * Sides::NAMES.len() + set.sides as usize
    }

    /// Takes up some sets of a sweep.
    pub(super) fn fill(&mut self, day: &DayIndex, sets: &SweepSets, some: &[SetProgress]) {
        for group in &mut self.groups {
            group.leaves.clear();
            group.leaves.resize(day.counts().len(), false);
        }
        for progress in some {
            let group = &mut self.groups[Self::of(&sets.sets[progress.set])];
            for (leaf, &side) in group.leaves.iter_mut().zip(sets.fire(progress.set)) {
                *leaf |= side != 0;
            }
        }
        for Group { leaves, count, bars } in &mut self.groups {
            bars.clear();
            bars.resize(day.blocks(), [0; BLOCK_WORDS]);
            *count = 0;
            for (leaf, _) in leaves.iter().enumerate().filter(|(_, some)| **some) {
                *count += day.counts()[leaf] as usize;
                bars.iter_mut().enumerate().for_each(|(block, bars)| day.mark(block, leaf, bars));
            }
        }
    }
}

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
        for block in 0..path.day.blocks() {
            control.check()?;
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

    /// A set, and the leaves that it fires in where that is worth looking at its own bars only.
    #[inline(always)]
    fn runner(self, progress: SetProgress, leaves: &mut Vec<u16>) -> Runner {
        let (set, fire) = (&self.sets.sets[progress.set], self.sets.fire(progress.set));
        let counts = self.day.counts();
        let count: u32 = counts.iter().zip(fire).map(|(&count, &side)| if side == 0 { 0 } else { count }).sum();
        let others = self.firing.groups[Firing::of(set)].count - count as usize;
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
        let (ts, codes) = (&market.bars.ts[..], &market.states.codes[..]);
        let Runner { progress: SetProgress { set: k, tally, losses_in_a_row, bar }, own, over } = runner;
        let (set, fire) = (&self.sets.sets[*k], self.sets.fire(*k));
        let (mut of_leaves, mut of_contexts) = ([0; BLOCK_WORDS], [0; BLOCK_WORDS]);
        let firing = match own {
            None => &self.firing.groups[Firing::of(set)].bars[block],
            Some(own) => {
                leaves[own.clone()].iter().for_each(|&leaf| self.day.mark(block, usize::from(leaf), &mut of_leaves));
                &of_leaves
            }
        };
        let allowed = self.day.context(block, set.contexts_allowed, &mut of_contexts);
        let first = block * BLOCK;
        let mut from = (*bar).max(first);
        while let Some(place) = next(firing, allowed, from - first) {
            let i = first + place;
            from = i + 1;
            let side = fire[usize::from(market.leaf_of[usize::from(codes[i])])];
            if side == 0 {
                continue;
            }
            if ts[i + 1] - ts[i] > market.rules.max_entry_gap {
                tally.totals.dropped += 1;
                continue;
            }
            let trade = self.hold::<AVX2>(set, side, i);
            let (net, exit) = (market.net_of(&trade), trade.exit_bar as usize);
            tally.add(&trade, net, ts[exit] - ts[i + 1]);
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

    /// As `Market::hold`.
    #[inline(always)]
    fn hold<const AVX2: bool>(self, set: &ParamSet, side: i8, i: usize) -> Trade {
        let (market, day) = (self.grid.market, self.day);
        let e = i + 1;
        let mut position = market.enter(set, side, i);
        let timed = day.bar_from(market.bars.ts[e].saturating_add(set.max_hold_seconds)).max(e + 1);
        let until = timed.min(self.grid.flat_bar.max(e));
        let j = if side > 0 {
            self.pass::<AVX2, false>(&mut position, e, until)
        } else {
            self.pass::<AVX2, true>(&mut position, e, until)
        };
        let trade = if j < market.bars.len() { market.exit_in(&position, j) } else { None };
        trade.unwrap_or_else(|| market.exit_at_end(&position))
    }

    /// First of the bars `from..until` that ends the position, or `until`; leaves the peak of the bars before where it
    /// switches the trail on.
    #[inline(always)]
    fn pass<const AVX2: bool, const SHORT: bool>(self, position: &mut Position, from: usize, until: usize) -> usize {
        let (market, day) = (self.grid.market, self.day);
        let (stop, reaches, activates) = (position.stop(), market.reaches(position), position.activates());
        let up = reaches.min(activates.unwrap_or(reaches));
        let (low, high) = if SHORT { (-up, -stop) } else { (stop, up) };
        let mut j = day.first_beyond::<AVX2>(market, low, high, from, until);
        let Some(activates) = activates else { return j };
        let (lows, highs) = (&market.bars.low[..until], &market.bars.high[..until]);
        let mirrored = |j: usize| if SHORT { (-highs[j], -lows[j]) } else { (lows[j], highs[j]) };
        while j < until {
            let (low, high) = mirrored(j);
            if low <= position.protective().0 || high >= reaches {
                break;
            }
            debug_assert!(high.max(position.peak) >= activates);
            position.peak = position.peak.max(high);
            j += 1;
        }
        j
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

/// First place from `from` on that is marked in both.
#[inline(always)]
fn next(a: &[u64; BLOCK_WORDS], b: &[u64; BLOCK_WORDS], from: usize) -> Option<usize> {
    let mut word = from / GROUP;
    let mut both = a.get(word)? & b[word] & (u64::MAX << (from % GROUP));
    while both == 0 {
        word += 1;
        both = a.get(word)? & b[word];
    }
    Some(word * GROUP + both.trailing_zeros() as usize)
}
