//! The entries of a day under other exits, and on bars without a direction.
use crate::arrays::{column, columns};
use crate::brain::Brain;
use crate::enter::enter_core;
use crate::errors::usage;
use crate::params;
use crate::prepared::{DayArgument, DayInput};
use crate::run::rules_of;
use crate::states::DayStates;
use bayescore_core::counterfactual;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Results of the same entries under the exits of other sets, each entry by itself.
///
/// Parameters
/// ----------
/// day, brain, states, costs, barrier
///     As in `simulate_day`; only bars and costs matter.
/// decision_bar : ndarray of uint32, shape (entries,)
/// side : ndarray of int8, shape (entries,)
///     +1 or −1.
/// params_table : dict of str to ndarray, shape (sets,)
///     As in `sweep_day`; stop, target, trail and holding time are read.
///
/// Returns
/// -------
/// dict of str to ndarray, shape (sets * entries,)
///     ``net`` (int64, thousandths of a tick) and ``exit_bar`` (uint32); the entries of the first set, then those of the
///     second, and so on.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For unknown, missing or impossible parameters and costs.
/// bayescore.errors.DataError
///     If columns differ in length, or entries do not lie in the day.
#[pyfunction]
#[pyo3(signature = (day, decision_bar, side, params_table, brain=None, *, states=None, costs=None, barrier=None))]
#[allow(clippy::too_many_arguments)]
pub fn replay_entries<'py>(
    py: Python<'py>,
    day: DayArgument<'py>,
    decision_bar: &Bound<'py, PyAny>,
    side: &Bound<'py, PyAny>,
    params_table: &Bound<'py, PyDict>,
    brain: Option<&Brain>,
    states: Option<&DayStates>,
    costs: Option<&Bound<'py, PyDict>>,
    barrier: Option<i32>,
) -> PyResult<Bound<'py, PyDict>> {
    let day = DayInput::new(py, &day, brain, states, costs, barrier, None)?;
    let sets = params::table(params_table)?;
    let (bars, sides): (Vec<u32>, Vec<i8>) = (column(decision_bar, "decision_bar")?, column(side, "side")?);
    let found = enter_core(py, || counterfactual::replay(&day.prepare()?.market(), &bars, &sides, &sets))?;
    Ok(columns!(py, found, net, exit_bar))
}

/// How exits are timed where prices have no direction: the same entries and exits on the day's bars, each reflected
/// about the close before it by a coin.
///
/// Parameters
/// ----------
/// day, decision_bar, side, params_table, brain, states, costs, barrier
///     As in `replay_entries`, with one set.
/// bar_seconds, bars_after
///     As in `trade_regret`.
/// seed : int
///     Of the coins.
/// rounds : int
///     How often the day is mirrored.
///
/// Returns
/// -------
/// list of int
///     Exits by ``timing``, as `trade_regret` numbers them, all rounds together.
///
/// Raises
/// ------
/// bayescore.errors.UsageError, bayescore.errors.DataError
///     As `replay_entries`, and for other than one set.
#[pyfunction]
#[pyo3(signature = (day, decision_bar, side, params_table, brain=None, *, bar_seconds, bars_after, seed, rounds,
    states=None, costs=None, barrier=None))]
#[allow(clippy::too_many_arguments)]
pub fn mirrored_timings<'py>(
    py: Python<'py>,
    day: DayArgument<'py>,
    decision_bar: &Bound<'py, PyAny>,
    side: &Bound<'py, PyAny>,
    params_table: &Bound<'py, PyDict>,
    brain: Option<&Brain>,
    bar_seconds: i32,
    bars_after: i32,
    seed: u64,
    rounds: u32,
    states: Option<&DayStates>,
    costs: Option<&Bound<'py, PyDict>>,
    barrier: Option<i32>,
) -> PyResult<[u64; 4]> {
    let day = DayInput::new(py, &day, brain, states, costs, barrier, None)?;
    let sets = params::table(params_table)?;
    let [set] = sets.as_slice() else {
        return Err(usage(py, &format!("one set is replayed on mirrored bars, not {}", sets.len())));
    };
    let (bars, sides): (Vec<u32>, Vec<i8>) = (column(decision_bar, "decision_bar")?, column(side, "side")?);
    let rules = rules_of(bar_seconds, bars_after);
    enter_core(py, || {
        counterfactual::mirrored_timings(&day.prepare()?.market(), &bars, &sides, set, rules, seed, rounds)
    })
}
