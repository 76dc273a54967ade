//! Trades, totals and market events as dicts of columns, both ways.
use crate::arrays::{columns, fitting, item};
use crate::errors::data;
use bayescore_core::metrics::{Objective, SweepTable};
use bayescore_core::per_bar::MOST_FEES;
use bayescore_core::regret::{EventSums, EventTable, Timing};
use bayescore_core::sweep::DayTable;
use bayescore_core::trade::{Reason, Trades};
use numpy::{Element, IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Trades as columns.
pub fn trade_columns(py: Python<'_>, trades: Trades) -> PyResult<Bound<'_, PyDict>> {
    let fee = trades.fee;
    let dict = columns!(
        py,
        trades,
        iteration,
        side,
        code,
        context,
        decision_bar,
        entry_bar,
        exit_bar,
        entry_ts,
        exit_ts,
        entry_price,
        exit_price,
        reason,
        gross,
        net,
        mae,
        mfe,
        duration,
        ambiguous,
        worst,
        best
    );
    if let Some(fee) = fee {
        dict.set_item("fee", fee.into_pyarray(py))?;
    }
    Ok(dict)
}

/// Trades from the columns that `simulate_day` gives; further columns are ignored.
pub fn trades_from(dict: &Bound<'_, PyDict>) -> PyResult<Trades> {
    let py = dict.py();
    macro_rules! take {
        ($($name:ident),*) => {{
            let mut trades = Trades {
                $($name: fitting(&item(dict, "trades", stringify!($name))?, stringify!($name))?,)*
                ..Trades::default()
            };
            let n = trades.side.len();
            if let Some(fee) = dict.get_item("fee")? {
                let fee: Vec<i64> = fitting(&fee, "fee")?;
                if fee.len() != n || fee.iter().any(|fee| !(0..=MOST_FEES).contains(fee)) {
                    return Err(data(py, &format!("trades: fee must be 0 to {MOST_FEES} for each trade")));
                }
                trades.fee = Some(fee);
            }
            if [$(trades.$name.len()),*].iter().any(|&l| l != n) {
                return Err(data(py, "trades: the columns differ in length"));
            }
            if trades.side.iter().any(|s| s.abs() != 1) {
                return Err(data(py, "trades: side must be +1 or -1"));
            }
            if trades.reason.iter().any(|&r| Reason::from_u8(r).is_none()) {
                return Err(data(py, &format!("trades: reason must be 0 to {}", Reason::ALL.len() - 1)));
            }
            Ok(trades)
        }};
    }
    take!(
        iteration,
        side,
        code,
        context,
        decision_bar,
        entry_bar,
        exit_bar,
        entry_ts,
        exit_ts,
        entry_price,
        exit_price,
        reason,
        gross,
        net,
        mae,
        mfe,
        duration,
        ambiguous,
        worst,
        best
    )
}

/// Results by day and set as arrays of two dimensions.
pub fn day_table_columns(py: Python<'_>, table: DayTable) -> PyResult<Bound<'_, PyDict>> {
    let shape = [table.days, table.sets];
    let dict = PyDict::new(py);
    dict.set_item("net", table.net.into_pyarray(py).reshape(shape)?)?;
    dict.set_item("gross", table.gross.into_pyarray(py).reshape(shape)?)?;
    dict.set_item("gross_sq", table.gross_sq.into_pyarray(py).reshape(shape)?)?;
    dict.set_item("trades", table.trades.into_pyarray(py).reshape(shape)?)?;
    dict.set_item("wins", table.wins.into_pyarray(py).reshape(shape)?)?;
    Ok(dict)
}

/// Sums and figures of every set as columns.
pub fn totals_columns(
    py: Python<'_>,
    table: SweepTable,
    commission: i64,
    objective: Objective,
    min_trades: i64,
) -> PyResult<Bound<'_, PyDict>> {
    let figures = table.metrics(commission, min_trades);
    let dict = columns!(
        py,
        table,
        trades,
        wins,
        losses,
        gross,
        gross_sq,
        gross_win,
        gross_loss,
        duration,
        duration_win,
        duration_loss,
        ambiguous,
        worst,
        best,
        dropped,
        max_drawdown,
        stopped,
        refused
    );
    macro_rules! put {
        ($($name:ident),*) => {
            $({
                let column: Vec<f64> = figures.iter().map(|m| m.$name).collect();
                dict.set_item(stringify!($name), column.into_pyarray(py))?;
            })*
        };
    }
    put!(net, mean, sd, sharpe_per_trade, sharpe_of_day, profit_factor, win_rate);
    let column: Vec<f64> = figures.iter().map(|m| objective.of(m)).collect();
    dict.set_item("objective", column.into_pyarray(py))?;
    Ok(dict)
}

/// Market events as columns.
pub fn event_columns(py: Python<'_>, table: EventTable) -> PyResult<Bound<'_, PyDict>> {
    fn put<T: Element>(
        dict: &Bound<'_, PyDict>,
        name: &str,
        sums: &[EventSums],
        of: impl Fn(&EventSums) -> T,
    ) -> PyResult<()> {
        dict.set_item(name, sums.iter().map(of).collect::<Vec<T>>().into_pyarray(dict.py()))
    }
    let sums = table.sums;
    let dict = columns!(py, table, entry_bar, side, code, context);
    put(&dict, "trades", &sums, EventSums::trades)?;
    for (k, name) in Timing::NAMES.iter().enumerate() {
        put(&dict, name, &sums, |s| s.by_timing[k])?;
    }
    for (k, name) in Reason::NAMES.iter().enumerate() {
        put(&dict, name, &sums, |s| s.by_reason[k])?;
    }
    put(&dict, "realised", &sums, |s| s.realised)?;
    put(&dict, "potential", &sums, |s| s.potential)?;
    put(&dict, "left", &sums, |s| s.left)?;
    put(&dict, "given_back", &sums, |s| s.given_back)?;
    put(&dict, "range", &sums, |s| s.range)?;
    put(&dict, "vote", &sums, EventSums::vote)?;
    Ok(dict)
}

/// Market events from the columns that `sweep_day` and `regret_events` give.
pub fn events_from(dict: &Bound<'_, PyDict>) -> PyResult<EventTable> {
    fn get<T: TryFrom<i64>>(dict: &Bound<'_, PyDict>, name: &str) -> PyResult<Vec<T>> {
        fitting(&item(dict, "events", name)?, name)
    }
    let py = dict.py();
    let timings = Timing::NAMES.iter().map(|name| get::<u32>(dict, name)).collect::<PyResult<Vec<_>>>()?;
    let reasons = Reason::NAMES.iter().map(|name| get::<u32>(dict, name)).collect::<PyResult<Vec<_>>>()?;
    let sums = ["realised", "potential", "left", "given_back", "range"].map(|name| get::<i64>(dict, name));
    let sums = sums.into_iter().collect::<PyResult<Vec<_>>>()?;
    let mut table = EventTable {
        entry_bar: get(dict, "entry_bar")?,
        side: get(dict, "side")?,
        code: get(dict, "code")?,
        context: get(dict, "context")?,
        sums: Vec::new(),
    };
    let n = table.entry_bar.len();
    let others = [table.side.len(), table.code.len(), table.context.len()];
    let lengths = timings.iter().chain(&reasons).map(Vec::len).chain(sums.iter().map(Vec::len)).chain(others);
    if lengths.into_iter().any(|l| l != n) {
        return Err(data(py, "events: the columns differ in length"));
    }
    table.sums = (0..n)
        .map(|i| EventSums {
            by_timing: std::array::from_fn(|k| timings[k][i]),
            by_reason: std::array::from_fn(|k| reasons[k][i]),
            realised: sums[0][i],
            potential: sums[1][i],
            left: sums[2][i],
            given_back: sums[3][i],
            range: sums[4][i],
        })
        .collect();
    Ok(table)
}
