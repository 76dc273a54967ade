//! What the market extremes after every entry: highest and lowest prices of any stretch of the day, in two look-ups.
//!
//! For every second the extremes of the 1, 2, 4, … seconds from it on are kept; any stretch is covered by two of them
//! that overlap (a sparse table: Bender and Farach-Colton, 2000).
use super::grid::LevelGrid;
use crate::regret::{Hindsight, RegretRules};

/// Extremes of a day for its regret; the memory is kept from day to day.
#[derive(Debug, Default)]
pub(super) struct ExtremesTable {
    seconds: usize,
    /// Highest level that each side sees in the `2^k` seconds from second `s` on, at `k * seconds + s`.
    best: [Vec<u16>; 2],
    /// First second after the horizon of an exit at each second, at most the end of the day.
    horizon: Vec<u32>,
    /// What the level of a price is to one side is this less its level to the other.
    mirror: i32,
}

impl ExtremesTable {
    /// Takes up a day whose trades last `max_hold` seconds at most, if a bar comes then.
    pub(super) fn fill(&mut self, grid: &LevelGrid, rules: RegretRules, max_hold: i32) {
        let bars = grid.market.bars;
        let (first, last) = (bars.ts[0], bars.ts[bars.len() - 1]);
        let n = (last - first + 1) as usize;
        self.seconds = n;
        self.mirror = grid.level(0, 0) + grid.level(1, 0);
        let end = |exit: i32| rules.horizon(exit).min(i64::from(last) + 1) as i32 - first;
        self.horizon.clear();
        self.horizon.extend((first..=last).map(|exit| end(exit) as u32));
        // An exit waits for a bar, so the longest stretch without one counts too.
        let gap = bars.ts.windows(2).map(|t| t[1] - t[0]).max().unwrap_or(0);
        let ahead = (i64::from(rules.bars_after) + 1) * i64::from(rules.bar_seconds);
        let longest = (i64::from(max_hold) + i64::from(gap) + ahead + 1).min(n as i64) as usize;
        let levels = longest.ilog2() as usize + 1;
        for (side, (table, prices)) in self.best.iter_mut().zip([&bars.high, &bars.low]).enumerate() {
            table.clear();
            table.resize(levels * n, 0);
            for (&t, &p) in bars.ts.iter().zip(prices) {
                table[(t - first) as usize] = grid.level(side, p) as u16;
            }
            for k in 1..levels {
                let (done, rest) = table.split_at_mut(k * n);
                let below = &done[(k - 1) * n..];
                let half = 1 << (k - 1);
                let whole = n - half;
                for ((x, &a), &b) in rest[..whole].iter_mut().zip(below).zip(&below[half..]) {
                    *x = a.max(b);
                }
                rest[whole..n].copy_from_slice(&below[whole..]);
            }
        }
    }

    /// A trade of a side in hindsight: seconds of entry and exit from the day's first bar, levels of their fills.
    #[inline(always)]
    pub(super) fn hindsight(&self, side: usize, entry: (usize, i32), exit: (usize, i32)) -> Hindsight {
        let horizon = self.horizon[exit.0] as usize;
        let until_exit = highest(&self.best[side], self.seconds, entry.0, exit.0 + 1);
        let best = highest(&self.best[side], self.seconds, entry.0, horizon);
        let worst = self.mirror - highest(&self.best[1 - side], self.seconds, entry.0, horizon);
        Hindsight::new(entry.1, exit.1, best, until_exit, worst)
    }
}

/// Highest level in the seconds `from..to`.
#[inline(always)]
fn highest(table: &[u16], seconds: usize, from: usize, to: usize) -> i32 {
    let k = (to - from).ilog2() as usize;
    let at = k * seconds;
    i32::from(table[at + from].max(table[at + to - (1 << k)]))
}
