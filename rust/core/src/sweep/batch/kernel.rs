//! The inner loops: all sets of a cohort through one block of bars, entry by entry.
//!
//! Stages are plain loops over arrays without branches on market data: those are mispredicted, and one mispredicted
//! branch costs more than a whole trade.
use super::{
    axes::Axes,
    candidates::{Candidate, EntryBlock, Kind, LATER},
    cohort::{COHORT, Cohort, NEVER, SECONDS, STEP, SetState},
    rows::{Packing, SideRows},
};
use crate::{
    metrics::SetTotals,
    regret::{EventSums, Hindsight},
    simd::{Kernel, at_most, prefetch},
    sweep::{
        extremes::ExtremesTable,
        grid::{ExitWindow, LevelGrid},
    },
    trade::Reason,
};

/// Second of a trade that the tables do not hold.
const FALLBACK: u32 = u32::MAX;

/// What the cohorts read while they go through a block.
#[derive(Clone, Copy)]
pub(super) struct BlockInputs<'a> {
    pub grid: &'a LevelGrid<'a>,
    pub axes: &'a Axes,
    pub window: ExitWindow,
    pub block: &'a EntryBlock,
    /// Rows of the long and the short side.
    pub rows: [&'a SideRows; 2],
    /// What regret is held against, if market events are wanted.
    pub extremes: Option<&'a ExtremesTable>,
}

/// The exits of one candidate.
struct Entry<'r> {
    /// Entry bar.
    bar: usize,
    /// Its second.
    second: u32,
    side: i8,
    level: u32,
    stops: &'r [u32],
    marks: &'r [u16],
    trails: &'r [u32],
    clock: &'r [u32],
}

/// Sets that go through the stages together: few enough to stay near the processor from the first to the last.
const TILE: usize = 128;

/// Seconds that the rows of trails are asked for ahead.
const AHEAD: usize = 256;

/// What becomes of the sets of a tile, stage by stage.
struct Tile {
    stop: [u32; TILE],
    trail: [u32; TILE],
    clock: [u32; TILE],
    target: [u32; TILE],
    take_profit: [u32; TILE],
    /// Exits, as seconds.
    second: [u32; TILE],
    /// Net results, thousandths of a tick.
    net: [i64; TILE],
    /// Ticks, a trade and seconds, as [`SetState::by_sign`] adds them up.
    packed: [u64; TILE],
    /// Squares of gross results.
    square: [i64; TILE],
    /// Longest holding times, seconds.
    hold: [u32; TILE],
    /// [`Reason`] as number.
    reason: [u32; TILE],
}

impl Tile {
    const EMPTY: Self = Self {
        stop: [0; TILE],
        trail: [0; TILE],
        clock: [0; TILE],
        target: [0; TILE],
        take_profit: [0; TILE],
        second: [0; TILE],
        net: [0; TILE],
        packed: [0; TILE],
        square: [0; TILE],
        hold: [0; TILE],
        reason: [0; TILE],
    };
}

/// Takes a cohort through a block.
pub(super) struct Advance<'a> {
    pub cohort: &'a mut Cohort,
    pub inputs: BlockInputs<'a>,
}

impl Kernel for Advance<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const AVX2: bool>(self) {
        self.cohort.advance::<AVX2>(self.inputs);
    }
}

impl Cohort {
    /// Lets every set trade through the candidates of a block.
    #[inline(always)]
    fn advance<const AVX2: bool>(&mut self, inputs: BlockInputs) {
        match inputs.extremes {
            None => self.go::<AVX2, false>(inputs, &ExtremesTable::default()),
            Some(extremes) => self.go::<AVX2, true>(inputs, extremes),
        }
    }

