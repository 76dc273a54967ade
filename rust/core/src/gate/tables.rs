//! The queries of all sets of a day, answered together: those that share rung, confidence and rule share their quantiles too.
use super::belief::{Belief, one_side, rule_side};
use super::bounds::{Logit, Quantiles};
use super::bracket::Threshold;
use crate::brain::{Beta, Brain};
use crate::params::{EntryRule, ParamSet};
use crate::state::StateSpace;

/// Sides of the entry rules, each made when it is first needed.
pub(super) struct Rules<'a> {
    space: &'a StateSpace,
    made: [Vec<i8>; 4],
}

impl<'a> Rules<'a> {
    pub fn new(space: &'a StateSpace) -> Self {
        Self { space, made: [const { Vec::new() }; 4] }
    }

    /// Side in each leaf; `None` for `learned`, which has no rule.
    pub fn sides(&mut self, rule: EntryRule) -> Option<&[i8]> {
        if rule == EntryRule::Learned {
            return None;
        }
        let made = &mut self.made[rule as usize];
        if made.is_empty() {
            made.extend((0..self.space.n_leaves()).map(|leaf| rule_side(self.space, rule, leaf)));
        }
        Some(made)
    }
}

/// What a set asks of the brain.
pub(super) struct Query {
    pub set: usize,
    pub rung: usize,
    pub threshold: Threshold,
}

/// The brain's answers: sets that ask for the same quantiles are answered together.
pub(super) struct Tables<'a, 's> {
    pub brain: &'a Brain,
    pub rules: &'a mut Rules<'s>,
    pub sets: &'a [ParamSet],
}

impl Tables<'_, '_> {
    /// Fills in the sides of `learned` sets, and strikes out those of rules that the brain vetoes.
    pub fn decide(self, mut queries: Vec<Query>, sides: &mut [i8]) {
        let n = self.brain.space().n_leaves();
        let sets = self.sets;
        let confidence = |a: &Query| sets[a.set].confidence_threshold;
        let rule = |a: &Query| sets[a.set].entry_rule;
        // Positive numbers are in the order of their bits.
        queries.sort_unstable_by_key(|a| (a.rung, confidence(a).to_bits(), rule(a) as u8, a.set));
        let mut near = vec![0_u8; n];
        let mut quantiles = Quantiles::default();
        for on_rung in queries.chunk_by(|a, b| a.rung == b.rung) {
            let rung = Rung::new(self.brain, on_rung[0].rung);
            for alike in on_rung.chunk_by(|a, b| confidence(a) == confidence(b)) {
                quantiles.fill(&rung.logits, confidence(&alike[0]));
                for same in alike.chunk_by(|a, b| rule(a) == rule(b)) {
                    let vetoed = self.rules.sides(rule(&same[0]));
                    match vetoed {
                        None => quantiles.fill_sides(),
                        Some(sides) => quantiles.fill_vetoes(sides),
                    }
                    for a in same {
                        let out = &mut sides[a.set * n..][..n];
                        let least = sets[a.set].min_samples;
                        match vetoed {
                            None => quantiles.fire(a.threshold.logit, &rung.samples, least, out, &mut near),
                            Some(_) => quantiles.veto(a.threshold.logit, &rung.samples, least, out, &mut near),
                        }
                        rung.decide_near(&near, a.threshold.p, confidence(a), vetoed, out);
                    }
                }
            }
        }
    }
}

/// Posteriors of a rung, as the bounds need them.
struct Rung<'a> {
    posteriors: &'a [(f64, f64)],
    logits: Vec<Logit>,
    /// Whole observations of each leaf.
    samples: Vec<i32>,
}

impl<'a> Rung<'a> {
    fn new(brain: &'a Brain, rung: usize) -> Self {
        let posteriors = brain.leaf_posteriors(rung);
        let mut logits: Vec<Logit> = Vec::with_capacity(posteriors.len());
        let space = brain.space();
        for (leaf, &(a, b)) in posteriors.iter().enumerate() {
            let image = space.mirror(space.levels() - 1, leaf);
            logits.push(match logits.get(image) {
                Some(seen) if posteriors[image] == (b, a) => seen.mirrored(),
                // Leaves without evidence of their own often equal their neighbour.
                _ if leaf > 0 && posteriors[leaf - 1] == (a, b) => logits[leaf - 1],
                _ => Logit::new(a, b),
            });
        }
        let samples = (0..posteriors.len()).map(|leaf| brain.samples(rung, leaf) as i32).collect();
        Self { posteriors, logits, samples }
    }

    /// Decides the leaves whose quantile lies too near the threshold by computing the probability itself.
    fn decide_near(&self, near: &[u8], threshold: f64, confidence: f64, rule: Option<&[i8]>, out: &mut [i8]) {
        for (block, marks) in near.chunks(32).enumerate() {
            // All marks at once: looking at them one by one would take as long as setting them.
            if marks.iter().fold(0, |any, mark| any | mark) == 0 {
                continue;
            }
            for leaf in (block * 32..).zip(marks).filter(|(_, mark)| **mark != 0).map(|(leaf, _)| leaf) {
                let (a, b) = self.posteriors[leaf];
                let belief = Belief { beta: Beta::new(a, b), threshold, confidence };
                out[leaf] = match rule {
                    None => one_side(belief.pays(1), belief.pays(-1)),
                    Some(sides) if belief.loses(sides[leaf]) => 0,
                    Some(sides) => sides[leaf],
                };
            }
        }
    }
}
