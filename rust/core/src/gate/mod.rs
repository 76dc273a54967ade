//! Which side each parameter set takes in each leaf: all the brain's arithmetic of a day, done before any bar is read.
//!
//! `learned` entries fire where the posterior leaves little doubt that the set's bracket pays; rule entries take the
//! side of their rule unless the brain is as sure that it loses.
mod belief;
mod bounds;
mod bracket;
mod tables;
mod vetoes;

pub use belief::rule_side;
pub use bounds::{Logit, deviate};
pub use bracket::{bracket_threshold, break_even};
pub use vetoes::Vetoes;

use crate::brain::{Beta, Brain, same_states};
use crate::error::{CoreError, Result};
use crate::labels::rungs;
use crate::params::{EntryRule, ParamSet, Sides};
use crate::state::StateSpace;
use belief::{Belief, one_side};
use bracket::Threshold;
use tables::{Query, Rules, Tables};

/// Side by parameter set and leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Leaves of the state space.
    pub n_leaves: usize,
    /// +1, −1 or 0 at `[set * n_leaves + leaf]`.
    pub sides: Vec<i8>,
    /// Whether a `learned` set's bracket lies too far from what the brain learns, so that it never fires.
    pub refused: Vec<bool>,
}

/// Which rung's chances speak for a bracket: the one nearest √(stop · target).
#[must_use]
pub fn rung_of(stop: i32, target: i32, barrier: i32) -> usize {
    let product = i64::from(stop) * i64::from(target);
    let square = i64::from(barrier) * i64::from(barrier);
    if 2 * product < square {
        0
    } else if product < 2 * square {
        1
    } else {
        2
    }
}

/// Whether a bracket is wider, or expected to last longer, than what is learned can vouch for.
#[must_use]
pub fn too_far(params: &ParamSet, barrier: i32) -> bool {
    let product = f64::from(params.stop_loss_ticks) * f64::from(params.take_profit_ticks);
    let square = f64::from(barrier) * f64::from(barrier);
    product > 6.25 * square || product * 60.0 / square > f64::from(params.max_hold_seconds) / 2.0
}

/// Rung of a set and the chance on it above which its bracket pays.
fn query(params: &ParamSet, barrier: i32, cost: f64) -> (usize, Threshold) {
    let (stop, target) = (params.stop_loss_ticks, params.take_profit_ticks);
    let rung = rung_of(stop, target, barrier);
    (rung, bracket::threshold(stop, target, cost, f64::from(rungs(barrier)[rung])))
}

/// Checks a cost and a barrier that come from outside.
fn check(barrier: i32, cost: f64) -> Result<()> {
    if !(1..=1 << 21).contains(&barrier) {
        return Err(CoreError::parameter("barrier", format!("{barrier} ticks is outside 1..{}", 1 << 21)));
    }
    break_even(1, 1, cost).map(|_| ())
}

/// Side a parameter set takes in one leaf: +1, −1 or 0.
///
/// # Errors
/// [`CoreError::Parameter`] for a parameter, barrier or cost out of range.
pub fn should_fire(brain: &Brain, params: &ParamSet, barrier: i32, cost: f64, leaf: usize) -> Result<i8> {
    params.check()?;
    check(barrier, cost)?;
    let (rung, threshold) = query(params, barrier, cost);
    let (a, b) = brain.leaf_posteriors(rung)[leaf];
    let belief = Belief { beta: Beta::new(a, b), threshold: threshold.p, confidence: params.confidence_threshold };
    let has_samples = brain.samples(rung, leaf) >= f64::from(params.min_samples);
    let side = match params.entry_rule {
        EntryRule::Learned if !has_samples || too_far(params, barrier) => 0,
        EntryRule::Learned => one_side(belief.pays(1), belief.pays(-1)),
        rule => match rule_side(brain.space(), rule, leaf) {
            side if side != 0 && has_samples && belief.loses(side) => 0,
            side => side,
        },
    };
    Ok(if params.sides.allow(side) { side } else { 0 })
}

impl Gate {
    /// Sides of every set in every leaf.
    ///
    /// Without a brain `learned` never fires, no set is refused and no rule is vetoed. `cost` is the round trip in ticks.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] for a parameter, barrier or cost out of range, [`CoreError::Shape`] if the brain is of
    /// another state space.
    pub fn new(brain: Option<&Brain>, barrier: i32, sets: &[ParamSet], space: &StateSpace, cost: f64) -> Result<Self> {
        check(barrier, cost)?;
        for set in sets {
            set.check()?;
        }
        if brain.is_some_and(|b| !same_states(b.space(), space)) {
            return Err(CoreError::Shape("the states are of another state space than the brain".into()));
        }
        let n_leaves = space.n_leaves();
        let mut sides = vec![0_i8; sets.len() * n_leaves];
        let mut refused = vec![false; sets.len()];
        let mut rules = Rules::new(space);
        for ((k, set), out) in sets.iter().enumerate().zip(sides.chunks_exact_mut(n_leaves)) {
            match rules.sides(set.entry_rule) {
                Some(sides) => out.copy_from_slice(sides),
                None => refused[k] = brain.is_some() && too_far(set, barrier),
            }
        }
        if let Some(brain) = brain {
            let queries: Vec<Query> = (0..sets.len())
                .filter(|&k| !refused[k])
                .map(|set| {
                    let (rung, threshold) = query(&sets[set], barrier, cost);
                    Query { set, rung, threshold }
                })
                .collect();
            Tables { brain, rules: &mut rules, sets }.decide(queries, &mut sides);
        }
        for (set, out) in sets.iter().zip(sides.chunks_exact_mut(n_leaves)).filter(|(s, _)| s.sides != Sides::Both) {
            for side in out.iter_mut().filter(|side| !set.sides.allow(**side)) {
                *side = 0;
            }
        }
        Ok(Self { n_leaves, sides, refused })
    }

    /// Side of a set in a leaf.
    #[must_use]
    pub fn side(&self, set: usize, leaf: usize) -> i8 {
        self.sides[set * self.n_leaves + leaf]
    }
}
