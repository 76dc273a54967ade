//! `StateEngine` and `DayStates`.
use crate::arrays::{column, columns};
use crate::bars::DayBars;
use crate::enter::enter_core;
use crate::errors::{data, from_core};
use crate::params;
use crate::space::StateSpace;
use bayescore_core::state::{self, Bar, INVALID, StateConfig};
use bayescore_core::{context, error};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::{Arc, Mutex, PoisonError};

/// State code and context bits of every bar of one day.
///
/// Parameters
/// ----------
/// codes : ndarray of uint16, shape (n,)
///     Codes of `space`, 65535 where there is none.
/// contexts : ndarray of uint32, shape (n,), or None
///     Context bits; bit 0 must be set where any entry is to be possible with ``contexts_allowed="all"``. None sets
///     only bit 0, on every bar with a code.
/// space : StateSpace
///
/// Raises
/// ------
/// bayescore.errors.DataError
///     For a wrong dtype or layout, columns of different lengths, a code outside the space (with its bar), or context
///     bits on a bar without a code.
#[pyclass(frozen, module = "bayescore._core")]
#[derive(Clone)]
pub struct DayStates {
    pub states: Arc<state::DayStates>,
    pub space: Arc<state::StateSpace>,
}

#[pymethods]
impl DayStates {
    #[new]
    #[pyo3(signature = (codes, contexts, space))]
    fn new(
        py: Python<'_>,
        codes: &Bound<'_, PyAny>,
        contexts: Option<&Bound<'_, PyAny>>,
        space: &StateSpace,
    ) -> PyResult<Self> {
        let codes: Vec<u16> = column(codes, "codes")?;
        let contexts = match contexts {
            Some(bits) => column(bits, "contexts")?,
            None => codes.iter().map(|&c| if c == INVALID { 0 } else { context::ALL }).collect(),
        };
        if contexts.len() != codes.len() {
            return Err(data(py, &format!("{} codes, but {} contexts", codes.len(), contexts.len())));
        }
        for (i, (&code, &bits)) in codes.iter().zip(&contexts).enumerate() {
            if code != INVALID && usize::from(code) >= space.0.n_codes() {
                let n = space.0.n_codes();
                return Err(data(py, &format!("bar {i}: code {code} is not one of the {n} of the state space")));
            }
            if code == INVALID && bits != 0 {
                return Err(data(py, &format!("bar {i}: context bits {bits} without a code")));
            }
        }
        Ok(Self { states: Arc::new(state::DayStates { codes, contexts }), space: space.0.clone() })
    }

    fn __len__(&self) -> usize {
        self.states.codes.len()
    }

    fn __repr__(&self) -> String {
        let valid = self.states.codes.iter().filter(|&&c| c != INVALID).count();
        format!("<DayStates: {valid} of {} bars have a state>", self.states.codes.len())
    }

    /// Code of each bar, 65535 where there is none (uint16).
    #[getter]
    fn codes<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u16>> {
        PyArray1::from_slice(py, &self.states.codes)
    }

    /// Context bits of each bar (uint32).
    #[getter]
    fn contexts<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        PyArray1::from_slice(py, &self.states.contexts)
    }

    /// What the codes mean.
    #[getter]
    fn space(&self) -> StateSpace {
        StateSpace(self.space.clone())
    }
}

/// Turns bars into state codes and context bits; what it says of a bar uses no later bar.
///
/// Parameters
/// ----------
/// n_windows : int
///     Number of session windows, 1 to 8.
/// window_names : list of str, optional
///     Their names; by default "all" for one, else "window 1", "window 2", ….
/// **config
///     Fields of `bayescore.config.StateConfig`; what is left out keeps its default.
///
/// Raises
/// ------
/// bayescore.errors.UsageError
///     For an unknown setting, or one out of range.
#[pyclass(frozen, module = "bayescore._core")]
pub struct StateEngine {
    batch: state::StateEngine,
    stream: Mutex<state::StateEngine>,
    space: Arc<state::StateSpace>,
}

impl StateEngine {
    /// An engine that has seen no bar, and its space.
    pub fn parts(&self) -> (state::StateEngine, Arc<state::StateSpace>) {
        (self.batch.clone(), self.space.clone())
    }
}