    #[inline(always)]
    fn go<const AVX2: bool, const EVENTS: bool>(&mut self, inputs: BlockInputs, extremes: &ExtremesTable) {
        let BlockInputs { grid, axes, window, rows, block, .. } = inputs;
        let ts = &grid.market.bars.ts[..];
        self.open_block(block, window.start);
        if EVENTS {
            self.events.clear();
            self.events.resize(block.list.len(), EventSums::default());
        }
        let mut entering = std::mem::take(&mut self.entering);
        let mut tile = Tile::EMPTY;
        let mut row = [0; 2];
        let mut prefetched = [0; 2];
        for (q, c) in block.list.iter().enumerate() {
            if c.kind == Kind::Dropped {
                self.drop_orders::<AVX2>(c, q as u16);
                continue;
            }
            let side = c.kind as usize;
            let r = row[side];
            row[side] += 1;
            let n = self.enter::<AVX2>(c, q as u16, &mut entering.list);
            if n == 0 {
                continue;
            }
            let e = c.bar as usize + 1;
            let second = (ts[e] - window.start) as u32;
            let entry = Entry {
                bar: e,
                second,
                side: if c.kind == Kind::Long { 1 } else { -1 },
                level: c.entry as u32,
                stops: &rows[side].stops[r * axes.stops.stride..][..axes.stops.stride],
                marks: &rows[side].marks[r * axes.marks.stride..][..axes.marks.stride],
                trails: &rows[side].trails,
                clock: &rows[side].clock[second as usize..],
            };
            let trailing = axes.trails.stride;
            let ahead = (second as usize + AHEAD).min(window.beyond as usize) * trailing;
            if ahead > prefetched[side] {
                prefetch(&entry.trails[prefetched[side]..ahead]);
                prefetched[side] = ahead;
            }
            for sets in entering.list[..n].chunks(TILE) {
                self.look_up::<EVENTS>(&entry, axes.trails.stride, sets, &mut tile);
                resolve_exits::<EVENTS>(&entry, inputs, &mut tile, sets.len());
                if EVENTS {
                    accumulate_hindsight(&entry, inputs, extremes, &tile, sets.len(), &mut self.events[q]);
                }
                self.account(inputs, sets, &tile, &mut entering.fallback);
            }
            while let Some(k) = entering.fallback.pop() {
                self.simulate_fallback(inputs, &entry, usize::from(k), q);
            }
        }
        self.entering = entering;
        self.close_block();
    }

    /// Lists the sets that enter at candidate `q` of the block and gives their number.
    #[inline(always)]
    fn enter<const AVX2: bool>(&mut self, c: &Candidate, q: u16, list: &mut [u16; COHORT + STEP]) -> usize {
        let words = self.words;
        let fire = &self.fire[(2 * usize::from(c.leaf) + c.kind as usize) * words..][..words];
        let allow = &self.allow[c.context as usize * words..][..words];
        let due = &self.due.as_chunks::<64>().0[..words];
        let mut n = 0;
        for (w, ((fire, allow), due)) in fire.iter().zip(allow).zip(due).enumerate() {
            let mut m = fire & allow;
            if m == 0 {
                continue;
            }
            m &= at_most::<AVX2>(due, q);
            let mut at = n;
            n += m.count_ones() as usize;
            // A few at a time, whether there are as many or not: what is too much is overwritten by the next word.
            while at < n {
                for x in &mut list[at..at + STEP] {
                    *x = (w * 64) as u16 + m.trailing_zeros() as u16;
                    m &= m.wrapping_sub(1);
                }
                at += STEP;
            }
        }
        n
    }

    #[inline(always)]
    fn drop_orders<const AVX2: bool>(&mut self, c: &Candidate, q: u16) {
        let words = self.words;
        for w in 0..words {
            let fire = 2 * usize::from(c.leaf) * words + w;
            let mut m = (self.fire[fire] | self.fire[fire + words])
                & self.allow[c.context as usize * words + w]
                & at_most::<AVX2>(&self.due.as_chunks::<64>().0[w], q);
            while m != 0 {
                self.totals[w * 64 + m.trailing_zeros() as usize].dropped += 1;
                m &= m - 1;
            }
        }
    }

    /// Reads each set's exits from the candidate's rows.
    #[inline(always)]
    fn look_up<const EVENTS: bool>(&self, entry: &Entry, trailing: usize, sets: &[u16], tile: &mut Tile) {
        let set_states = &*self.set_states;
        if EVENTS {
            for (&k, hold) in sets.iter().zip(&mut tile.hold) {
                *hold = u32::from(set_states[usize::from(k) % COHORT].slots.hold);
            }
        }
        let Tile { stop, trail, clock, target, take_profit, .. } = tile;
        let to = stop.iter_mut().zip(trail).zip(clock).zip(target).zip(take_profit);
        for (&k, ((((stop, trail), clock), target), take_profit)) in sets.iter().zip(to) {
            let key = &set_states[usize::from(k) % COHORT].slots;
            let active = usize::from(entry.marks[usize::from(key.activation)]);
            *trail = entry.trails[active * trailing + usize::from(key.trail)];
            *stop = entry.stops[usize::from(key.stop)];
            *clock = entry.clock[usize::from(key.hold)];
            *target = u32::from(entry.marks[usize::from(key.target)]);
            *take_profit = u32::from(key.take_profit);
        }
    }

