//! `bayescore._core`: validate, convert, one call into the core, map the error.
mod arrays;
mod bars;
mod control;
mod enter;
mod errors;
mod space;
mod states;

use pyo3::prelude::*;

/// The compiled half of bayescore.
#[pymodule]
fn _core(m: &Bound<'_, PyModule>) -> PyResult<()> {
    enter::quiet_panics();
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add_class::<control::Control>()?;
    m.add_class::<bars::DayBars>()?;
    m.add_class::<space::StateSpace>()?;
    m.add_class::<states::DayStates>()?;
    m.add_class::<states::StateEngine>()?;
    m.add_function(wrap_pyfunction!(enter::_panic, m)?)?;
    Ok(())
}
