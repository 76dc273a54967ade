//! One day, many parameter sets: the sums of every set, in set order, whatever the number of threads.
//!
//! From the bottom up: `grid`, `extremes`, `passage`, `day_index` and `threads`; three ways to the same trades beside each other
//! (`reference`, `per_set`, `batch`); `auto`, which chooses between them; `prepared` and `days` on top. May
//! import bars, states, parameters, costs, gate, regret and the simulation; nothing of the crate imports it.
// Hot loops reach the wider form of `simd` only if they are inlined into it.
#![allow(clippy::inline_always)]
mod auto;
mod batch;
mod day_index;
mod days;
mod extremes;
mod firing;
mod grid;
mod passage;
mod per_set;
mod prepared;
mod reference;
mod sets;
mod threads;

pub use auto::sweep_day;
pub use days::{DayTable, sweep_days};
pub use prepared::{GateInput, PreparedDay};
pub use sets::{Sweep, SweepOptions, SweepPath, SweepSets};
