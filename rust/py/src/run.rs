//! What parameter sets do on a day or on many: `simulate_day`, `simulate_sets`, `sweep_day`, `sweep_days`, regret.
use crate::arrays::columns;
use crate::bars::DayBars;
use crate::brain::Brain;
use crate::control::Control;
use crate::enter::{enter_core, enter_core_watched};
use crate::errors::from_core;
use crate::params;
use crate::prepared::{DayArgument, DayInput, PreparedDay};
use crate::states::DayStates;
use crate::trades::{day_table_columns, event_columns, events_from, totals_columns, trade_columns, trades_from};
use bayescore_core::error::Result;
use bayescore_core::metrics::{Scoring, SetTotals, SweepTable};
use bayescore_core::regret::{self, EventTable, RegretRules};
use bayescore_core::sweep::{self, SweepOptions};
use bayescore_core::trade::Trades;
use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// All trades of one parameter set over one day.
///
/// Parameters
/// ----------
/// day : DayBars or PreparedDay
///     With a `PreparedDay`, which has them, brain, states, costs and barrier are left out.
/// params : dict
///     The fields of `bayescore.events.Params`; ``entry_rule`` and ``contexts_allowed`` by name or number.
/// brain : Brain, optional
///     Without it ``learned`` never fires and no entry is vetoed.
/// states : DayStates, optional
///     By default those of a `StateEngine` with default settings and one session window.
/// costs : dict, optional
///     ``commission_milliticks`` (round trip), ``slippage_base``, ``slippage_factor``, ``slippage_window``,
///     ``limit_fill``, ``intrabar``, ``max_entry_gap``, ``no_entry_before_close``, ``flat_before_close``; what is left
///     out keeps its default.
/// barrier : int, optional
///     Ticks; needed with a brain.
/// per_bar : dict of str to ndarray, shape (bars,), optional
///     What you bring bar by bar. ``long``, ``short`` (bool): the sides wanted on the close of each bar, in place of entry
///     rule and brain; a bar without a state, out of context, in cooldown or near the close still decides nothing.
///     ``slippage`` (integers, ticks): of a market order filled at each bar, in place of that of the costs. ``fees``
///     (integers, thousandths of a tick): cost of a fill at each bar besides the commission; entry and exit pay theirs.
/// iteration : int
///     Number to put into the column ``iteration``.
///
/// Returns
/// -------
/// dict of str to ndarray, shape (trades,)
///     ``iteration`` (uint32), ``side`` (int8, +1 or −1), ``code`` (uint16) and ``context`` (uint32) of the decision bar,
///     ``decision_bar``, ``entry_bar``, ``exit_bar`` (uint32), ``entry_ts``, ``exit_ts`` (int32, s), ``entry_price``,
///     ``exit_price`` (int32, ticks), ``reason`` (uint8: 0 stop, 1 trail, 2 target, 3 time, 4 session end), ``gross``
///     (int32, ticks), ``net`` (int64, thousandths of a tick), ``mae``, ``mfe`` (int32, ticks), ``duration`` (int32, s),
///     ``ambiguous`` (uint8), ``worst``, ``best`` (int32, gross under stop first and target first); with fees by bar also
///     ``fee`` (int64, thousandths of a tick, of both fills; part of ``net``).
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For unknown, missing or impossible parameters and costs.
/// bayescore.errors.DataError
///     If states or brain do not go with the day.
#[pyfunction]
#[pyo3(signature = (day, params, brain=None, *, states=None, costs=None, barrier=None, per_bar=None, iteration=0))]
#[allow(clippy::too_many_arguments)]
pub fn simulate_day<'py>(
    py: Python<'py>,
    day: DayArgument<'py>,
    params: &Bound<'py, PyDict>,
    brain: Option<&Brain>,
    states: Option<&DayStates>,
    costs: Option<&Bound<'py, PyDict>>,
    barrier: Option<i32>,
    per_bar: Option<&Bound<'py, PyDict>>,
    iteration: u32,
) -> PyResult<Bound<'py, PyDict>> {
    let day = DayInput::new(py, &day, brain, states, costs, barrier, per_bar)?;
    let set = params::one_set(params, day.space())?;
    let trades = enter_core(py, || {
        let day = day.prepare()?;
        day.simulate(iteration, &set, &day.gate(&[set])?.sides)
    })?;
    trade_columns(py, trades)
}

