//! How well exits were timed, held against the best price until some bars after the exit.
//!
//! The horizon of a trade ends `bars_after` regret bars (2 minutes by default) after the one of its exit. One market
//! event is one entry bar and side, however many sets took it: [`EventTable`] has a row for each.
use crate::{
    bars::DayBars,
    error::{CoreError, Result},
    facts::{Bounds, Settings},
    trade::Trades,
};

crate::settings! {
    /// The bars that exits are held against.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct RegretRules("regret_") {
        /// Seconds of a regret bar; they are counted from the session's open.
        bar_seconds: i32 = 120, Bounds::Closed(1.0, 86_400.0);
        /// Regret bars after the one of the exit that count.
        bars_after: i32 = 5, Bounds::Closed(0.0, 1000.0);
    }
}

impl RegretRules {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] naming the first value that is out of range.
    pub fn check(&self) -> Result<()> {
        self.check_bounds()
    }

    /// First second after the horizon of an exit at second `exit_ts`.
    #[must_use]
    pub fn horizon(&self, exit_ts: i32) -> i64 {
        (i64::from(exit_ts / self.bar_seconds) + 1 + i64::from(self.bars_after)) * i64::from(self.bar_seconds)
    }
}

crate::names! {
    /// What a trade's exit missed.
    pub enum Timing {
        /// At least nine tenths of the potential were realised.
        Optimal = "optimal",
        /// The best price came after the exit bar.
        TooEarly = "too_early",
        /// The best price came before the exit.
        TooLate = "too_late",
        /// There was no favourable move at all.
        WrongSide = "wrong_side",
    }
}

/// A trade in hindsight, ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hindsight {
    /// Exit fill minus entry fill, in favour.
    pub realised: i32,
    /// Best price until the horizon minus the entry fill.
    pub potential: i32,
    /// Best price minus the exit fill, not below 0.
    pub left: i32,
    /// Best price until the exit bar minus the exit fill, not below 0.
    pub given_back: i32,
    /// Best minus worst price until the horizon.
    pub range: i32,
    pub timing: Timing,
}

impl Hindsight {
    /// From prices as the trade's side sees them: its fills, the best price until the horizon and until the exit bar,
    /// and the worst until the horizon.
    #[inline]
    pub(crate) fn new(entry: i32, exit: i32, best: i32, best_until_exit: i32, worst: i32) -> Self {
        let (realised, potential) = (exit - entry, best - entry);
        let timing = if potential <= 0 {
            Timing::WrongSide
        } else if 10 * i64::from(realised) >= 9 * i64::from(potential) {
            Timing::Optimal
        } else if best > best_until_exit {
            Timing::TooEarly
        } else {
            Timing::TooLate
        };
        let (left, given_back) = ((best - exit).max(0), (best_until_exit - exit).max(0));
        Self { realised, potential, left, given_back, range: best - worst, timing }
    }
}

/// Regret of every trade of a list, as columns in its order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TradeRegret {
    /// Last bar of the horizon.
    pub horizon_bar: Vec<u32>,
    /// First bar of the best price.
    pub peak_bar: Vec<u32>,
    /// Best price from the entry to the horizon, minus the entry fill, ticks in favour.
    pub potential: Vec<i32>,
    /// Best price minus the exit fill, not below 0.
    pub left: Vec<i32>,
    /// Best price until the exit bar minus the exit fill, not below 0.
    pub given_back: Vec<i32>,
    /// [`Timing`] as number.
    pub timing: Vec<u8>,
    /// Hi − Lo, ticks: the best minus the worst price until the horizon.
    pub range: Vec<i32>,
    /// (Hi − E) / (Hi − Lo) with Hi and Lo the best and worst price until the horizon; NaN where they are equal.
    pub entry_efficiency: Vec<f64>,
    /// (X − Lo) / (Hi − Lo).
    pub exit_efficiency: Vec<f64>,
    /// (X − E) / (Hi − Lo) = entry + exit − 1.
    pub total_efficiency: Vec<f64>,
}

/// A trade held against its horizon; prices as its side sees them.
pub(crate) struct Look {
    pub seen: Hindsight,
    pub best: i32,
    pub worst: i32,
    /// First bar of the best price.
    pub peak: usize,
    /// Last bar of the horizon.
    pub horizon: usize,
}