    /// Books the trades and notes from which candidate each set may decide again.
    #[inline(always)]
    fn account(&mut self, inputs: BlockInputs, sets: &[u16], tile: &Tile, fallback: &mut Vec<u16>) {
        let next = &inputs.block.next[..];
        let start = inputs.window.start;
        let Tile { second, net, packed, square, .. } = tile;
        let trades = sets.iter().zip(second).zip(net).zip(packed).zip(square);
        let (set_states, due) = (&mut *self.set_states, &mut *self.due);
        for ((((&k, &second), &net), &packed), &square) in trades {
            if second == FALLBACK {
                fallback.push(k);
                continue;
            }
            let k = usize::from(k) % COHORT;
            let state = &mut set_states[k];
            if net == 0 {
                neither(&mut self.totals[k], packed);
            }
            if state.book(net, packed, square) {
                due[k] = LATER;
                self.totals[k].stopped = true;
                self.alive -= 1;
                continue;
            }
            let free = second + u32::from(state.slots.cooldown);
            state.free_from = free as i32 + start;
            due[k] = next[free as usize];
        }
    }

    /// A trade that leaves the window, or whose exit bar has two exits: simulated by the rules themselves.
    #[cold]
    fn simulate_fallback(&mut self, inputs: BlockInputs, entry: &Entry, k: usize, q: usize) {
        let market = inputs.grid.market;
        let trade = market.hold(&self.sets[k], entry.side, entry.bar - 1);
        let gross = trade.gross();
        let left = market.bars.ts[trade.exit_bar as usize];
        let packed = pack(gross, (left - market.bars.ts[entry.bar]) as u32);
        let t = &mut self.totals[k];
        t.ambiguous += i64::from(trade.ambiguous);
        t.worst += i64::from(trade.worst - gross);
        t.best += i64::from(trade.best - gross);
        if market.net(gross) == 0 {
            neither(t, packed);
        }
        if let Some(extremes) = inputs.extremes {
            let first = market.bars.ts[0];
            let (from, to) = ((market.bars.ts[entry.bar] - first) as usize, (left - first) as usize);
            let level = entry.level as i32;
            let hindsight = extremes.hindsight(usize::from(entry.side < 0), (from, level), (to, level + gross));
            self.events[q].add(trade.reason as usize, &hindsight);
        }
        let state = &mut self.set_states[k];
        if state.book(market.net(gross), packed, i64::from(gross) * i64::from(gross)) {
            self.due[k] = LATER;
            t.stopped = true;
            self.alive -= 1;
        } else {
            state.free_from = left + i32::from(state.slots.cooldown);
            let second = (state.free_from - inputs.window.start) as usize;
            self.due[k] = inputs.block.next.get(second).copied().unwrap_or(LATER);
        }
    }
}

/// One trade for [`SetState::by_sign`].
#[inline(always)]
fn pack(gross: i32, seconds: u32) -> u64 {
    u64::from(gross as u32) << 32 | u64::from(1 << SECONDS | seconds)
}

/// Takes a trade without net result, which is neither gain nor loss, out of the gains that it is booked under.
#[cold]
fn neither(t: &mut SetTotals, packed: u64) {
    t.wins -= 1;
    t.gross_win -= i64::from((packed >> 32) as i32);
    t.duration_win -= i64::from(packed as u32 & ((1 << SECONDS) - 1));
}

impl SetState {
    /// Adds a trade; whether it ends the day.
    #[inline(always)]
    fn book(&mut self, net: i64, packed: u64, square: i64) -> bool {
        let loss = net >> 63;
        let sums = &mut self.by_sign[(loss & 1) as usize];
        *sums = sums.wrapping_add(packed);
        self.gross_sq += square;
        let below = self.below_peak - net;
        self.below_peak = below & !(below >> 63);
        let deeper = self.below_peak - self.max_drawdown;
        self.max_drawdown += deeper & !(deeper >> 63);
        self.losses_in_a_row = (self.losses_in_a_row + 1) & loss as u16;
        let over = self.losses_in_a_row >= self.max_losses;
        if over {
            self.free_from = NEVER;
        }
        over
    }
}

