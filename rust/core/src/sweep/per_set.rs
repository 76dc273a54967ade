//! Every set for itself, from entry to exit: fastest for few sets, and the path of sets that the batched tables do not
//! hold.
//!
//! The rules stay those of [`Market::exit_in`]; here only bars are skipped at which no exit can happen: groups of them
//! that touch neither the protective level nor the target, nor move the trail.
use super::{
    extremes::ExtremesTable,
    grid::LevelGrid,
    sets::{SetProgress, SweepSets},
    threads::split,
};
use crate::{
    control::Control,
    error::Result,
    metrics::SetTotals,
    params::ParamSet,
    regret::{EventSums, EventTable, Hindsight},
    simulate::{Market, Position, Trade},
    state::INVALID,
};
use rayon::prelude::*;

/// Bars of a group.
const GROUP: usize = 16;

/// A trade's part in a market event: entry bar and side (longs first) as a number, exit reason, and hindsight.
type Timed = (u32, u8, Hindsight);

/// What the path looks up in a day; the memory is kept from day to day.
#[derive(Debug, Default)]
pub(super) struct DayIndex {
    /// Leaf of each bar (the number of leaves where there is no state), and its context bits in the upper half.
    state: Vec<u64>,
    /// First bar at or after each second from the first bar on.
    bar_at: Vec<u32>,
    sides: [GroupExtremes; 2],
}

/// Highs and lows that a side sees, of bars and of groups of them.
#[derive(Debug, Default)]
struct GroupExtremes {
    high: Vec<i32>,
    low: Vec<i32>,
    group_high: Vec<i32>,
    group_low: Vec<i32>,
}

impl GroupExtremes {
    fn fill(&mut self, high: impl Iterator<Item = i32>, low: impl Iterator<Item = i32>) {
        self.high.clear();
        self.high.extend(high);
        self.low.clear();
        self.low.extend(low);
        self.group_high.clear();
        self.group_high.extend(self.high.chunks(GROUP).map(|bars| bars.iter().fold(i32::MIN, |h, &p| h.max(p))));
        self.group_low.clear();
        self.group_low.extend(self.low.chunks(GROUP).map(|bars| bars.iter().fold(i32::MAX, |l, &p| l.min(p))));
    }
}

impl DayIndex {
    pub(super) fn fill(&mut self, grid: &LevelGrid) {
        let (market, bars) = (grid.market, grid.market.bars);
        let none = market.n_leaves() as u16;
        let leaf = |code: u16| if code == INVALID { none } else { market.leaf_of[usize::from(code)] };
        let state = |(&code, &bits): (&u16, &u32)| u64::from(leaf(code)) | u64::from(bits) << 32;
        self.state.clear();
        self.state.extend(market.states.codes.iter().zip(&market.states.contexts).map(state));
        self.bar_at.clear();
        for (bar, &t) in bars.ts.iter().enumerate() {
            self.bar_at.resize((t - bars.ts[0]) as usize + 1, bar as u32);
        }
        let [long, short] = &mut self.sides;
        long.fill(bars.high.iter().copied(), bars.low.iter().copied());
        short.fill(bars.low.iter().map(|p| -p), bars.high.iter().map(|p| -p));
    }

    /// First bar from second `t` on.
    fn bar_from(&self, market: &Market, t: i32) -> usize {
        let bars = market.bars;
        self.bar_at.get((t - bars.ts[0]).max(0) as usize).map_or(bars.len(), |&bar| bar as usize)
    }

    /// As [`Market::hold`].
    fn hold(&self, market: &Market, set: &ParamSet, side: i8, i: usize) -> Trade {
        let e = i + 1;
        let mut position = market.enter(set, side, i);
        let timed = self.bar_from(market, market.bars.ts[e].saturating_add(set.max_hold_seconds)).max(e + 1);
        let until = timed.min(self.bar_from(market, market.flat_from()).max(e));
        let j = self.pass(market, set, &mut position, side, e, until);
        let trade = if j < market.bars.len() { market.exit_in(&position, j) } else { None };
        trade.unwrap_or_else(|| market.exit_at_end(&position))
    }

    /// First of the bars `from..until` that ends the position, or `until`; leaves the peak of the bars before.
    fn pass(
        &self,
        market: &Market,
        set: &ParamSet,
        position: &mut Position,
        side: i8,
        from: usize,
        until: usize,
    ) -> usize {
        let GroupExtremes { high, low, group_high, group_low } = &self.sides[usize::from(side < 0)];
        let reaches = market.reaches(position);
        let trails = set.trail_activation_ticks > 0;
        // Up to this price a new peak changes nothing.
        let quiet = |peak: i32, position: &Position| {
            if trails { peak.max(position.activates() - 1) } else { i32::MAX }
        };
        let mut level = position.protective().0;
        let mut harmless = quiet(position.peak, position);
        let mut j = from;
        while j < until {
            if j.is_multiple_of(GROUP) && j + GROUP <= until {
                let (h, l) = (group_high[j / GROUP], group_low[j / GROUP]);
                if l > level && h < reaches && h <= harmless {
                    position.peak = position.peak.max(h);
                    j += GROUP;
                    continue;
                }
            }
            let (h, l) = (high[j], low[j]);
            if l <= level || h >= reaches {
                break;
            }
            if h > position.peak {
                position.peak = h;
                if h > harmless {
                    level = position.protective().0;
                    harmless = quiet(h, position);
                }
            }
            j += 1;
        }
        j
    }
}

