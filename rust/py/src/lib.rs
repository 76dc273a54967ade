//! `bayescore._core`: validate, convert, one call into the core, map the error.
// Doc comments here are docstrings, written for Python's `help`.
#![allow(clippy::doc_markdown)]
// What comes from Python arrives as owned values.
#![allow(clippy::needless_pass_by_value)]

mod arrays;
mod bars;
mod brain;
mod control;
mod counterfactual;
mod cscv;
mod enter;
mod errors;
mod facts;
mod labels;
mod live;
mod memory;
mod odds;
mod params;
mod prepared;
mod run;
mod space;
mod states;
mod trades;

use bayescore_core::context;
use pyo3::prelude::*;

/// The compiled half of bayescore: bars, states, labels, posteriors, simulated trades.
///
/// Arrays are one-dimensional, contiguous and of the dtype a docstring names; they are copied once. Errors are those of
/// `bayescore.errors`.
#[pymodule]
fn _core(m: &Bound<'_, PyModule>) -> PyResult<()> {
    enter::quiet_panics();
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add("INVALID", bayescore_core::state::INVALID)?;
    m.add("CONTEXTS", context::NAMES)?;
    m.add("FACTS", facts::facts(m.py())?)?;
    m.add("NAMES", facts::names(m.py())?)?;
    m.add("FIRST_SESSION_BIT", context::FIRST_SESSION_BIT)?;
    m.add("SESSION_PREFIX", context::SESSION_PREFIX)?;
    m.add("MAX_WINDOWS", context::MAX_WINDOWS)?;
    m.add_class::<control::Control>()?;
    m.add_class::<bars::DayBars>()?;
    m.add_class::<space::StateSpace>()?;
    m.add_class::<states::DayStates>()?;
    m.add_class::<states::StateEngine>()?;
    m.add_class::<labels::Labels>()?;
    m.add_class::<brain::Brain>()?;
    m.add_class::<prepared::PreparedDay>()?;
    m.add_class::<live::LiveDay>()?;
    m.add_function(wrap_pyfunction!(labels::barrier_ticks, m)?)?;
    m.add_function(wrap_pyfunction!(labels::label_day, m)?)?;
    m.add_function(wrap_pyfunction!(odds::break_even, m)?)?;
    m.add_function(wrap_pyfunction!(odds::bracket_threshold, m)?)?;
    m.add_function(wrap_pyfunction!(odds::rungs, m)?)?;
    m.add_function(wrap_pyfunction!(odds::rung_of, m)?)?;
    m.add_function(wrap_pyfunction!(odds::beta_above, m)?)?;
    m.add_function(wrap_pyfunction!(odds::beta_quantile, m)?)?;
    m.add_function(wrap_pyfunction!(cscv::overfitting, m)?)?;
    m.add_function(wrap_pyfunction!(run::simulate_day, m)?)?;
    m.add_function(wrap_pyfunction!(run::simulate_sets, m)?)?;
    m.add_function(wrap_pyfunction!(counterfactual::replay_entries, m)?)?;
    m.add_function(wrap_pyfunction!(counterfactual::mirrored_timings, m)?)?;
    m.add_function(wrap_pyfunction!(run::sweep_day, m)?)?;
    m.add_function(wrap_pyfunction!(run::sweep_days, m)?)?;
    m.add_function(wrap_pyfunction!(run::totals, m)?)?;
    m.add_function(wrap_pyfunction!(run::empty_trades, m)?)?;
    m.add_function(wrap_pyfunction!(run::regret_events, m)?)?;
    m.add_function(wrap_pyfunction!(run::trade_regret, m)?)?;
    m.add_function(wrap_pyfunction!(run::merge_events, m)?)?;
    m.add_function(wrap_pyfunction!(memory::end_in_words, m)?)?;
    m.add_function(wrap_pyfunction!(memory::_exhaust, m)?)?;
    m.add_function(wrap_pyfunction!(enter::_panic, m)?)?;
    Ok(())
}
