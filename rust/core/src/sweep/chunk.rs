//! A group of sets that one worker carries through the day.
use super::{
    SweepSets,
    axes::{Axes, Key},
    candidates::{Block, Contexts, LATER},
    grid::Grid,
    hot::Scratch,
};
use crate::{metrics::SetTotals, params::ParamSet, regret::EventSums};

/// Sets of a chunk: what a worker touches stays near the processor.
pub(super) const CHUNK: usize = 1024;

/// No second at all.
pub(super) const NEVER: i32 = i32::MAX;

/// Bits of the seconds in [`Seat::by_sign`]; trades take 14 bits, the gross result the upper half.
pub(super) const SECONDS: u32 = 18;

/// What is read or written with every trade of a set: one cache line.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Seat {
    pub key: Key,
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

pub(super) struct Chunk {
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
    pub seats: Box<[Seat; CHUNK]>,
    /// The candidate of the block from which each set may decide again.
    pub due: Box<[u16; CHUNK]>,
    pub totals: Vec<SetTotals>,
    pub scratch: Box<Scratch>,
    /// By candidate of the block, if market events are wanted.
    pub events: Vec<EventSums>,
}

/// A boxed array that never lies on the stack.
fn boxed<T: Copy + Default, const N: usize>() -> Box<[T; N]> {
    match vec![T::default(); N].into_boxed_slice().try_into() {
        Ok(array) => array,
        Err(_) => unreachable!("the length is N"),
    }
}

impl Chunk {
    pub(super) fn new(contexts: &Contexts, sets: &SweepSets, members: Vec<usize>) -> Self {
        let m = members.len();
        let words = m.div_ceil(64);
        let mut fire = vec![0; 2 * sets.n_leaves * words];
        let mut allow = vec![0; contexts.bits.len() * words];
        let mut seats: Box<[Seat; CHUNK]> = boxed();
        for (k, &member) in members.iter().enumerate() {
            let set = &sets.sets[member];
            let (word, bit) = (k / 64, 1u64 << (k % 64));
            for (leaf, &side) in sets.fire(member).iter().enumerate() {
                if side != 0 {
                    fire[(2 * leaf + usize::from(side < 0)) * words + word] |= bit;
                }
            }
            for (c, bits) in contexts.bits.iter().enumerate() {
                if bits & set.contexts_allowed != 0 {
                    allow[c * words + word] |= bit;
                }
            }
            // A day has fewer trades than 16 bits hold.
            seats[k].free_from = i32::MIN;
            seats[k].max_losses = set.max_consecutive_losses.min(i32::from(u16::MAX)) as u16;
        }
        let totals = members.iter().map(|&k| SetTotals { refused: sets.refused[k], ..SetTotals::default() }).collect();
        Self {
            sets: members.iter().map(|&k| sets.sets[k]).collect(),
            members,
            words,
            alive: m,
            fire,
            allow,
            seats,
            due: Box::new([LATER; CHUNK]),
            totals,
            scratch: Box::default(),
            events: Vec::new(),
        }
    }

    /// Points every set at its places in rows of these axes.
    pub(super) fn set_axes(&mut self, grid: &Grid, axes: &Axes) {
        let limit = grid.market.rules.limit_offset();
        for (seat, set) in self.seats.iter_mut().zip(&self.sets) {
            seat.key = axes.key(set, limit, grid.range);
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
        for (seat, t) in self.seats.iter_mut().zip(&mut self.totals) {
            let [(wins, gross_win, seconds_win), (losses, gross_loss, seconds_loss)] = seat.by_sign.map(|x| {
                let (high, low) = ((x >> 32) as i32, x as u32);
                (i64::from(low >> SECONDS), i64::from(high), i64::from(low & ((1 << SECONDS) - 1)))
            });
            seat.by_sign = [0; 2];
            t.trades += wins + losses;
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
            t.gross_sq = seat.gross_sq;
            t.max_drawdown = seat.max_drawdown;
        }
    }

    /// Finds where in a block each set may decide again.
    #[inline(always)]
    pub(super) fn open_block(&mut self, block: &Block, start: i32) {
        for (due, seat) in self.due.iter_mut().zip(&self.seats[..self.members.len()]) {
            *due = block.next.get(seat.free_from.saturating_sub(start).max(0) as usize).copied().unwrap_or(LATER);
        }
    }
}
