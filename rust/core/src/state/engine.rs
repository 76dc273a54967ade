//! The engine: bar by bar, or a whole day at once.
use super::config::StateConfig;
use super::stream::{Bar, Stream};
use super::{DayStates, Features, StateSpace, batch};
use crate::bars::DayBars;
use crate::context::MAX_WINDOWS;
use crate::error::{CoreError, Result};

/// Turns bars into state codes and context bits.
///
/// Everything at a bar follows from that bar and earlier ones of the same day: [`StateEngine::push`] sees no others,
/// and [`StateEngine::run`] gives the same bits.
#[derive(Debug, Clone)]
pub struct StateEngine {
    config: StateConfig,
    n_windows: usize,
    stream: Stream,
}

impl StateEngine {
    /// An engine for days with `n_windows` session windows.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] as [`StateConfig::check`], or for other than 1..8 windows.
    pub fn new(config: StateConfig, n_windows: usize) -> Result<Self> {
        config.check()?;
        if !(1..=MAX_WINDOWS).contains(&n_windows) {
            return Err(CoreError::parameter("n_windows", format!("{n_windows} is outside 1..{MAX_WINDOWS}")));
        }
        Ok(Self { config, n_windows, stream: Stream::new(config, n_windows) })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &StateConfig {
        &self.config
    }

    /// Number of session windows.
    #[must_use]
    pub fn n_windows(&self) -> usize {
        self.n_windows
    }

    /// The space of the codes.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] if the names do not go with this engine.
    pub fn space<S: AsRef<str>>(&self, window_names: &[S]) -> Result<StateSpace> {
        if window_names.len() != self.n_windows {
            return Err(CoreError::parameter(
                "windows",
                format!("{} names for {} session windows", window_names.len(), self.n_windows),
            ));
        }
        StateSpace::with_edges(self.config.band_edges, window_names)
    }

    /// Code and context bits of the next bar, which lies in session window `window`.
    ///
    /// # Errors
    /// [`CoreError::Bars`] with the bar's number in the day for what [`DayBars::new`] refuses too: times that do not
    /// rise, prices outside low..high or too far from the day's first close, impossible volumes; and for a window that
    /// there is not. The engine is then as before.
    pub fn push(&mut self, bar: Bar, window: u8) -> Result<(u16, u32)> {
        self.stream.push(bar, window)
    }

    /// Forgets the day so far.
    pub fn reset(&mut self) {
        self.stream = Stream::new(self.config, self.n_windows);
    }

    /// Codes and context bits of a whole day, bit-identical to pushing its bars one by one.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if there is not one window a bar; [`CoreError::Bars`] for a window that there is not.
    pub fn run(&self, day: &DayBars, windows: &[u8]) -> Result<DayStates> {
        self.check_windows(day, windows)?;
        Ok(batch::run(&self.config, self.n_windows, day, windows))
    }

    /// The feature values that the codes of a day are made from.
    #[must_use]
    pub fn features(&self, day: &DayBars) -> Features {
        batch::features(&self.config, day)
    }

    fn check_windows(&self, day: &DayBars, windows: &[u8]) -> Result<()> {
        if windows.len() != day.len() {
            return Err(CoreError::Shape(format!("{} session windows for {} bars", windows.len(), day.len())));
        }
        match windows.iter().position(|&w| usize::from(w) >= self.n_windows) {
            Some(i) => {
                let what = format!("session window {}, but there are only {}", windows[i], self.n_windows);
                Err(CoreError::bars(i, what))
            }
            None => Ok(()),
        }
    }
}