/// Finds which exit comes first, when, and what it brings.
#[inline(always)]
fn resolve_exits<const EVENTS: bool>(entry: &Entry, inputs: BlockInputs, tile: &mut Tile, n: usize) {
    let bits = Packing::new(inputs.grid.price_bits);
    let commission = inputs.grid.market.commission;
    // A fill's complement is `mask - level`, so a gross result is `base - complement`.
    let base = bits.mask.wrapping_sub(entry.level);
    let beyond = inputs.window.beyond;
    for lane in 0..n.div_ceil(LANES) {
        let at = lane * LANES..(lane + 1) * LANES;
        let [stop, trail, clock, target, take_profit] =
            [&tile.stop, &tile.trail, &tile.clock, &tile.target, &tile.take_profit].map(|x| eight(&x[at.clone()]));
        let (mut second, mut net, mut square, mut packed) = ([0; LANES], [0; LANES], [0; LANES], [0; LANES]);
        for j in 0..LANES {
            let target = target[j] << bits.bits | base.wrapping_sub(take_profit[j]);
            let other = stop[j].min(trail[j]).min(clock[j]);
            let exit = other.min(target);
            let left = exit >> bits.bits;
            // One bar with two exits, or none in the window.
            #[allow(clippy::needless_bitwise_bool)] // no branch
            let fallback = ((other ^ target) >> bits.bits == 0) | (left == beyond);
            second[j] = if fallback { FALLBACK } else { left };
            let gross = base.wrapping_sub(exit & bits.mask) as i32;
            net[j] = i64::from(gross) * 1000 - commission;
            square[j] = i64::from(gross) * i64::from(gross);
            packed[j] = pack(gross, left.wrapping_sub(entry.second));
        }
        if EVENTS {
            let hold = eight(&tile.hold[at.clone()]);
            let mut reason = [0; LANES];
            for j in 0..LANES {
                let target = target[j] << bits.bits | base.wrapping_sub(take_profit[j]);
                let other = stop[j].min(trail[j]).min(clock[j]);
                let left = other.min(target) >> bits.bits;
                // The clock is looked at first, and the trail lies above the stop.
                let protective = if trail[j] >> bits.bits == left { Reason::Trail } else { Reason::Stop };
                let timed = left.wrapping_sub(entry.second) >= hold[j];
                let by_clock = if timed { Reason::Time } else { Reason::SessionEnd };
                let else_ = if clock[j] >> bits.bits == left { by_clock } else { protective };
                reason[j] = if target < other { Reason::Target } else { else_ } as u32;
            }
            tile.reason[at.clone()].copy_from_slice(&reason);
        }
        tile.second[at.clone()].copy_from_slice(&second);
        tile.net[at.clone()].copy_from_slice(&net);
        tile.square[at.clone()].copy_from_slice(&square);
        tile.packed[at].copy_from_slice(&packed);
    }
}

/// Holds the trades of a tile against what came until their horizon.
#[inline(always)]
fn accumulate_hindsight(
    entry: &Entry,
    inputs: BlockInputs,
    extremes: &ExtremesTable,
    tile: &Tile,
    n: usize,
    sums: &mut EventSums,
) {
    let day = inputs.grid.market.bars.ts[0];
    let window = (inputs.window.start - day) as usize;
    let (side, from) = (usize::from(entry.side < 0), window + entry.second as usize);
    let level = entry.level as i32;
    let mut all = *sums;
    for ((&second, &packed), &reason) in tile.second.iter().zip(&tile.packed).zip(&tile.reason).take(n) {
        if second == FALLBACK {
            continue;
        }
        let gross = (packed >> 32) as i32;
        let hindsight: Hindsight = extremes.hindsight(side, (from, level), (window + second as usize, level + gross));
        all.add(reason as usize, &hindsight);
    }
    *sums = all;
}

/// Trades that are settled with one instruction.
const LANES: usize = 8;

#[inline(always)]
fn eight(x: &[u32]) -> [u32; LANES] {
    std::array::from_fn(|j| x[j])
}
