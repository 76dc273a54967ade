//! Context bits of a bar: circumstances that gate entries and that reports break down by.
//!
//! An entry is allowed where the bar's bits and the set's mask share at least one bit. Masks have a text form, the
//! names of their bits joined by `+`, such as `kill_zone+confirmation` or `session:open`.
use crate::error::{CoreError, Result};

macro_rules! contexts {
    ($($(#[$doc:meta])* $BIT:ident = $name:literal,)*) => {
        /// Names of the bits below [`SESSION`], lowest first.
        pub const NAMES: &[&str] = &[$($name),*];
        contexts!(@bits 0; $($(#[$doc])* $BIT,)*);
    };
    (@bits $bit:expr; $(#[$doc:meta])* $BIT:ident, $($rest:tt)*) => {
        $(#[$doc])*
        pub const $BIT: u32 = 1 << ($bit);
        contexts!(@bits $bit + 1; $($rest)*);
    };
    (@bits $bit:expr;) => {};
}

contexts! {
    /// The bar has a state; a mask with this bit allows every valid bar.
    ALL = "all",
    /// The close lies in an outer band: at least the second band edge away from the line.
    KILL_ZONE = "kill_zone",
    /// A breakout, wedge or compression.
    PATTERN_SETUP = "pattern_setup",
    /// Volume above its recent mean.
    CONFIRMATION = "confirmation",
    /// A range of a few seconds far above the usual one.
    VELOCITY_SPIKE = "velocity_spike",
    /// Short-term volatility far above or below that of the long window.
    VOLATILITY_DIFFERENTIAL = "volatility_differential",
    /// Band, momentum and trend point the same way.
    FRACTAL_RESONANCE = "fractal_resonance",
    /// The trend level has just changed: within the transition window.
    TRANSITION = "transition",
}

/// Number of the first session window's bit; the bits between the last context and it are free.
pub const FIRST_SESSION_BIT: usize = 16;
/// Bit of the first session window; the others follow.
pub const SESSION: u32 = 1 << FIRST_SESSION_BIT;

/// Most session windows there are bits for.
pub const MAX_WINDOWS: usize = 8;

/// Prefix of the names of session windows in masks.
pub const SESSION_PREFIX: &str = "session:";

/// Bit of a session window.
#[must_use]
pub fn session_bit(window: u8) -> u32 {
    SESSION << window
}

/// Number and name of every bit a day with these session windows can have, lowest first.
pub fn names<S: AsRef<str>>(windows: &[S]) -> impl Iterator<Item = (usize, String)> {
    let sessions = windows.iter().take(MAX_WINDOWS).map(|w| format!("{SESSION_PREFIX}{}", w.as_ref()));
    NAMES.iter().map(|&n| n.to_owned()).enumerate().chain((FIRST_SESSION_BIT..).zip(sessions))
}

/// The mask with this text; names may be padded by spaces.
///
/// # Errors
/// [`CoreError::Parameter`] for a name that is none of [`names`], or no name at all.
pub fn parse_mask<S: AsRef<str>>(text: &str, windows: &[S]) -> Result<u32> {
    let known: Vec<(usize, String)> = names(windows).collect();
    let mut mask = 0;
    for part in text.split('+') {
        let part = part.trim();
        let Some((bit, _)) = known.iter().find(|(_, name)| name == part) else {
            let known: Vec<&str> = known.iter().map(|(_, name)| name.as_str()).collect();
            return Err(CoreError::parameter(
                "contexts_allowed",
                format!("{part:?} is not a context; there are {}", known.join(", ")),
            ));
        };
        mask |= 1 << bit;
    }
    Ok(mask)
}

/// Text of a mask; "none" for 0. Bits without a name appear as `session:` or `bit:` and a number.
#[must_use]
pub fn format_mask<S: AsRef<str>>(mask: u32, windows: &[S]) -> String {
    let known: Vec<(usize, String)> = names(windows).collect();
    let name = |bit: usize| match known.iter().find(|(b, _)| *b == bit) {
        Some((_, name)) => name.clone(),
        None if bit >= FIRST_SESSION_BIT => format!("{SESSION_PREFIX}{}", bit - FIRST_SESSION_BIT),
        None => format!("bit:{bit}"),
    };
    let parts: Vec<String> = (0..u32::BITS as usize).filter(|&bit| mask >> bit & 1 == 1).map(name).collect();
    if parts.is_empty() { "none".into() } else { parts.join("+") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOWS: [&str; 3] = ["asia", "open", "close"];

    #[test]
    fn every_mask_survives_its_text() {
        for mask in (1..1 << 11).map(|m: u32| m & 0xff | (m >> NAMES.len()) << FIRST_SESSION_BIT) {
            assert_eq!(parse_mask(&format_mask(mask, &WINDOWS), &WINDOWS), Ok(mask));
        }
    }

    #[test]
    fn text_is_what_the_documentation_says() {
        assert_eq!(format_mask(KILL_ZONE | CONFIRMATION, &WINDOWS), "kill_zone+confirmation");
        assert_eq!(parse_mask("session:open", &WINDOWS), Ok(session_bit(1)));
        assert_eq!(parse_mask(" all + transition ", &WINDOWS), Ok(ALL | TRANSITION));
        assert_eq!(format_mask(0, &WINDOWS), "none");
        assert_eq!(format_mask(session_bit(7), &WINDOWS), "session:7");
        assert_eq!(format_mask(1 << 12, &WINDOWS), "bit:12");
    }

    #[test]
    fn unknown_names_are_refused_with_the_known_ones() {
        for text in ["", "none", "session:noon", "all+", "KILL_ZONE"] {
            let error = parse_mask(text, &WINDOWS).unwrap_err().to_string();
            assert!(error.contains("kill_zone") && error.contains("session:asia"), "{error}");
        }
    }
}