/// Holds one trade against its horizon: bars of entry and exit, which lie in the day, and their fills.
pub(crate) fn look(bars: &DayBars, side: i8, (e, x): (usize, usize), fills: (i32, i32), rules: RegretRules) -> Look {
    let sign = i32::from(side);
    let horizon = bars.ts.partition_point(|&t| i64::from(t) < rules.horizon(bars.ts[x])) - 1;
    let range = |j: usize| if sign > 0 { (bars.high[j], bars.low[j]) } else { (-bars.low[j], -bars.high[j]) };
    let (mut best, mut worst) = range(e);
    let mut peak = e;
    let mut best_until_exit = best;
    for j in e + 1..=horizon {
        let (high, low) = range(j);
        if high > best {
            best = high;
            peak = j;
        }
        worst = worst.min(low);
        if j == x {
            best_until_exit = best;
        }
    }
    let seen = Hindsight::new(sign * fills.0, sign * fills.1, best, best_until_exit, worst);
    Look { seen, best, worst, peak, horizon }
}

/// Holds every trade of a list against its horizon.
///
/// # Errors
/// [`CoreError::Parameter`] for rules out of range, [`CoreError::Shape`] for trades that do not lie in `bars`.
pub fn trade_regret(bars: &DayBars, trades: &Trades, rules: RegretRules) -> Result<TradeRegret> {
    rules.check()?;
    let mut out = TradeRegret::default();
    for k in 0..trades.len() {
        let (e, x) = (trades.entry_bar[k] as usize, trades.exit_bar[k] as usize);
        if e > x || x >= bars.len() {
            return Err(CoreError::Shape(format!(
                "trade {k} runs from bar {e} to {x}, the day has {} bars",
                bars.len()
            )));
        }
        let fills = (trades.entry_price[k], trades.exit_price[k]);
        let Look { seen, best, worst, peak, horizon } = look(bars, trades.side[k], (e, x), fills, rules);
        out.horizon_bar.push(horizon as u32);
        out.peak_bar.push(peak as u32);
        out.potential.push(seen.potential);
        out.left.push(seen.left);
        out.given_back.push(seen.given_back);
        out.range.push(seen.range);
        out.timing.push(seen.timing as u8);
        let share = |a: i32| if best == worst { f64::NAN } else { f64::from(a) / f64::from(best - worst) };
        out.entry_efficiency.push(share(seen.potential));
        out.exit_efficiency.push(share(best - worst - (seen.potential - seen.realised)));
        out.total_efficiency.push(share(seen.realised));
    }
    Ok(out)
}

/// Sums over the trades of one market event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventSums {
    /// Trades of each [`Timing`].
    pub by_timing: [u32; 4],
    /// Trades of each exit [`crate::trade::Reason`].
    pub by_reason: [u32; 5],
    /// Sum of gross results, ticks.
    pub realised: i64,
    /// Sum of potentials, ticks.
    pub potential: i64,
    /// Sum of what was left on the table, ticks.
    pub left: i64,
    /// Sum of what was given back before the exit, ticks.
    pub given_back: i64,
    /// Sum of best minus worst prices, ticks.
    pub range: i64,
}

impl EventSums {
    /// Number of trades.
    #[must_use]
    pub fn trades(&self) -> u32 {
        self.by_timing.iter().sum()
    }

    /// Adds one trade that ended for this [`crate::trade::Reason`].
    #[inline]
    pub(crate) fn add(&mut self, reason: usize, seen: &Hindsight) {
        self.by_timing[seen.timing as usize] += 1;
        self.by_reason[reason] += 1;
        self.realised += i64::from(seen.realised);
        self.potential += i64::from(seen.potential);
        self.left += i64::from(seen.left);
        self.given_back += i64::from(seen.given_back);
        self.range += i64::from(seen.range);
    }

    /// Adds the sums of other trades of the same event.
    pub fn merge(&mut self, other: &Self) {
        for (a, b) in self.by_timing.iter_mut().zip(other.by_timing) {
            *a += b;
        }
        for (a, b) in self.by_reason.iter_mut().zip(other.by_reason) {
            *a += b;
        }
        self.realised += other.realised;
        self.potential += other.potential;
        self.left += other.left;
        self.given_back += other.given_back;
        self.range += other.range;
    }

