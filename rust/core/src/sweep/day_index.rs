//! What the per-set path looks up in a day: the bar of a second, the bars of a leaf and of a context, and when the price
//! leaves a band. It depends on the day alone.
use super::passage::Passages;
use crate::{market::Market, simd, state::INVALID};
use std::ops::Range;

/// Bits of a word, each a bar or a second.
pub(super) const WORD: usize = 64;

/// What [`DayIndex::share`] counts the whole as.
pub(super) const SHARE: usize = 64;

/// Bars that all sets of a worker go through before any goes on: what they read stays near the processor.
pub(super) const BLOCK: usize = 4096;

/// Words of a block's bitmaps.
pub(super) const BLOCK_WORDS: usize = BLOCK / WORD;

/// The look-ups of one day; the memory is kept when it is filled anew.
#[derive(Debug, Default)]
pub(super) struct DayIndex {
    /// Second of the first bar.
    start: i32,
    bars: usize,
    /// Seconds with a bar, as bits, and the number of bars before each word of them.
    seconds: Vec<u64>,
    before: Vec<u32>,
    /// Bars that may decide an entry, as bits: those of each context bit that occurs, and their
    /// share.
    contexts: Vec<(u32, Vec<[u64; BLOCK_WORDS]>, usize)>,
    /// The same by block and leaf: their places in the block, and where each list begins.
    of_leaf: Vec<u16>,
    begins: Vec<u32>,
    /// How many bars have a leaf.
    counts: Vec<u32>,
    /// Leaf of each bar that may decide an entry, anything where it has no state.
    leaves: Vec<u16>,
    passages: Passages,
}

impl DayIndex {
    /// Takes up a day.
    pub(super) fn fill(&mut self, market: &Market) {
        let bars = market.bars;
        self.start = bars.ts[0];
        self.bars = bars.len();
        self.fill_seconds(&bars.ts);
        self.passages.fill(bars);
        let end = bars.ts[..bars.len() - 1].partition_point(|&t| t < market.last_decision());
        self.fill_contexts(market, end);
        self.fill_leaves(market, end);
    }

    fn fill_seconds(&mut self, ts: &[i32]) {
        let words = (ts[ts.len() - 1] - self.start) as usize / WORD + 1;
        self.seconds.clear();
        self.seconds.resize(words, 0);
        for &t in ts {
            let second = (t - self.start) as usize;
            self.seconds[second / WORD] |= 1 << (second % WORD);
        }
        self.before.clear();
        let mut bars = 0;
        for word in &self.seconds {
            self.before.push(bars);
            bars += word.count_ones();
        }
    }

    fn fill_contexts(&mut self, market: &Market, end: usize) {
        let states = market.states;
        let mut place = [usize::MAX; 32];
        self.contexts.clear();
        for (word, (codes, contexts)) in
            states.codes[..end].chunks(WORD).zip(states.contexts[..end].chunks(WORD)).enumerate()
        {
            let mut words = [0_u64; 32];
            let mut seen = 0;
            for (bit, (&code, &context)) in codes.iter().zip(contexts).enumerate() {
                let mut left = if code == INVALID { 0 } else { context };
                seen |= left;
                while left != 0 {
                    words[left.trailing_zeros() as usize] |= 1 << bit;
                    left &= left - 1;
                }
            }
            while seen != 0 {
                let context = seen.trailing_zeros() as usize;
                seen &= seen - 1;
                if place[context] == usize::MAX {
                    place[context] = self.contexts.len();
                    self.contexts.push((1 << context, vec![[0; BLOCK_WORDS]; end.div_ceil(BLOCK)], 0));
                }
                self.contexts[place[context]].1[word / BLOCK_WORDS][word % BLOCK_WORDS] = words[context];
            }
        }
        let valid = states.codes[..end].iter().filter(|&&code| code != INVALID).count().max(1);
        for (_, bars, share) in &mut self.contexts {
            *share = bars.as_flattened().iter().map(|word| word.count_ones() as usize).sum::<usize>() * SHARE / valid;
        }
    }

