//! Odds without a brain: brackets, rungs, the Beta distribution.
use crate::arrays::column;
use crate::brain::check_level;
use crate::errors::{from_core, usage};
use bayescore_core::brain::{Beta, normal_quantile};
use bayescore_core::gate;
use bayescore_core::labels::{RUNGS, checked_rungs};
use numpy::IntoPyArray;
use pyo3::prelude::*;

/// Share of winners at which a bracket pays its round trip: (S + c) / (S + T); above 1 it never does.
///
/// Parameters
/// ----------
/// stop, target : int
///     Ticks.
/// cost : float
///     Round trip, ticks.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For distances below 1 or a negative cost.
#[pyfunction]
pub fn break_even(py: Python<'_>, stop: i32, target: i32, cost: f64) -> PyResult<f64> {
    gate::break_even(stop, target, cost).map_err(|e| from_core(py, &e))
}

/// The chance p of touching +barrier before −barrier above which a bracket pays; 1 if it never does.
///
/// With θ = ln(p / (1 − p)) / barrier the chance to reach +target before −stop is
/// (1 − exp(−θ·stop)) / (1 − exp(−θ·(stop + target))); it must exceed (stop + cost) / (stop + target).
///
/// Parameters
/// ----------
/// stop, target : int
///     Ticks.
/// cost : float
///     Round trip, ticks.
/// barrier : float
///     Ticks: that of the rung which p is about (`rungs`, `rung_of`).
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For distances or a barrier that are not positive, or a negative cost.
#[pyfunction]
pub fn bracket_threshold(py: Python<'_>, stop: i32, target: i32, cost: f64, barrier: f64) -> PyResult<f64> {
    gate::bracket_threshold(stop, target, cost, barrier).map_err(|e| from_core(py, &e))
}

/// Barriers of the three rungs of a day's barrier, ticks.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For a barrier outside 1..2097152.
#[pyfunction]
pub fn rungs(py: Python<'_>, barrier: i32) -> PyResult<[i32; RUNGS]> {
    checked_rungs(barrier).map_err(|e| from_core(py, &e))
}

/// Rung whose chances speak for a bracket: the one nearest √(stop · target).
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For distances below 1, or a barrier outside 1..2097152.
#[pyfunction]
pub fn rung_of(py: Python<'_>, stop: i32, target: i32, barrier: i32) -> PyResult<usize> {
    checked_rungs(barrier).map_err(|e| from_core(py, &e))?;
    gate::break_even(stop, target, 0.0).map_err(|e| from_core(py, &e))?;
    Ok(gate::rung_of(stop, target, barrier))
}

/// P(X > x) for X ~ Beta(a, b), element by element.
///
/// Parameters
/// ----------
/// x, a, b : ndarray of float64, shape (n,)
///     a and b positive.
///
/// Returns
/// -------
/// ndarray of float64, shape (n,)
///
/// Raises
/// ------
/// bayescore.errors.DataError
///     For arrays of different lengths.
/// bayescore.errors.UsageError
///     For parameters that are not positive.
#[pyfunction]
pub fn beta_above<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (x, betas) = betas(py, x, "x", a, b)?;
    let out: Vec<f64> = x.iter().zip(&betas).map(|(&x, beta)| beta.above(x)).collect();
    Ok(out.into_pyarray(py).into_any())
}

/// The x with P(X ≤ x) = p for X ~ Beta(a, b), element by element.
///
/// Parameters
/// ----------
/// p, a, b : ndarray of float64, shape (n,)
///     p in (0, 1); a and b positive.
///
/// Returns
/// -------
/// ndarray of float64, shape (n,)
///
/// Raises
/// ------
/// bayescore.errors.DataError
///     For arrays of different lengths.
/// bayescore.errors.UsageError
///     For values out of range.
#[pyfunction]
pub fn beta_quantile<'py>(
    py: Python<'py>,
    p: &Bound<'py, PyAny>,
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (p, betas) = betas(py, p, "p", a, b)?;
    for &p in &p {
        check_level(py, p)?;
    }
    let out: Vec<f64> = p.iter().zip(&betas).map(|(&p, beta)| beta.quantile(p, normal_quantile(p))).collect();
    Ok(out.into_pyarray(py).into_any())
}

fn betas(
    py: Python<'_>,
    x: &Bound<'_, PyAny>,
    name: &str,
    a: &Bound<'_, PyAny>,
    b: &Bound<'_, PyAny>,
) -> PyResult<(Vec<f64>, Vec<Beta>)> {
    let (x, a, b): (Vec<f64>, Vec<f64>, Vec<f64>) = (column(x, name)?, column(a, "a")?, column(b, "b")?);
    if a.len() != x.len() || b.len() != x.len() {
        return Err(crate::errors::data(py, "the arrays differ in length"));
    }
    // Up to here the sum of two exists.
    let positive = |v: f64| v > 0.0 && v <= 1e300;
    if let Some(row) = (0..a.len()).find(|&k| !(positive(a[k]) && positive(b[k]))) {
        return Err(usage(py, &format!("row {row}: Beta({}, {}) does not exist", a[row], b[row])));
    }
    let betas = a.iter().zip(&b).map(|(&a, &b)| Beta::new(a, b)).collect();
    Ok((x, betas))
}
