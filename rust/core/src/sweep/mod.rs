//! One day, many parameter sets: the sums of every set, in set order, whatever the number of threads.
// `wide` compiles the hot loops a second time for wider instructions, which only reaches what is inlined into them.
#![allow(clippy::inline_always)]
mod axes;
mod candidates;
mod chunk;
mod days;
mod direct;
mod fast;
mod grid;
mod hot;
mod offered;
mod plain;
mod prepared;
mod rows;
mod threads;
mod wide;

pub use days::{DayTable, sweep_days};
pub use prepared::{GateInput, PreparedDay};

use crate::{
    control::Control,
    error::{CoreError, Result},
    metrics::SweepTable,
    params::ParamSet,
    regret::{EventTable, RegretRules},
    simulate::Market,
};

/// The sets to sweep and the side each takes in each leaf.
#[derive(Debug, Clone, Copy)]
pub struct SweepSets<'a> {
    /// Parameter sets.
    pub sets: &'a [ParamSet],
    /// Side (+1, −1, 0) of set `k` in leaf `l` at `k * n_leaves + l`.
    pub sides: &'a [i8],
    /// Number of leaves.
    pub n_leaves: usize,
    /// Sets whose bracket the gate refused; only passed on into the table.
    pub refused: &'a [bool],
}

impl SweepSets<'_> {
    /// Sides of set `k`.
    fn fire(&self, k: usize) -> &[i8] {
        &self.sides[k * self.n_leaves..][..self.n_leaves]
    }

    fn check(&self, market: &Market) -> Result<()> {
        for set in self.sets {
            set.check()?;
        }
        if self.sides.len() != self.sets.len() * self.n_leaves || self.refused.len() != self.sets.len() {
            return Err(CoreError::Shape(format!(
                "{} sets of {} leaves need as many sides and refusals, got {} and {}",
                self.sets.len(),
                self.n_leaves,
                self.sides.len(),
                self.refused.len()
            )));
        }
        if self.n_leaves < market.n_leaves() {
            return Err(CoreError::Shape(format!(
                "sides of {} leaves, but the states have {}",
                self.n_leaves,
                market.n_leaves()
            )));
        }
        if let Some(at) = self.sides.iter().position(|s| !(-1..=1).contains(s)) {
            return Err(CoreError::Shape(format!(
                "side {} of set {} is not -1, 0 or 1",
                self.sides[at],
                at / self.n_leaves
            )));
        }
        Ok(())
    }
}

/// How to sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepOptions {
    /// Threads to use; 0 for one a core.
    pub threads: usize,
    /// Collect the table of market events under these rules.
    pub events: Option<RegretRules>,
    /// How the trades are found; the result is the same.
    pub path: Path,
}

/// How a sweep finds the trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Path {
    /// Whichever is fastest.
    #[default]
    Auto,
    /// Every set for itself, bar by bar: the rules read aloud.
    Plain,
    /// Every set for itself, passing over bars at which nothing can happen, wherever the day allows it.
    Direct,
    /// All sets together, entry by entry, wherever the day and the set allow it.
    Fast,
    /// As `Fast`, without the wider instructions that this processor may have.
    Narrow,
}

impl Path {
    /// The path of this name: auto, plain, direct, fast or narrow.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for an unknown name.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "auto" => Ok(Self::Auto),
            "plain" => Ok(Self::Plain),
            "direct" => Ok(Self::Direct),
            "fast" => Ok(Self::Fast),
            "narrow" => Ok(Self::Narrow),
            _ => Err(CoreError::parameter("path", format!("{name:?} is none of auto, plain, direct, fast, narrow"))),
        }
    }
}

impl Default for SweepOptions {
    fn default() -> Self {
        Self { threads: 1, events: None, path: Path::Auto }
    }
}

/// What a sweep gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sweep {
    /// Sums of every set.
    pub table: SweepTable,
    /// Market events, if they were asked for.
    pub events: Option<EventTable>,
}

/// Simulates every set over one day.
///
/// The result does not depend on `threads`. `control` counts finished sets and is polled for a stop.
///
/// # Errors
/// [`CoreError::Parameter`] for a set or regret rule out of range, [`CoreError::Shape`] for sides that do not fit sets
/// and states, [`CoreError::Stopped`] once the control's stop flag is set.
pub fn sweep_day(market: &Market, sets: &SweepSets, options: &SweepOptions, control: &Control) -> Result<Sweep> {
    sets.check(market)?;
    if let Some(rules) = &options.events {
        rules.check()?;
    }
    control.check()?;
    let grid = if options.path == Path::Plain { None } else { grid::Grid::new(market) };
    threads::with_threads(options.threads, |threads| match grid {
        Some(grid) => fast::sweep(fast::Job { grid: &grid, sets, options, threads, control }),
        None => plain::sweep(market, sets, options, threads, control),
    })
}
