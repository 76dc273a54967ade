//! A group of sets that one worker carries through the day.
use super::{
    axes::{Axes, ExitSlots},
    candidates::{Contexts, EntryBlock, LATER},
};
use crate::{
    metrics::{SetTotals, Tally},
    params::ParamSet,
    regret::EventSums,
    sweep::{
        grid::LevelGrid,
        sets::{SetProgress, SweepSets},
    },
};

/// Sets of a cohort: what a worker touches stays near the processor.
pub(super) const COHORT: usize = 1024;

/// No second at all.
pub(super) const NEVER: i32 = i32::MAX;

/// Bits of the seconds in [`SetState::by_sign`]; trades take 14 bits, the gross result the upper half.
pub(super) const SECONDS: u32 = 18;

/// What is read or written with every trade of a set: one cache line.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct SetState {
    pub slots: ExitSlots,
    pub losses_in_a_row: u16,
    pub max_losses: u16,
    /// Second from which the set may decide again, [`NEVER`] once its day is over.
    pub free_from: i32,
    /// Sums over the gains and over the losses of the block, each packed into one number: ticks, trades, seconds.
    pub by_sign: [u64; 2],
    pub gross_sq: i64,
    pub below_peak: i64,
    pub max_drawdown: i64,
}

/// Sets that are taken from a word of bits at a time.
pub(super) const STEP: usize = 8;

/// The sets that enter at one candidate; the memory is kept from candidate to candidate.
pub(super) struct Entering {
    /// Their places, and room for what is written beyond the last.
    pub list: [u16; COHORT + STEP],
    /// Those whose trade the tables do not hold.
    pub fallback: Vec<u16>,
}

impl Default for Entering {
    fn default() -> Self {
        Self { list: [0; COHORT + STEP], fallback: Vec::new() }
    }
}

pub(super) struct Cohort {
    /// Numbers of the sets in the sweep.
    pub members: Vec<usize>,
    pub sets: Vec<ParamSet>,
    /// Words of a bitset of members.
    pub words: usize,
    /// Sets that are still trading this day.
    pub alive: usize,
    /// Sets that take a side in a leaf, at `(2 * leaf + kind) * words`.
    pub fire: Vec<u64>,
    /// Sets that may trade in a context, at `context * words`.
    pub allow: Vec<u64>,
    columns: Vec<u64>,
    pub set_states: Box<[SetState; COHORT]>,
    /// The candidate of the block from which each set may decide again.
    pub due: Box<[u16; COHORT]>,
    pub totals: Vec<SetTotals>,
    /// Trades in the last block.
    pub traded: i64,
    pub entering: Box<Entering>,
    /// By candidate of the block, if market events are wanted.
    pub events: Vec<EventSums>,
}

/// A boxed array that never lies on the stack.
pub(super) fn boxed<T: Copy, const N: usize>(value: T) -> Box<[T; N]> {
    match vec![value; N].into_boxed_slice().try_into() {
        Ok(array) => array,
        Err(_) => unreachable!("the length is N"),
    }
}

impl Default for Cohort {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            sets: Vec::new(),
            words: 0,
            alive: 0,
            fire: Vec::new(),
            allow: Vec::new(),
            columns: Vec::new(),
            set_states: boxed(SetState::default()),
            due: boxed(LATER),
            totals: Vec::new(),
            traded: 0,
            entering: Box::default(),
            events: Vec::new(),
        }
    }
}

impl Cohort {
    /// Takes up sets at the start of their day.
    pub(super) fn load(&mut self, contexts: &Contexts, sets: &SweepSets, members: &[usize]) {
        self.members.clear();
        self.members.extend(members);
        self.alive = members.len();
        self.totals.clear();
        self.totals.extend(members.iter().map(|&k| SetTotals { refused: sets.refused[k], ..SetTotals::default() }));
        for (state, &k) in self.set_states.iter_mut().zip(members) {
            // A day has fewer trades than 16 bits hold.
            let max_losses = match sets.sets[k].max_consecutive_losses {
                0 => u16::MAX,
                n => n.min(i32::from(u16::MAX)) as u16,
            };
            *state = SetState { free_from: i32::MIN, max_losses, ..SetState::default() };
        }
        self.events.clear();
        self.place(contexts, sets);
    }

    /// Lets go of sets whose day is over, and hands `done` their numbers and totals.
    pub(super) fn compact(&mut self, contexts: &Contexts, sets: &SweepSets, mut done: impl FnMut(usize, &SetTotals)) {
        let mut kept = 0;
        for k in 0..self.members.len() {
            if self.set_states[k].free_from == NEVER {
                done(self.members[k], &self.totals[k]);
            } else {
                self.members[kept] = self.members[k];
                self.set_states[kept] = self.set_states[k];
                self.totals[kept] = self.totals[k];
                kept += 1;
            }
        }
        self.members.truncate(kept);
        self.totals.truncate(kept);
        self.place(contexts, sets);
    }

