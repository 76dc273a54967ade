//! What is believed about every market state: Beta posteriors that borrow from coarser states.
//!
//! The quantity is p, the chance that the price touches a barrier above before one as far below, on three rungs
//! (distances). A long wins with p, a short with 1 − p. States are chained from the root over ever finer levels to the
//! leaves; what a state borrows is what is known outside it, weakened by how much the states of a level differ (κ).
//! A state and its mirror image (prices upside down) are one observation with ups and downs swapped.
mod backoff;
mod beta;
mod config;

use backoff::{Posteriors, posteriors};
pub use beta::{Beta, normal_quantile};
pub use config::BrainConfig;

use crate::error::{CoreError, Result};
use crate::labels::{Counts, Labels, RUNGS};
use crate::state::StateSpace;
use std::sync::Arc;

/// Evidence and posteriors of every state.
#[derive(Debug, Clone, PartialEq)]
pub struct Brain {
    config: BrainConfig,
    space: Arc<StateSpace>,
    counts: [Counts; RUNGS],
    posteriors: [Posteriors; RUNGS],
}

/// Evidence as plain columns, one row a canonical state with any evidence, sorted by rung, level and state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BrainColumns {
    /// Rung, 0 to 2.
    pub rung: Vec<u8>,
    /// Level, 0 = root.
    pub level: Vec<u8>,
    /// State of that level.
    pub state: Vec<u16>,
    /// Evidence for up.
    pub ups: Vec<f64>,
    /// Evidence for down.
    pub downs: Vec<f64>,
}

impl Brain {
    /// A brain without evidence: every posterior has mean ½.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a value out of range.
    pub fn new(space: Arc<StateSpace>, config: BrainConfig) -> Result<Self> {
        config.check()?;
        let zero = Counts::zero(&space);
        let prior = posteriors(&space, &config, &zero);
        Ok(Self {
            config,
            counts: [zero.clone(), zero.clone(), zero],
            posteriors: [prior.clone(), prior.clone(), prior],
            space,
        })
    }

    /// Ages what is known by one day, adds a day's labels and renews all posteriors.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if the labels are of another state space, [`CoreError::Parameter`] if they were selected
    /// with the other mirror setting.
    pub fn learn(&mut self, labels: &Labels) -> Result<()> {
        if !same_states(&self.space, &labels.space) {
            return Err(CoreError::Shape("the labels are of another state space than the brain".into()));
        }
        if self.config.mirror != labels.mirror {
            return Err(CoreError::parameter(
                "mirror",
                format!(
                    "the labels were made with mirror={}, the brain with mirror={}",
                    labels.mirror, self.config.mirror
                ),
            ));
        }
        let keep = if self.config.half_life_days > 0.0 { 0.5_f64.powf(1.0 / self.config.half_life_days) } else { 1.0 };
        for (mine, new) in self.counts.iter_mut().zip(&labels.rungs) {
            for (old, add) in mine.levels.iter_mut().flatten().zip(new.counts.levels.iter().flatten()) {
                old[0] = old[0] * keep + add[0];
                old[1] = old[1] * keep + add[1];
            }
        }
        self.renew();
        Ok(())
    }

    fn renew(&mut self) {
        for (posterior, counts) in self.posteriors.iter_mut().zip(&self.counts) {
            *posterior = posteriors(&self.space, &self.config, counts);
        }
    }

    /// The state space.
    #[must_use]
    pub fn space(&self) -> &Arc<StateSpace> {
        &self.space
    }

    /// How it learns.
    #[must_use]
    pub fn config(&self) -> &BrainConfig {
        &self.config
    }

    /// Parameters (a, b) of a state's posterior; levels count from the root.
    #[must_use]
    pub fn posterior(&self, rung: usize, level: usize, state: usize) -> (f64, f64) {
        self.posteriors[rung].levels[level][state]
    }

