//! The entries of a block of bars that some set could make, and when a set is free to make them.
use crate::{state::INVALID, sweep::grid::LevelGrid};
use std::collections::BTreeMap;

/// Bars of a block.
const BARS: usize = 8192;

/// Seconds of a block: counts of a set's trades and of their seconds must stay within their bits.
const SECONDS: i32 = 16384;

/// One entry that some set could make.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Decision bar.
    pub bar: u32,
    pub leaf: u16,
    /// Its number in [`Contexts`].
    pub context: u32,
    /// Level of the entry fill as its side sees it.
    pub entry: i32,
    pub kind: Kind,
}

/// What happens to the orders of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Long = 0,
    Short = 1,
    /// The next bar comes too late: every order is dropped.
    Dropped = 2,
}

/// No candidate of this block.
pub(super) const LATER: u16 = i16::MAX as u16;

/// Candidates in order of bars, long before short.
#[derive(Debug, Default)]
pub(super) struct EntryBlock {
    pub list: Vec<Candidate>,
    /// Candidate that a set can take which is free from this second of the window on, [`LATER`] behind the last.
    pub next: Vec<u16>,
}

impl EntryBlock {
    /// Lists the candidates from bar `from` on and gives the bar at which the next block begins, if there is one.
    /// `some_set` says whether any set takes a side (0 long, 1 short) in a leaf and context.
    pub(super) fn fill(
        &mut self,
        grid: &LevelGrid,
        contexts: &Contexts,
        firing: &mut FiringIndex,
        mut some_set: impl FnMut(usize, usize, usize) -> bool,
        from: usize,
    ) -> Option<usize> {
        let market = grid.market;
        let (bars, states) = (market.bars, market.states);
        self.list.clear();
        for i in from..bars.len() - 1 {
            let ts = bars.ts[i];
            if ts >= market.last_decision() {
                break;
            }
            if let Some(head) = self.list.first()
                && (i - head.bar as usize >= BARS || ts - bars.ts[head.bar as usize] >= SECONDS)
            {
                return Some(i);
            }
            let code = states.codes[i];
            if code == INVALID {
                continue;
            }
            let leaf = market.leaf_of[usize::from(code)];
            let context = contexts.of_bar[i];
            let kinds = firing.kinds(leaf, context, &mut some_set);
            let mut add = |kind, entry| self.list.push(Candidate { bar: i as u32, leaf, context, entry, kind });
            if kinds == 0 {
                continue;
            }
            if bars.ts[i + 1] - ts > market.rules.max_entry_gap {
                add(Kind::Dropped, 0);
                continue;
            }
            for (side, kind) in [Kind::Long, Kind::Short].into_iter().enumerate() {
                if kinds >> side & 1 != 0 {
                    add(kind, grid.level(side, bars.open[i + 1]) + market.slip[i + 1]);
                }
            }
        }
        None
    }

    /// Notes where each second finds its next candidate; `seconds` from the start of the window can be asked for.
    pub(super) fn index(&mut self, grid: &LevelGrid, start: i32, seconds: usize) {
        self.next.clear();
        for (q, c) in self.list.iter().enumerate() {
            let until = (grid.market.bars.ts[c.bar as usize] - start) as usize + 1;
            if until > self.next.len() {
                self.next.resize(until, q as u16);
            }
        }
        self.next.resize(seconds.max(self.next.len()), LATER);
    }
}

const RECENT_BITS: u32 = 10;

/// Number of a value that was not met yet.
const UNKNOWN: u32 = u32::MAX;

/// The day's distinct context values, numbered as they first occur.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    pub bits: Vec<u32>,
    /// Number of each bar's value.
    of_bar: Vec<u32>,
    numbers: BTreeMap<u32, u32>,
    /// Values found last and their numbers, by a hash: few values make up a day.
    recent: Vec<(u32, u32)>,
}

impl Contexts {
    pub(super) fn fill(&mut self, values: &[u32]) {
        self.bits.clear();
        self.of_bar.clear();
        self.numbers.clear();
        self.recent.clear();
        self.recent.resize(1 << RECENT_BITS, (0, UNKNOWN));
        for &value in values {
            let recent = &mut self.recent[(value.wrapping_mul(0x9E37_79B1) >> (32 - RECENT_BITS)) as usize];
            if recent.0 != value || recent.1 == UNKNOWN {
                let number = *self.numbers.entry(value).or_insert_with(|| {
                    self.bits.push(value);
                    self.bits.len() as u32 - 1
                });
                *recent = (value, number);
            }
            self.of_bar.push(recent.1);
        }
    }
}

/// Sides that some set takes in each leaf and context, found when first asked for.
#[derive(Debug, Default)]
pub(super) struct FiringIndex {
    known: Vec<u8>,
    contexts: usize,
}

impl FiringIndex {
    /// Forgets what was known: of other sets, or of more of them.
    pub(super) fn clear(&mut self, n_leaves: usize, contexts: usize) {
        self.known.clear();
        self.known.resize(n_leaves * contexts, 0);
        self.contexts = contexts;
    }

    fn kinds(&mut self, leaf: u16, context: u32, some_set: &mut impl FnMut(usize, usize, usize) -> bool) -> u8 {
        let (leaf, context) = (usize::from(leaf), context as usize);
        let known = &mut self.known[leaf * self.contexts + context];
        if *known == 0 {
            let mut side = |kind| u8::from(some_set(leaf, kind, context));
            *known = 4 | side(1) << 1 | side(0);
        }
        *known & 3
    }
}
