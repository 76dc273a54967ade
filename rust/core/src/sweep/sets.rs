//! What a sweep is asked for, and how far a set has come.
use crate::{
    error::{CoreError, Result},
    market::Market,
    metrics::{SweepTable, Tally},
    params::ParamSet,
    regret::{EventTable, RegretRules},
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
    pub(super) fn fire(&self, k: usize) -> &[i8] {
        &self.sides[k * self.n_leaves..][..self.n_leaves]
    }

    pub(super) fn check(&self, market: &Market) -> Result<()> {
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
    pub path: SweepPath,
}

impl Default for SweepOptions {
    fn default() -> Self {
        Self { threads: 1, events: None, path: SweepPath::Auto }
    }
}

/// How a sweep finds the trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SweepPath {
    /// Whichever is fastest.
    #[default]
    Auto,
    /// Every set for itself, bar by bar, by the rules as written.
    Reference,
    /// Every set for itself, passing over bars at which nothing can happen, wherever the day allows it.
    PerSet,
    /// All sets together, entry by entry, wherever the day and the set allow it.
    Batched,
    /// As `Batched`, with the instructions of the baseline processor only.
    Baseline,
}

impl SweepPath {
    /// The names of the paths.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("reference", Self::Reference),
        ("per_set", Self::PerSet),
        ("batched", Self::Batched),
        ("baseline", Self::Baseline),
    ];

    /// The path of this name.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for an unknown name.
    pub fn from_name(name: &str) -> Result<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|&(_, path)| path).ok_or_else(|| {
            let known = Self::NAMES.map(|(known, _)| known).join(", ");
            CoreError::parameter("path", format!("{name:?} is none of {known}"))
        })
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

/// How far a set has come in its day.
#[derive(Debug, Clone, Copy)]
pub(super) struct SetProgress {
    /// Its number in the sweep.
    pub set: usize,
    pub tally: Tally,
    /// Net losses since the last trade that was none.
    pub losses_in_a_row: i32,
    /// First bar that may decide its next entry.
    pub bar: usize,
}

impl SetProgress {
    /// A set at the start of the day.
    pub(super) fn new(set: usize) -> Self {
        Self { set, tally: Tally::default(), losses_in_a_row: 0, bar: 0 }
    }
}