    /// The event's one vote: its most frequent timing, the lowest number at a tie.
    #[must_use]
    pub fn vote(&self) -> u8 {
        (1..4u8).fold(0, |v, k| if self.by_timing[usize::from(k)] > self.by_timing[usize::from(v)] { k } else { v })
    }
}

/// Market events in order of entry bar, long before short.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventTable {
    /// Entry bar.
    pub entry_bar: Vec<u32>,
    /// +1 long, −1 short.
    pub side: Vec<i8>,
    /// State code of the decision bar.
    pub code: Vec<u16>,
    /// Context bits of the decision bar.
    pub context: Vec<u32>,
    /// Sums over the event's trades.
    pub sums: Vec<EventSums>,
}

impl EventTable {
    /// Adds an event behind all others.
    pub(crate) fn push(&mut self, entry_bar: u32, side: i8, (code, context): (u16, u32), sums: EventSums) {
        self.entry_bar.push(entry_bar);
        self.side.push(side);
        self.code.push(code);
        self.context.push(context);
        self.sums.push(sums);
    }

    /// The events of two tables of a day, those of the same entry bar and side added up.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        let mut out = Self::default();
        let (mut a, mut b) = (0, 0);
        // Longs come before shorts of the same bar.
        let key = |t: &Self, k: usize| (t.entry_bar[k], -t.side[k]);
        let of = |t: &Self, k: usize| (t.entry_bar[k], t.side[k], (t.code[k], t.context[k]), t.sums[k]);
        while a < self.len() || b < other.len() {
            let own = b == other.len() || a < self.len() && key(self, a) <= key(other, b);
            let both = own && b < other.len() && key(self, a) == key(other, b);
            let (entry_bar, side, state, mut sums) = if own { of(self, a) } else { of(other, b) };
            if both {
                sums.merge(&other.sums[b]);
            }
            out.push(entry_bar, side, state, sums);
            a += usize::from(own);
            b += usize::from(both || !own);
        }
        out
    }

    /// Number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether there is no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }
}

/// Sums by entry bar and side while trades come in any order.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventSlots(Vec<EventSums>);

impl EventSlots {
    pub(crate) fn new(n_bars: usize) -> Self {
        Self(vec![EventSums::default(); 2 * n_bars])
    }

    pub(crate) fn slot(&mut self, entry_bar: usize, side: i8) -> &mut EventSums {
        &mut self.0[2 * entry_bar + usize::from(side < 0)]
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            a.merge(b);
        }
    }

    /// Adds every trade of a list.
    pub(crate) fn add(&mut self, bars: &DayBars, trades: &Trades, rules: RegretRules) -> Result<()> {
        let regret = trade_regret(bars, trades, rules)?;
        for k in 0..trades.len() {
            let sums = self.slot(trades.entry_bar[k] as usize, trades.side[k]);
            sums.by_timing[usize::from(regret.timing[k])] += 1;
            sums.by_reason[usize::from(trades.reason[k])] += 1;
            sums.realised += i64::from(trades.gross[k]);
            sums.potential += i64::from(regret.potential[k]);
            sums.left += i64::from(regret.left[k]);
            sums.given_back += i64::from(regret.given_back[k]);
            sums.range += i64::from(regret.range[k]);
        }
        Ok(())
    }

    /// The table of all events with a trade; `states` gives code and context bits of a decision bar.
    pub(crate) fn finish(&self, states: impl Fn(usize) -> (u16, u32)) -> EventTable {
        let mut out = EventTable::default();
        for (k, sums) in self.0.iter().enumerate().filter(|(_, s)| s.trades() > 0) {
            let entry_bar = k / 2;
            out.push(entry_bar as u32, if k % 2 == 0 { 1 } else { -1 }, states(entry_bar - 1), *sums);
        }
        out
    }
}

/// The event table of a list of trades, of one set or of many.
///
/// # Errors
/// As [`trade_regret`].
pub fn events_from_trades(bars: &DayBars, trades: &Trades, rules: RegretRules) -> Result<EventTable> {
    let mut slots = EventSlots::new(bars.len());
    slots.add(bars, trades, rules)?;
    let mut states = vec![(0, 0); bars.len()];
    for k in 0..trades.len() {
        states[trades.decision_bar[k] as usize] = (trades.code[k], trades.context[k]);
    }
    Ok(slots.finish(|i| states[i]))
}
