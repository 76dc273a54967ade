//! The doorway into the core: let go of the interpreter, catch a panic, watch for signals, map the error.
use crate::errors::{Class, error, from_core};
use bayescore_core::control::Control;
use bayescore_core::error::Result;
use pyo3::prelude::*;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often a waiting main thread looks for signals.
const POLL: Duration = Duration::from_millis(20);

/// Where the last panic happened; the payload does not say.
static PANICKED_AT: Mutex<String> = Mutex::new(String::new());

/// Keeps panics off the terminal, which may belong to a dashboard: they become exceptions. This library links its own
/// standard library, so no other extension is affected.
pub fn quiet_panics() {
    set_hook(Box::new(|info| {
        let place = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        *PANICKED_AT.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

type Caught<T> = std::result::Result<Result<T>, Box<dyn Any + Send>>;

fn finish<T>(py: Python<'_>, caught: Caught<T>) -> PyResult<T> {
    match caught {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(refused)) => Err(from_core(py, &refused)),
        Err(payload) => {
            let what = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| payload.downcast_ref::<&str>().copied())
                .unwrap_or("unknown panic");
            let place = PANICKED_AT.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Err(error(
                py,
                Class::Bug,
                &format!("a bug in bayescore's core: {what} ({place}); please report it with the call that led here"),
            ))
        }
    }
}

/// Calls into the core without holding the interpreter.
pub fn enter_core<T: Send>(py: Python<'_>, f: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    let caught = py.detach(|| catch_unwind(AssertUnwindSafe(f)));
    finish(py, caught)
}

/// As [`enter_core`], for calls that may take long: the core works on a thread of its own while this one waits and
/// lets Python handle its signals. One that raises (Ctrl-C) sets the stop flag, and its exception is raised once the
/// core has stopped.
///
/// Python handles signals on its main thread only; elsewhere the wait is all that happens.
pub fn enter_core_watched<T: Send>(
    py: Python<'_>,
    control: &Control,
    f: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    let slot: Mutex<Option<Caught<T>>> = Mutex::new(None);
    let filled = Condvar::new();
    let wait = || {
        let guard = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut guard, _) =
            filled.wait_timeout_while(guard, POLL, |s| s.is_none()).unwrap_or_else(PoisonError::into_inner);
        guard.take()
    };
    let mut raised = None;
    let caught = thread::scope(|scope| {
        scope.spawn(|| {
            let caught = catch_unwind(AssertUnwindSafe(f));
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(caught);
            filled.notify_one();
        });
        loop {
            if let Some(caught) = py.detach(wait) {
                break caught;
            }
            if raised.is_none()
                && let Err(exception) = py.check_signals()
            {
                control.stop();
                raised = Some(exception);
            }
        }
    });
    match raised {
        Some(exception) => Err(exception),
        None => finish(py, caught),
    }
}

/// Panic inside the core, to see what becomes of it.
#[pyfunction]
pub fn _panic(py: Python<'_>) -> PyResult<()> {
    enter_core(py, || panic!("asked to"))
}