    /// Lays out what belongs to the members' places.
    fn place(&mut self, contexts: &Contexts, sets: &SweepSets) {
        let (members, n) = (&self.members[..], sets.n_leaves);
        self.words = members.len().div_ceil(64);
        self.due.fill(LATER);
        self.sets.clear();
        self.sets.extend(members.iter().map(|&k| sets.sets[k]));
        // Each word's column by itself, so that a set is a plain loop over leaves; then turned into rows.
        let columns = &mut self.columns;
        columns.clear();
        columns.resize(self.words * 2 * n, 0);
        for (k, &member) in members.iter().enumerate() {
            let bit = 1u64 << (k % 64);
            let (long, short) = columns[k / 64 * 2 * n..][..2 * n].split_at_mut(n);
            for ((long, short), &side) in long.iter_mut().zip(short).zip(sets.fire(member)) {
                *long |= if side > 0 { bit } else { 0 };
                *short |= if side < 0 { bit } else { 0 };
            }
        }
        let words = self.words;
        self.fire.clear();
        self.fire.extend(
            (0..2 * n)
                .flat_map(|row| {
                    let column = 2 * n;
                    let at = row % 2 * n + row / 2;
                    (0..words).map(move |w| w * column + at)
                })
                .map(|at| columns[at]),
        );
        columns.clear();
        columns.resize(words * contexts.bits.len(), 0);
        for (k, set) in self.sets.iter().enumerate() {
            let bit = 1u64 << (k % 64);
            for (allow, bits) in columns[k / 64 * contexts.bits.len()..].iter_mut().zip(&contexts.bits) {
                *allow |= if bits & set.contexts_allowed == 0 { 0 } else { bit };
            }
        }
        self.allow.clear();
        self.allow.extend(
            (0..contexts.bits.len())
                .flat_map(|c| (0..words).map(move |w| w * contexts.bits.len() + c))
                .map(|at| columns[at]),
        );
    }

    /// Points every set at its places in rows of these axes.
    pub(super) fn set_axes(&mut self, grid: &LevelGrid, axes: &Axes) {
        let limit = grid.market.rules.limit_offset();
        for (state, set) in self.set_states.iter_mut().zip(&self.sets) {
            state.slots = axes.slots(set, limit, grid.range);
        }
    }

    /// Whether any set takes this side in this leaf and context.
    pub(super) fn any(&self, leaf: usize, kind: usize, context: usize) -> bool {
        let fire = &self.fire[(2 * leaf + kind) * self.words..][..self.words];
        let allow = &self.allow[context * self.words..][..self.words];
        fire.iter().zip(allow).any(|(a, b)| a & b != 0)
    }

    /// Adds the packed sums of the block to the totals.
    #[inline(always)]
    pub(super) fn close_block(&mut self) {
        self.traded = 0;
        for (state, t) in self.set_states.iter_mut().zip(&mut self.totals) {
            let [(wins, gross_win, seconds_win), (losses, gross_loss, seconds_loss)] = state.by_sign.map(|x| {
                let (high, low) = ((x >> 32) as i32, x as u32);
                (i64::from(low >> SECONDS), i64::from(high), i64::from(low & ((1 << SECONDS) - 1)))
            });
            state.by_sign = [0; 2];
            t.trades += wins + losses;
            self.traded += wins + losses;
            t.wins += wins;
            t.losses += losses;
            t.gross += gross_win + gross_loss;
            t.worst += gross_win + gross_loss;
            t.best += gross_win + gross_loss;
            t.gross_win += gross_win;
            t.gross_loss += gross_loss;
            t.duration += seconds_win + seconds_loss;
            t.duration_win += seconds_win;
            t.duration_loss += seconds_loss;
            t.gross_sq = state.gross_sq;
            t.max_drawdown = state.max_drawdown;
        }
    }

    /// Finds where in a block each set may decide again.
    #[inline(always)]
    pub(super) fn open_block(&mut self, block: &EntryBlock, start: i32) {
        for (due, state) in self.due.iter_mut().zip(&self.set_states[..self.members.len()]) {
            *due = block.next.get(state.free_from.saturating_sub(start).max(0) as usize).copied().unwrap_or(LATER);
        }
    }

    /// Hands `done` the numbers and totals of all sets, or of those whose day is over.
    pub(super) fn finished(&self, over: bool, mut done: impl FnMut(usize, &SetTotals)) {
        for ((&k, totals), state) in self.members.iter().zip(&self.totals).zip(&self.set_states[..]) {
            if !over || state.free_from == NEVER {
                done(k, totals);
            }
        }
    }

    /// Sets that are still trading, as they go on at bar `bar` or later.
    pub(super) fn progress(&self, grid: &LevelGrid, bar: usize) -> impl Iterator<Item = SetProgress> {
        let ts = &grid.market.bars.ts;
        let members = self.members.iter().zip(&self.totals).zip(&self.set_states[..]);
        members.filter(|(_, state)| state.free_from != NEVER).map(move |((&set, &totals), state)| SetProgress {
            set,
            tally: Tally { totals, below_peak: state.below_peak },
            losses_in_a_row: i32::from(state.losses_in_a_row),
            bar: bar.max(ts.partition_point(|&t| t < state.free_from)),
        })
    }
}