/// All trades of several parameter sets over one day, each alone.
///
/// Parameters
/// ----------
/// day, brain, states, costs, barrier, per_bar
///     As in `simulate_day`.
/// params_table : dict of str to ndarray, shape (sets,)
///     As in `sweep_day`.
/// iteration : int, optional
///     Number to put into every column ``iteration``; by default the row of the set.
///
/// Returns
/// -------
/// list of (dict of str to ndarray, int)
///     For each set its trades, as `simulate_day` gives them, and how many orders were dropped because the next bar came
///     too late.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For unknown, missing or impossible parameters and costs.
/// bayescore.errors.DataError
///     If columns differ in length, or states or brain do not go with the day.
#[pyfunction]
#[pyo3(signature = (day, params_table, brain=None, *, states=None, costs=None, barrier=None, per_bar=None, iteration=None))]
#[allow(clippy::too_many_arguments)]
pub fn simulate_sets<'py>(
    py: Python<'py>,
    day: DayArgument<'py>,
    params_table: &Bound<'py, PyDict>,
    brain: Option<&Brain>,
    states: Option<&DayStates>,
    costs: Option<&Bound<'py, PyDict>>,
    barrier: Option<i32>,
    per_bar: Option<&Bound<'py, PyDict>>,
    iteration: Option<u32>,
) -> PyResult<Vec<(Bound<'py, PyDict>, i64)>> {
    let day = DayInput::new(py, &day, brain, states, costs, barrier, per_bar)?;
    let sets = params::table(params_table)?;
    let found = enter_core(py, || {
        let day = day.prepare()?;
        let gate = day.gate(&sets)?;
        let fires = gate.sides.chunks_exact(gate.n_leaves);
        let simulate = |(row, (set, fire))| day.simulate(iteration.unwrap_or(row), set, fire);
        (0..).zip(sets.iter().zip(fires)).map(simulate).collect::<Result<Vec<Trades>>>()
    })?;
    found
        .into_iter()
        .map(|trades| {
            let dropped = trades.outcome.dropped;
            Ok((trade_columns(py, trades)?, dropped))
        })
        .collect()
}

/// Sums and figures of many parameter sets over one day.
///
/// The result does not depend on the number of threads. Other Python threads run meanwhile; called on the main thread,
/// Ctrl-C ends it.
///
/// Parameters
/// ----------
/// day : DayBars or PreparedDay
///     As in `simulate_day`.
/// params_table : dict of str to ndarray, shape (sets,)
///     One column for each field of `bayescore.events.Params`, of any integer dtype; ``confidence_threshold`` float64;
///     ``entry_rule`` 0 learned, 1 reversion, 2 drive, 3 any; ``contexts_allowed`` a mask of context bits.
/// brain, states, costs, barrier, per_bar
///     As in `simulate_day`.
/// threads : int
///     0 = one a core.
/// control : Control, optional
///     Counts finished sets and can stop the call.
/// events : (int, int), optional
///     Bar length in seconds and bars after the exit: collect market events against that horizon too.
/// objective : {"sharpe", "net", "profit_factor", "sharpe_per_trade"}
/// min_trades : int
///     With fewer trades all figures are undefined.
/// path : {"auto", "reference", "per_set", "batched", "baseline"}
///     How the trades are found, for tests and measurements; the result is the same.
///
/// Returns
/// -------
/// dict of str to ndarray, shape (sets,)
///     Exact sums (int64): ``trades``, ``wins``, ``losses``, ``gross``, ``gross_sq``, ``gross_win``, ``gross_loss``
///     (ticks), ``duration``, ``duration_win``, ``duration_loss`` (s), ``ambiguous``, ``worst``, ``best`` (ticks),
///     ``dropped``, ``max_drawdown`` (thousandths of a tick); flags (uint8): ``stopped``, ``refused``; figures (float64,
///     NaN where undefined): ``net``, ``mean``, ``sd`` (ticks), ``sharpe_per_trade``, ``sharpe_of_day``,
///     ``profit_factor``, ``win_rate``, ``objective``; with fees by bar also their sum ``fees`` (int64, thousandths of
///     a tick). With `events` also ``"events"``: a dict as `regret_events`
///     gives.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For unknown, missing or impossible parameters and costs.
/// bayescore.errors.DataError
///     If columns differ in length, or states or brain do not go with the day.
/// bayescore.errors.Interrupted
///     If the control's stop flag is set.
#[pyfunction]
#[pyo3(signature = (
    day, params_table, brain=None, *, states=None, costs=None, barrier=None, per_bar=None, threads=0, control=None, events=None,
    objective=Scoring::default().objective.name(),
    min_trades=Scoring::default().min_trades, path="auto"
))]
#[allow(clippy::too_many_arguments)]
pub fn sweep_day<'py>(
    py: Python<'py>,
    day: DayArgument<'py>,
    params_table: &Bound<'py, PyDict>,
    brain: Option<&Brain>,
    states: Option<&DayStates>,
    costs: Option<&Bound<'py, PyDict>>,
    barrier: Option<i32>,
    per_bar: Option<&Bound<'py, PyDict>>,
    threads: usize,
    control: Option<&Control>,
    events: Option<(i32, i32)>,
    objective: &str,
    min_trades: i64,
    path: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let day = DayInput::new(py, &day, brain, states, costs, barrier, per_bar)?;
    let sets = params::table(params_table)?;
    let objective = params::objective(py, objective)?;
    let events = events.map(|(bar_seconds, bars_after)| RegretRules { bar_seconds, bars_after });
    let path = sweep::SweepPath::from_name(path).map_err(|e| from_core(py, &e))?;
    let options = SweepOptions { threads, events, path };
    let control = control.map_or_else(Arc::default, |c| c.0.clone());
    let (swept, commission, has_fees) = enter_core_watched(py, &control, || {
        let day = day.prepare()?;
        Ok((day.sweep(&sets, &options, &control)?, day.commission(), day.has_fees()))
    })?;
    let fees = has_fees.then(|| swept.table.fees.clone());
    let dict = totals_columns(py, swept.table, commission, objective, min_trades)?;
    if let Some(fees) = fees {
        dict.set_item("fees", fees.into_pyarray(py))?;
    }
    if let Some(table) = swept.events {
        dict.set_item("events", event_columns(py, table)?)?;
    }
    Ok(dict)
}

