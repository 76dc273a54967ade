//! Windows and edges of the state features.
use crate::error::{CoreError, Result};

/// Windows in seconds and edges as multiples; the defaults are those of the configuration file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StateConfig {
    /// Window of the regression line that the band is measured from, 30–3600 s.
    pub band_window: i32,
    /// Distances from that line, in sigmas, where the outer bands begin; rising.
    pub band_edges: [f64; 3],
    /// Bars the band window needs for a bar to be valid, 3–3600.
    pub min_bars: i32,
    /// Seconds after the day's first bar without states, 0–7200.
    pub warmup: i32,
    /// Momentum compares the close with that of so many seconds ago, 1–900.
    pub momentum_lag: i32,
    /// Edges of momentum in rms of that change; rising.
    pub momentum_edges: [f64; 2],
    /// Window of the trend line, of momentum's rms and of the mean range, 60–3600 s.
    pub long_window: i32,
    /// Rise of the trend line over the long window, in sigmas, from where it is a trend.
    pub trend_edge: f64,
    /// Window of the recent volume, 1–300 s.
    pub volume_window: i32,
    /// Volume is confirmed above this multiple of its mean rate over the band window.
    pub volume_factor: f64,
    /// Window of a range, 1–60 s.
    pub burst_window: i32,
    /// A burst is a range above this multiple of the mean range.
    pub burst_factor: f64,
    /// A breakout leaves the range of the band window without these last seconds, 1–299.
    pub breakout_gap: i32,
    /// Window of the compressed range, 1–299 s.
    pub compression_window: i32,
    /// Compression is a range below this share of the range before, in (0, 1).
    pub compression_factor: f64,
    /// Window of the short-term mean range, 5–900 s.
    pub volatility_window: i32,
    /// Ratios of short to long mean range at and beyond which volatility differs; rising.
    pub volatility_bounds: [f64; 2],
    /// Time that a change of the trend level counts as new, 1–3600 s.
    pub transition_window: i32,
}

impl Default for StateConfig {
    fn default() -> Self {
        Self {
            band_window: 300,
            band_edges: [1.0, 2.0, 2.5],
            min_bars: 30,
            warmup: 900,
            momentum_lag: 60,
            momentum_edges: [0.5, 1.5],
            long_window: 900,
            trend_edge: 2.0,
            volume_window: 20,
            volume_factor: 1.2,
            burst_window: 5,
            burst_factor: 2.0,
            breakout_gap: 20,
            compression_window: 60,
            compression_factor: 0.3,
            volatility_window: 60,
            volatility_bounds: [0.4, 1.6],
            transition_window: 60,
        }
    }
}

impl StateConfig {
    /// Checks every range and what no single value can know.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] naming the first value that is out of range.
    pub fn check(&self) -> Result<()> {
        let seconds = |name: &str, x: i32, lo: i32, hi: i32| {
            if (lo..=hi).contains(&x) {
                Ok(())
            } else {
                Err(CoreError::parameter(name, format!("{x} is outside {lo}..{hi}")))
            }
        };
        seconds("state.band_window", self.band_window, 30, 3600)?;
        seconds("state.min_bars", self.min_bars, 3, 3600)?;
        seconds("state.warmup", self.warmup, 0, 7200)?;
        seconds("state.momentum_lag", self.momentum_lag, 1, 900)?;
        seconds("state.long_window", self.long_window, 60, 3600)?;
        seconds("state.volume_window", self.volume_window, 1, 300)?;
        seconds("state.burst_window", self.burst_window, 1, 60)?;
        seconds("state.breakout_gap", self.breakout_gap, 1, 299)?;
        seconds("state.compression_window", self.compression_window, 1, 299)?;
        seconds("state.volatility_window", self.volatility_window, 5, 900)?;
        seconds("state.transition_window", self.transition_window, 1, 3600)?;
        let positive = |name: &str, x: f64| {
            if x.is_finite() && x > 0.0 {
                Ok(())
            } else {
                Err(CoreError::parameter(name, format!("{x} is not a positive number")))
            }
        };
        positive("state.trend_edge", self.trend_edge)?;
        positive("state.volume_factor", self.volume_factor)?;
        positive("state.burst_factor", self.burst_factor)?;
        positive("state.compression_factor", self.compression_factor)?;
        if self.compression_factor >= 1.0 {
            return Err(CoreError::parameter(
                "state.compression_factor",
                format!("{} is not below 1", self.compression_factor),
            ));
        }
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
