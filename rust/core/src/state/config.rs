//! Windows and edges of the state features.
use crate::error::{CoreError, Result};
use crate::facts::{Bounds, Settings};

crate::settings! {
    /// Windows in seconds and edges as multiples.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct StateConfig("state.") {
        /// Window of the regression line that the band is measured from, s.
        band_window: i32 = 300, Bounds::Closed(30.0, 3600.0);
        /// Distances from that line, in sigmas, where the outer bands begin; rising.
        band_edges: [f64; 3] = [1.0, 2.0, 2.5], Bounds::Open(0.0, 1e6);
        /// Bars the band window needs for a bar to be valid.
        min_bars: i32 = 30, Bounds::Closed(3.0, 3600.0);
        /// Seconds after the day's first bar without states.
        warmup: i32 = 900, Bounds::Closed(0.0, 7200.0);
        /// Momentum compares the close with that of so many seconds ago.
        momentum_lag: i32 = 60, Bounds::Closed(1.0, 900.0);
        /// Edges of momentum in rms of that change; rising.
        momentum_edges: [f64; 2] = [0.5, 1.5], Bounds::Open(0.0, 1e6);
        /// Window of the trend line, of momentum's rms and of the mean range, s.
        long_window: i32 = 900, Bounds::Closed(60.0, 3600.0);
        /// Rise of the trend line over the long window, in sigmas, from where it is a trend.
        trend_edge: f64 = 2.0, Bounds::Open(0.0, 1e6);
        /// Window of the recent volume, s.
        volume_window: i32 = 20, Bounds::Closed(1.0, 300.0);
        /// Volume is confirmed above this multiple of its mean rate over the band window.
        volume_factor: f64 = 1.2, Bounds::Open(0.0, 1e6);
        /// Window of a range, s.
        burst_window: i32 = 5, Bounds::Closed(1.0, 60.0);
        /// A burst is a range above this multiple of the mean range.
        burst_factor: f64 = 2.0, Bounds::Open(0.0, 1e6);
        /// A breakout leaves the range of the band window without these last seconds.
        breakout_gap: i32 = 20, Bounds::Closed(1.0, 299.0);
        /// Window of the compressed range, s.
        compression_window: i32 = 60, Bounds::Closed(1.0, 299.0);
        /// Compression is a range below this share of the range before.
        compression_factor: f64 = 0.3, Bounds::Open(0.0, 1.0);
        /// Window of the short-term mean range, s.
        volatility_window: i32 = 60, Bounds::Closed(5.0, 900.0);
        /// Ratios of short to long mean range at and beyond which volatility differs; rising.
        volatility_bounds: [f64; 2] = [0.4, 1.6], Bounds::Open(0.0, 1e6);
        /// Time that a change of the trend level counts as new, s.
        transition_window: i32 = 60, Bounds::Closed(1.0, 3600.0);
    }
}

impl StateConfig {
    /// Checks every range and what no single value can know.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] naming the first value that is out of range.
    pub fn check(&self) -> Result<()> {
        self.check_bounds()?;
        rising("state.band_edges", &self.band_edges)?;
        rising("state.momentum_edges", &self.momentum_edges)?;
        rising("state.volatility_bounds", &self.volatility_bounds)?;
        if self.band_window > self.long_window {
            return Err(CoreError::parameter(
                "state.band_window",
                format!("{} s exceeds state.long_window ({} s)", self.band_window, self.long_window),
            ));
        }
        for (name, x) in [
            ("state.volume_window", self.volume_window),
            ("state.breakout_gap", self.breakout_gap),
            ("state.compression_window", self.compression_window),
        ] {
            if x >= self.band_window {
                return Err(CoreError::parameter(
                    name,
                    format!("{x} s must be shorter than state.band_window ({} s)", self.band_window),
                ));
            }
        }
        Ok(())
    }
}

fn rising(name: &str, x: &[f64]) -> Result<()> {
    let mut last = 0.0;
    for &v in x {
        if !(v.is_finite() && v > last) {
            return Err(CoreError::parameter(name, format!("{x:?} must rise from above 0")));
        }
        last = v;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range() {
        assert_eq!(StateConfig::default().check(), Ok(()));
    }

    #[test]
    fn each_contradiction_names_its_field() {
        let d = StateConfig::default();
        let cases = [
            (StateConfig { band_window: 29, ..d }, "state.band_window"),
            (StateConfig { band_window: 901, ..d }, "state.band_window"),
            (StateConfig { min_bars: 2, ..d }, "state.min_bars"),
            (StateConfig { warmup: -1, ..d }, "state.warmup"),
            (StateConfig { momentum_lag: 0, ..d }, "state.momentum_lag"),
            (StateConfig { long_window: 4000, ..d }, "state.long_window"),
            (StateConfig { volume_window: 300, ..d }, "state.volume_window"),
            (StateConfig { burst_window: 61, ..d }, "state.burst_window"),
            (StateConfig { breakout_gap: 0, ..d }, "state.breakout_gap"),
            (StateConfig { band_window: 60, ..d }, "state.compression_window"),
            (StateConfig { volatility_window: 4, ..d }, "state.volatility_window"),
            (StateConfig { transition_window: 0, ..d }, "state.transition_window"),
            (StateConfig { trend_edge: f64::NAN, ..d }, "state.trend_edge"),
            (StateConfig { volume_factor: 0.0, ..d }, "state.volume_factor"),
            (StateConfig { burst_factor: f64::INFINITY, ..d }, "state.burst_factor"),
            (StateConfig { compression_factor: 1.0, ..d }, "state.compression_factor"),
            (StateConfig { band_edges: [1.0, 1.0, 2.0], ..d }, "state.band_edges"),
            (StateConfig { momentum_edges: [0.0, 1.0], ..d }, "state.momentum_edges"),
            (StateConfig { volatility_bounds: [2.0, 1.0], ..d }, "state.volatility_bounds"),
        ];
        for (config, field) in cases {
            match config.check() {
                Err(CoreError::Parameter { name, .. }) => assert_eq!(name, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }
}