/// Side of a set in each leaf, 0 behind the last; as long as a leaf's number can be, so that none needs a check.
struct Sides(Box<[i8; 1 << 16]>);

impl Default for Sides {
    fn default() -> Self {
        Self(vec![0; 1 << 16].into_boxed_slice().try_into().expect("the length is that of the array"))
    }
}

impl Sides {
    #[inline]
    fn of(&self, state: u64) -> i8 {
        self.0[state as usize & 0xffff]
    }

    /// How many bars pass before one at which the set takes a side.
    fn next(&self, states: &[u64], contexts_allowed: u32) -> Option<usize> {
        let allowed = u64::from(contexts_allowed) << 32;
        states.iter().position(|&state| self.of(state) != 0 && state & allowed != 0)
    }
}

/// What all sets share.
#[derive(Clone, Copy)]
pub(super) struct PerSet<'a> {
    pub grid: &'a LevelGrid<'a>,
    pub sets: &'a SweepSets<'a>,
    pub day: &'a DayIndex,
    pub extremes: Option<&'a ExtremesTable>,
}

impl PerSet<'_> {
    /// Takes a set to the end of its day.
    fn advance(self, set: SetProgress, sides: &mut Sides, timed: &mut Vec<Timed>) -> SetTotals {
        let market = self.grid.market;
        let ts = &market.bars.ts[..];
        let SetProgress { set: k, mut tally, mut losses_in_a_row, bar: mut i } = set;
        let set = &self.sets.sets[k];
        sides.0[..market.n_leaves()].copy_from_slice(&self.sets.fire(k)[..market.n_leaves()]);
        let end = ts[..ts.len() - 1].partition_point(|&t| t < market.last_decision());
        while let Some(wait) = self.day.state.get(i..end).and_then(|states| sides.next(states, set.contexts_allowed)) {
            i += wait;
            if ts[i + 1] - ts[i] > market.rules.max_entry_gap {
                tally.totals.dropped += 1;
                i += 1;
                continue;
            }
            let trade = self.day.hold(market, set, sides.of(self.day.state[i]), i);
            let (net, exit) = (market.net(trade.gross()), trade.exit_bar as usize);
            tally.add(&trade, net, ts[exit] - ts[i + 1]);
            if let Some(extremes) = self.extremes {
                timed.push(self.hindsight(extremes, &trade));
            }
            losses_in_a_row = if net < 0 { losses_in_a_row + 1 } else { 0 };
            if set.stops_after(losses_in_a_row) {
                tally.totals.stopped = true;
                break;
            }
            i = exit.max(self.day.bar_from(market, ts[exit] + set.cooldown_seconds));
        }
        SetTotals { refused: self.sets.refused[k], ..tally.totals }
    }

    fn hindsight(self, extremes: &ExtremesTable, trade: &Trade) -> Timed {
        let (ts, side) = (&self.grid.market.bars.ts, usize::from(trade.side < 0));
        let at = |bar: u32, price: i32| ((ts[bar as usize] - ts[0]) as usize, self.grid.level(side, price));
        let entry = at(trade.entry_bar(), trade.entry_price);
        let hindsight = extremes.hindsight(side, entry, at(trade.exit_bar, trade.exit_price));
        (2 * trade.entry_bar() + side as u32, trade.reason as u8, hindsight)
    }

    /// Takes all sets to the end of their day; gives the totals in their order, and their market events.
    pub(super) fn finish(
        self,
        sets: &[SetProgress],
        threads: usize,
        control: &Control,
    ) -> Result<(Vec<SetTotals>, EventTable)> {
        let work = |range: std::ops::Range<usize>| {
            let (mut sides, mut timed) = (Sides::default(), Vec::new());
            let mut rows = Vec::with_capacity(range.len());
            for set in &sets[range] {
                control.check()?;
                rows.push(self.advance(*set, &mut sides, &mut timed));
                control.add(1);
            }
            Ok((rows, timed))
        };
        let parts = split(sets.len(), if threads == 1 { 1 } else { 8 * threads });
        let done: Vec<(Vec<SetTotals>, Vec<Timed>)> = if threads == 1 {
            parts.into_iter().map(work).collect::<Result<_>>()?
        } else {
            parts.into_par_iter().map(work).collect::<Result<_>>()?
        };
        let (rows, timed): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        Ok((rows.concat(), self.events(timed.concat())))
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