/// Results of many parameter sets on many days, each day with its own gate.
///
/// Each row is what `sweep_day` gives for that day, whatever the number of threads: days are swept beside each other.
/// Other Python threads run meanwhile; called on the main thread, Ctrl-C ends it.
///
/// Parameters
/// ----------
/// days : sequence of PreparedDay
/// params_table : dict of str to ndarray, shape (sets,)
///     As in `sweep_day`.
/// threads : int
///     0 = one a core.
/// control : Control, optional
///     Counts each set once a day and can stop the call.
///
/// Returns
/// -------
/// dict of str to ndarray, shape (days, sets), C order
///     ``net`` (int64, thousandths of a tick), ``gross`` (int64, ticks), ``gross_sq`` (int64, squared
///     ticks), ``trades``, ``wins`` (int32).
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For unknown, missing or impossible parameters.
/// bayescore.errors.DataError
///     If columns differ in length.
/// bayescore.errors.Interrupted
///     If the control's stop flag is set.
#[pyfunction]
#[pyo3(signature = (days, params_table, *, threads=0, control=None))]
pub fn sweep_days<'py>(
    py: Python<'py>,
    days: Vec<PyRef<'py, PreparedDay>>,
    params_table: &Bound<'py, PyDict>,
    threads: usize,
    control: Option<&Control>,
) -> PyResult<Bound<'py, PyDict>> {
    let days: Vec<_> = days.iter().map(|day| day.0.clone()).collect();
    let sets = params::table(params_table)?;
    let control = control.map_or_else(Arc::default, |c| c.0.clone());
    let table = enter_core_watched(py, &control, || {
        let days: Vec<_> = days.iter().map(|day| &**day).collect();
        sweep::sweep_days(&days, &sets, threads, &control)
    })?;
    day_table_columns(py, table)
}

/// Sums and figures of a list of trades, as one row of what `sweep_day` gives.
///
/// Orders that were dropped and whether losses ended the day are not in a list of trades: those columns are 0.
///
/// Parameters
/// ----------
/// trades : dict of str to ndarray
///     Columns of `simulate_day`, of one set or of several.
/// costs : dict, optional
///     As in `simulate_day`; the commission is used.
/// objective, min_trades
///     As in `sweep_day`.
///
/// Returns
/// -------
/// dict of str to ndarray, shape (1,)
///
/// Raises
/// ------
/// bayescore.errors.UsageError, bayescore.errors.DataError
///     For missing or unequal columns, or impossible costs.
#[pyfunction]
#[pyo3(signature = (trades, costs=None, *, objective=Scoring::default().objective.name(),
    min_trades=Scoring::default().min_trades))]
pub fn totals<'py>(
    py: Python<'py>,
    trades: &Bound<'py, PyDict>,
    costs: Option<&Bound<'py, PyDict>>,
    objective: &str,
    min_trades: i64,
) -> PyResult<Bound<'py, PyDict>> {
    let trades = trades_from(trades)?;
    let (costs, _) = params::assumptions(costs)?;
    let objective = params::objective(py, objective)?;
    costs.check().map_err(|e| from_core(py, &e))?;
    let table = SweepTable::from_iter([SetTotals::from(&trades)]);
    totals_columns(py, table, costs.commission_milliticks, objective, min_trades)
}

/// The columns of `simulate_day` without a row.
#[pyfunction]
pub fn empty_trades(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    trade_columns(py, Trades::default())
}

