//! `DayBars`: one trade date of bars, copied in once.
use crate::arrays::{column, nanoseconds, whole_numbers};
use crate::enter::enter_core;
use bayescore_core::bars::{self, NS};
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use pyo3::types::PyType;
use std::sync::Arc;

/// One trade date of one-second bars of one contract, as integer ticks.
///
/// Parameters
/// ----------
/// ts_ns : ndarray of int64 or datetime64[ns], shape (n,)
///     Start of each bar, nanoseconds since the epoch (UTC), strictly increasing, on whole seconds after the open.
/// open, high, low, close : ndarray of float64, shape (n,)
///     Prices on the tick grid.
/// volume : ndarray of any integer dtype, or of whole floats, shape (n,)
/// tick_size : float
///     Price of one tick.
/// session_open_ns, session_close_ns : int, optional
///     The session; without it the day runs from its first bar to one second after its last.
///
/// Raises
/// ------
/// bayescore.errors.DataError
///     For a wrong dtype, shape or memory layout, and for bars that cannot be used, with their row.
/// bayescore.errors.UsageError
///     If `tick_size` is not positive, or only one end of the session is given.
#[pyclass(frozen, module = "bayescore._core")]
pub struct DayBars(pub Arc<bars::DayBars>);

#[pymethods]
impl DayBars {
    #[new]
    #[pyo3(signature = (ts_ns, open, high, low, close, volume, tick_size, *, session_open_ns=None, session_close_ns=None))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        ts_ns: &Bound<'_, PyAny>,
        open: &Bound<'_, PyAny>,
        high: &Bound<'_, PyAny>,
        low: &Bound<'_, PyAny>,
        close: &Bound<'_, PyAny>,
        volume: &Bound<'_, PyAny>,
        tick_size: f64,
        session_open_ns: Option<i64>,
        session_close_ns: Option<i64>,
    ) -> PyResult<Self> {
        let session = match (session_open_ns, session_close_ns) {
            (Some(open), Some(close)) => Some((open, close)),
            (None, None) => None,
            _ => return Err(crate::errors::usage(py, "give both session_open_ns and session_close_ns, or neither")),
        };
        let ts_ns = nanoseconds(ts_ns, "ts_ns")?;
        let prices: [Vec<f64>; 4] =
            [column(open, "open")?, column(high, "high")?, column(low, "low")?, column(close, "close")?];
        let volume = whole_numbers(volume, "volume")?;
        let made = enter_core(py, move || {
            let prices = [&prices[0][..], &prices[1], &prices[2], &prices[3]];
            bars::DayBars::from_prices(&ts_ns, prices, volume, tick_size, session)
        })?;
        Ok(Self(Arc::new(made)))
    }

    /// Bars whose prices are in ticks already.
    ///
    /// Parameters
    /// ----------
    /// ts_s : ndarray of int32, shape (n,)
    ///     Seconds after the session's open, strictly increasing.
    /// open, high, low, close : ndarray of int32, shape (n,)
    ///     Prices in ticks.
    /// volume : ndarray of int64, shape (n,)
    /// tick_size : float
    ///     Price of one tick.
    /// open_ns : int
    ///     Session open, nanoseconds since the epoch.
    /// close_s : int
    ///     Session close, seconds after the open.
    ///
    /// Returns
    /// -------
    /// DayBars
    ///
    /// Raises
    /// ------
    /// bayescore.errors.DataError, bayescore.errors.UsageError
    ///     As the constructor.
    #[classmethod]
    #[pyo3(signature = (ts_s, open, high, low, close, volume, tick_size, *, open_ns, close_s))]
    #[allow(clippy::too_many_arguments)]
    fn from_ticks(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        ts_s: &Bound<'_, PyAny>,
        open: &Bound<'_, PyAny>,
        high: &Bound<'_, PyAny>,
        low: &Bound<'_, PyAny>,
        close: &Bound<'_, PyAny>,
        volume: &Bound<'_, PyAny>,
        tick_size: f64,
        open_ns: i64,
        close_s: i32,
    ) -> PyResult<Self> {
        let unchecked = bars::DayBars {
            ts: column(ts_s, "ts_s")?,
            open: column(open, "open")?,
            high: column(high, "high")?,
            low: column(low, "low")?,
            close: column(close, "close")?,
            volume: column(volume, "volume")?,
            open_ns,
            close_s,
            tick_size,
        };
        Ok(Self(Arc::new(enter_core(py, move || unchecked.new())?)))
    }

    /// The day with some bars reflected about the close before them; volatility, volume and times stay.
    ///
    /// Parameters
    /// ----------
    /// turned : ndarray of bool, shape (n,)
    ///
    /// Returns
    /// -------
    /// DayBars
    ///
    /// Raises
    /// ------
    /// bayescore.errors.DataError
    ///     For another number of bars, and if prices then lie too far apart.
    fn mirrored(&self, py: Python<'_>, turned: &Bound<'_, PyAny>) -> PyResult<Self> {
        let turned: Vec<bool> = column(turned, "turned")?;
        Ok(Self(Arc::new(enter_core(py, || self.0.mirrored(&turned))?)))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("<DayBars: {} bars, tick size {}>", self.0.len(), self.0.tick_size)
    }

    /// Seconds after the session's open (int32).
    #[getter]
    fn ts<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i32>> {
        PyArray1::from_slice(py, &self.0.ts)
    }

    /// Nanoseconds since the epoch (int64).
    #[getter]
    fn ts_ns<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let ns: Vec<i64> = self.0.ts.iter().map(|&t| self.0.open_ns + i64::from(t) * NS).collect();
        ns.into_pyarray(py)
    }

    /// First price of each second, ticks (int32).
    #[getter]
    fn open<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i32>> {
        PyArray1::from_slice(py, &self.0.open)
    }

    /// Highest price of each second, ticks (int32).
    #[getter]
    fn high<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i32>> {
        PyArray1::from_slice(py, &self.0.high)
    }

    /// Lowest price of each second, ticks (int32).
    #[getter]
    fn low<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i32>> {
        PyArray1::from_slice(py, &self.0.low)
    }

    /// Last price of each second, ticks (int32).
    #[getter]
    fn close<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i32>> {
        PyArray1::from_slice(py, &self.0.close)
    }

    /// Traded volume (int64).
    #[getter]
    fn volume<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        PyArray1::from_slice(py, &self.0.volume)
    }

    /// Price of one tick.
    #[getter]
    fn tick_size(&self) -> f64 {
        self.0.tick_size
    }

    /// Session open, nanoseconds since the epoch.
    #[getter]
    fn open_ns(&self) -> i64 {
        self.0.open_ns
    }

    /// Session close, seconds after the open.
    #[getter]
    fn close_s(&self) -> i32 {
        self.0.close_s
    }
}
