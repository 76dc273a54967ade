//! All sets together, block by block of the day: `axes` (which distances are asked for), `candidates` (possible
//! entries), `rows` (their exits), `cohort` (sets that one worker carries), `kernel` (the inner loops) and
//! `driver` (the order of all that). Imports `sweep`'s grid, extremes, sets and threads.
pub(super) mod axes;
mod candidates;
mod cohort;
pub(super) mod driver;
mod kernel;
mod rows;
