//! `overfitting`: the probability of backtest overfitting.
use crate::arrays::column;
use crate::enter::enter_core;
use bayescore_core::cscv;
use pyo3::prelude::*;

/// How often the in-sample winner of a search does no better than the median out of sample (PBO by CSCV).
///
/// Parameters
/// ----------
/// pnl : ndarray of float64, shape (days * sets,)
///     Results, finite; the sets of the first day, then those of the second, and so on.
/// sets : int
///     At least 2.
/// blocks : int
///     Even, 2 to 20; days that do not fill blocks of equal size are left out at the start.
///
/// Returns
/// -------
/// tuple of (float, float, int) or None
///     Share of the splits in which the winner is at or below the median, share in which it loses, number of splits;
///     None with fewer days than blocks.
///
/// Raises
/// ------
/// bayescore.errors.DataError
///     If the results are no matrix of finite numbers.
/// bayescore.errors.UsageError
///     For a number of blocks out of range.
#[pyfunction]
#[pyo3(signature = (pnl, sets, blocks=16))]
pub fn overfitting(
    py: Python<'_>,
    pnl: &Bound<'_, PyAny>,
    sets: usize,
    blocks: usize,
) -> PyResult<Option<(f64, f64, u64)>> {
    let pnl: Vec<f64> = column(pnl, "pnl")?;
    let found = enter_core(py, || cscv::overfitting(&pnl, sets, blocks))?;
    Ok(found.map(|o| (o.probability, o.loss, o.splits)))
}