    /// Posteriors of all leaves of a rung.
    #[must_use]
    pub fn leaf_posteriors(&self, rung: usize) -> &[(f64, f64)] {
        &self.posteriors[rung].levels[self.space.levels() - 1]
    }

    /// Ups and downs of a state, seen from its own side.
    #[must_use]
    pub fn evidence(&self, rung: usize, level: usize, state: usize) -> (f64, f64) {
        let home = self.home(level, state);
        let [ups, downs] = self.counts[rung].levels[level][home];
        if home == state { (ups, downs) } else { (downs, ups) }
    }

    /// Observations of a leaf.
    #[must_use]
    pub fn samples(&self, rung: usize, leaf: usize) -> f64 {
        let (ups, downs) = self.evidence(rung, self.space.levels() - 1, leaf);
        ups + downs
    }

    /// Strength with which each level below the root borrows from the one above, on a rung.
    #[must_use]
    pub fn kappas(&self, rung: usize) -> &[f64] {
        &self.posteriors[rung].kappa
    }

    fn home(&self, level: usize, state: usize) -> usize {
        if self.config.mirror { self.space.canonical(level, state) } else { state }
    }

    /// The evidence, for saving; with the configuration and the space it is the whole brain.
    #[must_use]
    pub fn columns(&self) -> BrainColumns {
        let mut out = BrainColumns::default();
        for (rung, counts) in self.counts.iter().enumerate() {
            for (level, states) in counts.levels.iter().enumerate() {
                for (state, &[ups, downs]) in states.iter().enumerate() {
                    if ups != 0.0 || downs != 0.0 {
                        out.rung.push(rung as u8);
                        out.level.push(level as u8);
                        out.state.push(state as u16);
                        out.ups.push(ups);
                        out.downs.push(downs);
                    }
                }
            }
        }
        out
    }

    /// The brain that [`Brain::columns`] came from, bit for bit.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for columns of different lengths or rows that are not canonical states of the space, in
    /// order; [`CoreError::Parameter`] for values out of range.
    pub fn from_columns(space: Arc<StateSpace>, config: BrainConfig, columns: &BrainColumns) -> Result<Self> {
        let mut brain = Self::new(space, config)?;
        let n = columns.rung.len();
        if [columns.level.len(), columns.state.len(), columns.ups.len(), columns.downs.len()] != [n; 4] {
            return Err(CoreError::Shape("the columns of a brain differ in length".into()));
        }
        let mut last = None;
        for i in 0..n {
            let key = (columns.rung[i], columns.level[i], columns.state[i]);
            let (rung, level, state) = (usize::from(key.0), usize::from(key.1), usize::from(key.2));
            let exists =
                rung < RUNGS && level < brain.space.levels() && state < brain.space.n_states(level) && last < Some(key);
            if !exists || brain.home(level, state) != state {
                return Err(CoreError::Shape(format!(
                    "row {i}: rung {rung}, level {level}, state {state} is not the next canonical state of this space"
                )));
            }
            let (ups, downs) = (columns.ups[i], columns.downs[i]);
            if !(ups.is_finite() && downs.is_finite() && ups >= 0.0 && downs >= 0.0) {
                return Err(CoreError::parameter("evidence", format!("row {i}: {ups} ups, {downs} downs")));
            }
            brain.counts[rung].levels[level][state] = [ups, downs];
            last = Some(key);
        }
        brain.renew();
        Ok(brain)
    }
}

/// Whether codes mean the same in two spaces; what their levels are called does not matter.
#[must_use]
pub fn same_states(a: &StateSpace, b: &StateSpace) -> bool {
    std::ptr::eq(a, b)
        || (a.chain() == b.chain()
            && a.fields().len() == b.fields().len()
            && a.fields()
                .iter()
                .zip(b.fields())
                .all(|(f, g)| f.name == g.name && f.labels.len() == g.labels.len() && f.mirrored == g.mirrored))
}
