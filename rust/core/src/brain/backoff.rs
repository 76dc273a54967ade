//! Back-off: how a state's posterior borrows from what lies outside it.
//!
//! At each level a state's chance p is its parent's mean plus a deviation of variance ρ·m(1 − m). What is known of the
//! parent's mean *outside the state* is what the parent itself borrowed, and the state's siblings. The parent's own
//! frequency is not used: it holds the state's labels already, and taking them twice made intervals too narrow by a
//! fifth. Nor are siblings independent of the state: their labels overlap in time, so that T labels of all of a parent's
//! states tell no more than the n labels which the parent takes one after the other. That fixes the covariance of a
//! state's error with its siblings'; the posterior is the Beta distribution with the conditional mean and variance given
//! both frequencies.
//!
//! The mean takes ρ by the generalised moments of Paule and Mandel (1982). The variance takes the upper bound of its 90%
//! interval instead (the Q-profile of Viechtbauer 2007): a ρ is itself uncertain, and where little shows that states are
//! alike, an interval must not be narrow because they happen to look alike. Both say what a state was worth in the days
//! that were labelled; in others it is worth a little more or less, and the variance is widened by a measured factor.
use super::config::BrainConfig;
use crate::labels::Counts;
use crate::state::StateSpace;

/// Normal quantile of the lower 5%, which bounds ρ from above.
const Z_BOUND: f64 = -1.644_853_626_951_472_2;

/// How much wider than one month's labels say a state's variance is: what a state is worth differs between months. Set so
/// that 80% intervals hold the frequency of other months (docs/validation.md).
const BETWEEN_MONTHS: f64 = 1.2;

/// Largest correlation of a state's error with its siblings' that is believed.
const MOST_CORRELATED: f64 = 0.9;

/// Steps of the search for ρ, each of which halves the logarithm of the ratio of its bounds.
const STEPS: usize = 50;

/// Posteriors of one rung.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Posteriors {
    /// (a, b) by level and state.
    pub levels: Vec<Vec<(f64, f64)>>,
    /// Strength 1/ρ − 1 with which each level below the root borrows.
    pub kappa: Vec<f64>,
}

/// What is known of a state's chance.
#[derive(Debug, Clone, Copy)]
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    /// Of one minus the chance.
    fn turned(self) -> Self {
        Self { mean: 1.0 - self.mean, ..self }
    }

    /// The Beta distribution with this mean and a variance.
    fn beta(self, variance: f64) -> (f64, f64) {
        let strength = (self.mean * (1.0 - self.mean) / variance.max(1e-12) - 1.0).max(1.0);
        (strength * self.mean, strength * (1.0 - self.mean))
    }
}

/// A state of a level with what it borrows from.
#[derive(Debug, Clone, Copy)]
struct Member {
    state: usize,
    /// Own labels and frequency of ups.
    n: f64,
    frequency: f64,
    /// What the parent brings.
    parent: Moments,
    /// Whether siblings have labels; without them the fields below are not used.
    siblings: bool,
    sibling_frequency: f64,
    /// Σ of the squared shares of the siblings' labels: 1 for one sibling, small for many alike.
    concentration: f64,
    own_error: f64,
    sibling_error: f64,
    /// Of both errors.
    covariance: f64,
}

/// Moments given a ρ.
#[derive(Debug, Clone, Copy)]
struct Given {
    /// Variance of the state's chance before any frequency is seen.
    prior: f64,
    own: f64,
    sibling: f64,
    both: f64,
}

/// Posteriors of all levels of a rung, from the root down.
pub(super) fn posteriors(space: &StateSpace, config: &BrainConfig, counts: &Counts) -> Posteriors {
    let [ups, downs] = counts.levels[0][0];
    let x = config.root_strength;
    let mut levels = vec![vec![(x + ups, x + downs)]];
    let (means, rho) = moments(space, config, counts, |k| k);
    let (doubts, _) = moments(space, config, counts, chi_square_bound);
    for (level, (means, doubts)) in (1..).zip(means.iter().zip(&doubts)) {
        let mut states: Vec<(f64, f64)> = Vec::with_capacity(means.len());
        for (state, (mean, doubt)) in means.iter().zip(doubts).enumerate() {
            let image = if config.mirror { space.mirror(level, state) } else { state };
            // Turned over, not computed again: no rounding may tell the sides apart.
            states.push(if image < state {
                (states[image].1, states[image].0)
            } else {
                mean.beta(BETWEEN_MONTHS * doubt.variance.max(mean.variance))
            });
        }
        levels.push(states);
    }
    Posteriors { levels, kappa: rho.iter().map(|rho| 1.0 / rho - 1.0).collect() }
}

