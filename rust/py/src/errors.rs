//! The core's errors as exceptions of `bayescore.errors`: the one place where they are mapped.
use bayescore_core::error::CoreError;
use pyo3::prelude::*;

/// Exception classes of `bayescore.errors` that the binding raises.
#[derive(Clone, Copy)]
pub enum Class {
    /// Bars or arrays that cannot be used.
    Data,
    /// A parameter or a combination of them that cannot be used.
    Usage,
    /// Stopped on request.
    Interrupted,
    /// A bug of this package.
    Bug,
}

/// The exception with this message.
pub fn error(py: Python<'_>, class: Class, message: &str) -> PyErr {
    let name = match class {
        Class::Data => "DataError",
        Class::Usage => "UsageError",
        Class::Interrupted => "Interrupted",
        Class::Bug => "BayescoreError",
    };
    let made = py.import("bayescore.errors").and_then(|m| m.getattr(name)).and_then(|class| class.call1((message,)));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(other) => other,
    }
}

/// Shorthand for a [`Class::Data`] error.
pub fn data(py: Python<'_>, message: &str) -> PyErr {
    error(py, Class::Data, message)
}

/// Shorthand for a [`Class::Usage`] error.
pub fn usage(py: Python<'_>, message: &str) -> PyErr {
    error(py, Class::Usage, message)
}

/// What the core refused.
pub fn from_core(py: Python<'_>, refused: &CoreError) -> PyErr {
    let class = match refused {
        CoreError::Bars { .. } | CoreError::Shape(_) => Class::Data,
        CoreError::Parameter { .. } => Class::Usage,
        CoreError::Stopped => Class::Interrupted,
    };
    error(py, class, &refused.to_string())
}
