//! `bayescore._core`: validate, convert, one call into the core, map the error.
use pyo3::prelude::*;

/// The compiled half of bayescore.
#[pymodule]
fn _core(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    Ok(())
}
