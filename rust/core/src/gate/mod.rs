//! Which side each parameter set takes in each leaf: all the brain's arithmetic of a day, done before any bar is read.
//!
//! `learned` entries fire where the posterior leaves little doubt that the set's bracket pays; rule entries take the
//! side of their rule unless the brain is as sure that it loses.
mod bracket;

pub use bracket::{bracket_threshold, break_even};

use crate::brain::{Beta, Brain, normal_quantile, same_states};
use crate::error::{CoreError, Result};
use crate::labels::{RUNGS, rungs};
use crate::params::{EntryRule, ParamSet};
use crate::state::StateSpace;

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

/// Side that a rule takes in a leaf, before the brain is asked; 0 for `learned`.
#[must_use]
pub fn rule_side(space: &StateSpace, rule: EntryRule, leaf: usize) -> i8 {
    let (reversion, drive) = (space.reversion_side(leaf), space.drive_side(leaf));
    match rule {
        EntryRule::Reversion => reversion,
        EntryRule::Drive => drive,
        EntryRule::Any if reversion == 0 => drive,
        EntryRule::Any if drive == 0 || drive == reversion => reversion,
        EntryRule::Learned | EntryRule::Any => 0,
    }
}

/// Rung of a set and the chance on it above which its bracket pays.
fn asked(params: &ParamSet, barrier: i32, cost: f64) -> (usize, f64) {
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
    let (rung, threshold) = asked(params, barrier, cost);
    let (a, b) = brain.leaf_posteriors(rung)[leaf];
    let belief = Belief { beta: Beta::new(a, b), threshold, confidence: params.confidence_threshold };
    let heard = brain.samples(rung, leaf) >= f64::from(params.min_samples);
    Ok(match params.entry_rule {
        EntryRule::Learned if !heard || too_far(params, barrier) => 0,
        EntryRule::Learned => one_side(belief.pays(1), belief.pays(-1)),
        rule => match rule_side(brain.space(), rule, leaf) {
            side if side != 0 && heard && belief.loses(side) => 0,
            side => side,
        },
    })
}

/// With both or neither there is no side.
fn one_side(long: bool, short: bool) -> i8 {
    i8::from(long) - i8::from(short)
}

/// The exact comparisons.
struct Belief {
    beta: Beta,
    threshold: f64,
    confidence: f64,
}

impl Belief {
    /// Chance that a side's probability exceeds the threshold.
    fn chance(&self, side: i8) -> f64 {
        if side > 0 { self.beta.above(self.threshold) } else { self.beta.below(1.0 - self.threshold) }
    }

    fn pays(&self, side: i8) -> bool {
        self.chance(side) >= self.confidence
    }

    fn loses(&self, side: i8) -> bool {
        self.chance(side) < 1.0 - self.confidence
    }
}

/// Quantiles of all leaves at one confidence on one rung, each good to a margin.
struct Bounds {
    /// p exceeds this with the confidence.
    low: Vec<(f64, f64)>,
    /// p stays below this with the confidence.
    high: Vec<(f64, f64)>,
}

impl Bounds {
    fn new(brain: &Brain, betas: &[Beta], rung: usize, confidence: f64) -> Self {
        let posteriors = brain.leaf_posteriors(rung);
        let space = brain.space();
        let row = |p: f64| {
            let z = normal_quantile(p);
            let mut out: Vec<(f64, f64)> = Vec::with_capacity(betas.len());
            for (leaf, beta) in betas.iter().enumerate() {
                // Leaves without evidence of their own often equal their neighbour.
                let same = leaf > 0 && posteriors[leaf] == posteriors[leaf - 1];
                out.push(if same { out[leaf - 1] } else { beta.rough_quantile(p, z) });
            }
            out
        };
        let low = row(1.0 - confidence);
        let high = if brain.config().mirror {
            let seen = |leaf: usize| low[space.mirror(space.levels() - 1, leaf)];
            (0..betas.len()).map(seen).map(|(x, margin)| (1.0 - x, margin)).collect()
        } else {
            row(confidence)
        };
        Self { low, high }
    }
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
        let rules: Vec<(EntryRule, Vec<i8>)> = [EntryRule::Reversion, EntryRule::Drive, EntryRule::Any]
            .into_iter()
            .map(|rule| (rule, (0..n_leaves).map(|leaf| rule_side(space, rule, leaf)).collect()))
            .collect();
        let mut tables = brain.map(Tables::new);
        for (k, set) in sets.iter().enumerate() {
            let out = &mut sides[k * n_leaves..(k + 1) * n_leaves];
            let rule = rules.iter().find(|(rule, _)| *rule == set.entry_rule).map(|(_, sides)| sides);
            if let Some(sides) = rule {
                out.copy_from_slice(sides);
            }
            if let Some(tables) = &mut tables {
                refused[k] = rule.is_none() && too_far(set, barrier);
                if !refused[k] {
                    tables.decide(set, barrier, cost, out);
                }
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

/// What the sets of a day share: few confidences meet three rungs.
struct Tables<'a> {
    brain: &'a Brain,
    betas: [Vec<Beta>; RUNGS],
    samples: [Vec<f64>; RUNGS],
    bounds: Vec<(usize, f64, Bounds)>,
}

impl<'a> Tables<'a> {
    fn new(brain: &'a Brain) -> Self {
        let n = brain.space().n_leaves();
        let by_rung = |rung: usize| brain.leaf_posteriors(rung).iter().map(|&(a, b)| Beta::new(a, b)).collect();
        let samples = |rung: usize| (0..n).map(|leaf| brain.samples(rung, leaf)).collect();
        Self { brain, betas: std::array::from_fn(by_rung), samples: std::array::from_fn(samples), bounds: Vec::new() }
    }

    /// Fills a `learned` set's sides, or strikes out those of a rule that the brain vetoes.
    fn decide(&mut self, set: &ParamSet, barrier: i32, cost: f64, out: &mut [i8]) {
        let (rung, threshold) = asked(set, barrier, cost);
        let confidence = set.confidence_threshold;
        let found = self.bounds.iter().position(|(r, c, _)| *r == rung && *c == confidence);
        let at = found.unwrap_or_else(|| {
            let bounds = Bounds::new(self.brain, &self.betas[rung], rung, confidence);
            self.bounds.push((rung, confidence, bounds));
            self.bounds.len() - 1
        });
        let bounds = &self.bounds[at].2;
        let least = f64::from(set.min_samples);
        let learned = set.entry_rule == EntryRule::Learned;
        let against = 1.0 - threshold;
        for (leaf, side) in out.iter_mut().enumerate() {
            if self.samples[rung][leaf] < least || (!learned && *side == 0) {
                continue;
            }
            let ((low, low_margin), (high, high_margin)) = (bounds.low[leaf], bounds.high[leaf]);
            let near = |bound: f64, margin: f64| (bound - threshold).abs() < margin || (bound - against).abs() < margin;
            if near(low, low_margin) || near(high, high_margin) {
                // Too close for the quantile: compute the probability itself.
                let belief = Belief { beta: self.betas[rung][leaf], threshold, confidence };
                if learned {
                    *side = one_side(belief.pays(1), belief.pays(-1));
                } else if belief.loses(*side) {
                    *side = 0;
                }
            } else if learned {
                *side = one_side(threshold < low, against > high);
            } else if if *side > 0 { threshold > high } else { against < low } {
                *side = 0;
            }
        }
    }
}