/// Conditional moments of every state below the root, by level, and the ρ of each level.
///
/// `bound` is what the surprises of so many states may add up to.
fn moments(
    space: &StateSpace,
    config: &BrainConfig,
    counts: &Counts,
    bound: impl Fn(f64) -> f64,
) -> (Vec<Vec<Moments>>, Vec<f64>) {
    // With mirror images pooled the root is one half by construction.
    let variance = if config.mirror { 0.0 } else { 0.25 / (2.0 * config.root_strength + 1.0) };
    let mut outside = vec![Moments { mean: 0.5, variance }];
    let (mut levels, mut spreads) = (Vec::new(), Vec::new());
    for level in 1..space.levels() {
        let members = members(space, config, counts, level, &outside);
        let rho = spread(space, config, level, &members, &bound);
        let none = Moments { mean: 0.5, variance: 0.0 };
        let (mut states, mut next) = (vec![none; space.n_states(level)], vec![none; space.n_states(level)]);
        for member in &members {
            let given = member.given(rho);
            let (own, other) = (member.posterior(given), member.outside(given));
            states[member.state] = own;
            next[member.state] = other;
            if config.mirror {
                let image = space.mirror(level, member.state);
                if image != member.state {
                    states[image] = own.turned();
                    next[image] = other.turned();
                }
            }
        }
        levels.push(states);
        outside = next;
        spreads.push(rho);
    }
    (levels, spreads)
}

/// Ups and downs of a state, seen from its own side.
fn seen(space: &StateSpace, mirror: bool, counts: &Counts, level: usize, state: usize) -> (f64, f64) {
    let image = if mirror { space.mirror(level, state) } else { state };
    let [ups, downs] = counts.levels[level][image.min(state)];
    if image < state { (downs, ups) } else { (ups, downs) }
}

/// The states of a level, of a state and its mirror image the canonical one.
fn members(
    space: &StateSpace,
    config: &BrainConfig,
    counts: &Counts,
    level: usize,
    outside: &[Moments],
) -> Vec<Member> {
    /// Sums over a parent's states: labels, their squares, ups.
    #[derive(Clone, Copy, Default)]
    struct Family {
        total: f64,
        squares: f64,
        ups: f64,
    }
    let n_states = space.n_states(level);
    let mut families = vec![Family::default(); space.n_states(level - 1)];
    for state in 0..n_states {
        let (ups, downs) = seen(space, config.mirror, counts, level, state);
        let family = &mut families[space.parent(level, state)];
        let n = ups + downs;
        family.total += n;
        family.squares += n * n;
        family.ups += ups;
    }
    let mut out = Vec::new();
    for state in 0..n_states {
        if config.mirror && space.mirror(level, state) < state {
            continue;
        }
        let (ups, downs) = seen(space, config.mirror, counts, level, state);
        let above = space.parent(level, state);
        let (n, family, parent) = (ups + downs, families[above], outside[above]);
        let others = family.total - n;
        // A parent that is its own mirror image is one half, and its states' images are among the siblings.
        let even = config.mirror && space.mirror(level - 1, above) == above;
        let (parent_ups, parent_downs) = seen(space, config.mirror, counts, level - 1, above);
        let taken = parent_ups + parent_downs;
        let mut member = Member {
            state,
            n,
            frequency: if n > 0.0 { ups / n } else { 0.5 },
            parent: if even { Moments { mean: 0.5, variance: 0.0 } } else { parent },
            siblings: others > 0.0 && taken > 0.0 && !even,
            sibling_frequency: 0.5,
            concentration: 1.0,
            own_error: 0.0,
            sibling_error: 0.0,
            covariance: 0.0,
        };
        let m = member.parent.mean;
        let unit = m * (1.0 - m);
        member.own_error = unit / n.max(1e-9);
        if member.siblings {
            member.sibling_frequency = (family.ups - ups) / others;
            member.concentration = ((family.squares - n * n) / (others * others)).clamp(1e-9, 1.0);
            // How often an event is counted: once by a single sibling, overlap times by the whole family.
            let overlap = (family.total / taken).max(1.0);
            let alike = (family.total * family.total / family.squares - 1.0).max(1e-9);
            let shared = ((1.0 / member.concentration - 1.0) / alike).clamp(0.0, 1.0);
            member.sibling_error = unit / others * (1.0 + (overlap - 1.0) * shared);
            if n > 0.0 {
                let (f, g) = (n / family.total, others / family.total);
                let pooled = unit / taken - f * f * member.own_error - g * g * member.sibling_error;
                let most = MOST_CORRELATED * (member.own_error * member.sibling_error).sqrt();
                member.covariance = (pooled / (2.0 * f * g)).clamp(0.0, most);
            }
        }
        out.push(member);
    }
    out
}

