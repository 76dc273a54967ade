//! Stop flag and progress counter shared with whoever waits for a long call.
use crate::error::{CoreError, Result};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared between the thread that computes and the one that watches. All methods are lock-free.
#[derive(Debug, Default)]
pub struct Control {
    stop: AtomicBool,
    done: AtomicU64,
}

impl Control {
    /// Asks every call that holds this control to end soon.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether [`Control::stop`] was called.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Adds finished iterations.
    pub fn add(&self, n: u64) {
        self.done.fetch_add(n, Ordering::Relaxed);
    }

    /// Finished iterations since the control was made or reset.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Clears flag and counter.
    pub fn reset(&self) {
        self.stop.store(false, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
    }

    /// # Errors
    /// [`CoreError::Stopped`] once the stop flag is set.
    pub fn check(&self) -> Result<()> {
        if self.stopped() { Err(CoreError::Stopped) } else { Ok(()) }
    }
}