#[pymethods]
impl StateEngine {
    #[new]
    #[pyo3(signature = (n_windows, *, window_names=None, **config))]
    fn new(
        py: Python<'_>,
        n_windows: usize,
        window_names: Option<Vec<String>>,
        config: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let config: StateConfig = params::settings(config, "state configuration")?;
        let names = window_names.unwrap_or_else(|| match n_windows {
            1 => vec!["all".into()],
            n => (1..=n.min(9)).map(|k| format!("window {k}")).collect(),
        });
        let make = || -> error::Result<_> {
            let batch = state::StateEngine::new(config, n_windows)?;
            let space = batch.space(&names)?;
            Ok((batch, space))
        };
        let (batch, space) = make().map_err(|e| from_core(py, &e))?;
        Ok(Self { stream: Mutex::new(batch.clone()), batch, space: Arc::new(space) })
    }

    /// The space of the codes.
    #[getter]
    fn space(&self) -> StateSpace {
        StateSpace(self.space.clone())
    }

    /// Codes and context bits of a whole day, bit-identical to pushing its bars one by one.
    ///
    /// Parameters
    /// ----------
    /// day : DayBars
    /// windows : ndarray of uint8, shape (n,), optional
    ///     Session window of each bar; without it all bars are in the first.
    ///
    /// Returns
    /// -------
    /// DayStates
    ///
    /// Raises
    /// ------
    /// bayescore.errors.DataError
    ///     If there is not one window a bar, or a window does not exist.
    #[pyo3(signature = (day, windows=None))]
    fn run(&self, py: Python<'_>, day: &DayBars, windows: Option<&Bound<'_, PyAny>>) -> PyResult<DayStates> {
        let windows = match windows {
            Some(given) => column(given, "windows")?,
            None => vec![0; day.0.len()],
        };
        let states = enter_core(py, || self.batch.run(&day.0, &windows))?;
        Ok(DayStates { states: Arc::new(states), space: self.space.clone() })
    }

    /// The values behind the codes, for plots and studies.
    ///
    /// Parameters
    /// ----------
    /// day : DayBars
    ///
    /// Returns
    /// -------
    /// dict of str to ndarray, shape (n,)
    ///     float64, NaN where undefined: ``z`` (distance of the close from the band's line, in sigmas), ``slope`` (ticks a
    ///     second), ``sigma``, ``centre`` (ticks), ``momentum`` (in rms of that change), ``trend`` (rise over the long
    ///     window in sigmas), ``volume_ratio``, ``burst_ratio``, ``volatility_ratio``; int32: ``range`` (ticks, over the
    ///     burst window).
    fn features<'py>(&self, py: Python<'py>, day: &DayBars) -> PyResult<Bound<'py, PyDict>> {
        let values = enter_core(py, || Ok(self.batch.features(&day.0)))?;
        Ok(columns!(
            py,
            values,
            z,
            slope,
            sigma,
            centre,
            momentum,
            trend,
            volume_ratio,
            burst_ratio,
            volatility_ratio,
            range
        ))
    }

    /// Code and context bits of the next bar of the day.
    ///
    /// Parameters
    /// ----------
    /// ts : int
    ///     Seconds after the session's open.
    /// open, high, low, close : int
    ///     Ticks.
    /// volume : int
    /// window : int
    ///     Session window of the bar.
    ///
    /// Returns
    /// -------
    /// (int, int)
    ///     Code (65535 = none) and context bits.
    ///
    /// Raises
    /// ------
    /// bayescore.errors.DataError
    ///     For a bar that cannot follow, or a window that does not exist; the engine is then as before.
    #[pyo3(signature = (ts, open, high, low, close, volume, window=0))]
    #[allow(clippy::too_many_arguments)]
    fn push(
        &self,
        py: Python<'_>,
        ts: i32,
        open: i32,
        high: i32,
        low: i32,
        close: i32,
        volume: i64,
        window: u8,
    ) -> PyResult<(u16, u32)> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.push(Bar { ts, open, high, low, close, volume }, window).map_err(|e| from_core(py, &e))
    }

    /// Forget the bars pushed so far.
    fn reset(&self) {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).reset();
    }

    fn __repr__(&self) -> String {
        format!("<StateEngine: {} session windows>", self.batch.n_windows())
    }
}

/// States of the standard space with one session window, for callers that bring none.
pub fn standard(py: Python<'_>, day: &DayBars) -> PyResult<DayStates> {
    StateEngine::new(py, 1, None, None)?.run(py, day, None)
}