impl Member {
    fn given(&self, rho: f64) -> Given {
        let deviation = self.parent.mean * (1.0 - self.parent.mean) * rho;
        let prior = self.parent.variance + deviation;
        Given {
            prior,
            own: prior + self.own_error,
            sibling: self.parent.variance + deviation * self.concentration + self.sibling_error,
            both: self.parent.variance + self.covariance,
        }
    }

    /// Squared distance of the own frequency from what the rest predicts, in its variance.
    fn surprise(&self, given: Given) -> f64 {
        let (own, mut off, mut variance) = (self.frequency - self.parent.mean, 0.0, given.own);
        if self.siblings {
            let slope = given.both / given.sibling;
            off = slope * (self.sibling_frequency - self.parent.mean);
            variance -= slope * given.both;
        }
        (own - off) * (own - off) / variance
    }

    /// Conditional moments of the state's chance.
    fn posterior(&self, given: Given) -> Moments {
        let m = self.parent.mean;
        let (mut mean, mut variance) = (m, given.prior);
        match (self.n > 0.0, self.siblings) {
            (false, false) => {}
            (true, false) => {
                let weight = given.prior / given.own;
                mean += weight * (self.frequency - m);
                variance -= weight * given.prior;
            }
            (false, true) => {
                let other = self.outside(given);
                (mean, variance) = (other.mean, other.variance);
            }
            (true, true) => {
                let shared = self.parent.variance;
                let det = given.own * given.sibling - given.both * given.both;
                let own = (given.prior * given.sibling - shared * given.both) / det;
                let sibling = (shared * given.own - given.prior * given.both) / det;
                mean += own * (self.frequency - m) + sibling * (self.sibling_frequency - m);
                variance -= own * given.prior + sibling * shared;
            }
        }
        Moments { mean: mean.clamp(0.01, 0.99), variance }
    }

    /// What the state's own states can take from outside it.
    fn outside(&self, given: Given) -> Moments {
        let (mut mean, mut variance) = (self.parent.mean, given.prior);
        if self.siblings {
            let weight = self.parent.variance / given.sibling;
            mean += weight * (self.sibling_frequency - self.parent.mean);
            variance -= weight * self.parent.variance;
        }
        Moments { mean: mean.clamp(0.01, 0.99), variance }
    }
}

/// ρ of a level: where the surprises add up to the bound.
fn spread(
    space: &StateSpace,
    config: &BrainConfig,
    level: usize,
    members: &[Member],
    bound: &impl Fn(f64) -> f64,
) -> f64 {
    let (mut low, mut high) = (1.0 / (config.kappa_max + 1.0), 1.0 / (config.kappa_min + 1.0));
    // A state that is its own mirror image is half up by construction and says nothing about spread.
    let telling: Vec<&Member> =
        members.iter().filter(|m| m.n >= 2.0 && !(config.mirror && space.mirror(level, m.state) == m.state)).collect();
    if telling.is_empty() {
        return (1.0 / (2.0 * config.root_strength + 1.0)).clamp(low, high);
    }
    let bound = bound(telling.len() as f64);
    let surprised = |rho: f64| telling.iter().map(|m| m.surprise(m.given(rho))).sum::<f64>() > bound;
    if !surprised(low) {
        return low;
    }
    if surprised(high) {
        return high;
    }
    for _ in 0..STEPS {
        let middle = (low * high).sqrt();
        if surprised(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low * high).sqrt()
}

/// Lower 5% quantile of χ² with k degrees of freedom (Wilson and Hilferty 1931).
fn chi_square_bound(k: f64) -> f64 {
    let width = 2.0 / (9.0 * k);
    k * (1.0 - width + Z_BOUND * width.sqrt()).max(0.0).powi(3)
}