pub fn rules_of(bar_seconds: i32, bars_after: i32) -> RegretRules {
    RegretRules { bar_seconds, bars_after }
}

/// How well the exits of a list of trades were timed, gathered by market event (entry bar and side).
///
/// Parameters
/// ----------
/// day : DayBars
/// states : DayStates
///     Of the same day.
/// trades : dict of str to ndarray
///     Columns of `simulate_day`, of one set or of several.
/// bar_seconds : int
///     Length of the bars that exits are held against.
/// bars_after : int
///     How many of them after the one of the exit count.
///
/// Returns
/// -------
/// dict of str to ndarray, shape (events,)
///     In order of entry bar, longs first: ``entry_bar`` (uint32), ``side`` (int8), ``code`` (uint16), ``context`` (uint32),
///     ``trades`` and the trades by timing (``optimal``, ``too_early``, ``too_late``, ``wrong_side``) and by exit reason
///     (``stop``, ``trail``, ``target``, ``time``, ``session_end``; uint32), the sums ``realised``, ``potential``,
///     ``left``, ``given_back``, ``range`` (best minus worst price until the horizon; int64, ticks), and ``vote`` (uint8):
///     the most frequent timing.
///
/// Raises
/// ------
/// bayescore.errors.DataError
///     If the trades or states are not of this day.
/// bayescore.errors.UsageError
///     For bars out of range.
#[pyfunction]
#[pyo3(signature = (day, states, trades, bar_seconds=RegretRules::default().bar_seconds,
    bars_after=RegretRules::default().bars_after))]
pub fn regret_events<'py>(
    py: Python<'py>,
    day: &DayBars,
    states: &DayStates,
    trades: &Bound<'py, PyDict>,
    bar_seconds: i32,
    bars_after: i32,
) -> PyResult<Bound<'py, PyDict>> {
    if states.states.codes.len() != day.0.len() {
        let (n, bars) = (states.states.codes.len(), day.0.len());
        return Err(crate::errors::data(py, &format!("{n} states for {bars} bars")));
    }
    let trades = trades_from(trades)?;
    let rules = rules_of(bar_seconds, bars_after);
    let table = enter_core(py, || regret::events_from_trades(&day.0, &trades, rules))?;
    event_columns(py, table)
}

/// How well each exit of a list of trades was timed.
///
/// Parameters
/// ----------
/// day, trades, bar_seconds, bars_after
///     As in `regret_events`.
///
/// Returns
/// -------
/// dict of str to ndarray, shape (trades,)
///     ``horizon_bar``, ``peak_bar`` (uint32), ``potential``, ``left``, ``given_back``, ``range`` (int32, ticks), ``timing`` (uint8:
///     0 optimal, 1 too early, 2 too late, 3 wrong side), ``entry_efficiency``, ``exit_efficiency``,
///     ``total_efficiency`` (float64, NaN where the price did not move; total = entry + exit − 1).
///
/// Raises
/// ------
/// bayescore.errors.DataError
///     If the trades are not of this day.
/// bayescore.errors.UsageError
///     For bars out of range.
#[pyfunction]
#[pyo3(signature = (day, trades, bar_seconds=RegretRules::default().bar_seconds,
    bars_after=RegretRules::default().bars_after))]
pub fn trade_regret<'py>(
    py: Python<'py>,
    day: &DayBars,
    trades: &Bound<'py, PyDict>,
    bar_seconds: i32,
    bars_after: i32,
) -> PyResult<Bound<'py, PyDict>> {
    let trades = trades_from(trades)?;
    let rules = rules_of(bar_seconds, bars_after);
    let found = enter_core(py, || regret::trade_regret(&day.0, &trades, rules))?;
    Ok(columns!(
        py,
        found,
        horizon_bar,
        peak_bar,
        potential,
        left,
        given_back,
        range,
        timing,
        entry_efficiency,
        exit_efficiency,
        total_efficiency
    ))
}

/// Event tables of several sweeps over one day as one: events that share entry bar and side are added up.
///
/// Parameters
/// ----------
/// tables : list of dict
///     As `sweep_day` and `regret_events` give them.
///
/// Returns
/// -------
/// dict of str to ndarray, shape (events,)
///
/// Raises
/// ------
/// bayescore.errors.UsageError, bayescore.errors.DataError
///     For missing or unequal columns.
#[pyfunction]
pub fn merge_events<'py>(py: Python<'py>, tables: Vec<Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyDict>> {
    let tables = tables.iter().map(events_from).collect::<PyResult<Vec<_>>>()?;
    event_columns(py, tables.iter().fold(EventTable::default(), |all, table| all.merged(table)))
}
