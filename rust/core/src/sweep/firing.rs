//! Where sets may enter, as bits: sets of one entry rule and the same sides fire on much the same bars, so they share a bitmap.
use super::{
    day_index::{BLOCK_WORDS, DayIndex, WORD},
    sets::{SetProgress, SweepSets},
};
use crate::{
    params::{EntryRule, ParamSet, Sides},
    simd::{self, Kernel},
};

/// Entry rules and sides.
const GROUPS: usize = EntryRule::NAMES.len() * Sides::NAMES.len();
const _: () = assert!(GROUPS <= u16::BITS as usize, "a group has a bit of 16");

/// Of some sets, which groups take a side in each leaf, and the bars of these leaves; the memory is kept from day to day.
#[derive(Debug, Default)]
pub(super) struct Firing {
    /// Groups of each leaf, as bits.
    of_leaf: Vec<u16>,
    /// How many bars have a leaf of each group.
    counts: [usize; GROUPS],
    /// These bars, block by block. Those without a state may be among them: no context holds there.
    bars: [Vec<[u64; BLOCK_WORDS]>; GROUPS],
}

impl Firing {
    fn group(set: &ParamSet) -> usize {
        set.entry_rule as usize * Sides::NAMES.len() + set.sides as usize
    }

    /// Takes up some sets of a sweep.
    pub(super) fn fill(&mut self, day: &DayIndex, sets: &SweepSets, some: &[SetProgress], wide: bool) {
        self.of_leaf.clear();
        self.of_leaf.resize(day.counts().len(), 0);
        for progress in some {
            let group = Self::group(&sets.sets[progress.set]);
            for (groups, &side) in self.of_leaf.iter_mut().zip(sets.fire(progress.set)) {
                *groups |= u16::from(side != 0) << group;
            }
        }
        self.counts = [0; GROUPS];
        for (&groups, &count) in self.of_leaf.iter().zip(day.counts()) {
            for (group, bars) in self.counts.iter_mut().enumerate() {
                *bars += if groups >> group & 1 == 0 { 0 } else { count as usize };
            }
        }
        for bars in &mut self.bars {
            bars.resize(day.blocks(), [0; BLOCK_WORDS]);
            // The others are overwritten to their end.
            bars.last_mut().into_iter().for_each(|block| block.fill(0));
        }
        simd::run(Mark { firing: self, leaves: day.leaves() }, wide);
    }

    /// How many bars have a leaf in which some set of its group takes a side.
    #[inline(always)]
    pub(super) fn count(&self, set: &ParamSet) -> usize {
        self.counts[Self::group(set)]
    }

    /// These bars of a block.
    #[inline(always)]
    pub(super) fn bars(&self, set: &ParamSet, block: usize) -> &[u64; BLOCK_WORDS] {
        &self.bars[Self::group(set)][block]
    }
}

/// Marks the bars of every group: the groups of 64 leaves are a byte each, twice, whose bits are taken apart.
struct Mark<'a> {
    firing: &'a mut Firing,
    leaves: &'a [u16],
}

impl Kernel for Mark<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const AVX2: bool>(self) {
        let Firing { of_leaf, counts, bars } = self.firing;
        for (place, leaves) in self.leaves.chunks(WORD).enumerate() {
            let mut halves = [[0_u8; WORD]; 2];
            for (k, &leaf) in leaves.iter().enumerate() {
                let [low, high] = of_leaf[usize::from(leaf)].to_le_bytes();
                (halves[0][k], halves[1][k]) = (low, high);
            }
            let (block, word) = (place / BLOCK_WORDS, place % BLOCK_WORDS);
            for (half, bytes) in halves.iter().enumerate() {
                let words = simd::bits::<AVX2>(bytes);
                let from = half * words.len();
                for (group, marks) in (from..GROUPS).zip(words) {
                    if counts[group] > 0 {
                        bars[group][block][word] = marks;
                    }
                }
            }
        }
    }
}
