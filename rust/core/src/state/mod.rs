//! Market states: features of the last minutes at every bar and the one code they are folded into.
//!
//! [`StateEngine`] makes the codes, streaming or a day at once; [`StateConfig`] holds its windows and edges.
//! [`StateSpace`] names the fields of a code, decodes it and knows the chain of coarser states that a code belongs to;
//! it also describes codes that were made elsewhere.
mod batch;
mod block;
pub mod config;
pub mod engine;
mod exact;
mod features;
pub mod space;
mod stream;
mod transition;

pub use config::StateConfig;
pub use engine::StateEngine;
pub use features::Features;
pub use space::{Field, StateSpace};
pub use stream::Bar;

/// Code of a bar without a state.
pub const INVALID: u16 = 65_535;

/// State code and context bits of every bar of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayStates {
    /// Code of each bar in its [`StateSpace`], [`INVALID`] where there is none.
    pub codes: Vec<u16>,
    /// Bits of each bar as in [`crate::context`], 0 where the code is invalid.
    pub contexts: Vec<u32>,
}

impl DayStates {
    /// Code and context bits of bar `i`.
    #[must_use]
    pub fn at(&self, i: usize) -> (u16, u32) {
        (self.codes[i], self.contexts[i])
    }
}