    fn fill_leaves(&mut self, market: &Market, end: usize) {
        let leaves = market.n_leaves();
        let list = |bar: usize, code: u16| bar / BLOCK * leaves + usize::from(market.leaf_of[usize::from(code)]);
        let valid = || market.states.codes[..end].iter().copied().enumerate().filter(|&(_, code)| code != INVALID);
        self.begins.clear();
        self.begins.resize(end.div_ceil(BLOCK) * leaves + 1, 0);
        for (bar, code) in valid() {
            self.begins[list(bar, code) + 1] += 1;
        }
        self.counts.clear();
        self.counts.resize(leaves, 0);
        for of_block in self.begins[1..].chunks(leaves.max(1)) {
            self.counts.iter_mut().zip(of_block).for_each(|(count, bars)| *count += bars);
        }
        let mut bars = 0;
        for begin in &mut self.begins {
            bars += *begin;
            *begin = bars;
        }
        self.leaves.clear();
        self.leaves.extend(market.states.codes[..end].iter().map(|&code| match code {
            INVALID => 0,
            code => market.leaf_of[usize::from(code)],
        }));
        self.of_leaf.clear();
        self.of_leaf.resize(bars as usize, 0);
        let mut next = self.begins.clone();
        for (bar, code) in valid() {
            let at = &mut next[list(bar, code)];
            self.of_leaf[*at as usize] = (bar % BLOCK) as u16;
            *at += 1;
        }
    }

    /// Bytes of the look-ups.
    pub(super) fn nbytes(&self) -> usize {
        let contexts: usize = self.contexts.iter().map(|(_, bars, _)| size_of_val(&bars[..])).sum();
        contexts
            + size_of_val(&self.seconds[..])
            + size_of_val(&self.before[..])
            + size_of_val(&self.of_leaf[..])
            + size_of_val(&self.begins[..])
            + size_of_val(&self.counts[..])
            + size_of_val(&self.leaves[..])
            + self.passages.nbytes()
    }

    /// First bar from second `t` on; the number of bars if there is none.
    #[inline(always)]
    pub(super) fn bar_from(&self, t: i32) -> usize {
        let second = t.saturating_sub(self.start).max(0) as usize;
        match self.seconds.get(second / WORD) {
            Some(word) => {
                let earlier = word & ((1 << (second % WORD)) - 1);
                (self.before[second / WORD] + earlier.count_ones()) as usize
            }
            None => self.bars,
        }
    }

    /// How many bars have each leaf.
    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Blocks in which entries may be decided.
    pub(super) fn blocks(&self) -> usize {
        if self.counts.is_empty() { 0 } else { (self.begins.len() - 1) / self.counts.len() }
    }

    /// Marks the bars of a leaf in a block.
    #[inline(always)]
    pub(super) fn mark(&self, block: usize, leaf: usize, bars: &mut [u64; BLOCK_WORDS]) {
        let list = block * self.counts.len() + leaf;
        for &bar in &self.of_leaf[self.begins[list] as usize..self.begins[list + 1] as usize] {
            let bar = usize::from(bar) % BLOCK;
            bars[bar / WORD] |= 1 << (bar % WORD);
        }
    }

    /// The bars of a block at which some of these context bits hold; `own` has room for those of several bits.
    #[inline(always)]
    pub(super) fn context<'a>(
        &'a self,
        block: usize,
        allowed: u32,
        own: &'a mut [u64; BLOCK_WORDS],
    ) -> &'a [u64; BLOCK_WORDS] {
        let mut of = self.contexts.iter().filter(|(bit, ..)| bit & allowed != 0).map(|(_, blocks, _)| &blocks[block]);
        let (first, second) = (of.next(), of.next());
        if let (Some(only), None) = (first, second) {
            return only;
        }
        own.fill(0);
        for bars in first.into_iter().chain(second).chain(of) {
            own.iter_mut().zip(bars).for_each(|(any, word)| *any |= word);
        }
        own
    }

    /// About which part of the bars with a state some of these context bits hold at.
    #[inline(always)]
    pub(super) fn share(&self, allowed: u32) -> usize {
        let of = self.contexts.iter().filter(|(bit, ..)| bit & allowed != 0).map(|&(.., share)| share);
        of.sum::<usize>().min(SHARE)
    }

    /// Leaf of each bar that may decide an entry, anything where it has no state.
    pub(super) fn leaves(&self) -> &[u16] {
        &self.leaves
    }

    /// Leaf of a bar that is marked.
    #[inline(always)]
    pub(super) fn leaf(&self, bar: usize) -> usize {
        usize::from(self.leaves[bar])
    }

    /// Asks for what trades of some bars look up, which will be soon.
    #[inline(always)]
    pub(super) fn fetch(&self, bars: Range<usize>) {
        simd::prefetch(&self.leaves[bars.start.min(self.leaves.len())..bars.end.min(self.leaves.len())]);
        self.passages.fetch(bars);
    }

    /// When the price leaves a band.
    #[inline(always)]
    pub(super) fn passages(&self) -> &Passages {
        &self.passages
    }
}
