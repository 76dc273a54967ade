//! `Control`: stop flag and counter shared with a running sweep.
use bayescore_core::control;
use pyo3::prelude::*;
use std::sync::Arc;

/// Stop flag and progress counter of long calls; every member may be used from any thread.
///
/// Attributes
/// ----------
/// stopped : bool
///     Whether `stop` was called.
/// done : int
///     Iterations finished since the control was made or reset.
#[pyclass(frozen, module = "bayescore._core")]
#[derive(Default)]
pub struct Control(pub Arc<control::Control>);

#[pymethods]
impl Control {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Ask every call that holds this control to end soon; it raises `bayescore.errors.Interrupted`.
    fn stop(&self) {
        self.0.stop();
    }

    /// Clear flag and counter.
    fn reset(&self) {
        self.0.reset();
    }

    /// Whether `stop` was called.
    #[getter]
    fn stopped(&self) -> bool {
        self.0.stopped()
    }

    /// Iterations finished since the control was made or reset.
    #[getter]
    fn done(&self) -> u64 {
        self.0.done()
    }
}
