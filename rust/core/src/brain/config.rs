//! How posteriors are learned.
use crate::error::{CoreError, Result};
use crate::facts::{Bounds, Settings};

crate::settings! {
    /// How posteriors are learned.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct BrainConfig("") {
        /// Whether a state and its mirror image are pooled.
        mirror: bool = true, Bounds::ANY;
        /// The root starts as Beta(x, x).
        root_strength: f64 = 10.0, Bounds::Open(0.0, 1e9);
        /// Least strength a level lends.
        kappa_min: f64 = 5.0, Bounds::Open(0.0, 1e9);
        /// Greatest strength a level lends.
        kappa_max: f64 = 10_000.0, Bounds::Open(0.0, 1e9);
        /// Days after which evidence counts half; 0 = never.
        half_life_days: f64 = 0.0, Bounds::Closed(0.0, 1e6);
    }
}

impl BrainConfig {
    /// Checks every value.
    pub(super) fn check(&self) -> Result<()> {
        self.check_bounds()?;
        if self.kappa_min > self.kappa_max {
            return Err(CoreError::parameter("kappa_min", "must not exceed kappa_max"));
        }
        Ok(())
    }
}
