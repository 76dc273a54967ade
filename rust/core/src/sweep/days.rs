//! Many sets on many days: days beside each other, and within a day sets beside each other where days are few.
use super::{prepared::PreparedDay, sets::SweepOptions, threads::with_threads};
use crate::{control::Control, error::Result, metrics::SweepTable, params::ParamSet};
use rayon::prelude::*;

/// What every set came to on every day: exact sums at `day * sets + set`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayTable {
    /// Number of days.
    pub days: usize,
    /// Number of sets.
    pub sets: usize,
    /// Net results, thousandths of a tick.
    pub net: Vec<i64>,
    /// Gross results, ticks.
    pub gross: Vec<i64>,
    /// Sums of squared gross results, squared ticks: what the noise of a day is known from.
    pub gross_sq: Vec<i64>,
    /// Trades.
    pub trades: Vec<i32>,
    /// Trades with a net gain.
    pub wins: Vec<i32>,
}

/// One day's part of a [`DayTable`].
struct Row {
    net: Vec<i64>,
    gross: Vec<i64>,
    gross_sq: Vec<i64>,
    trades: Vec<i32>,
    wins: Vec<i32>,
}

impl Row {
    fn new(table: SweepTable, commission: i64) -> Self {
        let net = |k: usize| table.gross[k] * 1000 - table.trades[k] * commission - table.fees[k];
        let net = (0..table.len()).map(net).collect();
        // A day has fewer bars, and so fewer trades, than 32 bits hold.
        let [trades, wins] = [table.trades, table.wins].map(|sums| sums.iter().map(|&n| n as i32).collect());
        Self { net, gross: table.gross, gross_sq: table.gross_sq, trades, wins }
    }
}

/// Simulates every set on every day, each day with its own gate.
///
/// The result does not depend on `threads` (0 for one a core). `control` counts every set once a day and is polled for
/// a stop.
///
/// # Errors
/// As [`PreparedDay::sweep`].
pub fn sweep_days(days: &[&PreparedDay], sets: &[ParamSet], threads: usize, control: &Control) -> Result<DayTable> {
    let row = |day: &&PreparedDay, threads| {
        let swept = day.sweep(sets, &SweepOptions { threads, ..SweepOptions::default() }, control)?;
        Ok(Row::new(swept.table, day.commission()))
    };
    let rows: Vec<Row> = with_threads(threads, |threads| {
        if threads == 1 || days.len() < threads {
            days.iter().map(|day| row(day, threads)).collect()
        } else {
            days.par_iter().with_max_len(1).map(|day| row(day, 1)).collect()
        }
    })?;
    let mut out = DayTable { days: days.len(), sets: sets.len(), ..DayTable::default() };
    for Row { net, gross, gross_sq, trades, wins } in rows {
        out.net.extend(net);
        out.gross.extend(gross);
        out.gross_sq.extend(gross_sq);
        out.trades.extend(trades);
        out.wins.extend(wins);
    }
    Ok(out)
}
