//! The one error type of the core. The binding maps it to Python's `CoreError` family.
use thiserror::Error;

/// What can go wrong in the core; every message says what was wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CoreError {
    /// Bars that cannot be used; `row` is the zero-based row of the input.
    #[error("bar {row}: {what}")]
    Bars {
        /// Row of the offending bar.
        row: usize,
        /// What was wrong and what to do.
        what: String,
    },
    /// A parameter, cost or configuration value outside its range.
    #[error("{name}: {what}")]
    Parameter {
        /// Name of the parameter.
        name: String,
        /// What was wrong and what to do.
        what: String,
    },
    /// Arrays that should go together do not.
    #[error("{0}")]
    Shape(String),
    /// The stop flag was set while a long call was running.
    #[error("stopped before the end")]
    Stopped,
}

/// Result of a fallible core call.
pub type Result<T> = std::result::Result<T, CoreError>;

impl CoreError {
    /// Shorthand for [`CoreError::Parameter`].
    pub fn parameter(name: &str, what: impl Into<String>) -> Self {
        Self::Parameter { name: name.into(), what: what.into() }
    }

    /// Shorthand for [`CoreError::Bars`].
    pub fn bars(row: usize, what: impl Into<String>) -> Self {
        Self::Bars { row, what: what.into() }
    }
}
