//! Context bits of a bar: circumstances that gate entries and that reports break down by.
//!
//! An entry is allowed where the bar's bits and the set's mask share at least one bit. Masks have a text form, the
//! names of their bits joined by `+`, such as `kill_zone+confirmation` or `session:open`.
use crate::error::{CoreError, Result};

/// The bar has a state; a mask with this bit allows every valid bar.
pub const CORE: u16 = 1;
/// The close lies in an outer band: at least the second band edge away from the line.
pub const KILL_ZONE: u16 = 1 << 1;
/// A breakout, wedge or compression.
pub const PATTERN_SETUP: u16 = 1 << 2;
/// Volume above its recent mean.
pub const CONFIRMATION: u16 = 1 << 3;
/// A range of a few seconds far above the usual one.
pub const VELOCITY_SPIKE: u16 = 1 << 4;
/// Short-term volatility far above or below that of the long window.
pub const VOLATILITY_DIFFERENTIAL: u16 = 1 << 5;
/// Band, momentum and trend point the same way.
pub const FRACTAL_RESONANCE: u16 = 1 << 6;
/// Three or more different codes among the last five episodes.
pub const TRANSITION: u16 = 1 << 7;
/// Bit of the first session window; the others follow.
pub const SESSION: u16 = 1 << 8;

/// Most session windows there are bits for.
pub const MAX_WINDOWS: usize = 8;

/// Names of the bits below [`SESSION`], lowest first.
pub const NAMES: [&str; 8] = [
    "all",
    "kill_zone",
    "pattern_setup",
    "confirmation",
    "velocity_spike",
    "volatility_differential",
    "fractal_resonance",
    "transition",
];

/// Prefix of the names of session windows in masks.
pub const SESSION_PREFIX: &str = "session:";

/// Bit of a session window.
#[must_use]
pub fn session_bit(window: u8) -> u16 {
    SESSION << window
}

/// Name of every bit a day with these session windows can have, lowest first.
#[must_use]
pub fn names<S: AsRef<str>>(windows: &[S]) -> Vec<String> {
    let sessions = windows.iter().take(MAX_WINDOWS).map(|w| format!("{SESSION_PREFIX}{}", w.as_ref()));
    NAMES.iter().map(|&n| n.to_owned()).chain(sessions).collect()
}

/// The mask with this text; names may be padded by spaces.
///
/// # Errors
/// [`CoreError::Parameter`] for a name that is none of [`names`], or no name at all.
pub fn parse_mask<S: AsRef<str>>(text: &str, windows: &[S]) -> Result<u16> {
    let known = names(windows);
    let mut mask = 0;
    for part in text.split('+') {
        let part = part.trim();
        let Some(bit) = known.iter().position(|name| name == part) else {
            return Err(CoreError::parameter(
                "contexts_allowed",
                format!("{part:?} is not a context; there are {}", known.join(", ")),
            ));
        };
        mask |= 1 << bit;
    }
    Ok(mask)
}

/// Text of a mask; "none" for 0. Bits of session windows without a name appear by their number.
#[must_use]
pub fn format_mask<S: AsRef<str>>(mask: u16, windows: &[S]) -> String {
    let known = names(windows);
    let parts: Vec<String> = (0..u16::BITS as usize)
        .filter(|&bit| mask >> bit & 1 == 1)
        .map(|bit| known.get(bit).cloned().unwrap_or_else(|| format!("{SESSION_PREFIX}{}", bit - NAMES.len())))
        .collect();
    if parts.is_empty() { "none".into() } else { parts.join("+") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOWS: [&str; 3] = ["asia", "open", "close"];

    #[test]
    fn every_mask_survives_its_text() {
        for mask in 1..1 << 11 {
            assert_eq!(parse_mask(&format_mask(mask, &WINDOWS), &WINDOWS), Ok(mask));
        }
    }

    #[test]
    fn text_is_what_the_documentation_says() {
        assert_eq!(format_mask(KILL_ZONE | CONFIRMATION, &WINDOWS), "kill_zone+confirmation");
        assert_eq!(parse_mask("session:open", &WINDOWS), Ok(session_bit(1)));
        assert_eq!(parse_mask(" all + transition ", &WINDOWS), Ok(CORE | TRANSITION));
        assert_eq!(format_mask(0, &WINDOWS), "none");
        assert_eq!(format_mask(session_bit(7), &WINDOWS), "session:7");
    }

    #[test]
    fn unknown_names_are_refused_with_the_known_ones() {
        for text in ["", "none", "session:noon", "all+", "KILL_ZONE"] {
            let error = parse_mask(text, &WINDOWS).unwrap_err().to_string();
            assert!(error.contains("kill_zone") && error.contains("session:asia"), "{error}");
        }
    }
}
